import type { AddressFamily } from './address/prefix.ts'
import type { ReaderModule } from './device.ts'
import type { LimitName } from './limits.ts'
import type { OptionValue, OptionValues } from './option-values.ts'
import type { Narrowing } from './reading.ts'
import type { Direction } from './traffic.ts'

/** What a user may set for a vendor, in a policy's target or with `--set`. */
export type Option = {
  readonly help: string
  /** Under other options it has no effect, so setting it is an error. */
  readonly when?: Condition
} & (
  | { readonly type: 'string'; readonly default: string; readonly pattern: string }
  | {
      readonly type: 'list'
      readonly default: readonly string[]
      readonly pattern: string
      readonly min: number
      /** Values that stand for all others, so that each must be the only one. */
      readonly exclusive?: readonly string[]
    }
  | { readonly type: 'integer'; readonly default: number; readonly min: number; readonly max: number }
  | { readonly type: 'boolean'; readonly default: boolean }
  | { readonly type: 'choice'; readonly default: string; readonly choices: Readonly<Record<string, string>> }
)

/** Option values that must all hold, for a part of a manifest to apply; of a list, one of its values. */
export type Condition = Readonly<Record<string, OptionValue>>

/** One file that a vendor makes. */
export interface Artefact {
  /** What `--part` calls it. */
  readonly part: string
  /** A template in the vendor's folder. */
  readonly template: string
  readonly when: Condition
  /** The file holds this family only. */
  readonly family: AddressFamily | undefined
  /** One file for each address set, instead of one for all. */
  readonly each: 'set' | undefined
  /** Added to the target's `out`; `{set}` stands for the address set's name. */
  readonly suffix: string
  /** A file that is larger than the limit `bytes` is made in numbered parts, in the order in which they are loaded. */
  readonly parts: boolean
}

/** What a delta may have to say, and a vendor's commands may have no way to. */
export const DELTA_TASKS = ['addRules', 'reshapeRules', 'removeRules'] as const
export type DeltaTask = (typeof DELTA_TASKS)[number]

/** One file of the commands that change an older configuration into a newer one. */
export interface DeltaArtefact extends Omit<Artefact, 'parts'> {
  /** Then there is no delta. */
  readonly cannot: readonly DeltaTask[]
}

/** What a name may be. */
export interface NameForm {
  readonly max: number
  readonly pattern: string
  /** Cut a name that is too long, instead of refusing it. Names that then collide are refused in any case. */
  readonly shorten: boolean
  /** Words that the device takes for something else, and what for. */
  readonly reserved?: Readonly<Record<string, string>>
}

/** Most of something that a vendor holds, where that comes from, and what to do when it is not enough. */
export interface LimitCase {
  readonly when: Condition
  /**
   * Absent where it is only known that there is a limit: then a model or a target may say the number. In one of `cases`:
   * absent where nothing of the kind is made under these options.
   */
  readonly max: number | undefined
  readonly source: string
  /** The choices that a person has. */
  readonly hint: string
  /** Whether the number comes from a weak source, or from one about other versions. */
  readonly unverified: boolean
}

export interface Limit extends LimitCase {
  /** What counts in its place under some options; the first that applies. */
  readonly cases: readonly LimitCase[]
}

/** Numbers of one model or version of the device, in place of the vendor's. */
export interface Model {
  readonly help: string
  readonly limits: Readonly<Partial<Record<LimitName, Omit<LimitCase, 'when' | 'hint'> & { readonly max: number }>>>
}

/** A rule that the vendor's templates add behind the policy's. No other rule may have its name or its place. */
export interface ClosingRule {
  readonly when: Condition
  readonly name: string
  readonly direction: Direction
  readonly priority: number
}

/** What a template prints of a view, with the helpers and partials in `options`. */
export type Template = (view: object, options: object) => string

/** A dialect: a folder in `vendors/`. What it can hold is data here; what it is, is never asked. */
export interface Vendor {
  readonly name: string
  readonly folder: string
  /** Its templates by file name, each made when it is asked for. */
  readonly templates: ReadonlyMap<string, () => Template>
  /** The module of the vendor's reader, if it came with the program; else it is looked for in the folder. */
  readonly readers?: ReaderModule
  readonly title: string
  /** Options by name, in the order that help shows them. */
  readonly options: Readonly<Record<string, Option>>
  /** The vendor's words for ours: `allow` may be `accept`. A word that is not here is used as it is. */
  readonly words: Readonly<Record<string, string>>
  /** How a rule becomes rules: one a tag, one a family, or one for all. The first entry that applies counts. */
  /** Where a whole file that is loaded over an older one fills one address set after another; else it counts all at once. */
  readonly setBySet?: readonly Condition[]
  readonly split: readonly { readonly when: Condition; readonly by: 'tag' | 'family' | 'none' }[]
  readonly names: {
    readonly rule: NameForm
    readonly set: NameForm
    readonly service: NameForm
    /** How a prefix becomes an object's name: characters to replace in its CIDR, behind a prefix that is an option. */
    readonly object: { readonly prefix: string | undefined; readonly replace: Readonly<Record<string, string>> }
  }
  readonly priority: { readonly min: number; readonly max: number; readonly ipv6Offset: string | undefined } | undefined
  readonly closing: readonly ClosingRule[]
  /** Groups of objects: the option that holds the most members of one, and whether the families share a group. */
  readonly groups: { readonly members: string; readonly families: 'together' | 'apart' } | undefined
  readonly limits: Readonly<Partial<Record<LimitName, Limit>>>
  /** By name; a target chooses one. */
  readonly models: Readonly<Record<string, Model>>
  /** What `tagwall init` asks of this vendor's options, and the end of its file's name. */
  readonly init: { readonly ask: readonly string[]; readonly extension: string }
  readonly artefacts: readonly Artefact[]
  /** In the order in which they are loaded. */
  readonly deltas: readonly DeltaArtefact[]
  /** Regular expressions, one of which a configuration of this vendor matches: to tell a file of another kind from a malformed one. */
  readonly recognise: readonly string[]
  /** What an audit of this vendor can be narrowed to. */
  readonly narrows: readonly Narrowing[]
}

/** Whether `options` have all the values that `condition` asks for. */
export function applies(condition: Condition, options: OptionValues): boolean {
  return Object.entries(condition).every(([name, value]) => choicesOf(value).includes(options[name] as OptionValue))
}

/** A condition as a person would set it: `scope=shared or scope=device-group, and form=xml`. */
export function conditionText(condition: Condition): string {
  return Object.entries(condition)
    .map(([name, value]) =>
      choicesOf(value)
        .map((one) => `${name}=${one}`)
        .join(' or '),
    )
    .join(', and ')
}

/** The values of a condition on one option, any of which will do. */
export function choicesOf(value: OptionValue): readonly OptionValue[] {
  return Array.isArray(value) ? value : [value]
}

/** How rules are split under these options: the first entry of the manifest that applies. */
export function splitOf({ split }: Vendor, options: OptionValues): 'tag' | 'family' | 'none' {
  return split.find(({ when }) => applies(when, options))?.by ?? 'none'
}

/** What counts for `name` under these options, if the vendor has such a limit. */
export function limitOf({ limits }: Vendor, name: LimitName, options: OptionValues): LimitCase | undefined {
  const limit = limits[name]
  return limit && [...limit.cases, limit].find(({ when }) => applies(when, options))
}

/** The closing rules that the vendor's templates add under these options. */
export function closingRules({ closing }: Vendor, options: OptionValues): readonly ClosingRule[] {
  return closing.filter(({ when }) => applies(when, options))
}
