import type { Finding } from '../finding/finding.ts'
import type { AddressList, FoundRule, MixedReading, Note } from '../model/reading.ts'
import type { Proof } from '../model/result.ts'
import type { ConcreteRule, Ruleset } from '../model/ruleset.ts'
import { DIRECTIONS, type Flow } from '../model/traffic.ts'
import {
  difference,
  type FlowDifference,
  heldBy,
  isNothing,
  isWithin,
  joinFlows,
  NOTHING,
  nameOfList,
  type Sides,
  sidesOf,
  union,
  wantedOf,
} from './allowed.ts'
import { areInOrder, decideAlike, decidedFor } from './compare.ts'
import { type Expectation, expectedRules, proofFlowText } from './expectation.ts'
import { partText } from './local-parts.ts'
import { type Cell, partitionOf } from './partition.ts'

/** Compares a reading with the ruleset: for each direction, protocol and port the same remote side, not one address more or less. Notes prove nothing. */
export function prove(expectation: Expectation, reading: MixedReading): { proof: Proof; findings: Finding[] } {
  const notes = notUnderstood(expectation.target, reading)
  const orders = ordersOf(reading)
  const [isOfLists, isOfRules] = [reading.lists.length > 0, orders.some((rules) => rules.length > 0)]
  // Lists do not excuse rules that allow something else.
  const differences = [
    ...(isOfLists ? listDifferences(expectation, reading) : []),
    ...(isOfRules || !isOfLists ? orders.flatMap((rules) => ruleDifferences(expectation, rules)) : []),
  ]
  return { proof: proofOf(expectation, reading), findings: notes.length > 0 ? notes : differences }
}

/** The rules of a reading: in both orders, if the places of some are not known. What holds for both holds also for each part alone, and in any order. */
export function ordersOf({ rules, others = [] }: MixedReading): readonly (readonly FoundRule[])[] {
  return others.length === 0
    ? [rules]
    : [
        [...rules, ...others],
        [...others, ...rules],
      ]
}

/** The same of what a device has after all commands. */
export function proveEnd(expectation: Expectation, reading: MixedReading): ReturnType<typeof prove> {
  const { proof, findings } = prove(expectation, reading)
  return { proof, findings: findings.map((one) => (one.code === 'PROOF_FAILED' ? { ...one, isOfDevice: true } : one)) }
}

/** Findings for everything that a reader did not understand. */
export function notUnderstood(target: string, { notes }: { readonly notes: readonly Note[] }): Finding[] {
  return notes.map(({ place, text, reason }) => {
    return { code: 'NOT_UNDERSTOOD', severity: 'error', target, ...place, text, reason }
  })
}

function ruleDifferences(expectation: Expectation, rules: readonly FoundRule[]): Finding[] {
  const { target, ruleset } = expectation
  const wanted = expectedRules(ruleset, expectation)
  if (areAlike(wanted, rules)) return []
  const { parts, cellsOf } = partitionOf([wanted, rules])
  return parts.flatMap((part) => {
    const wrong = cellsOf(part).flatMap(differenceIn)
    return joinFlows(wrong).map(({ flow, isOnlyOrder, ...sides }): Finding => {
      const behind = isOnlyOrder ? [] : rulesBehind(flow, ruleset, sides)
      const text = `${proofFlowText(flow)}${partText(part, flow.direction)}`
      return { code: 'PROOF_FAILED', severity: 'error', target, flow: text, rules: behind, ...sidesOf(sides) }
    })
  })
}

interface Difference extends FlowDifference {
  /** True if the same traffic is allowed by rules in another order. */
  readonly isOnlyOrder: boolean
}

/** True if in each direction every rule decides the same about the same traffic as the one in its place: so it is in most files as they were rendered. */
const areAlike = (wanted: readonly FoundRule[], found: readonly FoundRule[]): boolean =>
  DIRECTIONS.every((direction) => {
    const isOwn = (rule: FoundRule) => rule.direction === direction
    const [own, read] = [wanted.filter(isOwn), found.filter(isOwn)]
    return own.length === read.length && own.every((rule, index) => decideAlike(rule, read[index] as FoundRule))
  })

