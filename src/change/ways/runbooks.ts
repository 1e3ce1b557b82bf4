import { readFileSync } from 'node:fs'
import { parse, resolve } from 'node:path'
import type { Rendered } from '../../compile/render-target.ts'
import { pathOf } from '../../compile/target-job.ts'
import { noDeltaText } from '../../finding/finding.ts'
import { fewTexts } from '../../finding/phrases.ts'
import type { Io } from '../../io.ts'
import type { ChangeWindow, Piece } from '../../model/change.ts'
import type { DocumentLabel } from '../../model/delta.ts'
import type { Policy, Target } from '../../model/policy.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import type { CommonOptions } from '../../policy/load.ts'
import { sha256 } from '../../policy/lock/lock.ts'
import { entryAt } from '../../store/disk.ts'
import type { Territory } from '../../store/territory.ts'
import type { Draft } from '../../store/write.ts'
import { auditCommands, loadGroups, stepsOf } from '../../vendor/render/runbook.ts'
import type { BuiltTarget } from '../build-targets.ts'
import type { Before } from '../older/before.ts'
import { type BesideFile, shownDrafts, type TargetDraft } from '../target-drafts.ts'
import type { Cleaned } from './clean-target.ts'
import { type CommandKind, commandPath, MANUAL_FILE } from './command-files.ts'
import { type ManualFile, manualDraft, manualFiles } from './manual.ts'
import { olderName, RUNBOOK_LINE, RUNBOOK_START, runbookText } from './runbook-text.ts'
import { type CommandedTarget, hasRunbook, type MadeDelta } from './target-commands.ts'

export interface RunbookPlan {
  readonly policy: Policy
  readonly changed: readonly CommandedTarget[]
  /** The changes on the device of a target; undefined if unknown. */
  readonly piecesOf: (target: string) => readonly Piece[] | undefined
  readonly after: DocumentLabel
  readonly territory: Territory
  /** The options that an audit needs to see the same policy. */
  readonly options: CommonOptions
}

/** The runbooks of some targets, not yet written. */
export interface BuiltRunbooks {
  readonly drafts: readonly Draft[]
  readonly files: readonly BesideFile[]
  readonly manuals: readonly ManualFile[]
}

/** Writes the runbook of every changed target whose device has something to load: a delta, or full files that replace older ones. */
export function buildRunbooks(plan: RunbookPlan, io: Io): BuiltRunbooks {
  const paths = runbookPaths(plan.policy.targets)
  const { after, territory } = plan
  const drafts: TargetDraft[] = []
  const lists: ReturnType<typeof manualDraft>[] = []
  for (const changed of plan.changed.filter(hasRunbook)) {
    const { made, stays } = changed
    const { target } = made
    drafts.push({
      target,
      path: resolve(io.cwd, paths.get(target.name) as string),
      text: runbookText(windowOf(changed, plan)),
      owner: `the runbook of target "${target.name}"`,
      place: { territory, recognise: [RUNBOOK_LINE] },
    })
    if (stays.length === 0) continue
    const label = { ...after, policy: plan.policy.name }
    lists.push(
      manualDraft(made, 'rollback', { when: 'after the older full files', items: stays }, label, territory, io),
    )
  }
  return {
    drafts: [...drafts, ...lists],
    files: drafts.map(shownDrafts(drafts, io)),
    manuals: manualFiles(lists, io),
  }
}

