import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { type Crossing, Unpacker } from '../../src/vendor/crossing.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { isolatedReaders } from '../../src/vendor/reader.ts'
import { ROOT } from '../fixtures.ts'
import { contentsOf, DOCUMENT, folderWith, tagwall } from './harness.ts'

// The reader of a user's vendor cannot reach the values of another reader or of the program. If it misbehaves, its name is told and nothing
// is written, wherever it stands in the build.

const NAME = 'ServiceTags_Public_20251110.json'
const POLICY = (vendors: readonly string[]) => `rules:
  - { name: Login, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 150 }
targets:
${vendors.map((vendor) => `  - { name: ${vendor}, vendor: ${vendor}, out: rules/${vendor}.txt }\n`).join('')}`

/** A vendor `rogue` with the rules of the vendor `json`, read by this reader. */
const rogue = (reader: string) => ({
  'mine/rogue/vendor.json': JSON.stringify({
    title: 'Rogue',
    artefacts: [{ part: 'rules', template: 'rules.hbs' }],
  }),
  'mine/rogue/rules.hbs':
    '{{#each rules}}\n{{#each prefixes}}\n{{cidr}}\n{{/each}}\n{{#each service.ports}}\n{{text}}\n{{/each}}\n{{/each}}\n',
  'mine/rogue/reader.js': reader,
})

/** A reader of these files that is right, and does something else before it returns the reading. */
const doing = (attack: string) => `
export const read = ([{ part, text }], { kit }) => {
  const lines = text.trim().split('\\n')
  const remote = { addresses: kit.setOfTexts(lines.slice(0, -1)), tags: [] }
  const port = Number(lines.at(-1))
  const rule = {
    name: 'x', place: { part, line: 1 }, direction: 'outbound', action: 'allow', protocol: 'tcp',
    ports: [{ first: port, last: port }], coverage: 'whole', remote,
  }
  const reading = { rules: [rule], lists: [], notes: [] }
  ${attack}
  return reading
}
`

