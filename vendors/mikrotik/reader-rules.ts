import type {
  AddressFamily,
  ChainRule,
  Direction,
  Doubt,
  FoundRule,
  Match,
  Notes,
  Place,
  PortRange,
  PrefixSet,
  ReaderContext,
  Verdict,
} from 'tagwall/reader'
import { kit } from './kit.ts'
import type { Entry, Firewall, Router } from './reader-state.ts'

/** Properties that do not affect the match of a rule. */
const SILENT = new Set([
  'chain',
  'action',
  'comment',
  'log',
  'log-prefix',
  'jump-target',
  'reject-with',
  'disabled',
  'place-before',
])
/** No decision: the next rule is tried. */
const GOES_ON = /^(?:log|passthrough|add-(?:src|dst)-to-address-list|fasttrack-connection)$/

/** The rules of connections that come in at a chain. */
export function followChain(
  router: Router,
  family: AddressFamily,
  way: { readonly chain: string; readonly direction: Direction; readonly isDecided: boolean },
  context: ReaderContext,
  notes: Notes,
  start: Place,
): FoundRule[] {
  const firewall = router.firewalls[family]
  const known = new Map<string, readonly ChainRule[]>()
  const rulesOf = (chain: string): readonly ChainRule[] | undefined => {
    const entries = firewall.rules.filter(({ properties }) => properties.get('chain') === chain)
    if (entries.length === 0) return undefined
    const rules =
      known.get(chain) ?? entries.flatMap((entry) => ruleOf(entry, router, firewall, way.direction, context, notes))
    known.set(chain, rules)
    return rules
  }
  const isOpen = /^(?:forward|input|output)$/.test(way.chain)
  const place = firewall.rules[0]?.place ?? start
  const policy = { action: 'allow', name: `accept at the end of ${way.chain}`, place } as const
  const { remotes } = context
  return kit.followChains({ ...way, remotes, family, rulesOf, ...(isOpen && { policy }) }, notes)
}

function ruleOf(
  { properties, place }: Entry,
  router: Router,
  firewall: Firewall,
  direction: Direction,
  context: ReaderContext,
  notes: Notes,
): ChainRule[] {
  const { narrow, purpose } = context
  const said = [...properties].map(([key, value]) => `${key}=${value}`).join(' ')
  const doubts: Doubt[] = []
  const doubt = (reason: string, side?: Doubt['side']) => doubts.push({ text: said, reason, side })
  const verdict = verdictOf(properties)
  if (verdict === undefined) {
    if (!GOES_ON.test(properties.get('action') ?? '')) notes.add(place, said, 'has an action that is not known')
    return []
  }
  let part: Match['part'] = 'no'
  const beOther = () => {
    part = 'other'
  }
  const state = properties.get('connection-state')
  if (state !== undefined) {
    const states = state.replace(/^!/, '').split(',')
    if (states.includes('new') === state.startsWith('!')) return []
  }
  for (const end of ['in', 'out'] as const) {
    const isLocal = (end === 'in') === (direction === 'outbound')
    const asked = isLocal ? narrow.localInterface : narrow.remoteInterface
    for (const key of [`${end}-interface`, `${end}-interface-list`]) {
      const value = properties.get(key)
      if (value === undefined) continue
      const [isNot, name] = negation(value)
      const isList = key.endsWith('-list')
      const found = asked === undefined ? 'some' : router.interfaces.shareOf(asked, name, isList)
      const isUnknown = found === 'some' && asked !== undefined && isList && router.interfaces.isUnknown(name)
      // No interface is on both sides.
      const isOther = name === (isLocal ? narrow.remoteInterface : narrow.localInterface)
      const share = isUnknown && isOther ? 'none' : found
      if (share === (isNot ? 'all' : 'none')) return []
      if (share === 'some' && part === 'no') part = 'zone'
      if (isUnknown && !isOther) doubt(`names the interface list ${name}, whose members are not in the file`)
    }
  }
  const sideOf = (side: 'source' | 'destination') => {
    const short = side === 'source' ? 'src' : 'dst'
    let set: PrefixSet | undefined
    let object: Match['object']
    const all = kit.everything(firewall.family)
    const narrowTo = (found: PrefixSet, isNot: boolean) => {
      const own = isNot ? all.subtract(found) : found
      set = set ? set.intersect(own) : own
    }
    const address = properties.get(`${short}-address`)
    if (address !== undefined) {
      const [isNot, text] = negation(address)
      const range = kit.rangeOfText(text)
      if (range) narrowTo(kit.setOfRanges([range]), isNot)
      else doubt('has an address that is not understood', side)
      if (!range) beOther()
    }
    const list = properties.get(`${short}-address-list`)
    if (list !== undefined) {
      const [isNot, name] = negation(list)
      if (isObject(name, context)) {
        if (isNot) beOther()
        else object = { side, name, addresses: router.addressesOf(firewall, name).set }
      } else {
        const listed = router.addressesOf(firewall, name)
        if (listed.doubt) doubt(`names the list ${name}, which ${listed.doubt}`, side)
        if (purpose === 'prove' && listed.set.isEmpty) notes.add(place, name, 'names an address list that is not there')
        narrowTo(listed.set, isNot)
      }
    }
    return { set, object }
  }
  const [source, destination] = [sideOf('source'), sideOf('destination')]
  const nat = properties.get('connection-nat-state')
  if (nat !== undefined) {
    // Without a NAT rule that redirects connections, none is redirected.
    const isKnown = /^!?dstnat$/.test(nat) && router.sendsElsewhere === false
    if (isKnown && nat === 'dstnat') return []
    if (!isKnown) beOther()
  }
  const protocol = protocolOf(properties.get('protocol'), firewall.family, beOther)
  const ports = portsOf(properties.get('dst-port'), kit.everyPort)
  if (!ports) {
    notes.add(place, said, 'has ports that are not understood')
    beOther()
  }
  for (const key of properties.keys()) {
    if (SILENT.has(key) || MATCHED.has(key) || (purpose === 'audit' && AUDITED.has(key))) continue
    beOther()
    if (purpose === 'prove') notes.add(place, key, 'is not understood')
  }
  const object = source.object ?? destination.object
  if (source.object && destination.object) beOther()
  const match: Match = {
    ...{ protocol, ports: ports ?? kit.everyPort, source: source.set, destination: destination.set, part },
    ...(object && { object }),
  }
  const name = properties.get('comment') || properties.get('chain')
  return [{ name, place, match, verdict, doubts }]
}

