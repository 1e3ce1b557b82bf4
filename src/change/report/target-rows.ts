import { shareText } from '../../compile/widen/widening-text.ts'
import type { LimitUse } from '../../model/capacity.ts'
import { paceText, shareText as usedShare } from '../../model/capacity.ts'
import { formatPrice } from '../../model/widening.ts'
import { listText } from '../../text/list-text.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import type { Counts, DeviceChange, FileChange, Report } from './report-values.ts'

// Shared by Markdown and HTML, which escape this plain text.

/** The files of a target that change, and those beside them, with what they are. */
export const fileRows = ({ files, beside }: DeviceChange): { paths: readonly string[]; text: string }[] => [
  ...files.filter(isChangedFile).map((file) => ({ paths: [file.path], text: fileText(file) })),
  ...(beside.length > 0
    ? [
        {
          paths: beside.map(({ path }) => path),
          text: listText([...new Set(beside.map(({ kind }) => BESIDES[kind]))], beside.length),
        },
      ]
    : []),
]

const isChangedFile = ({ before, after, added, removed }: FileChange) =>
  before === undefined || after === undefined || added + removed > 0

/** The line changes of one file. */
function fileText({ before, after, added, removed }: FileChange): string {
  if (after === undefined) return `no longer made (${plural(before ?? 0, 'line')})`
  if (before === undefined) return `${plural(after, 'line')}, new`
  return `+${formatCount(added)} −${formatCount(removed)} lines, ${formatCount(after)} in all`
}

/** The changes on a device: `objects +2 −1; groups ~1`. */
export function deviceText({ unit, prefixes, groups, rules, options, commands }: DeviceChange): string {
  const parts = [
    countsText(unit, prefixes),
    countsText('groups', groups),
    countsText('rules', rules),
    options.length > 0 ? `options ${options.map(({ name }) => name).join(', ')}` : undefined,
    commands ? plural(commands, 'command') : undefined,
  ].filter((text) => text !== undefined)
  if (parts.length > 0) return parts.join('; ')
  return unit === 'tags' ? 'nothing: the device resolves the tags itself' : 'nothing'
}

function countsText(what: string, { added, changed, removed }: Counts): string | undefined {
  const counts = [
    added > 0 && `+${formatCount(added)}`,
    changed > 0 && `${formatCount(changed)} changed`,
    removed > 0 && `−${formatCount(removed)}`,
  ].filter(Boolean)
  return counts.length > 0 ? `${what} ${counts.join(' ')}` : undefined
}

const BESIDES = {
  delta: 'delta',
  rollback: 'rollback',
  cleanup: 'cleanup (load it last)',
  manual: 'to remove by hand (not proved)',
  runbook: 'runbook',
} as const

/** The price of widening each rule, and the addresses beyond its tags that it gains and loses. */
export const priceRows = ({ prices, widened }: Report) =>
  prices.map(({ target, rule, price, inSomeTag }) => {
    const delta = widened.find((one) => one.target === target && one.rule === rule)
    const [gained, lost] = (['added', 'removed'] as const).map(
      (side) => delta?.widening[side].family(price.family).count ?? 0n,
    ) as [bigint, bigint]
    // `640 → 300 IPv4 prefixes, 2,345,678 addresses more (4.5 x), 97% of them Microsoft's`
    const text = `${formatPrice(price).replaceAll('->', '→')}${shareText(price, inSomeTag)}`
    return { target, rule, text, gained, lost }
  })

export const CAPACITY_HEAD = ['target', 'limit', 'used', 'at most', 'share', 'pace'] as const

/** One row of cells per limit and target. */
export const capacityRows = (uses: readonly LimitUse[]) =>
  uses.map((use) => ({
    target: use.target,
    what: `${use.what}${use.of && ` (${use.of})`}`,
    count: formatCount(use.count),
    limit: formatCount(use.limit),
    share: usedShare(use),
    pace: paceText(use),
  }))
