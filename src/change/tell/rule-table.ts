import { FAMILY_NAMES } from '../../address/family.ts'
import { FAMILIES, formatPrefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import type { Change } from '../../model/change.ts'
import { pairsBy } from '../../model/group-by.ts'
import { type Rule, ruleTraffic } from '../../model/policy.ts'
import type { ConcreteRule } from '../../model/ruleset.ts'
import { scopeText } from '../../model/site.ts'
import { byCodeUnit, formatCount, listText, plural } from '../../text/numbers.ts'
import type { ComparedTarget } from '../traffic/change.ts'
import type { Sides } from './held.ts'
import type { ReportTable } from './report-table.ts'

/** One rule on both sides. */
export type RuleChange = ReturnType<typeof ruleChanges>[number]

/** Every rule of either side, those of the newer one first. */
export function ruleChanges(
  sides: Sides,
  { targets: changes }: Change,
  rules: readonly Rule[],
  targets: readonly ComparedTarget[],
) {
  const [before, after] = [sides.before?.ruleset, sides.after.ruleset]
  const pieces = changes.flatMap(({ pieces }) => pieces)
  const deciders = new Set(pieces.flatMap(({ from, to }) => [from, to]))
  const lists = new Set(pieces.map(({ list }) => list))
  const [locals, addresses] = [otherLocals, otherAddresses].map((of) => new Set(targets.flatMap(of)))
  return pairsBy(after.sets, before?.sets ?? [], ({ name }) => name).map(([name, is, was]) => {
    const [then = [], now = []] = [before, after].map((side) => side?.rules.filter(({ set }) => set.name === name))
    const concrete = is ? now : then
    const [flowsBefore, flows] = [then.map(ruleFlowText), concrete.map(ruleFlowText)]
    const { except, notes } = rules.find((rule) => rule.name === name) ?? {}
    const own = (is ?? was)?.own
    const leftOut = [...(except?.tags ?? []), ...(except?.prefixes ?? []).map(formatPrefix)]
    const denial = concrete.some(({ action }) => action === 'deny') && 'denies'
    const turns = [
      before && (!was ? 'new' : !is && 'removed'),
      was && is && flows.join() !== flowsBefore.join() && `was ${flowsBefore.join(', ')}`,
      locals?.has(name) && 'other local side',
    ].filter(Boolean)
    const facts = [
      own && `own: ${listText(own.texts, 3)}`,
      leftOut.length > 0 && `without: ${listText(leftOut, 3)}`,
      notes?.ticket,
      notes?.owner && `owner: ${notes.owner}`,
      notes?.description,
    ].filter(Boolean)
    const isDecider = [...then, ...now].some((rule) => deciders.has(rule.name))
    return {
      name,
      /** `outbound tcp 443`, or `outbound deny any`; two entries for a rule of both directions. */
      flows,
      tags: [...new Set([...(is?.tags ?? []), ...(was?.tags ?? [])])].sort(byCodeUnit),
      /** The addresses; undefined where the rule is missing. */
      before: was?.prefixes,
      after: is?.prefixes,
      /** True if anything of it changed; without an older side, everything is new. */
      isChanged: turns.length > 0 || !was || !is || !was.prefixes.equals(is.prefixes),
      /** True if a target holds other addresses of it, or it decides about traffic that opens or closes, also because another rule changed. */
      isAffected: addresses?.has(name) === true || isDecider,
      /** True if the table says more of it than a piece of the change does: nothing else tells that it changed, or people wrote something about it. */
      isTold: !(isDecider || lists.has(name)) || denial !== false || facts.length > 0,
      /** Facts besides its counts: that it denies, new or removed, own prefixes and exceptions, ticket, owner. */
      note: [denial, ...turns, ...facts].filter(Boolean).join('; '),
    }
  })
}

function ruleFlowText(rule: ConcreteRule): string {
  const where = scopeText(rule, MOST_TARGETS)
  return `${rule.direction} ${ruleTraffic(rule)}${where && ` only on ${where}`}`
}

const MOST_TARGETS = 3

/** The names of rules that a target has on both sides, with different local sides. */
function otherLocals({ before, made }: ComparedTarget): string[] {
  const older = new Map(before.rules?.ruleset.rules.map((rule) => [rule.name, rule]))
  return made.ruleset.rules.flatMap((rule) => {
    const old = older.get(rule.name)
    return old && localKey(old) !== localKey(rule) ? [rule.set.name] : []
  })
}

const localKey = ({ local }: ConcreteRule) =>
  JSON.stringify(local && ('set' in local ? local.set.prefixes.texts : [local.object, local.object6]))

/** The names of rules of which a target holds other addresses than before, such as those of one family only. */
function otherAddresses({ before, made }: ComparedTarget): string[] {
  if (!before.rules) return []
  return pairsBy(before.rules.ruleset.sets, made.ruleset.sets, ({ name }) => name).flatMap(([name, was, is]) =>
    (was?.prefixes ?? PrefixSet.empty).equals(is?.prefixes ?? PrefixSet.empty) ? [] : [name],
  )
}

/** A row for each family of a changed rule that the traffic does not name, or that people wrote about. `isCompared`: there is an older side. */
export function ruleTable(rules: readonly RuleChange[], isCompared: boolean): ReportTable {
  const changed = rules.filter(({ isChanged, isTold }) => isChanged && isTold)
  const rows = changed.flatMap(({ name, note, flows, ...rule }) => {
    return FAMILIES.flatMap((family) => {
      const [was, is] = [rule.before ?? PrefixSet.empty, rule.after ?? PrefixSet.empty].map((set) => set.family(family))
      if (!was || !is || (was.isEmpty && is.isEmpty)) return []
      const step = (...counts: [number | bigint, number | bigint]) => {
        const [from, to] = counts.map(formatCount)
        // Rounded IPv6 counts can differ and still read the same.
        return isCompared && from !== to ? `${from} → ${to}` : String(to)
      }
      const [prefixes, addresses] = [step(was.prefixCount, is.prefixCount), step(was.count, is.count)]
      const [gained, lost] = isCompared ? [amount(is.subtract(was)), amount(was.subtract(is))] : ['', '']
      const named = `${name}${note && ` (${note})`}`
      return [{ cells: [named, FAMILY_NAMES[family], prefixes, addresses, gained, lost, flows.join(', ')] }]
    })
  })
  return {
    id: 'rules',
    heading: 'Rules',
    columns: {
      rule: 'text',
      family: 'text',
      prefixes: 'n',
      addresses: 'n',
      gained: 'gain',
      lost: 'loss',
      traffic: 'text',
    },
    rows,
  }
}

/** `2 prefixes, 16 addresses`; empty for an empty set. */
function amount(set: PrefixSet): string {
  if (set.isEmpty) return ''
  return `${plural(set.prefixCount, 'prefix', 'prefixes')}, ${plural(set.count, 'address', 'addresses')}`
}

/** Rules that are as before, and decide about nothing that opens or closes; none if the older rules of a target are not known. */
export function countUnchanged(rules: readonly RuleChange[], { targets }: Change): number {
  if (targets.some(({ before }) => before === 'files' || before === 'unknown')) return 0
  return rules.filter(({ isChanged, isAffected }) => !isChanged && !isAffected).length
}
