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
import { documentOf, policyOf } from '../notation.ts'

const plain: TextOptions = { color: colorFor(false) }
/** Colour that can be read: `<red>text</red>`. */
const marked: Color = (style, text) => `<${style}>${text}</${style}>`

const deltaOf = (before: string, after: string) => diff(documentOf(before, 'public', '2025-11-03'), documentOf(after))

const HEADING = 'Public 2025-11-03 (change number 376) -> Public 2025-11-10 (change number 376)'

test.for<{ name: string; before: string; after: string; want: string }>([
  { name: 'no tags', before: '', after: '', want: `${HEADING}\nno address changed in 0 tags\n` },
  {
    name: 'no change',
    before: 'A=192.0.2.0/24',
    after: 'A=192.0.2.0/25,192.0.2.128/25',
    want: `${HEADING}\nno address changed in 1 tag\n`,
  },
  {
    name: 'gains and losses of both families',
    before: 'A=192.0.2.0/24,2001:db8::/48 B=198.51.100.0/24',
    after: 'A=192.0.2.0/25,203.0.113.7/32,2001:db8::/47 B=198.51.100.0/24',
    want: `${HEADING}

A: 1 IPv4 and 1 IPv6 -> 2 IPv4 and 1 IPv6
  - 192.0.2.128/25   128 addresses
  + 203.0.113.7/32   1 address
  + 2001:db8:1::/48  1.20e24 addresses

1 of 2 tags changed: +2 -1 prefixes, +1 -128 IPv4 addresses, +1.20e24 -0 IPv6 addresses
`,
  },
  {
    name: 'tags that came and went',
    before: 'A=192.0.2.0/24',
    after: 'B=198.51.100.0/24',
    want: `${HEADING}

A (removed): 1 IPv4 and 0 IPv6 -> 0 IPv4 and 0 IPv6
  - 192.0.2.0/24  256 addresses

B (new): 0 IPv4 and 0 IPv6 -> 1 IPv4 and 0 IPv6
  + 198.51.100.0/24  256 addresses

2 of 2 tags changed: +1 -1 prefixes, +256 -256 IPv4 addresses, +0 -0 IPv6 addresses
`,
  },
])('a delta says: $name', ({ before, after, want }) => {
  expect(deltaText(deltaOf(before, after), plain)).toBe(want)
})

test('a long prefix keeps the column of its tag straight', () => {
  const delta = deltaOf('A=192.0.2.0/24', 'A=192.0.2.0/24,198.51.100.7/32,2001:db8:1234:5678:9abc:def0:1234:5670/124')
  expect(deltaText(delta, plain).split('\n').slice(2, 5).join('\n')).toBe(`A: 1 IPv4 and 0 IPv6 -> 2 IPv4 and 1 IPv6
  + 198.51.100.7/32                             1 address
  + 2001:db8:1234:5678:9abc:def0:1234:5670/124  16 addresses`)
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
  expect(deltaText(deltaOf('A=192.0.2.0/25', 'A=192.0.2.128/25'), { color: marked })).toBe(`<bold>${HEADING}</bold>

<bold>A</bold>: 1 IPv4 and 0 IPv6 -> 1 IPv4 and 0 IPv6
<red>  - 192.0.2.0/25    128 addresses</red>
<green>  + 192.0.2.128/25  128 addresses</green>

1 of 1 tag changed: +1 -1 prefixes, +128 -128 IPv4 addresses, +0 -0 IPv6 addresses
`)
})

const SEEN = { cloud: 'public', published: '2025-11-10', changeNumber: 376 } as const
const PATH = 'snapshots/public/2025-11-10.json'
const DELTA = `\n${HEADING}\nno address changed in 0 tags\n`

