import { expect, test } from 'vitest'
import { explain } from '../../src/finding/finding.ts'
import { isWithin } from '../../src/verify/allowed.ts'
import { allowedFor, decidedFor, flowsOf } from '../../src/verify/compare.ts'
import { expectedRules } from '../../src/verify/expectation.ts'
import { prove } from '../../src/verify/prove.ts'
import { readingOf, rulesetOf, setOf } from '../audit/notation.ts'
import { expectEach, expectPage } from '../golden-page.ts'

const WANTED = ['Web out tcp 443 192.0.2.0/24,2001:db8::/32', 'Web-in in tcp 443 192.0.2.0/24,2001:db8::/32']
const GOOD = ['allow out tcp 443 192.0.2.0/24,2001:db8::/32', 'allow in tcp 443 192.0.2.0/24,2001:db8::/32']

const sentencesOf = ({ findings }: ReturnType<typeof prove>) =>
  findings.map((finding) => explain(finding).replace('target "t": the rendered file does not match the policy: ', ''))

const proofOf = (wanted: string[], found: string[], by: 'addresses' | 'tags' = 'addresses') =>
  sentencesOf(prove({ target: 't', ruleset: rulesetOf(...wanted), by }, readingOf(...found)))

test.for<[name: string, found: string[]]>([
  ['the same', GOOD],
  ['the other order', GOOD.toReversed()],
  [
    'the same cut differently',
    ['allow out tcp 443 192.0.2.0/25', 'allow out tcp 443 192.0.2.128/25,2001:db8::/32', GOOD[1] as string],
  ],
  ['the same twice', [...GOOD, ...GOOD]],
  ['a deny behind', [...GOOD, 'deny out any * any', 'deny in any * any']],
  ['a deny of something else before', ['deny out tcp 443 198.51.100.0/24', ...GOOD]],
  ['a deny of another port before', ['deny out tcp 80 any', ...GOOD]],
  ['a deny of a part of the local side that the policy does not have', [...GOOD, 'deny out tcp 443 part 192.0.2.0/24']],
])('proves %s', ([, found]) => {
  expect(proofOf(WANTED, found)).toEqual([])
})

test('refuses', async () => {
  await expectEach('refused.txt', (text) => proofOf(WANTED, text === '-' ? [] : text.split('\n')))
})

const BY_NAME: readonly [name: string, found: string[]][] = [
  ['the tag', ['allow out tcp 443 #Sql']],
  ['the tag in another case', ['allow out tcp 443 #SQL']],
  ['another tag', ['allow out tcp 443 #Storage']],
  ['the addresses', ['allow out tcp 443 192.0.2.0/24']],
  ['a deny of the tag before', ['deny out tcp 443 #Sql', 'allow out tcp 443 #Sql']],
]

test('compares each rule of each direction', () => {
  const two = (web: string, dns: string) =>
    ['out', 'in'].flatMap((way) => [`${way} tcp 443 ${web}`, `${way} udp 53 ${dns}`])
  const wanted = two('192.0.2.0/24', '198.51.100.0/24').map((line) => `Web ${line}`)
  const found = two('192.0.2.0/24', '198.51.100.0/25').map((line) => `allow ${line}`)
  expect(proofOf(wanted, found)).toHaveLength(2)
})

test('compares by name where the device resolves tags', async () => {
  await expectPage(
    'by-name.txt',
    BY_NAME.map(([name, found]) => [name, proofOf(['Db out tcp 443 192.0.2.0/24 #Sql'], found, 'tags')]),
  )
})

// A list is `FILE ADDRESSES`, or `FILE NAME ADDRESSES`.
test('compares lists', async () => {
  const ruleset = rulesetOf(...WANTED)
  await expectEach('lists.txt', (text) => {
    const lists = text.split('\n').map((line) => {
      const [addresses = '', name, part = name ?? ''] = line.split(' ').reverse()
      return { part, name: part === name ? undefined : name, addresses: setOf(addresses) }
    })
    const said = sentencesOf(prove({ target: 't', ruleset, by: 'addresses' }, { rules: [], notes: [], lists }))
    return said.length > 0 ? said : 'proved'
  })
})

