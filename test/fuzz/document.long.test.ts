import { readFileSync } from 'node:fs'
import { isIPv4, isIPv6 } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { formatSnapshot, parseSnapshot } from '../../src/document/snapshot/snapshot-file.ts'
import { UserError } from '../../src/errors.ts'
import { contentsOf, folderWith, tagwall } from '../cli/harness.ts'
import { THOROUGH } from '../thorough.ts'

// Published documents with a few things changed in their structure. Each is refused with a sentence, or what is stored
// obeys the rules, as code that shares nothing with the program sees them.

const SEED = 20251110
const RUNS = THOROUGH ? 20_000 : 4_000
const TAGS = ['Sql', 'Storage', 'Storage.WestEurope']

const document = () => ({
  changeNumber: 376,
  cloud: 'Public',
  values: [
    tag('Sql', ['20.40.2.0/25', '20.40.2.128/25', '2603:db8::/32']),
    tag('Storage', ['20.151.100.0/24', '52.60.113.7/32', '2603:db8:1::/48']),
    tag('Storage.WestEurope', ['20.151.100.0/25']),
    tag('Unused', ['10.0.0.0/8']),
  ] as unknown[],
})

function tag(name: string, addressPrefixes: string[]) {
  const rest = { region: '', regionId: 0, platform: 'Azure', systemService: '', networkFeatures: ['API', 'NSG'] }
  return { name, id: name, properties: { changeNumber: 1, ...rest, addressPrefixes } }
}

const ODD = [
  ...[null, true, 0, -1, 1.5, 1e308, '', ' ', [], {}, [[]], '__proto__', 'Sql', 'sql', 'Storage.', '../../x', 'a/b'],
  ...['0.0.0.0/0', '::/0', '20.40.2.1/24', '20.40.2.0/33', '20.40.2.0', '010.0.0.0/8', '10.0.0.0/08', '1.2.3.4/32'],
  ...['::ffff:1.2.3.4/128', 'fe80::%eth0/64', '2603:DB8::/32', '2603:db8::1/32', '376', 'Public', 'China', '\u0000'],
]

const value = fc.oneof({ weight: 4, arbitrary: fc.constantFrom<unknown>(...ODD) }, fc.jsonValue({ maxDepth: 2 }))
const edit = fc.record({
  how: fc.constantFrom('replace', 'remove', 'twice', 'wrap', 'rename', 'swap'),
  where: fc.nat(10_000),
  other: fc.nat(10_000),
  value,
})
const text = fc
  .record({ edits: fc.array(edit, { minLength: 1, maxLength: 4 }), cut: fc.option(fc.nat(2_000), { freq: 12 }) })
  .map(({ edits, cut }) => {
    const root = document()
    for (const change of edits) apply(root, change)
    const whole = JSON.stringify(root)
    return cut === null ? whole : whole.slice(0, cut)
  })

type Edit = { how: string; where: number; other: number; value: unknown }
type Place = { holder: Record<string, unknown> | unknown[]; key: string }

function apply(root: object, { how, where, other, value }: Edit): void {
  const places = [...placesOf(root)]
  const [place, another] = [places[where % places.length], places[other % places.length]]
  if (!place || !another) return
  const { holder, key } = place
  const at = holder as Record<string, unknown>
  const there = at[key]
  if (how === 'replace') at[key] = value
  else if (how === 'wrap') at[key] = [there]
  else if (how === 'swap') at[key] = structuredClone((another.holder as Record<string, unknown>)[another.key])
  else if (how === 'remove') Array.isArray(holder) ? holder.splice(Number(key), 1) : delete at[key]
  else if (how === 'twice') at[Array.isArray(holder) ? holder.length : `${key}2`] = structuredClone(there)
  else if (!Array.isArray(holder)) {
    delete at[key]
    at[String(value)] = there
  }
}

function* placesOf(node: unknown): Generator<Place> {
  if (typeof node !== 'object' || node === null) return
  for (const key of Object.keys(node)) {
    yield { holder: node as Record<string, unknown>, key }
    yield* placesOf((node as Record<string, unknown>)[key])
  }
}

