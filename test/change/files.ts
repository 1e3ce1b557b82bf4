import {
  ANY,
  addressesAt,
  type Box,
  type Direction,
  type Entry,
  familyOf,
  type LocalSide,
  objectAt,
  type Protocol,
  type Run,
  type Runs,
  runOf,
} from './oracle.ts'
import type { Tags } from './pairs.ts'

// Small parsers of exactly what the program writes for four vendors. They throw at anything else.

/** The full files of one target, by path. */
export type Files = Readonly<Record<string, string>>

/** The rules in the files of a target. `tags` is what a device that resolves tags itself knows of them. */
export function entriesOf(vendor: string, files: Files, tags: Tags = {}): readonly Entry[] {
  if (vendor === 'nsg') return nsgEntries(only(files), tags)
  if (vendor === 'json') return jsonEntries(only(files))
  if (vendor === 'cisco-ios') return ciscoEntries(only(files))
  const texts = ['.v4', '.v6'].map((end) => Object.entries(files).find(([path]) => path.endsWith(end))?.[1])
  return texts.flatMap((text, index) =>
    text === undefined ? [] : iptablesEntries(text, index === 0 ? 'ipv4' : 'ipv6'),
  )
}

/** The addresses of each list, by its name. */
export function listsOf(out: string, files: Files): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(files).map(([path, text]) => {
      const name = path === out ? 'all' : path.slice(out.length + 1, -'.txt'.length)
      return [name, text.split('\n').filter(Boolean)]
    }),
  )
}

function only(files: Files): string {
  const [text, ...others] = Object.values(files)
  if (text === undefined || others.length > 0) throw new Error(`expected one file: ${Object.keys(files)}`)
  return text
}

/** One entry for each family, if both sides have addresses of it. */
function entries(
  entry: Pick<Entry, 'name' | 'allows' | 'direction' | 'protocol' | 'ports'>,
  remote: readonly string[],
  localOf: (family: Box['family']) => LocalSide | undefined,
): Entry[] {
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const far = remote.filter((text) => familyOf(text) === family).map(runOf)
    const local = localOf(family)
    return far.length > 0 && local ? [{ ...entry, family, local, remote: far }] : []
  })
}

interface JsonRule {
  readonly name: string
  readonly direction: Direction
  readonly action: 'allow' | 'deny'
  readonly protocol: Protocol
  readonly ports: readonly { readonly first: number; readonly last: number }[]
  readonly local?: { readonly addresses?: readonly string[]; readonly object?: string }
  readonly set: string
}

function jsonEntries(text: string): Entry[] {
  const { rules, sets } = JSON.parse(text) as {
    rules: JsonRule[]
    sets: { name: string; prefixes: { ipv4?: string[]; ipv6?: string[] } }[]
  }
  return rules.flatMap(({ name, direction, action, protocol, ports, local, set }) => {
    const found = sets.find((one) => one.name === set)
    if (!found) throw new Error(`no set ${set}`)
    const remote = [...(found.prefixes.ipv4 ?? []), ...(found.prefixes.ipv6 ?? [])]
    const localOf = (family: Box['family']): LocalSide | undefined => {
      if (!local) return ANY
      if (!local.addresses) return objectAt(local.object as string)
      const runs = local.addresses.filter((text) => familyOf(text) === family).map(runOf)
      return runs.length > 0 ? addressesAt(runs) : undefined
    }
    const numbers = ports.map(({ first, last }) => ({ first: BigInt(first), last: BigInt(last) }))
    return entries({ name, allows: action === 'allow', direction, protocol, ports: numbers }, remote, localOf)
  })
}

interface NsgRule {
  readonly name: string
  readonly properties: {
    readonly [key: string]: unknown
    readonly priority: number
    readonly direction: 'Inbound' | 'Outbound'
    readonly access: 'Allow' | 'Deny'
    readonly protocol: 'Tcp' | 'Udp' | '*'
  }
}

