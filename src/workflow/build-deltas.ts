import { existsSync } from 'node:fs'
import { parse, resolve } from 'node:path'
import { reloadGaps } from '../compile/delta/reload-gaps.ts'
import type { Widened } from '../compile/widen/widen.ts'
import { UserErrors } from '../errors.ts'
import type { Io } from '../io.ts'
import { errorsIn, type Finding, type NoDelta } from '../model/finding.ts'
import type { Target } from '../model/policy.ts'
import type { FileResult } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { countLines } from '../model/text/lines.ts'
import type { Vendor } from '../model/vendor.ts'
import { partNumber } from '../render/parts.ts'
import type { Territory } from '../store/territory.ts'
import { changedDrafts, checkDrafts, type Draft, foreignAmong } from '../store/write.ts'
import type { BuildPlan } from './build-targets.ts'
import { textThere } from './files-there.ts'
import { shownPath } from './load.ts'
import type { PolicySide } from './policy-side.ts'
import { type RenderedDelta, renderDelta } from './render-delta.ts'
import { type Rendered, suffixesOf } from './render-target.ts'
import { Shared } from './share.ts'
import { jobOf, pathOf } from './target-job.ts'

/** Forward, or back. */
export type Way = 'delta' | 'rollback'

export interface DeltaPlan extends BuildPlan {
  readonly way: Way
  readonly before: PolicySide
  /** Texts that are about to be written, by path: full files that are on the disk must be these, or those of `before`. */
  readonly written?: ReadonlyMap<string, string>
}

/** The deltas of some targets, not yet written. */
export interface BuiltDeltas {
  readonly drafts: readonly Draft[]
  readonly files: readonly FileResult[]
  /** The newer rulesets of targets that are widened, by name. */
  readonly widened: ReadonlyMap<string, Ruleset>
  /** Why some targets have no delta; only warnings, because full files always work. */
  readonly findings: readonly Finding[]
  /** Deltas that an earlier run left for targets that have none now. */
  readonly stale: readonly string[]
  readonly made: readonly MadeDelta[]
}

/** The delta of one target, or its rollback, with the rulesets of both documents. */
export interface MadeDelta extends RenderedDelta {
  readonly target: Target
  readonly vendor: Vendor
  readonly way: Way
  /** Why there are no files; undefined also where an older file is missing. */
  readonly why: NoDelta | undefined
  readonly older: Ruleset
  readonly newer: Ruleset
}

/** Renders and proves the delta of every target, for a file next to its full files. */
export async function buildDeltas(plan: DeltaPlan, io: Io): Promise<BuiltDeltas> {
  const shared = new Shared<RenderedDelta>()
  const made: MadeDelta[] = []
  for (const target of plan.targets) made.push(await deltaOf(target, plan, shared, io))
  const drafts = made.flatMap((delta) =>
    delta.files.map(({ text, ...file }) => ({
      delta,
      text,
      owner: `the ${plan.way} of target "${delta.target.name}"`,
      path: resolve(io.cwd, deltaPath(delta.target.out, file, plan.way)),
      place: { territory: plan.territory, recognise: delta.vendor.recognise },
    })),
  )
  checkDrafts(drafts)
  const changed = new Set(changedDrafts(drafts))
  const files = drafts.map((draft): FileResult => {
    const { target, proof, isEmpty } = draft.delta
    const lines = countLines(draft.text)
    const delta = { way: plan.way, isEmpty }
    const path = shownPath(draft.path, io)
    return { target: target.name, vendor: target.vendor, path, lines, proof, isChanged: changed.has(draft), delta }
  })
  return {
    drafts,
    files,
    widened: new Map(made.filter(({ target }) => target.widen).map(({ target, newer }) => [target.name, newer])),
    findings: made.flatMap(({ findings }) => findings),
    made,
    stale: made
      .filter(({ files }) => files.length === 0)
      .flatMap((delta) => leftPaths(delta, plan.way, plan.territory, io)),
  }
}

