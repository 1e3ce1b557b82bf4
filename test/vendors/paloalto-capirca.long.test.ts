import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { XMLParser } from 'fast-xml-parser'
import { expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { prove } from '../../src/verify/prove.ts'
import { device } from '../../vendors/paloalto/reader.ts'
import { folderWith } from '../cli/harness.ts'
import { ROOT, rulesetOf } from '../fixtures.ts'

const { read } = readersOf(device)

// What capirca (Debian's python3-capirca), which nobody here wrote, generates for the same addresses: our XML has no
// element in a place where it has none, and our reader reads its XML as the same policy.

const HAS_CAPIRCA = existsSync('/usr/bin/aclgen')
const WHY_NOT = HAS_CAPIRCA ? '' : ' (skipped: it needs the Debian package python3-capirca)'

/** Elements that capirca has no use for, with where PAN-OS documents them. */
const OURS = ['rules/entry/log-end', 'rules/entry/description']

const vendor = readVendor('paloalto', [SHIPPED.vendors])
const optionsOf = (setting: object) => resolveOptions(vendor, { form: 'xml', ...setting }, 'case')

/** capirca's XML of a ruleset of outbound rules, from trust to untrust. */
function capircaOf(ruleset: Ruleset): string {
  const { rules } = ruleset
  const networks = rules.map(
    ({ set }, index) => `FAR${index} = ${set.prefixes.prefixes.map(formatPrefix).join('\n  ')}\n`,
  )
  const services = rules.map(
    ({ ports, protocol }, index) =>
      `PORTS${index} = ${ports.map(({ first, last }) => `${first === last ? first : `${first}-${last}`}/${protocol}`).join('\n  ')}\n`,
  )
  const terms = rules.map(
    ({ protocol }, index) =>
      `term rule-${index} {\n  destination-address:: FAR${index}\n  destination-port:: PORTS${index}\n  protocol:: ${protocol}\n  action:: accept\n}\n`,
  )
  const folder = folderWith({
    'def/FAR.net': networks.join(''),
    'def/PORTS.svc': services.join(''),
    'pol/policy.pol': `header {\n  target:: paloalto from-zone trust to-zone untrust mixed\n}\n${terms.join('')}`,
    'out/.keep': '',
  })
  const argv = [
    '--base_directory',
    '.',
    '--policy_file',
    'pol/policy.pol',
    '--definitions_directory',
    'def',
    '--output_directory',
    'out',
  ]
  execFileSync('/usr/bin/aclgen', argv, { cwd: folder, stdio: 'ignore' })
  return readFileSync(join(folder, 'out/policy.xml'), 'utf8')
}

/** Where elements lie: `address/entry/ip-netmask`, from the innermost container that PAN-OS names. */
function placesIn(xml: string): string[] {
  const places = new Set<string>()
  const walk = (node: unknown, path: string) => {
    for (const child of Array.isArray(node) ? node : [node]) {
      if (typeof child !== 'object' || child === null) continue
      for (const [name, value] of Object.entries(child)) {
        if (name.startsWith('?')) continue
        places.add(`${path}/${name}`)
        walk(value, `${path}/${name}`)
      }
    }
  }
  walk(new XMLParser({ ignoreAttributes: true }).parse(xml), '')
  return [...places].map((place) => place.replace('/config/devices/entry/vsys/entry/', '')).sort()
}

test.skipIf(!HAS_CAPIRCA).for([
  ['arc-kubernetes', join(ROOT, 'policies/arc-kubernetes.yaml')],
  ['several', join(ROOT, 'policies/conformance/several.yaml')],
  ['one-rule', join(ROOT, 'policies/conformance/one-rule.yaml')],
] as const)(`capirca agrees on the structure and the meaning of %s${WHY_NOT}`, ([policy, file]) => {
  const whole = rulesetOf(file, policy, join(ROOT, 'policies/conformance/document.json'), '2025-11-10')
  const rules = whole.rules.filter(({ direction }) => direction === 'outbound')
  const ruleset = { ...whole, rules, sets: rules.map(({ set }) => set) }
  const theirs = capircaOf(ruleset)

  const { files } = renderAll(ruleset, { target: 't', vendor, options: optionsOf({}), family: undefined })
  const known = placesIn(theirs)
  const unknown = placesIn(files[0]?.text ?? '').filter(
    (place) => !known.includes(place) && !OURS.some((own) => place.endsWith(own)),
  )
  expect(unknown).toEqual([])

  const options = optionsOf({ protectedZone: 'trust', internetZone: 'untrust' })
  const reading = read([{ part: 'capirca', family: undefined, text: theirs }], {
    options,
    purpose: 'audit',
    narrow: {},
    kit: KIT,
  })
  expect(reading.notes).toEqual([])
  expect(prove({ target: 't', ruleset, by: 'addresses' }, reading).findings).toEqual([])
  expect(reading.rules.length).toBe(rules.length)
})
