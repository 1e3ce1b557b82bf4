import { type History, knowsAll, storedDocument } from '../document/history.ts'
import { type Finding, hasErrors } from '../finding/finding.ts'
import type { LimitUse, Pace, Use } from '../model/capacity.ts'
import { FILE_LIMITS } from '../model/limits.ts'
import type { Target } from '../model/policy.ts'
import { selectorsOf } from '../model/service-tag.ts'
import type { Job } from '../model/vendor.ts'
import { addDays, daysBetween } from '../text/dates.ts'
import { fit } from './fit/fit.ts'
import { countRules, usesOf } from './fit/limits.ts'
import { type PolicySide, sideOf } from './policy-side.ts'
import { renderAll } from './render-target.ts'
import { Shared } from './share.ts'

/** A rendered target, and its use of the limits. */
export interface UsedTarget {
  readonly target: Target
  readonly job: Job
  readonly uses: readonly Use[]
}

/** The use of each target's limits, with its pace since an older snapshot, and a warning for each threshold reached. */
export function capacityOf(targets: readonly UsedTarget[], history: History, published: string) {
  const hasLimits = targets.some(({ uses }) => uses.some(({ isSplit }) => !isSplit))
  const older = hasLimits ? olderSide(history, published) : undefined
  const shared = new Shared<readonly Use[]>()
  /** The use of a target for the older snapshot; none if its rules do not fit there. */
  const usesThen = ({ target, job, uses }: UsedTarget, side: PolicySide): readonly Use[] => {
    const { ruleset, findings } = side.widen(target, job)
    if (findings.length > 0) return []
    const usesOn = () => {
      // Files cost more than counts, so render them only if one may become too large.
      const rendered = uses.some(isLargeFile) ? renderAll(ruleset, job) : undefined
      if (rendered && !hasErrors(rendered.findings)) return rendered.uses
      return usesOf(countRules(fit(ruleset, job).fitted, job))
    }
    const key = shared.keyOf(job, [ruleset])
    return shared.find(key) ?? shared.keep(key, usesOn())
  }
  const made = targets.map((used) => {
    const then = older && { published: older.ruleset.published, uses: usesThen(used, older) }
    const uses = withPace(used.target.name, { published, uses: used.uses }, then)
    return { uses, findings: overThreshold(uses, used.target.capacity) }
  })
  return { uses: made.flatMap(({ uses }) => uses), findings: made.flatMap(({ findings }) => findings) }
}

// Half a year shows a trend; in less than two months, one large change would be the trend.
const MOST_WEEKS = 26
const LEAST_WEEKS = 8

/** The rules that the pace is measured from; undefined if no snapshot of that time knows all tags, or it does not compile. */
function olderSide(history: History, published: string): PolicySide | undefined {
  const [from, to] = [MOST_WEEKS, LEAST_WEEKS].map((weeks) => addDays(published, -7 * weeks)) as [string, string]
  const selectors = selectorsOf(history.policy)
  const file = history.files.find((file) => {
    return file.published >= from && file.published <= to && knowsAll(file.read(), selectors)
  })
  if (!file) return undefined
  const side = sideOf(storedDocument(file.read()), history)
  return hasErrors(side.findings) ? undefined : side
}

const isLargeFile = ({ name, count, limit, isSplit }: Use) =>
  FILE_LIMITS.some((one) => one === name) && !isSplit && 2 * count >= limit

/** The use of all limits for one document. */
interface UsesThen {
  readonly published: string
  readonly uses: readonly Use[]
}

/** The uses of a target, each with its pace since an older document. */
export function withPace(target: string, now: UsesThen, older: UsesThen | undefined): LimitUse[] {
  return now.uses.map((use) => {
    const before = use.isSplit ? undefined : older?.uses.find(({ name }) => name === use.name)
    return { ...use, target, pace: older && before && paceOf(use, before, now.published, older.published) }
  })
}

function paceOf({ count, limit }: Use, before: Use, published: string, since: string): Pace {
  const days = daysBetween(since, published)
  const grown = count - before.count
  const left = grown > 0 ? Math.ceil(((limit - count) * days) / grown) : Number.POSITIVE_INFINITY
  const fullIn = left > MOST_DAYS ? undefined : addDays(published, left).slice(0, 7)
  return { since, weeks: Math.round(days / 7), before: before.count, fullIn }
}

// Nobody plans for longer.
const MOST_DAYS = 36_525

/** A warning for each use at or above a threshold, in per cent. */
export function overThreshold(uses: readonly LimitUse[], threshold: number | undefined): Finding[] {
  if (threshold === undefined) return []
  return uses
    .filter(({ count, limit, isSplit }) => !isSplit && count * 100 >= limit * threshold)
    .map((use) => ({ code: 'CAPACITY', severity: 'warning', target: use.target, use, threshold }))
}
