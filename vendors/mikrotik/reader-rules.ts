import type {
  AddressFamily,
  ChainRule,
  ChainWalk,
  Direction,
  Doubt,
  FoundRule,
  Kept,
  KeptWalk,
  Match,
  Note,
  Notes,
  Place,
  PortRange,
  PrefixSet,
  ReaderContext,
  Verdict,
} from 'tagwall/reader'
import { ENDS, type End, kit } from '../_kit/kit.ts'
import type { Entry, Firewall, Router } from './reader-state.ts'

/** Properties that do not affect the match of a rule. */
const SILENT = new Set('chain action comment log log-prefix jump-target reject-with disabled place-before'.split(' '))
const INTERFACES = ['in-interface', 'in-interface-list', 'out-interface', 'out-interface-list']
/** No decision: the next rule is tried. */
const GOES_ON = /^(?:log|passthrough|add-(?:src|dst)-to-address-list|fasttrack-connection)$/

/** Where connections come in. */
export interface Way extends Pick<ChainWalk, 'chain' | 'direction' | 'isDecided'> {
  /** Earlier readings, by family, if nothing changes but address lists and rules. */
  readonly known?: Map<AddressFamily, { readonly rules: Kept<Entry, ReadRule>; readonly walked: KeptWalk }>
}

/** A rule of a chain that was read; none for one that decides nothing. */
interface ReadRule {
  readonly rules: readonly ChainRule[]
  readonly notes: readonly Note[]
}

/** The rules of connections that come in at a chain. */
export function followChain(
  router: Router,
  family: AddressFamily,
  { known: families, ...way }: Way,
  context: ReaderContext,
  notes: Notes,
  start: Place,
): FoundRule[] {
  const firewall = router.firewalls[family]
  const chains = new Map<string, readonly ChainRule[]>()
  const parts = { router, firewall, direction: way.direction, context }
  const known = families?.get(family) ?? { rules: kit.kept<Entry, ReadRule>(), walked: kit.kept() }
  families?.set(family, known)
  const rulesOf = (chain: string) => {
    if (chains.has(chain)) return chains.get(chain)
    const entries = firewall.chains.get(chain) ?? []
    if (entries.length === 0) return []
    const kept = chain === way.chain ? known.rules : kit.kept<Entry, ReadRule>()
    kept.of(entries, firewall.changed, (fresh, uses) =>
      fresh.map((entry) => {
        const own = { ...parts, notes: kit.notes(), uses: (list: string) => uses(entry, list) }
        const rule = new RuleReader(entry, own).rule()
        return { rules: rule ? [rule] : [], notes: own.notes.all }
      }),
    )
    notes.addAll(kept.joined('notes'))
    chains.set(chain, kept.joined('rules'))
    return kept.joined('rules')
  }
  const isOpen = /^(?:forward|input|output)$/.test(way.chain)
  const place = [...firewall.chains.values()][0]?.[0]?.place ?? start
  const policy = isOpen ? ({ action: 'allow', name: `accept at the end of ${way.chain}`, place } as const) : undefined
  // Only the rules of its own chain are kept.
  const changed = [...firewall.chains.keys()].filter((chain) => chain !== way.chain)
  const { remotes } = context
  return kit.followChains({ ...way, remotes, family, rulesOf, kept: known.walked, changed, policy }, notes)
}

interface RuleParts {
  readonly router: Router
  readonly firewall: Firewall
  readonly direction: Direction
  readonly context: ReaderContext
  readonly notes: Notes
  uses(list: string): void
}

class RuleReader {
  readonly #parts: RuleParts
  readonly #place: Place
  readonly #properties: ReadonlyMap<string, string>
  /** The rule, as notes show it. */
  readonly #text: string
  readonly #doubts: Doubt[] = []
  #part: Match['part'] = 'no'
  readonly #sets: Partial<Record<End, PrefixSet>> = {}
  #object: Match['object']

  constructor({ properties, place }: Entry, parts: RuleParts) {
    this.#parts = parts
    this.#place = place
    const set = new Map(properties)
    this.#properties = set
    for (const [key, value] of properties)
      if (value === '' && !SILENT.has(key) && set.delete(key)) {
        this.#doubt(`has no value for ${key}, which is not understood`)
        this.#part = 'other'
      }
    this.#text = [...properties].map(([key, value]) => `${key}=${value}`).join(' ')
  }

