import { overlapFinder } from '../address/overlaps.ts'
import { inFamiliesOf, PrefixSet } from '../address/prefix-set.ts'
import { piecesBetween, type Sides } from '../change/traffic/traffic.ts'
import { compile } from '../compile/compile.ts'
import type { KnownDocument } from '../document/history.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Piece } from '../model/change.ts'
import { groupBy, runsOf } from '../model/group-by.ts'
import type { Policy } from '../model/policy.ts'
import type { FoundRule, RemoteSide } from '../model/reading.ts'
import { decideAlike } from '../verify/compare.ts'
import { expectedRules } from '../verify/expectation.ts'
import { type Candidate, candidatesOf, type Divide, namesOf, rulesApart } from './candidates.ts'
import { heapsOf, heldAlone, type Match, matchTags, prefixesIn, type TagIndex, type TagShare } from './match.ts'

/** A rule of a policy that could stand for rules of the device. */
export interface Adopted extends NonNullable<ReturnType<typeof bestOf>> {
  readonly candidate: Candidate
  /** The name of the rule in the policy. */
  readonly name: string
}

/** The rules of a device that tags explain, and the number of the others. */
export type Adoption = ReturnType<typeof adopt>

/**
 * The rules of a device, by name, that tags explain at least in part. `editions` are documents with all tags, the newest first: a rule that the newest does
 * not explain exactly is matched with each, and the best one names its tags. `fit` is that of `matchTags`.
 */
export function adopt(found: readonly FoundRule[], editions: readonly [TagIndex, ...TagIndex[]], fit: number) {
  const rules = rulesApart(found)
  const names = new Set<string>()
  const divide: Divide = (whole, parts) => {
    const found = bestOf(whole, editions, fit)
    if (!found) return []
    const names = [...found.tags.map(({ name }) => name), ...found.gone]
    const known = names.filter((name) => editions.some(({ tagOf }) => tagOf(name)))
    return byTags(parts, known, editions)
  }
  const adopted = candidatesOf(rules, divide).flatMap((candidate): Adopted[] => {
    const found = bestOf(candidate, editions, fit)
    if (!found) return []
    const name = nameOf(candidate, found.tags, found.gone, names)
    for (const one of namesOf(name, candidate.direction)) names.add(one.toLowerCase())
    return [{ candidate, name, ...found }]
  })
  const explained = new Set(adopted.flatMap(({ candidate }) => candidate.rules))
  const unexplained = rules.filter((_, index) => !explained.has(index))
  const device = rules.map((rule) => ({
    ...rule,
    remote: { addresses: resolvedIn(editions[0], rule.remote), tags: [] },
  }))
  // A rule for several protocols or in both directions is one for a person.
  const texts = new Set(unexplained.map(({ name, place }) => JSON.stringify([name, place])))
  return {
    rules: adopted,
    /** The rules of the device by their positions, with the addresses that their tags have in the newest document. */
    device,
    /** Rules that no tag explains, and rules to nearly any address. */
    unexplained: texts.size,
  }
}

/**
 * The parts of a candidate that some of its tags explain: those together that have the same tags for what no other tag holds. Tags count as in any
 * of the documents, so that what a tag had before belongs to it.
 */
function byTags(parts: readonly Candidate[], tags: readonly string[], editions: readonly TagIndex[]): Candidate[][] {
  const sets = tags.map((name) => PrefixSet.union(editions.map((edition) => prefixesIn(edition, [name]))))
  const find = overlapFinder(parts, ({ remote }) => remote)
  const tagsOf = new Map(parts.map((part) => [part, new Set(named(part, tags))]))
  for (const [index, alone] of heldAlone(sets).entries())
    for (const part of alone.isEmpty ? [] : find(alone)) tagsOf.get(part)?.add(index)
  for (const [index, set] of sets.entries())
    for (const part of set.isEmpty ? [] : find(set)) if (tagsOf.get(part)?.size === 0) tagsOf.get(part)?.add(index)
  // Tags that one part has together belong together.
  const first = tags.map((_, index) => index)
  const rootOf = (index: number): number => (first[index] === index ? index : rootOf(first[index] as number))
  for (const own of tagsOf.values()) {
    const [root, ...others] = [...own].map(rootOf)
    for (const other of others) first[other] = root as number
  }
  const groups = groupBy(parts, (part) => {
    const [one] = tagsOf.get(part) ?? []
    return one === undefined ? undefined : rootOf(one)
  })
  groups.delete(undefined)
  return [...groups.values()]
}

/** The tags that a part names itself, by their index. */
const named = ({ tags: own }: Candidate, tags: readonly string[]): number[] => {
  const names = new Set(own.map((name) => name.toLowerCase()))
  return tags.flatMap((tag, index) => (names.has(tag.toLowerCase()) ? [index] : []))
}

