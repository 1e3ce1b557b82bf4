import type { Action, FoundLocal, FoundRule, LocatedJson, PortRange, PrefixSet } from 'tagwall/reader'
import { type FirewallSide, firewallSide } from './reader-firewall-side.ts'
import type { IpGroup } from './reader-ip-groups.ts'
import { checkFields, fieldOf, type Scope, textsOf, type Where } from './reader-scope.ts'

export interface FirewallRule extends FoundRule {
  readonly collection: string
}

/** Where a rule stands, and what it may refer to. */
export interface Around {
  readonly collection: string
  readonly action: Action
  readonly part: string
  readonly ipGroups: readonly IpGroup[]
}

const WANTED = ['name', 'description', 'protocols', 'destination_ports']
const ENDS = ['source_addresses', 'source_ip_groups', 'destination_addresses', 'destination_ip_groups']
const PROTOCOLS: Readonly<Record<string, FoundRule['protocol']>> = { TCP: 'tcp', UDP: 'udp', ICMP: 'icmp', Any: 'any' }

/** What a network rule says, once for each protocol and each direction in which traffic meets it. */
export function firewallRules(rule: LocatedJson, around: Around, scope: Scope): FirewallRule[] {
  const { kit, note, isStrict } = scope
  const where: Where = { part: around.part, line: rule.line }
  const name = kit.textOf(kit.fieldOf(rule, 'name')) ?? '(no name)'
  checkFields(rule, { wanted: WANTED, optional: ENDS }, where, name, scope)
  if (rule.kind !== 'object') return []
  let isRefused = false
  const refuse = (line: number, reason: string) => {
    isRefused = true
    note({ ...where, line }, name, reason)
  }
  for (const [key, { line }] of rule.fields)
    if (!isStrict && !WANTED.includes(key) && !ENDS.includes(key) && fieldOf(rule, key))
      refuse(
        line,
        key === 'destination_fqdns'
          ? 'names hosts, whose addresses are not in the file'
          : `has the field "${key}", which is not understood`,
      )
  const protocols = textsOf(kit.fieldOf(rule, 'protocols'), where, name, scope).flatMap(({ value, line }) => {
    const protocol = Object.hasOwn(PROTOCOLS, value) ? PROTOCOLS[value] : undefined
    if (!protocol) refuse(line, `has the protocol ${JSON.stringify(value)}, which is not understood`)
    return protocol ?? []
  })
  if (protocols.length === 0 && !isRefused) refuse(where.line, 'has no protocols')
  if (isStrict && protocols.length > 1) refuse(where.line, 'has more than one protocol')
  const ports = portsOf(kit.fieldOf(rule, 'destination_ports'), where, name, refuse, scope)
  if (isStrict && protocols.some((one) => one === 'icmp') && kit.otherPorts(ports).length > 0)
    refuse(where.line, 'has ports, and a protocol without them')
  const source = firewallSide('source', rule, where, name, around.ipGroups, refuse, scope)
  const destination = firewallSide('destination', rule, where, name, around.ipGroups, refuse, scope)
  if (isRefused) return []
  return directionsOf(source, destination, scope).flatMap(({ direction, local, remote }) =>
    protocols.map((protocol): FirewallRule => {
      const isPortless = protocol === 'icmp'
      return {
        ...{ name, place: where, direction, action: around.action, protocol, collection: around.collection },
        ports: isPortless ? kit.everyPort : ports,
        coverage: 'whole',
        ...(local && { local }),
        remote: { addresses: remote.addresses, tags: remote.tags },
      }
    }),
  )
}

function portsOf(
  list: LocatedJson | undefined,
  where: Where,
  name: string,
  refuse: (line: number, reason: string) => void,
  scope: Scope,
): readonly PortRange[] {
  const { kit } = scope
  const ranges = textsOf(list, where, name, scope).flatMap(({ value, line }) => {
    const range = value === '*' ? kit.everyPort[0] : kit.portRange(value)
    if (!range || (value !== '*' && range.first < 1))
      refuse(line, `has the port ${JSON.stringify(value)}, which is not understood`)
    return range ?? []
  })
  if (ranges.length === 0) refuse(where.line, 'has no ports')
  return kit.joinPorts(ranges)
}

interface Directed {
  readonly direction: FoundRule['direction']
  readonly local: FoundLocal | undefined
  readonly remote: FirewallSide
}

/**
 * A firewall does not know which end is local. When proving, it is the end that no group or tag of tagwall stands at. In an audit
 * the end that can be of one's own network: any, an object of the policy, or addresses of the option `localNetworks`.
 */
function directionsOf(source: FirewallSide, destination: FirewallSide, { isStrict, kit, options }: Scope): Directed[] {
  const own = kit.setOfTexts(options.localNetworks as string[]) ?? kit.empty
  const canBeLocal = (side: FirewallSide) =>
    isStrict ? !side.isOwn : side.isAny || side.objects.length > 0 || !meet(side.addresses, own).isEmpty
  const localOf = (near: FirewallSide) =>
    near.isAny ? undefined : { addresses: near.addresses, objects: near.objects }
  const directed = (direction: Directed['direction'], near: FirewallSide, remote: FirewallSide): Directed[] =>
    canBeLocal(near) && (!isStrict || remote.isOwn) ? [{ direction, local: localOf(near), remote }] : []
  // Tags stand at destinations only.
  if (isStrict && options.mode === 'tags')
    return [{ direction: 'outbound', local: localOf(source), remote: destination }]
  return [...directed('outbound', source, destination), ...directed('inbound', destination, source)]
}

const meet = (a: PrefixSet, b: PrefixSet) => a.intersect(b)
