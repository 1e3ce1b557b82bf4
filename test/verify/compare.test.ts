import { describe, expect, test } from 'vitest'
import type { FoundRule } from '../../src/model/reading.ts'
import type { Flow } from '../../src/model/traffic.ts'
import { facts } from '../../src/verify/allowed.ts'
import { areInOrder, decideAlike, decidedFor, flowsOf, matches } from '../../src/verify/compare.ts'
import { readingOf, setOf } from '../audit/notation.ts'

const FLOW: Flow = { direction: 'outbound', protocol: 'tcp', ports: { first: 443, last: 443 } }

const show = ({ direction, protocol, ports }: Flow) => `${direction} ${protocol} ${ports.first}-${ports.last}`

/** The addresses and tags, as text. */
const textOf = (allowed: Parameters<typeof facts>[0]) => {
  const { addresses, tags } = facts(allowed)
  return [...addresses.texts, ...tags].join(' ')
}

test('cuts ports where a rule begins or ends, from the first port to the last', () => {
  const tcp = flowsOf([
    { first: 80, last: 90 },
    { first: 90, last: 90 },
  ]).filter(({ protocol, direction }) => protocol === 'tcp' && direction === 'outbound')
  expect(tcp.map(show)).toEqual([
    'outbound tcp 0-79',
    'outbound tcp 80-89',
    'outbound tcp 90-90',
    'outbound tcp 91-65535',
  ])
  expect(flowsOf([]).map(show)).toEqual(
    ['outbound', 'inbound'].flatMap((direction) =>
      ['tcp', 'udp', 'icmp', 'other'].map((protocol) => `${direction} ${protocol} 0-65535`),
    ),
  )
})

// The first rule that matches decides, for addresses and for the names of tags.
test.for<[rules: string, allowed: string, denied: string]>([
  ['', '', ''],
  ['allow 192.0.2.0/24', '192.0.2.0/24', ''],
  ['deny 192.0.2.0/25; allow 192.0.2.0/24', '192.0.2.128/25', '192.0.2.0/25'],
  ['allow 192.0.2.0/25; deny 192.0.2.0/24', '192.0.2.0/25', '192.0.2.128/25'],
  [
    'deny 192.0.2.0/32; allow 192.0.2.1/32; deny 192.0.2.2/32; allow 192.0.2.2/31',
    '192.0.2.1/32 192.0.2.3/32',
    '192.0.2.0/32 192.0.2.2/32',
  ],
  [
    'allow 192.0.2.0/32; deny 192.0.2.1/32; allow 192.0.2.2/32; deny 192.0.2.2/31',
    '192.0.2.0/32 192.0.2.2/32',
    '192.0.2.1/32 192.0.2.3/32',
  ],
  ['allow #A; deny #A,B; allow #B,C', 'a c', 'b'],
  ['deny #a; allow #A,B; deny #B,C', 'b', 'a c'],
])('%s', ([rules, allowed, denied]) => {
  const lines = rules.split('; ').filter(Boolean)
  const reading = readingOf(...lines.map((line) => line.replace(' ', ' out tcp 443 ')))
  const decided = decidedFor(FLOW, reading.rules)
  expect([decided.surely, decided.possibly, decided.denied].map(textOf)).toEqual([allowed, allowed, denied])
})

test('a rule matches a flow of its direction and its protocol, within its ports', () => {
  const kinds = ['out tcp 80+443', 'out any 80-443', 'out tcp 80-442', 'out tcp 444-500', 'out udp 443', 'in tcp 443']
  const { rules } = readingOf(...kinds.map((kind) => `allow ${kind} any`))
  expect(rules.map((rule) => matches(rule, FLOW))).toEqual([true, true, false, false, false, false])
})

