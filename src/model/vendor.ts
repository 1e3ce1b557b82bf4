import { type AddressFamily, FAMILIES } from '../address/family.ts'
import { formatCount } from '../text/numbers.ts'
import type { Artefact, DeltaArtefact, VendorFile, VendorRunbook } from './artefact.ts'
import type { RuleOrder } from './item.ts'
import type { LimitName } from './limits.ts'
import type { MadeItem } from './made-item.ts'
import { applies, type Condition, type Option, type OptionValues } from './option.ts'
import { type Action, type Direction, POLICY_DIRECTIONS, type PolicyDirection, type Protocol } from './traffic.ts'

/** The form of a valid name. */
export interface NameForm {
  readonly when?: Condition
  readonly max: number
  readonly pattern: string
  /** Cut a long name instead of refusing it. Names that collide then are refused anyway. */
  readonly shorten: boolean
  /** Reserved names, each with its meaning for the device. */
  readonly reserved?: Readonly<Record<string, string>>
  /** Put before the name. */
  readonly prefix?: string
  /** Characters, and what takes their place. */
  readonly replace?: Readonly<Record<string, string>>
  /** The name in lower case. */
  readonly lower?: boolean
  /** Kinds of the same namespace share their names. Without one, the kind has its own. */
  readonly namespace?: string | undefined
}

export const NAME_KINDS = ['rule', 'set', 'service'] as const
export type NameKind = (typeof NAME_KINDS)[number]

/** The rule features that a vendor supports, beyond addresses. */
export interface Carried {
  readonly when: Condition
  readonly actions: readonly Action[]
  readonly protocols: readonly Protocol[]
  /** The directions of a policy's rule. */
  readonly directions: readonly PolicyDirection[]
  /** The forms of a local side. */
  readonly local: readonly ('addresses' | 'object')[]
  /**
   * `apart` if an object on the device has addresses of one family, so a rule for both families needs two objects; `together` if a rule has
   * one for both; `none` if the files hold addresses of the remote side only, and name no object.
   */
  readonly objectFamilies: 'together' | 'apart' | 'none'
  /** The families that own prefixes and local addresses may have in a rule whose tags the device resolves. */
  readonly addressFamilies: readonly AddressFamily[]
  /** The alternative for the user, in the finding. */
  readonly hint: string
}

/** The priorities that a device takes. */
interface Priorities {
  readonly when?: Condition
  readonly min: number
  readonly max: number
  /** The integer option that is added for the IPv6 half of a rule. */
  readonly ipv6Offset?: string | undefined
}

/** The number of a limit, and its source. */
export interface LimitNumber {
  /**
   * Absent if the number is unknown; a model or a target can set it. Absent in one of `cases` if the limit does not apply under
   * these options.
   */
  readonly max?: number | undefined
  readonly source: string
  /** True if the source is weak, or covers other versions. */
  readonly unverified: boolean
}

/** A limit of a vendor, its source, and what to do above it. */
export interface LimitCase extends LimitNumber {
  readonly when: Condition
  /** The user's choices above the limit. */
  readonly hint: string
}

export interface Limit extends LimitCase {
  /** Other numbers for some options; the first that applies counts. */
  readonly cases: readonly LimitCase[]
}

/** The limits of one model or version of the device. */
interface Model {
  readonly help: string
  readonly limits: Readonly<Partial<Record<LimitName, LimitNumber & { readonly max: number }>>>
}

/** A rule that the templates add after the policy's rules. Its name and place are reserved. */
export interface ClosingRule {
  readonly when: Condition
  readonly name: string
  readonly direction: Direction
  readonly priority: number
}

/** Renders a view, with the helpers and partials in `options`. */
export type Template = (view: object, options: object) => string

/** A key that narrows an audit to a part of a configuration. */
interface Narrowing {
  readonly help: string
  /** Its values are zones or interfaces: a rule that is limited to one may count once it is given. */
  readonly isZone: boolean
}

/** Our words that a vendor may have its own for; `-` stands between the ports of a range. */
export const WORDS = [
  'allow',
  'deny',
  'inbound',
  'outbound',
  'tcp',
  'udp',
  'icmp',
  'any',
  'ipv4',
  'ipv6',
  '-',
] as const satisfies readonly (Action | Direction | Protocol | AddressFamily | '-')[]
export type Word = (typeof WORDS)[number]

/** The kinds of vendors, in the order of lists, and what a list calls them. */
export const VENDOR_KINDS = {
  firewall: 'firewalls and routers',
  host: 'hosts',
  cloud: 'Azure',
  code: 'infrastructure as code',
  cluster: 'clusters',
  data: 'lists and data for other programs',
  other: 'others',
} as const
export type VendorKind = keyof typeof VENDOR_KINDS