/** Rules of a device by the tags that explain them; undefined if none does. */
function bestOf(
  { remote: written, tags: named }: Candidate,
  editions: readonly [TagIndex, ...TagIndex[]],
  fit: number,
) {
  const [newest] = editions
  const own = named.flatMap((tag) => newest.tagOf(tag)?.name ?? [])
  let best: { readonly match: Match; readonly edition: TagIndex; readonly distance: number } | undefined
  for (const edition of editions) {
    const match = matchTags(written, edition, fit)
    const distance = distanceOf(written, match, edition)
    if (!best || distance < best.distance) best = { match, edition, distance }
    if (distance === 0) break
  }
  if (!best || (best.match.tags.length === 0 && own.length === 0)) return undefined
  const { match, edition } = best
  const isKnown = ({ name }: TagShare) => newest.tagOf(name)?.name === name
  const explaining = [...own.map((name): TagShare => ({ name, ofRule: 1, ofTag: 1 })), ...match.tags]
  const all = explaining.map(({ name }) => name)
  const remote = resolvedIn(newest, { addresses: written, tags: named })
  return {
    tags: explaining.filter(isKnown),
    /** Tags that the newest document lacks: those that explain the rule, and those that the device names. */
    gone: [
      ...match.tags.filter((tag) => !isKnown(tag)).map(({ name }) => name),
      ...named.filter((tag) => !newest.tagOf(tag)),
    ],
    ties: match.ties,
    near: match.near,
    /** The date of the document that explains the rule best. */
    published: edition.published,
    /** True for a document that is older than the newest. */
    isOld: edition !== newest,
    /** The addresses of the rule, and of the tags that the device resolves itself. */
    remote,
    heaps: heapsOf(remote, all, editions),
  }
}

const resolvedIn = (edition: TagIndex, { addresses, tags }: RemoteSide): PrefixSet =>
  addresses.union(prefixesIn(edition, tags))

/** The number of prefixes that either the rule or its tags have alone. */
function distanceOf(remote: PrefixSet, { tags }: Match, edition: TagIndex): number {
  const names = tags.map(({ name }) => name)
  const held = inFamiliesOf(remote, prefixesIn(edition, names))
  return remote.subtract(held).prefixCount + held.subtract(remote).prefixCount
}

/** The name that all rules have on the device; else that of the first tag. With a number where another rule has it. */
function nameOf(
  { names, direction }: Candidate,
  tags: readonly TagShare[],
  gone: readonly string[],
  taken: ReadonlySet<string>,
): string {
  const [only, ...more] = names
  const name =
    only !== undefined && more.length === 0 && RULE_NAME.test(only) ? only : (tags[0]?.name ?? gone[0] ?? 'Rule')
  for (let number = 1; ; number++) {
    const numbered = number === 1 ? name : `${name}-${number}`
    if (!namesOf(numbered, direction).some((one) => taken.has(one.toLowerCase()))) return numbered
  }
}

/** The names that a policy and every vendor take without a change. */
const RULE_NAME = /^[A-Za-z][A-Za-z0-9 ._-]{0,59}$/

/**
 * The traffic that a device would allow, and no more allow, with the rules of `policy` in the places of those that they stand for, compared with what the device's
 * own rules allow. Limits of zones and the like are left aside on both sides. Throws `UserErrors` if the policy does not compile.
 */
export function changesBy({ rules: adopted, device }: Adoption, policy: Policy, known: KnownDocument): Piece[] {
  const { ruleset, findings } = compile(policy, known)
  refuseErrors(findings, 'the draft cannot be compiled')
  const expected = expectedRules(ruleset)
  const touched = PrefixSet.union([
    ...adopted.map(({ remote }) => remote),
    ...ruleset.rules.map(({ set }) => set.prefixes),
  ])
  const adoptedBy = new Map(adopted.flatMap((one) => one.candidate.rules.map((index) => [index, one] as const)))
  const pairs = device.flatMap((found, index): Pick<Sides, 'before' | 'after'>[] => {
    const rule = { ...found, coverage: 'whole' } as const
    const own = adoptedBy.get(index)
    if (!own) return rule.remote.addresses.overlaps(touched) ? [{ before: [rule], after: [rule] }] : []
    const names = namesOf(own.name, own.candidate.direction)
    const name = names.at(rule.direction === 'inbound' ? -1 : 0) as string
    const after = index === own.candidate.rules[0] ? expected.filter((one) => names.includes(one.name)) : []
    return [{ before: [{ ...rule, name }], after }]
  })
  const before = neighboursJoined(pairs.flatMap((pair) => pair.before))
  const after = pairs.flatMap((pair) => pair.after)
  const pieces = piecesBetween({ before, after, between: undefined, resolutions: [] })
  return pieces.map((piece) => ({ ...piece, cause: 'policy' }))
}

/** Neighbours of one name that differ in their remote addresses only, as one: some devices have a rule for each prefix. */
function neighboursJoined(rules: readonly FoundRule[]): FoundRule[] {
  const areAlike = (one: FoundRule, next: FoundRule) =>
    one.name === next.name && decideAlike({ ...one, remote: next.remote }, next)
  return runsOf(rules, areAlike).map((run) => {
    const addresses = PrefixSet.union(run.map(({ remote }) => remote.addresses))
    return { ...run[0], remote: { addresses, tags: [] } }
  })
}
