import { expect, test } from 'vitest'
import { formatPrefix, parsePrefix } from '../../src/model/prefix.ts'
import { everything, type PrefixSet } from '../../src/model/prefix-set.ts'
import type { FoundRule, Reading } from '../../src/model/reading.ts'
import { flowText } from '../../src/present/audit.ts'
import { audit } from '../../src/verify/audit.ts'
import { randomFrom } from '../random.ts'
import { readingOf, rulesetOf, setOf, singly } from './notation.ts'

const show = (set: PrefixSet) =>
  set.count > everything().count / 2n ? 'nearly any' : set.prefixes.map(formatPrefix).join(' ')

/** The policy `Web out tcp 443 192.0.2.0/24`, which once was 192.0.2.0/23, against what a device has. */
const auditOf = (...found: string[]) => auditOfReading(readingOf(...found))

function auditOfReading(reading: Reading): string[] {
  const { missing, stale, wider, matches } = audit(
    {
      ruleset: rulesetOf('Web out tcp 443 192.0.2.0/24'),
      older: [{ ...rulesetOf('Web out tcp 443 192.0.2.0/23'), published: '2024-01-01' }],
      ownNames: ['Web'],
      tagPrefixes: (name) => (name.toLowerCase() === 'sql' ? setOf('192.0.2.0/24') : undefined),
    },
    reading,
  )
  return [
    ...missing.map(({ rule, flow, addresses }) => `missing ${rule} ${flowText(flow)} ${show(addresses)}`),
    ...stale.map(({ rule, flow, addresses }) => `stale ${rule} ${flowText(flow)} ${show(addresses)}`),
    ...wider.map(({ rule, flow, addresses }) => `wider ${rule} ${flowText(flow)} ${show(addresses)}`),
    ...(matches ? [`matches ${matches.document.published}, ${matches.behind} behind`] : []),
  ]
}

test.for<[name: string, found: string[], want: string[]]>([
  ['what is asked', ['allow out tcp 443 192.0.2.0/24'], ['matches 2025-11-10, 0 behind']],
  ['by tag', ['allow out tcp 443 #SQL'], ['matches 2025-11-10, 0 behind']],
  ['nothing', [], ['missing Web outbound tcp 443 192.0.2.0/24']],
  ['half of it', ['allow out tcp 443 192.0.2.0/25'], ['missing Web outbound tcp 443 192.0.2.128/25']],
  [
    'only for some of the near side',
    ['allow out tcp 443 part 192.0.2.0/24'],
    ['missing Web outbound tcp 443 192.0.2.0/24'],
  ],
  [
    'behind a deny',
    ['deny out any * 192.0.2.0/25', 'allow out tcp 443 192.0.2.0/24'],
    ['missing Web outbound tcp 443 192.0.2.0/25'],
  ],
  [
    'behind a deny for some',
    ['deny out any * part 192.0.2.0/25', 'allow out tcp 443 192.0.2.0/24'],
    ['missing Web outbound tcp 443 192.0.2.0/25'],
  ],
  [
    'last year',
    ['allow out tcp 443 192.0.2.0/23 other'],
    ['stale other outbound tcp 443 192.0.3.0/24', 'matches 2024-01-01, 1 behind'],
  ],
  [
    'last year, a rule a prefix',
    ['allow out tcp 443 192.0.2.0/24 x', 'allow out tcp 443 192.0.3.0/24 y'],
    ['stale y outbound tcp 443 192.0.3.0/24', 'matches 2024-01-01, 1 behind'],
  ],
  [
    'something of our own that no snapshot knows',
    ['allow out tcp 443 192.0.2.0/24,203.0.113.9/32 web'],
    ['stale web outbound tcp 443 203.0.113.9/32', 'matches 2025-11-10, 0 behind'],
  ],
  [
    'something beside in a rule of someone',
    ['allow out tcp 443 192.0.2.0/24,203.0.113.9/32 x'],
    ['wider x outbound tcp 443 203.0.113.9/32', 'matches 2025-11-10, 0 behind'],
  ],
  ['any', ['allow out tcp 443 any x'], ['wider x outbound tcp 443 nearly any']],
  ['any on all ports', ['allow out any * any x'], ['wider x outbound tcp 443 nearly any']],
  [
    'our own rule gone wild',
    ['allow out tcp 443 any web'],
    ['stale web outbound tcp 443 192.0.3.0/24', 'wider web outbound tcp 443 nearly any'],
  ],
  [
    'any behind a deny of the rest',
    ['allow out tcp 443 192.0.2.0/24', 'deny out any * any', 'allow out any * any'],
    ['matches 2025-11-10, 0 behind'],
  ],
  [
    'unrelated rules',
    [
      'allow out tcp 443 192.0.2.0/24',
      'allow out tcp 443 203.0.113.0/24',
      'allow out tcp 22 any',
      'allow in tcp 443 any',
      'deny in any * any',
    ],
    ['matches 2025-11-10, 0 behind'],
  ],
])('finds in a device with %s', ([, found, want]) => {
  expect(auditOf(...found)).toEqual(want)
})

// Alike rules are read as one with members, which is what makes an audit of a long save quick.
test('finds the same whether alike rules are read as one or one by one', () => {
  const seed = 20251110
  const random = randomFrom(seed)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  const cidr = () => {
    const length = pick([22, 23, 24, 26, 32])
    const host = Math.floor(random() * 1024) & -(2 ** (32 - length))
    return `192.0.${host >> 8}.${host & 255}/${length}`
  }
  let found = 0
  for (let round = 0; round < 400; round++) {
    const rules = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, index): FoundRule => {
      const prefixes = Array.from({ length: 1 + Math.floor(random() * 6) }, cidr)
      const text = `${pick(['allow', 'allow', 'deny'])} ${pick(['out', 'out', 'in'])} ${pick(['tcp', 'any'])} ${pick(['443', '*'])}`
      const [rule] = readingOf(`${text} ${pick(['', '', 'part '])}${prefixes.join()}`).rules as [FoundRule]
      const far = { ...rule.far, addresses: rule.far.addresses.subtract(setOf(pick(['', '192.0.1.0/24']))) }
      const members = prefixes.map((prefix, line) => ({
        name: pick(['Web', 'x', 'y']),
        place: { part: 'conf', line: 10 * index + line },
        prefix: parsePrefix(prefix),
      }))
      return { ...rule, far, members }
    })
    const together = auditOfReading({ rules, lists: [], notes: [] })
    expect(together, `seed ${seed}, round ${round}`).toEqual(
      auditOfReading({ rules: singly(rules), lists: [], notes: [] }),
    )
    found += together.length
  }
  expect(found).toBeGreaterThan(400)
})
