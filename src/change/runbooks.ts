import { readFileSync } from 'node:fs'
import { parse, resolve } from 'node:path'
import { pathOf } from '../compile/target-job.ts'
import { noDeltaText } from '../finding/finding.ts'
import { fewTexts } from '../finding/phrases.ts'
import type { Io } from '../io.ts'
import type { Piece } from '../model/change.ts'
import type { ChangeWindow } from '../model/change-window.ts'
import type { DocumentLabel } from '../model/delta.ts'
import type { Policy, Target } from '../model/policy.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { type CommonOptions, shownPath } from '../policy/load.ts'
import { entryAt } from '../store/disk.ts'
import type { Territory } from '../store/territory.ts'
import { changedDrafts, checkDrafts, type Draft } from '../store/write.ts'
import { auditCommands, loadGroups, stepsOf } from '../vendor/render/runbook.ts'
import type { Before } from './before.ts'
import type { BuiltTarget } from './build-targets.ts'
import { byTarget } from './by-target-values.ts'
import type { BuiltCleanups } from './cleanups.ts'
import { deltaPath, type MadeDelta, type Way } from './deltas.ts'
import { sha256 } from './lock.ts'
import { MANUAL_FILE, MANUAL_LINE, type ManualFile, manualText } from './manual.ts'
import { olderName, RUNBOOK_LINE, RUNBOOK_START, runbookText } from './runbook-text.ts'
import { type CommandedTarget, hasRunbook } from './target-commands.ts'

export interface RunbookPlan {
  readonly policy: Policy
  readonly changed: readonly CommandedTarget[]
  /** The changes on the device of a target; undefined if unknown. */
  readonly piecesOf: (target: string) => readonly Piece[] | undefined
  readonly cleanups: BuiltCleanups
  readonly after: DocumentLabel
  readonly territory: Territory
  /** The options that an audit needs to see the same policy. */
  readonly options: CommonOptions
}

/** A runbook, and whether this run changes it. */
export interface RunbookFile {
  readonly target: string
  readonly path: string
  readonly isChanged: boolean
}

/** The runbooks of some targets, not yet written. */
export interface BuiltRunbooks {
  readonly drafts: readonly Draft[]
  readonly files: readonly RunbookFile[]
  readonly manuals: readonly ManualFile[]
}

/** Writes the runbook of every changed target whose device has something to load: a delta, or full files that replace older ones. */
export function buildRunbooks(plan: RunbookPlan, io: Io): BuiltRunbooks {
  const paths = runbookPaths(plan.policy.targets)
  const drafts: (Draft & { readonly target: string })[] = []
  const manuals: (Draft & { readonly target: string; readonly items: number })[] = []
  const cleanupsOf = byTarget(plan.cleanups.beside)
  for (const changed of plan.changed) {
    if (!hasRunbook(changed)) continue
    const { name } = changed.made.target
    const place = { territory: plan.territory, recognise: [RUNBOOK_LINE] }
    const path = resolve(io.cwd, paths.get(name) as string)
    const window = windowOf({ ...changed, cleanups: cleanupsOf(name) }, plan)
    drafts.push({ target: name, path, text: runbookText(window), owner: `the runbook of target "${name}"`, place })
    if (window.manual === undefined) continue
    manuals.push({
      target: name,
      items: window.stays.length,
      path: resolve(io.cwd, window.manual),
      text: manualText('after the older full files', window.stays, { ...plan.after, policy: plan.policy.name }),
      owner: `the way back of target "${name}"`,
      place: { territory: plan.territory, recognise: [MANUAL_LINE] },
    })
  }
  checkDrafts([...drafts, ...manuals])
  const changed = new Set<Draft>(changedDrafts([...drafts, ...manuals]))
  const fileOf = (draft: Draft & { readonly target: string }) => {
    return { target: draft.target, path: shownPath(draft.path, io), isChanged: changed.has(draft) }
  }
  return {
    drafts: [...drafts, ...manuals],
    files: drafts.map(fileOf),
    manuals: manuals.map((draft) => ({
      ...fileOf(draft),
      items: draft.items,
      when: 'after the older full files' as const,
    })),
  }
}

function windowOf(
  {
    before,
    made,
    delta,
    rollback,
    cleaned,
    stays,
    cleanups,
  }: CommandedTarget & { readonly cleanups: BuiltCleanups['beside'] },
  plan: RunbookPlan,
): ChangeWindow {
  const { target, job, files } = made
  const { vendor, options } = job
  const full = files.map((file) => ({ ...file, path: pathOf(target, file) }))
  // Only these have another version in version control.
  const replaced = before.files.filter(({ path, text }) => full.find((file) => file.path === path)?.text !== text)
  const commands = (side: MadeDelta | undefined) =>
    (side?.files ?? []).map((file) => ({ ...file, path: deltaPath(target.out, file, side?.way as Way) }))
  const [forward, back] = [commands(delta), commands(rollback)]
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
    refused: refusalOf(target.name, plan.cleanups),
    prepare: stepsOf('prepare', vendor, options),
    delta: loadGroups(forward, 'delta', vendor, options),
    full: loadGroups(full, 'full', vendor, options),
    cleanup: isCleanedBy
      ? loadGroups(forward, 'delta', vendor, options)
      : loadGroups(cleanups, 'cleanup', vendor, options),
    print: stepsOf('print', vendor, options),
    audits: audits(plan.after.published),
    auditsBack: older ? audits(older.published) : [],
    confirm: stepsOf('confirm', vendor, options),
    abort: stepsOf('abort', vendor, options),
    rollback: loadGroups(back, 'delta', vendor, options),
    older: back.length > 0 ? [] : replaced.map(({ path, text }) => ({ path, sha256: sha256(text) })),
    olderLoads: back.length > 0 ? [] : loadGroups(olderFiles, 'full', vendor, options),
    stays,
    manual: stays.length > 0 ? deltaPath(target.out, MANUAL_FILE, 'rollback') : undefined,
  }
}

/** Why a device refuses the full files of a target over the older ones; undefined if it does not. */
function refusalOf(target: string, { findings }: BuiltCleanups): string | undefined {
  const refused = findings.find((finding) => finding.code === 'LOAD_REFUSED' && finding.target === target)
  return refused?.code === 'LOAD_REFUSED' ? fewTexts(refused.why) : undefined
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
