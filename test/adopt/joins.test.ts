import { expect, test } from 'vitest'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { adopt, changesBy } from '../../src/adopt/adopt.ts'
import { draftText } from '../../src/adopt/draft.ts'
import { indexOf } from '../../src/adopt/match.ts'
import { compile } from '../../src/compile/compile.ts'
import { storedDocument } from '../../src/document/history.ts'
import type { Piece } from '../../src/model/change.ts'
import type { FoundRule } from '../../src/model/reading.ts'
import { DIRECTIONS, EVERY_PORT, FLOW_PROTOCOLS, type Flow, hasPorts } from '../../src/model/traffic.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { matches } from '../../src/verify/compare.ts'
import { expectedRules } from '../../src/verify/expectation.ts'
import { documentOf, setOf } from '../notation.ts'
import { randomFrom } from '../random.ts'

// Small devices with every kind of rule that adopt joins or keeps apart, and each packet on them by itself.

const [SQL, STORE] = ['20.1.0.0/24,2603:1::/64', '20.2.0.0/24,2603:2::/64']
const TAGS = documentOf(`Sql=${SQL} Store=${STORE}`)
const NEWEST = indexOf('2025-11-10', [...TAGS.tags.values()])
const OLDER = indexOf('2025-01-20', [{ name: 'Sql', region: '', prefixes: setOf(`${SQL},20.3.0.0/24`) }])

/** Remote sides that tags explain to the last address, by themselves or with others. */
const EXACT = ['20.1.0.0/24', '20.1.0.0/25', '20.1.0.128/25', '20.2.0.0/24', '2603:1::/64', '2603:2::/64', SQL, STORE]
/** Remote sides with less than their tags have, with what they had, or with more. */
const CHANGED = [
  '20.1.0.0/25,20.1.0.128/26,20.1.0.192/27',
  '20.1.0.0/24,20.3.0.0/24',
  '20.3.0.0/24',
  `${SQL},192.0.2.0/24`,
]
/** Local sides that one device has. */
const LOCALS = [
  [undefined],
  [undefined, '10.0.0.0/8', 'site'],
  ['10.0.0.0/8', '10.1.0.0/16', 'fd00::/64'],
  ['10.0.0.0/8', 'fd00::/64', 'fd01::/64'],
  ['10.0.0.0/8', 'fd00::/64', '10.0.0.0/8,fd00::/64'],
  ['site', 'lab', 'fd01::/64'],
]
const PORTS = [
  [443, 443],
  [8443, 8443],
  [443, 444],
  [0, 443],
  [1, 65535],
] as const

/** Few addresses, and most rules are like an earlier one but for some fields, so that there is something to join. */
function deviceOf(random: () => number, remotes: readonly string[]): FoundRule[] {
  const one = <Value>(values: readonly Value[]) => values[Math.floor(random() * values.length)] as Value
  const [locals, own] = [one(LOCALS), [SQL, STORE, one(remotes), one(remotes)]]
  const isByTags = random() < 0.3
  const fields = {
    name: () => ({ name: one(['Web', 'Web', 'Other', 'running line 1']) }),
    action: () => ({ action: random() < 0.7 ? ('allow' as const) : ('deny' as const) }),
    direction: () => ({ direction: one(DIRECTIONS) }),
    flow: () => {
      const protocol = one(['tcp', 'tcp', 'tcp', 'udp', 'any', 'icmp'] as const)
      const [first, last] = one(PORTS)
      return { protocol, ports: protocol === 'icmp' || random() < 0.1 ? [EVERY_PORT] : [{ first, last }] }
    },
    local: () => ({ local: localOf(one(locals)) }),
    remote: () => {
      const tags = isByTags && random() < 0.6 ? [one(['Sql', 'store'])] : []
      return { remote: { addresses: setOf(tags.length > 0 && random() < 0.5 ? '' : one(own)), tags } }
    },
  }
  const keys = Object.keys(fields) as (keyof typeof fields)[]
  const place = { part: 'running', line: 1 }
  const everyField = () => ({
    ...fields.name(),
    ...fields.action(),
    ...fields.direction(),
    ...fields.flow(),
    ...fields.local(),
    ...fields.remote(),
  })
  const rules: FoundRule[] = [{ ...everyField(), place, coverage: 'whole' }]
  const count = 2 + Math.floor(random() * 5)
  while (rules.length < count) {
    const like = random() < 0.2 ? everyField() : one(rules)
    const changed = keys
      .filter((key) => random() < (key === 'local' || key === 'remote' ? 0.7 : 0.12))
      .map((key) => fields[key]())
    rules.push(Object.assign({ place, coverage: 'whole' as const }, like, ...changed))
  }
  return rules.map((rule, index) => ({ ...rule, place: { part: 'running', line: index + 1 } }))
}

