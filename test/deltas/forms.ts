import { type Device, loadWhole } from '../../src/model/device.ts'
import { memo } from '../../src/model/lazy.ts'
import type { OptionValues } from '../../src/model/option.ts'
import type { ReadFile } from '../../src/model/reading.ts'
import { type Job, onlyFamily, splitOf } from '../../src/model/vendor.ts'
import type { LoadKind } from '../../src/model/vendor-words.ts'
import { SHIPPED } from '../../src/paths.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import type { Readers } from '../../src/vendor/kit/reader-api.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'

/** A vendor under options that decide how its deltas look. */
export interface Form extends Job {
  readonly name: string
  readonly by: 'tags' | 'addresses'
}

type Setting = readonly [vendor: string, options: Readonly<Record<string, unknown>>]

const SETTINGS: readonly Setting[] = [
  ['iptables', {}],
  ['iptables', { match: 'ipset' }],
  ['nftables', {}],
  ['nftables', { form: 'chains', table: 'filter' }],
  ['nftables', { hook: 'router', others: 'drop' }],
  ['paloalto', {}],
  ['paloalto', { form: 'xml' }],
  ['paloalto', { form: 'api' }],
  ['paloalto', { groupMembers: '20', scope: 'device-group' }],
  ['paloalto', { form: 'xml', groupMembers: '20', scope: 'shared' }],
  ['fortigate', {}],
  ['fortigate', { groupMembers: '20', vdom: 'edge' }],
  ['juniper-srx', {}],
  ['juniper-srx', { form: 'text', scope: 'global' }],
  ['mikrotik', {}],
  ['azure-firewall', {}],
  ['azure-firewall', { ipv6: 'inline' }],
  ['nsg', {}],
  ['nsg', { mode: 'prefixes' }],
  ['nsg', { mode: 'prefixes', form: 'rules' }],
  ['nsg', { mode: 'prefixes', form: 'array' }],
  ['cisco-asa', {}],
  ['cisco-asa', { load: 'lines' }],
  ['cisco-ios', {}],
  ['arista-eos', {}],
  ['json', {}],
  ['list', {}],
  ['list', { form: 'sets' }],
]

// Read once, so that their templates are compiled once.
const vendorOf = memo((name: string) => readVendor(name, [SHIPPED.vendors]))

/** Every vendor and form that has deltas; `more` counts over the options of each. */
export const formsWith = (
  more: (vendor: string) => Record<string, string> = () => ({}),
  settings: readonly Setting[] = SETTINGS,
): Form[] =>
  settings.map(([name, given]) => {
    const vendor = vendorOf(name)
    const options: OptionValues = resolveOptions(vendor, { ...given, ...more(name) }, 'test')
    const title = [name, ...Object.entries(given).map(([key, value]) => `${key}=${value}`)].join(' ')
    const by = splitOf(vendor, options) === 'tag' ? 'tags' : 'addresses'
    return { name: title, target: name, vendor, options, family: onlyFamily(vendor, options), by }
  })

export const formFor = (vendor: string, options: Setting[1] = {}) =>
  formsWith(undefined, [[vendor, options]])[0] as Form

/** What a reader is handed with the files of a form. */
export const contextOf = ({ options }: Form) => ({ options, purpose: 'prove', narrow: {}, kit: KIT }) as const

type Load = readonly [files: readonly ReadFile[], kind?: LoadKind]

/** Makes devices of a form, each with these loads, in their order. */
export async function devicesOf(form: Form): Promise<(...loads: readonly Load[]) => Device> {
  const { device: model } = (await loadReader(form.vendor)) as Readers
  return (...loads) => {
    const device = model(contextOf(form))
    for (const [files, kind] of loads) loadWhole(device, files, kind)
    return device
  }
}
