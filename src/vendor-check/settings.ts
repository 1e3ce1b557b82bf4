import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { AddressFamily } from '../address/prefix.ts'
import { refusalOf, UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { choicesOf } from '../model/option.ts'
import { type Option, onlyFamily, type Vendor } from '../model/vendor.ts'
import { SHIPPED } from '../paths.ts'
import { readVendor, resolveOptions } from '../vendor/vendor.ts'
import { readCases } from './check-files-there.ts'
import type { CheckFinding, Setting } from './result.ts'

type Given = Readonly<Record<string, unknown>>

/**
 * The options under which a vendor is tried: the defaults, each choice of each option that has choices, and those of
 * `expected/cases.json`. What the manifest itself does not take is a finding.
 */
export function settingsOf(vendor: Vendor): { settings: Setting[]; findings: CheckFinding[] } {
  const settings: Setting[] = []
  const findings: CheckFinding[] = []
  for (const given of [{}, ...choices(vendor), ...readCases(vendor)]) {
    const refusal = refusalOf(() => {
      const setting = settingOf(vendor, given)
      if (!settings.some((known) => isDeepStrictEqual(known.options, setting.options))) settings.push(setting)
    })
    if (refusal) findings.push({ text: refusal.message.replaceAll(/\n */g, ' '), places: [{ options: given }] })
  }
  return { settings, findings }
}

/** A vendor under these options. Throws `UserError` for one that the manifest does not take. */
export function settingOf(vendor: Vendor, given: Given): Setting {
  const options = resolveOptions(vendor, given, 'these options')
  return { given, target: vendor.name, vendor, options, family: familyOf(given) ?? onlyFamily(vendor, options) }
}

/** The family of the addresses among these values, if there are any and all are of one: such a target is of that family, too. */
function familyOf(given: Given): AddressFamily | undefined {
  const texts = Object.values(given).flat().map(String)
  const isIpv4 = texts.some((text) => /^\d+\.\d+\.\d+\.\d+(?:\/\d+)?$/.test(text))
  const isIpv6 = texts.some((text) => /^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*(?:\/\d+)?$/i.test(text))
  return isIpv4 === isIpv6 ? undefined : isIpv4 ? 'ipv4' : 'ipv6'
}

/** Each choice other than the default, with the options that it depends on. */
function choices(vendor: Vendor): Given[] {
  return Object.entries(vendor.options).flatMap(([name, option]) =>
    valuesOf(option)
      .filter((value) => value !== option.default)
      .map((value) => ({ ...needsOf(vendor, name), [name]: value })),
  )
}

function valuesOf(option: Option): readonly unknown[] {
  if (option.type === 'choice') return Object.keys(option.choices)
  return option.type === 'boolean' ? [true, false] : []
}

/** The values of other options under which the option `name` has an effect. */
export function needsOf(vendor: Vendor, name: string, seen: readonly string[] = []): Given {
  if (seen.includes(name)) return {}
  const needs = Object.entries(vendor.options[name]?.when ?? {})
  return Object.assign(
    {},
    ...needs.map(([other, value]) => ({ ...needsOf(vendor, other, [...seen, name]), [other]: choicesOf(value)[0] })),
  )
}

/** The vendor whose folder is `path`. Throws `UserError` if the folder has no vendor. */
export function openVendor(path: string, io: Io): Vendor {
  const folder = resolve(io.cwd, path)
  if (!existsSync(join(folder, 'vendor.json')))
    throw new UserError(`${path} is not a vendor: expected a folder with a file vendor.json`)
  return readVendor(basename(folder), [SHIPPED.vendors, dirname(folder)])
}
