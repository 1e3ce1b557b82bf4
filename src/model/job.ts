import type { AddressFamily } from '../address/family.ts'
import type { VendorFile } from './artefact.ts'
import { applies } from './option.ts'
import type { OptionValues } from './option-values.ts'
import type { Vendor } from './vendor.ts'

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
