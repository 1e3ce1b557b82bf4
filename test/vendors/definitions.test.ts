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
  test.for([
    ['nothing', {}, 'AZURE_', 'AZURE_', ''],
    ['nothing of aerleon', { form: 'aerleon' }, 'AZURE_', 'AZURE_', ''],
    ['another address', {}, '192.0.2.64/26', '192.0.2.64/27', 'PROOF_FAILED'],
    ['another address of aerleon', { form: 'aerleon' }, '192.0.2.64/26', '192.0.2.64/27', 'PROOF_FAILED'],
    ['another name', {}, 'AZURE_Probe =', 'AZURE_Other =', 'PROOF_FAILED PROOF_FAILED'],
    ['another prefix', {}, 'AZURE_Probe =', 'Probe =', 'does not begin with AZURE_'],
    ['another port', {}, '443/tcp', '444/tcp', 'holds the ports of'],
    ['another protocol', {}, '443/tcp', '443/udp', 'holds the ports of'],
    ['another port of aerleon', { form: 'aerleon' }, 'port: 443', 'port: 444', 'holds the ports of'],
    ['a token that is there twice', {}, 'AZURE_Probe =', 'AZURE_Identity =', 'is a token that is defined twice'],
    ['a token without values', {}, 'AZURE_Probe =', 'AZURE_X =\nAZURE_Probe =', 'is a token without values'],
    ['host bits', {}, '192.0.2.64/26', '192.0.2.65/26', 'is not a CIDR'],
    ['a token in a token', {}, '192.0.2.64/26', 'AZURE_Identity', 'is not a CIDR'],
    ['a value before any token', {}, '\nAZURE_', '\n10.0.0.0/8\nAZURE_', 'comes before the first token'],
    ['ports among networks', {}, 'AZURE_Probe =', 'AZURE_tcp-1 =\n  1/tcp\nAZURE_Probe =', 'is not one of networks'],
  ] as const)('refuses %s', ([, setting, from, to, want]) => {
    const problems = problemsOf(setting, from, to)
    if (want === '' || want.startsWith('PROOF')) expect(problems).toBe(want)
    else expect(problems).toContain(want)
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

test.for<[what: string, text: string, want: string[]]>([
  ['values on one line', 'AZURE_A = 192.0.2.0/24 198.51.100.0/24 # both', ['A 192.0.2.0/24 198.51.100.0/24']],
  ['values on more lines', 'AZURE_A = 192.0.2.0/25 # one\n          192.0.2.128/25\n', ['A 192.0.2.0/24']],
  ['a plain address, and host bits', 'AZURE_A = 192.0.2.9 198.51.100.1/24', ['A 192.0.2.9/32 198.51.100.0/24']],
  ['tokens in tokens', 'AZURE_A = B\nB = 192.0.2.0/24 C\nC = 2001:db8::/32', ['A 192.0.2.0/24 2001:db8::/32']],
  ['a circle', 'AZURE_A = B\nB = AZURE_A 192.0.2.0/24', ['A 192.0.2.0/24', '! 1 AZURE_A leads back to itself']],
  ['a token that does not exist', 'AZURE_A = B', ['A ', '! 1 B is neither a CIDR nor a token of this file']],
  ['tokens of others', 'OTHER = 192.0.2.0/24', ['! 1 OTHER and all others do not begin with AZURE_']],
  ['services beside networks', 'AZURE_A = 192.0.2.0/24\nHTTPS = 443/tcp', ['A 192.0.2.0/24']],
  [
    'a service with its ports, in any order',
    'AZURE_A = 192.0.2.0/24\nAZURE_tcp-80_8000-8080 = 8000-8080/tcp 80/tcp',
    ['A 192.0.2.0/24'],
  ],
  [
    'services with other ports, another protocol, or a token in place of a port',
    'AZURE_A = 192.0.2.0/24\nAZURE_tcp-443 = 443/tcp 80/tcp\nAZURE_udp-53 = 53/tcp\nAZURE_tcp-1 = 1/tcp OTHER\nAZURE_web = 80/tcp',
    [
      'A 192.0.2.0/24',
      '! 2 AZURE_tcp-443 holds other ports than its name says: 443/tcp 80/tcp',
      '! 3 AZURE_udp-53 holds other ports than its name says: 53/tcp',
      '! 4 AZURE_tcp-1 holds other ports than its name says: 1/tcp OTHER',
    ],
  ],
  [
    'what is no name',
    'A B = 192.0.2.0/24',
    ['! 1 A B = 192.0.2.0/24 is not understood', '! 1 the file has no definitions'],
  ],
  ['nothing', '# a comment', ['! 1 the file has no definitions']],
  [
    'YAML of aerleon',
    'networks:\n  AZURE_A:\n    values:\n    - address: 192.0.2.0/24\n      comment: one\n    - name: B\n    - C\n  B: { values: [{ address: 198.51.100.9 }] }\n  C: { values: [{ address: "2001:db8::/32" }] }\nservices:\n  HTTPS: [{ protocol: tcp, port: 443 }]\n',
    ['A 192.0.2.0/24 198.51.100.9/32 2001:db8::/32'],
  ],
  [
    'host names of aerleon',
    'networks:\n  AZURE_A: { values: [{ fqdn: a.example }, { address: 192.0.2.0/24 }] }',
    ['A 192.0.2.0/24', '! 2 AZURE_A has an unknown value'],
  ],
  [
    'fields of aerleon that are not known',
    'networks:\n  AZURE_A: { value: [] }\nterms: []',
    [
      'A ',
      '! 3 terms is not understood',
      '! 2 AZURE_A has an unknown field',
      '! 2 AZURE_A has no list of values',
      '! 2 AZURE_A is a token without values',
    ],
  ],
])('an audit reads %s', ([, text, want]) => {
  expect(shown(text).toSorted()).toEqual(want.toSorted())
})

test('the prefix of tokens is an option', () => {
  expect(shown('ST-A = 192.0.2.0/24\nAZURE_B = 198.51.100.0/24', { prefix: 'ST-' })).toEqual(['A 192.0.2.0/24'])
})
