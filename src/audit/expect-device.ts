import { basename } from 'node:path'
import { fit } from '../compile/fit/fit.ts'
import { checkedSide } from '../compile/policy-side.ts'
import { suffixFor } from '../compile/render-target.ts'
import { type CheckedRuleset, rulesOfTarget } from '../compile/rules-of-target.ts'
import { pathOf } from '../compile/target-job.ts'
import { type CoverOf, compiledBefore, placeAll, widenAll } from '../compile/widen/widen-target.ts'
import type { History, KnownDocument } from '../document/history.ts'
import { refuseErrors } from '../findings-output.ts'
import { lazy } from '../model/lazy.ts'
import type { Target } from '../model/policy.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { artefactsFor, type Job } from '../model/vendor.ts'
import { formOf } from '../verify/expectation.ts'
import type { AuditExpectation, SetFile } from './values.ts'

/**
 * The policy compiled against the document and the older ones, with the target's local side and widening. `oldest` is the date of the
 * oldest snapshot to look for; undefined for all. `coverOf` has the covers in the files that are made from the document. Throws `UserErrors` if the policy or the target does not compile.
 */
export function expectDevice(
  target: Target,
  job: Job,
  known: KnownDocument,
  history: History,
  { oldest, coverOf }: { readonly oldest?: string | undefined; readonly coverOf?: CoverOf } = {},
): AuditExpectation {
  const { policy } = history
  const side = checkedSide(known, history, coverOf)
  const placed = rulesOfTarget(side.ruleset, target)
  refuseErrors(placed.findings, `the rules of ${target.name} cannot have that local side`)
  // The cover of a widened target without a lock depends on all older snapshots.
  const from = target.widen ? undefined : oldest
  const past = placeAll(compiledBefore(history, known.document.published, from), target)
  const series = target.widen
    ? widenAll(target.widen, job, { ...known, ruleset: placed.ruleset }, past, policy)
    : [...past, placed].map(({ ruleset }) => ({ ruleset, findings: [] }))
  const isLocked = target.widen && coverOf?.(target.name)
  const { ruleset, findings: unmet } = isLocked ? side.widen(target, job) : (series.at(-1) as CheckedRuleset)
  refuseErrors(unmet, `${target.name} cannot have the rules as asked, so the audit has nothing to compare with`)
  const older = series.slice(0, -1).map(({ ruleset }) => ruleset)
  // Rules that the family leaves out may still stand on the device.
  const { ruleset: named } = rulesOfTarget(side.ruleset, { ...target, family: undefined })
  return {
    ...expectJob(named, target.out, job, tagPrefixesOf(known)),
    ruleset,
    older: older.filter(({ published }) => oldest === undefined || published >= oldest),
  }
}

/** The ruleset for a device with the options of a job, without older ones. `out` is the path of the target's files. */
export function expectJob(
  ruleset: Ruleset,
  out: string,
  job: Job,
  tagPrefixes: AuditExpectation['tagPrefixes'],
): AuditExpectation {
  return {
    ruleset,
    older: [],
    ownNames: ownNames(ruleset, job),
    areObjectsApart: formOf(job).areObjectsApart,
    tagPrefixes,
    family: job.family,
    setFiles: setFiles(ruleset, out, job),
  }
}

function setFiles({ sets }: Ruleset, out: string, job: Job): SetFile[] {
  const files = artefactsFor(job.vendor.artefacts, job).filter(({ each }) => each)
  return files.flatMap((artefact) =>
    sets.map(({ name: set }): SetFile => {
      const suffix = suffixFor(artefact, set)
      return { set, suffix, name: basename(pathOf({ out }, { suffix, number: undefined })) }
    }),
  )
}

/** The names of the policy's rules, before and after they are fitted to the vendor. */
function ownNames(ruleset: Ruleset, job: Job): string[] {
  const { fitted } = fit(ruleset, job)
  return [...ruleset.rules.map(({ name }) => name), ...fitted.rules.map(({ name }) => name)]
}

/** The addresses of a tag, if the document has it; a published document has all tags. */
function tagPrefixesOf({ document, everyTag }: KnownDocument) {
  const byKey = new Map(Array.from(document.tags, ([name, { prefixes }]) => [name.toLowerCase(), prefixes]))
  const others = lazy(() => new Map(everyTag?.().map(({ name, prefixes }) => [name.toLowerCase(), prefixes])))
  return (name: string) => byKey.get(name.toLowerCase()) ?? others().get(name.toLowerCase())
}
