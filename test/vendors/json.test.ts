import { describe, expect, test } from 'vitest'
import { readingsFrom } from '../../src/model/device.ts'
import { loadedDevice, readersOf } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { device } from '../../vendors/json/reader.ts'
import { expectOutcomes } from '../golden-page.ts'
import { THOROUGH } from '../thorough.ts'
import { audit, edited, goldensOf, type Json, type Mutant, showNote, showRule, survivorsOf } from './json-harness.ts'

const { read } = readersOf(device)

const GOLDENS = goldensOf('json')

type Fields = Record<string, Json>

/** `1-2,80-90` as the file has it. */
const portsOf = (text: string) =>
  text.split(',').map((range) => {
    const [first, last] = range.split('-').map(Number) as [number, number]
    return { first, last }
  })

const rule = (fields: Fields = {}): Fields => ({
  ...{ name: 'R', direction: 'outbound', action: 'allow', protocol: 'tcp', ports: [{ first: 443, last: 443 }] },
  ...{ priority: 100, tags: ['Storage'], set: 'S', ...fields },
})
const set = (fields: Fields = {}): Fields => ({
  ...{ name: 'S', tags: ['Storage'], prefixes: { ipv4: ['192.0.2.0/25', '192.0.2.128/25'] }, ...fields },
})

/** Rules and notes as lines; each rule and set is on a line of its own: rules from 3, then sets. */
function shown(rules: readonly Json[], sets: readonly Json[], fields: Fields = {}): string[] {
  const lines = (items: readonly Json[]) => items.map((item) => JSON.stringify(item)).join(',\n')
  const head = JSON.stringify({ format: 'tagwall-ruleset-1', ...fields }).slice(0, -1)
  const reading = audit(read, `${head},\n"rules": [\n${lines(rules)}],\n"sets": [\n${lines(sets)}]}`)
  return [...reading.rules.map(showRule), ...reading.notes.map((note) => `! ${showNote(note)}`)]
}

const CASES: Readonly<Record<string, readonly [rules: Json[], sets: Json[]]>> = {
  'a rule and its set': [[rule()], [set()]],
  'rules by priority': [
    [rule({ name: 'B', priority: 20, action: 'deny' }), rule({ name: 'A', priority: 10, direction: 'inbound' })],
    [set()],
  ],
  ports: [[rule({ protocol: 'udp', ports: portsOf('1-2,80-90') })], [set()]],
  'ports that overlap': [[rule({ ports: portsOf('1-5,5-6') })], [set()]],
  'no ports': [[rule({ ports: [] })], [set()]],
  'ports of an unknown protocol': [[rule({ protocol: 'TCP' })], [set()]],
  'a missing set': [[rule({ set: 'T' })], [set()]],
  'a set twice': [[rule()], [set(), set()]],
  'an empty set, which is never any': [[rule()], [set({ prefixes: {} })]],
  'a prefix of the other family': [[rule()], [set({ prefixes: { ipv4: ['192.0.2.0/24'], ipv6: ['192.0.2.0/25'] } })]],
  'prefixes that are no list': [[rule()], [set({ prefixes: { ipv4: '192.0.2.0/24', ipv6: ['2001:db8::/32'] } })]],
  'prefixes that are no texts': [[rule()], [set({ prefixes: { ipv4: ['192.0.2.0/24', 'all', 7, ['::/0'], null] } })]],
  'host bits': [[rule()], [set({ prefixes: { ipv4: ['192.0.2.0/24', '192.0.2.1/24'] } })]],
  'a third family': [[rule()], [set({ prefixes: { ipv4: ['192.0.2.0/24'], any: ['*'] } })]],
  'a new field': [[rule({ log: true })], [set()]],
  'an unknown word': [[rule({ action: 'Allow' })], [set()]],
  'a priority twice': [[rule(), rule({ name: 'Q' })], [set()]],
  'no rules': [[], [set()]],
  'a rule that is none': [[7], [set()]],
}

describe('a ruleset with', () => {
  test('its mistakes', async () => {
    await expectOutcomes('json-rulesets.txt', CASES, ([rules, sets]) => shown(rules, sets))
  })

  test('another format', () => {
    expect(shown([rule()], [set()], { format: 'tagwall-ruleset-2' })).toEqual([
      '! 1 tagwall-ruleset-2 is not of the format tagwall-ruleset-1',
    ])
  })
})

