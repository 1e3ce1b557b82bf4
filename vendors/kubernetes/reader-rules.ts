import type { Action, Direction, FoundRule, LocatedJson, Place, PrefixSet, ServicePorts } from 'tagwall/reader'
import { kit, openRule } from '../_kit/kit.ts'
import { withoutClusterRules } from './reader-cluster.ts'
import { type Spot, show } from './reader-scope.ts'
import type { Coverage } from './reader-selection.ts'

/** The two sections of a policy, in the words of the three systems. */
export const SECTIONS = [
  {
    field: 'egress',
    deny: 'egressDeny',
    type: 'Egress',
    direction: 'outbound',
    end: 'to',
    local: 'source',
    remote: 'destination',
  },
  {
    field: 'ingress',
    deny: 'ingressDeny',
    type: 'Ingress',
    direction: 'inbound',
    end: 'from',
    local: 'destination',
    remote: 'source',
  },
] as const satisfies readonly { direction: Direction; [word: string]: string }[]

export type Section = (typeof SECTIONS)[number]

/** The remote side of a rule: addresses, and flags for pods, nodes or services of the cluster, which have no addresses here. */
export interface Peer {
  readonly addresses: PrefixSet
  readonly hasPods: boolean
  /** True if the rule matches only some of these addresses. */
  readonly isPart: boolean
}

/** The addresses and pods of any of these; every address without one. */
export const anyOf = (peers: readonly Peer[]): Peer => ({
  addresses: peers.length === 0 ? kit.everything() : kit.union(peers.map(({ addresses }) => addresses)),
  hasPods: peers.some(({ hasPods }) => hasPods),
  isPart: peers.some(({ isPart }) => isPart),
})

/** Ports of a protocol; `other` is any that has none. */
export type Service = Omit<ServicePorts, 'protocol'> & { readonly protocol: FoundRule['protocol'] }

interface Draft {
  readonly name: string
  readonly direction: Direction
  readonly action: Action
  readonly services: readonly Service[]
  readonly peer: Peer
  readonly coverage: Coverage
}

/** The rules of a policy, and the pods that it closes. */
export interface PolicyRules {
  readonly rules: readonly FoundRule[]
  /** By direction, the pods that allow only traffic with a rule. */
  readonly closes: Readonly<Record<Direction, Coverage>>
}

/** The rules of both sections of a policy, and the pods that each closes. */
export function joinSections(
  read: (section: Section) => { readonly rules: readonly FoundRule[]; readonly closes: Coverage },
): PolicyRules {
  const [outbound, inbound] = [read(SECTIONS[0]), read(SECTIONS[1])]
  return {
    rules: [...outbound.rules, ...inbound.rules],
    closes: { outbound: outbound.closes, inbound: inbound.closes },
  }
}

/** A policy whose types say which of its sections count; without types, the `usual` ones do. */
interface TypedPolicy {
  readonly form: 'calico' | 'networkpolicy'
  readonly spec: LocatedJson | undefined
  readonly usual: readonly string[]
  readonly coverage: Coverage
  readonly spot: Spot
}

/** As `joinSections`, of a policy with types. */
export function sectionsOfTypes(
  { form, spec, usual, coverage, spot }: TypedPolicy,
  readItem: (item: LocatedJson, section: Section) => FoundRule[],
): PolicyRules {
  const given = spot.list(spec, form === 'calico' ? 'types' : 'policyTypes')
  if (given.length === 0 && spot.isStrict) spot.note('does not name its directions')
  const texts = given.map((item) => kit.textOf(item) ?? show(item))
  for (const [index, text] of texts.entries())
    if (!['Egress', 'Ingress'].includes(text) || texts.indexOf(text) !== index)
      spot.note(`has the type ${text}, which is not understood`, given[index])
  const types = texts.length > 0 ? texts : usual
  return joinSections((section) => {
    const items = spot.list(spec, section.field)
    if (!types.includes(section.type)) {
      if (items.length > 0) spot.note(`has ${section.field} rules without the type ${section.type}`)
      return { rules: [], closes: 'none' }
    }
    const own = withoutClusterRules(items, form, section.direction, spot)
    return { rules: own.flatMap((item) => readItem(item, section)), closes: coverage }
  })
}