/** MikroTik without ports: every TCP port is open. The proof must refuse it, also beside any other reader. */
const PORTLESS = {
  'mine/portless/vendor.json': JSON.stringify({ extends: 'mikrotik' }),
  'mine/portless/_rule.hbs': readFileSync(join(ROOT, 'vendors/mikrotik/_rule.hbs'), 'utf8').replace(
    /\{\{#if service\.hasPorts\}\}.*?\{\{\/each\}\}\{\{\/if\}\}/,
    '',
  ),
}

beforeEach(() => vi.stubEnv('TAGWALL_READER_SECONDS', '5'))
afterEach(() => vi.unstubAllEnvs())

const build = async (vendors: readonly string[], files: Readonly<Record<string, string>>) => {
  const folder = folderWith({ 'tagwall.yaml': POLICY(vendors), [NAME]: DOCUMENT, ...files })
  const before = contentsOf(folder)
  const argv = ['build', '--snapshot', NAME, '--vendors', 'mine', '--require-proof']
  const { code, err } = await tagwall(folder, argv)
  return {
    code,
    err: err.replace(/^(?:note|warning): .*\n/gm, ''),
    isWritten: JSON.stringify(before) !== JSON.stringify(contentsOf(folder)),
  }
}

test('a reader that is right is proved', async () => {
  expect(await build(['rogue'], rogue(doing('')))).toMatchObject({ code: 0, isWritten: true })
})

test.for(['abc', '', '0', '-1', '1.5', '1e9', '100000'])('a wait of %j seconds is refused', async (seconds) => {
  vi.stubEnv('TAGWALL_READER_SECONDS', seconds)
  expect(await build(['rogue'], rogue(doing('')))).toEqual({
    code: 2,
    err: `tagwall: TAGWALL_READER_SECONDS is "${seconds}"; expected a whole number from 1 to 99999\n`,
    isWritten: false,
  })
})

// What it does stays in its own thread: its files are proved, or it fails, but the wrong files of its neighbor are never proved.
test.for([
  'kit.everyPort[0].last = 443',
  'Object.defineProperty(kit.everyPort[0], "last", { value: 443 })',
  'Object.getPrototypeOf(kit.empty).equals = () => true',
  'Object.getPrototypeOf(kit.empty).subtract = () => kit.empty',
  'Array.prototype.every = () => true',
  'Array.prototype.some = () => false',
  'Array.prototype.filter = () => []',
  'Array.prototype.flatMap = () => []',
  'Array.prototype[Symbol.iterator] = function* () {}',
  'Map.prototype.get = () => undefined',
  'Object.entries = () => []',
  'JSON.stringify = () => ""',
  'Set.prototype.has = () => true',
  'RegExp.prototype.test = () => true',
  'Object.prototype.findings = []',
  'globalThis.structuredClone = () => ({})',
  'process.exitCode = 0',
  'process.env.TAGWALL_READER_SECONDS = "1"',
])('beside a reader with %s, a wrong file of another vendor is not proved', async (attack) => {
  for (const order of [
    ['rogue', 'portless'],
    ['portless', 'rogue'],
  ]) {
    const files = { ...rogue(doing(`try { ${attack} } catch {}`)), ...PORTLESS }
    const { code, err, isWritten } = await build(order, files)
    expect({ code, isWritten }).toEqual({ code: 2, isWritten: false })
    expect(err).toMatch(
      /^tagwall: the reader of rogue|^ {2}target "portless": the rendered file does not match the policy/m,
    )
  }
  expect((await build(['portless'], PORTLESS)).code).toBe(2)
})

const LONG = 'x'.repeat(299 - 'Error: '.length)
const AT = 'tagwall: the reader of rogue'
const EXITED = `${AT} ended its thread (process.exit); a reader must return its result\n`
const ENDLESS = `${AT} did not answer within 1 second: it has an endless loop or needs more than 2 GiB of memory; TAGWALL_READER_SECONDS=N waits longer\n`
const PROXY = `${AT} returned a Proxy; expected plain objects and lists\n`

test.for<[what: string, reader: string, err: string, seconds?: '1']>([
  ['an exit', doing('process.exit(0)'), EXITED],
  ['an exit while it is loaded', 'process.exit(0)', EXITED],
  ['an exit without handlers', doing('process.reallyExit(0)'), ENDLESS, '1'],
  ['an endless loop', doing('for (;;);'), ENDLESS, '1'],
  ['an endless loop while it is loaded', 'for (;;);', ENDLESS, '1'],
  ['an endless wait while it is loaded', 'await new Promise((done) => setTimeout(done, 1e9))', ENDLESS, '1'],
  ['more memory than there is', doing('for (const all = []; ; ) all.push(new Array(1e6).fill({}))'), ENDLESS, '1'],
  [
    'a list that is a Proxy',
    doing('reading.rules = new Proxy([], { get: (list, key) => (key === "length" ? 1e9 : list[key]) })'),
    PROXY,
  ],
  ['a rule that is a Proxy', doing('reading.rules[0] = new Proxy(rule, {})'), PROXY],
  ['a reading that is a Proxy', doing('return new Proxy(reading, {})'), PROXY],
  [
    'a list without an end',
    doing('reading.rules = new Array(1e9)'),
    `${AT} returned more than 2,000,000 values; expected { rules, lists, notes } of its files\n`,
  ],
  [
    'a message of a megabyte',
    doing('throw new Error("x".repeat(1e6))'),
    `${AT} failed: Error: ${LONG}… (reader.js line 11); TAGWALL_DEBUG=1 shows where\n`,
  ],
  [
    'a name of a megabyte',
    doing('rule.name = "x".repeat(1e6); rule.action = "permit"'),
    `${AT}: rule 1 "${'x'.repeat(58)}…: action "permit" is not allow or deny\n`,
  ],
  [
    'a field of a megabyte',
    doing('rule["x".repeat(1e6)] = 1'),
    `${AT}: rule 1 "x": unknown field "${'x'.repeat(59)}…"; expected name, place, action, direction, protocol, ports, remote, local, coverage, isPartByZone or members\n`,
  ],
  ['an exit before it is called again', doing('process.nextTick(() => process.exit(0))'), ''],
  ['a rejected promise', doing('Promise.reject(new Error("late")); return reading'), ''],
  ['an error in a timer', doing('setTimeout(() => { throw new Error("late") })'), ''],
])('%s in a reader ends with its name, and nothing is written', async ([, reader, message, seconds = '5']) => {
  vi.stubEnv('TAGWALL_READER_SECONDS', seconds)
  // Each wait for a thread costs its second, and how the thread ends does not depend on the neighbor.
  const orders = seconds === '1' ? ['nsg rogue'] : ['rogue nsg', 'nsg rogue']
  for (const order of orders) {
    const { code, err, isWritten } = await build(order.split(' '), rogue(reader))
    if (message === '') expect(code).toBe(0)
    else expect({ code, err, isWritten }).toEqual({ code: 2, err: message, isWritten: false })
  }
})

test('a set that a command did not touch stays the same object', async () => {
  const reader = `export const device = ({ kit, options, remotes }) => {
    const [first, set] = ['192.0.2.0/24', '2001:db8::/32'].map((text) => kit.setOfTexts([text]))
    let sets = [first, set, remotes]
    const rule = (addresses) => ({ name: 'x', place: { part: 'a', line: 1 }, direction: 'outbound', action: 'allow', protocol: 'any',
      ports: [{ first: 0, last: 65535 }], coverage: 'whole', remote: { addresses, tags: [] } })
    return {
      *load() { sets = [kit.empty, ...sets]; yield },
      reading: () => ({ rules: sets.map(rule), lists: [], notes: [] }),
      items: () => [],
    }
  }`
  const folder = folderWith({ 'one/reader.js': reader })
  const { device, follow } = await isolatedReaders({ name: 'one', narrows: [] }, `${folder}/one`)
  const remotes = PrefixSet.of([{ family: 'ipv6', address: 1n, length: 128 }])
  const model = device({ options: {}, purpose: 'audit', narrow: {}, kit: KIT, remotes })
  const files = [{ part: 'a', family: undefined, text: '' }]
  const setsOf = () => {
    for (const _ of model.load(files, 'full'));
    return model.reading().rules.map(({ remote }) => remote.addresses)
  }
  const [before, after] = [setsOf(), setsOf()]
  expect(after.map(({ texts }) => texts.join())).toEqual(['', '', '192.0.2.0/24', '2001:db8::/32', '::1/128'])
  // The new set is equal to an old one, and the reader has one object for both.
  expect(after.map((set) => before.indexOf(set))).toEqual([0, 0, 1, 2, 3])
  expect(follow).toBeDefined()
})

const packed = (ipv4: readonly number[] = [], ipv6: readonly number[] = []) => ({
  ipv4: new Uint32Array(ipv4),
  ipv6: new Uint32Array(ipv6),
})

const unpacked = (ipv4: Uint32Array) =>
  new Unpacker().unpack({ value: { set: 0 }, sets: [{ ...packed(), ipv4 }] }) as PrefixSet

test('a set that crosses is canonical, and nothing that the other thread shares changes it', () => {
  expect(PrefixSet.pack(unpacked(packed([5, 9, 1, 2, 3, 4]).ipv4))).toEqual(packed([1, 9]))
  const shared = new Uint32Array(new SharedArrayBuffer(16))
  shared.set([1, 4, 8, 9])
  const set = unpacked(shared)
  shared.fill(0)
  expect(PrefixSet.pack(set)).toEqual(packed([1, 4, 8, 9]))
})

test.for<[what: string, crossing: unknown]>([
  ['a place without a set', { value: { set: 0 }, sets: [] }],
  ['a place of an earlier set that is not there', { value: { set: 0 }, sets: [1] }],
  ['a range upside down', { value: { set: 0 }, sets: [packed([2, 1])] }],
  ['a range of IPv6 upside down', { value: { set: 0 }, sets: [packed([], [0, 0, 0, 2, 0, 0, 0, 1])] }],
  ['half a range', { value: { set: 0 }, sets: [packed([1])] }],
  ['a part of an IPv6 address', { value: { set: 0 }, sets: [packed([], [0, 0, 0, 1, 0, 0])] }],
  ['numbers of another kind', { value: { set: 0 }, sets: [{ ...packed(), ipv4: new Float64Array([0.5, -1]) }] }],
  ['a list of numbers', { value: { set: 0 }, sets: [{ ...packed(), ipv4: [1, 2] }] }],
  ['a set of one family', { value: { set: 0 }, sets: [{ ipv4: packed().ipv4 }] }],
])('%s does not cross', ([, crossing]) => {
  expect(() => new Unpacker().unpack(crossing as Crossing)).toThrow(RangeError)
})
