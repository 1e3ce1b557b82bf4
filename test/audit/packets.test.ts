import { expect, test } from 'vitest'
import { type AddressFamily, FAMILIES } from '../../src/address/family.ts'
import { everything, PrefixSet } from '../../src/address/prefix-set.ts'
import { audit } from '../../src/audit/audit.ts'
import { objectNamesOf } from '../../src/audit/object-families.ts'
import type { Audit } from '../../src/audit/values.ts'
import type { FoundLocal, FoundRule } from '../../src/model/reading.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import {
  DIRECTIONS,
  EVERY_PORT,
  FLOW_PROTOCOLS,
  type Flow,
  hasPorts,
  type ProtocolPorts,
} from '../../src/model/traffic.ts'
import { expectedRules } from '../../src/verify/expectation.ts'
import { prove } from '../../src/verify/prove.ts'
import { randomFrom } from '../random.ts'
import { THOROUGH } from '../thorough.ts'
import { readingOf, rulesetOf, setOf } from './notation.ts'

// Small policies and small devices at random, against asking for each packet what the first rule that matches it says. Beside the
// addresses that rules name, there is one of each family that no rule names. Nobody knows what an object holds, so there is a packet
// for every choice of objects that its local address may be in.

const REMOTE = {
  ipv4: ['192.0.2.0/32', '192.0.2.1/32', '203.0.113.1/32'].map(setOf),
  ipv6: ['2001:db8::/128', '2001:db8::1/128', '2001:db9::/128'].map(setOf),
}
const LOCAL = {
  ipv4: ['10.0.0.0/32', '10.0.0.1/32', '172.16.0.1/32'].map(setOf),
  ipv6: ['fd00::/128', 'fd01::/128'].map(setOf),
}
// Those that rules name, and one below, between and above them.
const PORTS = [0, 7, 80, 81, 443, 8443]

interface Packet {
  readonly direction: FoundRule['direction']
  readonly protocol: Flow['protocol']
  readonly port: number
  readonly remote: PrefixSet
  readonly local: PrefixSet
  readonly objects: readonly string[]
}

function packetsOf(objectsOf: (family: AddressFamily) => readonly string[]): Packet[] {
  const traffic = DIRECTIONS.flatMap((direction) =>
    FLOW_PROTOCOLS.flatMap((protocol) =>
      (hasPorts(protocol) ? PORTS : [0]).map((port) => ({ direction, protocol, port })),
    ),
  )
  const sides = FAMILIES.flatMap((family) =>
    choicesOf(objectsOf(family)).flatMap((objects) =>
      REMOTE[family].flatMap((remote) => LOCAL[family].map((local) => ({ remote, local, objects }))),
    ),
  )
  return traffic.flatMap((one) => sides.map((other) => ({ ...one, ...other })))
}

const choicesOf = (names: readonly string[]) =>
  names.reduce<string[][]>((chosen, name) => chosen.flatMap((some) => [some, [...some, name]]), [[]])

/** Which of the few addresses a set has. */
const known = new WeakMap<PrefixSet, ReadonlySet<PrefixSet>>()
function holds(set: PrefixSet, address: PrefixSet): boolean {
  const all = [REMOTE, LOCAL].flatMap(({ ipv4, ipv6 }) => [...ipv4, ...ipv6])
  const held = known.get(set) ?? new Set(all.filter((one) => set.contains(one)))
  known.set(set, held)
  return held.has(address)
}

const isFrom = (local: FoundLocal | undefined, packet: Packet) =>
  !local || holds(local.addresses, packet.local) || local.objects.some((name) => packet.objects.includes(name))

const isBetween = ({ remote, local }: FoundRule, packet: Packet) =>
  isFrom(local, packet) && holds(remote.addresses, packet.remote)

const isInPorts = ({ protocol, port }: Packet, ports: Flow['ports']) =>
  hasPorts(protocol) ? ports.first <= port && port <= ports.last : ports.last - ports.first === EVERY_PORT.last

const meets = (rule: FoundRule, packet: Packet) =>
  rule.direction === packet.direction &&
  (rule.protocol === 'any' || rule.protocol === packet.protocol) &&
  rule.ports.some((ports) => isInPorts(packet, ports)) &&
  isBetween(rule, packet)

const isOn = (flow: Flow, addresses: PrefixSet, packet: Packet) =>
  flow.direction === packet.direction &&
  flow.protocol === packet.protocol &&
  isInPorts(packet, flow.ports) &&
  holds(addresses, packet.remote)

/** What the first rule that matches a packet does. Of rules for some of the connections, those with one action count. */
const decide = (rules: readonly FoundRule[], packet: Packet, ofPart: FoundRule['action'] = 'deny') =>
  rules.find((rule) => (rule.coverage === 'whole' || rule.action === ofPart) && meets(rule, packet))?.action

