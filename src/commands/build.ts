import { resolve } from 'node:path'
import { Option } from 'commander'
import type { BuildResult } from '../change/build-result-values.ts'
import { reversed } from '../change/change.ts'
import { exclusively } from '../change/exclusive.ts'
import { refuseDoubts } from '../change/guard-change.ts'
import { buildJson } from '../change/json.ts'
import { resultOf } from '../change/outcome.ts'
import type { PlaceOptions } from '../change/own-files.ts'
import { type Prepared, prepare } from '../change/prepare.ts'
import { makeRun, type Run } from '../change/run.ts'
import { isEmptyChange } from '../change/sentences.ts'
import { shippedDraft } from '../change/shipped-draft.ts'
import { openSince, sinceInPlace } from '../change/since.ts'
import { sinceFiles } from '../change/since-files.ts'
import { buildText } from '../change/text.ts'
import { uncommittedDeltas } from '../change/uncommitted.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { openForRules } from '../document/open-document.ts'
import { staleCheck } from '../document/staleness.ts'
import { UserError } from '../errors.ts'
import { printWarnings } from '../findings-output.ts'
import type { Io } from '../io.ts'
import { formatJson } from '../model/json.ts'
import { chooseTargets } from '../policy/choose-targets.ts'
import { type CommonOptions, shownPath } from '../policy/load.ts'
import { checkDrafts, removeStale, writeDrafts } from '../store/write.ts'
import { colorFor } from '../text/color.ts'

export interface BuildOptions extends CommonOptions, PlaceOptions {
  readonly dryRun?: boolean
  readonly exitCode?: boolean
  readonly requireProof?: boolean
  readonly since?: string
  readonly rollback?: boolean
  /** Only the targets at these sites. */
  readonly site?: readonly string[]
  readonly prune?: boolean
  readonly all?: boolean
}

/** Writes the files of the named targets, or of all targets. Either every file is written, or none. */
export const command: CommandSpec<[targets: string[]], BuildOptions> = {
  summary: 'write the rules of all targets of the policy, or of some',
  about:
    'Makes the rules of the newest snapshot, proves each file by reading it back, and writes the files, their commands and runbooks, and the lock. Either every file is written or none. It needs no network.',
  exits: ['done', 'with --exit-code: a file changed'],
  docs: 'docs/cli.md',
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
      .addOption(
        new Option(
          '--prune',
          'remove the files of targets that the policy no longer has, if they are as tagwall wrote them',
        ),
      )
      .addOption(option.dryRun())
      .addOption(option.allPrefixes())
      .addOption(option.exitCode('a file changed'))
      .addOption(option.requireProof()),
  run: ([targets], options, io) =>
    exclusively(options, { createsSnapshots: true }, io, (home) => build(targets, options, home, io)),
}

async function build(
  targets: readonly string[],
  options: BuildOptions,
  home: string | undefined,
  io: Io,
): Promise<0 | 1> {
  if (options.rollback && options.since === undefined)
    throw new UserError('--rollback needs --since with the snapshot to go back to')
  const prepared = await prepare(options, io)
  const run = await runOf(targets, options, prepared, io)
  const { drafts, stale, result } =
    options.since === undefined ? wholeBuild(run, prepared, options, io) : sinceBuild(run, prepared, options, io)
  if (options.dryRun) checkDrafts(drafts)
  else {
    writeDrafts(drafts, home)
    removeStale(stale)
  }
  printWarnings(result.findings, io, result.standing)
  if (options.json) io.out(formatJson(buildJson(result, options.all === true)))
  else io.out(buildText(result, { color: colorFor(io.outColor), width: io.outColumns, all: options.all === true }))
  return options.exitCode && result.files.some(({ isChanged }) => isChanged) ? 1 : 0
}

/** Compiles, renders, proves and compares; nothing is written yet. */
export async function runOf(
  targets: readonly string[],
  options: BuildOptions,
  prepared: Prepared,
  io: Io,
): Promise<Run> {
  const { policy, history, open, locked } = prepared
  const since =
    options.since === undefined
      ? sinceInPlace(open, history, io)
      : await openSince({ ...options, since: options.since }, prepared, io)
  const known = await openForRules(options.snapshot ?? 'latest', history, policy, io)
  const run = await makeRun(
    {
      ...prepared,
      ...{ known, since, mayKeep: options.snapshot === undefined },
      targets: chooseTargets(policy, targets, options.site),
      requireProof: options.requireProof === true,
    },
    io,
  )
  // A person who names a snapshot wants that one.
  if (options.snapshot === undefined && !run.isKept) refuseDoubts(known.document, locked, policy)
  return run
}

/** What a build writes and says. */
interface Outcome {
  readonly drafts: Parameters<typeof writeDrafts>[0]
  readonly stale: readonly string[]
  readonly result: BuildResult
}

/** The full files, what goes with them, the lock, and the shipped snapshot that they are made from. */
function wholeBuild(run: Run, { policy, history, open }: Prepared, options: BuildOptions, io: Io): Outcome {
  const prunes = options.prune === true
  const { document } = run.after.known
  const stale = options.snapshot === undefined ? staleCheck(policy, history, document.published, io) : []
  const findings = [...stale, ...uncommittedDeltas(run, open, io)]
  const pruned = prunes ? run.gone.flatMap(({ removable }) => removable.map((path) => resolve(io.cwd, path))) : []
  return {
    drafts: [...run.drafts, ...(isEmptyChange(run.change) ? [] : shippedDraft(document, history))],
    stale: [...run.stale, ...pruned],
    result: resultOf(
      run,
      { source: sourceOf(run, options, history, io), isDryRun: options.dryRun === true, prunes, findings },
      io,
    ),
  }
}

/** Only the commands that lead from an older state to the rules of now, and back. */
function sinceBuild(
  run: Run,
  { policy, history, vendorFolders, territory }: Prepared,
  options: BuildOptions,
  io: Io,
): Outcome {
  const files = sinceFiles(run, { policy, vendorFolders, territory, onlyBack: options.rollback === true }, io)
  const source = sourceOf(run, options, history, io)
  const whole = resultOf(run, { source, isDryRun: options.dryRun === true, prunes: false }, io)
  const { anyLocal: _, capacity: __, ...result } = whole
  return {
    ...files,
    result: {
      ...result,
      change: options.rollback ? reversed(result.change) : result.change,
      files: files.results,
      findings: [...run.after.findings, ...files.findings],
      removed: files.stale.map((path) => shownPath(path, io)),
      gone: [],
      runbooks: [],
    },
  }
}

/** The path of the compiled snapshot, or the name of the compiled document. */
function sourceOf({ after }: Run, { snapshot }: BuildOptions, { files }: Prepared['history'], io: Io): string {
  const { published } = after.known.document
  const stored = files.find((file) => file.published === published)
  const isAsked = snapshot === undefined || snapshot === stored?.published
  return stored && isAsked ? shownPath(stored.path, io) : (snapshot ?? after.known.where)
}