function windowOf({ before, made, delta, rollback, cleaned, stays }: CommandedTarget, plan: RunbookPlan): ChangeWindow {
  const { target, job, files } = made
  const { vendor, options } = job
  const full = files.map((file) => ({ ...file, path: pathOf(target, file) }))
  // Only these have another version in version control.
  const replaced = before.files.filter(({ path, text }) => full.find((file) => file.path === path)?.text !== text)
  const commands = (kind: CommandKind, rendered: readonly Rendered[] = []) =>
    rendered.map((file) => ({ ...file, path: commandPath(target.out, file, kind) }))
  const [forward, back] = [commands('delta', delta.files), commands('rollback', rollback?.files)]
  const audits = (snapshot: string) => auditCommands(target.name, vendor, options, auditFlags(plan.options, snapshot))
  const older = before.rules?.document
  const olderFiles = before.files.map((file) => (replaced.includes(file) ? { ...file, path: olderName(file) } : file))
  const isCleanedBy = forward.length > 0 && cleaned.proof !== undefined
  return {
    target: target.name,
    vendor: target.vendor,
    policy: plan.policy.name,
    before: older,
    after: plan.after,
    isPolicySame: isSamePolicy(before, made),
    pieces: plan.piecesOf(target.name),
    commands: delta.proof?.commands,
    noDelta: forward.length > 0 ? undefined : reasonOf(delta),
    noRollback: forward.length > 0 && back.length === 0 ? reasonOf(rollback) : undefined,
    refused: refusalOf(cleaned),
    prepare: stepsOf('prepare', vendor, options),
    delta: loadGroups(forward, 'delta', vendor, options),
    full: loadGroups(full, 'full', vendor, options),
    cleanup: isCleanedBy
      ? loadGroups(forward, 'delta', vendor, options)
      : loadGroups(commands('cleanup', cleaned.files), 'cleanup', vendor, options),
    print: stepsOf('print', vendor, options),
    audits: audits(plan.after.published),
    auditsBack: older ? audits(older.published) : [],
    confirm: stepsOf('confirm', vendor, options),
    abort: stepsOf('abort', vendor, options),
    rollback: loadGroups(back, 'delta', vendor, options),
    older: back.length > 0 ? [] : replaced.map(({ path, text }) => ({ path, sha256: sha256(text) })),
    olderLoads: back.length > 0 ? [] : loadGroups(olderFiles, 'full', vendor, options),
    stays,
    manual: stays.length > 0 ? commandPath(target.out, MANUAL_FILE, 'rollback') : undefined,
  }
}

/** Why a device refuses the full files over the older ones; undefined if it does not. */
function refusalOf({ findings }: Cleaned): string | undefined {
  const refused = findings.find((finding) => finding.code === 'LOAD_REFUSED')
  return refused && fewTexts(refused.why)
}

/** True if the older files hold the current policy, compiled against the older document. */
function isSamePolicy({ rules, job }: Before, made: BuiltTarget): boolean {
  if (!rules) return false
  const withoutAddresses = ({ ruleset }: { readonly ruleset: Ruleset }) =>
    ruleset.rules.map(({ set, local, ...rule }) => [
      rule,
      set.tags,
      set.own?.texts,
      local && 'set' in local ? local.set.prefixes.texts : local,
    ])
  return (
    JSON.stringify([withoutAddresses(rules), job.options]) ===
    JSON.stringify([withoutAddresses(made), made.job.options])
  )
}

/** Why a target has no commands of that way. */
function reasonOf(made: MadeDelta | undefined): string {
  if (!made?.why) return 'nothing leads back from the same rules'
  return noDeltaText(made.why, made.way)
}

function auditFlags({ policy, snapshots, vendors, cloud }: CommonOptions, snapshot: string): string[] {
  const given = { '--policy': policy, '--snapshots': snapshots, '--vendors': vendors, '--cloud': cloud }
  const flags = Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]))
  return ['--snapshot', snapshot, ...flags]
}

/**
 * Where the runbook of each target goes, by name: `rules/edge.conf` has `rules/edge.change.md`. Where two targets would share that
 * path, theirs keep the whole name: `rules/edge.conf.change.md`.
 */
export function runbookPaths(targets: readonly Target[]): ReadonlyMap<string, string> {
  const short = ({ out }: Target) => {
    const { dir, name } = parse(out)
    return `${dir === '' ? '' : `${dir}/`}${name}.change.md`
  }
  const counts = new Map<string, number>()
  for (const target of targets) counts.set(short(target), (counts.get(short(target)) ?? 0) + 1)
  return new Map(
    targets.map((target) => [
      target.name,
      (counts.get(short(target)) as number) > 1 ? `${target.out}.change.md` : short(target),
    ]),
  )
}

/** True if the file at `path` is a runbook that tagwall wrote. */
export const isRunbook = (path: string): boolean =>
  entryAt(path)?.isFile() === true && readFileSync(path, 'utf8').startsWith(RUNBOOK_START)
