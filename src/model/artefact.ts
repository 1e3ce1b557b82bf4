import type { Manifest } from './manifest-schema.ts'
import type { LoadKind } from './vendor-words.ts'

/** One file that a vendor makes. */
export type Artefact = Manifest['artefacts'][number]

/** One file of a delta. */
export type DeltaArtefact = Manifest['deltas'][number]

/** The common fields of full files, deltas and cleanups. */
export type VendorFile = Omit<Manifest['cleanup'][number], 'template' | 'extension' | 'optional'>

/** How to load a file. */
export type LoadStep = Manifest['runbook']['load'][number]

/** A step of a vendor, under some options. */
export type VendorStep = Manifest['runbook']['prepare'][number]

/** A step of a person on a device. */
export type RunbookStep = Omit<VendorStep, 'when'>

/** Files to load in this order, in groups that are loaded the same way. */
export interface LoadGroup {
  readonly paths: readonly string[]
  /** Undefined if the vendor does not say how. */
  readonly step: RunbookStep | undefined
}

/** A gap in the texts of a step: an option, or one of `GAPS`. */
export const GAP = /\{([A-Za-z][A-Za-z0-9]*)\}/g
/** The gaps for the file that a step loads. Steps that load none have only the others. */
export const FILE_GAPS: readonly string[] = ['file', 'name']
export const GAPS: readonly string[] = [...FILE_GAPS, 'running']

/** The names of the gaps in a text. */
export const gapsIn = (text: string): string[] => [...text.matchAll(GAP)].map(([, name]) => name as string)

/** True if a step may load a file. Numbered files, and those of address sets, are named after their part. */
export const loadsFile = (
  step: LoadStep,
  kind: LoadKind,
  { part, family }: Pick<Artefact, 'part' | 'family'>,
): boolean =>
  step.of.includes(kind) &&
  (step.part === undefined || part === step.part || part.startsWith(`${step.part}-`)) &&
  (!step.family || step.family === family)
