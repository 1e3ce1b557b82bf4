import { shareText } from '../../compile/widening-text.ts'
import { type LimitUse, paceText, shareText as usedShare } from '../../model/capacity.ts'
import type { TargetPrice } from '../../model/result.ts'
import { formatPrice } from '../../model/widening.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import type { Counts, DeviceChange, FileChange } from './report-values.ts'

// Shared by Markdown and HTML, which escape this plain text.

/** The line changes of one file. */
export function fileText({ before, after, added, removed }: FileChange): string {
  if (after === undefined) return `no longer made (${plural(before ?? 0, 'line')})`
  if (before === undefined) return `${plural(after, 'line')}, new`
  return added + removed === 0
    ? 'unchanged'
    : `+${formatCount(added)} −${formatCount(removed)} lines, ${formatCount(after)} in all`
}

/** The changes on a device: `objects +2 −1; groups ~1`. */
export function deviceText({ unit, prefixes, groups, rules, commands }: DeviceChange): string {
  const parts = [
    countsText(unit, prefixes),
    countsText('groups', groups),
    countsText('rules', rules),
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

/** The files beside the full files of a target, and what they are. */
export const besides = ({ beside }: DeviceChange): { path: string; text: string }[] =>
  beside.map(({ kind, path }) => ({ path, text: BESIDES[kind] }))

/** `640 -> 300 IPv4 prefixes, 2,345,678 addresses more (4.5 x), 97% of them Microsoft's`. */
export const priceText = ({ price, inSomeTag }: TargetPrice) =>
  `${formatPrice(price).replaceAll('->', '→')}${shareText(price, inSomeTag)}`

export const CAPACITY_HEAD = ['target', 'limit', 'used', 'at most', 'share', 'pace'] as const

/** One use of a limit, as cells. */
export interface CapacityRow {
  readonly target: string
  readonly what: string
  readonly count: string
  readonly limit: string
  readonly share: string
  readonly pace: string
}

/** One row per limit and target. */
export function capacityRows(uses: readonly LimitUse[]): CapacityRow[] {
  return uses.map((use) => ({
    target: use.target,
    what: `${use.what}${use.of && ` (${use.of})`}`,
    count: String(formatCount(use.count)),
    limit: String(formatCount(use.limit)),
    share: usedShare(use),
    pace: use.isSplit ? 'above it, tagwall makes one more' : paceText(use),
  }))
}
