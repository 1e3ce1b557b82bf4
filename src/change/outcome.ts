import { type AddressFamily, FAMILIES } from '../address/prefix.ts'
import { pricesOf } from '../compile/widen-target.ts'
import type { Finding } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { shownPath } from '../policy/load.ts'
import { hasAnyLocal } from './any-local.ts'
import type { BuildResult } from './build-result-values.ts'
import { heldRules } from './report/held-rules.ts'
import type { Run } from './run.ts'

/** What a run says about itself, on a terminal and as JSON. */
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
  const { after, built, change } = run
  const ruleset = heldRules(after.ruleset, built.made)
  return {
    source,
    ruleset,
    unheld: FAMILIES.filter((family) => hasFamily(after.ruleset, family) && !hasFamily(ruleset, family)),
    change,
    files: [...built.files, ...run.cleanups.files, ...run.ways.deltas.files, ...run.ways.rollbacks.files],
    prices: [...built.widened].flatMap(([target, ruleset]) => pricesOf(target, ruleset, after.known.everything)),
    findings: [...findings, ...after.findings, ...run.findings],
    removed: run.stale.map((path) => shownPath(path, io)),
    gone: run.gone.map(({ target, isKept, paths, removable }) => ({
      target: target.name,
      isKept,
      paths,
      pruned: prunes ? removable : [],
    })),
    runbooks: run.runbooks,
    manuals: run.manuals,
    anyLocal: hasAnyLocal(built),
    capacity: run.capacity,
    isDryRun,
  }
}

const hasFamily = ({ sets }: Ruleset, family: AddressFamily) =>
  sets.some(({ prefixes }) => !prefixes.family(family).isEmpty)
