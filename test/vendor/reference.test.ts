import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type * as z from 'zod'
import { LIMITS } from '../../src/model/limits.ts'
import { manifestSchema } from '../../src/model/manifest-schema.ts'
import { readingSchema } from '../../src/vendor/checked-device.ts'
import { folderWith, tagwall } from '../cli/harness.ts'
import { ROOT } from '../fixtures.ts'

// The tables of vendors/REFERENCE.md have the keys and fields that there are, no more and no less. kit/readme.test.ts compares the kit.

const PAGE = readFileSync(join(ROOT, 'vendors/REFERENCE.md'), 'utf8')

/** The text between two headings or phrases. */
function between(from: string, to: string): string {
  const start = PAGE.indexOf(from)
  const end = PAGE.indexOf(to, start + from.length)
  expect([start, end], `${from} … ${to}`).not.toContain(-1)
  return PAGE.slice(start, end)
}

/** What stands between backticks, without what follows a dot: `names.rule` is `names`. */
const named = (text: string) => new Set(Array.from(text.matchAll(/`([\w.]+)`/g), ([, name = '']) => name))

/** Every word of code. */
const mentioned = (text: string) =>
  Array.from(text.matchAll(/`([^`\n]+)`/g), ([, code = '']) => code.match(/\w+/g) ?? []).flat()

/** The names in the first column of the first table in a text. */
function firstColumn(text: string): string[] {
  const [table = ''] = /^(?:\|.*\n)+/m.exec(text.slice(text.indexOf('\n|'))) ?? []
  const rows = table.trim().split('\n').slice(2)
  return rows.flatMap((row) => [...named(row.split('|')[1] ?? '')])
}

type Shaped = z.ZodType & {
  readonly shape?: Record<string, z.ZodType>
  readonly element?: z.ZodType
  unwrap?(): z.ZodType
}

/** The keys of an object, or of the items of a list. */
function keysOf(schema: z.ZodType | undefined): string[] {
  const { shape, element, unwrap } = schema as Shaped
  if (shape) return Object.keys(shape)
  return element ? keysOf(element) : unwrap ? keysOf((schema as Required<Shaped>).unwrap()) : []
}

const sorted = (names: Iterable<string>) => [...new Set(names)].sort()

test('the manifest: every key', () => {
  const text = `${between('## The manifest', '**A limit**')}${between('Three fields of the manifest serve audits', '### Where it runs')}`
  const table = firstColumn(text).map((name) => name.split('.')[0] as string)
  const elsewhere = ['deltas', 'cleanup', 'recognise', 'unaudited', 'narrows']
  expect(sorted([...table, ...elsewhere])).toEqual(sorted(Object.keys(manifestSchema.shape)))
  for (const name of elsewhere) expect(PAGE).toContain(`\`${name}\``)
  expect(sorted(firstColumn(between('**A limit**', '**An artefact**')))).toEqual(sorted(LIMITS))
  const artefact = sorted(firstColumn(between('**An artefact**', '**Parts.**')))
  expect(artefact).toEqual(sorted(keysOf(manifestSchema.shape.artefacts)))
  expect(sorted(firstColumn(between('### Items', '## What a full load leaves')))).toEqual(
    sorted(keysOf(manifestSchema.shape.items.unwrap())),
  )
  expect(sorted(firstColumn(between('## The runbook', '## The view')))).toEqual(
    sorted(keysOf(manifestSchema.shape.runbook.unwrap())),
  )
})

test('a reading: every field of rules and notes', () => {
  const { rules, notes, lists } = readingSchema([]).shape
  const ofRules = between('**`rules`**', '**`lists`**')
  expect(sorted(firstColumn(ofRules))).toEqual(sorted(keysOf(rules)))
  expect(sorted(firstColumn(between('**`notes`**', '**`scopes`**')))).toEqual(sorted(keysOf(notes)))
  expect(mentioned(between('**`lists`**', '**`notes`**'))).toEqual(expect.arrayContaining(keysOf(lists)))
  const { action, direction, protocol, coverage } = (
    rules as unknown as { element: { shape: Record<string, { options: string[] }> } }
  ).element.shape
  const words = mentioned(ofRules)
  for (const choice of [action, direction, protocol, coverage])
    expect(words).toEqual(expect.arrayContaining(choice?.options ?? []))
})

/** The view that templates of a vendor see. */
async function viewOf(vendor: string, ...argv: string[]): Promise<Record<string, unknown>> {
  const folder = folderWith({
    'tagwall.yaml': `local: [10.1.0.0/16, "2001:db8:1::/48"]
rules: [{ name: A, tags: [AzureResourceManager], direction: both, ports: [443], priority: 200 }]
targets: [{ name: edge, vendor: ${vendor}, out: edge${vendor === 'fortigate' ? ', options: { groupMembers: 2 }' : ''} }]
`,
  })
  const { code, out, err } = await tagwall(folder, ['emit', 'edge', '--view', ...argv])
  expect(code, err).toBe(0)
  return JSON.parse(out)
}

const first = (value: unknown, ...path: string[]): object =>
  path.reduce<unknown>((found, key) => {
    const field = (found as Record<string, unknown>)[key]
    return Array.isArray(field) ? field[0] : field
  }, value) as object

/** The fields of a part of the view that a text does not name. */
const unnamed = (part: object, text: string) => Object.keys(part).filter((name) => !named(text).has(name))

test('the view: every field, and no other', async () => {
  const view = await viewOf('fortigate')
  const text = between('## The view', '## Deltas')
  expect(sorted(firstColumn(text))).toEqual(sorted(Object.keys(view)))
  expect({
    rule: unnamed(first(view, 'rules'), between('**A rule:**', '**The local side')),
    local: unnamed(first(view, 'rules', 'local'), between('**The local side', '**A set:**')),
    set: unnamed(first(view, 'sets'), between('**A set:**', '**A group:**')),
    group: unnamed(first(view, 'sets', 'groups'), between('**A group:**', '**A prefix:**')),
    prefix: unnamed(first(view, 'prefixes'), between('**A prefix:**', '**A service:**')),
    service: unnamed(first(view, 'services'), between('**A service:**', '**A direction:**')),
    direction: unnamed(first(view, 'directions'), between('**A direction:**', '## Deltas')),
    ofDirection: unnamed(first(view, 'directions', 'services'), `${between('**A service:**', '## Deltas')}`),
    family: unnamed(first(view, 'families'), text),
  }).toEqual({
    rule: [],
    local: [],
    set: [],
    group: [],
    prefix: [],
    service: [],
    direction: [],
    ofDirection: [],
    family: [],
  })
})

test('the difference, for templates of deltas: every field, and no other', async () => {
  const view = await viewOf('json', '--since', '2025-10-06')
  const own = ['header', 'before', 'changed', 'gone']
  const text = between('Where commands are no lines', '## What a full load leaves')
  expect(sorted(firstColumn(text))).toEqual(sorted(own))
  expect(sorted(Object.keys(view))).toEqual(sorted([...Object.keys(await viewOf('json')), ...own]))
})
