import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { FAMILIES, parsePrefix } from '../src/address/prefix.ts'
import { PrefixSet } from '../src/address/prefix-set.ts'
import { readEveryTag } from '../src/document/all-tags.ts'
import { parseDocument } from '../src/document/document.ts'
import { guard, guardOf } from '../src/document/guards/guards.ts'
import { longBaseline } from '../src/document/history.ts'
import type { TagSet } from '../src/document/holders.ts'
import { readSnapshot } from '../src/document/snapshot/stored-snapshots.ts'
import type { Finding } from '../src/finding/finding.ts'
import type { Cloud } from '../src/model/cloud.ts'
import { DEFAULT_LIMITS, GUARDS, type GuardName } from '../src/model/guard.ts'
import { lazy } from '../src/model/lazy.ts'
import { type ServiceTag, select, type TagDocument } from '../src/model/service-tag.ts'
import { daysBetween } from '../src/text/dates.ts'
import { formatTable } from '../src/text/lines.ts'
import { DOCUMENTS, HAS_DOCUMENTS, ROOT, WITHOUT_DOCUMENTS } from './fixtures.ts'
import { someOf } from './thorough.ts'

// How often the guards refuse what was really published, and whether they find faults that are planted in it.

const BUILT_IN = [
  'AzureActiveDirectory',
  'AzureResourceManager',
  'AzureFrontDoor.FirstParty',
  'MicrosoftContainerRegistry',
]

/** An office that has its virtual desktops in Azure, and a datacenter whose servers are joined through Azure Arc, patched, watched and backed up. */
const TEN_RULES = [
  'AzureActiveDirectory',
  'AzureResourceManager',
  'AzureFrontDoor.FirstParty',
  'MicrosoftContainerRegistry',
  'AzureArcInfrastructure',
  'GuestAndHybridManagement',
  'AzureMonitor',
  'AzureKeyVault',
  'WindowsVirtualDesktop',
  'Storage.*',
]

/** A document, and all that was published with it where that is known. */
interface Published {
  readonly document: TagDocument
  readonly everyTag?: () => readonly TagSet[]
}

interface History {
  readonly name: string
  readonly cloud: Cloud
  readonly documents: readonly Published[]
}

const SHARED: [Cloud, RegExp][] = [
  ['public', /^ServiceTags_Public_202[4-9]\d{4}\.json$/],
  ['usgov', /^ServiceTags_AzureGovernment_\d{8}\.json$/],
  ['china', /^ServiceTags_China_\d{8}\.json$/],
]

function shared(cloud: Cloud, pattern: RegExp, selectors: readonly string[]): History {
  const files = readdirSync(DOCUMENTS)
    .filter((file) => pattern.test(file))
    .sort()
  const documents = files.map((name): Published => {
    const published = name.replace(/^.*_(\d{4})(\d\d)(\d\d)\.json$/, '$1-$2-$3')
    const source = () => ({ bytes: readFileSync(join(DOCUMENTS, name)), name, published })
    const everyTag = lazy(() =>
      readEveryTag(source(), cloud).tags.map((tag) => ({ ...tag, prefixes: PrefixSet.of(tag.prefixes) })),
    )
    return { document: parseDocument(source(), cloud, selectors).document, everyTag }
  })
  return { name: 'shared', cloud, documents }
}

function shipped(cloud: Cloud): History {
  const folder = join(ROOT, 'snapshots', cloud)
  const files = existsSync(folder) ? readdirSync(folder).sort() : []
  return {
    name: 'shipped',
    cloud,
    documents: files.map((file) => ({ document: readSnapshot(join(folder, file), cloud) })),
  }
}

function judge(
  { document, everyTag }: Published,
  before: TagDocument,
  selectors: readonly string[],
  stored: readonly TagDocument[] = [],
): Finding[] {
  const longBefore = () => longBaseline(document, stored.toReversed(), selectors, () => false)
  const isUsed = (name: string) => selectors.some((selector) => select([name], selector).length > 0)
  return guard(document, before, isUsed, { limits: DEFAULT_LIMITS, accept: [], everyTag, longBefore })
}

