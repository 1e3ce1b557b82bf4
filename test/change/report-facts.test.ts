import { expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import { bySite, changesBySite, widenedBySite } from '../../src/change/tell/device-changes.ts'
import type { ChangedPrefix, DeviceChange, Report } from '../../src/change/tell/report-values.ts'
import type { TagSet } from '../../src/document/holders.ts'
import type { LimitUse } from '../../src/model/capacity.ts'
import type { Policy } from '../../src/model/policy.ts'
import type { TargetPrice } from '../../src/model/result.ts'
import type { TagDocument } from '../../src/model/service-tag.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { expectOutcomes } from '../golden-page.ts'
import { documentOf, policyOf, setOf, show } from '../notation.ts'
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
const MID = dated('2025-10-27', 'Sql=20.0.0.0/28,20.0.1.0/24 Loose=30.0.0.0/24', { accepted: { test: ['shrink'] } })
const NEW = dated(
  '2025-11-10',
  'Sql=20.0.0.0/28,20.0.1.0/24,20.0.2.0/24,2603:1000::/48 Front=20.1.0.0/24 Loose=30.0.0.0/25',
  { accepted: { test: ['grow', 'rollback'] } },
)

/** All of a report, a line each. */
function factsOf(report: Report): string[] {
  const { policy, source, before, after, known, weeks, between, arrivals, accepted } = report
  return [
    `${policy} from ${before?.published ?? 'nothing'} to ${after.published} of ${source}`,
    JSON.stringify({ known, weeks, between }),
    ...arrivals.map(({ count, published, earliest }) => `${count} came ${earliest} to ${published}`),
    ...accepted.map(({ published, guards }) => `accepted ${published}: ${guards}`),
    ...[rulesOf(report), tagsOf(report), prefixesOf(report), historyOf(report)].flat(),
  ]
}

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
