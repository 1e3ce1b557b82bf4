import { overlapFinder } from '../address/overlaps.ts'
import { inFamiliesOf, isNearlyAny, PrefixSet } from '../address/prefix-set.ts'
import { groupBy } from '../model/group-by.ts'
import { memo } from '../model/lazy.ts'
import type { FoundLocal, FoundRule, Place } from '../model/reading.ts'
import {
  type Action,
  directionsOf,
  FLOW_PROTOCOLS,
  hasPorts,
  joinPorts,
  type PolicyDirection,
  type PortRange,
  type Protocol,
} from '../model/traffic.ts'
import { problemOfRuleValue } from '../policy/policy-schema.ts'
import { isEveryPort } from '../vendor/kit/ports.ts'

/** Rules of a device that one rule of a policy can stand for. */
export interface Candidate {
  /** The positions of the rules in the reading, in order. */
  readonly rules: readonly number[]
  /** The names that they have on the device; none where the device has no names. */
  readonly names: readonly string[]
  readonly places: readonly Place[]
  readonly action: Action
  readonly direction: PolicyDirection
  readonly protocol: Protocol
  /** Sorted, without overlap; empty for a protocol without ports. */
  readonly ports: readonly PortRange[]
  readonly local: FoundLocal | undefined
  readonly remote: PrefixSet
  /** Tags that the device resolves itself, as written. */
  readonly tags: readonly string[]
  /** True if zones, interfaces, users or hours limit one of the rules. */
  readonly isPart: boolean
}

/** Divides the parts of a candidate into those that belong together. A part that is in none stands for no rule. */
export type Divide = (whole: Candidate, parts: readonly Candidate[]) => readonly (readonly Candidate[])[]

/**
 * The rules of a device as candidates. Rules to nearly any address, and those with a protocol or a local side that no policy has, are left out.
 * Rules that differ only in their remote addresses are one, as far as `divide` keeps them together; then those that differ only in their
 * ports, in the family of their local side, or in their direction. Each join has the traffic of its parts and no other, and stands in the place of
 * the first. So the device decides the same: no rule comes before one of the other action that shares addresses with it and stood before it.
 */
export function candidatesOf(rules: readonly FoundRule[], divide: Divide): Candidate[] {
  const isFree = isFreeAmong(rules)
  const candidates = groupsOf(rules.flatMap(singleOf), SAME_FLOW, isFree)
    .flatMap((parts) => divide(joined(parts, SAME_FLOW), parts))
    .map((parts) => joined(parts, SAME_FLOW))
    .sort((a, b) => (a.rules[0] as number) - (b.rules[0] as number))
  return STEPS.reduce((all, step) => groupsOf(all, step, isFree).map((parts) => joined(parts, step)), candidates)
}

/** The rules of a device, combined ones apart, those for any protocol on some ports for each with ports, without port 0: no policy has these. */
export function rulesApart(rules: readonly FoundRule[]): FoundRule[] {
  return rules.flatMap(byProtocol).flatMap((rule) => {
    const groups = groupBy(rule.members ?? [], ({ name }) => name)
    if (groups.size < 2) return [rule]
    return Array.from(groups, ([name, members]): FoundRule => {
      const { addresses, tags } = rule.remote
      const own = PrefixSet.of(members.map(({ prefix }) => prefix)).intersect(addresses)
      return { ...rule, name, place: members[0]?.place ?? rule.place, remote: { addresses: own, tags }, members }
    })
  })
}

function byProtocol(rule: FoundRule): FoundRule[] {
  const isSplit = rule.protocol === 'any' && !isEveryPort(rule.ports)
  const protocols = isSplit ? FLOW_PROTOCOLS.filter(hasPorts) : [rule.protocol]
  return protocols.flatMap((protocol): FoundRule[] => {
    if (!hasPorts(protocol)) return [rule]
    const ports = rule.ports.flatMap(({ first, last }) => (last > 0 ? [{ first: Math.max(1, first), last }] : []))
    return ports.length > 0 ? [{ ...rule, protocol, ports }] : []
  })
}

/** The name that a reader gives to a rule without one. */
const NAMELESS = /^$| line \d+$/

/** One rule, in the families that both of its sides have. */
function singleOf(rule: FoundRule, index: number): Candidate[] {
  const { protocol, name, place, members = [] } = rule
  if (protocol === 'other' || isNearlyAny(rule.remote.addresses) || !isWritable(rule.local)) return []
  const { tags } = rule.remote
  const sided = addressesOf(rule.local)
  const remote = sided ? inFamiliesOf(sided, rule.remote.addresses) : rule.remote.addresses
  if (remote.isEmpty && tags.length === 0) return []
  return [
    {
      rules: [index],
      names: NAMELESS.test(name) ? [] : [name],
      places: members.length > 0 ? members.map((member) => member.place) : [place],
      action: rule.action,
      direction: rule.direction,
      protocol,
      ports: hasPorts(protocol) ? rule.ports : [],
      // Tags may have addresses of every family.
      local: sided ? { addresses: tags.length > 0 ? sided : inFamiliesOf(remote, sided), objects: [] } : rule.local,
      remote,
      tags,
      isPart: rule.coverage === 'part',
    },
  ]
}

