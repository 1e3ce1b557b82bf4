import type { Finding } from '../finding/finding.ts'
import type { AddressList, ReadFile } from '../model/reading.ts'
import type { Proof } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Job } from '../model/vendor.ts'
import { loadReader } from '../vendor/reader.ts'
import { expectationOf } from './expectation.ts'
import { Loads } from './loaded-files.ts'
import { prove } from './prove.ts'

/** The proof and the findings for the files of one target. */
export interface Proved {
  /** Undefined without a reader. */
  readonly proof: Proof | undefined
  /** The lists in files that hold addresses and no rules. */
  readonly lists: readonly AddressList[]
  readonly findings: readonly Finding[]
}

/** Reads the files of a target back and compares them with the ruleset. Without a reader there is no proof: a warning, or an error where it is required. */
export async function proveFiles(
  ruleset: Ruleset,
  job: Job,
  files: readonly ReadFile[],
  isRequired: boolean,
  loads = new Loads(),
): Promise<Proved> {
  const { vendor, target } = job
  const readers = await loadReader(vendor)
  if (!readers) {
    const severity = isRequired ? 'error' : 'warning'
    return { proof: undefined, lists: [], findings: [{ code: 'NO_READER', severity, target, vendor: vendor.name }] }
  }
  const reading = loads.of(files, readers, job).reading()
  const lists = reading.rules.length === 0 ? reading.lists : []
  return { ...prove(expectationOf(job, ruleset), reading), lists }
}
