import type { AddressFamily } from '../address/prefix.ts'
import type { Cloud } from '../model/cloud.ts'
import type { Option, OptionValue } from '../model/option.ts'
import type { Policy } from '../model/policy.ts'

/** The content of a new policy file. */
export interface PolicyTemplate {
  readonly cloud: Cloud
  /** The source of rules and tests. */
  readonly policy: Policy
  readonly targets: readonly PolicyTemplateTarget[]
  /** The path at which an editor finds the JSON Schema of the file, if there is one. */
  readonly schema: string | undefined
}

export interface PolicyTemplateTarget {
  /** Also the name of the target. */
  readonly vendor: string
  readonly title: string
  readonly out: string
  /** The only family that the vendor holds under these options, if there is only one. */
  readonly family: AddressFamily | undefined
  /** In the order of the file. */
  readonly options: readonly { readonly name: string; readonly option: Option; readonly value: OptionValue }[]
}
