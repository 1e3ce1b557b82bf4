import type { AddressFamily, Notes, Place, Prefix, Protocol, ReadFile } from 'tagwall/reader'
import { type End, FAMILIES, kit, valueIn } from '../_kit/kit.ts'
import { type FieldSet, type Interface, Match, Policy, type Service, type Switch } from './reader-switch.ts'

/** The effect of a line in a mode: it enters another mode, is refused for a reason, is unknown there (`false`), or is done. */
type Effect = Mode | string | false | undefined
type Mode = (words: readonly string[], place: Place) => Effect

/** Conditions that make a match smaller than its sides and services. */
const NARROWER = new Set(['ttl', 'fragment', 'ip', 'dscp', 'vlan', 'mac', 'packet'])
/** Commands of the modes around a match. */
const OUTER = new Set(['match', 'counter', 'field-set', 'traffic-policy', 'traffic-policies', 'no'])
/** Actions other than `drop`; of these, only `redirect` matters. */
const OTHER_ACTIONS = new Set(['count', 'log', 'set', 'mirror', 'sample', 'police', 'redirect'])

/** Loads a file. A line belongs to the innermost mode that knows it, as on the switch. */
export function loadFile(file: ReadFile, state: Switch, isProof: boolean, notes: Notes): void {
  let modes = [topMode(state, isProof)]
  for (const { words, place, text, isIndented, broken } of kit.readStatements(file, { comments: ['!'] })) {
    const isTop = !isProof && !isIndented
    if (isTop) modes = modes.slice(0, 1)
    let effect: Effect = broken ?? false
    for (let depth = modes.length; effect === false && depth > 0; depth--) {
      effect = modes[depth - 1]?.(words, place)
      if (effect !== false) modes = modes.slice(0, depth)
    }
    if (typeof effect === 'function') modes.push(effect)
    else if (typeof effect === 'string') notes.add(place, text, effect)
    // Other parts of a running configuration do not affect traffic policies.
    else if (effect === false && (isProof || (!isTop && modes.length > 1))) notes.add(place, text, NOT_UNDERSTOOD)
  }
}

function topMode(state: Switch, isProof: boolean): Mode {
  return ([verb, ...rest], place) => {
    if (verb === 'traffic-policies' && rest.length === 0) {
      state.hasPolicies = true
      return policiesMode(state, isProof)
    }
    if (isProof) return false
    if (verb === 'schedule') return runs(/ command (?:bash )?(.*)/.exec(rest.join(' '))?.[1])
    if (verb === 'event-handler' || verb === 'daemon') return programMode
    if (verb !== 'interface' || rest[0] === 'profile') return false
    const name = rest.join('')
    const plain = { name, place, policies: new Map(), isClosed: false, isRouted: false }
    return interfaceMode(entered(state.interfaces, name, plain))
  }
}

/** The thing that a line enters: the one with its name, or a new one. */
function entered<One>(all: Map<string, One>, name: string, plain: One): One {
  const one = all.get(name) ?? plain
  all.set(name, one)
  return one
}

const MAY_CHANGE = 'may change the configuration, which is not followed'
/** Commands that leave the configuration as it is. TerminAttr only reports to CloudVision. */
const ELSEWHERE = /^(?:show|copy running-config|write memory|echo|logger|date|cat|\/usr\/bin\/TerminAttr)(?: |$)/

