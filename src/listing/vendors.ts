import type { Io } from '../io.ts'
import type { OptionValue } from '../model/option.ts'
import { limitText, type Option, settingsText } from '../model/vendor.ts'
import { VENDOR_KINDS } from '../model/vendor-words.ts'
import { vendorFolders } from '../policy/load.ts'
import { formatTable } from '../text/lines.ts'
import { readVendor, listVendors as vendorsIn } from '../vendor/vendor.ts'
import type { Listing, ListOptions } from './listing.ts'

/** The vendors by kind, or the options, files, limits and models of one. */
export async function listVendors(name: string | undefined, options: ListOptions, io: Io): Promise<Listing> {
  const folders = vendorFolders(options, io)
  return name === undefined ? showVendors(folders) : showVendor(name, folders)
}

/** The vendors by kind. */
export function showVendors(folders: readonly string[]) {
  const vendors = [...vendorsIn(folders).keys()].map((vendor) => readVendor(vendor, folders))
  const rows = vendors.map(({ name, title, kind, options }) => ({
    name,
    title,
    kind,
    optionNames: Object.keys(options),
  }))
  const groups = Object.entries(VENDOR_KINDS).flatMap(([kind, heading]) => {
    const members = rows.filter((row) => row.kind === kind).map(({ name, title }) => [`  ${name}`, title])
    return members.length > 0 ? [`${heading}\n${formatTable(members)}`] : []
  })
  return {
    names: rows.map(({ name }) => name),
    json: { vendors: rows },
    text: `${groups.join('\n')}\ndetails of one vendor: tagwall list vendors NAME\n`,
  } satisfies Listing
}

/** The options, files, limits and models of a vendor; as JSON, these parts of its manifest as they are there. */
export function showVendor(name: string, folders: readonly string[]) {
  const { title, kind, options, artefacts, limits, models, narrows } = readVendor(name, folders)
  const rows = Object.entries(options).map(([option, entry]) => [
    `  ${option}`,
    valuesOf(entry),
    `default ${formatValue(entry.default)}`,
    entry.help,
  ])
  const parts = artefacts.map(({ part, family, each, when }) => {
    return [`  ${each ? 'one for each rule' : part}`, family ?? 'both families', settingsText(when)]
  })
  const most = Object.entries(limits).flatMap(([limit, { cases, ...usual }]) =>
    [usual, ...cases.filter(({ max }) => max !== undefined)].map((one) => [
      `  ${limit}`,
      limitText(one),
      settingsText(one.when),
      one.source,
    ]),
  )
  const presets = Object.entries(models).flatMap(([model, { help, limits }]) => [
    [`  ${model}`, help],
    ...Object.entries(limits).map(([limit, one]) => ['', `${limit}: ${limitText(one)}, ${one.source}`]),
  ])
  const keys = Object.entries(narrows).map(([key, { help }]) => [`  ${key}`, help])
  const section = (heading: string, table: string[][]) =>
    table.length > 0 ? `\n${heading}\n${formatTable(table)}` : ''
  return {
    names: [name],
    json: { manifest: { name, title, kind, options, artefacts, limits, models, narrows } },
    text: `${name}: ${title}\n${section('options (in a target, or with --set NAME=VALUE)', rows)}${section('files', parts)}${section('limits (override in a target: limits: { NAME: NUMBER })', most)}${section('models (in a target: model: NAME, or with --model NAME)', presets)}${section('parts that an audit can look at (with --narrow NAME=VALUE)', keys)}`,
  } satisfies Listing
}

function valuesOf(option: Option): string {
  switch (option.type) {
    case 'choice':
      return Object.keys(option.choices).join(' | ')
    case 'integer':
      return `${option.min} to ${option.max}`
    case 'boolean':
      return 'true | false'
    case 'list':
      return 'a,b,...'
    case 'string':
      return 'text'
  }
}

const formatValue = (value: OptionValue) =>
  Array.isArray(value) ? value.join(',') || '(none)' : String(value) || '(none)'
