import { expect, test } from 'vitest'
import { parsePrefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import type { BuildResult } from '../../src/change/build-result.ts'
import { buildText } from '../../src/change/tell/text.ts'
import { compile } from '../../src/compile/compile.ts'
import { deltaText, fetchText, type TextOptions } from '../../src/document/delta-text.ts'
import { diff } from '../../src/document/diff.ts'
import type { Piece, TargetChange } from '../../src/model/change.ts'
import type { FetchResult, FileResult } from '../../src/model/result.ts'
import { type Color, colorFor } from '../../src/text/lines.ts'
import { expectOutcomes, expectPage } from '../golden-page.ts'
import { documentOf, policyOf } from '../notation.ts'
import { OPENING } from './opening.ts'

const plain: TextOptions = { color: colorFor(false) }
/** Colour that can be read: `<red>text</red>`. */
const marked: Color = (style, text) => `<${style}>${text}</${style}>`

const deltaOf = (before: string, after: string) => diff(documentOf(before, 'public', '2025-11-03'), documentOf(after))

const DELTAS: Readonly<Record<string, readonly [before: string, after: string]>> = {
  'no tags': ['', ''],
  'no change': ['A=192.0.2.0/24', 'A=192.0.2.0/25,192.0.2.128/25'],
  'gains and losses of both families': [
    'A=192.0.2.0/24,2001:db8::/48 B=198.51.100.0/24',
    'A=192.0.2.0/25,203.0.113.7/32,2001:db8::/47 B=198.51.100.0/24',
  ],
  'tags that came and went': ['A=192.0.2.0/24', 'B=198.51.100.0/24'],
  'a long prefix, which keeps the column of its tag straight': [
    'A=192.0.2.0/24',
    'A=192.0.2.0/24,198.51.100.7/32,2001:db8:1234:5678:9abc:def0:1234:5670/124',
  ],
}

test('a delta', async () => {
  await expectOutcomes('delta-text.txt', DELTAS, ([before, after]) => deltaText(deltaOf(before, after), plain))
})

test('a delta shows twenty prefixes of a tag, and all with an option', () => {
  const many = Array.from({ length: 22 }, (_, index) => `192.0.2.${index * 2}/32`)
  const lines = (all: boolean) =>
    deltaText(deltaOf('A=', `A=${many}`), { ...plain, all })
      .split('\n')
      .slice(3, -3)
  expect(lines(true)).toEqual(many.map((cidr) => `  + ${cidr.padEnd(13)}  1 address`))
  expect(lines(false)).toEqual([
    ...many.slice(0, 20).map((cidr) => `  + ${cidr.padEnd(13)}  1 address`),
    '  + and 2 more prefixes (tagwall diff --all shows them)',
  ])
})

test('a delta is bold, green and red in color', () => {
  expect(
    deltaText(deltaOf('A=192.0.2.0/25', 'A=192.0.2.128/25'), { color: marked }),
  ).toBe(`<bold>Public 2025-11-03 (change number 376) -> Public 2025-11-10 (change number 376)</bold>

<bold>A</bold>: 1 IPv4 and 0 IPv6 -> 1 IPv4 and 0 IPv6
<red>  - 192.0.2.0/25    128 addresses</red>
<green>  + 192.0.2.128/25  128 addresses</green>

1 of 1 tag changed: +1 -1 prefixes, +128 -128 IPv4 addresses, +0 -0 IPv6 addresses
`)
})

const SEEN = { cloud: 'public', published: '2025-11-10', changeNumber: 376 } as const
const PATH = 'snapshots/public/2025-11-10.json'

const FETCHES: readonly Partial<FetchResult>[] = [
  { outcome: 'stored' },
  { outcome: 'stored', isDryRun: true },
  { outcome: 'stored', delta: deltaOf('', '') },
  { outcome: 'replaced', delta: deltaOf('', '') },
  { outcome: 'unchanged', delta: deltaOf('', '') },
  { outcome: 'unchanged', seen: { ...SEEN, published: '2025-11-17' } },
  { outcome: 'unchanged', seen: { ...SEEN, published: '2025-11-17' }, delta: deltaOf('A=192.0.2.0/25', 'A=') },
  { outcome: 'unchanged', seen: { ...SEEN, published: '2025-11-17', isUndated: true } },
  { outcome: 'extended' },
  { superseded: ['old.json'] },
]

test('a fetch', async () => {
  await expectPage(
    'fetch-text.txt',
    FETCHES.map((given) => {
      const rest = { delta: undefined, superseded: [], isDryRun: false }
      const result: FetchResult = { path: PATH, outcome: 'stored', seen: SEEN, ...rest, ...given }
      return [JSON.stringify({ ...given, delta: given.delta && 'some' }), fetchText(result, plain)]
    }),
  )
})

const RULESET = compile(
  policyOf(`150 Web: Sql outbound tcp 443
    151 Everything: A,B,C,D both udp 53,8000-8080
    152 Pair: A,Sql inbound tcp 1`),
  {
    document: documentOf(
      'Sql=192.0.2.0/24,2001:db8::/32 A=198.51.100.0/24 B=203.0.113.0/25 C=203.0.113.128/26 D=203.0.113.255/32',
    ),
    names: [],
    where: '',
  },
).ruleset

const addressesOf = (texts: readonly string[]) => PrefixSet.of(texts.map(parsePrefix))

const targetOf = (target: string, kind: TargetChange['kind']): TargetChange => ({
  target,
  vendor: 'acme',
  kind,
  before: kind === 'new' ? 'none' : 'lock',
  options: [],
  items: [],
  isPolicySame: true,
  edited: [],
  unfit: [],
  isByTag: false,
  pieces: [],
  droppedLists: [],
})

const BUILD: BuildResult = {
  source: PATH,
  ruleset: RULESET,
  files: [
    {
      target: 'edge',
      role: 'full',
      vendor: 'acme',
      path: 'rules/edge.conf',
      lines: 1234,
      proof: { rules: 4, prefixes: 1019, tags: 0 },
      isChanged: true,
    },
    {
      target: 'cloud',
      role: 'full',
      vendor: 'tags',
      path: 'rules/c',
      lines: 7,
      proof: { rules: 1, prefixes: 1, tags: 2 },
      isChanged: true,
    },
    {
      target: 'feed',
      role: 'full',
      vendor: 'list',
      path: 'rules/feed',
      lines: 0,
      proof: { rules: 0, prefixes: 3, tags: 0 },
      isChanged: false,
    },
    { target: 'own', role: 'full', vendor: 'mine', path: 'own', lines: 1, proof: undefined, isChanged: true },
  ],
  prices: [],
  findings: [],
  ...{ unheld: [], absent: [], standing: [], runbooks: [], manuals: [], removed: [], gone: [] },
  ...{ anyLocal: undefined, capacity: undefined, isUnversioned: false },
  change: {
    since: 'tagwall.lock.json',
    before: undefined,
    after: { cloud: 'public', published: '2025-11-10', changeNumber: 376 },
    targets: ['edge', 'cloud', 'feed', 'own'].map((target) => targetOf(target, 'new')),
  },
  isDryRun: false,
}

const [EDGE, CLOUD, FEED, OWN] = BUILD.files as [FileResult, FileResult, FileResult, FileResult]
const PRICE = { family: 'ipv4', before: 640, after: 300, addresses: 670_000n, extra: 2_345_678n } as const
const AT_SITES = {
  ...BUILD,
  files: [
    { ...EDGE, target: 'edge@berlin' },
    { ...OWN, target: 'own@berlin', isChanged: false },
    { ...EDGE, target: 'edge@munich', isChanged: false },
    { ...EDGE, target: 'edge@paris', isChanged: false },
    { ...EDGE, target: 'edge@rome', isChanged: false },
  ],
}
const QUIET = {
  ...BUILD,
  files: BUILD.files.map((file) => ({ ...file, isChanged: false })),
  change: { ...BUILD.change, targets: ['edge', 'cloud', 'feed', 'own'].map((target) => targetOf(target, 'same')) },
}
const REMOTE = addressesOf(Array.from({ length: 12 }, (_, index) => `192.0.2.${index * 2}/32`))
const PIECE: Piece = {
  ...OPENING,
  traffic: { tcp: [{ first: 443, last: 443 }], udp: [], icmp: false, other: false },
  local: undefined,
  remote: { addresses: REMOTE, beside: REMOTE, tags: [], partOf: [] },
}

const BUILDS: Readonly<Record<string, BuildResult>> = {
  'its rules and its files': BUILD,
  'what widening costs': {
    ...BUILD,
    files: [],
    prices: [
      { target: 'edge', rule: 'Web', price: { ...PRICE, inside: undefined }, inSomeTag: 1_829_629n },
      {
        ...{ target: 'cloud', rule: 'Everything', inSomeTag: undefined },
        price: { ...PRICE, inside: { tag: 'Sql', extra: 1n } },
      },
      { target: 'cloud', rule: 'Pair', price: { ...PRICE, after: 640, extra: 0n, inside: undefined }, inSomeTag: 0n },
    ],
  },
  'a dry run, which shows what it would do, and what changed': { ...BUILD, files: [EDGE], isDryRun: true },
  'many sites, a line for each group of them with the same news': {
    ...AT_SITES,
    findings: [{ code: 'NO_READER', severity: 'warning', target: 'own@paris', vendor: 'mine' }],
    prices: ['berlin', 'munich'].map((site) => {
      const price = { family: 'ipv4', before: 9, after: 8, addresses: 1n, extra: 0n, inside: undefined } as const
      return { target: `edge@${site}`, rule: 'Web', price, inSomeTag: undefined }
    }),
    removed: ['a', 'b'],
  },
  'many sites without news': { ...AT_SITES, files: AT_SITES.files.slice(2), isDryRun: true },
  'a week without changes: a line, a total and the way to the rest': QUIET,
  'one of three targets: its rule and its files, and how many others there are': {
    ...BUILD,
    files: [EDGE, { ...CLOUD, isChanged: false }, FEED],
    change: {
      ...BUILD.change,
      targets: [
        { ...targetOf('edge', 'traffic'), pieces: [PIECE] },
        targetOf('cloud', 'same'),
        targetOf('feed', 'same'),
      ],
    },
  },
}

test('a build', async () => {
  await expectPage('build-text.txt', [
    ...Object.entries(BUILDS).map(([name, build]) => [name, buildText(build, plain)] as const),
    ['a week without changes, all of it', buildText(QUIET, { ...plain, all: true })],
  ])
})

// Results and messages go to different streams, so whether standard output is a terminal does not decide here.
test('a table loses columns before it is wider than the terminal', () => {
  const widths = [200, 120, 100, 80, 60].map((width) => {
    const lines = buildText(BUILD, { ...plain, width })
      .split('\n')
      .slice(2)
    return Math.max(...lines.map((line) => line.length)) <= width
  })
  expect(widths).toEqual([true, true, true, true, true])
})

test('colors on request, wherever standard output goes', () => {
  expect([colorFor(false)('red', 'text'), colorFor(true)('red', 'text')]).toEqual(['text', '\u001b[31mtext\u001b[39m'])
})
