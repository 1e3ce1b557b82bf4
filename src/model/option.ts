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
