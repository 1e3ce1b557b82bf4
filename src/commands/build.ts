import { resolve } from 'node:path'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { UserError, UserErrors } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Policy } from '../model/policy.ts'
import type { BuildResult } from '../model/result.ts'
import { buildJson, formatJson } from '../present/json.ts'
import { colorFor } from '../present/text/color.ts'
import { explain } from '../present/text/finding.ts'
import { buildText } from '../present/text/summary.ts'
import { checkDrafts, removeStale, writeDrafts } from '../store/write.ts'
import { hasAnyLocal } from '../workflow/any-local.ts'
import { buildWays } from '../workflow/build-change.ts'
import { buildCleanups } from '../workflow/build-cleanups.ts'
import { buildDeltas, type DeltaPlan } from '../workflow/build-deltas.ts'
import { runbooksThere } from '../workflow/build-runbooks.ts'
import { type BuildPlan, buildTargets } from '../workflow/build-targets.ts'
import { capacityOf } from '../workflow/capacity.ts'
import { chooseTargets } from '../workflow/choose-targets.ts'
import { exclusively } from '../workflow/exclusive.ts'
import { printWarnings } from '../workflow/findings-output.ts'
import { baselineOf, deltaFor, type History, openHistory } from '../workflow/history.ts'
import { type CommonOptions, loadPolicy, shownPath, vendorFolders } from '../workflow/load.ts'
import { openDocument, openForRules } from '../workflow/open-document.ts'
import { type PlaceOptions, territoryOf } from '../workflow/own-files.ts'
import { checkedSide, sideOf } from '../workflow/policy-side.ts'
import { sharedRenderer } from '../workflow/shared-renderer.ts'
import { staleFiles } from '../workflow/stale-files.ts'
import { staleCheck } from '../workflow/staleness.ts'
import { pricesOf } from '../workflow/widen-target.ts'

export interface BuildOptions extends CommonOptions, PlaceOptions {
  readonly dryRun?: boolean
  readonly exitCode?: boolean
  readonly requireProof?: boolean
  readonly since?: string
  readonly rollback?: boolean
  /** Only the targets at these sites. */
  readonly site?: readonly string[]
}

/** Writes the files of the named targets, or of all targets. Either every file is written, or none. */
export const command: CommandSpec<[targets: string[]], BuildOptions> = {
  summary: 'write the rules of all targets of the policy, or of some',
  uses: 'writes',
  examples: [
    ['tagwall build --dry-run', 'prove every file, write nothing'],
    ['tagwall build', 'write the rules of every target'],
    [
      'tagwall build --since 2025-11-03',
      'write only the commands that update from an older snapshot, and those that lead back',
    ],
  ],
  flags: (command) =>
    option
      .addPlaceOptions(command)
      .argument('[target...]', 'names of targets, such as edge or edge@berlin (default: all)')
      .addOption(option.site('only the targets at this site (several: repeat it, or separate them with commas)'))
      .addOption(option.snapshot())
      .addOption(option.since())
      .addOption(option.rollback())
      .addOption(option.dryRun())
      .addOption(option.exitCode('a file changed'))
      .addOption(option.requireProof()),
  run: ([targets], options, io) =>
    exclusively(options, { createsSnapshots: false }, io, (home) => build(targets, options, home, io)),
}