/** The rules of a draft. Pods and nodes of the cluster are not addresses of a policy. */
export function rulesOf({ services, peer, coverage, ...draft }: Draft, spot: Spot): FoundRule[] {
  if (coverage === 'none') return []
  if (peer.hasPods && spot.isStrict) spot.note('names pods or nodes', undefined, draft.name)
  if (peer.addresses.isEmpty) return []
  const { place } = spot
  return services.map(({ protocol, ports, isPart }): FoundRule => {
    const isWhole = coverage === 'whole' && !isPart && !peer.isPart && protocol !== 'other'
    const remote = { addresses: peer.addresses, tags: [] }
    return { ...draft, place, protocol, ports, coverage: isWhole ? 'whole' : 'part', remote }
  })
}

/** The allow rule for pods that no policy selects. Its name is the reason in findings. */
export function ruleForOpenPods(direction: Direction, closed: Coverage, place: Place): FoundRule[] {
  if (closed === 'whole') return []
  const name =
    closed === 'none' ? `no policy for ${direction} connections` : `pods without a policy for ${direction} connections`
  return [{ ...openRule(direction, name, place), coverage: closed === 'none' ? 'whole' : 'part' }]
}

export const everyService = (): Service[] => [{ protocol: 'any', ports: kit.everyPort, isPart: false }]

const PROTOCOLS: Readonly<Record<string, FoundRule['protocol']>> = {
  TCP: 'tcp',
  UDP: 'udp',
  SCTP: 'other',
  UDPLITE: 'other',
  ICMP: 'icmp',
  ICMPV6: 'icmp',
  6: 'tcp',
  17: 'udp',
  1: 'icmp',
  58: 'icmp',
}

const EXACT = ['TCP', 'UDP', 'ICMP', 'ICMPv6']

/** A protocol by name or number; undefined if unknown. In a proof, only a name as tagwall writes it. */
export function protocolOf(value: LocatedJson, { isStrict }: Spot): FoundRule['protocol'] | undefined {
  const written = value.kind === 'scalar' ? `${value.value}` : ''
  const text = written.toUpperCase()
  if (isStrict && !(EXACT.includes(written) && value.kind === 'scalar' && value.value === written)) return undefined
  return PROTOCOLS[text] ?? (/^\d{1,3}$/.test(text) && Number(text) <= 255 ? 'other' : undefined)
}

/** Ports of a protocol; those of protocols without ports are all. */
export function serviceOf(protocol: FoundRule['protocol'], ports: Service['ports'] | undefined): Service {
  if (protocol === 'icmp' || protocol === 'other') return { protocol, ports: kit.everyPort, isPart: false }
  // A port by name is known to the pods only.
  return { protocol, ports: ports ?? kit.everyPort, isPart: ports === undefined }
}

/** The port, or the ports to `endPort`, of an entry; undefined for a name, and with a note for anything else. */
export function portsOf(entry: LocatedJson, spot: Spot): Service['ports'] | undefined {
  const [port, end] = [kit.fieldOf(entry, 'port'), kit.fieldOf(entry, 'endPort')]
  const first = port?.kind === 'scalar' ? `${port.value}` : ''
  const last = end?.kind === 'scalar' ? `${end.value}` : first
  const range =
    kit.portRange(first) && kit.portRange(last) ? kit.portRange(last === first ? first : `${first}-${last}`) : undefined
  if (range) return [range]
  const isName = /^(?=.*[a-z])[a-z0-9-]{1,15}$/i.test(first) && !end && !spot.isStrict
  if (!isName) spot.note(`has the port ${show(entry)}, which is not understood`, entry)
  return undefined
}
