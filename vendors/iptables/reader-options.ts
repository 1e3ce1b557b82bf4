import type {
  AddressFamily,
  Doubt,
  Match,
  MatchedObject,
  Notes,
  PortRange,
  Prefix,
  PrefixSet,
  ReaderContext,
} from 'tagwall/reader'
import { type End, kit, tableOf, valueIn } from '../_kit/kit.ts'
import { BEGINNING, type InterfaceMatch } from '../_netfilter/netfilter.ts'
import type { SetStore } from './reader-sets.ts'
import type { Chain, Table } from './reader-tables.ts'

/** The context in which a rule is read. */
export interface RuleEnvironment {
  readonly family: AddressFamily
  readonly table: Table
  readonly chain: Chain
  readonly sets: SetStore
  readonly context: ReaderContext
  readonly notes: Notes
  readonly isProof: boolean
}

/** The parsed options of one line; at first, every connection matches. */
export class Draft {
  constructor(readonly environment: RuleEnvironment) {}

  comment: string | undefined
  target: string | undefined
  isGoto = false
  /** Any of these. */
  protocols: readonly Match['protocol'][] = ['any']
  /** True if only some protocols match of those without a name here. */
  isPartOfOther = false
  ports: readonly PortRange[] = kit.everyPort
  source: PrefixSet | undefined
  destination: PrefixSet | undefined
  object: MatchedObject | undefined
  /** The one plain address in which similar lines may differ, and its index. */
  slot: { readonly side: End; readonly index: number; readonly prefix: Prefix } | undefined
  readonly interfaces: InterfaceMatch[] = []
  isPart = false
  /** True if no new connection with a remote side can match. */
  isElsewhere = false
  /** True for the machine's own addresses only, which are no remote side of outbound traffic. */
  isToSelf = false
  /** True if not even an outline of the match is known. */
  isUnusable = false
  readonly problems: string[] = []
  doubts: readonly Doubt[] = []

  /** Limits a side to some addresses, or to all but these. */
  constrain(side: End, addresses: PrefixSet, isNegated: boolean): undefined {
    const everything = kit.everything(this.environment.family)
    const meant = isNegated ? everything.subtract(addresses) : addresses
    if (!meant.equals(everything)) this.narrow(side, meant)
  }

  narrow(side: End, addresses: PrefixSet): undefined {
    this[side] = this[side]?.intersect(addresses) ?? addresses
  }

  /** Takes new connections out of the match, under a condition. */
  leave(isElsewhere: boolean): undefined {
    this.isElsewhere ||= isElsewhere
  }

  refuse(reason: string): void {
    this.isUnusable = true
    this.problems.push(reason)
  }
}

type Values = readonly string[]

/** Applies an option with its values; a reason if that fails. `index` is that of the first value among the line's words. */
type Read = (draft: Draft, isNegated: boolean, values: Values, index: number) => string | undefined

interface Option {
  /** The matches that bring the option; none for those that are always there. */
  readonly of?: readonly string[]
  readonly values: number
  readonly read: Read
}

export const ALIASES = tableOf(
  `--protocol=-p --proto=-p --source=-s --src=-s --destination=-d --dst=-d --in-interface=-i --out-interface=-o
    --jump=-j --goto=-g --match=-m --fragment=-f --destination-port=--dport --destination-ports=--dports
    --source-port=--sport --source-ports=--sports`,
  String,
)

export const OPTIONS: Readonly<Record<string, Option>> = {
  '-p': { values: 1, read: readProtocol },
  '-s': { values: 1, read: readAddress('source') },
  '-d': { values: 1, read: readAddress('destination') },
  '-i': { values: 1, read: readInterface('in') },
  '-o': { values: 1, read: readInterface('out') },
  '-j': { values: 1, read: (draft, _, [target]) => set(draft, { target }) },
  '-g': { values: 1, read: (draft, _, [target]) => set(draft, { target, isGoto: true }) },
  // A connection does not begin with the second fragment of a packet.
  '-f': { values: 0, read: (draft, isNegated) => draft.leave(!isNegated) },
  '--comment': { of: ['comment'], values: 1, read: (draft, _, [comment]) => set(draft, { comment }) },
  '--dport': { of: ['tcp', 'udp'], values: 1, read: readPorts },
  '--dports': { of: ['multiport'], values: 1, read: readPorts },
  '--sport': { of: ['tcp', 'udp'], values: 1, read: readSourcePorts },
  '--sports': { of: ['multiport'], values: 1, read: readSourcePorts },
  '--ports': { of: ['multiport'], values: 1, read: readSourcePorts },
  '--syn': { of: ['tcp'], values: 0, read: (draft, isNegated) => draft.leave(isNegated) },
  '--tcp-flags': { of: ['tcp'], values: 2, read: readFlags },
  '--icmp-type': { of: ['icmp'], values: 1, read: readIcmpType },
  '--icmpv6-type': { of: ['icmp6', 'icmpv6'], values: 1, read: readIcmpType },
  '--ctstate': { of: ['conntrack'], values: 1, read: readStates },
  '--state': { of: ['state'], values: 1, read: readStates },
  '--match-set': { of: ['set'], values: 2, read: readSet },
  '--dst-type': { of: ['addrtype'], values: 1, read: readDestinationType },
  '--src-range': { of: ['iprange'], values: 1, read: readRange('source') },
  '--dst-range': { of: ['iprange'], values: 1, read: readRange('destination') },
}

