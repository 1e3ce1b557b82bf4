import { expect, test } from 'vitest'
import type { PrefixSet } from '../../src/address/prefix-set.ts'
import { explain } from '../../src/finding/finding.ts'
import type { Reading } from '../../src/model/reading.ts'
import { DeltaMoments, proveDelta } from '../../src/verify/prove-delta.ts'
import { readingOf, rulesetOf, setOf } from '../audit/notation.ts'
import { expectPage } from '../golden-page.ts'

// From 192.0.2.0/24 to 192.0.2.0/25 and 198.51.100.0/24: the half that stays must be allowed at every moment.
const BEFORE = ['Web out tcp 443 192.0.2.0/24']
const AFTER = ['Web out tcp 443 192.0.2.0/25,198.51.100.0/24']
const [OLD, NEW] = ['allow out tcp 443 192.0.2.0/24', 'allow out tcp 443 192.0.2.0/25,198.51.100.0/24']
const BOTH = 'allow out tcp 443 192.0.2.0/24,198.51.100.0/24'

interface Sides {
  readonly before?: string[]
  readonly after?: string[]
  readonly by?: 'addresses' | 'tags'
}

/** How many commands are proved, or what is wrong. */
function proofOf(readings: Iterable<Reading>, { before = BEFORE, after = AFTER, by = 'addresses' }: Sides = {}) {
  const expectation = { target: 't', before: rulesetOf(...before), after: rulesetOf(...after), by }
  const { proof, findings } = proveDelta(expectation, readings)
  return findings.length > 0 ? findings.map((one) => explain(one).replace(/^target "t": /, '')) : proof?.commands
}

// A device keeps what a command does not change, so equal sets of addresses are one value.
const sets = new Map<string, PrefixSet>()
const kept = (set: PrefixSet): PrefixSet => {
  const known = sets.get(set.texts.join()) ?? set
  sets.set(set.texts.join(), known)
  return known
}

/** Moments as text: rules, with `; ` between them. */
const momentsOf = (moments: string[]) =>
  moments.map((moment): Reading => {
    const reading = readingOf(...moment.split('; ').filter(Boolean))
    const rules = reading.rules.map((rule) => {
      return { ...rule, remote: { ...rule.remote, addresses: kept(rule.remote.addresses) } }
    })
    return { ...reading, rules }
  })

test.for<[moments: string[], want: number]>([
  [[OLD, BOTH, NEW], 2],
  [[OLD, NEW], 1],
  [[OLD, 'allow out tcp 443 192.0.2.0/25', NEW], 2],
  [[OLD, `${OLD}; ${NEW}`, `${OLD}; ${NEW}`, NEW], 3],
])('%j is proved, with %i commands', ([moments, want]) => {
  expect(proofOf(momentsOf(moments))).toBe(want)
})

const UNSAFE: readonly [name: string, moments: string[]][] = [
  ['starts from something else', [NEW, NEW]],
  ['ends with something else', [OLD, BOTH]],
  ['never begins', []],
  ['allows nothing for a moment', [OLD, '', NEW]],
  ['denies for a moment what both allow', [OLD, BOTH, `deny out tcp 443 192.0.2.7/32; ${BOTH}`, NEW]],
  ['denies it for a part of the local side', [OLD, `deny out tcp 443 part 192.0.2.7/32; ${BOTH}`, NEW]],
  ['allows for a moment what neither does', [OLD, `${BOTH}; allow out tcp 443 203.0.113.0/24`, NEW]],
  ['allows it for a part of the local side', [OLD, `${BOTH}; allow out tcp 443 part 203.0.113.0/24`, NEW]],
  ['allows another port for a moment', [OLD, `${BOTH}; allow out tcp 80 192.0.2.0/25`, NEW]],
  ['changes only the action for a moment', [OLD, OLD, OLD.replace('allow', 'deny'), NEW]],
  ['changes only for whom the rule is', [OLD, OLD, OLD.replace('443', '443 part'), NEW]],
  ['changes only the addresses', [OLD, OLD, 'allow out tcp 443 192.0.2.0/26', NEW]],
  ['adds a rule behind', [OLD, OLD, `${OLD}; allow out tcp 443 203.0.113.0/24`, NEW]],
  [
    'changes the order with a deny',
    [OLD, `${OLD}; deny out tcp 443 192.0.2.7/32`, `deny out tcp 443 192.0.2.7/32; ${OLD}`, NEW],
  ],
  ['has the same rules with another action for a moment', [OLD, OLD.replace('allow', 'deny'), NEW]],
]

test('is refused where it is unsafe', async () => {
  await expectPage(
    'unsafe-deltas.txt',
    UNSAFE.map(([name, moments]) => [name, proofOf(momentsOf(moments)) as string[]]),
  )
})

