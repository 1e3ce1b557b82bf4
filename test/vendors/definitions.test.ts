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
import { expectOutcomes } from '../golden-page.ts'
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

const READ = {
  'values on one line': 'AZURE_A = 192.0.2.0/24 198.51.100.0/24 # both',
  'values on more lines': 'AZURE_A = 192.0.2.0/25 # one\n          192.0.2.128/25\n',
  'a plain address, and host bits': 'AZURE_A = 192.0.2.9 198.51.100.1/24',
  'tokens in tokens': 'AZURE_A = B\nB = 192.0.2.0/24 C\nC = 2001:db8::/32',
  'a circle': 'AZURE_A = B\nB = AZURE_A 192.0.2.0/24',
  'a token that does not exist': 'AZURE_A = B',
  'tokens of others': 'OTHER = 192.0.2.0/24',
  'services beside networks': 'AZURE_A = 192.0.2.0/24\nHTTPS = 443/tcp',
  'a service with its ports, in any order': 'AZURE_A = 192.0.2.0/24\nAZURE_tcp-80_8000-8080 = 8000-8080/tcp 80/tcp',
  'services with other ports, another protocol, or a token in place of a port':
    'AZURE_A = 192.0.2.0/24\nAZURE_tcp-443 = 443/tcp 80/tcp\nAZURE_udp-53 = 53/tcp\nAZURE_tcp-1 = 1/tcp OTHER\nAZURE_web = 80/tcp',
  'what is no name': 'A B = 192.0.2.0/24',
  nothing: '# a comment',
  'YAML of aerleon':
    'networks:\n  AZURE_A:\n    values:\n    - address: 192.0.2.0/24\n      comment: one\n    - name: B\n    - C\n  B: { values: [{ address: 198.51.100.9 }] }\n  C: { values: [{ address: "2001:db8::/32" }] }\nservices:\n  HTTPS: [{ protocol: tcp, port: 443 }]\n',
  'host names of aerleon': 'networks:\n  AZURE_A: { values: [{ fqdn: a.example }, { address: 192.0.2.0/24 }] }',
  'fields of aerleon that are not known': 'networks:\n  AZURE_A: { value: [] }\nterms: []',
}

test('an audit reads', async () => {
  await expectOutcomes('definitions.txt', READ, (text) => shown(text))
})

test('the prefix of tokens is an option', () => {
  expect(shown('ST-A = 192.0.2.0/24\nAZURE_B = 198.51.100.0/24', { prefix: 'ST-' })).toEqual(['A 192.0.2.0/24'])
})
