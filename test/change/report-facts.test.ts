import { expect, test } from 'vitest'
import { fileTable, type ReportedTarget } from '../../src/change/tell/file-table.ts'
import type { Report } from '../../src/change/tell/report.ts'
import { type ReportTable, textOfCell } from '../../src/change/tell/report-table.ts'
import { priceTable } from '../../src/change/tell/tables.ts'
import type { TagSet } from '../../src/document/holders.ts'
import type { LimitUse } from '../../src/model/capacity.ts'
import type { WideningDelta } from '../../src/model/delta.ts'
import type { Policy } from '../../src/model/policy.ts'
import type { TargetPrice } from '../../src/model/result.ts'
import type { TagDocument } from '../../src/model/service-tag.ts'
import { bySite } from '../../src/model/site.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { expectOutcomes } from '../golden-page.ts'
import { documentOf, policyOf, setOf } from '../notation.ts'
import * as reports from './reported.ts'

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

interface Given extends Omit<reports.Given, 'policies' | 'published'> {
  readonly published?: { readonly before?: string; readonly after?: string }
  readonly policies?: readonly [before: Policy, after: Policy]
}

function report({ published = {}, policies = [POLICY, POLICY], ...given }: Given): Report {
  const { before, after } = published
  return reports.reported({
    ...given,
    policies,
    published: { ...(before && { before: tagSets(before) }), ...(after && { after: tagSets(after) }) },
  })
}

/** A table: its heading, and a line for each row. */
const rowsOf = ({ heading, rows }: ReportTable) => [
  heading,
  ...rows.map(({ tone = '', cells }) => `  ${[tone, ...cells.map(textOfCell)].join(' | ')}`),
]

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
const MID = dated('2025-10-27', 'Sql=20.0.0.0/28,20.0.1.0/24 Loose=30.0.0.0/24', { accepted: { test: ['shrink'] } })
const NEW = dated(
  '2025-11-10',
  'Sql=20.0.0.0/28,20.0.1.0/24,20.0.2.0/24,2603:1000::/48 Front=20.1.0.0/24 Loose=30.0.0.0/25',
  { accepted: { test: ['grow', 'rollback'] } },
)

/** All of a report without files, a line each. */
function factsOf(report: Report): string[] {
  const { heading, sentences, source, tables, tags, tagsNote, prefixes } = report
  return [
    `${heading} of ${source}`,
    ...sentences,
    ...[...tables, ...tags].filter(({ rows, id }) => rows.length > 0 || !FIXED.has(id)).flatMap(rowsOf),
    ...(tagsNote ? [tagsNote] : []),
    ...rowsOf(prefixes),
    ...historyOf(report),
  ]
}

/** Tables that a report has also without rows. */
const FIXED = new Set(['traffic', 'options', 'items', 'rules'])

const ONE_SIDE = 'Sql=20.0.0.0/22 Sql.we@westeurope=20.0.0.0/16'
const regional = (document: TagDocument): TagDocument => ({
  ...document,
  tags: new Map(
    [...document.tags].map(([name, tag]) => [name, name === 'Sql' ? { ...tag, region: 'westeurope' } : tag]),
  ),
})

const GIVEN: Readonly<Record<string, Given>> = {
  // The other tag of a rule is new, so the older side skipped it.
  'several weeks, between snapshots': {
    before: OLD,
    after: NEW,
    snapshots: [dated('2025-10-13', 'Sql=20.0.0.0/28'), OLD, MID],
  },
  // The older document knows where a prefix was, the newer one who still has it.
  'published documents, which say in which regions a prefix is, and who else holds it': {
    before: OLD,
    after: NEW,
    published: {
      before:
        'Sql=20.0.0.0/28,20.0.8.0/24 Sql.we@westeurope=20.0.8.0/25 Sql.ne@northeurope=20.0.8.128/25 Other=20.0.8.0/24',
      after:
        'Sql=20.0.0.0/28,20.0.1.0/24,20.0.2.0/24 Sql.all=20.0.1.0/24 Sql.we@westeurope=20.0.0.0/22 AzureCloud.we@westeurope=20.0.0.0/16 AzureCloud=20.0.0.0/16 B=20.0.2.0/25 SqlServer=20.0.1.0/24,20.0.8.0/25',
    },
  },
  'only the newer side is a published document': { before: OLD, after: NEW, published: { after: ONE_SIDE } },
  'only the older side is a published document': { before: OLD, after: NEW, published: { before: ONE_SIDE } },
  'a tag of one region, which is in that region whatever else is known': {
    before: regional(OLD),
    after: regional(NEW),
  },
  'the first document, which changes nothing': { after: NEW, snapshots: [MID] },
  'a rollback, which goes back beyond the snapshots that are newer': {
    before: NEW,
    after: MID,
    snapshots: [OLD, MID, dated('2025-11-03', 'Sql=20.0.9.0/24'), NEW],
  },
  'a document that was published again, which counts once': {
    before: NEW,
    after: dated('2025-11-10', 'Sql=20.0.0.0/28'),
    snapshots: [OLD, NEW],
  },
  // A rule that stays has the tags of both sides.
  'a rule that is new, and one that is gone': {
    before: OLD,
    after: OLD,
    policies: [
      policyOf('150 Web: Sql outbound tcp 443\n160 Door: Loose outbound udp 53'),
      policyOf('150 New: Sql inbound tcp 1\n160 Door: Sql outbound udp 53'),
    ],
  },
}

