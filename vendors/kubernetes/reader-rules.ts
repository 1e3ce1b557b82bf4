import type { Action, Direction, EntryService, FoundRule, Place, PrefixSet } from 'tagwall/reader'
import { kit, openRule, tableOf, valueIn } from '../_kit/kit.ts'
import { type Form, withoutClusterRules } from './reader-cluster.ts'
import type { Spot } from './reader-scope.ts'
import type { Coverage } from './reader-selection.ts'

/** The two sections of a policy, in the words of the three systems. */
export const SECTIONS = [
  { direction: 'outbound', field: 'egress', type: 'Egress', end: 'to' },
  { direction: 'inbound', field: 'ingress', type: 'Ingress', end: 'from' },
] as const

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
export type Service = EntryService

/** An item of a section, without the pods that it is for. */
export interface Item {
  readonly name: string
  readonly action: Action
  readonly services: readonly Service[]
  readonly peer: Peer
}

/** The rules of one section of a policy. */
export interface SectionRules {
  readonly direction: Direction
  readonly rules: readonly FoundRule[]
  /** The pods for which it allows only traffic with a rule. */
  readonly closes: Coverage
}

/** A policy whose `given` types say which sections count; without types, the `usual` ones do. */
interface TypedPolicy {
  readonly form: Form
  readonly given: readonly Spot[]
  readonly usual: readonly string[]
  readonly coverage: Coverage
}

/** The sections of a policy that count. */
export function sectionsOfTypes(
  spec: Spot,
  { form, given, usual, coverage }: TypedPolicy,
  readItem: (item: Spot, section: Section) => Item | undefined,
): SectionRules[] {
  if (given.length === 0 && spec.isStrict) spec.note('does not name its directions')
  const texts = given.map(({ text, shown }) => text ?? shown)
  for (const [index, text] of texts.entries())
    if (!['Egress', 'Ingress'].includes(text) || texts.indexOf(text) !== index)
      given[index]?.note(`has the type ${text}, which is not understood`)
  const types = texts.length > 0 ? texts : usual
  return SECTIONS.flatMap((section): SectionRules[] => {
    const { field, type, direction } = section
    const items = spec.list(field)
    if (types.includes(type)) {
      const own = withoutClusterRules(items, form, direction, spec)
      return [{ direction, rules: rulesOf(own, section, coverage, readItem), closes: coverage }]
    }
    if (items.length > 0) spec.note(`has ${field} rules without the type ${type}`)
    return []
  })
}

/** The rules of the items of a section. Pods and nodes of the cluster are not addresses of a policy. */
export function rulesOf(
  spots: readonly Spot[],
  section: Section,
  coverage: Coverage,
  readItem: (item: Spot, section: Section) => Item | undefined,
): FoundRule[] {
  return spots.flatMap((spot) => {
    const item = readItem(spot, section)
    if (!item || coverage === 'none') return []
    const { services, peer, ...named } = item
    if (peer.hasPods && spot.isStrict) spot.note('names pods or nodes', item.name)
    if (peer.addresses.isEmpty) return []
    const { place } = spot
    return services.map(({ protocol, ports, isPart }): FoundRule => {
      const isWhole = coverage === 'whole' && !isPart && !peer.isPart && protocol !== 'other'
      const remote = { addresses: peer.addresses, tags: [] }
      const { direction } = section
      return { ...named, direction, place, protocol, ports, coverage: isWhole ? 'whole' : 'part', remote }
    })
  })
}

/** The allow rule for pods that no policy selects. Its name is the reason in findings. */
export function ruleForOpenPods(direction: Direction, closed: readonly Coverage[], place: Place): FoundRule[] {
  if (closed.includes('whole')) return []
  const isPart = closed.includes('part')
  const name = `${isPart ? 'pods without a policy' : 'no policy'} for ${direction} connections`
  return [{ ...openRule(direction, name, place), coverage: isPart ? 'part' : 'whole' }]
}

const PROTOCOLS = tableOf(
  'TCP=tcp UDP=udp SCTP=other UDPLITE=other ICMP=icmp ICMPV6=icmp 6=tcp 17=udp 1=icmp 58=icmp',
  (word) => word as FoundRule['protocol'],
)

const EXACT = ['TCP', 'UDP', 'ICMP', 'ICMPv6']

/** The protocol of an entry by name or number; `usual` without one, and undefined with a note for an unknown one. In a proof, only a name as tagwall writes it. */
export function protocolOf(entry: Spot, usual: FoundRule['protocol'] | undefined): FoundRule['protocol'] | undefined {
  const { value, text = '', scalar, shown, isStrict } = entry.at('protocol')
  if (!value && usual) return usual
  const name = scalar.toUpperCase()
  const found = valueIn(PROTOCOLS, name) ?? (/^\d{1,3}$/.test(name) && Number(name) <= 255 ? 'other' : undefined)
  if (found && (!isStrict || EXACT.includes(text))) return found
  return entry.note(`has the protocol ${shown}, which is not understood`)
}

/** Ports of a protocol; those of protocols without ports are all. */
export function serviceOf(protocol: FoundRule['protocol'], ports: Service['ports'] | undefined): Service {
  if (protocol === 'icmp' || protocol === 'other') return { protocol, ports: kit.everyPort, isPart: false }
  // A port by name is known to the pods only.
  return { protocol, ports: ports ?? kit.everyPort, isPart: ports === undefined }
}

/** The port, or the ports to `endPort`, of an entry; undefined for a name, and with a note for anything else. */
export function portsOf(entry: Spot): Service['ports'] | undefined {
  const [first, end] = [entry.at('port').scalar, entry.at('endPort')]
  const last = end.value ? end.scalar : first
  const areNumbers = [first, last].every((one) => /^\d+$/.test(one))
  const range = areNumbers ? kit.portRange(last === first ? first : `${first}-${last}`) : undefined
  if (range) return [range]
  const isName = /^(?=.*[a-z])[a-z0-9-]{1,15}$/i.test(first) && !end.value && !entry.isStrict
  if (!isName) entry.note(`has the port ${entry.shown}, which is not understood`)
  return undefined
}
