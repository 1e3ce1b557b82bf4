import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type * as z from 'zod'
import { manifestSchema } from '../../src/model/manifest-schema.ts'
import { folderWith, tagwall } from '../cli/harness.ts'
import { ROOT } from '../fixtures.ts'

// The tables of vendors/REFERENCE.md have the keys and fields that there are, no more and no less, and its rule is what a template sees.

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
  const artefact = sorted(firstColumn(between('**An artefact**', '**Parts.**')))
  expect(artefact).toEqual(sorted(keysOf(manifestSchema.shape.artefacts)))
  expect(sorted(firstColumn(between('### Items', '## What a full load leaves')))).toEqual(
    sorted(keysOf(manifestSchema.shape.items.unwrap())),
  )
  expect(sorted(firstColumn(between('## The runbook', '## The view')))).toEqual(
    sorted(keysOf(manifestSchema.shape.runbook.unwrap())),
  )
})

/** The view that templates of a vendor see. */
async function viewOf(vendor: string, ...argv: string[]): Promise<Record<string, unknown>> {
  const folder = folderWith({
    'tagwall.yaml': `local: [10.0.0.0/8]
rules: [{ name: Mirror, prefixes: [198.51.100.0/24], direction: outbound, ports: [443], priority: 150 }]
targets: [{ name: edge, vendor: ${vendor}, out: edge }]
`,
  })
  const { code, out, err } = await tagwall(folder, ['emit', 'edge', '--view', ...argv])
  expect(code, err).toBe(0)
  return JSON.parse(out)
}

test('the view: every field, and a rule as it is', async () => {
  const text = between('## The view', '## Deltas')
  const { rules, ...more } = await viewOf('fortigate')
  expect(sorted(firstColumn(text))).toEqual(sorted(['rules', ...Object.keys(more)]))
  const [, code = ''] = /^```js\n([\s\S]*?)^```$/m.exec(text) ?? []
  expect(rules).toEqual([new Function(`${code}return rule`)()])
})

test('the difference, for templates of deltas: every field, and no other', async () => {
  const view = await viewOf('json', '--since', '2025-10-06')
  const own = ['header', 'before', 'changed', 'gone']
  const text = between('Where commands are no lines', '## What a full load leaves')
  expect(sorted(firstColumn(text))).toEqual(sorted(own))
  expect(sorted(Object.keys(view))).toEqual(sorted([...Object.keys(await viewOf('json')), ...own]))
})
