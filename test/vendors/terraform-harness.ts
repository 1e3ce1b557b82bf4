import type { OptionValues } from '../../src/model/option.ts'
import { SHIPPED } from '../../src/paths.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import type { Reader } from '../../src/vendor/kit/reader-api.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { read as readerOf } from '../../vendors/terraform/reader.ts'
import { audit, type Json, showNote, showRule } from './json-harness.ts'

export const read: Reader = readerOf
const VENDOR = readVendor('terraform', [SHIPPED.vendors])

/** The options of an audit. */
export const optionsOf = (given: Readonly<Record<string, unknown>>): OptionValues =>
  resolveOptions(VENDOR, given, 'test')

export type Values = Record<string, Json>

/** A rule as the provider prints it; only what differs from an outbound allow to anywhere is said. */
export const rule = (values: Values = {}): Values => ({
  ...{ name: 'R', resource_group_name: 'rg', network_security_group_name: 'nsg', description: '', priority: 100 },
  ...{ direction: 'Outbound', access: 'Allow', protocol: 'Tcp', source_port_range: '*', source_port_ranges: [] },
  ...{ destination_port_range: '443', destination_port_ranges: null, source_address_prefix: '*' },
  ...{ source_address_prefixes: [], destination_address_prefix: '*', destination_address_prefixes: null },
  ...{ id: '/subscriptions/s/x', timeouts: null, source_application_security_group_ids: null, ...values },
})

export const resource = (type: string, values: Json, more: Values = {}): Values => ({
  ...{ address: `${type}.r`, mode: 'managed', type, name: 'r', schema_version: 0, values, ...more },
})
export const RULE = 'azurerm_network_security_rule'
export const GROUP = 'azurerm_network_security_group'

/** What `terraform show -json` prints; each resource is on a line of its own, from 2. */
export const state = (...resources: Json[]) =>
  `{"format_version":"1.0","terraform_version":"1.9.0","values":{"root_module":{"resources":[\n${resources
    .map((one) => JSON.stringify(one))
    .join(',\n')}\n]}}}`

export const NSG = optionsOf({ form: 'nsg', nsgName: 'nsg' })

export function shown(text: string, options: OptionValues = NSG, narrow: Record<string, string> = {}): string[] {
  const reading =
    Object.keys(narrow).length > 0
      ? read([{ part: 'file', family: undefined, text }], { options, purpose: 'audit', narrow, kit: KIT })
      : audit(read, text, options)
  return [
    ...reading.rules.map(showRule),
    ...reading.lists.map(({ name, addresses }) => `${name}: ${addresses.texts.join(' ')}`),
    ...reading.notes.map((note) => `${note.isHarmless ? '.' : '!'} ${showNote(note)}`),
  ]
}
