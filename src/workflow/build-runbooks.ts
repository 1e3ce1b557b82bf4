import { readFileSync } from 'node:fs'
import { parse, resolve } from 'node:path'
import { windowChanges } from '../compile/delta/window-changes.ts'
import type { Io } from '../io.ts'
import { byTarget } from '../model/by-target.ts'
import type { ChangeWindow } from '../model/change-window.ts'
import type { DocumentLabel } from '../model/delta.ts'
import type { Policy, Target } from '../model/policy.ts'
import { restrict } from '../model/ruleset.ts'
import { splitOf } from '../model/vendor.ts'
import { olderName, RUNBOOK_LINE, RUNBOOK_START, runbookText } from '../present/runbook.ts'
import { noDeltaText } from '../present/text/finding.ts'
import { auditCommands, loadGroups, stepsOf } from '../render/runbook.ts'
import { entryAt } from '../store/disk.ts'
import { hashOf } from '../store/journal.ts'
import type { Territory } from '../store/territory.ts'
import { changedDrafts, checkDrafts, type Draft } from '../store/write.ts'
import type { BuiltCleanups } from './build-cleanups.ts'
import { type BuiltDeltas, deltaPath, type MadeDelta } from './build-deltas.ts'
import type { Built, BuiltTarget } from './build-targets.ts'
import { type FileThere, filesThere } from './files-there.ts'
import { type CommonOptions, shownPath } from './load.ts'
import { changesOfFiles, staysAfter } from './older-files.ts'
import type { PolicySide } from './policy-side.ts'
import { pathOf } from './target-job.ts'

export interface RunbookPlan {
  readonly policy: Policy
  readonly built: Built
  readonly cleanups: BuiltCleanups
  /** Both undefined where there is no older document. */
  readonly deltas: BuiltDeltas | undefined
  readonly rollbacks: BuiltDeltas | undefined
  readonly base: DocumentLabel | undefined
  /** The document of the full files that this run replaces. */
  readonly replaced: DocumentLabel | undefined
  readonly after: PolicySide
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
  /** Runbooks of an earlier change, for targets that need no change now. */
  readonly stale: readonly string[]
}

/** What a run makes for one target. */
interface OfTarget {
  readonly made: BuiltTarget
  readonly delta: MadeDelta | undefined
  readonly rollback: MadeDelta | undefined
  readonly cleanups: BuiltCleanups['beside']
  /** Whether a full file of it changes. */
  readonly isChanged: boolean
}

/** Writes the runbook of every target whose device has something to load: a delta, or full files that replace older ones. */
export async function buildRunbooks(plan: RunbookPlan, io: Io): Promise<BuiltRunbooks> {
  const paths = runbookPaths(plan.policy.targets)
  const drafts: (Draft & { readonly target: string })[] = []
  const stale: string[] = []
  const [deltas, rollbacks] = [byName(plan.deltas), byName(plan.rollbacks)]
  const [filesOf, cleanupsOf] = [byTarget(plan.built.files), byTarget(plan.cleanups.beside)]
  for (const made of plan.built.made) {
    const { name } = made.target
    const path = resolve(io.cwd, paths.get(name) as string)
    const delta = deltas.get(name)
    if (delta?.isEmpty) {
      if (isRunbook(path)) stale.push(path)
      continue
    }
    const isChanged = filesOf(name).some((file) => file.isChanged)
    const own = { made, delta, rollback: rollbacks.get(name), cleanups: cleanupsOf(name), isChanged }
    const window = await windowOf(own, plan, io)
    if (!window) continue
    const place = { territory: plan.territory, recognise: [RUNBOOK_LINE] }
    drafts.push({ target: name, path, text: runbookText(window), owner: `the runbook of target "${name}"`, place })
  }
  checkDrafts(drafts)
  const changed = new Set<Draft>(changedDrafts(drafts))
  const files = drafts.map((draft) => {
    return { target: draft.target, path: shownPath(draft.path, io), isChanged: changed.has(draft) }
  })
  return { drafts, files, stale }
}

const byName = (way: BuiltDeltas | undefined) => new Map(way?.made.map((made) => [made.target.name, made]))

