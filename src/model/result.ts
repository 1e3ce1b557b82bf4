import type { Delta } from './delta.ts'
import type { Finding } from './finding.ts'
import type { Ruleset } from './ruleset.ts'

/** A file that a target makes, and what became of it. */
export interface FileResult {
  readonly target: string
  readonly vendor: string
  /** As a person in the working directory would write it. */
  readonly path: string
  readonly lines: number
  readonly isChanged: boolean
}

/** What `build` did, or would do. */
export interface BuildResult {
  /** Path of the snapshot, or name of the document, that was compiled. */
  readonly source: string
  readonly ruleset: Ruleset
  readonly files: readonly FileResult[]
  readonly findings: readonly Finding[]
  /** Against the snapshot before; undefined when there is none. */
  readonly delta: Delta | undefined
  readonly isDryRun: boolean
}

/** What became of the snapshot of a document that was fetched. */
export interface FetchResult {
  readonly path: string
  /** `unchanged`: the same content is stored already. */
  readonly outcome: 'stored' | 'replaced' | 'unchanged'
  readonly delta: Delta | undefined
  readonly isDryRun: boolean
}