test.for([
  ['', '1 the file is empty'],
  ['# comment', '1 # is not JSON'],
  ['[]', '1 the file is not an object'],
  ['{"changeNumber": 1}', '1 the file is not of the format tagwall-ruleset-1'],
])('a bad file is a note: %j', ([text, want]) => {
  expect(audit(read, text as string).notes.map(showNote)[0]).toBe(want)
})

/** What may stand in a field in its place. */
const OTHERS: Readonly<Record<string, readonly Json[]>> = {
  name: ['Other'],
  tags: ['Other'],
  format: ['tagwall-ruleset-2'],
  direction: ['inbound', 'outbound', 'Outbound', 'both'],
  action: ['deny', 'Allow'],
  protocol: ['udp', 'tcp', 'any'],
  first: [0, 1, 65535, 65536, -1],
  last: [65535, 65536, 444],
  set: ['none', 'Registry', 'Identity', 'Web to Storage', 'Probe'],
  priority: ['200', 1.5, -1],
  ipv4: ['0.0.0.0/0', '192.0.2.0/23', '192.0.2.1/24', '198.18.0.0/24', '*', 'any', '::/0', '192.0.2.1'],
  ipv6: ['::/0', '2001:db8::/31', '2001:db8::1/48', '2001:db8:eeee::/48', '192.0.2.0/24'],
}

const HARMLESS: readonly (readonly [test: (mutant: Mutant) => boolean, reason: string])[] = [
  [({ key }) => /^(policy|cloud|published|changeNumber)$/.test(key), 'where it comes from allows nothing'],
  [({ what }) => what.startsWith('reverse'), 'rules are tried by priority; sets, tags and prefixes have no order'],
  [({ key, what }) => key === 'priority' && what.startsWith('set 7'), 'all rules allow: their order does not matter'],
  [({ what }) => what.startsWith('set') && /rules\.\d+\.name$/.test(what), 'the name of a rule allows nothing'],
  [({ what, was }) => /^drop/.test(what) && /description/.test(what + was), 'a description allows nothing'],
  [({ was }) => was.startsWith('"198.51.100.0/30"'), 'another rule allows the same addresses on the same port'],
]

test('catches every edit of a golden file that could change what is allowed', () => {
  const { survivors, unused } = survivorsOf(read, GOLDENS, {
    others: OTHERS,
    own: ownMutants,
    most: 1,
    harmless: HARMLESS,
  })
  expect(survivors).toEqual([])
  if (THOROUGH) expect(unused).toEqual([])
})

function ownMutants(root: Json): Mutant[] {
  const more = (what: string, list: string, item: Fields): Mutant => {
    const text = JSON.stringify(edited(root, [list], (items) => [...(items as Json[]), item]))
    return { what, key: what, was: '', text }
  }
  const [first] = (root as { rules: Fields[] }).rules as [Fields]
  return [
    more('a deny before all rules', 'rules', { ...first, name: 'Deny', action: 'deny', priority: 1 }),
    more('a rule of another port', 'rules', {
      ...first,
      name: 'More',
      ports: [{ first: 22, last: 22 }],
      priority: 4000,
    }),
    more('a rule twice', 'rules', { ...first, priority: 4000 }),
    more('a set that no rule names', 'sets', set({ name: 'More' })),
  ]
}

test('a delta whose lists of names hold something else is noted', () => {
  const file = (part: string, text: string) => ({ part, family: undefined, text })
  const full = JSON.stringify({ format: 'tagwall-ruleset-1', rules: [rule()], sets: [set()] })
  const delta = '{"format": "tagwall-ruleset-delta-1",\n"removedRules": [5, "R"],\n"removedSets": [["S"]]}'
  const context = { options: {}, purpose: 'prove', narrow: {}, kit: KIT } as const
  const led = loadedDevice(device, [file('ruleset', full)], context)
  const last = [...readingsFrom(led, [file('delta', delta)], 'delta')].at(-1)
  expect(last?.notes.map(showNote)).toEqual(
    expect.arrayContaining([
      '2 removedRules has an entry other than a name',
      '3 removedSets has an entry other than a name',
    ]),
  )
})
