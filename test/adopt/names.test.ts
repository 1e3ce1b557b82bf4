import { expect, test } from 'vitest'
import { adopt } from '../../src/adopt/adopt.ts'
import { indexOf } from '../../src/adopt/match.ts'
import type { FoundRule } from '../../src/model/reading.ts'
import { setOf } from '../notation.ts'

const INDEX = indexOf('2025-11-10', [
  { name: 'Sql', region: '', prefixes: setOf('20.1.0.0/24') },
  { name: 'Store', region: '', prefixes: setOf('20.2.0.0/24') },
])

const found = (name: string, direction: FoundRule['direction'], addresses: string): FoundRule => ({
  name,
  direction,
  action: 'allow',
  protocol: 'tcp',
  ports: [{ first: 443, last: 443 }],
  coverage: 'whole',
  place: { part: 'running', line: 1 },
  remote: { addresses: setOf(addresses), tags: [] },
})

test.for<[what: string, rules: readonly FoundRule[], names: readonly string[]]>([
  [
    'of two rules whose names differ in "-in" stay',
    [found('Web', 'outbound', '20.1.0.0/24'), found('Web-in', 'inbound', '20.2.0.0/24')],
    ['Web', 'Web-in'],
  ],
  [
    'leave room for the inbound half of a rule of both directions',
    [
      found('Web', 'outbound', '20.1.0.0/24'),
      found('Web', 'inbound', '20.1.0.0/24'),
      found('Web-in', 'inbound', '20.2.0.0/24'),
    ],
    ['Web', 'Web-in-2'],
  ],
])('the names %s', ([, rules, names]) => {
  expect(adopt(rules, [INDEX], 0.9).rules.map(({ name }) => name)).toEqual(names)
})

test('a rule inbound is not joined with one outbound across a denial, wherever the denials begin', () => {
  const denied = (addresses: string): FoundRule => ({ ...found('No', 'inbound', addresses), action: 'deny' })
  const rules = [
    denied('20.2.0.0/24'),
    found('Web', 'outbound', '20.1.0.0/24'),
    denied('20.1.0.0/25'),
    found('Web', 'inbound', '20.1.0.0/24'),
  ]
  const directions = adopt(rules, [INDEX], 0.9).rules.map(({ candidate }) => [candidate.action, candidate.direction])
  expect(directions).toEqual([
    ['deny', 'inbound'],
    ['allow', 'outbound'],
    ['allow', 'inbound'],
  ])
})

test('a tag that no document has is said, and a rule for it alone stays on the device', () => {
  const rules = [
    { ...found('Web', 'outbound', ''), remote: { addresses: setOf(''), tags: ['sql', 'Nowhere'] } },
    { ...found('Gone', 'outbound', ''), remote: { addresses: setOf(''), tags: ['Nowhere'] } },
  ]
  const adoption = adopt(rules, [INDEX], 0.9)
  expect(adoption.rules.map(({ name, tags, gone }) => [name, tags.map((tag) => tag.name), gone])).toEqual([
    ['Web', ['Sql'], ['Nowhere']],
  ])
  expect(adoption.unexplained).toBe(1)
})

test.for<[ports: FoundRule['ports'], want: string[]]>([
  [[{ first: 443, last: 443 }], ['tcp 443', 'udp 443']],
  [[{ first: 0, last: 65535 }], ['any ']],
  // It is not for ICMP.
  [[{ first: 1, last: 65535 }], ['tcp 1', 'udp 1']],
])('a rule for any protocol on %j is one for each protocol that has such ports', ([ports, want]) => {
  const rules: FoundRule[] = [{ ...found('Web', 'outbound', '20.1.0.0/24'), protocol: 'any', ports }]
  const adopted = adopt(rules, [INDEX], 0.9).rules.map(({ candidate }) => candidate)
  expect(adopted.map(({ protocol, ports }) => `${protocol} ${ports.map(({ first }) => first).join()}`)).toEqual(want)
})

test('a rule for any protocol on some ports counts as one where no tag explains it', () => {
  expect(adopt([{ ...found('Web', 'outbound', '198.51.100.0/24'), protocol: 'any' }], [INDEX], 0.9)).toMatchObject({
    rules: [],
    unexplained: 1,
  })
})

test('local sides of two families are joined in pairs: a third one of the same name stays apart', () => {
  const tags = indexOf('2025-11-10', [
    { name: 'Sql', region: '', prefixes: setOf('20.1.0.0/24,2603:1::/64') },
    { name: 'Store', region: '', prefixes: setOf('20.2.0.0/24,2603:2::/64') },
  ])
  const from = (local: string, addresses: string): FoundRule => ({
    ...found('Web', 'outbound', addresses),
    local: { addresses: setOf(local), objects: [] },
  })
  const rules = [
    from('10.0.0.0/8', '20.1.0.0/24'),
    from('fd00:1::/64', '2603:1::/64'),
    from('fd00:2::/64', '2603:2::/64'),
  ]
  const locals = adopt(rules, [tags], 0.9).rules.map(({ candidate }) => candidate.local?.addresses.texts)
  expect(locals).toEqual([['10.0.0.0/8', 'fd00:1::/64'], ['fd00:2::/64']])
})