/** A rule of a network security group names one tag, or has prefixes. */
function nsgEntries(text: string, tags: Tags): Entry[] {
  const { resources } = JSON.parse(text) as { resources: [{ properties: { securityRules: NsgRule[] } }] }
  const rules = resources[0].properties.securityRules.sort((a, b) => a.properties.priority - b.properties.priority)
  return rules.flatMap(({ name, properties }) => {
    const direction = properties.direction === 'Outbound' ? 'outbound' : 'inbound'
    const [near, far] = direction === 'outbound' ? ['source', 'destination'] : ['destination', 'source']
    const tag = properties[`${far}AddressPrefix`] as string | undefined
    const remote = tag === undefined ? (properties[`${far}AddressPrefixes`] as string[]) : tags[tag]
    if (!remote) throw new Error(`no tag ${tag}`)
    const groups = properties[`${near}ApplicationSecurityGroups`] as { id: string }[] | undefined
    const local = properties[`${near}AddressPrefixes`] as string[] | undefined
    const localOf = (family: Box['family']): LocalSide | undefined => {
      if (groups) return objectAt(/'([^']+)'\)\]$/.exec(groups[0]?.id as string)?.[1] as string)
      if (!local) return ANY
      const runs = local.filter((text) => familyOf(text) === family).map(runOf)
      return runs.length > 0 ? addressesAt(runs) : undefined
    }
    const ports = (properties.destinationPortRanges ?? [properties.destinationPortRange]) as string[]
    return entries(
      {
        name,
        allows: properties.access === 'Allow',
        direction,
        protocol: ({ Tcp: 'tcp', Udp: 'udp', '*': 'any' } as const)[properties.protocol],
        ports: ports.filter((one) => one !== '*').map((one) => portsOf(one, '-')),
      },
      remote,
      localOf,
    )
  })
}

const WORDS = /"[^"]*"|\S+/g

function iptablesEntries(text: string, family: Box['family']): Entry[] {
  const rules = text
    .split('\n')
    .filter((line) => line.startsWith('-A '))
    .map((line) => iptablesRule((line.match(WORDS) ?? []).slice(1)))
  const chains = [...new Set(rules.map(({ chain }) => chain))]
  const from = (chain: string, around: Conditions): Entry[] =>
    rules
      .filter((rule) => rule.chain === chain)
      .flatMap(({ chain: _, jump, name, ...conditions }) => {
        const all = merged(around, conditions)
        if (jump !== 'ACCEPT' && jump !== 'DROP') return from(jump, all)
        const direction = /-OUT(?:-\d+)?$/.test(chain) ? 'outbound' : 'inbound'
        const [local, remote] = direction === 'outbound' ? [all.source, all.destination] : [all.destination, all.source]
        if (!remote || !name) throw new Error(`${chain} has a rule without an address or a name`)
        const { protocol = 'any', ports = [] } = all
        return [
          {
            name,
            allows: jump === 'ACCEPT',
            direction,
            family,
            protocol,
            ports,
            local: local ? sideAt(local) : ANY,
            remote: [runOf(remote)],
          },
        ]
      })
  return chains.filter((chain) => /-(?:OUT|IN)$/.test(chain)).flatMap((chain) => from(chain, {}))
}

/** One side of a rule: an address or an object. */
type Side = string

interface Conditions {
  readonly source?: Side
  readonly destination?: Side
  readonly protocol?: Protocol
  readonly ports?: Runs
}

/** A name has no slash. */
const sideAt = (text: string): LocalSide => (text.includes('/') ? addressesAt([runOf(text)]) : objectAt(text))

function merged(a: Conditions, b: Conditions): Conditions {
  const twice = Object.keys(a).find((key) => key in b)
  if (twice) throw new Error(`${twice} twice`)
  return { ...a, ...b }
}

