import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Vendor } from '../../src/model/vendor.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { readVendor } from '../../src/vendor/vendor.ts'
import { ROOT } from '../fixtures.ts'
import { FILES, tagwall } from './built.ts'
import { folderWith } from './harness.ts'

// The reader of a user's vendor is a program among those of tagwall. What it does by accident does not spoil a run: nothing mixes with the
// rules, and no run looks like a success with an empty file.

const POLICY = FILES['tagwall.yaml'].replace('vendor: list', 'vendor: mine')
const MANIFEST = { title: 'Mine', artefacts: [{ part: 'rules', template: 'rules.hbs' }] }
const TEMPLATE =
  '{{#each rules}}\n{{#each prefixes}}\n{{cidr}}\n{{/each}}\n{{#each service.ports}}\n{{text}}\n{{/each}}\n{{/each}}\n'
const VENDOR = { 'vendors/mine/vendor.json': JSON.stringify(MANIFEST), 'vendors/mine/rules.hbs': TEMPLATE }
const RULES = '20.40.2.0/24\n443\n'

/** A reader of these rules that is right, and does something else before it returns the reading, or while it is loaded. */
const doing = (accident: string, atLoad = '') => `${atLoad}
export const read = ([{ part, text }], { kit }) => {
  ${accident}
  const [cidr, port] = text.split('\\n')
  const remote = { addresses: kit.setOfTexts([cidr]), tags: [] }
  const ports = [{ first: Number(port), last: Number(port) }]
  const rule = { name: 'x', place: { part, line: 1 }, direction: 'outbound', action: 'allow', protocol: 'tcp', ports, coverage: 'whole', remote }
  return { rules: [rule], lists: [], notes: [] }
}
`

/** What the built program does with this reader. */
function emit(reader: string) {
  const folder = folderWith({
    ...FILES,
    'tagwall.yaml': POLICY,
    ...VENDOR,
    'vendors/mine/reader.js': reader,
  })
  const { status, stdout, stderr } = tagwall(
    folder,
    'emit plain --snapshot ServiceTags_Public_20251110.json --vendors vendors',
  )
  return { status, stdout, stderr: stderr.replace(/^warning: .*\n/gm, '') }
}

const AT = 'tagwall: the reader of mine'
const ENDED = `${AT} ended the program before it returned a result\n`
const PRINTS = `console.log('one'); process.stdout.write('two\\n'); console.error('three')`
const DIRECT = `import { stdout } from 'node:process'\nstdout.write('zero\\n')`

test.for<[what: string, reader: string, status: number, stdout: string, stderr: string]>([
  ['prints', doing(PRINTS, DIRECT), 0, RULES, 'zero\none\ntwo\nthree\n'],
  ['exits', doing('process.exit(0)'), 2, '', ENDED],
  ['exits with another code', doing('process.exit(1)'), 2, '', ENDED],
  ['never finishes to load', doing('', 'await new Promise(() => {})'), 2, '', ENDED],
  [
    'exits in a timer while it is loaded',
    doing('', 'setTimeout(() => process.exit(0)); await new Promise((done) => setTimeout(done, 100))'),
    2,
    '',
    ENDED,
  ],
  [
    'rejects what nobody awaits',
    doing('', 'Promise.reject(new Error("late")); await new Promise((done) => setTimeout(done, 100))'),
    2,
    '',
    `${AT} failed after it returned: Error: late (reader.js line 1)\n`,
  ],
  [
    'throws nothing in a timer',
    doing('', 'setTimeout(() => { throw undefined }); await new Promise((done) => setTimeout(done, 100))'),
    2,
    '',
    'tagwall: this is a bug in tagwall (undefined); please report the output of this command with TAGWALL_DEBUG=1\n',
  ],
])('a reader that %s', ([, reader, status, stdout, stderr]) => {
  expect(emit(reader)).toEqual({ status, stdout, stderr })
})

// The library may run in a program that prints results of its own.
test('what prints while no reader runs still goes to standard output', () => {
  const folder = folderWith({
    ...VENDOR,
    'vendors/mine/reader.js': doing('', DIRECT),
    'main.mjs': `import { build, parsePolicy } from ${JSON.stringify(join(ROOT, 'dist/library.js'))}
const policy = parsePolicy('rules: [{ name: A, prefixes: [192.0.2.0/24], direction: outbound, ports: [443], priority: 100 }]\\ntargets: [{ name: edge, vendor: mine, out: edge }]', 'p', 'p.yaml')
const document = { cloud: 'public', published: '2025-11-10', changeNumber: 1, source: 'none', sha256: '', tags: new Map() }
console.log('before')
await build(policy, document, { vendors: ['vendors'] })
console.log('after')`,
  })
  const { stdout, stderr } = spawnSync(process.execPath, ['main.mjs'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 100_000,
  })
  expect({ stdout, stderr }).toEqual({ stdout: 'before\nafter\n', stderr: 'zero\n' })
})

test('vendors that share a reader have each an instance of its own', async () => {
  const folder = folderWith({
    ...VENDOR,
    'vendors/mine/reader.js': `let runs = 0
export const read = ([{ part }]) => ({ rules: [], lists: [], notes: [{ place: { part, line: 1 }, text: '', reason: 'run ' + ++runs }] })`,
    'others/yours/vendor.json': JSON.stringify({ extends: 'mine' }),
  })
  const runOf = async (vendor: Vendor) => {
    const readers = await loadReader(vendor)
    const files = [{ part: 'rules', family: undefined, text: '' }]
    return readers?.read(files, { options: {}, purpose: 'prove', narrow: {}, kit: KIT }).notes[0]?.reason
  }
  const [mine, yours] = ['mine', 'yours'].map((name) =>
    readVendor(name, [join(folder, 'vendors'), join(folder, 'others')]),
  ) as [Vendor, Vendor]
  expect([await runOf(mine), await runOf(yours), await runOf(mine)]).toEqual(['run 1', 'run 1', 'run 2'])
})
