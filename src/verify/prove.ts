import { FAMILIES } from '../model/address/family.ts'
import { PrefixSet } from '../model/address/prefix-set.ts'
import type { Flow } from '../model/audit.ts'
import type { Finding } from '../model/finding.ts'
import type { FoundRule, Reading } from '../model/reading.ts'
import type { Proof } from '../model/result.ts'
import type { ConcreteRule, Ruleset } from '../model/ruleset.ts'
import { type Allowed, bothAllowedFor, flowsOf, matches } from './compare.ts'
import { difference, type Expectation, facts, flowText, isNothing, isWithin, wantedFor } from './expectation.ts'

/**
 * Compares what was read back with the ruleset, as sets: for each direction, protocol and port, the allowed remote side
 * must be the same, not one address more or less. A reading with notes proves nothing.
 */
export function prove(expectation: Expectation, reading: Reading): { proof: Proof; findings: Finding[] } {
  const notes = reading.notes.map(({ place, text, reason }): Finding => {
    return { code: 'NOT_UNDERSTOOD', severity: 'error', target: expectation.target, ...place, text, reason }
  })
  const differences =
    reading.lists.length > 0 ? listDifferences(expectation, reading) : ruleDifferences(expectation, reading)
  return { proof: proofOf(expectation, reading), findings: notes.length > 0 ? notes : differences }
}

function ruleDifferences({ target, ruleset, by }: Expectation, { rules }: Reading): Finding[] {
  const flows = flowsOf([...ruleset.rules, ...rules].flatMap(({ ports }) => ports))
  return flows.flatMap((flow): Finding[] => {
    const own = rules.filter((rule) => matches(rule, flow))
    if (
      by === 'addresses' &&
      areOneByOne(
        ruleset.rules.filter((rule) => matches(rule, flow)),
        own,
      )
    )
      return []
    const wanted = wantedFor(flow, ruleset, by)
    const { surely, possibly } = bothAllowedFor(flow, own)
    if (isWithin(wanted, surely) && isWithin(possibly, wanted)) return []
    const [missing, extra] = [difference(wanted, surely), difference(possibly, wanted)]
    const names = rulesBehind(flow, ruleset, missing, extra)
    return [
      {
        code: 'PROOF_FAILED',
        severity: 'error',
        target,
        flow: flowText(flow),
        rules: names,
        missing: facts(missing),
        extra: facts(extra),
      },
    ]
  })
}

/**
 * Whether what was read are the rules of a policy one by one, in each family, and nothing else: as it mostly is. Then they
 * allow the same together, and their addresses need not be joined to see it.
 */
function areOneByOne(wanted: readonly ConcreteRule[], found: readonly FoundRule[]): boolean {
  if (found.some(({ action, coverage, remote }) => action === 'deny' || coverage === 'part' || remote.tags.length > 0))
    return false
  return FAMILIES.every((family) => {
    const own = wanted.map(({ set }) => set.prefixes.family(family)).filter(({ isEmpty }) => !isEmpty)
    const others = found.map(({ remote }) => remote.addresses.family(family)).filter(({ isEmpty }) => !isEmpty)
    return own.length === others.length && own.every((set, index) => set.equals(others[index] as PrefixSet))
  })
}

/** A list holds the addresses of the set that it is named after; or else those of all sets that have no list. */
function listDifferences({ target, ruleset }: Expectation, { lists }: Reading): Finding[] {
  const unnamed = ruleset.sets.filter(({ name }) => !lists.some(({ part }) => part === name))
  const rest = PrefixSet.union(unnamed.map(({ prefixes }) => prefixes))
  const finding = (part: string, rules: readonly string[], wanted: PrefixSet, found: PrefixSet): Finding[] => {
    const missing = { addresses: wanted.subtract(found), tags: new Set<string>() }
    const extra = { addresses: found.subtract(wanted), tags: new Set<string>() }
    if (isNothing(missing) && isNothing(extra)) return []
    const sides = { missing: facts(missing), extra: facts(extra) }
    return [{ code: 'PROOF_FAILED', severity: 'error', target, flow: `the list ${part}`, rules, ...sides }]
  }
  const differences = lists.flatMap(({ part, addresses }) => {
    const set = ruleset.sets.find(({ name }) => name === part)
    return finding(part, set ? [set.name] : [], set ? set.prefixes : rest, addresses)
  })
  const isRestListed = lists.some(({ part }) => !ruleset.sets.some(({ name }) => name === part))
  const unlisted = isRestListed ? [] : unnamed
  return [...differences, ...unlisted.flatMap(({ name, prefixes }) => finding(name, [name], prefixes, PrefixSet.empty))]
}

/** The policy's rules that a difference concerns: their addresses or tags are missing, or they have the flow. */
function rulesBehind(flow: Flow, { rules }: Ruleset, missing: Allowed, extra: Allowed): string[] {
  const onFlow = rules.filter(({ direction, protocol }) => direction === flow.direction && protocol === flow.protocol)
  const touched = onFlow.filter(({ set }: ConcreteRule) => {
    return [missing, extra].some(
      ({ addresses, tags }) => set.prefixes.overlaps(addresses) || set.tags.some((tag) => tags.has(tag.toLowerCase())),
    )
  })
  return touched.map(({ name }) => name)
}

function proofOf({ ruleset, by }: Expectation, { rules, lists }: Reading): Proof {
  const sets = lists.length > 0 ? lists.map(({ addresses }) => addresses) : ruleset.rules.map(({ set }) => set.prefixes)
  return {
    rules: rules.length,
    prefixes: by === 'tags' ? 0 : sets.reduce((sum, { prefixes }) => sum + prefixes.length, 0),
    tags: by === 'tags' ? new Set(ruleset.rules.flatMap(({ set }) => set.tags)).size : 0,
  }
}