test('stops at the first moment that is wrong', () => {
  function* readings() {
    yield* momentsOf([OLD, ''])
    throw new Error('one too many')
  }
  expect(proofOf(readings())).toHaveLength(1)
})

test('a moment that is wrong is found again by the next proof with the same moments, and on the way back', () => {
  const [before, after] = [rulesetOf(...BEFORE), rulesetOf(...AFTER)]
  const moments = new DeltaMoments()
  const there = { target: 't', before, after, by: 'addresses' } as const
  const back = { ...there, before: after, after: before }
  const isProved = (way: typeof there, states: string[]) =>
    proveDelta(way, momentsOf(states), moments).findings.length === 0
  const ways: [way: typeof there, states: string[]][] = [
    [there, [OLD, '', NEW]],
    [there, [OLD, '', NEW]],
    [there, [OLD, BOTH, NEW]],
    [back, [NEW, BOTH, OLD]],
    [back, [NEW, '', OLD]],
    [back, [NEW, '', OLD]],
  ]
  expect(ways.map(([way, states]) => isProved(way, states))).toEqual([false, false, true, true, false, false])
})

const BOUNDS = { target: 't', before: rulesetOf(...BEFORE), after: rulesetOf(...AFTER), by: 'addresses' } as const

test('moments are kept for the same bounds, there and back', () => {
  const moments = new DeltaMoments()
  const isKept = (changes: object) => moments.of(BOUNDS) === moments.of({ ...BOUNDS, ...changes })
  const third = rulesetOf('Web out tcp 443 203.0.113.0/24')
  const others = [{ before: third }, { after: third }, { target: 'u' }, { by: 'tags' }, { areObjectsApart: true }]
  expect([{}, { before: BOUNDS.after, after: BOUNDS.before }].map(isKept)).toEqual([true, true])
  expect(others.filter(isKept)).toEqual([])
})

test('what is not understood at a moment is refused', () => {
  const [first, second] = momentsOf([OLD, BOTH]) as [Reading, Reading]
  const notes = [{ place: { part: 'conf', line: 3 }, text: 'frobnicate', reason: 'is not understood' }]
  expect(proofOf([first, { ...second, notes }, ...momentsOf([NEW])])).toEqual([
    'conf line 3 is not understood: frobnicate',
  ])
})

test.for<[moments: string[], want: number | string[]]>([
  [['allow out tcp 443 #Sql', 'allow out tcp 443 #Sql,Web', 'allow out tcp 443 #Web'], 2],
  [
    ['allow out tcp 443 #Sql', 'allow out tcp 443 #Sql,Db', 'allow out tcp 443 #Web'],
    ['after command 1 of the delta, outbound tcp port 443: allowed, although neither snapshot allows it: db'],
  ],
  [
    ['allow out tcp 443 #Sql', 'allow out tcp 443 #Sql', 'allow out tcp 443 #Db', 'allow out tcp 443 #Web'],
    ['after command 2 of the delta, outbound tcp port 443: allowed, although neither snapshot allows it: db'],
  ],
])('by tags: %j', ([moments, want]) => {
  const sides = { before: ['R out tcp 443 192.0.2.0/24 #Sql'], after: ['R out tcp 443 192.0.2.0/24 #Web'] }
  expect(proofOf(momentsOf(moments), { ...sides, by: 'tags' })).toEqual(want)
})

test('by tags, what both snapshots have stays at every moment', () => {
  const sides = {
    before: ['R out tcp 443 192.0.2.0/24 #Sql', 'K out tcp 443 192.0.2.0/24 #Keep'],
    after: ['R out tcp 443 192.0.2.0/24 #Web', 'K out tcp 443 192.0.2.0/24 #Keep'],
    by: 'tags' as const,
  }
  const moments = ['#Sql,Keep', '#Web', '#Web,Keep'].map((tags) => `allow out tcp 443 ${tags}`)
  expect(proofOf(momentsOf(moments), sides)).toEqual([
    'after command 1 of the delta, outbound tcp port 443, rule "K": refused, although both snapshots allow it: keep',
  ])
})

test.for<[moments: string[], want: number | string[]]>([
  [['/24', '/24', '/25'], 2],
  [['/24', '/25', '/25'], 2],
  // A later rule of the device may allow it.
  [
    ['/24', '', '/25'],
    [
      'after command 1 of the delta, outbound tcp port 443, rule "No": allowed, although neither snapshot allows it: 203.0.113.0/25',
    ],
  ],
  [
    ['/24', '/26', '/25'],
    [
      'after command 1 of the delta, outbound tcp port 443, rule "No": allowed, although neither snapshot allows it: 203.0.113.64/26',
    ],
  ],
])('both snapshots deny it, so every moment does: 203.0.113.0%j', ([lengths, want]) => {
  const sides = {
    before: ['No out tcp 443 203.0.113.0/24 deny', ...BEFORE],
    after: ['No out tcp 443 203.0.113.0/25 deny', ...AFTER],
  }
  const denied = lengths.map((length) => length && `deny out tcp 443 203.0.113.0${length}; `)
  const moments = [OLD, BOTH, NEW].map((rules, index) => `${denied[index]}${rules}`)
  expect(proofOf(momentsOf(moments), sides)).toEqual(want)
})

