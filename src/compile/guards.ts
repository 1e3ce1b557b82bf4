import type { Finding, FindingCode, TagChange } from '../model/finding.ts'
import type { GuardLimits, GuardName } from '../model/guard.ts'
import { FAMILIES } from '../model/prefix.ts'
import { PrefixSet } from '../model/prefix-set.ts'
import type { ServiceTag, TagDocument } from '../model/service-tag.ts'
import { specialUse } from './special-use.ts'

// A tag with one IPv6 prefix that gains four has not grown by 400 per cent in any sense that matters.
const FEWEST_PREFIXES = 10

/** The shortest prefix that a service may have: a /8 is 16.8 million addresses, and no published tag has ever had one. */
const SHORTEST = { ipv4: 8, ipv6: 16 } as const

export interface GuardOptions {
  readonly limits: GuardLimits
  /** What a person has accepted for this run. */
  readonly accept: readonly GuardName[]
}

/**
 * What is suspicious about `document`, of which only the tags in `used` are looked at, by itself and beside the newest
 * snapshot of its cloud. Errors, but for what is accepted: that, and a re-issue, are warnings.
 */
export function guard(
  document: TagDocument,
  newest: TagDocument | undefined,
  used: (name: string) => boolean,
  { limits, accept }: GuardOptions,
): Finding[] {
  const tags = [...document.tags.values()].filter(({ name }) => used(name))
  const severityOf = (name: GuardName) => (accept.includes(name) ? 'warning' : 'error')
  const alone = tags.flatMap((tag) => oddRanges(tag, severityOf))
  if (newest === undefined) return alone
  if (document.published < newest.published) {
    // What an older document lacks says nothing, so it is not measured against the newest.
    const dates = { published: document.published, newest: newest.published }
    return [{ code: 'OLDER_DOCUMENT', severity: severityOf('rollback'), ...dates }, ...alone]
  }
  const before = [...newest.tags.values()].filter(({ name }) => used(name))
  return [
    ...numbers(document, newest, tags, severityOf),
    ...vanished(document, newest, before, severityOf),
    ...tags.flatMap((tag) => sizes(newest.tags.get(tag.name), tag, limits, severityOf)),
    ...swallowed(tags, newest, severityOf),
    ...alone,
  ]
}

/** The guards that would have refused, had they not been accepted. */
export function acceptedIn(findings: readonly Finding[], accept: readonly GuardName[]): GuardName[] {
  return accept.filter((name) => findings.some((finding) => guardOf(finding) === name))
}

/** The codes of the findings that `guard` accepts. */
export function codesOf(guard: GuardName): FindingCode[] {
  return Object.entries(NAMES).flatMap(([code, name]) => (name === guard ? [code as FindingCode] : []))
}

/** The name that accepts a finding. */
function guardOf({ code }: Finding): GuardName | undefined {
  return code in NAMES ? NAMES[code as keyof typeof NAMES] : undefined
}

const NAMES = {
  OLDER_DOCUMENT: 'rollback',
  ROLLED_BACK: 'rollback',
  TAG_VANISHED: 'vanished',
  TAG_SHRANK: 'shrink',
  TAG_GREW: 'grow',
  SPECIAL_USE: 'special-use',
  GIANT_PREFIX: 'giant',
  TAG_SWALLOWED: 'swallow',
} as const satisfies Partial<Record<Finding['code'], GuardName>>

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
  if (document.published !== newest.published || changed.length === 0) return []
  const names = changed.map(([{ name }]) => name)
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

/** Prefixes and addresses both: by family, because IPv6 outnumbers everything, and not for a family that is new. */
function sizes(
  before: ServiceTag | undefined,
  { name, prefixes }: ServiceTag,
  limits: GuardLimits,
  severityOf: SeverityOf,
): Finding[] {
  if (before === undefined) return []
  const changes = FAMILIES.flatMap((family): TagChange[] => {
    const [old, now] = [before.prefixes.family(family), prefixes.family(family)]
    const counts: TagChange = { family, what: 'prefixes', before: size(old), after: size(now) }
    const isSmall = counts.before < FEWEST_PREFIXES && counts.after < FEWEST_PREFIXES
    return [{ family, what: 'addresses', before: old.count, after: now.count }, ...(isSmall ? [] : [counts])]
  }).filter((change) => change.before > 0n)
  const shrank = changes.filter((change) => change.after * 100n < change.before * BigInt(100 - limits.maxShrink))
  const grew = changes.filter((change) => change.after * 100n > change.before * BigInt(100 + limits.maxGrow))
  const shrink: Finding = {
    code: 'TAG_SHRANK',
    severity: severityOf('shrink'),
    tag: name,
    changes: shrank,
    limit: limits.maxShrink,
  }
  const grow: Finding = {
    code: 'TAG_GREW',
    severity: severityOf('grow'),
    tag: name,
    changes: grew,
    limit: limits.maxGrow,
  }
  return [...(shrank.length > 0 ? [shrink] : []), ...(grew.length > 0 ? [grow] : [])]
}

const size = (set: PrefixSet) => BigInt(set.prefixes.length)

function oddRanges({ name, prefixes }: ServiceTag, severityOf: SeverityOf): Finding[] {
  const giants = prefixes.prefixes.filter(({ family, length }) => length < SHORTEST[family])
  const giant: Finding = { code: 'GIANT_PREFIX', severity: severityOf('giant'), tag: name, prefixes: giants }
  const special = specialUse().flatMap(({ what, set }): Finding[] => {
    const found = prefixes.intersect(set)
    return found.isEmpty
      ? []
      : [{ code: 'SPECIAL_USE', severity: severityOf('special-use'), tag: name, what, prefixes: found.prefixes }]
  })
  return [...(giants.length > 0 ? [giant] : []), ...special]
}

/** A tag that holds all of another one, and did not before. Storage has always held Storage.WestEurope. */
function swallowed(tags: readonly ServiceTag[], newest: TagDocument, severityOf: SeverityOf): Finding[] {
  return tags.flatMap((outer) =>
    tags.flatMap((inner): Finding[] => {
      const [outerBefore, innerBefore] = [newest.tags.get(outer.name), newest.tags.get(inner.name)]
      if (outer === inner || !outerBefore || !innerBefore) return []
      if (!outer.prefixes.contains(inner.prefixes) || outerBefore.prefixes.contains(innerBefore.prefixes)) return []
      return [{ code: 'TAG_SWALLOWED', severity: severityOf('swallow'), tag: outer.name, inner: inner.name }]
    }),
  )
}