function set(draft: Draft, fields: Partial<Draft>): undefined {
  Object.assign(draft, fields)
}

function readProtocol(draft: Draft, isNegated: boolean, [text = '']: Values): string | undefined {
  const { protocols } = kit
  const named = text.toLowerCase()
  // A number with a leading zero is octal or hexadecimal.
  const read = /^(?:0|[1-9]\d*)$/.test(text) ? Number(text) : undefined
  const number = valueIn(protocols, named) ?? read
  if (number === undefined || number > 255) return `has the protocol ${text}, which is not understood`
  const { family, isProof } = draft.environment
  const icmp = family === 'ipv4' ? 1 : 58
  const known = number === 6 ? 'tcp' : number === 17 ? 'udp' : number === icmp ? 'icmp' : 'other'
  if (number === 0) draft.leave(isNegated)
  else draft.protocols = isNegated ? FLOWS.filter((name) => name !== known || name === 'other') : [known]
  draft.isPartOfOther = known === 'other'
  const isOne = !isNegated && known !== 'other'
  return isProof && !isOne ? 'does not match one protocol of TCP, UDP and ICMP' : undefined
}

const FLOWS = ['tcp', 'udp', 'icmp', 'other'] as const

function readAddress(side: End): Read {
  return (draft, isNegated, [text = ''], index) => {
    const prefixes = addressSet(text, draft.environment.family)
    if (typeof prefixes === 'string') return prefixes
    const [first] = prefixes
    const isPlain = !isNegated && prefixes.length === 1 && first !== undefined && first.length > 0
    if (!isPlain) return draft.constrain(side, kit.setOf(prefixes), isNegated)
    // The remote side is mostly the one that differs from line to line; where both are given, it is the destination.
    const { slot } = draft
    if (slot && side === 'source') return draft.narrow(side, kit.setOf(prefixes))
    if (slot) draft.narrow(slot.side, kit.setOf([slot.prefix]))
    return set(draft, { slot: { side, index, prefix: first } })
  }
}

function readInterface(side: 'in' | 'out'): Read {
  return (draft, isNegated, [name = '']) => {
    if (name === '+' && !isNegated) return undefined
    if (name !== 'lo') draft.interfaces.push({ side, names: [name.replace(/\+$/, '*')], isNegated })
    // The loopback interface leads to no remote side.
    else draft.leave(!isNegated)
  }
}

function readPorts(draft: Draft, isNegated: boolean, [text = '']: Values): string | undefined {
  const ports = parsePorts(text)
  if (typeof ports === 'string') return ports
  const { commonPorts, otherPorts } = kit
  return set(draft, { ports: commonPorts(draft.ports, isNegated ? otherPorts(ports) : ports) })
}

function readSourcePorts(draft: Draft, isNegated: boolean, [text]: Values): undefined {
  if (text === '0:65535' && !isNegated) return
  draft.isPart = true
  draft.problems.push(`matches source ports: ${text}`)
}

/** The first packet of a TCP connection has SYN and nothing else set. */
function readFlags(draft: Draft, isNegated: boolean, [mask = '', wanted = '']: Values): undefined {
  const flagsOf = (text: string) => (text === 'ALL' ? ['SYN', 'others'] : text === 'NONE' ? [] : text.split(','))
  const [asked, flags] = [flagsOf(mask.toUpperCase()), flagsOf(wanted.toUpperCase())]
  const holds = flags.every((flag) => flag === 'SYN') && flags.includes('SYN') === asked.includes('SYN')
  return draft.leave(holds === isNegated)
}

