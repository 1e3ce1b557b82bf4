import { type Cleaned, cleanTarget } from '../../src/change/commands/clean-target.ts'
import type { Rulesets } from '../../src/change/commands/delta-files.ts'
import { type RenderedDelta, renderDelta } from '../../src/change/commands/render-delta.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import type { Job } from '../../src/model/vendor.ts'

/** A full load over the older full files, and what puts it right: the delta, or files of its own. */
export interface FullLoad extends Cleaned {
  readonly before: RenderedDelta['files']
  readonly after: RenderedDelta['files']
  readonly delta: RenderedDelta
}

export async function fullLoad(change: Rulesets, job: Job): Promise<FullLoad> {
  const [before, after] = [change.before, change.after].map((ruleset) => renderAll(ruleset, job).files) as [[], []]
  const delta = await renderDelta(change, job, true)
  const older = { files: before, paths: ['before'], ruleset: change.before, job, delta }
  return { ...(await cleanTarget(older, { files: after, ruleset: change.after, job })), before, after, delta }
}

/** The commands that remove what is left. */
export const commandsOf = ({ files, delta, proof }: FullLoad) => (proof ? (files.length > 0 ? files : delta.files) : [])
