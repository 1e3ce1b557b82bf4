import { heldRanges } from '../address/overlaps.ts'
import { FAMILIES, prefixAt } from '../address/prefix.ts'
import { familiesOf, inFamiliesOf, PrefixSet } from '../address/prefix-set.ts'
import type { TagSet } from '../document/holders.ts'
import { groupBy } from '../model/group-by.ts'
import { baseTagOf } from '../model/service-tag.ts'
import { byCodeUnit } from '../text/numbers.ts'

/** A tag that holds addresses of a rule: its share of the rule, and how much of the tag the rule has. Both from 0 to 1. */
export interface TagShare {
  readonly name: string
  readonly ofRule: number
  readonly ofTag: number
}

export type Match = ReturnType<typeof matchTags>

/** The tags of one document, regional ones below their base tag. */
export type TagIndex = ReturnType<typeof indexOf>

export function indexOf(published: string, tags: readonly TagSet[]) {
  const bySmallLetters = new Map(tags.map((tag) => [tag.name.toLowerCase(), tag]))
  const tagOf = (name: string) => bySmallLetters.get(name.toLowerCase())
  const baseOf = ({ name, region }: TagSet) => (region === '' ? undefined : tagOf(baseTagOf(name)))
  const parts = groupBy(tags, (tag) => baseOf(tag))
  return {
    published,
    /** The tag of a name in any spelling. */
    tagOf,
    bases: parts.get(undefined) ?? [],
    partsOf: (base: TagSet) => parts.get(base) ?? [],
    /** The addresses of all tags. */
    all: PrefixSet.union(tags.map(({ prefixes }) => prefixes)),
  }
}

/** A tag that mostly is in the rule is named, though it is not proposed. */
const NEAR = 0.5

/** A rule for a whole /8 is no copy of the many tags in it: some prefix of a tag is shorter than the rule's by less than this. */
const LEAST_BITS = 3

/**
 * The tags that explain a set of addresses. A tag is proposed if the set has at least `fit` of it, from 0 to 1, and if it explains addresses that
 * the ones before it do not, the largest first. Regional tags are not proposed where their base tag is near and explains more than they do.
 */
export function matchTags(remote: PrefixSet, index: TagIndex, fit: number) {
  if (!index.all.overlaps(remote)) return { tags: [], ties: [], near: [] }
  const found = index.bases.flatMap((base) => heldOf(base, index.partsOf(base), remote, fit))
  const fitting = found.filter(({ ofTag, common }) => ofTag >= fit && holdsMuchOf(common, remote))
  const chosen = chosenOf(fitting, remote)
  const rest = remote.subtract(PrefixSet.union(chosen.map(({ common }) => common)))
  const others = found.filter((one) => !chosen.includes(one))
  const ties = others.filter((one) => fitting.includes(one) && chosen.some(({ common }) => common.equals(one.common)))
  const near = others
    .filter(({ ofTag, ofRule, common }) => (ofTag >= NEAR || ofRule >= NEAR) && common.overlaps(rest))
    .sort((a, b) => b.ofRule * b.ofTag - a.ofRule * a.ofTag || byCodeUnit(a.name, b.name))
  return {
    /** The tags that explain the rule, the one that explains most first. */
    tags: chosen.map(shareOf),
    /** Other tags for the same addresses of the rule: each could stand in the place of one of `tags`. */
    ties: ties.map(shareOf),
    /** Tags that hold some of the rest, or that a rule with more of them would have; the best fit first. */
    near: near.map(shareOf),
  }
}

/** A tag with the addresses that it shares with the rule. */
interface Held extends TagShare {
  readonly common: PrefixSet
}

const shareOf = ({ name, ofRule, ofTag }: Held): TagShare => ({ name, ofRule, ofTag })

/** A base tag and its regional ones, as far as they hold addresses of the rule. */
function heldOf(base: TagSet, parts: readonly TagSet[], remote: PrefixSet, fit: number): Held[] {
  const whole = held(base, remote)
  // A base tag has the addresses of all its regions.
  if (!whole) return []
  if (whole.ofTag >= fit) return [whole]
  const regional = parts.flatMap((part) => held(part, remote) ?? [])
  const fitting = regional.filter(({ ofTag }) => ofTag >= fit)
  const isMore = !PrefixSet.union(fitting.map(({ common }) => common)).contains(whole.common)
  return isMore && whole.ofTag >= NEAR ? [whole] : [whole, ...regional]
}