const refusing = (findings: readonly Finding[]): GuardName[] => {
  const names = findings.filter(({ severity }) => severity === 'error').map(guardOf)
  return GUARDS.filter((name) => names.includes(name))
}

/** A tag with a fault in it; undefined where it takes the tag away. */
type Fault = (tag: ServiceTag) => PrefixSet | undefined

/** The first IPv4 prefix that is longer, with a shorter length. */
const widenedTo = (length: number): Fault => {
  return ({ prefixes }) => {
    const first = prefixes.family('ipv4').prefixes.find((prefix) => prefix.length >= length + 4)
    if (!first) return prefixes
    const size = 1n << BigInt(32 - length)
    return prefixes.union(PrefixSet.of([{ family: 'ipv4', address: (first.address / size) * size, length }]))
  }
}

const plus = (text: string): Fault => {
  return ({ prefixes }) => prefixes.union(PrefixSet.of(text.split(' ').map(parsePrefix)))
}

/** Half of the addresses of each family: those of every second prefix, and half of the last one if that is not enough. */
const half: Fault = ({ prefixes }) =>
  PrefixSet.union(
    FAMILIES.map((family) => {
      const { ranges } = prefixes.family(family)
      let open = prefixes.family(family).count / 2n
      return PrefixSet.ofRanges(
        ranges.flatMap(({ first, last }) => {
          const count = last - first + 1n < open ? last - first + 1n : open
          open -= count
          return count === 0n ? [] : [{ family, first, last: first + count - 1n }]
        }),
      )
    }),
  )

/** Each fault, and the guard that must find it. */
const FAULTS: Readonly<Record<string, readonly [Fault, GuardName]>> = {
  'lost half': [half, 'shrink'],
  emptied: [() => PrefixSet.empty, 'shrink'],
  'a tag gone': [() => undefined, 'vanished'],
  'a foreign /12': [plus('8.0.0.0/12'), 'grow'],
  'a foreign /32 of IPv6': [plus('2a00:1450::/32'), 'grow'],
  'a prefix that became a /12': [widenedTo(12), 'grow'],
  'a prefix that became a /14': [widenedTo(14), 'grow'],
  'private space': [plus('10.1.0.0/24'), 'special-use'],
  '6to4': [plus('2002:1400::/24'), 'special-use'],
  'the default route': [plus('0.0.0.0/0'), 'giant'],
}

function withFault(published: Published, name: string, fault: Fault): Published {
  const tag = published.document.tags.get(name) as ServiceTag
  const prefixes = fault(tag)
  const tags = new Map(published.document.tags)
  if (prefixes) tags.set(name, { ...tag, prefixes })
  else tags.delete(name)
  return { ...published, document: { ...published.document, tags } }
}

/** An older state under the newer date, and the older document itself. Where nothing is lost, nothing is to be found. */
function rollbacks(older: TagDocument, newer: TagDocument, used: readonly string[]): TagDocument[] {
  const isLoss = used.some((name) => {
    const [was, is] = [older.tags.get(name)?.prefixes, newer.tags.get(name)?.prefixes]
    return was && is && !was.contains(is)
  })
  const served = { ...older, published: newer.published, changeNumber: newer.changeNumber - 1 }
  return [older, ...(isLoss ? [served] : [])]
}

interface Row {
  readonly documents: number
  readonly years: number
  readonly refused: string[]
  readonly noted: number
  readonly planted: number
  readonly missed: string[]
}

