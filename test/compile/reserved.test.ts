import { expect, test } from 'vitest'
import { withReserved } from '../../src/compile/widen/widen.ts'
import { rulesetOf } from '../audit/notation.ts'

// The addresses that a rule must not gain, by the rules of a policy.

const WEB = 'Web out tcp 443+8000-8080 192.0.2.0/24'

test.for<[what: string, lines: string[], want: Record<string, string>]>([
  ['a later denial of a port', [WEB, 'No out tcp 400-450 198.51.100.0/24 deny'], { Web: '198.51.100.0/24' }],
  ['a later denial of another port', [WEB, 'No out tcp 444-7999+8081 198.51.100.0/24 deny'], {}],
  ['a later denial of another protocol', [WEB, 'No out udp 443 198.51.100.0/24 deny'], {}],
  ['a later denial of every protocol', [WEB, 'No out any * 198.51.100.0/24 deny'], { Web: '198.51.100.0/24' }],
  ['a later denial in the other direction', [WEB, 'No in tcp 443 198.51.100.0/24 deny'], {}],
  [
    'a later denial, of ICMP',
    ['Ping out icmp - 192.0.2.0/24', 'No out icmp - 198.51.100.0/24 deny'],
    { Ping: '198.51.100.0/24' },
  ],
  ['an earlier denial', ['No out tcp 443 198.51.100.0/24 deny', WEB], { No: '192.0.2.0/24' }],
  ['a denial of everything else', [WEB, 'No out tcp * 192.0.0.0/16 deny'], {}],
  ['a later rule for the same', [WEB, 'More out tcp 443 198.51.100.0/24'], {}],
  [
    'two later denials',
    [WEB, 'No out tcp 443 198.51.100.0/25 deny', 'Nor out any * 203.0.113.0/24 deny'],
    { Web: '198.51.100.0/25 203.0.113.0/24' },
  ],
])('%s', ([, lines, want]) => {
  const { sets } = withReserved(rulesetOf(...lines))
  const reserved = sets.flatMap(({ name, reserved }) => (reserved ? [[name, reserved.texts.join(' ')]] : []))
  expect(Object.fromEntries(reserved)).toEqual(want)
})