test('each local side has its own bounds', () => {
  const sides = {
    before: ['A out tcp 443 192.0.2.0/24 local=10.1.0.0/16', 'B out tcp 443 198.51.100.0/24 local=10.2.0.0/16'],
    after: ['A out tcp 443 192.0.2.0/25 local=10.1.0.0/16', 'B out tcp 443 198.51.100.0/24 local=10.2.0.0/16'],
  }
  const b = 'allow out tcp 443 local=10.2.0.0/16 198.51.100.0/24'
  const [first, last] = ['192.0.2.0/24', '192.0.2.0/25'].map((to) => `allow out tcp 443 local=10.1.0.0/16 ${to}; ${b}`)
  expect(proofOf(momentsOf([`${first}`, `${last}`]), sides)).toBe(1)
  expect(
    proofOf(momentsOf([`${first}`, `${first}; allow out tcp 443 local=10.2.0.0/16 192.0.2.0/25`, `${last}`]), sides),
  ).toEqual([
    'after command 1 of the delta, outbound tcp port 443, from 10.2.0.0/16, rule "A": allowed, although neither snapshot allows it: 192.0.2.0/25',
  ])
})

// Lists of a file each, or several in a file by name.
const listsOf = (text: string): Reading => ({
  rules: [],
  notes: [],
  lists: text
    .split('; ')
    .filter(Boolean)
    .map((list) => {
      const [part = '', prefixes = ''] = list.split(' ')
      return { part, addresses: setOf(prefixes) }
    }),
})

test.for<[moments: string[], want: number | string[]]>([
  [['Web 192.0.2.0/24', 'Web 192.0.2.0/24,198.51.100.0/24', 'Web 192.0.2.0/25,198.51.100.0/24'], 2],
  [['all 192.0.2.0/24', 'all 192.0.2.0/25', 'all 192.0.2.0/25,198.51.100.0/24'], 2],
  [
    ['Web 192.0.2.0/24', 'Web 192.0.2.0/26', 'Web 192.0.2.0/25,198.51.100.0/24'],
    ['after command 1 of the delta, the list Web: refused, although both snapshots allow it: 192.0.2.64/26'],
  ],
  [
    ['Web 192.0.2.0/24', 'Web 192.0.2.0/23', 'Web 192.0.2.0/25,198.51.100.0/24'],
    ['after command 1 of the delta, the list Web: allowed, although neither snapshot allows it: 192.0.3.0/24'],
  ],
  [
    ['Web 192.0.2.0/24', '', 'Web 192.0.2.0/25,198.51.100.0/24'],
    ['after command 1 of the delta, the list Web: refused, although both snapshots allow it: 192.0.2.0/25'],
  ],
])('lists: %j', ([moments, want]) => {
  expect(proofOf(moments.map(listsOf))).toEqual(want)
})

test('a list that is gone for a moment holds nothing, even if others are there', () => {
  const sides = {
    before: ['A out tcp 443 192.0.2.0/24', 'B out tcp 443 198.51.100.0/24'],
    after: ['A out tcp 443 192.0.2.0/24', 'B out tcp 443 198.51.100.0/25'],
  }
  const a = 'A 192.0.2.0/24'
  const moments = [`${a}; B 198.51.100.0/24`, a, `${a}; B 198.51.100.0/25`]
  expect(proofOf(moments.map(listsOf), sides)).toEqual([
    'after command 1 of the delta, the list B: refused, although both snapshots allow it: 198.51.100.0/25',
  ])
})

test('a list does not excuse a rule that allows something else for a moment', () => {
  const list = { part: 'Web', addresses: setOf('192.0.2.0/24') }
  const moments = momentsOf([OLD, `${OLD}; allow out tcp 80 203.0.113.0/24`, OLD])
  expect(
    proofOf(
      moments.map((one) => ({ ...one, lists: [list] })),
      { after: BEFORE },
    ),
  ).toEqual([
    'after command 1 of the delta, outbound tcp port 80: allowed, although neither snapshot allows it: 203.0.113.0/24',
  ])
})

test('a list that comes or goes with its rule may be absent', () => {
  const sides = { before: ['A out tcp 443 192.0.2.0/24'], after: ['B out tcp 443 198.51.100.0/24'] }
  expect(proofOf(['A 192.0.2.0/24', '', 'B 198.51.100.0/24'].map(listsOf), sides)).toBe(2)
})