  /** Undefined for a rule that decides nothing, or that no new connection in this direction matches. */
  rule(): ChainRule | undefined {
    const properties = this.#properties
    const verdict = verdictOf(properties)
    if (verdict === undefined) {
      if (!GOES_ON.test(properties.get('action') ?? '')) this.#note('has an unknown action')
      return undefined
    }
    if (this.#isForOldConnections() || INTERFACES.some((key) => this.#isForOtherInterface(key))) return undefined
    for (const side of ENDS) this.#takeSide(side)
    if (this.#isForRedirected()) return undefined
    const [protocol, ports] = [this.#protocol(), this.#ports()]
    this.#checkOthers()
    const { source, destination } = this.#sets
    const object = this.#object
    const match: Match = { protocol, ports, source, destination, part: this.#part, ...(object && { object }) }
    const name = properties.get('comment') || properties.get('chain')
    return { name, place: this.#place, text: this.#text, matches: [match], verdict, doubts: this.#doubts }
  }

  #note(reason: string, text = this.#text): void {
    this.#parts.notes.add(this.#place, text, reason)
  }

  #doubt(reason: string, side?: Doubt['side']): void {
    this.#doubts.push({ reason, side })
  }

  #isForOldConnections(): boolean {
    const state = this.#properties.get('connection-state')
    if (state === undefined) return false
    const states = state.replace(/^!/, '').split(',')
    return states.includes('new') === state.startsWith('!')
  }

  #isForOtherInterface(key: string): boolean {
    const value = this.#properties.get(key)
    if (value === undefined) return false
    const { direction, context, router } = this.#parts
    const { localInterface, remoteInterface } = context.narrow
    const isLocal = key.startsWith('in-') === (direction === 'outbound')
    const [asked, opposite] = isLocal ? [localInterface, remoteInterface] : [remoteInterface, localInterface]
    const [isNot, name] = negation(value)
    const isList = key.endsWith('-list')
    const found = asked === undefined ? 'some' : router.interfaces.shareOf(asked, name, isList)
    const isUnknown = found === 'some' && asked !== undefined && isList && router.interfaces.isUnknown(name)
    // No interface is on both sides.
    const isOther = name === opposite
    const share = isUnknown && isOther ? 'none' : found
    if (share === (isNot ? 'all' : 'none')) return true
    if (share === 'some' && this.#part === 'no') this.#part = 'zone'
    if (isUnknown && !isOther) this.#doubt(`names the interface list ${name}, whose members are not in the file`)
    return false
  }

  #takeSide(side: End): void {
    const short = side === 'source' ? 'src' : 'dst'
    const address = this.#properties.get(`${short}-address`)
    const list = this.#properties.get(`${short}-address-list`)
    if (address !== undefined) {
      const [isNot, text] = negation(address)
      const range = kit.rangeOfText(text)
      if (range) this.#narrow(side, kit.setOfRanges([range]), isNot)
      else {
        this.#doubt('has an invalid address', side)
        this.#part = 'other'
      }
    }
    if (list !== undefined) this.#takeList(side, ...negation(list))
  }

  #takeList(side: End, isNot: boolean, name: string): void {
    const { router, firewall, context, uses } = this.#parts
    uses(name)
    const { set, doubt } = router.addressesOf(firewall, name)
    if (isObject(name, context)) {
      // A rule can name one object only, and nobody knows what the others of one are.
      if (isNot || this.#object) this.#part = 'other'
      else this.#object = { side, name, addresses: set }
      return
    }
    if (doubt) this.#doubt(`names the list ${name}, which ${doubt}`, side)
    // Nobody knows what is left of all addresses without them.
    if (doubt && isNot) this.#part = 'other'
    if (context.purpose === 'prove' && set.isEmpty) this.#note('names an address list that does not exist', name)
    this.#narrow(side, set, isNot)
  }

  #narrow(side: End, addresses: PrefixSet, isNot: boolean): void {
    const meant = isNot ? kit.everything(this.#parts.firewall.family).subtract(addresses) : addresses
    this.#sets[side] = this.#sets[side]?.intersect(meant) ?? meant
  }

  #isForRedirected(): boolean {
    const nat = this.#properties.get('connection-nat-state')
    if (nat === undefined) return false
    // No connection is redirected unless a NAT rule redirects it.
    const isKnown = /^!?dstnat$/.test(nat) && this.#parts.router.sendsElsewhere === false
    if (!isKnown) this.#part = 'other'
    return isKnown && nat === 'dstnat'
  }

  #protocol(): Match['protocol'] {
    const text = this.#properties.get('protocol')
    if (text === undefined || text === 'all') return 'any'
    if (text === 'tcp' || text === '6') return 'tcp'
    if (text === 'udp' || text === '17') return 'udp'
    const icmp = this.#parts.firewall.family === 'ipv4' ? ['icmp', '1'] : ['icmpv6', '58']
    if (icmp.includes(text)) return 'icmp'
    this.#part = 'other'
    return text.startsWith('!') ? 'any' : 'other'
  }

  #ports(): readonly PortRange[] {
    const text = this.#properties.get('dst-port')
    if (text === undefined) return kit.everyPort
    const [isNot, list] = negation(text)
    const ports = kit.portList(list)
    if (ports) return isNot ? kit.otherPorts(ports) : ports
    this.#note('has unknown ports')
    this.#part = 'other'
    return kit.everyPort
  }

  /** Any other property may narrow the rule. */
  #checkOthers(): void {
    const { purpose } = this.#parts.context
    for (const key of this.#properties.keys()) {
      // tagwall never writes the state of NAT.
      if (SILENT.has(key) || MATCHED.test(key) || (purpose === 'audit' && key === 'connection-nat-state')) continue
      this.#part = 'other'
      if (purpose === 'prove') this.#note('is not understood', key)
    }
  }
}

const MATCHED = /^(?:protocol|dst-port|connection-state|(?:src|dst)-address(?:-list)?|(?:in|out)-interface(?:-list)?)$/

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
