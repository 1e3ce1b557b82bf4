import { expect, test } from 'vitest'
import { formatPrefix } from '../../src/model/prefix.ts'
import { ALL_ADDRESSES, type PrefixSet } from '../../src/model/prefix-set.ts'
import { flowText } from '../../src/present/audit.ts'
import { audit } from '../../src/verify/audit.ts'
import { readingOf, rulesetOf, setOf } from './notation.ts'

const show = (set: PrefixSet) =>
  set.count > ALL_ADDRESSES.count / 2n ? 'nearly any' : set.prefixes.map(formatPrefix).join(' ')

/** The policy `Web out tcp 443 192.0.2.0/24`, which once was 192.0.2.0/23, against what a device has. */
function auditOf(...found: string[]): string[] {
  const { missing, stale, wider, matches } = audit(
    {
      ruleset: rulesetOf('Web out tcp 443 192.0.2.0/24'),
      older: [{ ...rulesetOf('Web out tcp 443 192.0.2.0/23'), published: '2024-01-01' }],
      ownNames: ['Web'],
      tagPrefixes: (name) => (name.toLowerCase() === 'sql' ? setOf('192.0.2.0/24') : undefined),
    },
    readingOf(...found),
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
