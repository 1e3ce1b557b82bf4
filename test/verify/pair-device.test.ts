import { expect, test } from 'vitest'
import { explain } from '../../src/finding/finding.ts'
import { type Device, loadWhole, readingsFrom } from '../../src/model/device.ts'
import type { FoundRule, Reading } from '../../src/model/reading.ts'
import { proveCleanup } from '../../src/verify/leftovers.ts'
import { LoadedFiles, PairDevice } from '../../src/verify/loaded-files.ts'
import { proveDelta } from '../../src/verify/prove-delta.ts'
import { readingOf, rulesetOf } from '../audit/notation.ts'
import { deviceOf, fileOf } from './small-device.ts'

/** A small device under one value of an option: it leaves out rules whose names begin with another one. `isPlain`: its notes do not say why. */
function under(zone: string, isPlain = false): Device {
  const device = deviceOf()
  return {
    ...device,
    reading: () => {
      const { rules: all, lists, notes } = device.reading()
      const names = device.items().map(({ name }) => name)
      const rules = all.map((rule, index): FoundRule => ({ ...rule, name: names[index] ?? '' }))
      const isOther = ({ name }: FoundRule) => !name.startsWith(zone)
      const others = rules.filter(isOther).map(({ place, name: text }) => {
        return { place, text, reason: 'is in another zone', ...(!isPlain && { isByOptions: true }) }
      })
      return { rules: rules.filter((rule) => !isOther(rule)), lists, notes: [...notes, ...others] }
    },
  }
}

const [WEB, SHUT] = ['allow out tcp 443 192.0.2.0/24', 'deny out tcp 443 192.0.2.0/25']
const [OPEN, SHUTS] = [rulesetOf('Web out tcp 443 192.0.2.0/24'), rulesetOf('Web out tcp 443 192.0.2.128/25')]
const [OLD, NEW] = [`LanWeb = ${WEB}`, `DmzWeb = ${WEB}`]
const [LANSHUT, DMZSHUT] = [`LanShut = ${SHUT}`, `DmzShut = ${SHUT}`]

function proofOf(start: string, commands: string, ruleset = OPEN, isPlain = false): string {
  const device = new PairDevice(under('Lan', isPlain), under('Dmz', isPlain))
  loadWhole(device, fileOf(start))
  const expectation = { target: 't', before: ruleset, after: ruleset, by: 'addresses' as const }
  const { proof, findings } = proveDelta(expectation, readingsFrom(device, fileOf(commands), 'delta'))
  return proof ? `${proof.commands} commands` : findings.map((finding) => explain(finding)).join('; ')
}

test.for<[what: string, start: string, commands: string, want: RegExp, ruleset?: typeof OPEN]>([
  ['adds the newer rule before the older one goes', OLD, `${NEW}; no LanWeb`, /^2 commands$/],
  ['removes the older rule first', OLD, `no LanWeb; ${NEW}`, /after command 1 .*refused, although both/],
  ['leaves the older rule', OLD, NEW, /^1 commands$/],
  ['has a rule of neither', OLD, `WanWeb = ${WEB}; ${NEW}; no WanWeb; no LanWeb`, /WanWeb|in another zone/],
  ['does something else wrong', OLD, `frobnicate; ${NEW}; no LanWeb`, /is not understood/],
  [
    'takes both rules of a denial, the last first',
    `${LANSHUT}; ${OLD}`,
    `${DMZSHUT}; ${NEW}; no LanWeb; no LanShut`,
    /^4 commands$/,
    SHUTS,
  ],
  [
    'takes the older denial first, which opens the older zone',
    `${LANSHUT}; ${OLD}`,
    `${DMZSHUT}; ${NEW}; no LanShut; no LanWeb`,
    /after command 3 .*allowed/,
    SHUTS,
  ],
  [
    'opens the newer zone before its denial',
    `${LANSHUT}; ${OLD}`,
    `${NEW}; ${DMZSHUT}; no LanWeb; no LanShut`,
    /after command 1 .*allowed/,
    SHUTS,
  ],
])('a delta that %s', ([, start, commands, want, ruleset]) => {
  expect(proofOf(start, commands, ruleset)).toMatch(want)
})

