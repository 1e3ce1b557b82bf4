import type { Action, Direction, FoundRule, LocatedJson, Place, PrefixSet, ServicePorts } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Coverage } from './reader-selection.ts'
import { type Scope, show } from './reader-values.ts'

/**
 * The remote side of a rule: addresses, and flags for pods, nodes or services of the cluster, which have no addresses here.
 */
export interface Peer {
  readonly addresses: PrefixSet
  readonly hasPods: boolean
  /** True if the rule matches only some of these addresses. */
  readonly isPart: boolean
}

/** Ports of a protocol; `other` is any that has none. */
export type Service = Omit<ServicePorts, 'protocol'> & { readonly protocol: FoundRule['protocol'] }

export interface Draft {
  readonly name: string
  readonly place: Place
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

/** The rules of the outbound and the inbound section of a policy, and the pods that each closes. */
export function joinSections(
  sections: readonly { readonly rules: readonly FoundRule[]; readonly closes: Coverage }[],
): PolicyRules {
  return {
    rules: sections.flatMap(({ rules }) => rules),
    closes: { outbound: sections[0]?.closes ?? 'none', inbound: sections[1]?.closes ?? 'none' },
  }
}

/** The rules of a draft. Pods and nodes of the cluster are not addresses of a policy. */
export function rulesOf({ services, peer, coverage, ...draft }: Draft, scope: Scope): FoundRule[] {
  if (coverage === 'none') return []
  if (peer.hasPods && scope.isStrict) scope.note(draft.place, draft.name, 'names pods or nodes')
  if (peer.addresses.isEmpty) return []
  return services.map(({ protocol, ports, isPart }): FoundRule => {
    const isWhole = coverage === 'whole' && !isPart && !peer.isPart && protocol !== 'other'
    const remote = { addresses: peer.addresses, tags: [] }
    return { ...draft, protocol, ports, coverage: isWhole ? 'whole' : 'part', remote }
  })
}

/** The allow rule for pods that no policy selects. Its name is the reason in findings. */
export function openRule(direction: Direction, closed: Coverage, place: Place): FoundRule[] {
  if (closed === 'whole') return []
  const name =
    closed === 'none' ? `no policy for ${direction} connections` : `pods without a policy for ${direction} connections`
  return [
    {
      ...{ name, place, direction, action: 'allow', protocol: 'any', ports: kit.everyPort },
      coverage: closed === 'none' ? 'whole' : 'part',
      remote: { addresses: kit.everything(), tags: [] },
    },
  ]
}

export const everyService = (): Service[] => [{ protocol: 'any', ports: kit.everyPort, isPart: false }]

const PROTOCOLS: Readonly<Record<string, FoundRule['protocol']>> = {
  ...{ TCP: 'tcp', UDP: 'udp', SCTP: 'other', UDPLITE: 'other', ICMP: 'icmp', ICMPV6: 'icmp' },
  ...{ 6: 'tcp', 17: 'udp', 1: 'icmp', 58: 'icmp' },
}

const EXACT = ['TCP', 'UDP', 'ICMP', 'ICMPv6']

/** A protocol by name or number; undefined if unknown. In a proof, only a name as tagwall writes it. */
export function protocolOf(value: LocatedJson, { isStrict }: Scope): FoundRule['protocol'] | undefined {
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
export function portsOf(
  entry: LocatedJson,
  at: Draft | { name: string; place: Place },
  scope: Scope,
): Service['ports'] | undefined {
  const { note } = scope
  const [port, end] = [kit.fieldOf(entry, 'port'), kit.fieldOf(entry, 'endPort')]
  const first = port?.kind === 'scalar' ? `${port.value}` : ''
  const last = end?.kind === 'scalar' ? `${end.value}` : first
  const range =
    kit.portRange(first) && kit.portRange(last) ? kit.portRange(last === first ? first : `${first}-${last}`) : undefined
  if (range) return [range]
  const isName = /^(?=.*[a-z])[a-z0-9-]{1,15}$/i.test(first) && !end && !scope.isStrict
  if (!isName) note({ ...at.place, line: entry.line }, at.name, `has the port ${show(entry)}, which is not understood`)
  return undefined
}

/** One service per protocol, with whole and partial ones separate. */
export function joined(services: readonly Service[]): readonly Service[] {
  const keys = new Set(services.map(({ protocol, isPart }) => `${protocol} ${isPart}`))
  return [...keys].map((key) => {
    const same = services.filter(({ protocol, isPart }) => `${protocol} ${isPart}` === key)
    return { ...(same[0] as Service), ports: kit.joinPorts(same.flatMap(({ ports }) => ports)) }
  })
}
