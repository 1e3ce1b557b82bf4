import type { AddressFamily } from '../address/prefix.ts'
import type { Condition } from './option.ts'

/** The common fields of full files, deltas and cleanups. */
export interface VendorFile {
  /** Its name in `--part`. */
  readonly part: string
  readonly when: Condition
  /** The file holds this family only. */
  readonly family?: AddressFamily | undefined
  /** Added to the target's `out`; `{set}` stands for the address set's name. */
  readonly suffix: string
  /** A regular expression of the lines that begin an object, for the limit `objectBytes`. Without it, the file is one object. */
  readonly object?: string | undefined
  /** A regular expression of the lines that begin an entry of a request, for the limit `requestEntries`. */
  readonly entry?: string | undefined
}

/** One file that a vendor makes. */
export interface Artefact extends VendorFile {
  /** A template in the vendor's folder. */
  readonly template: string
  /** One file for each address set, instead of one for all. */
  readonly each?: 'set' | undefined
  /** Split a file that exceeds the limit `bytes` or `requestEntries` into numbered parts, in loading order. */
  readonly parts: boolean
}

/** One file of a delta. */
export interface DeltaArtefact extends VendorFile {
  /** Undefined: the commands are derived from the manifest's `items`. */
  readonly template?: string | undefined
  /** Templates over the newer view, around derived commands. */
  readonly begin?: string | undefined
  readonly end?: string | undefined
  /** As that of a full file. */
  readonly each?: 'set' | undefined
  /** True if an empty file is not written. */
  readonly optional: boolean
  /** Replaces the target's extension: `rules/edge.tf` and `.sh` make `rules/edge.delta.sh`. */
  readonly extension?: string | undefined
}

/** The kinds of files that a runbook loads. */
export const LOADED_FILES = ['full', 'delta', 'cleanup'] as const
export type LoadedKind = (typeof LOADED_FILES)[number]

/** A step of a person on a device: a sentence, commands, or both. */
export interface RunbookStep {
  readonly say: string
  /** Commands with gaps: `{file}`, `{name}`, `{running}`, or an option. */
  readonly run: readonly string[]
  readonly source: string
  /** True if the source is weak, or the commands never ran on a device. */
  readonly unverified: boolean
}

/** A gap in the texts of a step: an option, or one of `GAPS`. */
export const GAP = /\{([A-Za-z][A-Za-z0-9]*)\}/g
/** The gaps for the file that a step loads. Steps that load none have only the others. */
export const FILE_GAPS: readonly string[] = ['file', 'name']
export const GAPS: readonly string[] = [...FILE_GAPS, 'running']

/** The names of the gaps in a text. */
export const gapsIn = (text: string): string[] => [...text.matchAll(GAP)].map(([, name]) => name as string)

/** A step of a vendor, under some options. */
export interface VendorStep extends RunbookStep {
  readonly when: Condition
}

/** How to load a file. */
export interface LoadStep extends VendorStep {
  readonly of: readonly LoadedKind[]
  readonly part?: string | undefined
  readonly family?: AddressFamily | undefined
}

/** True if a step loads the files of a part. Numbered files, and those of address sets, are named after their part. */
export const isOfPart = (step: LoadStep, part: string): boolean =>
  step.part === undefined || part === step.part || part.startsWith(`${step.part}-`)

/** A change window on a device, as data of a vendor. */
export interface VendorRunbook {
  readonly prepare: readonly VendorStep[]
  /** The first that fits a file counts. */
  readonly load: readonly LoadStep[]
  /** How to get the configuration for an audit. */
  readonly print: readonly VendorStep[]
  /** The steps that make the change permanent. */
  readonly confirm: readonly VendorStep[]
  /** How to take the change back before that. */
  readonly abort: readonly VendorStep[]
  /** For keys of `narrows`, the options with what an audit narrows to. */
  readonly audit: Readonly<Record<string, string>>
}
