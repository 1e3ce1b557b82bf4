import type { Cloud } from './cloud.ts'
import type { OptionValue } from './option-values.ts'
import type { Policy } from './policy.ts'
import type { Option } from './vendor.ts'

/** What a new policy file is made of. */
export interface PolicyTemplate {
  readonly cloud: Cloud
  /** Where rules and tests come from. */
  readonly policy: Policy
  readonly targets: readonly PolicyTemplateTarget[]
  /** Where an editor finds the JSON Schema of the file: a path or a URL. */
  readonly schema: string
}

export interface PolicyTemplateTarget {
  /** Also the name of the target. */
  readonly vendor: string
  readonly title: string
  readonly out: string
  /** In the order in which they are written. */
  readonly options: readonly { readonly name: string; readonly option: Option; readonly value: OptionValue }[]
}
