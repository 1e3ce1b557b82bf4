/** An option of a vendor, set in a target or with `--set`. */
export type Option = {
  readonly help: string
  /** The option has no effect under other options, so setting it there is an error. */
  readonly when?: Condition
  /** The scope of the rules while no such option is set, if that is wider than usual, such as `any interface`. */
  readonly wide?: string | undefined
  /** Other things on the device that name the value, such as interfaces that an access list is bound to: no command of a delta changes these. */
  readonly usedBy?: string | undefined
} & (
  | ({ readonly type: 'string'; readonly default: string } & OptionText)
  | ({
      readonly type: 'list'
      readonly default: readonly string[]
      readonly min: number
      /** Values that include all others, so each must be the only one. */
      readonly exclusive?: readonly string[]
    } & OptionText)
  | { readonly type: 'integer'; readonly default: number; readonly min: number; readonly max: number }
  | { readonly type: 'boolean'; readonly default: boolean }
  | { readonly type: 'choice'; readonly default: string; readonly choices: Readonly<Record<string, string>> }
)

/** The texts that an option accepts. */
export interface OptionText {
  readonly pattern: string
  /** The same for people, such as `1 to 31 letters and digits`. */
  readonly expects?: string | undefined
}

/** Option values that must all match; for a list, one of its values. */
export type Condition = Readonly<Record<string, OptionValue>>

/** True if `options` match `condition`. */
export function applies(condition: Condition, options: OptionValues): boolean {
  return Object.entries(condition).every(([name, value]) => choicesOf(value).includes(options[name] as OptionValue))
}

/** A condition as text: `scope=shared or scope=device-group, and form=xml`. */
export function conditionText(condition: Condition): string {
  return Object.entries(condition)
    .map(([name, value]) =>
      choicesOf(value)
        .map((one) => `${name}=${one}`)
        .join(' or '),
    )
    .join(', and ')
}

/** The alternative values of a condition on one option. */
export function choicesOf(value: OptionValue): readonly OptionValue[] {
  return Array.isArray(value) ? value : [value]
}

/** The value of a vendor's option. */
export type OptionValue = string | number | boolean | readonly string[]

/** By the names of the options. */
export type OptionValues = Readonly<Record<string, OptionValue>>