/** The addresses of a local side without objects. */
const addressesOf = (local: FoundLocal | undefined) => (local?.objects.length === 0 ? local.addresses : undefined)

/** True for a local side that a policy can have: any, addresses, or one object. */
function isWritable(local: FoundLocal | undefined): boolean {
  const [object, ...more] = local?.objects ?? []
  if (!local || object === undefined) return true
  return more.length === 0 && local.addresses.isEmpty && problemOfRuleValue('local', { object }) === undefined
}

/** One way of joining candidates: those of one key, or pairs of them that fit, and what they are together. */
interface Step {
  readonly key: (one: Candidate) => readonly unknown[]
  readonly fits?: (first: Candidate, one: Candidate) => boolean
  readonly join: (parts: readonly Candidate[]) => Partial<Candidate>
}

const SAME_FLOW: Step = {
  key: (one) => [one.direction, one.ports, localKey(one)],
  join: (parts) => ({
    remote: PrefixSet.union(parts.map(({ remote }) => remote)),
    tags: [...new Set(parts.flatMap(({ tags }) => tags))],
  }),
}

const STEPS: readonly Step[] = [
  {
    key: (one) => [one.direction, localKey(one), remoteKey(one)],
    join: (parts) => ({ ports: joinPorts(parts.flatMap(({ ports }) => ports)) }),
  },
  {
    key: (one) => [one.direction, one.ports, one.names, one.tags],
    // The remote addresses of each are of its families, so they do not mix.
    fits: (first, one) => {
      const [own, other] = [addressesOf(first.local), addressesOf(one.local)]
      return own !== undefined && other !== undefined && inFamiliesOf(own, other).isEmpty
    },
    join: (parts) => ({
      local: { addresses: PrefixSet.union(parts.flatMap(({ local }) => local?.addresses ?? [])), objects: [] },
      remote: PrefixSet.union(parts.map(({ remote }) => remote)),
    }),
  },
  {
    key: (one) => [one.ports, localKey(one), remoteKey(one)],
    fits: (first, one) => first.direction !== one.direction,
    join: () => ({ direction: 'both' }),
  },
]

const localKey = ({ local }: Candidate) => local && [local.addresses.texts, local.objects]
const remoteKey = ({ remote, tags }: Candidate) => [remote.texts, tags]

/** The parts of each candidate that a step makes. */
function groupsOf(candidates: readonly Candidate[], { key, fits }: Step, isFree: IsFree): Candidate[][] {
  const groups: [Candidate, ...Candidate[]][] = []
  const latest = new Map<string, number>()
  for (const one of candidates) {
    const own = JSON.stringify([one.action, one.protocol, one.isPart, key(one)])
    const group = groups[latest.get(own) ?? groups.length]
    if (group && (!fits || (group.length === 1 && fits(group[0], one))) && isFree(group[0], one)) {
      group.push(one)
    } else {
      latest.set(own, groups.length)
      groups.push([one])
    }
  }
  return groups
}

/** Several candidates as one, in the place of the first. */
function joined(parts: readonly Candidate[], { join }: Step): Candidate {
  const [first, ...others] = parts as [Candidate, ...Candidate[]]
  if (others.length === 0) return first
  return {
    ...first,
    ...join(parts),
    rules: [...new Set(parts.flatMap(({ rules }) => rules))],
    names: [...new Set(parts.flatMap(({ names }) => names))],
    places: parts.flatMap(({ places }) => places),
  }
}

/** Tells whether a device decides the same with the second of two candidates at the place of the first. */
type IsFree = (first: Candidate, second: Candidate) => boolean

/** Rules of the other action, in the same direction, keep candidates apart that have some of their addresses. */
function isFreeAmong(rules: readonly FoundRule[]): IsFree {
  const placed = rules.map((rule, place) => ({ ...rule, place }))
  const wallsOf = memo((key: string) => {
    const walls = placed.filter(({ direction, action }) => key === `${direction} ${action}`)
    // The addresses of tags are not known.
    return {
      walls,
      near: overlapFinder(walls, ({ remote }) => (remote.tags.length > 0 ? undefined : remote.addresses)),
    }
  })
  return (first, { rules, remote, tags, action, direction }) => {
    const [from, to] = [first.rules[0] as number, rules[0] as number]
    return directionsOf(direction).every((own) => {
      const { walls, near } = wallsOf(`${own} ${action === 'allow' ? 'deny' : 'allow'}`)
      return !(tags.length > 0 ? walls : near(remote)).some(({ place }) => from < place && place < to)
    })
  }
}

/** The names that a rule of a policy has on the device. */
export const namesOf = (name: string, direction: PolicyDirection): string[] =>
  direction === 'both' ? [name, `${name}-in`] : [name]
