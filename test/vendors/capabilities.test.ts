import { test } from 'vitest'
import type { Condition } from '../../src/model/option.ts'
import { restrict } from '../../src/model/ruleset.ts'
import { POLICY_DIRECTIONS } from '../../src/model/traffic.ts'
import { artefactsFor, type Carried, onlyFamily, settingsText, type Vendor } from '../../src/model/vendor.ts'
import { VENDOR_KINDS } from '../../src/model/vendor-words.ts'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { fullLoad } from '../deltas/cleaned.ts'
import { rulesetFor } from '../deltas/edits.ts'
import type { Form } from '../deltas/forms.ts'
import { comparePart, tableOf } from '../generated.ts'

// The tables of docs/capabilities.md come from the manifests, and from a model of each device. "npm run docs" writes them.

const PAGE = 'docs/capabilities.md'
const KINDS = Object.keys(VENDOR_KINDS)
const VENDORS = [...listVendors([SHIPPED.vendors]).keys()]
  .map((name) => readVendor(name, [SHIPPED.vendors]))
  .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))

/** A vendor under each value of its option `form`. */
function formsOf(vendor: Vendor): Form[] {
  const { form } = vendor.options
  const forms: readonly Record<string, string>[] =
    form?.type === 'choice' ? Object.keys(form.choices).map((form) => ({ form })) : [{}]
  return forms.map((given) => {
    const options = resolveOptions(vendor, given, 'test')
    return {
      name: settingsText(given),
      target: vendor.name,
      vendor,
      options,
      family: onlyFamily(vendor, options),
      by: 'addresses',
    }
  })
}

/** One word for all forms of a vendor, or each word with its forms. */
async function perForm(vendor: Vendor, wordOf: (form: Form) => string | Promise<string>): Promise<string> {
  const words = new Map<string, string[]>()
  for (const form of formsOf(vendor)) {
    const word = await wordOf(form)
    words.set(word, [...(words.get(word) ?? []), `\`${form.name}\``])
  }
  if (words.size === 1) return [...words.keys()].join('')
  return Array.from(words, ([word, forms]) => `${word} (${forms.join(', ')})`).join('; ')
}

const deltaOf = (form: Form) =>
  artefactsFor(form.vendor.deltas, form).length > 0
    ? 'yes'
    : artefactsFor(form.vendor.cleanup, form).length > 0
      ? 'removals only'
      : 'no'

/** What stays of a removed rule. */
async function leftBy(form: Form): Promise<string> {
  const [before, after] = ['base', 'one rule'].map((name) => restrict(rulesetFor(name), form.family)) as [never, never]
  const { left, isAllowing } = await fullLoad({ before, after }, form)
  if (isAllowing) return '**rules in effect**'
  return left.stays.length > 0 ? 'unused objects' : 'nothing'
}

test('docs/capabilities.md lists every vendor', { timeout: 120_000 }, async () => {
  const rows = VENDORS.map(async (vendor) => [
    `[\`${vendor.name}\`](../vendors/${vendor.name}/README.md)`,
    vendor.title.replaceAll('|', '\\|'),
    await perForm(vendor, deltaOf),
    await perForm(vendor, leftBy),
  ])
  comparePart(
    PAGE,
    'vendors',
    tableOf([['vendor', 'files', 'delta', 'a full load leaves'], ...(await Promise.all(rows))]),
  )
})

const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')

/** What a rule of a policy may ask for, but not here. */
function refusedBy({ actions, protocols, directions, local, addressFamilies }: Carried): string {
  const refused = [
    ...(['tcp', 'udp', 'icmp', 'any'] as const).filter((protocol) => !protocols.includes(protocol)),
    ...POLICY_DIRECTIONS.filter((direction) => !directions.includes(direction)),
    ...(actions.includes('deny') ? [] : ['deny']),
    ...(local.includes('addresses') ? [] : ['local addresses']),
    ...(local.includes('object') ? [] : ['local object']),
    ...(addressFamilies.length > 1 ? [] : ['own IPv6 prefixes']),
  ]
  return code(refused) || 'nothing'
}

const OBJECTS = { together: 'one for both families', apart: 'one per family', none: 'not in the files' } as const

test('docs/capabilities.md has what each vendor refuses', () => {
  const nameOf = (vendor: Vendor, when: Condition) =>
    [`\`${vendor.name}\``, ...(settingsText(when) ? [`\`${settingsText(when).replaceAll(',', ', ')}\``] : [])].join(
      ', ',
    )
  const rows = VENDORS.flatMap((vendor) =>
    // Behind them is the least that any vendor carries.
    vendor.carries
      .slice(0, -1)
      .map((carried) => [
        nameOf(vendor, carried.when),
        refusedBy(carried),
        carried.local.includes('object') ? OBJECTS[carried.objectFamilies] : '',
      ]),
  )
  comparePart(PAGE, 'refused', tableOf([['vendor', 'refuses', 'local object'], ...rows]))
})