const ROUNDS = THOROUGH ? 400 : 50
const random = randomFrom(20251128)
const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
const several = <Item>(most: number, make: (index: number) => Item) =>
  Array.from({ length: 1 + Math.floor(random() * most) }, (_, index) => make(index))

const remote = () => {
  const ipv4 = pick(['192.0.2.0/31', '192.0.2.0/32', '192.0.2.1/32'])
  const ipv6 = pick(['2001:db8::/127', '2001:db8::/128', '2001:db8::1/128'])
  return pick([ipv4, ipv4, ipv4, ipv6, `${ipv4},${ipv6}`])
}
const LOCALS = ['10.0.0.0/31', '10.0.0.0/32', '10.0.0.1/32', '10.0.0.1/32,fd00::/128', 'fd00::/128']
const addresses = () => pick(['', ...LOCALS.map((text) => ` local=${text}`)])

interface World {
  readonly name: string
  readonly areObjectsApart: boolean
  readonly ofPolicy: () => string
  readonly ofDevice: () => string
}

const WORLDS: readonly World[] = [
  { name: 'any local address', areObjectsApart: false, ofPolicy: () => '', ofDevice: addresses },
  { name: 'local addresses', areObjectsApart: false, ofPolicy: addresses, ofDevice: addresses },
  {
    name: 'objects',
    areObjectsApart: false,
    ofPolicy: () => pick(['', ' local=@a', ' local=@a', ' local=@b']),
    ofDevice: () => pick(['', ' local=@a', ' local=@b', ' local=@a+b', ' local=@a+u', ' local=@u', addresses()]),
  },
  {
    name: 'objects of one family',
    areObjectsApart: true,
    ofPolicy: () => pick(['', ' local=@a+c', ' local=@a+c', ' local=@b+c']),
    ofDevice: () => pick(['', ' local=@a', ' local=@b', ' local=@a+c', ' local=@c', ' local=@a+u', addresses()]),
  },
]

/** A policy now and before: the addresses of its rules have changed, and nothing else. */
function policiesOf({ ofPolicy }: World): { readonly now: Ruleset; readonly before: Ruleset } {
  const lines = several(3, (index) => {
    const traffic = pick(['tcp 443', 'tcp 443', 'udp 443', 'tcp 80+443', 'tcp 80-443', 'any -', 'icmp -'])
    const rest = `${ofPolicy()}${index === 0 && random() < 0.3 ? ' deny' : ''}`
    const start = `R${index} ${pick(['out', 'out', 'in'])} ${traffic}`
    const now = remote()
    const before = random() < 0.5 ? now : remote()
    return { now: `${start} ${now}${rest}`, before: `${start} ${before}${rest}` }
  })
  const before = rulesetOf(...lines.map(({ before }) => before))
  return { now: rulesetOf(...lines.map(({ now }) => now)), before: { ...before, published: '2024-01-01' } }
}

/** A device that has the policy's rules, some of them, others around them, or none. */
function deviceOf(own: readonly FoundRule[], { ofDevice }: World): FoundRule[] {
  const other = () => {
    const traffic = pick(['tcp 443', 'any *', 'tcp 80-443', 'udp *', 'icmp *', 'any 1-65535'])
    const start = `${pick(['allow', 'allow', 'deny'])} ${pick(['out', 'out', 'in'])} ${traffic}${ofDevice()}`
    const to = pick([remote(), remote(), `${remote()},203.0.113.1/32`, 'any'])
    const { rules } = readingOf(`${start}${pick(['', '', '', '', ' part'])} ${to} ${pick(['x', 'x', 'R0'])}`)
    return rules[0] as FoundRule
  }
  const kept = own.filter(() => random() < 0.9)
  const rules = random() < 0.4 ? kept : [...(random() < 0.5 ? [other()] : []), ...kept, ...several(2, other)]
  return rules.map((rule, index) => ({ ...rule, place: { part: 'conf', line: index + 1 } }))
}

/** The runs of ports and the protocols of some traffic. */
const flowsOf = ({ tcp, udp, icmp, other }: ProtocolPorts, direction: Flow['direction']): Flow[] =>
  Object.entries({ tcp, udp, icmp: icmp ? [EVERY_PORT] : [], other: other ? [EVERY_PORT] : [] }).flatMap(
    ([protocol, runs]) => runs.map((ports) => ({ direction, protocol: protocol as Flow['protocol'], ports })),
  )

