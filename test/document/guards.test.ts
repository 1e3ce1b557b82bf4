import { expect, test } from 'vitest'
import { parsePrefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { acceptedIn, codesOf, future, guard } from '../../src/document/guards/guards.ts'
import { DEFAULT_LIMITS, type GuardName } from '../../src/model/guard.ts'
import type { TagDocument } from '../../src/model/service-tag.ts'
import { expectPage } from '../golden-page.ts'

/** `date number A=prefix,prefix B=prefix` as a document. */
function documentOf(text: string): TagDocument {
  const [published, number, ...tags] = text.split(' ') as [string, string, ...string[]]
  const label = { changeNumber: null, region: '', systemService: '', networkFeatures: [] }
  return {
    cloud: 'public',
    published,
    changeNumber: Number(number),
    source: 'document.json',
    sha256: '',
    tags: new Map(
      tags.map((tag) => {
        const [name, list] = tag.split('=') as [string, string]
        return [name, { name, ...label, prefixes: PrefixSet.of(list.split(',').filter(Boolean).map(parsePrefix)) }]
      }),
    ),
  }
}

function codes(before: string | undefined, after: string, accept: GuardName[] = []): string {
  const newest = before === undefined ? undefined : documentOf(before)
  const options = { limits: DEFAULT_LIMITS, accept }
  const findings = guard(documentOf(after), newest, (name) => name !== 'Other', options)
  return findings.map(({ code, severity }) => `${code} ${severity}`).join(', ')
}

/** `count` single addresses with gaps between: as many prefixes as addresses. */
const scattered = (count: number) => Array.from({ length: count }, (_, index) => `20.0.${index}.0/32`).join(',')
const A = `A=${scattered(20)}`
/** As many that A does not have. */
const others = (count: number) => Array.from({ length: count }, (_, index) => `22.0.${index}.0/32`).join(',')

test.for<[string, string | undefined, string, string]>([
  ['nothing to compare with', undefined, `2025-11-10 7 ${A}`, ''],
  ['no change', `2025-11-10 7 ${A}`, `2025-11-10 7 ${A}`, ''],
  ['a day older', `2025-11-10 7 ${A}`, `2025-11-09 8 ${A}`, 'OLDER_DOCUMENT error'],
  ['a lower number alone', `2025-11-10 7 ${A}`, `2025-11-17 6 ${A}`, ''],
  ['a lower number that gains', `2025-11-10 7 ${A}`, `2025-11-17 6 A=${scattered(21)}`, ''],
  ['a lower number that loses', `2025-11-10 7 ${A}`, `2025-11-17 6 A=${scattered(19)}`, 'ROLLED_BACK error'],
  ['the same number that loses', `2025-11-10 7 ${A}`, `2025-11-17 7 A=${scattered(19)}`, 'SAME_NUMBER warning'],
  ['the same number that gains', `2025-11-10 7 ${A}`, `2025-11-17 7 A=${scattered(21)}`, 'SAME_NUMBER warning'],
  ['the same number, no change', `2025-11-10 7 ${A}`, `2025-11-17 7 ${A}`, ''],
  ['20% others', `2025-11-10 7 ${A}`, `2025-11-17 8 A=${scattered(16)},${others(4)}`, 'TAG_SWAPPED warning'],
  ['10% others', `2025-11-10 7 ${A}`, `2025-11-17 8 A=${scattered(18)},${others(2)}`, ''],
  [
    '20% others in another tag',
    `2025-11-10 7 ${A} Other=22.0.0.0/16`,
    `2025-11-17 8 A=${scattered(16)},${others(4)}`,
    '',
  ],
  ['20% less, 5% others', `2025-11-10 7 ${A}`, `2025-11-17 8 A=${scattered(16)},${others(1)}`, ''],
  ['30% others', `2025-11-10 7 ${A}`, `2025-11-17 8 A=${scattered(14)},${others(6)}`, 'TAG_SHRANK error'],
  ['the same date, other content', `2025-11-10 7 ${A}`, `2025-11-10 8 A=${scattered(21)}`, 'REISSUED warning'],
  ['a tag gone', `2025-11-10 7 ${A} B=21.0.0.0/24`, `2025-11-17 8 ${A}`, 'TAG_VANISHED error'],
  ['a tag gone that is not used', `2025-11-10 7 ${A} Other=21.0.0.0/24`, `2025-11-17 8 ${A}`, ''],
  ['25% less', `2025-11-10 7 ${A}`, `2025-11-17 8 A=${scattered(15)}`, ''],
  ['30% less', `2025-11-10 7 ${A}`, `2025-11-17 8 A=${scattered(14)}`, 'TAG_SHRANK error'],
  ['fewer prefixes, no address less', '2025-11-10 7 A=20.0.0.0/25,20.0.0.128/26', '2025-11-17 8 A=20.0.0.0/24', ''],
  ['as many others', '2025-11-10 7 A=20.0.0.0/24', '2025-11-17 8 A=20.0.1.0/24', 'TAG_SHRANK error'],
  ['emptied', '2025-11-10 7 A=20.0.0.0/24', '2025-11-17 8 A=', 'TAG_SHRANK error'],
  ['many times the prefixes of a small tag', `2025-11-10 7 ${A}`, `2025-11-17 8 A=${scattered(200)}`, ''],
  ['a family that is new', `2025-11-10 7 ${A}`, `2025-11-17 8 ${A},2603::/56`, ''],
  ['a family that is new, and large', `2025-11-10 7 ${A}`, `2025-11-17 8 ${A},2603::/32`, 'TAG_GREW error'],
  ['a family that is gone', `2025-11-10 7 ${A},2603::/32`, `2025-11-17 8 ${A}`, 'TAG_SHRANK error'],
  ['a few others', '2025-11-10 7 A=20.0.0.0/30', '2025-11-17 8 A=20.0.0.0/31,20.0.0.4/31', 'TAG_SHRANK error'],
  ['an emptied block', '2025-11-10 7 A=20.0.0.0/24', '2025-11-17 8 A=20.0.0.0/26', 'TAG_SHRANK error'],
  ['a /8', undefined, '2025-11-10 7 A=20.0.0.0/8', ''],
  ['two /8 that are one /7', undefined, '2025-11-10 7 A=20.0.0.0/8,21.0.0.0/8', 'GIANT_PREFIX error'],
  ['a /16 of IPv6', undefined, '2025-11-10 7 A=2603::/16', ''],
  ['a /15 of IPv6', undefined, '2025-11-10 7 A=2602::/15', 'GIANT_PREFIX error'],
  ['private', undefined, '2025-11-10 7 A=10.1.2.3/32', 'SPECIAL_USE error'],
  ['a block around private space', undefined, '2025-11-10 7 A=192.168.0.0/15', 'SPECIAL_USE error'],
  ['one past private space', undefined, '2025-11-10 7 A=11.0.0.0/32,172.32.0.0/32,9.255.255.255/32', ''],
  ['loopback', undefined, '2025-11-10 7 A=::1/128', 'SPECIAL_USE error'],
  ['link-local', undefined, '2025-11-10 7 A=fe80::/64', 'SPECIAL_USE error'],
  ['multicast', undefined, '2025-11-10 7 A=224.0.0.1/32', 'SPECIAL_USE error'],
  ['documentation', undefined, '2025-11-10 7 A=2001:db8::/48', 'SPECIAL_USE error'],
  ['special use in a tag that is not used', undefined, '2025-11-10 7 A=20.0.0.0/24 Other=10.0.0.0/8', ''],
])('%s', ([, before, after, want]) => {
  expect(codes(before, after)).toBe(want)
})

const SMALL = '2025-11-10 7 A=20.0.0.0/24'
const GREW = 'TAG_GREW error'
const UNKNOWN = 'TAG_GREW_UNKNOWN warning'
const SLOWLY = 'TAG_GREW_SLOWLY error since 2025-08-18'
const KNOWN = 'TAG_GREW_KNOWN warning'
const SIXES = 'A=20.0.0.0/15,21.0.0.0/20,2603::/39'

test.for<[string, string, string, string, string]>([
  ['4,096 more, a small tag', SMALL, 'A=20.0.0.0/24,21.0.0.0/20', '', ''],
  ['4,097 more that nobody else has', SMALL, 'A=20.0.0.0/24,21.0.0.0/20,22.0.0.0/32', '', KNOWN],
  ['a /16 that nobody else has', SMALL, 'A=20.0.0.0/24,21.0.0.0/16', '', KNOWN],
  ['one address more than that', SMALL, 'A=20.0.0.0/24,21.0.0.0/16,22.0.0.0/32', '', GREW],
  ['a /15 that another tag has', SMALL, 'A=20.0.0.0/24,21.0.0.0/15', 'AzureCloud=21.0.0.0/15', KNOWN],
  ['a /15 that its own region has', SMALL, 'A=20.0.0.0/24,21.0.0.0/15', 'A.WestEurope=21.0.0.0/15', GREW],
  ['a /15 that another tag has half of', SMALL, 'A=20.0.0.0/24,21.0.0.0/15', 'B=21.0.0.0/16', KNOWN],
  ['one address short of a /12 that another tag has', SMALL, 'A=20.0.0.0/24,21.0.0.1/32', 'B=21.0.0.0/12', ''],
  ['a /12 that another tag has', SMALL, 'A=20.0.0.0/24,21.0.0.0/12', 'AzureCloud=21.0.0.0/12', GREW],
  ['a /15 in a tag of twice that', '2025-11-10 7 A=20.0.0.0/14', 'A=20.0.0.0/14,21.0.0.0/15', '', UNKNOWN],
  ['twice as much', '2025-11-10 7 A=20.0.0.0/14', 'A=20.0.0.0/14,21.0.0.0/14', '', UNKNOWN],
  ['a /12 in a tag of 16', '2025-11-10 7 A=20.0.0.0/8', 'A=20.0.0.0/8,21.0.0.0/12', '', GREW],
  [
    'a /12 in a tag of 16 that another tag has',
    '2025-11-10 7 A=20.0.0.0/8',
    'A=20.0.0.0/8,21.0.0.0/12',
    'B=21.0.0.0/12',
    '',
  ],
  ['a first /40 of IPv6', SMALL, 'A=20.0.0.0/24,2603:1000::/40', '', KNOWN],
  ['a first /39 of IPv6', SMALL, 'A=20.0.0.0/24,2603:1000::/39', '', GREW],
  ['a first /39 of IPv6 that another tag has', SMALL, 'A=20.0.0.0/24,2603:1000::/39', 'B=2603::/16', KNOWN],
  ['a new tag', SMALL, 'A=20.0.0.0/24 A.b=21.0.0.0/20', '', ''],
  ['a new tag of a /15 that nobody else has', SMALL, 'A=20.0.0.0/24 A.b=21.0.0.0/15', '', GREW],
  ['a new tag of a /15 that its service has', '2025-11-10 7 A=21.0.0.0/15', 'A=21.0.0.0/15 A.b=21.0.0.0/15', '', ''],
  ['a new tag of a /15 that another tag has', SMALL, 'A=20.0.0.0/24 A.b=21.0.0.0/15', 'B=21.0.0.0/15', KNOWN],
  [
    'a new tag of a /15 in a service of twice that',
    '2025-11-10 7 A=20.0.0.0/14',
    'A=20.0.0.0/14 A.b=21.0.0.0/15',
    '',
    '',
  ],
  ['a new tag of a /12 in a service of 16', '2025-11-10 7 A=20.0.0.0/8', 'A=20.0.0.0/8 A.b=21.0.0.0/12', '', GREW],
  ['a new tag of another service', SMALL, 'A=20.0.0.0/24 A2.b=21.0.0.0/15', '', GREW],
  ['a /36 of IPv6 in a tag of 4096', '2025-11-10 7 A=2603::/24', 'A=2603::/24,2604::/36', '', GREW],
])('growth: %s', ([, before, after, others, want]) => {
  // "Other" tags are not used, but published.
  const isUsed = (name: string) => /^A(2?\.b)?$/.test(name)
  const published = documentOf(`2025-11-17 8 ${after}${others && ` ${others}`}`)
  const document = { ...published, tags: new Map([...published.tags].filter(([name]) => isUsed(name))) }
  const options = { limits: DEFAULT_LIMITS, accept: [], everyTag: () => [...published.tags.values()] }
  const findings = guard(document, documentOf(before), isUsed, options)
  expect(findings.map(({ code, severity }) => `${code} ${severity}`).join(', ')).toBe(want)
})

const SWALLOWING: readonly [string, string, string][] = [
  ['gains all of another', 'A=20.0.0.0/24 B=20.0.1.0/24', 'A=20.0.0.0/23 B=20.0.1.0/24'],
  ['held it before', 'A=20.0.0.0/23 B=20.0.1.0/24', 'A=20.0.0.0/23 B=20.0.1.0/25,20.0.1.128/25'],
  ['held it before, and both gain', 'A=20.0.0.0/23 B=20.0.1.0/24', 'A=20.0.0.0/22 B=20.0.1.0/24,20.0.2.0/24'],
  ['gains but a part', 'A=20.0.0.0/24 B=20.0.1.0/24', 'A=20.0.0.0/24,20.0.1.0/25 B=20.0.1.0/24'],
  ['gains nothing', 'A=20.0.0.0/23 B=20.0.1.0/24,21.0.0.0/32', 'A=20.0.0.0/23 B=20.0.1.0/24'],
  ['both become one', 'A=20.0.0.0/25 B=20.0.0.128/25', 'A=20.0.0.0/24 B=20.0.0.0/24'],
  ['AzureCloud', 'AzureCloud=20.0.0.0/24 B=20.0.1.0/24', 'AzureCloud=20.0.0.0/23 B=20.0.1.0/24'],
  ['a region of it', 'AzureCloud.we=20.0.0.0/24 B=20.0.1.0/24', 'AzureCloud.we=20.0.0.0/23 B=20.0.1.0/24'],
  ['another one of its name', 'AzureCloudy=20.0.0.0/24 B=20.0.1.0/24', 'AzureCloudy=20.0.0.0/23 B=20.0.1.0/24'],
  ['AzureCloud in another', 'A=20.0.0.0/24 AzureCloud=20.0.1.0/24', 'A=20.0.0.0/23 AzureCloud=20.0.1.0/24'],
  ['its own region', 'A=20.0.0.0/24 A.West=20.0.1.0/24', 'A=20.0.0.0/23 A.West=20.0.1.0/24'],
  ['its own base', 'A.West=20.0.0.0/24 A=20.0.1.0/24', 'A.West=20.0.0.0/23 A=20.0.1.0/24'],
  ['a region of its base', 'A.East=20.0.0.0/24 A.West=20.0.1.0/24', 'A.East=20.0.0.0/23 A.West=20.0.1.0/24'],
  ['two at once', 'A=20.0.0.0/24 B=20.0.1.0/25 C=20.0.1.128/25', 'A=20.0.0.0/23 B=20.0.1.0/25 C=20.0.1.128/25'],
  ['two families', 'A=20.0.0.0/24 B=20.0.1.0/24,2603::/32', 'A=20.0.0.0/23,2603::/32 B=20.0.1.0/24,2603::/32'],
  ['one family of two', 'A=20.0.0.0/24 B=20.0.1.0/24,2603::/32', 'A=20.0.0.0/23 B=20.0.1.0/24,2603::/32'],
  ['all of one that begins with its last address', 'A=20.0.0.0/24 B=20.0.1.255/32', 'A=20.0.0.0/23 B=20.0.1.255/32'],
  [
    'all but the first address of one',
    'A=20.0.0.0/24 B=20.0.1.0/24',
    'A=20.0.0.0/24,20.0.1.1/32,20.0.1.2/31 B=20.0.1.0/24',
  ],
  [
    'several, whatever their order',
    'A=20.0.9.0/24 D=20.0.1.0/25 C=20.0.1.128/25 B=20.0.0.0/24',
    'A=20.0.0.0/20 D=20.0.1.0/25 C=20.0.1.128/25 B=20.0.0.0/24',
  ],
  ['one of IPv6', 'A=20.0.0.0/24 B=2603::/32', 'A=20.0.0.0/24,2603::/31 B=2603::/32'],
  ['a tag that is new', 'A=20.0.0.0/24', 'A=20.0.0.0/23 B=20.0.1.0/24'],
  ['a tag that is empty', 'A=20.0.0.0/24 B=', 'A=20.0.0.0/23 B='],
]

test('swallowing', async () => {
  await expectPage(
    'swallowing.txt',
    SWALLOWING.map(([name, before, after]) => {
      const options = { limits: { maxShrink: 100, maxGrow: 100_000 }, accept: [] }
      const findings = guard(
        documentOf(`2025-11-17 8 ${after}`),
        documentOf(`2025-11-10 7 ${before}`),
        () => true,
        options,
      )
      const shown = findings.flatMap((finding) =>
        finding.code === 'TAG_SWALLOWED' ? [`${finding.tag} > ${finding.inner}`] : [],
      )
      return [name, shown.join(', ')]
    }),
  )
})

test.for<[what: string, before: string | undefined, after: string, accept: GuardName[], want: RegExp]>([
  ['alone', undefined, 'A=0.0.0.0/0', [], /^GIANT_PREFIX error$/],
  ['beside private space', undefined, 'A=0.0.0.0/0,fd00::/64', [], /^GIANT_PREFIX error, SPECIAL_USE error$/],
  [
    'grown, and over another tag',
    '2025-11-10 7 A=20.0.0.0/24 B=21.0.0.0/24',
    'A=0.0.0.0/0 B=21.0.0.0/24',
    [],
    /^GIANT_PREFIX error$/,
  ],
  ['accepted', undefined, 'A=0.0.0.0/0', ['giant'], /^GIANT_PREFIX warning(?:, SPECIAL_USE error){15,}$/],
])('a finding about the default route covers all others about its addresses: %s', ([, before, after, accept, want]) => {
  expect(codes(before, `2025-11-17 8 ${after}`, accept)).toMatch(want)
})

const WIDENED = 'TAG_WIDENED error'
const LARGE = '2025-11-10 7 A=20.0.0.0/24,30.0.0.0/14'
test.for<[what: string, before: string, after: string, want: string]>([
  ['a /24 to a /12 that AzureCloud holds', SMALL, 'A=20.0.0.0/12', WIDENED],
  ['a /24 to a /14', SMALL, 'A=20.0.0.0/14', WIDENED],
  ['a /24 to a /16', SMALL, 'A=20.0.0.0/16', WIDENED],
  ['a /24 to a /17', SMALL, 'A=20.0.0.0/17', KNOWN],
  ['a /17 to a /16', '2025-11-10 7 A=20.0.0.0/17', 'A=20.0.0.0/16', ''],
  ['a /24 less one address to a /16', '2025-11-10 7 A=20.0.0.1/32', 'A=20.0.0.0/16', WIDENED],
  ['a /16 that is new', SMALL, 'A=20.0.0.0/24,21.0.0.0/16', KNOWN],
  ['a /24 to a /16 in a large tag', LARGE, 'A=20.0.0.0/16,30.0.0.0/14', ''],
  ['a /24 to a /14 in a large tag', LARGE, 'A=20.0.0.0/14,30.0.0.0/14', WIDENED],
  ['a /16 to a /14 in a large tag', '2025-11-10 7 A=20.0.0.0/16,30.0.0.0/10', 'A=20.0.0.0/14,30.0.0.0/10', WIDENED],
  ['one address less', '2025-11-10 7 A=20.0.0.0/16,20.1.0.0/32,30.0.0.0/10', 'A=20.0.0.0/14,30.0.0.0/10', ''],
  ['one of two blocks that doubled', SMALL, 'A=20.0.0.0/16,21.0.0.0/14', `${WIDENED}, TAG_GREW error`],
  ['a /48 of IPv6 to a /44', '2025-11-10 7 A=2603::/48', 'A=2603::/44', KNOWN],
  ['a /48 of IPv6 to a /43', '2025-11-10 7 A=2603::/48', 'A=2603::/43', WIDENED],
  ['a /48 of IPv6 to a /40 in a large tag', '2025-11-10 7 A=2603::/48,2604::/30', 'A=2603::/40,2604::/30', WIDENED],
])('one block becomes larger: %s', ([, before, after, want]) => {
  const cloud = 'Other=20.0.0.0/12,21.0.0.0/12,2603::/32'
  expect(codes(`${before} ${cloud}`, `2025-11-17 8 ${after} ${cloud}`)).toBe(want)
})

test('AzureCloud gains blocks of a /15 beside its own, but none of three /16', () => {
  const codesOfCloud = (after: string) =>
    codes('2025-11-10 7 AzureCloud=20.0.0.0/16', `2025-11-17 8 AzureCloud=${after}`)
  expect(codesOfCloud('20.0.0.0/15')).toBe('')
  expect(codesOfCloud('20.0.0.0/14')).toBe(WIDENED)
})

test.for<[what: string, older: string | undefined, now: number, want: string]>([
  ['no older one', undefined, 16, ''],
  ['25% in a quarter', `2025-08-18 5 A=${scattered(20)}`, 15, ''],
  ['30% in a quarter', `2025-08-18 5 A=${scattered(20)}`, 14, 'TAG_SHRANK_SLOWLY error since 2025-08-18'],
  ['nothing lost now', `2025-08-18 5 A=${scattered(40)}`, 18, ''],
  ['a tag that is new', '2025-08-18 5 B=21.0.0.0/24', 15, ''],
  ['60% now, and more since', `2025-08-18 5 A=${scattered(20)}`, 8, 'TAG_SHRANK error'],
])('losses add up: %s', ([, older, now, want]) => {
  const longBefore = () => (older === undefined ? undefined : documentOf(older))
  const before = documentOf(`2025-11-10 7 A=${scattered(18)}`)
  const options = { limits: DEFAULT_LIMITS, accept: [], longBefore }
  const findings = guard(documentOf(`2025-11-17 8 A=${scattered(now)}`), before, () => true, options)
  const shown = findings.map((one) => `${one.code} ${one.severity}${'since' in one ? ` since ${one.since}` : ''}`)
  expect(shown.join(', ')).toBe(want)
})

test.for<[what: string, older: string | undefined, now: string, want: string]>([
  ['an eighth in one step', undefined, 'A=20.0.0.0/15,21.0.0.0/18', ''],
  ['a quarter in one step', undefined, 'A=20.0.0.0/15,21.0.0.0/17', UNKNOWN],
  ['a quarter that another service holds', undefined, 'A=20.0.0.0/15,21.0.0.0/17 B=21.0.0.0/8', ''],
  ['a quarter that only a region holds', undefined, 'A=20.0.0.0/15,21.0.0.0/17 A.b=21.0.0.0/17', UNKNOWN],
  ['double in a quarter', '2025-08-18 5 A=20.0.0.0/16', 'A=20.0.0.0/15,21.0.0.0/20', SLOWLY],
  ['double in a quarter, by known ones', '2025-08-18 5 A=20.0.0.0/16', 'A=20.0.0.0/15,21.0.0.0/20 B=20.0.0.0/15', ''],
  ['not quite double', '2025-08-18 5 A=20.0.0.0/16,20.1.0.0/17', 'A=20.0.0.0/15,21.0.0.0/20', ''],
  ['double, but less than a /16', '2025-08-18 5 A=20.0.0.0/20', 'A=20.0.0.0/17,21.0.0.0/20', ''],
  ['double in a quarter, and nothing now', '2025-08-18 5 A=20.0.0.0/16', 'A=20.0.0.0/15', ''],
  // Growth of the other family hides nothing.
  ['double in a quarter, and known IPv6', '2025-08-18 5 A=20.0.0.0/16', `${SIXES} B=2603::/39`, `${KNOWN}, ${SLOWLY}`],
  ['double in a quarter, and unknown IPv6', '2025-08-18 5 A=20.0.0.0/16', SIXES, `${GREW}, ${SLOWLY}`],
])('unknown addresses add up: %s', ([, older, now, want]) => {
  const longBefore = () => (older === undefined ? undefined : documentOf(older))
  const options = { limits: { ...DEFAULT_LIMITS, maxShrink: 100 }, accept: [], longBefore }
  const isUsed = (name: string) => name === 'A'
  const findings = guard(documentOf(`2025-11-17 8 ${now}`), documentOf('2025-11-10 7 A=20.0.0.0/15'), isUsed, options)
  const shown = findings.map((one) => `${one.code} ${one.severity}${'since' in one ? ` since ${one.since}` : ''}`)
  expect(shown.join(', ')).toBe(want)
})

test('what is accepted is a warning, and recorded only when it was needed', () => {
  const accept: GuardName[] = ['rollback', 'shrink']
  expect(codes(`2025-11-10 7 ${A}`, `2025-11-09 8 ${A}`, accept)).toBe('OLDER_DOCUMENT warning')
  const options = { limits: DEFAULT_LIMITS, accept }
  const findings = guard(documentOf('2025-11-09 8 A=20.0.0.0/24'), documentOf(`2025-11-10 7 ${A}`), () => true, options)
  expect(acceptedIn(findings, accept)).toEqual(['rollback'])
})

test.for<[published: string, accept: GuardName[], want: string]>([
  ['2025-11-10', [], ''],
  ['2025-11-24', [], ''],
  ['2025-11-25', [], 'FUTURE_DOCUMENT error, 15 days'],
  ['2025-11-25', ['future'], 'FUTURE_DOCUMENT warning, 15 days'],
  ['2025-11-25', ['rollback'], 'FUTURE_DOCUMENT error, 15 days'],
  ['2024-11-25', [], ''],
])('on 2025-11-10, a document dated %s (accepted: %j)', ([published, accept, want]) => {
  const findings = future(published, '2025-11-10', accept)
  const shown = findings.map((finding) =>
    finding.code === 'FUTURE_DOCUMENT' ? `${finding.code} ${finding.severity}, ${finding.days} days` : finding.code,
  )
  expect(shown.join()).toBe(want)
})

test('a guard knows its findings', () => {
  const guards = ['vanished', 'shrink', 'grow', 'rollback', 'special-use', 'giant', 'swallow', 'future'] as const
  expect(guards.map((name) => `${name}: ${codesOf(name)}`)).toEqual([
    'vanished: TAG_VANISHED',
    'shrink: TAG_SHRANK,TAG_SHRANK_SLOWLY',
    'grow: TAG_GREW,TAG_GREW_SLOWLY,TAG_WIDENED',
    'rollback: OLDER_DOCUMENT,ROLLED_BACK',
    'special-use: SPECIAL_USE',
    'giant: GIANT_PREFIX',
    'swallow: TAG_SWALLOWED',
    'future: FUTURE_DOCUMENT',
  ])
})
