import { UserError } from '../errors.ts'
import type { ReadFile } from '../model/found-rule.ts'
import { loadReader } from '../vendor/reader.ts'
import { leftoversOf } from '../verify/leftovers.ts'
import type { Loads } from '../verify/loaded-files.ts'
import type { BuiltTarget } from './build-targets.ts'
import { itemText, lastRulesFirst } from './clean-target.ts'

/** The leftovers on the device after the older full files are loaded over the newer ones; empty if unknown. */
export async function staysAfter(
  { job, files }: BuiltTarget,
  older: readonly ReadFile[],
  loads: Loads,
): Promise<string[]> {
  const readers = await loadReader(job.vendor)
  if (!readers) return []
  const [before, after] = [loads.of(files, readers, job), loads.of(older, readers, job)]
  try {
    return lastRulesFirst(leftoversOf({ before, after })).map(itemText)
  } catch (error) {
    // The reader refuses an edited file.
    if (error instanceof UserError) return []
    throw error
  }
}
