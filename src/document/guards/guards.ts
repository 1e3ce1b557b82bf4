import { FAMILIES, type Prefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { type Finding, type FindingCode, findingAbout, type Loss } from '../../finding/finding.ts'
import { type GuardLimits, type GuardName, type SlowGuard, THRESHOLDS } from '../../model/guard.ts'
import { lazy } from '../../model/lazy.ts'
import { isAsked, type ServiceTag, type TagDocument } from '../../model/service-tag.ts'
import { daysBetween } from '../../text/dates.ts'
import type { TagSet } from '../holders.ts'
import { growth, isSameService, refusedIn, type Step, strangersIn, swallowed, swapped, widened } from './growth.ts'
import { specialUse, specialUseSet } from './special-use.ts'

export interface GuardOptions {
  readonly limits: GuardLimits
  /** Every published tag, to find the owners of new addresses; called only if a tag grew a lot. */
  readonly everyTag?: (() => readonly TagSet[]) | undefined
  /** The baseline of a quarter before, for changes that add up; called only if a tag lost or gained addresses. */
  readonly longBefore?: ((guard: SlowGuard) => TagDocument | undefined) | undefined
  /** The guards that a person accepted for this run. */
  readonly accept: readonly GuardName[]
}

/** Checks the `used` tags by themselves and against the newest snapshot. Findings are errors; accepted ones, and a re-issue, are warnings. */
export function guard(
  document: TagDocument,
  newest: TagDocument | undefined,
  used: (name: string) => boolean,
  { accept, ...options }: GuardOptions,
): Finding[] {
  const all = [...document.tags.values()].filter(({ name }) => used(name))
  // The addresses of a giant that is refused are judged by nothing else: its finding covers every other one.
  const tags = accept.includes('giant') ? all : all.map((tag) => withoutGiants(tag, newest?.tags.get(tag.name)))
  const alone = [...all.flatMap(giants), ...specialIn(tags)]
  return withAccepted(newest ? [...compared(document, newest, tags, used, options), ...alone] : alone, accept)
}

/** The findings of tags against the newest snapshot. */
function compared(
  document: TagDocument,
  newest: TagDocument,
  tags: readonly ServiceTag[],
  used: (name: string) => boolean,
  { limits, everyTag, longBefore = () => undefined }: Omit<GuardOptions, 'accept'>,
): Finding[] {
  // An older document naturally lacks addresses, so it is not compared further.
  if (document.published < newest.published)
    return [{ code: 'OLDER_DOCUMENT', severity: 'error', published: document.published, newest: newest.published }]
  const before = [...newest.tags.values()].filter(({ name }) => used(name))
  const others = lazy(() => [...newest.tags.values(), ...(everyTag?.() ?? document.tags.values())])
  const stepFrom = (before: PrefixSet, after: ServiceTag): Step => ({ before, after, limits, others, longBefore })
  return [
    ...numbers(document, newest, tags),
    ...vanished(document, newest, before),
    ...tags.flatMap((tag) => {
      const old = newest.tags.get(tag.name)
      if (old) {
        const step = stepFrom(old.prefixes, tag)
        const lost = shrunk(step)
        const { finding, rest } = widened(step)
        const grown = growth({ ...step, after: rest })
        return [
          ...lost,
          ...shrunkSlowly(step, lost),
          ...(lost.length > 0 ? [] : swapped(step)),
          ...finding,
          ...grown,
          ...strangersIn({ ...step, after: rest }, grown),
        ]
      }
      // A rule for `Sql.*` gains the addresses of each new tag. The baseline knows nothing of a tag that the policy names only now.
      if (!isAsked(newest, tag.name)) return []
      const service = before.filter(({ name }) => isSameService(name, tag.name)).map(({ prefixes }) => prefixes)
      return growth(stepFrom(PrefixSet.union(service), tag)).map((finding) => ({ ...finding, isNew: true }))
    }),
    ...swallowed(tags, newest),
  ]
}

/** The findings with those that a person accepted as warnings. */
const withAccepted = (findings: readonly Finding[], accept: readonly GuardName[]): Finding[] =>
  findings.map((finding) => {
    const name = guardOf(finding)
    return name && accept.includes(name) ? ({ ...finding, severity: 'warning' } as Finding) : finding
  })

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
  TAG_GREW_SLOWLY: 'grow',
  TAG_WIDENED: 'grow',
  SPECIAL_USE: 'special-use',
  GIANT_PREFIX: 'giant',
  TAG_SWALLOWED: 'swallow',
} as const satisfies Partial<Record<Finding['code'], GuardName>>