function localOf(text: string | undefined): FoundRule['local'] {
  if (text === undefined) return undefined
  return /^[a-z]+$/.test(text)
    ? { addresses: PrefixSet.empty, objects: [text] }
    : { addresses: setOf(text), objects: [] }
}

interface Packet {
  readonly flow: Flow
  readonly local: PrefixSet
  /** The objects that hold the local address. */
  readonly objects: readonly string[]
  readonly remote: PrefixSet
}

const FLOWS = DIRECTIONS.flatMap((direction) =>
  FLOW_PROTOCOLS.flatMap((protocol) =>
    (hasPorts(protocol) ? [80, 443, 444, 8443] : [0]).map((port): Flow => {
      const ports = hasPorts(protocol) ? { first: port, last: port } : EVERY_PORT
      return { direction, protocol, ports }
    }),
  ),
)
const ENDS = [
  {
    locals: ['10.0.0.1', '10.1.0.1', '172.16.0.1'],
    remotes: ['20.1.0.1', '20.1.0.129', '20.1.0.193', '20.1.0.225', '20.2.0.1', '20.2.0.129', '20.3.0.1', '192.0.2.1'],
  },
  { locals: ['fd00::1', 'fd01::1', 'fd02::1'], remotes: ['2603:1::1', '2603:1:0:0:8000::1', '2603:2::1'] },
]
const PACKETS = ENDS.flatMap(({ locals, remotes }) =>
  locals.flatMap((local) =>
    remotes.flatMap((remote) =>
      [[], ['site'], ['lab']].flatMap((objects) =>
        FLOWS.map((flow): Packet => ({ flow, objects, local: setOf(local), remote: setOf(remote) })),
      ),
    ),
  ),
)

/** The addresses of a rule, its tags resolved. */
const remoteOf = ({ remote: { addresses, tags } }: FoundRule) =>
  PrefixSet.union([addresses, ...tags.map((tag) => NEWEST.tagOf(tag)?.prefixes ?? PrefixSet.empty)])

/** The first rule that matches decides. */
const decider = (rules: readonly FoundRule[]) => {
  const own = rules.map((rule) => ({ rule, remote: remoteOf(rule) }))
  return ({ flow, local, objects, remote }: Packet) =>
    own.find(({ rule, remote: addresses }) => {
      const isLocal =
        !rule.local || rule.local.addresses.overlaps(local) || rule.local.objects.some((name) => objects.includes(name))
      return isLocal && addresses.overlaps(remote) && matches(rule, flow)
    })?.rule.action === 'allow'
}

/** True if a piece says of a packet that it changes. */
function tells({ direction, traffic, local, remote }: Piece, packet: Packet): boolean {
  const { protocol, ports } = packet.flow
  if (direction !== packet.flow.direction || !traffic || !remote.addresses.overlaps(packet.remote)) return false
  const isFlow = hasPorts(protocol)
    ? traffic[protocol].some(({ first, last }) => first <= ports.first && ports.last <= last)
    : traffic[protocol]
  if (!isFlow || !local) return isFlow
  if (local.except.some((name) => packet.objects.includes(name))) return false
  if (local.objects.length === 0) return !local.addresses || local.addresses.overlaps(packet.local)
  const isWithin = !local.within || local.within.overlaps(packet.local)
  return isWithin && local.objects.some((name) => packet.objects.includes(name))
}

const packetText = ({ flow, local, objects, remote }: Packet) =>
  `${flow.direction} ${flow.protocol} ${flow.ports.first} ${local.texts}${objects} ${remote.texts}`