// What a tag holds is not known, so an allow may not pass a deny.
describe('rules are in the same order:', () => {
  test.for<[a: string, b: string, isSame: boolean]>([
    ['', '', true],
    ['deny #A; allow #B', 'deny #A; allow #B', true],
    ['deny #A; allow #B', 'deny #a; allow #b', true],
    ['deny #A; allow #B', 'allow #B; deny #A', false],
    ['deny #A; allow #A', 'allow #A; deny #A', false],
    ['deny #A; allow #B', 'deny #A', false],
    ['deny #A; allow #B', 'deny #A; allow #B; deny #C', false],
    ['deny #A; allow #B', 'deny #A; allow #C', false],
    ['deny #A; allow #B', 'deny #C; allow #B', false],
    ['deny #A; allow 192.0.2.0/24', 'deny #A; allow 192.0.2.0/25', false],
    ['deny #A; allow 192.0.2.0/24', 'deny #A; allow 192.0.2.0/25; allow 192.0.2.128/25', true],
    // Neighbours with the same action may change places.
    ['deny #A; allow #B; allow #C', 'deny #A; allow #C; allow #B', true],
    ['deny #A; allow #B,C', 'deny #A; allow #C; allow #B; allow #B', true],
    ['deny #A; allow #B; deny #C; allow #D', 'deny #A; allow #B; allow #D; deny #C', false],
    ['deny #A; allow #B; deny #C; allow #D', 'deny #A; allow #B,D; deny #C', false],
    // A rule without anything in a family decides nothing.
    ['deny ,; allow #B', 'allow #B', true],
    ['deny 192.0.2.0/24; allow #B', 'allow #B', false],
  ])('%s as %s: %s', ([a, b, isSame]) => {
    const [own, others] = [a, b].map((text) => {
      const lines = text.split('; ').filter(Boolean)
      return readingOf(...lines.map((line) => line.replace(' ', ' out any * '))).rules
    }) as [ReturnType<typeof readingOf>['rules'], ReturnType<typeof readingOf>['rules']]
    expect(areInOrder(own, others)).toBe(isSame)
    expect(areInOrder(others, own)).toBe(isSame)
  })
})

// A proof of a moment asks only about rules that decide otherwise than those of the moment before, so each field must count.
const REMOTE = { addresses: setOf('192.0.2.0/24'), tags: ['a', 'b'] }
const LOCAL = { addresses: setOf('10.0.0.0/24'), objects: ['x', 'y'] }
const RULE: FoundRule = {
  name: 'r1',
  place: { part: '', line: 1 },
  action: 'allow',
  direction: 'outbound',
  protocol: 'tcp',
  ports: [
    { first: 80, last: 90 },
    { first: 443, last: 443 },
  ],
  remote: REMOTE,
  local: LOCAL,
  coverage: 'whole',
}

test.for<[what: string, changes: Partial<FoundRule>]>([
  ['action', { action: 'deny' }],
  ['direction', { direction: 'inbound' }],
  ['protocol', { protocol: 'udp' }],
  ['coverage', { coverage: 'part' }],
  ['fewer ports', { ports: RULE.ports.slice(0, 1) }],
  ['more ports', { ports: [...RULE.ports, { first: 8443, last: 8443 }] }],
  ['another first port', { ports: [{ first: 79, last: 90 }, ...RULE.ports.slice(1)] }],
  ['another last port', { ports: [...RULE.ports.slice(0, 1), { first: 443, last: 444 }] }],
  ['remote addresses', { remote: { ...REMOTE, addresses: setOf('192.0.2.0/25') } }],
  ['a tag more', { remote: { ...REMOTE, tags: ['a', 'b', 'c'] } }],
  ['another tag', { remote: { ...REMOTE, tags: ['a', 'c'] } }],
  ['local addresses', { local: { ...LOCAL, addresses: setOf('10.0.0.0/25') } }],
  ['a local object less', { local: { ...LOCAL, objects: ['x'] } }],
  ['another local object', { local: { ...LOCAL, objects: ['x', 'z'] } }],
  ['no local side', { local: undefined }],
])('rules with other values decide otherwise: %s', ([, changes]) => {
  const other = { ...RULE, ...changes }
  expect([decideAlike(RULE, other), decideAlike(other, RULE)]).toEqual([false, false])
})

test('rules decide alike whatever their names and places', () => {
  const elsewhere = {
    name: 'r2',
    place: { part: 'other', line: 9 },
    ports: RULE.ports.map((ports) => ({ ...ports })),
    remote: { ...REMOTE, addresses: setOf('192.0.2.0/25,192.0.2.128/25') },
  }
  const local = { ...LOCAL, addresses: setOf('10.0.0.0/24') }
  expect(decideAlike(RULE, { ...RULE, ...elsewhere, local })).toBe(true)
  const free = { ...RULE, local: undefined }
  expect(decideAlike(free, { ...free, ...elsewhere })).toBe(true)
})