test.for(WORLDS)('a proof and an audit agree with what happens to each packet: $name', (world) => {
  const { areObjectsApart } = world
  const seen = { proved: 0, missing: 0, complete: 0, open: 0, shut: 0, same: 0, behind: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const { now: ruleset, before } = policiesOf(world)
    const wanted = expectedRules(ruleset, { areObjectsApart })
    const past = expectedRules(before, { areObjectsApart })
    const rules = deviceOf(pick([wanted, wanted, past]), world)
    const reading = { rules, lists: [], notes: [] }
    const found = audit(
      { ruleset, older: [before], ownNames: ['R0', 'R1', 'R2'], tagPrefixes: () => undefined, areObjectsApart },
      reading,
    )
    const { findings } = prove({ target: 't', ruleset, by: 'addresses', areObjectsApart }, reading)
    const case_ = () => `${world.name}, round ${round}: ${tellCase(wanted, rules, found)}`

    const named = objectNamesOf(ruleset)
    const all = [...new Set([...named, ...rules.flatMap(({ local }) => local?.objects ?? [])])]
    // That an object has one family is known only of those that the policy names; of those, c is the one for IPv6.
    const packets = packetsOf((family) =>
      all.filter((name) => !areObjectsApart || !named.includes(name) || (name === 'c') === (family === 'ipv6')),
    ).map((packet) => ({
      ...{ packet, asked: decide(wanted, packet) },
      ...{ surely: decide(rules, packet), possibly: decide(rules, packet, 'allow') },
    }))
    type Decided = (typeof packets)[number]
    const find = (what: string, isIt: (one: Decided) => boolean, among: readonly Decided[] = packets) => {
      const one = among.find(isIt)
      return one && `${what}: ${tellPacket(one.packet)}; ${case_()}`
    }

    const unproved = find('proved', ({ asked, surely, possibly }) =>
      [surely, possibly].some((does) => (asked === undefined ? does === 'allow' : does !== asked)),
    )
    // A proof refuses a rule about an object and addresses of a family that it has not, although no packet meets it.
    if (findings.length === 0) expect(unproved).toBeUndefined()
    else if (!areObjectsApart) expect(unproved, case_()).toBeDefined()
    if (findings.length === 0) seen.proved++

    // What is asked for and not surely let through is told, and nothing else.
    const isMissing = ({ asked, surely }: Decided) => asked === 'allow' && surely !== 'allow'
    const isToldMissing = (packet: Packet) =>
      found.missing.some(
        ({ flow, addresses, local }) => isOn(flow as Flow, addresses, packet) && (!local || holds(local, packet.local)),
      )
    expect(find('missing, and not told', (one) => isMissing(one) && !isToldMissing(one.packet))).toBeUndefined()
    for (const { flow, addresses, local } of found.missing)
      for (const one of local ? locals.filter((one) => local.contains(one)) : [undefined])
        expect(
          packets.some((each) => {
            const { packet } = each
            return isMissing(each) && isOn(flow as Flow, addresses, packet) && (!one || packet.local === one)
          }),
          `not missing: ${case_()}`,
        ).toBe(true)
    seen[found.missing.length > 0 ? 'missing' : 'complete']++

    const more = [found.stale, found.wider, found.opened].flat()
    const told = new Set(more.flatMap(({ places }) => places.map(({ line }) => line)))
    const outside = new Set(found.outside.flatMap(({ places }) => places.map(({ line }) => line)))
    for (const line of outside) expect(told.has(line), `outside and not, line ${line}: ${case_()}`).toBe(false)

    const isAnyLocal = wanted.every(({ local }) => !local)
    // What rules let through and the policy does not allow, if no rule before them surely denies it. Denials for objects that the
    // policy does not name are not followed; nor any for some local addresses, if the policy is about any.
    const denials = rules.flatMap((rule): FoundRule[] => {
      const { action, coverage, local } = rule
      if (action === 'allow' || coverage === 'part' || (isAnyLocal && local)) return []
      return [{ ...rule, local: local && { ...local, objects: local.objects.filter((name) => named.includes(name)) } }]
    })
    const lets = rules.map((rule) => {
      const before = denials.filter(({ place }) => place.line < rule.place.line)
      return packets.filter(
        ({ packet, asked }) =>
          asked !== 'allow' &&
          rule.action === 'allow' &&
          meets(rule, packet) &&
          !before.some((one) => meets(one, packet)),
      )
    })
    const letsAt = (line: number) => lets[line - 1] as Decided[]
    const allows = wanted.filter(({ action }) => action === 'allow')
    const isAskedOfSome = (packet: Packet) => allows.some((one) => meets({ ...one, local: undefined }, packet))
    // What the policy would allow if it were about any local address.
    const ofAny = wanted
      .filter(({ action, local }) => action === 'allow' || !local)
      .map((rule) => ({ ...rule, local: undefined }))
    const isOfAnyProtocol = wanted.some(({ protocol }) => protocol === 'any' || protocol === 'icmp')
    for (const rule of rules) {
      if (rule.action === 'deny' || (rule.protocol === 'icmp' && !isOfAnyProtocol)) continue
      const { line } = rule.place
      const isTold = told.has(line)
      const through = letsAt(line)
      // A rule that is not about the local side of any rule that allows is somebody else's.
      const isOurs = allows.some(({ local }) => !local || !rule.local || sharesLocal(rule.local, local))
      const isOther = ({ packet, asked }: Decided) => !isOurs && asked !== 'deny' && isAskedOfSome(packet)

      // Addresses of a rule of the policy are not let through from its local side in another way.
      const open = find(
        `open, line ${line}`,
        (one) => wanted.some((own) => isBetween(own, one.packet)) && !isOther(one),
        through,
      )
      if (!isTold) expect(open).toBeUndefined()
      seen[open ? 'open' : 'shut']++
      // A rule that is about some local side of the policy does not let others do what the policy allows.
      const wider = find(`wider, line ${line}`, ({ packet }) => isOurs && decide(ofAny, packet) === 'allow', through)
      if (!isTold) expect(wider).toBeUndefined()
      // Nothing that a rule lets through on the policy's local side goes untold.
      const untold = find(
        `untold, line ${line}`,
        (one) => wanted.some(({ local }) => isFrom(local, one.packet)) && !isOther(one),
        through,
      )
      if (!isTold && !outside.has(line)) expect(untold).toBeUndefined()
    }

    // Every finding has a packet: for each local address and object that it names, and for each run of ports.
    const isSeen = (
      { places, addresses }: (typeof more)[number],
      flow: Flow,
      isIt: (packet: Packet) => boolean = () => true,
    ) => places.some(({ line }) => letsAt(line).some(({ packet }) => isOn(flow, addresses, packet) && isIt(packet)))
    for (const entry of [...found.stale, ...found.wider]) {
      const { flow, local, localObjects = [] } = entry
      const sides = [
        ...locals.filter((one) => local?.contains(one)).map((one) => (packet: Packet) => packet.local === one),
        ...localObjects.map((name) => (packet: Packet) => packet.objects.includes(name)),
      ]
      expect(sides.length > 0 || !local, case_()).toBe(true)
      for (const side of sides.length > 0 ? sides : [undefined])
        expect(isSeen(entry, flow as Flow, side), `no packet for ${entry.rule}: ${case_()}`).toBe(true)
    }
    for (const entry of found.opened)
      for (const flow of flowsOf(entry.traffic, entry.direction))
        expect(isSeen(entry, flow), `no packet for ${entry.rule}: ${case_()}`).toBe(true)

    // Where the policy denies, the device may allow what an older document had it deny. So may somebody else's rule for nearly any address.
    const older = PrefixSet.union(past.map(({ remote }) => remote.addresses))
    const isOlder = found.outside.some(({ prefixes }) => PrefixSet.of(prefixes).overlaps(older))
    if (found.missing.length + more.length === 0 && allows.length === wanted.length && !isOlder) {
      expect(found.matches?.document, case_()).toBe(ruleset)
      seen.same++
    }
    if (found.matches?.document === before) {
      const unlike = packets.find(({ packet, surely }) => decide(past, packet) === 'allow' && surely !== 'allow')
      expect(unlike, case_()).toBeUndefined()
      seen.behind++
    }
  }
  expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(1)
})