/** Undefined if the device needs no change, or no older files are on disk to compare with. */
async function windowOf(
  { made, delta, rollback, cleanups, isChanged }: OfTarget,
  plan: RunbookPlan,
  io: Io,
): Promise<ChangeWindow | undefined> {
  const { target, job, files } = made
  const { vendor, options } = job
  const hasDelta = delta !== undefined && delta.files.length > 0
  const there = hasDelta ? [] : filesThere(target, files, io)
  if (!hasDelta && (!isChanged || there.length === 0)) return undefined
  const full = files.map((file) => ({ ...file, path: pathOf(target, file) }))
  const older = hasDelta ? delta.before.map((file) => ({ ...file, path: pathOf(target, file) })) : shown(there, io)
  // Only these have another version in version control.
  const replaced = older.filter(({ path, text }) => full.find((file) => file.path === path)?.text !== text)
  const hasRollback = hasDelta && rollback !== undefined && rollback.files.length > 0
  const commands = (side: MadeDelta) =>
    side.files.map((file) => ({ ...file, path: deltaPath(target.out, file, side.way) }))
  const audits = (snapshot: string) => auditCommands(target.name, vendor, options, auditFlags(plan.options, snapshot))
  const back = hasDelta ? plan.base : plan.replaced
  return {
    target: target.name,
    vendor: target.vendor,
    policy: plan.policy.name,
    before: hasDelta ? plan.base : undefined,
    after: plan.after.ruleset,
    changes: hasDelta
      ? windowChanges(
          restrict(delta.older, job.family),
          restrict(delta.newer, job.family),
          splitOf(vendor, options) === 'tag' ? 'tags' : 'addresses',
        )
      : await changesOfFiles(made, there),
    commands: hasDelta ? delta.proof?.commands : undefined,
    noDelta: hasDelta ? undefined : reasonOf(delta),
    noRollback: hasDelta && !hasRollback ? reasonOf(rollback) : undefined,
    prepare: stepsOf('prepare', vendor, options),
    delta: hasDelta ? loadGroups(commands(delta), 'delta', vendor, options) : [],
    full: loadGroups(full, 'full', vendor, options),
    cleanup: loadGroups(cleanups, 'cleanup', vendor, options),
    print: stepsOf('print', vendor, options),
    audits: audits(plan.after.ruleset.published),
    auditsBack: back ? audits(back.published) : [],
    confirm: stepsOf('confirm', vendor, options),
    abort: stepsOf('abort', vendor, options),
    rollback: hasRollback ? loadGroups(commands(rollback), 'delta', vendor, options) : [],
    older: hasRollback ? [] : replaced.map(({ path, text }) => ({ path, sha256: hashOf(text) })),
    olderLoads: hasRollback
      ? []
      : loadGroups(
          older.map((file) => (replaced.includes(file) ? { ...file, path: olderName(file) } : file)),
          'full',
          vendor,
          options,
        ),
    stays: hasRollback ? [] : await staysAfter(made, older),
  }
}

const shown = (files: readonly FileThere[], io: Io) =>
  files.map((file) => ({ ...file, path: shownPath(file.path, io) }))

// A proof can fail in every line of a file; the warning has all of them.
const LONGEST_REASON = 400

/** Why a target has no commands of that way. */
function reasonOf(made: MadeDelta | undefined): string {
  if (!made) return 'no older snapshot knows the tags of this policy'
  if (!made.why) return 'an older file is missing'
  const reason = noDeltaText(made.why, made.way)
  return reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason
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

/** The runbooks that an earlier run wrote. */
export function runbooksThere({ targets }: Policy, io: Io): RunbookFile[] {
  return [...runbookPaths(targets)].flatMap(([target, path]) =>
    isRunbook(resolve(io.cwd, path)) ? [{ target, path, isChanged: false }] : [],
  )
}

/** Whether the file at `path` is a runbook that tagwall wrote. */
export const isRunbook = (path: string): boolean =>
  entryAt(path)?.isFile() === true && readFileSync(path, 'utf8').startsWith(RUNBOOK_START)