/** A reason, unless each command of a text is known to leave the configuration as it is. */
const runs = (text: string | undefined): string | undefined =>
  text === undefined || (!/[`$]/.test(text) && text.split(/[;|&]+/).every((one) => ELSEWHERE.test(one.trim())))
    ? undefined
    : MAY_CHANGE

/** `event-handler` and `daemon`: the programs that they run. */
const programMode: Mode = ([verb, ...rest]) => {
  if (verb === 'exec') return runs(rest.join(' '))
  return verb === 'action' && rest[0] === 'bash' ? runs(rest.slice(1).join(' ')) : undefined
}

/** `traffic-policy input NAME`, and the lines that tell whether packets pass. */
function interfaceMode(found: Interface): Mode {
  return (words, place) => {
    const isRemoval = words[0] === 'no'
    const [verb, first = '', policy = ''] = isRemoval ? words.slice(1) : words
    if (verb === 'profile' && !isRemoval) return 'applies a profile of interfaces, which is not followed'
    if (verb === 'shutdown') found.isClosed = !isRemoval
    else if (verb === 'traffic-policy' && isRemoval) found.policies.delete(first)
    else if (verb === 'traffic-policy') found.policies.set(first, { policy, place })
    else if (/^ip(?:v6)?$/.test(verb ?? '') && /^(?:address|enable|unnumbered)$/.test(first))
      found.isRouted = !isRemoval
    return undefined
  }
}

function policiesMode(state: Switch, isProof: boolean): Mode {
  return (words, place) => {
    const isRemoval = words[0] === 'no'
    const [verb, ...rest] = isRemoval ? words.slice(1) : words
    const name = rest.at(-1) ?? ''
    const kind = rest.slice(0, -1).join(' ')
    if (verb === 'traffic-policy' && rest.length === 1) {
      if (!isRemoval) return policyMode(entered(state.policies, name, new Policy(name, place)), isProof)
      state.policies.delete(name)
      return undefined
    }
    if (verb === 'field-set' && /^(?:ipv[46] prefix|l4-port)$/.test(kind)) {
      const [key, plain] = [`${kind} ${name}`, { kind, name, lines: new Set<string>(), found: undefined }]
      if (!isRemoval) return setMode(entered(state.sets, key, plain), isProof)
      state.sets.delete(key)
      return undefined
    }
    return verb === 'counter' && !isProof ? undefined : false
  }
}

function setMode(set: FieldSet, isProof: boolean): Mode {
  const isPorts = set.kind === 'l4-port'
  return (words) => {
    const isException = !isPorts && !isProof && words[0] === 'except'
    const values = isPorts ? [words.join('')] : isException ? words.slice(1) : words
    if (!(isPorts ? kit.portList(words.join('')) : prefixesOf(values, set.kind.slice(0, 4)))) return false
    for (const value of values) set.lines.add(isException ? `except ${value}` : value)
    set.found = undefined
    return undefined
  }
}

function policyMode(policy: Policy, isProof: boolean): Mode {
  return (words, place) => {
    const [verb, name = '', word] = words
    if (verb === 'counter' && !isProof) return undefined
    const family = FAMILIES.find((one) => one === word)
    if (verb !== 'match' || words.length !== 3 || !family) return false
    const match = entered(policy.matches, name, new Match(name, family, place))
    return match.family === family ? matchMode(match, isProof) : 'names a match of the other family'
  }
}

function matchMode(match: Match, isProof: boolean): Mode {
  const take = (verb: string, rest: readonly string[]) => {
    if ((verb === 'source' || verb === 'destination') && rest[0] === 'prefix')
      return takeSide(match, verb, rest.slice(1), isProof)
    if (verb === 'protocol' && rest.length > 0) return takeProtocol(match, rest, isProof)
    return isProof || !NARROWER.has(verb) ? NOT_UNDERSTOOD : undefined
  }
  return ([verb = '', ...rest]) => {
    if (verb === 'actions' && rest.length === 0) return actionsMode(match, isProof)
    if (match.isDefault || OUTER.has(verb)) return false
    const reason = take(verb, rest)
    // Not all that the match asks for is known: it must neither allow nor deny everything else.
    if (reason !== undefined || NARROWER.has(verb)) match.isPart = true
    return reason
  }
}

function actionsMode(match: Match, isProof: boolean): Mode {
  return ([verb = '', ...rest]) => {
    const action = [verb, ...rest].join(' ')
    if (action !== 'drop' && (isProof ? action !== 'log' : !OTHER_ACTIONS.has(verb))) return false
    match.actions.add(action)
    return undefined
  }
}

const NOT_UNDERSTOOD = 'is not understood'

const PROTOCOLS: Readonly<Record<AddressFamily, Readonly<Record<string, Protocol>>>> = {
  ipv4: { tcp: 'tcp', 6: 'tcp', udp: 'udp', 17: 'udp', icmp: 'icmp', 1: 'icmp' },
  ipv6: { tcp: 'tcp', 6: 'tcp', udp: 'udp', 17: 'udp', icmpv6: 'icmp', 58: 'icmp' },
}
const OTHER_PROTOCOL = /^(?:ahp|bgp|igmp|ospf|pim|rsvp|vrrp|\d{1,3}(?:-\d{1,3})?)$/

/** Prefixes of one family; undefined if a word is none. */
function prefixesOf(words: readonly string[], family: string): Prefix[] | undefined {
  const prefixes = words.map((word) => kit.prefixOrReason(word))
  const own = prefixes.filter((one) => typeof one !== 'string' && one.family === family) as Prefix[]
  return own.length === words.length ? own : undefined
}

/** `source prefix field-set A B`, `destination prefix 192.0.2.0/24`; a reason if it is not evaluated. */
function takeSide(match: Match, side: End, words: readonly string[], isProof: boolean): string | undefined {
  const isNamed = words[0] === 'field-set'
  const values = isNamed ? words.slice(1) : words
  if (values.length === 0) return NOT_UNDERSTOOD
  const prefixes = isNamed ? [] : prefixesOf(values, match.family)
  if (!prefixes) return `names addresses that are not ${match.family}`
  const text = words.join(' ')
  const known = match[side]
  // No source says whether EOS adds the second of two lines, or replaces the first.
  if (isProof && known && known.text !== text) return 'names a side twice'
  const own = known ?? { text, names: [], prefixes: [] }
  if (isNamed) for (const name of values) own.names.push(name)
  for (const prefix of prefixes) own.prefixes.push(prefix)
  match[side] = own
  return undefined
}

/** `protocol tcp destination port 443,8000-8080`; a reason if it is not evaluated. Each of these lines adds services. */
function takeProtocol(match: Match, words: readonly string[], isProof: boolean): string | undefined {
  const at = words.findIndex((word) => /^(?:source|destination|flags|type|code)$/.test(word))
  const names = (at < 0 ? words : words.slice(0, at)).join(',').split(/,+/)
  const limits = limitsOf(at < 0 ? [] : words.slice(at))
  if (typeof limits === 'string') return limits
  const services = names.map((name): Service | undefined => {
    const protocol = valueIn(PROTOCOLS[match.family], name) ?? (OTHER_PROTOCOL.test(name) ? 'other' : undefined)
    return protocol && { ...limits, protocol, isPart: limits.isPart || protocol === 'other' }
  })
  const line = words.join(' ')
  const isKnown = match.lines.has(line)
  match.lines.add(line)
  const hasPorts = limits.ports !== undefined || limits.portSets.length > 0
  for (const service of services) {
    if (!service) return `names a protocol that ${match.family} does not have`
    if (hasPorts && service.protocol !== 'tcp' && service.protocol !== 'udp')
      return 'has ports of a protocol without ports'
    if (isProof && service.isPart) return NOT_UNDERSTOOD
    if (!isKnown) match.services.push(service)
  }
  return undefined
}

/** Ports, flags and types of ICMP behind a protocol. */
function limitsOf(given: readonly string[]) {
  const words = kit.words(given)
  const limits = { ports: undefined as ReturnType<typeof kit.portList>, portSets: [] as string[], isPart: false }
  while (!words.isDone) {
    const side = words.next()
    if (side !== 'source' && side !== 'destination') {
      words.rest()
      limits.isPart = true
      continue
    }
    if (!words.take('port')) return NOT_UNDERSTOOD
    const values: string[] = []
    while (!words.isDone && !/^(?:source|destination|flags)$/.test(words.peek ?? '')) values.push(words.next() ?? '')
    if (values.join() === 'all') continue
    const isNamed = values[0] === 'field-set'
    const ports = isNamed ? undefined : kit.portList(values.join(''))
    if (isNamed ? values.length < 2 : !ports) return 'has wrong ports'
    if (side === 'source') limits.isPart = true
    else if (isNamed) for (const name of values.slice(1)) limits.portSets.push(name)
    else limits.ports = ports
  }
  return limits
}