async function deltaOf(
  target: Target,
  { way, before, after, requireProof, vendorFolders, render, written }: DeltaPlan,
  shared: Shared<RenderedDelta>,
  io: Io,
): Promise<MadeDelta> {
  const job = jobOf(target, vendorFolders)
  const [older, newer] = [before, after].map(({ widen, ruleset }) => widen(target, job, ruleset)) as [Widened, Widened]
  const { vendor } = job
  const sides = { target, vendor, way, older: older.ruleset, newer: newer.ruleset }
  const none = (why?: NoDelta): MadeDelta => {
    const findings: Finding[] = why ? [{ code: 'NO_DELTA', severity: 'warning', target: target.name, way, why }] : []
    return { ...sides, why, files: [], before: [], isEmpty: false, proof: undefined, findings }
  }
  const errors = errorsIn([...before.findings, ...older.findings])
  if (errors.length > 0) return none({ kind: 'before', findings: errors })
  const [from, to] = way === 'delta' ? [older, newer] : [newer, older]
  // Without an old file, nobody expects a delta.
  if (written && suffixesOf(from.ruleset, job).every((suffix) => !isWritten(target, suffix, io))) return none()
  const key = shared.keyOf(job, [from.ruleset, to.ruleset])
  const change = { before: from.ruleset, after: to.ruleset }
  const delta = shared.find(key) ?? (await renderDelta(change, job, requireProof, render))
  if (delta.findings.length === 0) shared.keep(key, delta)
  const why = delta.findings.find(({ code }) => code === 'NO_DELTA') as Extract<Finding, { why: NoDelta }> | undefined
  const gaps = written ? reloadGaps(from.ruleset, to.ruleset, job, delta.files.length > 0) : []
  const findings = [...gaps, ...delta.findings].flatMap((finding): Finding[] => {
    if (finding.code !== 'NO_DELTA') return [finding]
    // Do not report every week that a list has no delta.
    return written && finding.why.kind === 'form' ? [] : [{ ...finding, severity: 'warning', way }]
  })
  const disk = written && stateOfDisk(target, delta.before, written, io)
  if (disk === undefined || disk.others.length + disk.missing.length === 0)
    return { ...delta, ...sides, why: why?.why, findings }
  // As above, a missing file alone is not reported.
  return disk.others.length === 0 || delta.files.length === 0 ? none() : none({ kind: 'files', paths: disk.others })
}

/**
 * The full files on disk that a delta cannot start from, and those that are missing. The files on disk are what the device loaded
 * last. They must be what the same policy, options and templates make of the older snapshot, or of the newer one in a second run.
 */
function stateOfDisk(target: Target, before: readonly Rendered[], written: ReadonlyMap<string, string>, io: Io) {
  const others: string[] = []
  const missing: string[] = []
  for (const file of before) {
    const { text } = file
    const path = resolve(io.cwd, pathOf(target, file))
    if (!existsSync(path)) missing.push(shownPath(path, io))
    else {
      const found = textThere(path)
      if (found !== text && found !== written.get(path)) others.push(shownPath(path, io))
    }
  }
  return { others, missing }
}

/** Whether a file of the target is there, whole or the first of several parts. */
function isWritten(target: Target, suffix: string, io: Io): boolean {
  return [undefined, partNumber(1)].some((number) => existsSync(resolve(io.cwd, pathOf(target, { suffix, number }))))
}

/** `rules/edge.conf` becomes `rules/edge.delta.conf`; a suffix comes before the extension, which may be the file's own. */
export function deltaPath(out: string, { suffix, extension }: CommandFile, way: Way | 'cleanup'): string {
  const { dir, name, ext } = parse(out)
  return `${dir === '' ? '' : `${dir}/`}${name}.${way}${suffix}${extension ?? ext}`
}

type CommandFile = Pick<Rendered, 'suffix' | 'extension'>

/** The deltas or rollbacks of one target that an earlier run left. Throws `UserErrors` if one looks like a file of somebody else. */
export function leftPaths(
  { target, vendor }: Pick<MadeDelta, 'target' | 'vendor'>,
  way: Way,
  territory: Territory,
  io: Io,
): string[] {
  const left = vendor.deltas
    .filter(({ each }) => !each)
    .map((file) => resolve(io.cwd, deltaPath(target.out, file, way)))
    .filter((path) => existsSync(path))
  const problems = foreignAmong(left, `the ${way} of target "${target.name}"`, {
    territory,
    recognise: vendor.recognise,
  })
  if (problems.length > 0) throw new UserErrors('nothing was written', problems)
  return left
}
