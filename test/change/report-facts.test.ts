import { expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import { bySite, changesBySite, widenedBySite } from '../../src/change/tell/device-changes.ts'
import { type ReportInput, type ReportSide, reportOf } from '../../src/change/tell/report-of.ts'
import type { ChangedPrefix, DeviceChange, Report } from '../../src/change/tell/report-values.ts'
import { compile } from '../../src/compile/compile.ts'
import { diff } from '../../src/document/diff.ts'
import type { TagSet } from '../../src/document/holders.ts'
import type { LimitUse } from '../../src/model/capacity.ts'
import type { Policy } from '../../src/model/policy.ts'
import type { TargetPrice } from '../../src/model/result.ts'
import type { TagDocument } from '../../src/model/service-tag.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { documentOf, policyOf, setOf, show } from '../notation.ts'

// The facts of a whole report, a line each, on documents that a person can see through.

const POLICY = parsePolicy(
  JSON.stringify({
    rules: [
      {
        ...{ name: 'Web', tags: ['Sql'], prefixes: ['198.51.100.0/24'], except: ['20.0.0.9'], direction: 'outbound' },
        ...{ ports: [443, '8000-8080'], priority: 150, ticket: 'NET-1' },
      },
      {
        name: 'Door',
        tags: ['Front', 'Sql'],
        direction: 'both',
        protocol: 'udp',
        ports: [53],
        priority: 160,
        optional: true,
      },
    ],
  }),
  'test',
  'tagwall.yaml',
)

const dated = (published: string, tags: string, more: Partial<TagDocument> = {}): TagDocument => ({
  ...documentOf(tags, 'public', published),
  ...more,
})

/** `Sql=20.0.0.0/24 Sql.we@westeurope=20.0.0.0/25` as all published tags, with their regions. */
const tagSets = (text: string): TagSet[] =>
  text.split(' ').map((tag) => {
    const [label, prefixes] = tag.split('=') as [string, string]
    const [name, region = ''] = label.split('@') as [string, string?]
    return { name, region, prefixes: setOf(prefixes) }
  })

interface Given {
  readonly before?: TagDocument
  readonly after: TagDocument
  readonly snapshots?: readonly TagDocument[]
  /** All published tags of both sides; without them, these are snapshots. */
  readonly published?: { readonly before?: string; readonly after?: string }
  readonly policies?: readonly [before: Policy, after: Policy]
}

function report({ before, after, snapshots = [], published = {}, policies = [POLICY, POLICY] }: Given): Report {
  const side = (document: TagDocument, policy: Policy, everyTag?: string): ReportSide => ({
    document,
    ruleset: compile(policy, { document, names: [], where: '' }).ruleset,
    everyTag: everyTag === undefined ? undefined : tagSets(everyTag),
  })
  const input: ReportInput = {
    before: before && side(before, policies[0], published.before),
    after: side(after, policies[1], published.after),
    change: { since: '', before: undefined, after, targets: [] },
    rules: policies[1].rules,
    delta: before && diff(before, after),
    snapshots,
    acceptedOf: ({ accepted }) => accepted?.['*'] ?? [],
    ...{
      targets: [],
      prices: [],
      capacity: [],
      findings: [],
      standing: [],
    },
  }
  return reportOf(input)
}

const changed = ({ prefix, regions, holders }: ChangedPrefix) => {
  const held = holders?.map(({ tag, isWhole }) => (isWhole ? tag : `part in ${tag}`))
  return `${formatPrefix(prefix)} in ${regions ? `[${regions}]` : 'some region'}, held by ${held ? `[${held}]` : 'whoever'}`
}

function rulesOf({ rules }: Report): string[] {
  return rules.map(({ name, flows, tags, gained, lost, own, except, notes, ...sides }) => {
    const [before, after] = [sides.before, sides.after].map((set) => (set ? show(set) : 'nothing'))
    const more = [
      own && `own ${show(own)}`,
      except?.prefixes.length && `without ${except.prefixes.map(formatPrefix)}`,
      notes?.ticket,
    ]
    return [
      `${name}: ${flows.join(' + ')}; ${tags}; ${before} -> ${after}; +${show(gained)} -${show(lost)}`,
      ...more.filter(Boolean),
    ].join('; ')
  })
}

const tagsOf = ({ tags }: Report) =>
  tags.flatMap(({ tag, kind, rules, added, removed }) => [
    `${tag} ${kind}, of ${rules.length > 0 ? rules : 'no rule'}`,
    ...added.map((prefix) => `  + ${changed(prefix)}`),
    ...removed.map((prefix) => `  - ${changed(prefix)}`),
  ])

const prefixesOf = ({ prefixes }: Report) =>
  prefixes.map(
    ({ tag, prefix, state, regions, since, isOldest }) =>
      `${tag} ${formatPrefix(prefix)} ${state} in ${regions ? `[${regions}]` : 'some region'} since ${isOldest ? 'before ' : ''}${since}`,
  )

const historyOf = ({ history }: Report) =>
  history.map(({ rule, tags, points }) => {
    const texts = points.map(({ published, changes }) =>
      changes
        ? `${published.slice(5)} +${changes.ipv4.gained} -${changes.ipv4.lost} +${changes.ipv6.gained} -${changes.ipv6.lost}`
        : `${published.slice(5)} unknown`,
    )
    return `${rule} (${tags}): ${texts.join(', ')}`
  })

const OLD = dated('2025-10-20', 'Sql=20.0.0.0/28,20.0.8.0/24 Loose=30.0.0.0/24')
const MID = dated('2025-10-27', 'Sql=20.0.0.0/28,20.0.1.0/24 Loose=30.0.0.0/24', { accepted: { '*': ['shrink'] } })
const NEW = dated(
  '2025-11-10',
  'Sql=20.0.0.0/28,20.0.1.0/24,20.0.2.0/24,2603:1000::/48 Front=20.1.0.0/24 Loose=30.0.0.0/25',
  { accepted: { '*': ['grow', 'rollback'] } },
)

test('a change over several weeks, between snapshots', () => {
  const facts = report({ before: OLD, after: NEW, snapshots: [dated('2025-10-13', 'Sql=20.0.0.0/28'), OLD, MID] })
  expect(facts).toMatchObject({
    policy: 'test',
    before: { cloud: 'public', published: '2025-10-20', changeNumber: 376 },
    after: { cloud: 'public', published: '2025-11-10', changeNumber: 376 },
    source: 'document.json',
    known: { before: false, after: false },
    weeks: ['2025-10-27', '2025-11-03', '2025-11-10'],
    between: ['2025-10-27'],
    arrivals: [
      { count: 1, published: '2025-10-27', earliest: '2025-10-27' },
      { count: 3, published: '2025-11-10', earliest: '2025-11-03' },
    ],
    accepted: [
      { published: '2025-10-27', guards: ['shrink'] },
      { published: '2025-11-10', guards: ['grow', 'rollback'] },
    ],
  })
  expect(rulesOf(facts)).toEqual([
    'Web: outbound tcp 443,8000-8080; Sql; 20.0.0.0/29 20.0.0.8/32 20.0.0.10/31 20.0.0.12/30 20.0.8.0/24 198.51.100.0/24 -> 20.0.0.0/29 20.0.0.8/32 20.0.0.10/31 20.0.0.12/30 20.0.1.0/24 20.0.2.0/24 198.51.100.0/24 2603:1000::/48; +20.0.1.0/24 20.0.2.0/24 2603:1000::/48 -20.0.8.0/24; own 198.51.100.0/24; without 20.0.0.9/32; NET-1',
    // Its other tag is new, so the older side skipped it.
    'Door: outbound udp 53 + inbound udp 53; Front,Sql; nothing -> 20.0.0.0/28 20.0.1.0/24 20.0.2.0/24 20.1.0.0/24 2603:1000::/48; +20.0.0.0/28 20.0.1.0/24 20.0.2.0/24 20.1.0.0/24 2603:1000::/48 -',
  ])
  expect(tagsOf(facts)).toEqual([
    'Front added, of Door',
    '  + 20.1.0.0/24 in some region, held by whoever',
    'Loose changed, of no rule',
    '  - 30.0.0.128/25 in some region, held by whoever',
    'Sql changed, of Web,Door',
    '  + 20.0.1.0/24 in some region, held by whoever',
    '  + 20.0.2.0/24 in some region, held by whoever',
    '  + 2603:1000::/48 in some region, held by whoever',
    '  - 20.0.8.0/24 in some region, held by whoever',
  ])
  expect(prefixesOf(facts)).toEqual([
    'Front 20.1.0.0/24 gained in some region since 2025-11-10',
    'Sql 20.0.0.0/28 held in some region since before 2025-10-13',
    'Sql 20.0.1.0/24 gained in some region since 2025-10-27',
    'Sql 20.0.2.0/24 gained in some region since 2025-11-10',
    'Sql 2603:1000::/48 gained in some region since 2025-11-10',
    'Sql 20.0.8.0/24 lost in some region since 2025-10-20',
  ])
  expect(historyOf(facts)).toEqual([
    `Web (Sql): 10-20 +256 -0 +0 -0, 10-27 +256 -256 +0 -0, 11-10 +256 -0 +${2n ** 80n} -0`,
    'Door (Front,Sql): 10-20 unknown, 10-27 unknown, 11-10 unknown',
  ])
})

test('published documents say in which regions a prefix is, and who else holds it', () => {
  const facts = report({
    before: OLD,
    after: NEW,
    published: {
      before:
        'Sql=20.0.0.0/28,20.0.8.0/24 Sql.we@westeurope=20.0.8.0/25 Sql.ne@northeurope=20.0.8.128/25 Other=20.0.8.0/24',
      after:
        'Sql=20.0.0.0/28,20.0.1.0/24,20.0.2.0/24 Sql.all=20.0.1.0/24 Sql.we@westeurope=20.0.0.0/22 AzureCloud.we@westeurope=20.0.0.0/16 AzureCloud=20.0.0.0/16 B=20.0.2.0/25 SqlServer=20.0.1.0/24,20.0.8.0/25',
    },
  })
  expect(facts.known).toEqual({ before: true, after: true })
  expect(tagsOf(facts).filter((line) => line.includes('20.0.'))).toEqual([
    '  + 20.0.1.0/24 in [westeurope], held by [AzureCloud,SqlServer]',
    '  + 20.0.2.0/24 in [westeurope], held by [AzureCloud,part in B]',
    // The older document knows where it was, the newer one who still has it.
    '  - 20.0.8.0/24 in [northeurope,westeurope], held by [AzureCloud,part in SqlServer]',
  ])
  expect(prefixesOf(facts).filter((line) => line.startsWith('Sql 20.'))).toEqual([
    'Sql 20.0.0.0/28 held in [westeurope] since before 2025-10-20',
    'Sql 20.0.1.0/24 gained in [westeurope] since 2025-11-10',
    'Sql 20.0.2.0/24 gained in [westeurope] since 2025-11-10',
    'Sql 20.0.8.0/24 lost in [northeurope,westeurope] since before 2025-10-20',
  ])
})

test('only one side is a published document', () => {
  const all = 'Sql=20.0.0.0/22 Sql.we@westeurope=20.0.0.0/16'
  const [newer, older] = [
    report({ before: OLD, after: NEW, published: { after: all } }),
    report({ before: OLD, after: NEW, published: { before: all } }),
  ]
  expect([newer.known, older.known]).toEqual([
    { before: false, after: true },
    { before: true, after: false },
  ])
  const sql = (facts: Report) => tagsOf(facts).filter((line) => /20\.0\.[18]/.test(line))
  expect(sql(newer)).toEqual([
    '  + 20.0.1.0/24 in [westeurope], held by []',
    '  - 20.0.8.0/24 in [westeurope], held by []',
  ])
  expect(sql(older)).toEqual([
    '  + 20.0.1.0/24 in some region, held by whoever',
    '  - 20.0.8.0/24 in [westeurope], held by whoever',
  ])
})

test('a tag of one region is in that region, whatever else is known', () => {
  const regional = (document: TagDocument): TagDocument => ({
    ...document,
    tags: new Map(
      [...document.tags].map(([name, tag]) => [name, name === 'Sql' ? { ...tag, region: 'westeurope' } : tag]),
    ),
  })
  expect(prefixesOf(report({ before: regional(OLD), after: regional(NEW) }))).toEqual([
    'Front 20.1.0.0/24 gained in some region since 2025-11-10',
    'Sql 20.0.0.0/28 held in [westeurope] since before 2025-10-20',
    'Sql 20.0.1.0/24 gained in [westeurope] since 2025-11-10',
    'Sql 20.0.2.0/24 gained in [westeurope] since 2025-11-10',
    'Sql 2603:1000::/48 gained in [westeurope] since 2025-11-10',
    'Sql 20.0.8.0/24 lost in [westeurope] since before 2025-10-20',
  ])
})

test('the first document changes nothing', () => {
  const facts = report({ after: NEW, snapshots: [MID] })
  expect(facts).toMatchObject({
    before: undefined,
    ...{ tags: [], weeks: [], between: [], arrivals: [] },
    accepted: [{ published: '2025-11-10', guards: ['grow', 'rollback'] }],
  })
  expect(facts.rules.map(({ before, after, gained }) => [before, after?.equals(gained)])).toEqual([
    [undefined, true],
    [undefined, true],
  ])
  expect(prefixesOf(facts).map((line) => line.split(' ').slice(1, 3).join(' '))).toEqual([
    '20.1.0.0/24 held',
    '20.0.0.0/28 held',
    '20.0.1.0/24 held',
    '20.0.2.0/24 held',
    '2603:1000::/48 held',
  ])
})

test('a rollback goes back beyond the snapshots that are newer', () => {
  const facts = report({ before: NEW, after: MID, snapshots: [OLD, MID, dated('2025-11-03', 'Sql=20.0.9.0/24'), NEW] })
  expect(facts).toMatchObject({
    before: { published: '2025-11-10' },
    after: { published: '2025-10-27' },
    ...{ weeks: [], between: [], arrivals: [] },
    accepted: [{ published: '2025-10-27', guards: ['shrink'] }],
  })
  expect(facts.history[0]?.points.map(({ published }) => published)).toEqual(['2025-11-10', '2025-10-27'])
})

test('a document that was published again counts once', () => {
  const again = dated('2025-11-10', 'Sql=20.0.0.0/28')
  const facts = report({ before: NEW, after: again, snapshots: [OLD, NEW] })
  expect(facts.history[0]?.points.map(({ published }) => published)).toEqual(['2025-11-10', '2025-11-10'])
  expect(facts.tags.map(({ tag, added, removed }) => [tag, added.length, removed.length])).toEqual([
    ['Front', 0, 1],
    ['Loose', 0, 1],
    ['Sql', 0, 3],
  ])
})

test('a rule that is new, and one that is gone', () => {
  const other = policyOf(`150 New: Sql inbound tcp 1
    160 Door: Sql outbound udp 53`)
  const older = policyOf(`150 Web: Sql outbound tcp 443
    160 Door: Loose outbound udp 53`)
  const facts = report({ before: OLD, after: OLD, policies: [older, other] })
  const short = facts.rules.map(({ name, flows, tags, before, after }) =>
    [name, flows.join('+'), tags.join(), before ? 'before' : '', after ? 'after' : ''].join('|'),
  )
  expect(short).toEqual([
    'New|inbound tcp 1|Sql||after',
    // The tags of both sides.
    'Door|outbound udp 53|Loose,Sql|before|after',
    'Web|outbound tcp 443|Sql|before|',
  ])
})

const changeAt = (target: string, site: string, more: Partial<DeviceChange> = {}): DeviceChange => ({
  ...{ target, vendor: 'acme', device: '2 commands' },
  files: [{ path: `rules/${site}/edge.conf`, before: 1, after: 2, added: 1, removed: 0 }],
  beside: [
    { kind: 'delta', path: `rules/${site}/edge.delta.conf` },
    { kind: 'runbook', path: `rules/${site}/edge.change.md` },
  ],
  ...more,
})

test('changes that are the same at several sites are one, and all others stay', () => {
  const [paris, oslo] = [changeAt('edge@paris', 'paris'), changeAt('edge@oslo', 'oslo')]
  const other = changeAt('edge@rome', 'rome', { device: '3 commands' })
  const core = changeAt('core', 'all')
  expect(changesBySite([paris, core, other, oslo])).toEqual([
    {
      ...paris,
      target: 'edge (2 sites)',
      files: [{ ...paris.files[0], path: 'rules/{site}/edge.conf' }],
      beside: [
        { kind: 'delta', path: 'rules/{site}/edge.delta.conf' },
        { kind: 'runbook', path: 'rules/{site}/edge.change.md' },
      ],
    },
    core,
    other,
  ])
})

test('prices and uses that are the same at several sites are one', () => {
  const price = (target: string, rule: string, family: 'ipv4' | 'ipv6') =>
    ({ target, rule, price: { family }, inSomeTag: undefined }) as TargetPrice
  const prices = [
    price('edge@paris', 'Web', 'ipv4'),
    price('edge@paris', 'Web', 'ipv6'),
    price('edge@paris', 'Door', 'ipv4'),
    price('edge@oslo', 'Web', 'ipv4'),
  ]
  expect(widenedBySite(prices).map(({ target, rule, price }) => `${target} ${rule} ${price.family}`)).toEqual([
    'edge (2 sites) Web ipv4',
    'edge@paris Web ipv6',
    'edge@paris Door ipv4',
  ])
  const use = (target: string, count: number) => ({ target, name: 'rules', count }) as LimitUse
  const uses = [use('edge@paris', 5), use('edge@oslo', 5), use('edge@rome', 6), use('core', 5)]
  expect(bySite(uses).map(({ target, count }) => `${target} ${count}`)).toEqual([
    'edge (2 sites) 5',
    'edge@rome 6',
    'core 5',
  ])
})
