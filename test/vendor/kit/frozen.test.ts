import { expect, test } from 'vitest'
import type { Reading } from '../../../src/model/reading.ts'
import type { ReaderKit } from '../../../src/reader.ts'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import { prove } from '../../../src/verify/prove.ts'
import { rulesetOf } from '../../audit/notation.ts'

// Readers share the kit. What one of them does to it must not change the proof of another vendor.

const ATTACKS = [
  // Constants.
  'kit.everyPort[0].last = 443',
  'kit.everyPort[0] = { first: 443, last: 443 }',
  'kit.everyPort.pop()',
  'kit.services.https = 1',
  'kit.protocols.tcp = 17',
  'kit.everything().prefixes[0].length = 1',
  'kit.everything().prefixes.pop()',
  'kit.everything("ipv4").prefixes[0].address = 1n',
  'kit.everything("ipv6").texts[0] = "::1/128"',
  'kit.empty.prefixes.push(kit.parsePrefix("0.0.0.0/0"))',
  'Object.defineProperty(kit.everything(), "equals", { value: () => true })',
  'Object.defineProperty(kit.empty, "isEmpty", { value: false })',
  'kit.everything().ipv4 = kit.empty.ipv4',
  // Functions.
  'kit.prefixOrReason = () => kit.parsePrefix("0.0.0.0/0")',
  'delete kit.notes',
  'kit.everything.call = () => kit.empty',
  // Classes of values that readers hold.
  'Object.getPrototypeOf(kit.empty).equals = () => true',
  'Object.getPrototypeOf(kit.empty).subtract = () => kit.empty',
  'Object.defineProperty(Object.getPrototypeOf(kit.empty), "isEmpty", { get: () => true })',
  'kit.empty.constructor.union = () => kit.empty',
  'kit.empty.constructor.empty = kit.everything()',
  'Object.getPrototypeOf(kit.notes()).add = () => {}',
  'Object.getPrototypeOf(kit.words([])).rest = () => []',
  'Object.getPrototypeOf(kit.resolver(() => 1)).of = () => 1',
  'Object.getPrototypeOf(kit.memberUnion()).of = () => kit.empty',
  'Object.getPrototypeOf(kit.groupReader({ join: () => [] })).of = () => ({ found: kit.empty, faults: [] })',
]

const RULESET = rulesetOf('Web out tcp 443 192.0.2.0/24')

/** A reader of another vendor, of a file with every port open to half of the addresses, and a line that is not understood. */
function victim(kit: ReaderKit): Reading {
  const place = { part: 'rules', line: 1 }
  const notes = kit.notes()
  notes.add(place, kit.words(['odd', 'line']).rest().join(' '), 'is not understood')
  const addresses = kit.union([kit.setOfTexts(['192.0.2.0/25']) ?? kit.empty, kit.empty])
  const rule = {
    name: 'Web',
    place,
    direction: 'outbound',
    action: 'allow',
    protocol: 'tcp',
    coverage: 'whole',
  } as const
  return {
    rules: [{ ...rule, ports: kit.everyPort, remote: { addresses, tags: [] } }],
    lists: [],
    notes: notes.all,
  }
}

/** What a proof finds. A note ends a proof, so it also runs without the notes. */
const findingsOf = (reading: Reading) =>
  [reading, { ...reading, notes: [] }].flatMap(
    (one) => prove({ target: 't', ruleset: RULESET, by: 'addresses' }, one).findings,
  )

test.for(ATTACKS)('the kit refuses %s', (attack) => {
  const before = findingsOf(victim(KIT))
  expect(before.map(({ code }) => code)).toEqual(['NOT_UNDERSTOOD', 'PROOF_FAILED', 'PROOF_FAILED', 'PROOF_FAILED'])
  expect(() => new Function('kit', `'use strict'\n${attack}`)(KIT)).toThrow(TypeError)
  expect(findingsOf(victim(KIT))).toEqual(before)
})
