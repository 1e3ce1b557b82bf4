import { type AddressFamily, FAMILIES } from '../address/prefix.ts'
import { isFor } from '../compile/rules-of-target.ts'
import { pricesOf } from '../compile/widen-target.ts'
import type { Finding } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import type { FileResult } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { carriedBy } from '../model/vendor.ts'
import { shownPath } from '../policy/load.ts'
import type { BuildResult } from './build-result-values.ts'
import type { BuiltTarget } from './build-targets.ts'
import { heldRules } from './report/held-rules.ts'
import type { Run } from './run.ts'

/** The result of a run, for a terminal and as JSON. */
export function resultOf(
  run: Run,
  {
    source,
    isDryRun,
    prunes,
    findings = [],
  }: {
    readonly source: string
    readonly isDryRun: boolean
    readonly prunes: boolean
    /** Findings besides those of the run and of its policy. */
    readonly findings?: readonly Finding[]
  },
  io: Io,
): BuildResult {
  const { after, change, ways } = run
  const made = run.targets.map((target) => target.made)
  const ruleset = heldRules(after.ruleset, made)
  return {
    source,
    ruleset,
    unheld: FAMILIES.filter((family) => hasFamily(after.ruleset, family) && !hasFamily(ruleset, family)),
    change,
    absent: made.flatMap(({ target: { name } }) => {
      const others = after.ruleset.rules.filter((rule) => !isFor(rule, name)).map(({ set }) => set.name)
      return others.length > 0 ? [{ target: name, rules: [...new Set(others)] }] : []
    }),
    files: [run.full, ways.cleanup, ways.delta, ways.rollback].flatMap(({ files }) => files),
    prices: made.flatMap(({ target, ruleset }) => pricesOf(target.name, ruleset, after.known.everything)),
    findings: [...findings, ...after.findings, ...run.findings],
    standing: run.standing,
    removed: run.stale.map((path) => shownPath(path, io)),
    gone: run.gone.map(({ target, isKept, paths, removable }) => ({
      target: target.name,
      isKept,
      paths,
      pruned: prunes ? removable : [],
    })),
    runbooks: ways.runbooks,
    manuals: ways.manuals,
    anyLocal: hasAnyLocal(made, run.full.files),
    capacity: run.capacity,
    isDryRun,
  }
}

const hasFamily = ({ sets }: Ruleset, family: AddressFamily) =>
  sets.some(({ prefixes }) => !prefixes.family(family).isEmpty)

/** True if a target has rules for any local address although its vendor could limit them. */
function hasAnyLocal(made: readonly BuiltTarget[], files: readonly FileResult[]): boolean {
  // Files with addresses only accept a policy with local sides, but cannot hold them.
  const withRules = new Set(files.filter(({ proof }) => !proof || proof.rules > 0).map(({ target }) => target))
  return made.some(
    ({ target, job, ruleset }) =>
      withRules.has(target.name) &&
      carriedBy(job.vendor, job.options).local.length > 0 &&
      ruleset.rules.some(({ local }) => local === undefined),
  )
}
