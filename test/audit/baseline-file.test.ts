import { expect, test } from 'vitest'
import { parsePrefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { type Accepted, formatBaseline, parseBaseline } from '../../src/audit/baseline-file.ts'

const setOf = (...cidrs: string[]) => PrefixSet.of(cidrs.map(parsePrefix))

test('a baseline that is written is read as it was, with the local side', () => {
  const https = { tcp: [{ first: 443, last: 443 }], udp: [], icmp: false, other: false }
  const accepted: Accepted[] = [
    {
      finding: 'missing',
      rule: 'Web',
      direction: 'outbound',
      traffic: https,
      prefixes: setOf('192.0.2.0/24'),
      local: setOf('10.1.0.0/16', 'fd00::/16'),
    },
    { finding: 'wider', rule: 'Web', direction: 'outbound', traffic: https, prefixes: setOf('192.0.2.0/24') },
    {
      finding: 'wider',
      rule: 'Web',
      direction: 'outbound',
      traffic: https,
      prefixes: setOf('198.51.100.0/24'),
      localObjects: ['dmz', 'guest'],
    },
  ]
  const text = formatBaseline({ policy: 'p', accepted })
  expect(JSON.parse(text).accepted[0]).toMatchObject({
    prefixes: ['192.0.2.0/24'],
    local: ['10.1.0.0/16', 'fd00::/16'],
  })
  expect(parseBaseline(text, 'known.json')).toEqual({ policy: 'p', accepted })
})
