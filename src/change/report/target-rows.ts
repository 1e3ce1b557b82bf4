import { shareText } from '../../compile/widen/widening-text.ts'
import type { LimitUse } from '../../model/capacity.ts'
import { paceText, shareText as usedShare } from '../../model/capacity.ts'
import { formatPrice } from '../../model/widening.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import type { Counts, DeviceChange, FileChange, Report } from './report-values.ts'

// Shared by Markdown and HTML, which escape this plain text.

/** The files of a target, and those beside them, with what they are. */
export const fileRows = ({ files, beside }: DeviceChange): { path: string; text: string }[] => [
  ...files.map((file) => ({ path: file.path, text: fileText(file) })),
  ...beside.map(({ kind, path }) => ({ path, text: BESIDES[kind] })),
]

/** The line changes of one file. */
function fileText({ before, after, added, removed }: FileChange): string {
  if (after === undefined) return `no longer made (${plural(before ?? 0, 'line')})`
  if (before === undefined) return `${plural(after, 'line')}, new`
  return added + removed === 0
    ? 'unchanged'
    : `+${formatCount(added)} −${formatCount(removed)} lines, ${formatCount(after)} in all`
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
  delta: 'commands from the older to the newer rules',
  rollback: 'commands back to the older rules',
  cleanup: 'removes what the earlier file leaves; load it last',
  manual: 'what to remove by hand, not proved',
  runbook: 'how to load this change, check it and roll it back',
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
    pace: use.isSplit ? 'above it, tagwall makes one more' : paceText(use),
  }))
