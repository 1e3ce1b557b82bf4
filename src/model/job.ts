import type { AddressFamily } from '../address/family.ts'
import type { OptionValues } from './option-values.ts'
import { type Artefact, applies, type Vendor } from './vendor.ts'

/** What the files of one target are made for: a vendor with all its options. Findings use the name `target`. */
export interface Job {
  readonly target: string
  readonly vendor: Vendor
  readonly options: OptionValues
  /** The only family of the target's files; both without one. */
  readonly family: AddressFamily | undefined
}

/** The artefacts that a job makes, under its options and for its family. */
export function artefactsFor<One extends Pick<Artefact, 'when' | 'family'>>(
  artefacts: readonly One[],
  { options, family }: Job,
): One[] {
  return artefacts.filter((one) => applies(one.when, options) && (!family || !one.family || one.family === family))
}