/** The difference in one cell of the expected rules and those found. */
function differenceIn({ flow, rules: [own = [], found = []] }: Cell): Difference[] {
  const { surely: wanted, denied: unwanted } = decidedFor(flow, own)
  const { surely, possibly, denied } = decidedFor(flow, found)
  // tagwall cannot know which addresses a tag has here, so the order of a deny and an allow may matter.
  const isByTag = [...own, ...found].some(({ remote }) => remote.tags.length > 0)
  // The configuration must itself deny what the policy denies, and not leave it to later rules.
  const undenied = difference(unwanted, denied)
  const isSame = isWithin(wanted, surely) && isWithin(possibly, wanted) && isNothing(undenied)
  if (isSame && (!isByTag || areInOrder(own, found))) return []
  const missing = difference(wanted, surely)
  const extra = union([difference(possibly, wanted), undenied])
  const isOnlyOrder = isNothing(missing) && isNothing(extra)
  return [{ flow, missing: isOnlyOrder ? wanted : missing, extra, isOnlyOrder }]
}

/** A list holds the addresses of the set that it or its file is named after; or else those of all sets that have no list. */
function listDifferences({ target, ruleset: { sets }, by }: Expectation, { lists }: MixedReading): Finding[] {
  const [byName, listed] = [new Map(sets.map((set) => [set.name, set])), new Set(lists.map(nameOfList))]
  const unlisted = sets.filter(({ name }) => !listed.has(name))
  const isRest = (list: AddressList) => list.name === undefined && !byName.has(list.part)
  const compared = [
    ...lists.map((list) => ({ name: nameOfList(list), found: heldBy(list), isOfRest: isRest(list) })),
    ...(lists.some(isRest) ? [] : unlisted.map(({ name }) => ({ name, found: NOTHING, isOfRest: false }))),
  ]
  return compared.flatMap(({ name, found, isOfRest }): Finding[] => {
    const own = [byName.get(name) ?? []].flat()
    const wanted = wantedOf(isOfRest ? unlisted : own, by)
    const [missing, extra] = [difference(wanted, found), difference(found, wanted)]
    if (isNothing(missing) && isNothing(extra)) return []
    const facts = { flow: `the list ${name}`, rules: own.map((set) => set.name), ...sidesOf({ missing, extra }) }
    return [{ code: 'PROOF_FAILED', severity: 'error', target, ...facts }]
  })
}

/** The policy's rules that a difference concerns: their addresses or tags are missing, or they have the flow. */
export function rulesBehind(flow: Flow, { rules }: Pick<Ruleset, 'rules'>, { missing, extra }: Sides): string[] {
  const onFlow = rules.filter(
    ({ direction, protocol }) => direction === flow.direction && (protocol === 'any' || protocol === flow.protocol),
  )
  const touched = onFlow.filter(({ set }: ConcreteRule) => {
    return [missing, extra].some(
      ({ addresses, tags }) => set.prefixes.overlaps(addresses) || set.tags.some((tag) => tags.has(tag.toLowerCase())),
    )
  })
  return [...new Set(touched.map(({ name }) => name))]
}

function proofOf({ ruleset, by }: Expectation, { rules, lists }: MixedReading): Proof {
  const sets = lists.length > 0 ? lists.map(({ addresses }) => addresses) : ruleset.rules.map(({ set }) => set.prefixes)
  return {
    rules: rules.length,
    prefixes: by === 'tags' ? 0 : sets.reduce((sum, { prefixCount }) => sum + prefixCount, 0),
    tags: by === 'tags' ? new Set(ruleset.rules.flatMap(({ set }) => set.tags)).size : 0,
  }
}
