import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compile } from '../../../src/compile/compile.ts'
import { fit as fitRuleset } from '../../../src/compile/fit/fit.ts'
import type { Fitted } from '../../../src/model/fitted.ts'
import { SHIPPED } from '../../../src/paths.ts'
import { parsePolicy } from '../../../src/policy/policy.ts'
import { sideOf } from '../../../src/vendor/render/changed-things.ts'
import { differenceView } from '../../../src/vendor/render/derived-delta.ts'
import { viewOf } from '../../../src/vendor/render/view.ts'
import { readVendor, resolveOptions } from '../../../src/vendor/vendor.ts'
import { documentOf } from '../../notation.ts'

// Every field of the views of a small policy with rules of each kind, and of an edit of it, as templates see them.

const rule = (name: string, priority: number, more: object) => ({
  ...{ name, priority, tags: ['Sql'], direction: 'outbound', ports: [443] },
  ...more,
})
const LOCAL = ['10.1.0.0/16', 'fd00:1::/48']

const BEFORE = [
  rule('Block', 100, { action: 'deny', protocol: 'any', ports: undefined, tags: ['Storage'] }),
  rule('Web', 150, { description: 'the web' }),
  rule('Both', 160, { direction: 'both', ports: [443, '8000-8010'], local: LOCAL }),
  rule('Own', 170, { tags: undefined, prefixes: ['203.0.113.0/24'], protocol: 'udp', ports: [53] }),
  rule('Gone', 180, { tags: ['Storage'], ports: [1433] }),
]
const AFTER = [
  rule('Block', 100, { action: 'deny', protocol: 'any', ports: undefined, tags: ['Storage'] }),
  rule('Web', 150, { description: 'the other web', ports: [443, 8443] }),
  rule('Both', 165, { direction: 'both', ports: [443, '8000-8010'], local: ['10.2.0.0/16', 'fd00:1::/48'] }),
  rule('Own', 170, { tags: undefined, prefixes: ['203.0.113.0/25', '2001:db8:9::/48'], protocol: 'tcp', ports: [53] }),
  rule('New', 190, { direction: 'inbound', tags: ['Storage', 'Sql'] }),
]
const TAGS = [
  'Sql=192.0.2.0/25,192.0.2.192/26,2001:db8:1::/48 Storage=198.51.100.0/24',
  'Sql=192.0.2.0/25,192.0.2.160/27,2001:db8:1::/48,2001:db8:3::/48 Storage=198.51.100.0/25',
] as const

/** A view as a tree of values, in which everything that came before is the path to its first place. */
function treeOf(view: unknown): unknown {
  const seen = new Map<string, string>()
  const tree = (value: unknown, path: string): unknown => {
    if (typeof value !== 'object' || value === null) return value
    const text = JSON.stringify(value)
    const known = seen.get(text)
    if (known !== undefined) return `= ${known}`
    if (text.length > 40) seen.set(text, path)
    if (Array.isArray(value)) return value.map((item, index) => tree(item, `${path}.${index}`))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, tree(item, path ? `${path}.${key}` : key)]),
    )
  }
  return tree(view, '')
}

const WIDTH = 140

/** A tree as JSON. Short fields share a line, as far as they fit. */
function printed(value: unknown, indent = ''): string {
  const whole = JSON.stringify(value)
  if (typeof value !== 'object' || value === null || indent.length + whole.length <= WIDTH) return whole
  const inner = `${indent} `
  const lines: string[] = []
  for (const [key, item] of Object.entries(value)) {
    const field = `${Array.isArray(value) ? '' : `${JSON.stringify(key)}: `}${printed(item, inner)}`
    const joined = `${lines.at(-1)}, ${field}`
    if (lines.length > 0 && !joined.includes('\n') && inner.length + joined.length <= WIDTH) lines.splice(-1, 1, joined)
    else lines.push(field)
  }
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${lines.map((line) => `${inner}${line}`).join(',\n')}\n${indent}${close}`
}

test.for<[vendor: string, setting: Readonly<Record<string, string>>, ...rules: string[]]>([
  ['paloalto', { groupMembers: '2' }],
  ['cisco-ios', {}],
  // Its rules look as those of IOS.
  ['nftables', {}, 'Block', 'Web', 'Gone'],
])('the views of %s, with %j', async ([name, setting, ...chosen]) => {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const options = resolveOptions(vendor, setting, 'test')
  const fitted = (all: readonly { name: string }[], tags: string, published: string): Fitted => {
    const rules = all.filter((one) => chosen.length === 0 || chosen.includes(one.name))
    const policy = parsePolicy(JSON.stringify({ rules }), 'test', 'tagwall.yaml')
    const { ruleset } = compile(policy, { document: documentOf(tags, 'public', published), names: [], where: '' })
    return fitRuleset(ruleset, { target: 'edge', vendor, options, family: undefined }).fitted
  }
  const [before, after] = [fitted(BEFORE, TAGS[0], '2025-11-10'), fitted(AFTER, TAGS[1], '2025-11-17')]
  const [older, newer] = [sideOf(before, vendor, options), sideOf(after, vendor, options)]
  const { changed, gone } = differenceView(older, newer, new Set())
  const views = { view: viewOf(after, vendor, options), changed, gone }
  await expect(`${printed(treeOf(views))}\n`).toMatchFileSnapshot(join(import.meta.dirname, `expected/${name}.json`))
})