const MATCHED = new Set([
  ...['protocol', 'dst-port', 'connection-state', 'src-address', 'dst-address', 'src-address-list', 'dst-address-list'],
  ...['in-interface', 'out-interface', 'in-interface-list', 'out-interface-list'],
])

/** Properties that tagwall never writes and that are read elsewhere. */
const AUDITED = new Set(['connection-nat-state', 'place-before'])

const negation = (text: string): [isNot: boolean, text: string] =>
  text.startsWith('!') ? [true, text.slice(1)] : [false, text]

/** True if a list is a local object of the policy: one from `localObjects`, or in a proof one without tagwall's prefix. */
function isObject(name: string, { purpose, options, localObjects = [] }: ReaderContext): boolean {
  return purpose === 'prove' ? !name.startsWith(String(options.prefix)) : localObjects.includes(name)
}

function verdictOf(properties: ReadonlyMap<string, string>): Verdict | undefined {
  const action = properties.get('action') ?? 'accept'
  if (action === 'accept') return { kind: 'allow' }
  if (/^(?:drop|reject|tarpit)$/.test(action)) return { kind: 'deny' }
  if (action === 'return') return { kind: 'return' }
  return action === 'jump' ? { kind: 'jump', chain: properties.get('jump-target') ?? '' } : undefined
}

function protocolOf(text: string | undefined, family: AddressFamily, beOther: () => void): Match['protocol'] {
  if (text === undefined || text === 'all') return 'any'
  if (text.startsWith('!')) {
    beOther()
    return 'any'
  }
  if (text === 'tcp' || text === '6') return 'tcp'
  if (text === 'udp' || text === '17') return 'udp'
  const icmp = family === 'ipv4' ? ['icmp', '1'] : ['icmpv6', '58']
  if (icmp.includes(text)) return 'icmp'
  // One of many.
  beOther()
  return 'other'
}

function portsOf(text: string | undefined, every: readonly PortRange[]): readonly PortRange[] | undefined {
  if (text === undefined) return every
  const [isNot, list] = negation(text)
  const ports = kit.portList(list)
  return isNot && ports ? kit.otherPorts(ports) : ports
}
