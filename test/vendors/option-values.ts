import { choicesOf } from '../../src/model/option.ts'
import type { Option, Vendor } from '../../src/model/vendor.ts'

// Values for the options of a vendor.

export type Given = Readonly<Record<string, unknown>>

/** Texts for options: of names, prefixes, addresses, interfaces, resource identifiers. */
const TEXTS = [
  'edge',
  'branch',
  'EDGE',
  'BRANCH',
  'edge-',
  'branch-',
  'vsys2',
  'vsys3',
  '10.30.0.0/16',
  '10.31.0.0/16',
  '10.0.1.4',
  '10.0.1.5',
]
const IDENTIFIERS = [
  '2023-01-01',
  '2024-05-01',
  'var.edge',
  'var.branch',
  ...['edge', 'branch'].map((name) => `$\{${name}.main.id}`),
  '0b0d6a4e-6d4f-4a52-9a53-2f4d3f1b7c11',
  '0b0d6a4e-6d4f-4a52-9a53-2f4d3f1b7c12',
]

/** The default first. */
export function valuesOf(option: Option): unknown[] {
  if (option.type === 'choice') return Object.keys(option.choices)
  if (option.type === 'boolean') return [true, false]
  // Between those that are not alike in every file: groups of many members are the same.
  if (option.type === 'integer') return [option.default, option.min === option.default ? option.max : option.min]
  const pattern = new RegExp(option.pattern, 'u')
  const texts = [...TEXTS, ...IDENTIFIERS].filter((text) => pattern.test(text) && text !== option.default).slice(0, 2)
  return [option.default, ...(option.type === 'list' ? [...texts.map((text) => [text]), texts] : texts)]
}

/** Every combination of the options under which an option has an effect. */
export function basesOf({ options }: Vendor, name: string): Given[] {
  const entries = Object.entries(options[name]?.when ?? {})
  return entries.reduce<Given[]>(
    (bases, [other, value]) =>
      bases.flatMap((base) => choicesOf(value).map((choice) => ({ ...base, [other]: choice }))),
    [{}],
  )
}