/** The packets that a draft for a device opens and closes, those that `adopt` tells, and more; undefined for a device that no tag explains. */
function drafted(rules: readonly FoundRule[], editions: Parameters<typeof adopt>[1]) {
  const adoption = adopt(rules, editions, 0.8)
  if (adoption.rules.length === 0) return undefined
  const draft = draftText(adoption, { vendor: 'any', cloud: 'public', files: ['running'], newest: NEWEST })
  const policy = parsePolicy(draft, 'draft', 'draft')
  const known = storedDocument(TAGS)
  const expected = expectedRules(compile(policy, known).ruleset)
  const explained = new Set(adoption.rules.flatMap(({ candidate }) => candidate.rules))
  const after = adoption.device.flatMap((rule, index) => [
    ...(explained.has(index) ? [] : [rule]),
    ...adoption.rules
      .filter(({ candidate }) => candidate.rules[0] === index)
      .flatMap(({ name }) => expected.filter((one) => one.name === name || one.name === `${name}-in`)),
  ])
  const pieces = changesBy(adoption, policy, known)
  const [was, is] = [decider(rules), decider(after)]
  const changed = PACKETS.filter((packet) => was(packet) !== is(packet)).map(
    (packet) => `${is(packet) ? 'opens' : 'closes'} ${packetText(packet)}`,
  )
  const told = PACKETS.flatMap((packet) =>
    pieces
      .filter((piece) => tells(piece, packet))
      .map(({ opens }) => `${opens ? 'opens' : 'closes'} ${packetText(packet)}`),
  )
  const isExact = adoption.rules.every(({ heaps }) => heaps.missing.isEmpty && heaps.stale.length === 0)
  return { changed, told, count: adoption.rules.length, isExact }
}

/** A rule of the device, named `Web`, for tcp 443. */
const web = (local: string | undefined, remote: string, more: Partial<FoundRule> = {}): FoundRule => ({
  name: 'Web',
  place: { part: 'running', line: 1 },
  action: 'allow',
  direction: 'outbound',
  protocol: 'tcp',
  ports: [{ first: 443, last: 443 }],
  local: localOf(local),
  remote: { addresses: setOf(remote), tags: [] },
  coverage: 'whole',
  ...more,
})
const tagged = (addresses: string, ...tags: string[]) => ({ remote: { addresses: setOf(addresses), tags } })

test.for<[what: string, rules: readonly FoundRule[]]>([
  ['any local side beside one of the other family', [web('10.0.0.0/8', '20.1.0.0/24'), web(undefined, '2603:1::/64')]],
  ['an object beside addresses', [web('site', '20.1.0.0/24'), web('fd00::/64', '2603:1::/64')]],
  ['a tag for one local side only', [web('10.0.0.0/8', '', tagged('', 'Sql')), web('fd00::/64', '2603:2::/64')]],
  [
    'a tag for two local sides of one family',
    [web('10.0.0.0/8', '', tagged('', 'Sql')), web('10.1.0.0/16', '', tagged('20.2.0.0/24', 'Sql'))],
  ],
  [
    'three local sides',
    [web('10.0.0.0/8', '20.1.0.0/24'), web('fd00::/64', '2603:1::/64'), web('fd01::/64', '2603:2::/64')],
  ],
  [
    'a tag on the other side of a denial',
    [
      web(undefined, '20.1.0.0/25'),
      web(undefined, '20.1.0.128/25', { action: 'deny' }),
      web(undefined, '', tagged('', 'Sql')),
    ],
  ],
])('a draft changes nothing with %s', ([, rules]) => {
  expect(drafted(rules, [NEWEST])).toMatchObject({ changed: [], told: [] })
})

const PART_OF_SQL = '20.1.0.0/25,20.1.0.128/26,20.1.0.192/27'

test.for<[what: string, more: FoundRule]>([
  ['with a tag', web(undefined, '', { action: 'deny', ...tagged('0.0.0.0/0', 'Store') })],
  ['for some zones', web(undefined, '0.0.0.0/0', { coverage: 'part', ports: [{ first: 1, last: 444 }] })],
])('what a draft opens is told beside a rule %s that stays', ([, more]) => {
  const found = drafted([web(undefined, PART_OF_SQL), more], [NEWEST])
  expect(found?.told).toEqual(found?.changed)
})

const SEEDS = Array.from({ length: 250 }, (_, seed) => seed + 1)

test('a draft for rules that tags explain to the last address changes nothing', () => {
  let [joins, drafts] = [0, 0]
  for (const seed of SEEDS) {
    const rules = deviceOf(randomFrom(seed * 7919), EXACT)
    const found = drafted(rules, [NEWEST])
    if (!found?.isExact) continue
    drafts++
    if (found.count < rules.length) joins++
    expect({ seed, changed: found.changed, told: found.told }).toEqual({ seed, changed: [], told: [] })
  }
  expect([drafts > 100, joins > 50]).toEqual([true, true])
})

test('adopt tells what its draft opens and closes, and nothing else', () => {
  let changes = 0
  for (const seed of SEEDS) {
    const found = drafted(deviceOf(randomFrom(seed * 104_729), [...EXACT, ...CHANGED]), [NEWEST, OLDER])
    if (!found) continue
    changes += found.changed.length
    expect({ seed, changes: found.told }).toEqual({ seed, changes: found.changed })
  }
  expect(changes).toBeGreaterThan(100)
})
