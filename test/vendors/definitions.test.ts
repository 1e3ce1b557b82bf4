import { describe, expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { SHIPPED } from '../../src/paths.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { prove } from '../../src/verify/prove.ts'
import { read } from '../../vendors/definitions/reader.ts'
import { DOCUMENT, PUBLISHED } from '../conformance/golden.ts'
import { ROOT, rulesetOf } from '../fixtures.ts'
import { expectEach, expectOutcomes } from '../golden-page.ts'
import { showNote } from './json-harness.ts'

const VENDOR = readVendor('definitions', [SHIPPED.vendors])
const ruleset = rulesetOf(`${ROOT}/policies/conformance/several.yaml`, 'several', DOCUMENT, PUBLISHED)

/** What is wrong with the files of a policy, after one of them was changed. */
function problemsOf(setting: Record<string, unknown>, from: string, to: string): string {
  const options = resolveOptions(VENDOR, setting, 'test')
  const { files } = renderAll(ruleset, { target: 'test', vendor: VENDOR, options, family: undefined })
  expect(files.some(({ text }) => text.includes(from))).toBe(true)
  const changed = files.map(({ part, text }) => ({ part, family: undefined, text: text.replace(from, to) }))
  const reading = read(changed, { options, purpose: 'prove', narrow: {}, kit: KIT })
  const { findings } = prove({ target: 'test', ruleset, by: 'addresses' }, reading)
  return reading.notes.length > 0 ? reading.notes.map(showNote).join('\n') : findings.map(({ code }) => code).join(' ')
}

describe('proving', () => {
  const EDITS: Readonly<Record<string, readonly [setting: object, from: string, to: string]>> = {
    nothing: [{}, 'AZURE_', 'AZURE_'],
    'nothing of aerleon': [{ form: 'aerleon' }, 'AZURE_', 'AZURE_'],
    'another address': [{}, '192.0.2.64/26', '192.0.2.64/27'],
    'another address of aerleon': [{ form: 'aerleon' }, '192.0.2.64/26', '192.0.2.64/27'],
    'another name': [{}, 'AZURE_Probe =', 'AZURE_Other ='],
    'another prefix': [{}, 'AZURE_Probe =', 'Probe ='],
    'another port': [{}, '443/tcp', '444/tcp'],
    'another protocol': [{}, '443/tcp', '443/udp'],
    'another port of aerleon': [{ form: 'aerleon' }, 'port: 443', 'port: 444'],
    'a token that is there twice': [{}, 'AZURE_Probe =', 'AZURE_Identity ='],
    'a token without values': [{}, 'AZURE_Probe =', 'AZURE_X =\nAZURE_Probe ='],
    'host bits': [{}, '192.0.2.64/26', '192.0.2.65/26'],
    'a token in a token': [{}, '192.0.2.64/26', 'AZURE_Identity'],
    'a value before any token': [{}, '\nAZURE_', '\n10.0.0.0/8\nAZURE_'],
    'ports among networks': [{}, 'AZURE_Probe =', 'AZURE_tcp-1 =\n  1/tcp\nAZURE_Probe ='],
  }
  test('refuses', async () => {
    await expectOutcomes('definitions-refused.txt', EDITS, ([setting, from, to]) =>
      problemsOf({ ...setting }, from, to),
    )
  })
})

/** Lists and notes of an audit, as lines. */
function shown(text: string, setting = {}): string[] {
  const options = resolveOptions(VENDOR, setting, 'test')
  const files = [{ part: 'file', family: undefined, text }]
  const { lists, notes } = read(files, { options, purpose: 'audit', narrow: {}, kit: KIT })
  return [
    ...lists.map(({ name, addresses }) => `${name} ${addresses.prefixes.map(formatPrefix).join(' ')}`),
    ...notes.map((note) => `! ${showNote(note)}`),
  ]
}

test('an audit reads', async () => {
  await expectEach('definitions.txt', (text) => shown(text))
})

test('the prefix of tokens is an option', () => {
  expect(shown('ST-A = 192.0.2.0/24\nAZURE_B = 198.51.100.0/24', { prefix: 'ST-' })).toEqual(['A 192.0.2.0/24'])
})