function replay({ documents }: History, selectors: readonly string[]): Row {
  const row = { documents: documents.length, refused: [] as string[], noted: 0, planted: 0, missed: [] as string[] }
  const plant = (published: Published, before: TagDocument, want: GuardName, what: string) => {
    row.planted++
    if (!refusing(judge(published, before, selectors)).includes(want)) row.missed.push(what)
  }
  const faults: (() => void)[] = []
  documents.forEach((published, index) => {
    const { document } = published
    const before = documents[index - 1]?.document
    if (!before) return
    const stored = documents.slice(0, index).map(({ document }) => document)
    const findings = judge(published, before, selectors, stored)
    row.noted += findings.filter(({ severity }) => severity === 'warning').length
    if (refusing(findings).length > 0) row.refused.push(`${document.published} ${refusing(findings).join('+')}`)
    // Of a wildcard, one of its tags stands for all.
    const tags = selectors.flatMap((selector) => select(before.tags.keys(), selector).slice(0, 1))
    for (const tag of tags.filter((name) => document.tags.has(name))) {
      for (const [what, [fault, want]] of Object.entries(FAULTS)) {
        faults.push(() =>
          plant(withFault(published, tag, fault), before, want, `${document.published} ${tag}: ${what}`),
        )
      }
    }
    const used = selectors.flatMap((selector) => select(document.tags.keys(), selector))
    for (const older of rollbacks(before, document, used)) {
      plant({ ...published, document: older }, document, 'rollback', `${document.published}: rollback`)
    }
  })
  // A number that the ten faults do not divide takes each in turn, in another tag of each document.
  for (const each of someOf(faults, 11)) each()
  const ends = [documents[0], documents.at(-1)].map((published) => Date.parse(published?.document.published ?? ''))
  return { ...row, years: ((ends[1] as number) - (ends[0] as number)) / (365.25 * 86_400_000) }
}

const table: string[][] = [
  ['policy', 'documents of', 'number', 'years', 'refused', 'noted', 'faults planted', 'missed'],
]

function check(policy: string, history: History, selectors: readonly string[], mostAYear: number): void {
  const row = replay(history, selectors)
  table.push([
    policy,
    `${history.cloud}, ${history.name}`,
    String(row.documents),
    row.years.toFixed(1),
    row.refused.join(', ') || '0',
    String(row.noted),
    String(row.planted),
    String(row.missed.length),
  ])
  expect(row.missed).toEqual([])
  expect(row.refused.length, row.refused.join()).toBeLessThanOrEqual(mostAYear * Math.max(1, row.years))
  if (row.documents > 1) expect(row.planted).toBeGreaterThan(0)
}

afterAll(() => console.log(formatTable(table)))

test('the built-in policies, over the shipped snapshots', { timeout: 120_000 }, () => {
  for (const [cloud] of SHARED) check('built-in', shipped(cloud), BUILT_IN, 1)
})

test('every shipped snapshot passes as the first document beside those of the year before', () => {
  const { documents } = shipped('public')
  const refused = documents.flatMap((published) =>
    documents
      .filter(({ document: { published: date } }) => date < published.document.published)
      .filter(({ document }) => daysBetween(document.published, published.document.published) <= 365)
      .filter(({ document }) => refusing(judge(published, document, BUILT_IN)).length > 0)
      .map(({ document }) => `${published.document.published} beside ${document.published}`),
  )
  expect(refused).toEqual([])
})

test.skipIf(!HAS_DOCUMENTS)(
  `the built-in policies, and one of ten rules, over the published documents${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
  { timeout: 600_000 },
  () => {
    for (const [cloud, pattern] of SHARED) {
      const history = shared(cloud, pattern, [...BUILT_IN, ...TEN_RULES])
      check('built-in', history, BUILT_IN, 1)
      check('ten rules', history, TEN_RULES, 3)
    }
  },
)

test.skipIf(!HAS_DOCUMENTS)(
  `the document of another cloud is refused at the door${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
  () => {
    for (const [cloud, pattern] of SHARED) {
      for (const name of readdirSync(DOCUMENTS).filter(
        (file) => /^ServiceTags_.*\.json$/.test(file) && !pattern.test(file),
      )) {
        if (cloud === 'public' && /Public/.test(name)) continue
        const source = { bytes: readFileSync(join(DOCUMENTS, name)), name, published: '2026-01-01' }
        expect(() => parseDocument(source, cloud, BUILT_IN), `${name} as ${cloud}`).toThrow(
          /is a document of the cloud/,
        )
      }
    }
  },
)
