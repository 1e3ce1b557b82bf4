import { FAMILY_NAMES } from '../../address/family.ts'
import { type AddressFamily, FAMILIES, prefixesMissingIn } from '../../address/prefix.ts'
import { brokenFileLimits, countOfRules, countsOf, exceeded, setsOf } from '../../compile/fit/limits.ts'
import { type Rendered, suffixFor } from '../../compile/render-target.ts'
import { SideMaker } from '../../compile/side-maker.ts'
import type { Finding, LimitCount } from '../../finding/finding.ts'
import type { DeltaArtefact } from '../../model/artefact.ts'
import { type Fitted, groupsByName } from '../../model/fitted.ts'
import { groupBy } from '../../model/group-by.ts'
import type { LimitName } from '../../model/limits.ts'
import { type Ruleset, restrict } from '../../model/ruleset.ts'
import { artefactsFor, type Job } from '../../model/vendor.ts'
import type { Side } from '../../vendor/render/changed-things.ts'
import { differenceView, isNoDifference, itemChanges, textOfChanges } from '../../vendor/render/derived-delta.ts'
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
  readonly sides: SideMaker
}

/** The files of a vendor's "cleanup": removals to load after the full files, where there are no deltas. */
export function renderRemovals(change: Rulesets, job: Job, from = job): Rendered[] {
  const artefacts = artefactsFor(job.vendor.cleanup, job)
  const { files, findings } = filesOf(
    plansOf(artefacts, { ...change, from, job, over: [], sides: new SideMaker() }),
    job,
    new Set(),
  )
  return findings.length > 0 ? [] : files
}

/**
 * The rendered files of a plan, without those that may be left out and hold nothing; and the limits that they exceed. `reworded`: the names of what the
 * device words otherwise than the older rules are written.
 */
export function filesOf(
  planned: readonly Planned[],
  job: Job,
  reworded: ReadonlySet<string>,
): { files: Rendered[]; findings: Finding[] } {
  const rendered = planned.map(({ artefact, sides, part, suffix }) => {
    const { family, extension } = artefact
    const text = deltaText(artefact, sides, reworded)
    return { artefact, part, family, suffix, extension, number: undefined, text }
  })
  const files = rendered.flatMap(({ artefact, ...file }) => (artefact.optional && file.text === '' ? [] : [file]))
  return { files, findings: brokenFileLimits(rendered, job) }
}

/** The rulesets that the commands of one file lead over, from the first to the last: two, or more with rulesets on the way. Each has the options of its view. */
type Sides = readonly [Side, ...Side[], Side]