/** A dialect: a folder in `vendors/`. Its abilities are data; code never checks its name. */
export interface Vendor {
  readonly name: string
  readonly folder: string
  /** The vendor that this one extends. Every file that the folder lacks is that vendor's. */
  readonly base?: Vendor | undefined
  /** Templates by file name, each compiled when it is needed. */
  readonly templates: ReadonlyMap<string, () => Template>
  /** The module of the vendor's reader, if it came with the program; else it is looked for in the folder. */
  readonly readers?: object
  readonly title: string
  readonly kind: VendorKind
  /** Options by name, in the order that help shows them. */
  readonly options: Readonly<Record<string, Option>>
  /** The vendor's vocabulary: `allow` may be `accept`. Other words stay unchanged. */
  readonly words: Readonly<Partial<Record<Word, string>>>
  /** The address families that the dialect can hold. The first that applies counts; without one, both. */
  readonly families: readonly { readonly when: Condition; readonly families: readonly AddressFamily[] }[]
  /** When loading a full file fills one address set after another instead of replacing everything at once. */
  readonly setBySet?: readonly Condition[]
  /** When the device has a list of rules for each direction instead of one list. */
  readonly listPerDirection?: readonly Condition[]
  /** The meaning of a rule's place on the device. */
  readonly order: RuleOrder
  /** The first that applies counts. */
  readonly carries?: readonly Carried[]
  /** How a rule is split: by tag, by family, or not. The first entry that applies counts. */
  readonly split: readonly { readonly when: Condition; readonly by: 'tag' | 'family' | 'none' }[]
  readonly names: {
    /** The first form that applies counts; without one, names of that kind are printed nowhere, and are not checked. */
    readonly rule: readonly NameForm[]
    readonly set: readonly NameForm[]
    readonly service: readonly NameForm[]
    /** The object name of a prefix: characters to replace in its CIDR, and the option with the start of the name. */
    readonly object: { readonly prefix: string | undefined; readonly replace: Readonly<Record<string, string>> }
  }
  /** The first that applies counts; without one, priorities are not checked. */
  readonly priority: readonly Priorities[]
  readonly closing: readonly ClosingRule[]
  /** Groups of objects: the option with the maximum number of members, and whether families share a group. */
  readonly groups?: { readonly members: string; readonly families: 'together' | 'apart' } | undefined
  readonly limits: Readonly<Partial<Record<LimitName, Limit>>>
  /** By name; a target chooses one. */
  readonly models: Readonly<Record<string, Model>>
  /** The options that `tagwall init` prompts for, and the file extension. */
  readonly init: { readonly ask: readonly string[]; readonly extension: string }
  /** Partials of one line, by name. A file of the name comes first. */
  readonly lines: Readonly<Record<string, string>>
  /** The kinds of things on the device, in the order of needs: deltas without a template are derived from them. */
  readonly items: readonly MadeItem[]
  readonly artefacts: readonly Artefact[]
  /** In loading order. */
  readonly deltas: readonly DeltaArtefact[]
  /** In loading order, after the full files. */
  readonly cleanup: readonly DeltaArtefact[]
  /**
   * Regular expressions; a configuration of this vendor matches one. They distinguish a wrong kind of file from a malformed one.
   */
  readonly recognise: readonly string[]
  /** The areas that an audit of this vendor ignores, in a few words each, such as `NAT`. */
  readonly unaudited: readonly string[]
  /** The steps of a person in a change window. */
  readonly runbook: VendorRunbook
  /** The keys of `audit --narrow KEY=VALUE`. */
  readonly narrows: Readonly<Record<string, Narrowing>>
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
  return names[kind].find(({ when = {} }) => applies(when, options))
}

/** The priorities that the device takes under these options, if it has any. */
export function prioritiesOf({ priority }: Vendor, options: OptionValues): Priorities | undefined {
  return priority.find(({ when = {} }) => applies(when, options))
}

/**
 * The rule features that the vendor supports under these options. Without an entry: rules that allow tcp and udp from any local
 * address.
 */
export function carriedBy({ carries = [] }: Vendor, options: OptionValues): Carried {
  return carries.find(({ when }) => applies(when, options)) ?? LEAST
}

/** The forms that the vendor carries, for each condition on options in its manifest. */
export const carriedForms = ({ carries = [] }: Vendor): readonly Carried[] => [...carries, LEAST]

const LEAST: Carried = {
  when: {},
  actions: ['allow'],
  protocols: ['tcp', 'udp'],
  directions: POLICY_DIRECTIONS,
  local: [],
  objectFamilies: 'together',
  addressFamilies: FAMILIES,
  hint: '',
}

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
export const hasListPerDirection = ({ listPerDirection = [] }: Vendor, options: OptionValues): boolean =>
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