function readStates(draft: Draft, isNegated: boolean, [text = '']: Values): string | undefined {
  const states = text.toUpperCase().split(',')
  const unknown = states.find((state) => !/^(NEW|ESTABLISHED|RELATED|INVALID|UNTRACKED|SNAT|DNAT)$/.test(state))
  if (unknown !== undefined) return `has the state ${unknown}, which is not understood`
  const isNew = states.includes('NEW')
  if (!isNew && (states.includes('SNAT') || states.includes('DNAT'))) draft.isPart = true
  else draft.leave(isNew === isNegated)
  return draft.environment.isProof && (isNegated || states.join() !== 'NEW')
    ? 'matches other states than NEW'
    : undefined
}

/** ipset(8), IPSET_MAXNAMELEN. */
const LONGEST_SET_NAME = 31

function readSet(draft: Draft, isNegated: boolean, [name = '', side]: Values): string | undefined {
  const { context, family, sets, isProof } = draft.environment
  const end = side === 'src' ? 'source' : side === 'dst' ? 'destination' : undefined
  const isObject = isProof
    ? end !== undefined && end === objectSideOf(draft) && !sets.byName.has(name)
    : context.localObjects?.includes(name)
  if (isProof && isObject && name.length > LONGEST_SET_NAME) {
    return `names the set ${name}, whose name is longer than ${LONGEST_SET_NAME} characters`
  }
  const held = sets.contentOf(name, family)
  if (isObject && end && !isNegated && !draft.object) {
    const addresses = typeof held === 'string' ? undefined : held.addresses
    return set(draft, { object: { side: end, name, addresses } })
  }
  if (typeof held === 'string') return held
  if (!end) return `matches a set of addresses by ${side}, which is not understood`
  if (held.doubt) set(draft, { isPart: true, doubts: [...draft.doubts, { reason: held.doubt, side: end }] })
  return draft.constrain(end, held.addresses, isNegated)
}

/** When proving, objects stand on the local side of the lines that choose by service, and nowhere else. */
function objectSideOf({ environment: { chain, context } }: Draft): End | undefined {
  const { name } = chain
  const { options } = context
  return name === `${options.chain}-OUT` ? 'source' : name === `${options.chain}-IN` ? 'destination' : undefined
}

function readDestinationType(draft: Draft, isNegated: boolean, [type]: Values): undefined {
  draft.isToSelf ||= type === 'LOCAL' && !isNegated
}

function readRange(side: End): Read {
  return (draft, isNegated, [text = '']) => {
    // `192.0.2.1-192.0.2.9`
    const range = text.includes('-') ? kit.rangeOfText(text) : undefined
    if (range?.family !== draft.environment.family) return `has the range ${text}, which is not understood`
    return draft.constrain(side, kit.setOfRanges([range]), isNegated)
  }
}

/** A match on one type covers only a part of ICMP. Never undefined, because every type is understood. */
function readIcmpType(draft: Draft, isNegated: boolean, [text = '']: Values): undefined {
  const [type = ''] = text.toLowerCase().split('/')
  if (type === 'any' && !isNegated) return
  // A name may be cut, and a number may have another base, `010`.
  const mayBegin = /^[a-z]/.test(type) ? [...BEGINNING].some((name) => name.startsWith(type)) : /^0./.test(type)
  if (isNegated || mayBegin || BEGINNING.has(type)) draft.isPart = true
  else draft.isElsewhere = true
}

/** The ports of `443`, `80,443`, `8000:8080`, `:1023`, `1024:`; a text with the reason for anything else. */
function parsePorts(text: string): readonly PortRange[] | string {
  const entries = text.split(',')
  // iptables takes a number with a leading zero for an octal one.
  const ports = entries.map((entry) =>
    /(?:^|:)0\d/.test(entry) ? undefined : kit.portRange(entry, { between: ':', mayBeOpen: true, names: kit.services }),
  )
  const unknown = ports.indexOf(undefined)
  if (unknown >= 0) return `has the port ${entries[unknown]}, which is not understood`
  // A range takes two of the fifteen.
  const slots = entries.length + entries.filter((entry) => entry.includes(':')).length
  return slots > 15 && entries.length > 1 ? 'has more than 15 ports' : kit.joinPorts(ports as PortRange[])
}

/** Addresses with a comma between them, each with a length, a mask or neither; host bits do not count. */
function addressSet(text: string, family: AddressFamily): Prefix[] | string {
  const prefixes: Prefix[] = []
  for (const entry of text.split(',')) {
    const [address = '', mask, ...more] = entry.split('/')
    const block = kit.blockOf(entry) ?? (more.length === 0 ? kit.maskedBlock(address, mask ?? '') : undefined)
    if (!block) return `has the address ${entry}, which is not understood`
    if (block.family !== family) return `has the address ${entry}, which is of the other family`
    prefixes.push({ family, address: block.first, length: block.length })
  }
  return prefixes
}