/** A whole prefix: an address in its plain form, a length, no bit set behind it. */
function isValid(prefix: unknown): boolean {
  const [, address, length] = /^([0-9a-fA-F.:]+)\/(0|[1-9]\d{0,2})$/.exec(String(prefix)) ?? []
  if (typeof prefix !== 'string' || address === undefined) return false
  const [bits, number] = isIPv4(address)
    ? [32, address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)]
    : isIPv6(address) && !address.includes('.')
      ? [128, numberOf(address)]
      : [-1, 0n]
  return Number(length) <= bits && number % (1n << BigInt(bits - Number(length))) === 0n
}

function numberOf(address: string): bigint {
  const [head, tail] = address.split('::').map((half) => half.split(':').filter(Boolean)) as [string[], string[]?]
  const gap = tail ? Array.from({ length: 8 - head.length - tail.length }, () => '0') : []
  return [...head, ...gap, ...(tail ?? [])].reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n)
}

/** Which of the rules of a document this one breaks. */
// biome-ignore lint/suspicious/noExplicitAny: it may be anything.
function brokenRules(root: any): string[] {
  const used = root.values.filter((entry: { name?: unknown } | null) => TAGS.includes(entry?.name as string))
  return [
    root.cloud !== 'Public' && 'cloud',
    !/^\d+$/.test(String(root.changeNumber)) && 'change number',
    new Set(used.map(({ name }: { name: string }) => name)).size !== used.length && 'a tag twice',
    // biome-ignore lint/suspicious/noExplicitAny: it may be anything.
    used.some(({ properties }: any) => !Array.isArray(properties.addressPrefixes)) && 'a tag without a list',
    // biome-ignore lint/suspicious/noExplicitAny: it may be anything.
    used.some(({ properties }: any) => !properties.addressPrefixes.every(isValid)) && 'a prefix',
  ].filter((rule) => rule !== false)
}

test(`refuses or correctly stores ${RUNS} documents`, { timeout: 300_000 }, () => {
  const count = { stored: 0, refused: 0 }
  fc.assert(
    fc.property(text, (given) => {
      let snapshot: string
      try {
        const source = { bytes: Buffer.from(given), name: 'document.json', published: '2025-11-10' }
        snapshot = formatSnapshot(parseDocument(source, 'public', TAGS).document)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        if (!/^document\.json(?: is |: tags that the policy uses are invalid:\s)/.test(error.message))
          throw new Error(`no sentence: ${error.message}`)
        count.refused++
        return
      }
      count.stored++
      expect(brokenRules(JSON.parse(given))).toEqual([])
      expect(formatSnapshot(parseSnapshot(snapshot, 'a.json'))).toBe(snapshot)
    }),
    { seed: SEED, numRuns: RUNS },
  )
  console.log(`fuzz: ${RUNS} documents (seed ${SEED}): ${count.stored} stored, ${count.refused} refused`)
  expect(Math.min(count.stored, count.refused)).toBeGreaterThan(RUNS / 20)
})

const POLICY = `rules:
  - { name: Web, tags: [Sql, Storage, Storage.*], direction: outbound, protocol: tcp, ports: [443], priority: 100 }
targets:
  - { name: plain, vendor: list, out: rules.txt }
`

test('from the command line, writes snapshot and rules or nothing at all', { timeout: 300_000 }, async () => {
  const runs = RUNS / 20
  let stored = 0
  const property = fc.asyncProperty(text, async (given) => {
    const folder = folderWith({ 'tagwall.yaml': POLICY })
    const { code, err } = await tagwall(folder, ['update', '--from', '-'], { stdin: given })
    const files = Object.keys(contentsOf(folder))
    if (code === 2) {
      expect(err).toMatch(/^(tagwall|warning): /)
      expect(files).toEqual(['tagwall.yaml'])
    } else {
      stored++
      expect(files).toEqual(['rules.txt', 'snapshots/public/2025-11-12.json', 'tagwall.lock.json', 'tagwall.yaml'])
      expect(brokenRules(JSON.parse(given))).toEqual([])
      expect(readFileSync(join(folder, 'rules.txt'), 'utf8')).not.toBe('')
    }
  })
  await fc.assert(property, { seed: SEED, numRuns: runs })
  console.log(`fuzz: ${runs} updates (seed ${SEED}): ${stored} stored, ${runs - stored} refused`)
})