test.for<[commands: string, want: RegExp]>([
  ['no LanWeb; no LanShut', /^2 commands$/],
  ['no LanShut; no LanWeb', /after command 1 .*allowed/],
])('after a load under newer options, commands are proved for rules of both: %s', ([commands, want]) => {
  const loaded = (text: string) => new LoadedFiles(fileOf(text), () => new PairDevice(under('Lan'), under('Dmz')))
  const reload = { before: loaded(`${LANSHUT}; ${OLD}`), after: loaded(`${DMZSHUT}; ${NEW}`) }
  const expectation = { target: 't', ruleset: SHUTS, by: 'addresses' as const }
  const { proof, findings } = proveCleanup(expectation, reload, fileOf(commands), 'delta')
  expect(proof ? `${proof.commands} commands` : findings.map(explain).join('; ')).toMatch(want)
})

test('a note that does not say that only options are against it stays', () => {
  expect(proofOf(OLD, `${NEW}; no LanWeb`, OPEN, true)).toMatch(/is in another zone/)
})

test('items that only the older model knows are items of the device', () => {
  const device = new PairDevice(deviceOf(), deviceOf())
  loadWhole(device, fileOf(OLD))
  expect(device.items().map(({ name }) => name)).toEqual(['LanWeb'])
  const [older, newer] = [deviceOf(), deviceOf()]
  loadWhole(older, fileOf(OLD))
  expect(new PairDevice(older, newer).items().map(({ name }) => name)).toEqual(['LanWeb'])
})

/** A device that takes so many commands and always reads the same. */
const fixed = (reading: Reading, commands = 0): Device => ({
  load: () => Array.from({ length: commands }),
  reading: () => reading,
  items: () => [],
})

const pairOf = (older: Reading, newer: Reading) => new PairDevice(fixed(older), fixed(newer)).reading()
const note = (text: string, isByOptions?: true) => ({ place: { part: 'conf', line: 1 }, text, reason: '', isByOptions })

test.for<[older: number, newer: number, want: string[]]>([
  [2, 2, []],
  [2, 3, ['a command']],
  [3, 2, ['a command']],
])('%s commands of the older model are as many of the newer one: %s', ([older, newer, want]) => {
  const device = new PairDevice(fixed(readingOf(), older), fixed(readingOf(), newer))
  loadWhole(device, [])
  expect(device.reading().notes.map(({ text }) => text)).toEqual(want)
})

test('the reading is that of a model that understands everything, whatever the other one reads', () => {
  const [clear, unclear] = [readingOf(WEB), { ...readingOf(SHUT), notes: [note('x')] }]
  expect(pairOf(unclear, clear)).toBe(clear)
  expect(pairOf(clear, unclear)).toBe(clear)
  expect(pairOf(readingOf(SHUT), clear)).toBe(clear)
})

test('a line that one model leaves out because of its options stays a note if the other one does not understand it', () => {
  const textsOf = (older: Reading['notes'], newer: Reading['notes']) =>
    pairOf({ ...readingOf(), notes: older }, { ...readingOf(), notes: newer }).notes.map(({ text }) => text)
  expect(textsOf([note('a', true)], [note('a'), note('b', true)])).toEqual(['a'])
  expect(textsOf([note('a'), note('b', true)], [note('b', true)])).toEqual(['b', 'a', 'b'])
})

const BOTH = 'allow out tcp 443 local=10.0.0.0/24 192.0.2.0/24 Both'

test.for<[what: string, line: string, changes: Partial<FoundRule>, isSame: boolean]>([
  ['the same rule', BOTH, {}, true],
  ['another name', BOTH, { name: 'Other' }, false],
  ['another file', BOTH, { place: { part: 'other', line: 2 } }, false],
  ['another line', BOTH, { place: { part: 'conf', line: 3 } }, false],
  ['other addresses', BOTH.replace('192.0.2.0/24', '192.0.2.0/25'), {}, false],
  ['other local addresses', BOTH.replace('10.0.0.0/24', '10.0.0.0/25'), {}, false],
  ['another action', BOTH, { action: 'deny' }, false],
])(
  'in between, rules are those of the newer model, and of the older one all others: %s',
  ([, line, changes, isSame]) => {
    const [web, both] = readingOf(WEB, line).rules as [FoundRule, FoundRule]
    const older = { ...readingOf(), rules: [web, { ...both, ...changes }], notes: [note('a', true)] }
    const newer = { ...readingOf(SHUT, BOTH), notes: [note('b', true)] }
    const { rules, others } = pairOf(older, newer)
    expect(rules).toEqual(newer.rules)
    expect(others).toEqual(isSame ? [web] : older.rules)
  },
)