test('the facts of a report', async () => {
  await expectOutcomes('report-facts.txt', GIVEN, (given) => factsOf(report(given)))
})

test('the files that are the same at several sites are one, and all others stay', () => {
  const fileAt = (name: string, site: string, commands = 2) =>
    ({
      before: { files: [{ path: `rules/${site}/edge.conf` }] },
      made: {
        target: { name, vendor: 'acme' },
        files: [{ path: `rules/${site}/edge.conf` }],
      },
      change: { kind: 'traffic', options: [], items: [], pieces: [], droppedLists: [] },
      results: [
        { role: 'delta', path: `rules/${site}/edge.delta.conf`, proof: { commands } },
        { role: 'runbook', path: `rules/${site}/edge.change.md` },
      ],
      olderText: () => 'a\n',
      newerText: () => 'a\nb\n',
    }) as unknown as ReportedTarget
  const [paris, oslo] = [fileAt('edge@paris', 'paris'), fileAt('edge@oslo', 'oslo')]
  const table = fileTable([paris, fileAt('core', 'all'), fileAt('edge@rome', 'rome', 3), oslo])
  expect(rowsOf(table)).toEqual([
    'The files of 3 targets',
    '   | edge (2 sites) (acme) | rules/{site}/edge.conf | +1 −0 lines, 2 in all | 2 commands',
    '   | edge (2 sites) (acme) | rules/{site}/edge.delta.conf, rules/{site}/edge.change.md | delta, runbook | ',
    '   | core (acme) | rules/all/edge.conf | +1 −0 lines, 2 in all | 2 commands',
    '   | core (acme) | rules/all/edge.delta.conf, rules/all/edge.change.md | delta, runbook | ',
    '   | edge@rome (acme) | rules/rome/edge.conf | +1 −0 lines, 2 in all | 3 commands',
    '   | edge@rome (acme) | rules/rome/edge.delta.conf, rules/rome/edge.change.md | delta, runbook | ',
  ])
})

test('prices and uses that are the same at several sites are one', () => {
  const price = (target: string, rule: string, family: 'ipv4' | 'ipv6', extra = 96n): TargetPrice => {
    return {
      target,
      rule,
      inSomeTag: undefined,
      price: { family, before: 4, after: 2, addresses: 32n, extra, inside: undefined },
    }
  }
  const prices = [
    price('edge@paris', 'Web', 'ipv4'),
    price('edge@paris', 'Web', 'ipv6'),
    price('edge@paris', 'Door', 'ipv4'),
    price('edge@oslo', 'Web', 'ipv4'),
    // Rome is new, and Bern was widened for another document.
    price('edge@rome', 'Web', 'ipv4'),
    price('edge@bern', 'Web', 'ipv4', 64n),
    price('edge@riga', 'Web', 'ipv4'),
  ]
  const delta = (target: string, rule: string, added = '') =>
    ({ target, rule, widening: { added: setOf(added), removed: setOf('') } }) as unknown as WideningDelta
  const widened = [
    ...['edge@paris', 'edge@oslo', 'edge@bern'].map((target) => delta(target, 'Web')),
    ...[delta('edge@riga', 'Web', '20.0.0.0/28'), delta('edge@paris', 'Door')],
  ]
  expect(priceTable(prices, widened).rows.map(({ cells }) => cells.join(' | '))).toEqual([
    'edge (2 sites) | Web | 4 → 2 IPv4 prefixes, 96 addresses more (4.0 x) | unchanged',
    'edge@paris | Web | 4 → 2 IPv6 prefixes, 96 addresses more (4.0 x) | unchanged',
    'edge@paris | Door | 4 → 2 IPv4 prefixes, 96 addresses more (4.0 x) | unchanged',
    'edge@rome | Web | 4 → 2 IPv4 prefixes, 96 addresses more (4.0 x) | ',
    'edge@bern | Web | 4 → 2 IPv4 prefixes, 64 addresses more (3.0 x) | unchanged',
    'edge@riga | Web | 4 → 2 IPv4 prefixes, 96 addresses more (4.0 x) | +16 −0',
  ])
  const use = (target: string, count: number) => ({ target, name: 'rules', count }) as LimitUse
  const uses = [use('edge@paris', 5), use('edge@oslo', 5), use('edge@rome', 6), use('core', 5)]
  expect(bySite(uses).map(({ target, count }) => `${target} ${count}`)).toEqual([
    'edge (2 sites) 5',
    'edge@rome 6',
    'core 5',
  ])
})