function held({ name, prefixes }: TagSet, remote: PrefixSet): Held | undefined {
  // Most tags have nothing in common with a rule, which is quick to see.
  if (!prefixes.overlaps(remote)) return undefined
  const common = prefixes.intersect(remote)
  return {
    name,
    common,
    ofRule: share(common, remote, remote),
    ofTag: share(common, prefixes, remote),
  }
}

/** The mean share of a whole in the families that both it and the rule have: IPv6 has so many addresses that it would decide alone. */
function share(common: PrefixSet, whole: PrefixSet, remote: PrefixSet): number {
  const families = familiesOf(whole).filter((family) => !remote.family(family).isEmpty)
  const shares = families.map((family) => Number(common.family(family).count) / Number(whole.family(family).count))
  return shares.reduce((sum, one) => sum + one, 0) / shares.length
}

/** True if one of the addresses' prefixes is at least a quarter of the prefix of the rule that holds it. */
function holdsMuchOf(common: PrefixSet, remote: PrefixSet): boolean {
  return common.prefixes.some(({ family, address, length }) => {
    const around = length - LEAST_BITS
    return around < 0 || !remote.contains(PrefixSet.of([prefixAt(family, address, around)]))
  })
}

/**
 * The largest first, as long as one explains something new; then without those that the others explain together. What one explains gets less with
 * each that is chosen, so a gain is computed again only while it may be the largest.
 */
function chosenOf(fitting: readonly Held[], remote: PrefixSet): Held[] {
  const chosen: Held[] = []
  let rest = remote
  const gainOf = (one: Held): Gain => ({ one, gain: share(one.common.intersect(rest), remote, remote) })
  let open = fitting.map(gainOf).sort(byGain)
  for (;;) {
    const [first, ...others] = open
    if (!first || first.gain === 0) break
    const again = gainOf(first.one)
    if (others[0] && byGain(others[0], again) < 0) {
      open = [...others, again].sort(byGain)
    } else {
      if (again.gain > 0) chosen.push(first.one)
      rest = rest.subtract(first.one.common)
      open = others
    }
  }
  const alone = heldAlone(chosen.map(({ common }) => common))
  return chosen.filter((_, index) => !alone[index]?.isEmpty)
}

/** Of each set, the addresses that no other has. */
export function heldAlone(sets: readonly PrefixSet[]): PrefixSet[] {
  const ranges = FAMILIES.flatMap((family) => heldRanges(family, sets)).filter(({ held }) => held.length === 1)
  const bySet = groupBy(ranges, ({ held }) => held[0])
  return sets.map((_, index) => PrefixSet.ofRanges(bySet.get(index) ?? []))
}

interface Gain {
  readonly one: Held
  readonly gain: number
}

/** More of the rest; else more of the tag; else the shorter name. */
const byGain = (a: Gain, b: Gain): number =>
  b.gain - a.gain ||
  b.one.ofTag - a.one.ofTag ||
  a.one.name.length - b.one.name.length ||
  byCodeUnit(a.one.name, b.one.name)

/** Each address of a rule and its `tags` by what the tags say of it, in the families of the rule. Of `editions`, the first is the newest and decides. */
export function heapsOf(remote: PrefixSet, tags: readonly string[], editions: readonly [TagIndex, ...TagIndex[]]) {
  const [newest, ...older] = editions
  const now = inFamiliesOf(remote, prefixesIn(newest, tags))
  let rest = remote.subtract(now)
  const stale = older.flatMap((edition) => {
    const addresses = rest.intersect(prefixesIn(edition, tags))
    rest = rest.subtract(addresses)
    return addresses.isEmpty ? [] : [{ until: edition.published, addresses }]
  })
  return {
    exact: remote.intersect(now),
    /** In its tags until an older document, the last one that has them; the latest first. */
    stale,
    /** In the tags, and not in the rule. */
    missing: now.subtract(remote),
    /** In other tags. */
    otherTags: rest.intersect(newest.all),
    /** In no tag. */
    notAzure: rest.subtract(newest.all),
  }
}

/** The addresses of tags in one document; those that it lacks have none. */
export const prefixesIn = ({ tagOf }: TagIndex, tags: readonly string[]): PrefixSet =>
  PrefixSet.union(tags.flatMap((tag) => tagOf(tag)?.prefixes ?? []))