function numbers(document: TagDocument, newest: TagDocument, tags: readonly ServiceTag[]): Finding[] {
  const pairs = tags.flatMap((tag): [ServiceTag, ServiceTag][] => {
    const before = newest.tags.get(tag.name)
    return before ? [[before, tag]] : []
  })
  const namesOf = (some: typeof pairs) => some.map(([{ name }]) => name)
  const { changeNumber, published } = document
  const losses = pairs.filter(([before, after]) => !after.prefixes.contains(before.prefixes))
  if (changeNumber < newest.changeNumber && losses.length > 0) {
    const lost = PrefixSet.union(losses.map(([before, after]) => before.prefixes.subtract(after.prefixes)))
    const facts = { changeNumber, newest: newest.changeNumber, tags: namesOf(losses), lost }
    return [{ code: 'ROLLED_BACK', severity: 'error', ...facts }]
  }
  const tagsOf = namesOf(pairs.filter(([before, after]) => !after.prefixes.equals(before.prefixes)))
  if (tagsOf.length === 0) return []
  if (published === newest.published) return [{ code: 'REISSUED', severity: 'warning', published, tags: tagsOf }]
  if (changeNumber !== newest.changeNumber) return []
  return [{ code: 'SAME_NUMBER', severity: 'warning', changeNumber, published, newest: newest.published, tags: tagsOf }]
}

function vanished({ tags }: TagDocument, { published }: TagDocument, before: readonly ServiceTag[]): Finding[] {
  const gone = before.filter(({ name }) => !tags.has(name)).map(({ name }) => name)
  return findingAbout(gone, { code: 'TAG_VANISHED', severity: 'error', tags: gone, newest: published })
}

/** Losses count regardless of gains, and by family, because IPv6 outnumbers everything. */
function shrunk({ before, after, limits: { maxShrink } }: Step): Finding[] {
  const losses = lossesOf(before, after, maxShrink)
  return findingAbout(losses, { code: 'TAG_SHRANK', severity: 'error', tag: after.name, losses, limit: maxShrink })
}

/** Losses since the baseline of a quarter before, if this document adds to them, of families that `lost` does not refuse. */
function shrunkSlowly({ before, after, limits: { maxShrink }, longBefore }: Step, lost: readonly Finding[]): Finding[] {
  const refused = refusedIn(lost)
  const now = before.subtract(after.prefixes)
  const older = now.isEmpty ? undefined : longBefore('shrink')
  const tag = older?.tags.get(after.name)
  if (!older || !tag) return []
  // Only a family that lost addresses now.
  const isMore = ({ family }: Loss) => !now.family(family).isEmpty && !refused.has(family)
  const losses = lossesOf(tag.prefixes, after, maxShrink).filter(isMore)
  const facts = { tag: after.name, losses, since: older.published, limit: maxShrink }
  return findingAbout(losses, { code: 'TAG_SHRANK_SLOWLY', severity: 'error', ...facts })
}

/** The losses above a limit in percent. */
function lossesOf(before: PrefixSet, after: ServiceTag, maxShrink: number): Loss[] {
  const lost = before.subtract(after.prefixes)
  return FAMILIES.map((family): Loss => {
    return { family, before: before.family(family).count, lost: lost.family(family).count }
  }).filter(({ before, lost }) => lost * 100n > before * BigInt(maxShrink))
}

function giants(tag: ServiceTag): Finding[] {
  const prefixes = giantsOf(tag)
  return findingAbout(prefixes, { code: 'GIANT_PREFIX', severity: 'error', tag: tag.name, prefixes })
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

function specialIn(tags: readonly ServiceTag[]): Finding[] {
  return tags
    .filter(({ prefixes }) => prefixes.overlaps(specialUseSet()))
    .flatMap(({ name, prefixes }) =>
      specialUse().flatMap(({ what, set }) => {
        const found = prefixes.intersect(set).prefixes
        return findingAbout(found, { code: 'SPECIAL_USE', severity: 'error', tag: name, what, prefixes: found })
      }),
    )
}

// Files are dated before they appear; two weeks allow for a wrong clock and a file dated ahead.
const MOST_DAYS = 14

/** True if a date is more than two weeks after `now`: no document of Microsoft is. */
export const isAhead = (published: string, now: string): boolean => daysBetween(now, published) > MOST_DAYS

/** Refuses a document that is dated more than two weeks after `now`: rules would be made from it until that day. */
export function future(published: string, now: string, accept: readonly GuardName[]): Finding[] {
  const days = daysBetween(now, published)
  return isAhead(published, now)
    ? withAccepted([{ code: 'FUTURE_DOCUMENT', severity: 'error', published, days }], accept)
    : []
}