interface Planned {
  readonly artefact: DeltaArtefact
  readonly sides: Sides
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

function planOf(artefact: DeltaArtefact, { over, sides, ...change }: Plan): Planned[] {
  const scoped = (job: Job): Job => ({ ...job, family: job.family ?? artefact.family })
  const [from, job] = [scoped(change.from), scoped(change.job)]
  const sidesOf = (set?: string): Sides => {
    const side = (ruleset: Ruleset) => sides.of(ruleset, job, set)
    return [sides.of(change.before, from, set), ...over.map(side), side(change.after)]
  }
  const { part, suffix } = artefact
  if (!artefact.each) return [{ artefact, sides: sidesOf(), part, suffix }]
  const all = [change.after, ...over.toReversed()].map((ruleset) => restrict(ruleset, job.family))
  const sets = [...all, restrict(change.before, from.family)].flatMap(({ sets }) => sets)
  return [...new Set(sets.map(({ name }) => name))].map((name): Planned => {
    return { artefact, sides: sidesOf(name), part: `${part}-${name}`, suffix: suffixFor(artefact, name) }
  })
}

/** The input of a vendor's templates of deltas: the difference, or the changes that are derived. */
export function deltaView({ before, after }: Rulesets, job: Job, from = job): object {
  const maker = new SideMaker()
  const sides = [maker.of(before, from), maker.of(after, job)] as const
  const reworded = new Set<string>()
  const hasTemplates = artefactsFor(job.vendor.deltas, job).every(({ template }) => template !== undefined)
  if (hasTemplates) return differenceView(...sides, reworded)
  return { header: headerOf(sides), changes: itemChanges(...sides, reworded) }
}

/** The text of one file of a delta, by its template or derived from the `items` of the manifest; none if nothing changes. */
function deltaText({ template, part, begin, end }: DeltaArtefact, sides: Sides, reworded: ReadonlySet<string>): string {
  const last = lastOf(sides)
  const render = templatesOf(last.vendor)
  if (template !== undefined) {
    const view = differenceView(sides[0], last, reworded)
    return isNoDifference(view) ? '' : render(template, view)
  }
  const changes = pairsOf(sides).map(([before, after]) => itemChanges(before, after, reworded, part))
  const commands = changes.map(textOfChanges).join('')
  if (commands === '') return ''
  const view = withFields(last.view, { header: headerOf(sides) })
  const around = (template: string | undefined) => (template === undefined ? '' : render(template, view))
  return `${around(begin)}${commands}${around(end)}`
}

/** Each two sides beside each other. */
export const pairsOf = (sides: Sides): (readonly [Side, Side])[] =>
  sides.slice(1).map((side, index) => [sides[index] as Side, side])

const lastOf = (sides: Sides) => sides.at(-1) as Side

const headerOf = (sides: Sides) => deltaHeaderOf(sides[0].fitted.ruleset, lastOf(sides).fitted.ruleset)

/**
 * The limits that a delta would exceed although both rulesets fit. A delta adds before it removes, so for a while the
 * device holds both.
 */
export function brokenOnTheWay(before: Fitted, after: Fitted, job: Job): Finding[] {
  const ofBoth = (of: (fitted: Fitted) => readonly string[]) => new Set([before, after].flatMap(of)).size
  const all = [before, after].flatMap(setsOf)
  const byName = groupBy(all, ({ name }) => name)
  const prefixes = (family: AddressFamily, sets = all) =>
    new Set(sets.flatMap(({ set }) => set.prefixes.family(family).texts)).size
  const inFamilies = (sets = all) => FAMILIES.reduce((sum, family) => sum + prefixes(family, sets), 0)
  const counts: Partial<Record<LimitName, () => LimitCount[]>> = {
    rules: () => [{ of: '', count: ofBoth(({ rules }) => rules.map(({ name }) => name)) }],
    objects: () => [{ of: '', count: inFamilies() }],
    familyObjects: () => FAMILIES.map((family) => ({ of: FAMILY_NAMES[family], count: prefixes(family) })),
    groups: () => [{ of: '', count: ofBoth((fitted) => [...groupsByName(fitted).keys()]) }],
    groupMembers: () => {
      const [old, young] = [groupsByName(before), groupsByName(after)]
      return [...young].map(([of, { members, chunks }]) => {
        const was = old.get(of) ?? { members: [], chunks: [] }
        const names = new Set([...was.chunks, ...chunks].map(({ name }) => name))
        return { of, count: members.length + prefixesMissingIn(members, was.members).length + names.size }
      })
    },
    setPrefixes: () =>
      setsOf(after).flatMap(({ name }) =>
        FAMILIES.map((family) => ({
          of: `${name}, ${FAMILY_NAMES[family]}`,
          count: prefixes(family, byName.get(name)),
        })),
      ),
    wholeSetPrefixes: () => setsOf(after).map(({ name }) => ({ of: name, count: inFamilies(byName.get(name)) })),
  }
  const own = Object.entries(counts).flatMap(([name, count]) => countsOf(name as LimitName, job, count))
  const whole = rulesTogether(before, after)
  const together = whole ? OF_RULES.flatMap((name) => countOfRules(name, whole, job)) : []
  return exceeded([...own, ...together], job)
}

/** Limits that new rules count against while the older ones still exist. */
const OF_RULES = ['sets', 'entries', 'prefixesPerSide'] as const

/** The older rules with those that are new; undefined if none is. */
function rulesTogether(before: Fitted, after: Fitted): Fitted | undefined {
  const known = new Set(before.rules.map(({ name }) => name))
  const added = after.rules.filter(({ name }) => !known.has(name))
  if (added.length === 0) return undefined
  const sets = new Set([...before.sets, ...added.map(({ set }) => set)])
  const locals = added.flatMap(({ local }) => (local && 'set' in local ? [local.set] : []))
  return {
    ruleset: after.ruleset,
    rules: [...before.rules, ...added],
    sets: [...sets],
    locals: [...new Set([...before.locals, ...locals])],
  }
}
