import { expect, test } from 'vitest'
import { parsePrefix } from '../../src/address/prefix.ts'
import type { EveryTag } from '../../src/document/all-tags.ts'
import { summarize, summaryJson, summaryText } from '../../src/document/lookup-summary.ts'

const tag = (name: string, region: string, ...prefixes: string[]): EveryTag => {
  return { name, region, systemService: '', prefixes: prefixes.map(parsePrefix) }
}

const TAGS = [
  tag('Cloud', '', '20.0.0.0/8', '2001:db8::/32'),
  tag('Sql', '', '20.40.0.0/23', '2001:db8::/64'),
  tag('Sql.WestEurope', 'westeurope', '20.40.0.0/24'),
  tag('Sql.NorthEurope', 'northeurope', '20.40.1.0/24', '2001:db8::/64'),
  tag('Lone.WestEurope', 'westeurope', '20.40.0.0/24'),
]

const textOf = (...given: string[]) => summaryText(summarize(given.map(parsePrefix), TAGS), 'all.json')

test('the best fit comes first, the regions of a base tag with it, and a regional tag without a base tag alone', () => {
  expect(textOf('20.40.0.0/24', '10.0.0.0/24', '2001:db8::1/128')).toBe(
    `IPv4: 2 prefixes, 512 addresses, 256 in no tag of all.json
tag              addresses  of the input  of the tag  regions
Lone.WestEurope        256           50%        100%
Sql                    256           50%         50%  westeurope
Cloud                  256           50%        < 1%

IPv6: 1 prefix, 1 address, all in tags of all.json
tag    addresses  of the input  of the tag  regions
Sql            1          100%        < 1%  northeurope
Cloud          1          100%        < 1%
`,
  )
})

test.for<[given: string[], text: string]>([
  [['10.0.0.0/24'], 'IPv4: 1 prefix, 256 addresses, 256 in no tag of all.json\n'],
  [[], 'no addresses\n'],
])('of %j there is no table', ([given, text]) => {
  expect(textOf(...given)).toBe(text)
})

test('JSON has shares as numbers, and addresses as text', () => {
  expect(summaryJson(summarize([parsePrefix('20.40.0.0/25')], TAGS.slice(0, 2)), 'all.json')).toEqual({
    source: 'all.json',
    families: [
      {
        family: 'ipv4',
        prefixCount: 1,
        addresses: '128',
        unknown: '0',
        shares: [
          { tag: 'Sql', regions: [], addresses: '128', ofInput: 1, ofTag: 0.25 },
          { tag: 'Cloud', regions: [], addresses: '128', ofInput: 1, ofTag: 2 ** -17 },
        ],
      },
    ],
  })
})
