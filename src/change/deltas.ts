import { parse, resolve } from 'node:path'
import type { Rendered } from '../compile/render-target.ts'
import { Shared } from '../compile/share.ts'
import type { Renderer } from '../compile/shared-renderer.ts'
import type { Finding, NoDelta } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import type { DeltaArtefact } from '../model/artefact.ts'
import type { Job } from '../model/job.ts'
import type { Target } from '../model/policy.ts'
import type { FileResult } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Vendor } from '../model/vendor.ts'
import { shownPath } from '../policy/load.ts'
import type { Territory } from '../store/territory.ts'
import { changedDrafts, checkDrafts, type Draft } from '../store/write.ts'
import { countLines } from '../text/lines.ts'
import type { Loads } from '../verify/loaded-files.ts'
import type { Before } from './before.ts'
import type { BuiltTarget } from './build-targets.ts'
import type { FileThere } from './files-there.ts'
import { sha256 } from './lock.ts'
import { MANUAL_FILE } from './manual.ts'
import { reloadGaps } from './reload-gaps.ts'
import { deltaBetween, type RenderedDelta, ROUNDS } from './render-delta.ts'

/** Forward, or back. */
export type Way = 'delta' | 'rollback'

/** A target whose device changes: its older side, and its newer one. */
export interface ChangedTarget {
  readonly before: Before
  readonly made: BuiltTarget
}

export interface DeltaPlan {
  readonly requireProof: boolean
  readonly render: Renderer
  /** Start from what this version makes of the older rules if their files are not known, as since an older document. */
  readonly startsRendered: boolean
  /** Whether the full files are written too; then a form without deltas is no news. */
  readonly isBesideFull: boolean
}

/** Deltas or rollbacks, not yet written. */
export interface BuiltDeltas {
  readonly drafts: readonly Draft[]
  readonly files: readonly FileResult[]
  /** Why some targets have no commands that way; only warnings, because full files always work. */
  readonly findings: readonly Finding[]
  readonly made: readonly MadeDelta[]
}

/** The delta of one target, or its rollback. */
export interface MadeDelta extends RenderedDelta {
  readonly target: Target
  readonly way: Way
  /** Why there are no files. */
  readonly why: NoDelta | undefined
}

/** The files of the commands of every target that lead from its older to its newer rules, or back. */
export function buildDeltas(
  way: Way,
  targets: readonly (ChangedTarget & { readonly [way in Way]: MadeDelta | undefined })[],
  territory: Territory,
  io: Io,
): BuiltDeltas {
  const made = targets.flatMap((one) => (one[way] ? [{ ...one[way], job: one.made.job }] : []))
  const drafts = made.flatMap((delta) =>
    delta.files.map(({ text, ...file }) => ({
      delta,
      text,
      owner: `the ${way} of target "${delta.target.name}"`,
      path: resolve(io.cwd, deltaPath(delta.target.out, file, way)),
      place: { territory, recognise: delta.job.vendor.recognise },
    })),
  )
  checkDrafts(drafts)
  const changed = new Set(changedDrafts(drafts))
  const files = drafts.map((draft): FileResult => {
    const { target, proof, isEmpty } = draft.delta
    const path = shownPath(draft.path, io)
    const lines = countLines(draft.text)
    return {
      ...{ target: target.name, vendor: target.vendor, path, lines, proof },
      isChanged: changed.has(draft),
      delta: { way, isEmpty },
    }
  })
  return { drafts, files, findings: made.flatMap(({ findings }) => findings), made }
}

/** Renders and proves the commands of one target after the other. */
export class DeltaMaker {
  readonly #plan: DeltaPlan
  readonly #shared = new Shared<RenderedDelta>()

  constructor(plan: DeltaPlan) {
    this.#plan = plan
  }

