import { brokenFileLimits } from '../../compile/fit/limits.ts'
import { type Rendered, suffixFor } from '../../compile/render-target.ts'
import { SideMaker } from '../../compile/side-maker.ts'
import type { Finding } from '../../finding/finding.ts'
import type { DeltaArtefact } from '../../model/artefact.ts'
import { type Ruleset, restrict } from '../../model/ruleset.ts'
import { artefactsFor, type Job, type Vendor } from '../../model/vendor.ts'
import type { Side } from '../../vendor/render/changed-things.ts'
import {
  differenceView,
  type ItemChange,
  isNoDifference,
  itemChanges,
  textOfChanges,
} from '../../vendor/render/derived-delta.ts'
import { deltaHeaderOf } from '../../vendor/render/header.ts'
import { templatesOf } from '../../vendor/render/render.ts'
import { withFields } from '../../vendor/render/set-view.ts'

/** The older and the newer state of one target. */
export interface Rulesets {
  readonly before: Ruleset
  readonly after: Ruleset
}

/** Over another ruleset, a single file holds both steps. Several files are loaded in two rounds, one for each step. */
export const ROUNDS = [1, 2] as const

/** The rulesets that commands lead between and over, and the jobs of both ends. */
export interface Plan extends Rulesets {
  /** The job of the older rules, and that of all others. */
  readonly from: Job
  readonly job: Job
  /** The rulesets on the way. */
  readonly over: readonly Ruleset[]
  /** The rules that the files in place word otherwise than `before` is written. */
  readonly reworded: ReadonlySet<string>
  readonly sides: SideMaker
}

/** The files of a vendor's "cleanup": removals to load after the full files, where there are no deltas. */
export function renderRemovals(change: Rulesets, job: Job, from = job): Rendered[] {
  const artefacts = artefactsFor(job.vendor.cleanup, job)
  const plan = { ...change, from, job, over: [], reworded: new Set<string>(), sides: new SideMaker() }
  const { files, findings } = filesOf(plansOf(artefacts, plan), job)
  return findings.length > 0 ? [] : files
}

/** The rendered files of a plan, without those that may be left out and hold nothing; and the limits that they exceed. */
export function filesOf(planned: readonly Planned[], job: Job): { files: Rendered[]; findings: Finding[] } {
  const rendered = planned.map(({ artefact, part, suffix, ...route }) => {
    const { family, extension } = artefact
    const text = deltaText(artefact, route, job.vendor)
    return { artefact, part, family, suffix, extension, number: undefined, text }
  })
  const files = rendered.flatMap(({ artefact, ...file }) => (artefact.optional && file.text === '' ? [] : [file]))
  return { files, findings: brokenFileLimits(rendered, job) }
}

interface Planned extends Route {
  readonly artefact: DeltaArtefact
  readonly part: string
  readonly suffix: string
}

export function plansOf(artefacts: readonly DeltaArtefact[], plan: Plan): Planned[] {
  const { over } = plan
  const plans = artefacts.flatMap((artefact) => planOf(artefact, plan))
  if (over.length === 0 || artefacts.length === 1) return plans
  return ROUNDS.flatMap((round) =>
    plans.map(({ part, suffix, ...plan }): Planned => {
      const step = pairsOf(plan.sides)[round - 1] as Sides
      return { ...plan, sides: step, part: `${part}-${round}`, suffix: `.${round}${suffix}` }
    }),
  )
}

function planOf(artefact: DeltaArtefact, { over, reworded, sides, ...change }: Plan): Planned[] {
  const scoped = (job: Job): Job => ({ ...job, family: job.family ?? artefact.family })
  const [from, job] = [scoped(change.from), scoped(change.job)]
  const sidesOf = (set?: string): Sides => {
    const side = (ruleset: Ruleset) => sides.of(ruleset, job, set)
    return [sides.of(change.before, from, set), ...over.map(side), side(change.after)]
  }
  const { part, suffix } = artefact
  if (!artefact.each) return [{ artefact, sides: sidesOf(), reworded, part, suffix }]
  const all = [change.after, ...over.toReversed()].map((ruleset) => restrict(ruleset, job.family))
  const sets = [...all, restrict(change.before, from.family)].flatMap(({ sets }) => sets)
  return [...new Set(sets.map(({ name }) => name))].map((name): Planned => {
    return {
      artefact,
      sides: sidesOf(name),
      reworded,
      part: `${part}-${name}`,
      suffix: suffixFor(artefact, name),
    }
  })
}

/** The input of a vendor's templates of deltas: the difference, or the changes that are derived. */
export function deltaView({ before, after }: Rulesets, job: Job, from = job): object {
  const { vendor } = job
  const maker = new SideMaker()
  const route: Route = { sides: [maker.of(before, from), maker.of(after, job)], reworded: new Set() }
  if (artefactsFor(vendor.deltas, job).every(({ template }) => template !== undefined))
    return differenceOf(route, vendor)
  return { header: headerOf(route.sides), changes: changesOf(route, vendor).flat() }
}

/** The rulesets that commands lead over, from the first to the last: two, or more with rulesets on the way. Each has the options of its view. */
type Sides = readonly [Side, ...Side[], Side]

/** A way over rulesets. `reworded`: the names of what the device words otherwise than the first of them is written. */
interface Route {
  readonly sides: Sides
  readonly reworded: ReadonlySet<string>
}

/** The text of one file of a delta, by its template or derived from the `items` of the manifest; none if nothing changes. */
function deltaText(artefact: DeltaArtefact, route: Route, vendor: Vendor): string {
  const { template } = artefact
  if (template === undefined) return derivedText(artefact, route, vendor)
  const view = differenceOf(route, vendor)
  return isNoDifference(view) ? '' : templatesOf(vendor)(template, view)
}

/** Each two sides beside each other. */
export const pairsOf = (sides: Sides): (readonly [Side, Side])[] =>
  sides.slice(1).map((side, index) => [sides[index] as Side, side])

const lastOf = (sides: Sides) => sides.at(-1) as Side

const headerOf = (sides: Sides) => deltaHeaderOf(sides[0].fitted.ruleset, lastOf(sides).fitted.ruleset)

const changesOf = ({ sides, reworded }: Route, vendor: Vendor, part?: string): ItemChange[][] =>
  pairsOf(sides).map(([before, after]) => itemChanges(before, after, { vendor, reworded }, part))

/** The difference between the first and the last side, for templates. */
const differenceOf = ({ sides, reworded }: Route, vendor: Vendor) =>
  differenceView(sides[0], lastOf(sides), { vendor, reworded })

function derivedText({ part, begin, end }: DeltaArtefact, route: Route, vendor: Vendor): string {
  const commands = changesOf(route, vendor, part).map(textOfChanges).join('')
  if (commands === '') return ''
  const view = withFields(lastOf(route.sides).view, { header: headerOf(route.sides) })
  const around = (template: string | undefined) => (template === undefined ? '' : templatesOf(vendor)(template, view))
  return `${around(begin)}${commands}${around(end)}`
}