test.for<[given: Partial<FetchResult>, want: string]>([
  [{ outcome: 'stored' }, `stored as ${PATH}\n`],
  [{ outcome: 'stored', isDryRun: true }, `would be stored as ${PATH}\n`],
  [{ outcome: 'stored', delta: deltaOf('', '') }, `stored as ${PATH}\n${DELTA}`],
  [
    { outcome: 'replaced', delta: deltaOf('', '') },
    `stored as ${PATH}, replacing different content of the same date\n${DELTA}`,
  ],
  [{ outcome: 'unchanged', delta: deltaOf('', '') }, `${PATH} already has this content: nothing to store\n`],
  [
    { outcome: 'unchanged', seen: { ...SEEN, published: '2025-11-17' } },
    `the document of 2025-11-17 changes no tag in use since ${PATH}: nothing to store\n`,
  ],
  [
    { outcome: 'unchanged', seen: { ...SEEN, published: '2025-11-17' }, delta: deltaOf('A=192.0.2.0/25', 'A=') },
    `the document of 2025-11-17 changes no rule of any target since ${PATH}: nothing to store\n`,
  ],
  [
    { outcome: 'unchanged', seen: { ...SEEN, published: '2025-11-17', isUndated: true } },
    `the document changes no tag in use since ${PATH}: nothing to store\n`,
  ],
  [{ outcome: 'extended' }, `stored in ${PATH}, in addition to the tags there\n`],
  [{ superseded: ['old.json'] }, `stored as ${PATH}\nremoved old.json, which was dated with the day of its download\n`],
])('a fetch says: %j', ([given, want]) => {
  const rest = { delta: undefined, superseded: [], isDryRun: false }
  const result: FetchResult = { path: PATH, outcome: 'stored', seen: SEEN, ...rest, ...given }
  expect(fetchText(result, plain)).toBe(want)
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
      vendor: 'acme',
      path: 'rules/edge.conf',
      lines: 1234,
      proof: { rules: 4, prefixes: 1019, tags: 0 },
      isChanged: true,
    },
    {
      target: 'cloud',
      vendor: 'tags',
      path: 'rules/c',
      lines: 7,
      proof: { rules: 1, prefixes: 1, tags: 2 },
      isChanged: true,
    },
    {
      target: 'feed',
      vendor: 'list',
      path: 'rules/feed',
      lines: 0,
      proof: { rules: 0, prefixes: 3, tags: 0 },
      isChanged: false,
    },
    { target: 'own', vendor: 'mine', path: 'own', lines: 1, proof: undefined, isChanged: true },
  ],
  prices: [],
  findings: [],
  ...{ unheld: [], absent: [], standing: [], runbooks: [], manuals: [], removed: [], gone: [] },
  change: {
    since: 'tagwall.lock.json',
    before: undefined,
    after: { cloud: 'public', published: '2025-11-10', changeNumber: 376 },
    targets: ['edge', 'cloud', 'feed', 'own'].map((target) => targetOf(target, 'new')),
  },
  isDryRun: false,
}

const RULES = `writes edge, cloud, feed, own for the first time
policy test on Public 2025-11-10 (change number 376), from ${PATH}

rule           direction  ports             tag     IPv4 prefixes  addresses  IPv6 prefixes  addresses
Web            outbound   tcp 443           Sql                 1        256              1    7.92e28
Everything     outbound   udp 53,8000-8080  4 tags              4        449              0          0
Everything-in  inbound    udp 53,8000-8080  4 tags              4        449              0          0
Pair           inbound    tcp 1             A, Sql              2        512              1    7.92e28
`

test('a build lists its rules and its files', () => {
  expect(buildText(BUILD, plain)).toBe(`${RULES}
target  vendor  file             lines  proof
edge    acme    rules/edge.conf  1,234  proved: 4 rules, 1,019 prefixes   written
cloud   tags    rules/c              7  proved: 1 rule, 2 tags, 1 prefix  written
feed    list    rules/feed           0  proved: 3 prefixes                unchanged
own     mine    own                  1  not proved                        written
4 targets are new; 3 files written, 1 not proved
`)
})

test('a build says what widening costs', () => {
  const price = { family: 'ipv4', before: 640, after: 300, addresses: 670_000n, extra: 2_345_678n } as const
  const prices = [
    { target: 'edge', rule: 'Web', price: { ...price, inside: undefined }, inSomeTag: 1_829_629n },
    {
      target: 'cloud',
      rule: 'Everything',
      price: { ...price, inside: { tag: 'Sql', extra: 1n } },
      inSomeTag: undefined,
    },
    { target: 'cloud', rule: 'Pair', price: { ...price, after: 640, extra: 0n, inside: undefined }, inSomeTag: 0n },
  ]
  expect(buildText({ ...BUILD, files: [], prices }, plain)).toBe(`${RULES}
4 targets are new; no file to write, all proved

widened:  edge   Web         640 -> 300 IPv4 prefixes, 2,345,678 addresses more (4.5 x), 78% of them Microsoft's (in some tag of the document)
widened:  cloud  Everything  640 -> 300 IPv4 prefixes, 2,345,678 addresses more (4.5 x), <1% of them in Sql
widened:  cloud  Pair        640 IPv4 prefixes, no address more
`)
})

test('a dry run of build shows what it would do, and what changed', () => {
  const files = BUILD.files.slice(0, 1)
  expect(buildText({ ...BUILD, files, isDryRun: true }, plain)).toBe(`${RULES}
target  vendor  file             lines  proof
edge    acme    rules/edge.conf  1,234  proved: 4 rules, 1,019 prefixes
4 targets are new; 1 file would be written, all proved
`)
})

