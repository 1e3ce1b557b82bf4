import { FAMILIES, type Prefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import type { Finding, FindingCode, Guarded, Loss } from '../../finding/finding.ts'
import { isAsked } from '../../model/asked.ts'
import { type GuardLimits, type GuardName, THRESHOLDS } from '../../model/guard.ts'
import { lazy } from '../../model/lazy.ts'
import type { ServiceTag, TagDocument } from '../../model/service-tag.ts'
import type { TagSet } from '../holders.ts'
import { growth, isSameService } from './growth.ts'
import { type SpecialUse, specialUse } from './special-use.ts'
import { swallowed } from './swallow.ts'
import { swapped } from './swapped.ts'
import { widened } from './widened.ts'

export interface GuardOptions {
  readonly limits: GuardLimits
  /** Every published tag, to find the owners of new addresses; called only if a tag grew a lot. */
  readonly everyTag?: (() => readonly TagSet[]) | undefined
  /** The baseline of a quarter before, for losses that add up; called only if a tag lost addresses. */
  readonly longBefore?: (() => TagDocument | undefined) | undefined
  /** The guards that a person accepted for this run. */
  readonly accept: readonly GuardName[]
}

/**
 * Checks the tags in `used` of `document`, by themselves and against the newest snapshot of the cloud. Findings are errors;
 * accepted ones, and a re-issue, are warnings.
 */
export function guard(
  document: TagDocument,
  newest: TagDocument | undefined,
  used: (name: string) => boolean,
  { limits, accept, everyTag, longBefore }: GuardOptions,
): Finding[] {
  const severityOf = (name: GuardName) => (accept.includes(name) ? 'warning' : 'error')
  const all = [...document.tags.values()].filter(({ name }) => used(name))
  const giant = all.flatMap((tag) => giants(tag, severityOf))
  // The addresses of a giant that is refused are judged by nothing else: its finding covers every other one.
  const tags = accept.includes('giant') ? all : all.map((tag) => withoutGiants(tag, newest?.tags.get(tag.name)))
  const special = specialUse()
  const allSpecial = PrefixSet.union(special.map(({ set }) => set))
  const alone = [
    ...giant,
    ...tags.flatMap((tag) => (tag.prefixes.overlaps(allSpecial) ? specialIn(tag, special, severityOf) : [])),
  ]
  if (newest === undefined) return alone
  if (document.published < newest.published) {
    // An older document naturally lacks addresses, so it is not compared further.
    const dates = { published: document.published, newest: newest.published }
    return [{ code: 'OLDER_DOCUMENT', severity: severityOf('rollback'), ...dates }, ...alone]
  }
  const before = [...newest.tags.values()].filter(({ name }) => used(name))
  const others = lazy(() => [...newest.tags.values(), ...(everyTag?.() ?? document.tags.values())])
  return [
    ...numbers(document, newest, tags, severityOf),
    ...vanished(document, newest, before, severityOf),
    ...tags.flatMap((tag) => {
      const old = newest.tags.get(tag.name)
      if (old) {
        const lost = shrunk(old, tag, limits, severityOf)
        return [
          ...(lost.length > 0
            ? lost
            : [...shrunkSlowly(old, tag, longBefore, limits, severityOf), ...swapped(old.prefixes, tag, others)]),
          ...gained(old.prefixes, tag, limits, others, severityOf('grow')),
        ]
      }
      // A rule for `Sql.*` gains the addresses of each new tag. The baseline knows nothing of a tag that the policy names only now.
      if (!isAsked(newest, tag.name)) return []
      return growth(serviceBefore(tag, before), tag, limits, others, severityOf('grow')).map((finding) => ({
        ...finding,
        isNew: true,
      }))
    }),
    ...swallowed(tags, newest, severityOf('swallow')),
    ...alone,
  ]
}

/** Blocks that became much larger, and the growth of the rest. */
function gained(
  before: PrefixSet,
  after: ServiceTag,
  limits: GuardLimits,
  others: () => Iterable<TagSet>,
  severity: Guarded,
): Finding[] {
  const { finding, rest } = widened(before, after, limits, severity)
  return [...finding, ...growth(before, rest, limits, others, severity)]
}

/** The accepted guards that would have refused the document. */
export function acceptedIn(findings: readonly Finding[], accept: readonly GuardName[]): GuardName[] {
  return accept.filter((name) => findings.some((finding) => guardOf(finding) === name))
}

/** The codes of the findings that `guard` accepts. */
export function codesOf(guard: GuardName): FindingCode[] {
  return Object.entries(NAMES).flatMap(([code, name]) => (name === guard ? [code as FindingCode] : []))
}

/** The name that accepts a finding. */
export function guardOf({ code }: Finding): GuardName | undefined {
  return code in NAMES ? NAMES[code as keyof typeof NAMES] : undefined
}

const NAMES = {
  OLDER_DOCUMENT: 'rollback',
  FUTURE_DOCUMENT: 'future',
  ROLLED_BACK: 'rollback',
  TAG_VANISHED: 'vanished',
  TAG_SHRANK: 'shrink',
  TAG_SHRANK_SLOWLY: 'shrink',
  TAG_GREW: 'grow',
  TAG_WIDENED: 'grow',
  SPECIAL_USE: 'special-use',
  GIANT_PREFIX: 'giant',
  TAG_SWALLOWED: 'swallow',
} as const satisfies Partial<Record<Finding['code'], GuardName>>

/** The addresses of the tags of the same service. */
function serviceBefore({ name }: ServiceTag, before: readonly ServiceTag[]): PrefixSet {
  return PrefixSet.union(before.filter((tag) => isSameService(tag.name, name)).map(({ prefixes }) => prefixes))
}

type SeverityOf = (name: GuardName) => 'error' | 'warning'

function numbers(document: TagDocument, newest: TagDocument, tags: ServiceTag[], severityOf: SeverityOf): Finding[] {
  const pairs = tags.flatMap((tag): [ServiceTag, ServiceTag][] => {
    const before = newest.tags.get(tag.name)
    return before ? [[before, tag]] : []
  })
  const losses = pairs.filter(([before, after]) => !after.prefixes.contains(before.prefixes))
  if (document.changeNumber < newest.changeNumber && losses.length > 0) {
    const lost = PrefixSet.union(losses.map(([before, after]) => before.prefixes.subtract(after.prefixes)))
    const names = losses.map(([{ name }]) => name)
    const facts = { changeNumber: document.changeNumber, newest: newest.changeNumber, tags: names, lost }
    return [{ code: 'ROLLED_BACK', severity: severityOf('rollback'), ...facts }]
  }
  const changed = pairs.filter(([before, after]) => !after.prefixes.equals(before.prefixes))
  if (changed.length === 0) return []
  const names = changed.map(([{ name }]) => name)
  if (document.published !== newest.published) {
    const { changeNumber, published } = document
    const facts = { changeNumber, published, newest: newest.published, tags: names }
    return changeNumber === newest.changeNumber ? [{ code: 'SAME_NUMBER', severity: 'warning', ...facts }] : []
  }
  return [{ code: 'REISSUED', severity: 'warning', published: document.published, tags: names }]
}

function vanished(
  document: TagDocument,
  newest: TagDocument,
  before: readonly ServiceTag[],
  severityOf: SeverityOf,
): Finding[] {
  const gone = before.filter(({ name }) => !document.tags.has(name)).map(({ name }) => name)
  if (gone.length === 0) return []
  return [{ code: 'TAG_VANISHED', severity: severityOf('vanished'), tags: gone, newest: newest.published }]
}

/** Losses count regardless of gains, and by family, because IPv6 outnumbers everything. */
function shrunk(before: ServiceTag, after: ServiceTag, { maxShrink }: GuardLimits, severityOf: SeverityOf): Finding[] {
  const losses = lossesOf(before, after, maxShrink)
  if (losses.length === 0) return []
  return [{ code: 'TAG_SHRANK', severity: severityOf('shrink'), tag: after.name, losses, limit: maxShrink }]
}

/** Losses since the baseline of a quarter before, if this document adds to them. */
function shrunkSlowly(
  before: ServiceTag,
  after: ServiceTag,
  longBefore: GuardOptions['longBefore'],
  { maxShrink }: GuardLimits,
  severityOf: SeverityOf,
): Finding[] {
  const now = before.prefixes.subtract(after.prefixes)
  const older = now.isEmpty ? undefined : longBefore?.()
  const tag = older?.tags.get(after.name)
  if (!older || !tag) return []
  // Only a family that lost addresses now.
  const losses = lossesOf(tag, after, maxShrink).filter(({ family }) => !now.family(family).isEmpty)
  if (losses.length === 0) return []
  const facts = { tag: after.name, losses, since: older.published, limit: maxShrink }
  return [{ code: 'TAG_SHRANK_SLOWLY', severity: severityOf('shrink'), ...facts }]
}

/** The losses above a limit in percent. */
function lossesOf(before: ServiceTag, after: ServiceTag, maxShrink: number): Loss[] {
  const lost = before.prefixes.subtract(after.prefixes)
  return FAMILIES.map((family): Loss => {
    return { family, before: before.prefixes.family(family).count, lost: lost.family(family).count }
  }).filter(({ before, lost }) => lost * 100n > before * BigInt(maxShrink))
}

function giants(tag: ServiceTag, severityOf: SeverityOf): Finding[] {
  const prefixes = giantsOf(tag)
  return prefixes.length > 0 ? [{ code: 'GIANT_PREFIX', severity: severityOf('giant'), tag: tag.name, prefixes }] : []
}

const giantsOf = ({ prefixes }: ServiceTag): Prefix[] =>
  prefixes.prefixes.filter(({ family, length }) => length < THRESHOLDS[family].shortestPrefix)

/** A tag without the addresses that giants add. */
function withoutGiants(tag: ServiceTag, before: ServiceTag | undefined): ServiceTag {
  const giants = giantsOf(tag)
  if (giants.length === 0) return tag
  const added = PrefixSet.of(giants).subtract(before?.prefixes ?? PrefixSet.empty)
  return { ...tag, prefixes: tag.prefixes.subtract(added) }
}

function specialIn({ name, prefixes }: ServiceTag, special: readonly SpecialUse[], severityOf: SeverityOf): Finding[] {
  return special.flatMap(({ what, set }): Finding[] => {
    const found = prefixes.intersect(set)
    return found.isEmpty
      ? []
      : [{ code: 'SPECIAL_USE', severity: severityOf('special-use'), tag: name, what, prefixes: found.prefixes }]
  })
}