const locals = [...LOCAL.ipv4, ...LOCAL.ipv6]

const sharesLocal = (one: FoundLocal, other: FoundLocal) =>
  one.addresses.overlaps(other.addresses) || one.objects.some((name) => other.objects.includes(name))

const tellPacket = ({ direction, protocol, port, remote, local, objects }: Packet) =>
  `${direction} ${protocol} ${port} ${remote.texts} local ${local.texts} in [${objects}]`

const tellRule = ({ name, action, direction, protocol, ports, local, coverage, remote }: FoundRule) =>
  `${name} ${action} ${direction} ${protocol} ${ports.map(({ first, last }) => `${first}-${last}`).join('+')} ${tellLocal(local)} ${coverage} ${tellSet(remote.addresses)}`

const tellLocal = (local: FoundLocal | undefined) => (local ? [...local.addresses.texts, ...local.objects].join() : '')
const tellSet = (set: PrefixSet) => (set.count > everything().count / 2n ? 'any' : set.texts.join())

const tellCase = (wanted: readonly FoundRule[], rules: readonly FoundRule[], { ruleset: _, ...found }: Audit) =>
  JSON.stringify({ wanted: wanted.map(tellRule), rules: rules.map(tellRule), found }, (key, value) =>
    ['objects', 'place', 'prefixes', 'document'].includes(key)
      ? undefined
      : PrefixSet.is(value)
        ? tellSet(value)
        : value,
  )