test('a build for many sites has a line for each group of sites with the same news', () => {
  const [edge, , , own] = BUILD.files as [FileResult, FileResult, FileResult, FileResult]
  const files = [
    { ...edge, target: 'edge@berlin' },
    { ...own, target: 'own@berlin', isChanged: false },
    { ...edge, target: 'edge@munich', isChanged: false },
    { ...edge, target: 'edge@paris', isChanged: false },
    { ...edge, target: 'edge@rome', isChanged: false },
  ]
  const findings = [{ code: 'NO_READER', severity: 'warning', target: 'own@paris', vendor: 'mine' }] as const
  const price = { family: 'ipv4', before: 9, after: 8, addresses: 1n, extra: 0n, inside: undefined } as const
  const prices = ['berlin', 'munich'].map((site) => ({
    ...{ target: `edge@${site}`, rule: 'Web', price, inSomeTag: undefined },
  }))
  expect(buildText({ ...BUILD, files, findings, prices, removed: ['a', 'b'] }, plain)).toBe(`${RULES}
site    targets  files  written  warnings
berlin        2      2        1         0
paris         1      1        0         1
2 sites unchanged
4 targets are new; 1 file written, 1 not proved
removed 2 files that earlier runs left (--json lists them)

widened:  edge (2 sites)  Web  8 IPv4 prefixes, no address more
`)
  const quiet = { ...BUILD, files: files.slice(2), isDryRun: true }
  expect(buildText(quiet, plain)).toBe(`${RULES}
3 sites unchanged
4 targets are new; no file to write, all proved
`)
})

test('a week without changes is a line, a total and the way to the rest', () => {
  const files = BUILD.files.map((file) => ({ ...file, isChanged: false }))
  const targets = ['edge', 'cloud', 'feed', 'own'].map((target) => targetOf(target, 'same'))
  const quiet = { ...BUILD, files, change: { ...BUILD.change, targets } }
  expect(buildText(quiet, plain)).toBe(`nothing changes
policy test on Public 2025-11-10 (change number 376)
compared with tagwall.lock.json
4 rules and 4 targets as before, 1 not proved (--all shows them)
`)
  const all = buildText(quiet, { ...plain, all: true })
  expect(all.split('\n').filter((line) => /^(?:Web|Pair|feed|4 targets)/.test(line))).toEqual([
    'Web            outbound   tcp 443           Sql                 1        256              1    7.92e28',
    'Pair           inbound    tcp 1             A, Sql              2        512              1    7.92e28',
    'feed    list    rules/feed           0  proved: 3 prefixes                unchanged',
    '4 targets stay; no file to write, 1 not proved',
  ])
})

test('one of three targets changes: its rule and its files, and how many others there are', () => {
  const [edge, cloud, feed] = BUILD.files as [FileResult, FileResult, FileResult]
  const files = [edge, { ...cloud, isChanged: false }, feed]
  const remote = addressesOf(Array.from({ length: 12 }, (_, index) => `192.0.2.${index * 2}/32`))
  const piece: Piece = {
    ...{
      opens: true,
      isNew: true,
      cause: 'policy',
      from: undefined,
      to: 'Web',
      direction: 'outbound',
      list: undefined,
    },
    traffic: { tcp: [{ first: 443, last: 443 }], udp: [], icmp: false, other: false },
    local: undefined,
    remote: { addresses: remote, beside: remote, tags: [], partOf: [] },
  }
  const targets = [
    { ...targetOf('edge', 'traffic'), pieces: [piece] },
    targetOf('cloud', 'same'),
    targetOf('feed', 'same'),
  ]
  expect(
    buildText({ ...BUILD, files, change: { ...BUILD.change, targets } }, plain),
  ).toBe(`opens tcp 443 to 12 addresses (Web, policy)
policy test on Public 2025-11-10 (change number 376), from ${PATH}
compared with tagwall.lock.json

rule  direction  ports    tag  IPv4 prefixes  addresses  IPv6 prefixes  addresses
Web   outbound   tcp 443  Sql              1        256              1    7.92e28
3 more rules open and close nothing

target  vendor  file             lines  proof
edge    acme    rules/edge.conf  1,234  proved: 4 rules, 1,019 prefixes
1 target changes, 2 stay; 1 file written, all proved

opens tcp 443 to 12 addresses (Web, policy), edge
  + 192.0.2.0/32
  + 192.0.2.2/32
  + 192.0.2.4/32
  + 192.0.2.6/32
  + 192.0.2.8/32
  and 7 more

--all shows every rule, file and prefix
`)
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