  /** The commands that lead a target from its older to its newer rules, or back. */
  make(way: Way, target: ChangedTarget, loads: Loads): Promise<MadeDelta> {
    return deltaOf(way, target, { ...this.#plan, shared: this.#shared, loads })
  }
}

async function deltaOf(
  way: Way,
  { before, made }: ChangedTarget,
  {
    requireProof,
    render,
    startsRendered,
    isBesideFull,
    shared,
    loads,
  }: DeltaPlan & { readonly shared: Shared<RenderedDelta>; readonly loads: Loads },
): Promise<MadeDelta> {
  const { target, job } = made
  const none = (why: NoDelta): MadeDelta => {
    const isNews = why.kind !== 'lock' || !isBesideFull
    const finding: Finding = { code: 'NO_DELTA', severity: 'warning', target: target.name, way, why }
    return {
      target,
      way,
      why,
      files: [],
      before: [],
      isEmpty: false,
      proof: undefined,
      findings: isNews ? [finding] : [],
    }
  }
  // The change itself says which files it could not compare with.
  if (!before.rules) return none({ kind: 'lock', why: before.why ?? 'unlocked' })
  if (!isSameDevice(before.job, job)) return none({ kind: 'options' })
  const [older, newer] = [before.rules.ruleset, made.ruleset]
  const full = fullFilesOf(before, made, render, startsRendered)
  if ('kind' in full) return none(full)
  const [from, to] = way === 'delta' ? [older, newer] : [newer, older]
  const start = way === 'delta' ? full.files : made.files
  const key = `${way} ${shared.keyOf(job, [from, to])} ${start.map(({ text }) => sha256(text)).join(' ')}`
  const options = { requireProof, render, start, loads, isBack: way === 'rollback' }
  const delta = shared.find(key) ?? (await deltaBetween({ before: from, after: to }, job, options))
  if (delta.findings.length === 0) shared.keep(key, delta)
  const refusal = delta.findings.find(({ code }) => code === 'NO_DELTA') as
    | Extract<Finding, { why: NoDelta }>
    | undefined
  const gaps = isBesideFull && way === 'delta' ? reloadGaps(from, to, job, delta.files.length > 0) : []
  const findings = [...gaps, ...delta.findings].flatMap((finding): Finding[] => {
    if (finding.code !== 'NO_DELTA') return [finding]
    // Do not report every week that a list has no delta.
    return isBesideFull && finding.why.kind === 'form' ? [] : [{ ...finding, severity: 'warning', way }]
  })
  return { ...delta, target, way, why: refusal?.why, findings }
}

/** The older full files that a delta starts from: those in place, all of them; rendered where only a document is known. */
function fullFilesOf(
  before: Before,
  made: BuiltTarget,
  render: Renderer,
  startsRendered: boolean,
): { files: readonly StartFile[] } | NoDelta {
  const ruleset = (before.rules as { ruleset: Ruleset }).ruleset
  const rendered = render(ruleset, made.job)
  if (before.files.length > 0) return { files: before.files }
  return startsRendered ? rendered : { kind: 'missing' }
}

type StartFile = Rendered | FileThere

/** Whether two jobs make the same of the same rules. */
export function isSameDevice(a: Job, b: Job): boolean {
  const numbers = ({ vendor }: Job) =>
    Object.entries(vendor.limits).map(([name, { max, cases }]) => [name, max, cases.map((one) => one.max)])
  const textOf = (job: Job) => JSON.stringify([job.vendor.folder, numbers(job), job.options, job.family])
  return textOf(a) === textOf(b)
}

/** The suffixes that a delta's file may have: over another ruleset, several files are loaded in two rounds. */
const deltaSuffixes = ({ suffix, steps }: Pick<DeltaArtefact, 'suffix' | 'steps'>): string[] =>
  steps ? [suffix, ...ROUNDS.map((round) => `.${round}${suffix}`)] : [suffix]

/** The files that commands of one way may have beside the full files. */
export const commandFiles = (
  { deltas, cleanup }: Pick<Vendor, 'deltas' | 'cleanup'>,
  way: Way | 'cleanup',
): Pick<Rendered, 'suffix' | 'extension'>[] =>
  way === 'cleanup'
    ? [...cleanup, MANUAL_FILE]
    : [
        ...deltas.flatMap((artefact) => deltaSuffixes(artefact).map((suffix) => ({ ...artefact, suffix }))),
        ...(way === 'rollback' ? [MANUAL_FILE] : []),
      ]

/** `rules/edge.conf` becomes `rules/edge.delta.conf`; a suffix comes before the extension, which may be the file's own. */
export function deltaPath(
  out: string,
  { suffix, extension }: { readonly suffix: string; readonly extension?: string | undefined },
  way: Way | 'cleanup',
): string {
  const { dir, name, ext } = parse(out)
  return `${dir === '' ? '' : `${dir}/`}${name}.${way}${suffix}${extension ?? ext}`
}
