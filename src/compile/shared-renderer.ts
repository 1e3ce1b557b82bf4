import type { Ruleset } from '../model/ruleset.ts'
import type { Job } from '../model/vendor.ts'
import { type RenderedTarget, renderAll } from './render-target.ts'
import { Shared } from './share.ts'

/** Renders the full files of a target, as `renderAll` does. */
export type Renderer = (ruleset: Ruleset, job: Job) => RenderedTarget

/**
 * Renders the same ruleset once for all targets that differ only in name and path, and for all who need the files: proof, deltas,
 * cleanups, report. A result with findings is not shared, because they name their target.
 */
export function sharedRenderer(): Renderer {
  const made = new Shared<RenderedTarget>()
  return (ruleset, job) => {
    const key = made.keyOf(job, [ruleset])
    const known = made.find(key)
    if (known) return known
    const result = renderAll(ruleset, job)
    return result.findings.length === 0 ? made.keep(key, result) : result
  }
}
