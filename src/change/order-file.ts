import { fit } from '../compile/fit/fit.ts'
import type { Rendered } from '../compile/render-target.ts'
import { artefactsFor, type Job } from '../model/job.ts'
import { type Ruleset, restrict } from '../model/ruleset.ts'
import type { DeltaArtefact } from '../model/vendor.ts'
import { deltaViewOf } from '../vendor/render/delta-view.ts'
import { templatesOf } from '../vendor/render/render.ts'
import { brokenOnTheWay } from './delta-limits.ts'
import { copyOf } from './edit-steps.ts'
import { rulesDelta } from './rules-delta.ts'

const ORDER_SUFFIX = '.order'

/**
 * The commands that put the rules of a device into their order, where a full load put new rules behind older ones: over copies of all
 * rules, so that each packet meets a complete list. Undefined if the vendor's commands cannot, or the device does not hold both.
 */
export function orderFile(whole: Ruleset, job: Job): Rendered | undefined {
  const { vendor, options } = job
  const [artefact, ...others] = artefactsFor(vendor.deltas, job)
  if (!artefact || others.length > 0 || !canOrder(artefact)) return undefined
  const ruleset = restrict(whole, job.family)
  const own = fit(ruleset, job)
  const copies = fit(copyOf(ruleset), job)
  const steps = [rulesDelta(own.fitted, copies.fitted), rulesDelta(copies.fitted, own.fitted)]
  if (copies.findings.length > 0 || steps.some((step) => brokenOnTheWay(step, job).length > 0)) return undefined
  const { part, template, extension } = artefact
  const view = deltaViewOf(rulesDelta(own.fitted, own.fitted), vendor, options, steps)
  const text = templatesOf(vendor)(template, view)
  return { part, family: job.family, suffix: ORDER_SUFFIX, extension, number: undefined, text }
}

/** Whether one file can lead over copies. */
const canOrder = ({ steps, each, cannot }: DeltaArtefact) =>
  steps && each === undefined && !cannot.includes('addRules') && !cannot.includes('removeRules')

/** The files that may put rules into order. */
export const orderFiles = (
  deltas: readonly DeltaArtefact[],
): Pick<Rendered, 'part' | 'family' | 'suffix' | 'extension'>[] =>
  deltas.filter(canOrder).map(({ part, family, extension }) => ({ part, family, suffix: ORDER_SUFFIX, extension }))