function iptablesRule(words: readonly string[]): Conditions & { chain: string; jump: string; name?: string } {
  const [chain = '', ...rest] = words
  let rule: Conditions & { jump?: string; name?: string } = {}
  while (rest.length > 0) {
    const word = rest.shift() as string
    const value = rest.shift() as string
    const next = () => rest.shift() as string
    if (word === '-s') rule = { ...rule, source: value }
    else if (word === '-d') rule = { ...rule, destination: value }
    else if (word === '-p') rule = { ...rule, protocol: value.endsWith('icmp') ? 'icmp' : (value as Protocol) }
    else if (word === '--dport' || word === '--dports')
      rule = { ...rule, ports: value.split(',').map((one) => portsOf(one, ':')) }
    else if (word === '--ctstate' && value === 'NEW') continue
    else if (word === '--comment') rule = { ...rule, name: value.slice(1, -1) }
    else if (word === '-j') rule = { ...rule, jump: value }
    else if (word === '--match-set') {
      rule = { ...rule, ...(next() === 'src' ? { source: value } : { destination: value }) }
    } else if (word !== '-m' || !['conntrack', 'comment', 'multiport', 'set'].includes(value))
      throw new Error(`${word} ${value}`)
  }
  if (!rule.jump) throw new Error(`no -j: ${words.join(' ')}`)
  return { ...rule, jump: rule.jump, chain }
}

function portsOf(text: string, dash: string): Run {
  const [first = '', last = first] = text.split(dash)
  return { first: BigInt(first), last: BigInt(last) }
}

function ciscoEntries(text: string): Entry[] {
  const groups = new Map<string, string[]>()
  const rules: Entry[] = []
  let group: string[] = []
  let list: { direction: Direction; family: Box['family'] } | undefined
  for (const line of text.split('\n').filter((line) => line !== '' && !line.startsWith('!'))) {
    const words = line.trim().split(' ')
    const head = /^object-group (?:v6-)?network (\S+)$/.exec(line)
    const acl = /^(ip|ipv6) access-list (?:extended )?(\S+?)(?:-v6)?$/.exec(line)
    if (head) {
      group = []
      groups.set(head[1] as string, group)
      list = undefined
    } else if (acl) {
      list = {
        direction: /out|LAN/i.test(acl[2] as string) ? 'outbound' : 'inbound',
        family: acl[1] === 'ip' ? 'ipv4' : 'ipv6',
      }
    } else if (words[0] === 'exit' || words[0] === 'description') continue
    else if (!list) group.push(ciscoMember(words))
    else rules.push(...ciscoRule(words, list, groups))
  }
  return rules
}

function ciscoMember([first = '', second]: readonly string[]): string {
  if (first === 'host') return second as string
  if (second === undefined) return first
  const ones = second.split('.').map((part) => Number(part).toString(2).replaceAll('0', '').length)
  return `${first}/${ones.reduce((sum, count) => sum + count, 0)}`
}

function ciscoRule(
  words: readonly string[],
  { direction, family }: { direction: Direction; family: Box['family'] },
  groups: ReadonlyMap<string, readonly string[]>,
): Entry[] {
  const [action, protocol, ...rest] = words
  const side = (): { runs: Runs | undefined; name: string } => {
    const word = rest.shift()
    if (word === 'any') return { runs: undefined, name: '' }
    const name = rest.shift() as string
    if (word === 'host') return { runs: [runOf(name)], name: '' }
    const members = groups.get(name)
    return { runs: members?.map(runOf), name }
  }
  const [source, destination] = [side(), side()]
  const [operator, ...numbers] = rest
  const ports =
    operator === undefined ? [] : [{ first: BigInt(numbers[0] as string), last: BigInt(numbers.at(-1) as string) }]
  const [local, remote] = direction === 'outbound' ? [source, destination] : [destination, source]
  // Only there so that the list is never empty.
  if (/ host (?:0\.0\.0\.0|::) /.test(words.join(' '))) return []
  const name = remote.name.replace(/-v[46]$/, '')
  const meaning = protocol === 'ip' || protocol === 'ipv6' ? 'any' : (protocol as Protocol)
  return [
    {
      name,
      allows: action === 'permit',
      direction,
      family,
      protocol: meaning,
      ports,
      local: local.runs ? addressesAt(local.runs) : local.name === '' ? ANY : objectAt(local.name),
      remote: remote.runs as Runs,
    },
  ]
}
