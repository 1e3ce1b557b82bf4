import type { AddressFamily } from '../address/family.ts'
import { formatCount } from '../text/numbers.ts'
import type { VendorFile } from './artefact.ts'
import type { LimitName } from './limits.ts'
import type { Manifest } from './manifest-schema.ts'
import { applies, type Condition, type OptionValues } from './option.ts'
import type { NameKind } from './vendor-words.ts'

/** An option of a vendor, set in a target or with `--set`. */
export type Option = Manifest['options'][string]

/** The texts that an option accepts. */
export type OptionText = Pick<Extract<Option, { readonly type: 'string' }>, 'pattern' | 'expects'>

/** The form of a valid name. */
export type NameForm = Manifest['names']['rule'][number]

/** The rule features that a vendor supports, beyond addresses. */
export type Carried = Manifest['carries'][number]

/** The priorities that a device takes. */
type Priorities = Manifest['priority'][number]

/** A limit of a vendor, its source, and what to do above it. */
export type Limit = NonNullable<Manifest['limits'][LimitName]>
export type LimitCase = Limit['cases'][number]

/** The number of a limit, and its source. */
export type LimitNumber = Pick<LimitCase, 'max' | 'source' | 'unverified'>

/** A rule that the templates add after the policy's rules. Its name and place are reserved. */
export type ClosingRule = Manifest['closing'][number]

/** Renders a view, with the helpers and partials in `options`. */
export type Template = (view: object, options: object) => string

/** A dialect: a folder in `vendors/`. Its abilities are data; code never checks its name. */
export interface Vendor extends Manifest {
  readonly name: string
  readonly folder: string
  /** The vendor that this one extends. Every file that the folder lacks is that vendor's. */
  readonly base?: Vendor | undefined
  /** Templates by file name, each compiled when it is needed. */
  readonly templates: ReadonlyMap<string, () => Template>
  /** The module of the vendor's reader, if it came with the program; else it is looked for in the folder. */
  readonly readers?: object
}

/** How rules are split under these options: the first entry of the manifest that applies. */
export function splitOf({ split }: Vendor, options: OptionValues): 'tag' | 'family' | 'none' {
  return split.find(({ when }) => applies(when, options))?.by ?? 'none'
}

/** The only family that the vendor can hold under these options, if there is only one. */
export function onlyFamily({ families }: Vendor, options: OptionValues): AddressFamily | undefined {
  const [only, ...others] = families.find(({ when }) => applies(when, options))?.families ?? []
  return others.length === 0 ? only : undefined
}

/** The form of the names of `kind` under these options; undefined if the vendor's templates print none there. */
export function nameFormOf({ names }: Vendor, kind: NameKind, options: OptionValues): NameForm | undefined {
  return names[kind].find(({ when }) => applies(when, options))
}

/** The priorities that the device takes under these options, if it has any. */
export function prioritiesOf({ priority }: Vendor, options: OptionValues): Priorities | undefined {
  return priority.find(({ when }) => applies(when, options))
}

/** True if the device has a list in which each rule has a place, also beside rules of a person. */
export const placesRules = ({ items }: Vendor): boolean =>
  items.some(({ each, place }) => each === 'rules' && place !== undefined)

/** The rule features that the vendor supports under these options. Without an entry of its own: rules that allow tcp and udp from any local address. */
export const carriedBy = ({ carries }: Vendor, options: OptionValues): Carried =>
  carries.find(({ when }) => applies(when, options)) as Carried

/** The limit `name` under these options, if the vendor has it. */
export function limitOf({ limits }: Vendor, name: LimitName, options: OptionValues): LimitCase | undefined {
  const limit = limits[name]
  return limit && [...limit.cases, limit].find(({ when }) => applies(when, options))
}

/** The closing rules that the vendor's templates add under these options. */
export function closingRules({ closing }: Vendor, options: OptionValues): readonly ClosingRule[] {
  return closing.filter(({ when }) => applies(when, options))
}

/** True if the device has a list of rules for each direction under these options. */
export const hasListPerDirection = ({ listPerDirection }: Vendor, options: OptionValues): boolean =>
  listPerDirection.some((when) => applies(when, options))

/** The vendor and options that a target's files are made for. Findings use the name `target`. */
export interface Job {
  readonly target: string
  readonly vendor: Vendor
  readonly options: OptionValues
  /** The only family of the target's files; both without one. */
  readonly family: AddressFamily | undefined
}

/** The artefacts that a job makes, under its options and for its family. */
export function artefactsFor<One extends VendorFile>(artefacts: readonly One[], { options, family }: Job): One[] {
  return artefacts.filter((one) => applies(one.when, options) && (!family || !one.family || one.family === family))
}

/** The number of a limit, or that it is unknown. */
export function limitText({ max, unverified }: LimitNumber): string {
  return max === undefined ? 'unknown, not checked' : `at most ${formatCount(max)}${unverified ? ', unverified' : ''}`
}

/** `form=set scope=shared`; empty without a condition. */
export function settingsText(condition: Condition): string {
  return Object.entries(condition)
    .map(([option, value]) => `${option}=${value}`)
    .join(' ')
}