async function build(
  targets: readonly string[],
  options: BuildOptions,
  home: string | undefined,
  io: Io,
): Promise<0 | 1> {
  if (options.rollback && options.since === undefined)
    throw new UserError('--rollback needs --since with the snapshot to go back to')
  const policy = await loadPolicy(options, io)
  const history = openHistory(options, policy.cloud, io)
  const spec = options.snapshot ?? 'latest'
  const known = await openForRules(spec, history, policy, io)
  const after = checkedSide(policy, known, history)
  const { ruleset, findings } = after
  const plan = {
    targets: chooseTargets(policy, targets, options.site),
    vendorFolders: vendorFolders(options, io),
    requireProof: options.requireProof === true,
    territory: territoryOf(options, policy, io),
    after,
    render: sharedRenderer(),
  }
  const open = options.rollback ? openForRules : openDocument
  const base = options.since === undefined ? undefined : await open(options.since, history, policy, io)
  const built = base
    ? await buildSince({ ...plan, before: sideOf(policy, base, history) }, options.rollback === true, io)
    : await buildWhole({ ...plan, policy, history }, io)
  if (base && built.drafts.length === 0) {
    throw new UserErrors('no target has a delta, so nothing is written', built.findings.map(explain))
  }

  const before = base?.document ?? baselineOf(known.document, policy, history)
  const isLatest = options.snapshot === undefined
  // A runbook is about the change of the last update, not about this one.
  const changed = new Set(built.files.filter(({ isChanged }) => isChanged).map(({ target }) => target))
  const outdated = base
    ? runbooksThere(policy, io).flatMap(({ target, path }) => (changed.has(target) ? [resolve(io.cwd, path)] : []))
    : []
  const removed = [...new Set([...built.stale, ...outdated])]
  const stored = history.files.find(({ published }) => published === known.document.published)
  const result: BuildResult = {
    source:
      stored && (options.snapshot === undefined || options.snapshot === stored.published)
        ? shownPath(stored.path, io)
        : spec,
    ruleset,
    files: built.files,
    prices: [...built.widened].flatMap(([target, ruleset]) => pricesOf(target, ruleset, known.everything)),
    findings: [
      ...(isLatest ? staleCheck(policy, history, known.document.published, io) : []),
      ...findings,
      ...built.findings,
    ],
    delta:
      before &&
      (options.rollback ? deltaFor(policy, known.document, before) : deltaFor(policy, before, known.document)),
    ...(base && { span: options.rollback ? ('rollback' as const) : ('since' as const) }),
    removed: removed.map((path) => shownPath(path, io)),
    ...('anyLocal' in built && { anyLocal: built.anyLocal, capacity: built.capacity }),
    isDryRun: options.dryRun === true,
  }
  if (options.dryRun) checkDrafts(built.drafts)
  else {
    writeDrafts(built.drafts, home)
    removeStale(removed)
  }
  printWarnings(result.findings, io)
  if (options.json) io.out(formatJson(buildJson(result)))
  else io.out(buildText(result, { color: colorFor(io.outColor), width: io.outColumns }))
  return options.exitCode && built.files.some(({ isChanged }) => isChanged) ? 1 : 0
}

/** Builds the commands since a snapshot and the way back, or only the way back. */
async function buildSince(plan: Omit<DeltaPlan, 'way'>, onlyBack: boolean, io: Io) {
  if (onlyBack) return buildDeltas({ ...plan, way: 'rollback' }, io)
  const [deltas, rollbacks] = await buildWays({ ...plan, older: plan }, io)
  return {
    ...deltas,
    drafts: [...deltas.drafts, ...rollbacks.drafts],
    files: [...deltas.files, ...rollbacks.files],
    findings: [...deltas.findings, ...rollbacks.findings],
    stale: [...deltas.stale, ...rollbacks.stale],
  }
}

/** Builds the full files, their cleanup files, and the list of outdated files. */
async function buildWhole(plan: BuildPlan & { readonly policy: Policy; readonly history: History }, io: Io) {
  const built = await buildTargets(plan, io)
  const capacity = capacityOf(built.made, plan.policy, plan.history, plan.after.ruleset.published)
  const cleanups = await buildCleanups(built, plan.territory, io)
  const drafts = [...built.drafts, ...cleanups.drafts]
  return {
    ...built,
    drafts,
    files: [...built.files, ...cleanups.files],
    findings: [...built.findings, ...cleanups.findings, ...capacity.findings],
    capacity: capacity.uses,
    anyLocal: hasAnyLocal(built),
    stale: staleFiles({ ...plan, files: built.files, drafts }, io),
  }
}
