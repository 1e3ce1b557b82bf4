import { fit } from '../compile/fit/fit.ts'
import type { Rendered } from '../compile/render-target.ts'
import { artefactsFor, type Job } from '../model/job.ts'
import type { RulesDelta } from '../model/rules-delta.ts'
import { type Ruleset, restrict } from '../model/ruleset.ts'
import type { DeltaArtefact } from '../model/vendor.ts'
import { deltaViewOf } from '../vendor/render/delta-view.ts'
import { templatesOf } from '../vendor/render/render.ts'
import { brokenOnTheWay } from './delta-limits.ts'
import { copyOf, withCopies } from './edit-steps.ts'
import { rulesDelta } from './rules-delta.ts'

/** Commands that put rules into order over copies: in one file, or in two with the removal of all older rules in between. */
export interface OrderFiles {
  readonly whole: Rendered
  readonly copies: Rendered
  readonly back: Rendered
}

const ORDER_SUFFIXES = { whole: '.order', copies: '.order.1', back: '.order.2' }

/**
 * The commands that put the rules of a device into their order, where a full load put new rules behind older ones: over copies of all
 * rules, so that each packet meets a complete list. Undefined if the vendor's commands cannot, or the device does not hold both.
 */
export function orderFilesFor(whole: Ruleset, job: Job): OrderFiles | undefined {
  const { vendor, options } = job
  const [artefact, ...others] = artefactsFor(vendor.deltas, job)
  if (!artefact || others.length > 0 || !canOrder(artefact)) return undefined
  const ruleset = restrict(whole, job.family)
  const [own, copies, both] = [ruleset, copyOf(ruleset), withCopies(ruleset)].map((side) => fit(side, job))
  const step = (from: typeof own, to: typeof own) => rulesDelta((from as Fit).fitted, (to as Fit).fitted)
  const [away, back] = [step(own, copies), step(copies, own)]
  if (copies?.findings.length !== 0 || [away, back].some((one) => brokenOnTheWay(one, job).length > 0)) return undefined
  const { part, template, extension } = artefact
  const file = (suffix: string, steps: readonly RulesDelta[]): Rendered => {
    const text = templatesOf(vendor)(template, deltaViewOf(step(own, own), vendor, options, steps))
    return { part, family: job.family, suffix, extension, number: undefined, text }
  }
  return {
    whole: file(ORDER_SUFFIXES.whole, [away, back]),
    copies: file(ORDER_SUFFIXES.copies, [step(own, both)]),
    back: file(ORDER_SUFFIXES.back, [back]),
  }
}

type Fit = ReturnType<typeof fit>

/** True if one file can lead over copies. */
const canOrder = ({ steps, each, cannot }: DeltaArtefact) =>
  steps && each === undefined && !cannot.includes('addRules') && !cannot.includes('removeRules')

/** The files that may put rules into order. */
export const orderFiles = (
  deltas: readonly DeltaArtefact[],
): Pick<Rendered, 'part' | 'family' | 'suffix' | 'extension'>[] =>
  deltas
    .filter(canOrder)
    .flatMap(({ part, family, extension }) =>
      Object.values(ORDER_SUFFIXES).map((suffix) => ({ part, family, suffix, extension })),
    )