test.for<[tags: string[], own: string, findings: string[]]>([
  [['Sql', 'Db'], '', []],
  [['sql', 'DB', 'Sql'], '', []],
  [['Sql'], '', ['the list all: missing: db']],
  [['Sql', 'Db', 'Web'], '', ['the list all: allowed, but not in the policy: web']],
  [['Sql', 'Db'], '192.0.2.0/24', ['the list all: allowed, but not in the policy: 192.0.2.0/24']],
])('compares lists by name where the device resolves tags: %j', ([tags, own, findings]) => {
  const reading = { rules: [], notes: [], lists: [{ part: 'all', addresses: setOf(own), tags }] }
  const ruleset = rulesetOf('Sql out tcp 443 192.0.2.0/24', 'Db out tcp 1433 198.51.100.0/24')
  expect(sentencesOf(prove({ target: 't', ruleset, by: 'tags' }, reading))).toEqual(findings)
})

test('each set that has no list is missing by itself', () => {
  const lists = [{ part: 'all', name: 'Web', addresses: setOf('192.0.2.0/24') }]
  const ruleset = rulesetOf(
    ...['Web out tcp 443 192.0.2.0/24', 'Db out tcp 1433 198.51.100.0/24', 'Dns out udp 53 203.0.113.0/24'],
  )
  expect(sentencesOf(prove({ target: 't', ruleset, by: 'addresses' }, { rules: [], notes: [], lists }))).toEqual([
    'the list Db, rule "Db": missing: 198.51.100.0/24',
    'the list Dns, rule "Dns": missing: 203.0.113.0/24',
  ])
})

test('lists do not excuse rules that allow something else', () => {
  const lists = ['Web', 'Web-in'].map((part) => ({ part, addresses: setOf('192.0.2.0/24,2001:db8::/32') }))
  const said = (...found: string[]) =>
    prove({ target: 't', ruleset: rulesetOf(...WANTED), by: 'addresses' }, { ...readingOf(...found), lists }).findings
  expect(said()).toEqual([])
  expect(said(...GOOD)).toEqual([])
  expect(said(...GOOD, 'allow out tcp 80 203.0.113.0/24')).toHaveLength(1)
  expect(said(GOOD[0] as string)).toHaveLength(1)
})

// What the reader is told of a proof: rules that were read, prefixes or tags that were compared.
test.for<[name: string, by: 'addresses' | 'tags', found: string[], lists: string[], want: object]>([
  ['rules', 'addresses', GOOD, [], { rules: 2, prefixes: 4, tags: 0 }],
  ['tags', 'tags', ['allow out tcp 443 #Web', 'allow in tcp 443 #Web-in'], [], { rules: 2, prefixes: 0, tags: 2 }],
  ['lists', 'addresses', [], ['192.0.2.0/24', '192.0.2.0/25,2001:db8::/32'], { rules: 0, prefixes: 3, tags: 0 }],
])('counts what is proved of %s', ([, by, found, lists, want]) => {
  const reading = {
    ...readingOf(...found),
    lists: lists.map((text, index) => ({ part: `list${index}`, addresses: setOf(text) })),
  }
  expect(prove({ target: 't', ruleset: rulesetOf(...WANTED), by }, reading).proof).toEqual(want)
})

test('names only the rules whose traffic differs', () => {
  const wanted = [
    'Web out tcp 443 192.0.2.0/24',
    'Dns out udp 443 192.0.2.0/24',
    'In in tcp 443 192.0.2.0/24',
    'All out any - 198.51.100.0/24',
    'Far out tcp 443 203.0.113.0/24',
  ]
  const found = [
    'allow out udp 443 192.0.2.0/24',
    'allow in tcp 443 192.0.2.0/24',
    'allow out tcp 443 203.0.113.0/24',
    'allow out any * 198.51.100.0/25',
  ]
  expect(proofOf(wanted, found).filter((line) => /443|udp/.test(line))).toEqual([
    'outbound tcp port 443, rules "Web", "All": missing: 192.0.2.0/24, 198.51.100.128/25',
    'outbound udp ports 0 to 65535, rule "All": missing: 198.51.100.128/25',
  ])
})

