/** The value of a vendor's option. */
export type OptionValue = string | number | boolean | readonly string[]

/** By the names of the options. */
export type OptionValues = Readonly<Record<string, OptionValue>>
