import { UserError } from '../errors.ts'
import type { ReadFile } from '../model/found-rule.ts'
import { loadReader } from '../vendor/reader.ts'
import { proofContext } from '../verify/expect-target.ts'
import { leftoversOf } from '../verify/leftovers.ts'
import type { BuiltTarget } from './build-targets.ts'
import { itemText, lastRulesFirst } from './clean-target.ts'

/** The leftovers on the device after the older full files are loaded over the newer ones; empty if unknown. */
export async function staysAfter({ job, files }: BuiltTarget, older: readonly ReadFile[]): Promise<string[]> {
  const model = (await loadReader(job.vendor))?.device
  if (!model) return []
  const device = () => model(proofContext(job))
  try {
    return lastRulesFirst(leftoversOf({ device, before: files, after: older })).map(itemText)
  } catch (error) {
    // The reader refuses an edited file.
    if (error instanceof UserError) return []
    throw error
  }
}