test('names a rule of which one of several tags is missing', () => {
  const { rules, ...rest } = rulesetOf('Db out tcp 443 192.0.2.0/24 #Sql')
  const ruleset = { ...rest, rules: rules.map((rule) => ({ ...rule, set: { ...rule.set, tags: ['Sql', 'Web'] } })) }
  expect(sentencesOf(prove({ target: 't', ruleset, by: 'tags' }, readingOf('allow out tcp 443 #Sql')))).toEqual([
    'outbound tcp port 443, rule "Db": missing: web',
  ])
})

test('where only the order is wrong, it names what the policy allows', () => {
  const wanted = ['No out tcp 443 192.0.2.0/24 #A deny', 'Web out tcp 443 198.51.100.0/24 #B']
  expect(proofOf(wanted, ['allow out tcp 443 #B', 'deny out tcp 443 #A'], 'tags')).toEqual([
    'outbound tcp port 443: missing: b',
  ])
})

test('one thing that was not understood is enough to refuse', () => {
  const reading = {
    ...readingOf(...GOOD),
    notes: [{ place: { part: 'conf', line: 3 }, text: 'frobnicate', reason: 'is not understood' }],
  }
  const { findings } = prove({ target: 't', ruleset: rulesetOf(...WANTED), by: 'addresses' }, reading)
  expect(findings.map(explain)).toEqual(['target "t": conf line 3 is not understood: frobnicate'])
})

test('first match decides: agrees with a packet by packet walk over every small rule list', () => {
  // Two addresses, three rules, each allow or deny of either or both: every list, against asking for each address.
  const remote = ['192.0.2.0/32', '192.0.2.1/32', '192.0.2.0/31']
  const kinds = (['allow', 'deny'] as const).flatMap((action) => remote.map((prefix) => ({ action, prefix })))
  for (const a of kinds)
    for (const b of kinds)
      for (const c of kinds) {
        const found = [a, b, c].map(({ action, prefix }) => `${action} out tcp 443 ${prefix}`)
        const allowed = remote.slice(0, 2).filter((host) => {
          const first = [a, b, c].find(({ prefix }) => setOf(prefix).contains(setOf(host)))
          return first?.action === 'allow'
        })
        const wanted =
          allowed.length > 0 ? [`Web out tcp 443 ${allowed.join(',')}`] : ['Other out tcp 80 198.51.100.0/24']
        const extra = allowed.length > 0 ? [] : ['allow out tcp 80 198.51.100.0/24']
        expect(proofOf(wanted, [...found, ...extra]), found.join('; ')).toEqual([])
      }
})

test('two rules prove two rules of a policy if they allow the same together: every two against every two', () => {
  const remote = ['192.0.2.0/32', '192.0.2.0/31', '192.0.2.0/32,2001:db8::/32', '2001:db8::/32']
  const wanted = remote.flatMap((a, at) => remote.slice(at).map((b) => [`A out tcp 443 ${a}`, `B out tcp 443 ${b}`]))
  const kinds = ['allow out tcp 443', 'allow out any 443', 'allow out tcp 443 part', 'deny out tcp 443']
  const one = kinds.flatMap((kind) => remote.map((prefixes) => `${kind} ${prefixes}`))
  const found = one.flatMap((a) => one.map((b) => [a, b])).concat([[...one.slice(0, 2), 'allow out tcp 443 #A']])
  let proved = 0
  for (const lines of wanted)
    for (const others of found) {
      const [ruleset, { rules }] = [rulesetOf(...lines), readingOf(...others)]
      const isProved = flowsOf([...ruleset.rules, ...rules].flatMap(({ ports }) => ports)).every((flow) => {
        const [all, { surely, possibly }] = [
          allowedFor(flow, expectedRules(ruleset, { by: 'addresses' }), 'surely'),
          decidedFor(flow, rules),
        ]
        return isWithin(all, surely) && isWithin(possibly, all)
      })
      expect(proofOf(lines, others).length === 0, `${lines}: ${others}`).toBe(isProved)
      if (isProved) proved++
    }
  expect(proved).toBeGreaterThan(50)
})
