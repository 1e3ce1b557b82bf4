import { FAMILY_NAMES } from '../../address/family.ts'
import { FAMILIES, formatPrefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { listText } from '../../text/list-text.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import type { Report, RuleChange, TagChange } from './report-values.ts'

// Shared by Markdown and HTML, which escape this plain text.

/**
 * One row of cells per family with addresses on either side of each changed rule that the traffic does not name, or about which people wrote something.
 */
export function summaryRows(report: Report) {
  const { rules, before } = report
  const changed = rules.filter((rule) => isChangedRule(rule, report) && (!rule.isTold || hasNotes(rule)))
  return changed.flatMap((rule) =>
    FAMILIES.flatMap((family) => {
      const [was, is] = [rule.before ?? PrefixSet.empty, rule.after ?? PrefixSet.empty].map((set) => set.family(family))
      if (!was || !is || (was.isEmpty && is.isEmpty)) return []
      const step = (...counts: [number | bigint, number | bigint]) => {
        const [from, to] = counts.map(formatCount)
        // Rounded IPv6 counts can differ and still read the same.
        return before && from !== to ? `${from} → ${to}` : String(to)
      }
      return [
        {
          ...{ rule, note: ruleNote(rule, report) },
          family: FAMILY_NAMES[family],
          prefixes: step(was.prefixCount, is.prefixCount),
          addresses: step(was.count, is.count),
          gained: before ? amount(rule.gained.family(family)) : '',
          lost: before ? amount(rule.lost.family(family)) : '',
        },
      ]
    }),
  )
}

/** `2 prefixes, 16 addresses`; empty for an empty set. */
function amount(set: PrefixSet): string {
  if (set.isEmpty) return ''
  return `${plural(set.prefixCount, 'prefix', 'prefixes')}, ${plural(set.count, 'address', 'addresses')}`
}

/** A changed tag, with the first rule that uses it, and the names of the other ones. */
export interface TagRow {
  readonly rule: RuleChange | undefined
  readonly others: readonly string[]
  readonly tag: TagChange
}

/** The changed tags in the order of the rules; those that no rule uses are the last. */
export const tagRows = ({ rules, tags }: Report): TagRow[] =>
  [...rules, undefined].flatMap((rule) =>
    tags.filter(({ rules: [first] }) => first === rule?.name).map((tag) => ({ rule, others: tag.rules.slice(1), tag })),
  )

/** Facts about a rule besides its counts: that it denies, new or removed, own prefixes and exceptions, owner. */
function ruleNote(rule: RuleChange, report: Report): string {
  const { own, except, notes } = rule
  const leftOut = [...(except?.tags ?? []), ...(except?.prefixes ?? []).map(formatPrefix)]
  const parts = [
    rule.isDeny && 'denies',
    sideNote(rule, report),
    isReshaped(rule) && `was ${rule.flowsBefore.join(', ')}`,
    rule.hasOtherLocal && 'other local side',
    own && `own: ${listText(own.texts, 3)}`,
    leftOut.length > 0 && `without: ${listText(leftOut, 3)}`,
    notes?.ticket,
    notes?.owner && `owner: ${notes.owner}`,
    notes?.description,
  ]
  return parts.filter(Boolean).join('; ')
}

/** True if there is more to say about a rule than its traffic: who owns it and why, or what it holds besides its tags. */
const hasNotes = ({ isDeny, own, except, notes }: RuleChange): boolean =>
  isDeny ||
  own !== undefined ||
  (except !== undefined && except.tags.length + except.prefixes.length > 0) ||
  Boolean(notes?.ticket || notes?.owner || notes?.description)

/** True if a rule is on one side only. */
function sideNote({ before, after }: RuleChange, report: Report): string {
  if (report.before === undefined) return ''
  return before === undefined ? 'new' : after === undefined ? 'removed' : ''
}

/** True if a rule on both sides matches other traffic than before. */
const isReshaped = ({ before, after, flows, flowsBefore }: RuleChange) =>
  before !== undefined && after !== undefined && flows.join() !== flowsBefore.join()

/** True if anything of a rule changed; without an older side, everything is new. */
const isChangedRule = (rule: RuleChange, { before }: Report): boolean =>
  before === undefined ||
  rule.before === undefined ||
  rule.after === undefined ||
  !rule.gained.isEmpty ||
  !rule.lost.isEmpty ||
  rule.hasOtherLocal ||
  isReshaped(rule)

/** Rules that are as before, and decide about nothing that opens or closes; none if the older rules of a target are not known. */
export function countUnchanged(report: Report): number {
  if (report.change.targets.some(({ before }) => before === 'files' || before === 'unknown')) return 0
  return report.rules.filter((rule) => !isChangedRule(rule, report) && !rule.isAffected).length
}
