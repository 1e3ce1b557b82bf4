import type { AddressFamily } from '../address/prefix.ts'
import type { WidenedTarget } from '../change/build-targets.ts'
import { keepsOlder } from '../change/commands/clean-target.ts'
import { deltaView } from '../change/commands/delta-files.ts'
import { renderDelta } from '../change/commands/render-delta.ts'
import { type NewerSide, openOlder } from '../change/older/older.ts'
import { type OlderSource, openSource } from '../change/older/source.ts'
import { fit } from '../compile/fit/fit.ts'
import { checkedSide, type PolicySide } from '../compile/policy-side.ts'
import { type Rendered, renderAll } from '../compile/render-target.ts'
import { jobWith, vendorReader, wideOptions } from '../compile/target-job.ts'
import { targetPriceJson } from '../compile/widen/json.ts'
import { pricesOf, wideningFor } from '../compile/widen/widen-target.ts'
import { pricesText } from '../compile/widen/widening-text.ts'
import { openHistory } from '../document/history.ts'
import { openForRules } from '../document/open-document.ts'
import { staleCheck } from '../document/stale-check.ts'
import { UserError, UserErrors } from '../errors.ts'
import { type Finding, findingJson, noDeltaText } from '../finding/finding.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import { labelOf } from '../model/delta.ts'
import { formatJson, proofJson } from '../model/json.ts'
import type { ReadFile } from '../model/reading.ts'
import type { Proof, TargetPrice } from '../model/result.ts'
import { onlyRule, type Ruleset } from '../model/ruleset.ts'
import type { Job } from '../model/vendor.ts'
import { type CommonOptions, loadPolicy, targetFor, vendorFolders } from '../policy/load.ts'
import { coversIn } from '../policy/lock/lock.ts'
import { openLock } from '../policy/lock/open-lock.ts'
import { didYouMean } from '../text/nearest.ts'
import { viewOf } from '../vendor/render/view.ts'
import { Loads } from '../verify/loaded-files.ts'
import { proveFiles } from '../verify/prove-files.ts'

/** The options of `emit`, from the command line. */
export interface EmitOptions extends CommonOptions {
  /** The file to print. */
  readonly part?: string
  readonly family?: AddressFamily
  readonly set?: Readonly<Record<string, string>>
  readonly model?: string
  readonly requireProof?: boolean
  readonly since?: string
  readonly rollback?: boolean
  readonly view?: boolean
  /** The rule of the policy that the view is of. */
  readonly rule?: string
  /** At most this many prefixes per rule and family, instead of the target's own numbers. */
  readonly widen?: number
  readonly site?: readonly string[]
}

/**
 * The proved rules of a vendor, or of a target, as one file or as JSON; with `view`, what the templates see. `notes` are for people. The output is bytes
 * where a device reads them, so they are not sanitized. Throws `UserError` for rules that cannot be made, and for several files of which none is chosen.
 */
export async function emit(asked: string, options: EmitOptions, io: Io) {
  const policy = await loadPolicy(options, io)
  const own = targetFor(asked, policy, options.site ?? [], io)
  const { name } = own
  const { family = own.family, model = own.model } = options
  const target = { ...own, family, model, widen: wideningFor(own.widen, options.widen) }
  const vendorOf = vendorReader(vendorFolders(options, io))
  const job = jobWith(target, vendorOf(target.vendor, target.at), options.set)
  const history = openHistory(options, policy, io)
  const known = await openForRules(options.snapshot ?? 'latest', history, io)
  const open = openLock(policy, options, io)
  const compiled = checkedSide(known, history, coversIn(open))
  const { ruleset, findings: unmet } = compiled.widen(target, job)
  refuseErrors(unmet, `${name} cannot have the rules as asked, so nothing is emitted`)
  if (options.rollback && options.since === undefined)
    throw new UserError('--rollback needs --since with the snapshot to go back to')
  if (options.rule !== undefined && !options.view) throw new UserError('--rule is for --view: add it, or remove --rule')
  const { since } = options
  const source = since === undefined ? undefined : await openSource({ ...options, since }, { history, open }, io)
  const now = { target, job, ruleset }
  const older = source && (await olderRules(source, { policy, known, vendorOf }, now))
  const newer: EmitSide = { ruleset, job }
  const [before, after] = older && options.rollback ? [newer, older] : [older, newer]
  if (options.view)
    return { findings: [], notes: '', output: `${JSON.stringify(seenView(before, after, options), null, 2)}\n` }
  const requireProof = options.requireProof === true
  const emitted = before
    ? await deltaFiles(before, after, requireProof)
    : await fullFiles(after, compiled, requireProof)
  const files = options.json ? named(emitted.files, name, options) : [choosePart(emitted.files, name, options)]
  const stale = options.snapshot === undefined ? staleCheck(history, known.document.published, io) : []
  const wide = older ? [] : wideOptions(job, { ...target.options, ...options.set })
  const notKnown = !older && (await keepsOlder(ruleset, emitted.files, job)) ? NOT_KNOWN : ''
  return {
    findings: [...stale, ...wide, ...emitted.findings],
    notes: options.json ? notKnown : `${notKnown}${emitted.note}`,
    output: options.json
      ? formatJson(emitJson({ ...emitted, files }, before, after))
      : Buffer.from(files.map(({ text }) => text).join('')),
  }
}

const NOT_KNOWN =
  'note: emit does not know what the device holds; leftovers of older files may stay there (docs/loading.md)\n'

/** The rules of a side, its job, and the files of then, if they are known. */
interface EmitSide {
  readonly ruleset: Ruleset
  readonly job: Job
  readonly files?: readonly ReadFile[] | undefined
}

/** The JSON of `emit`: each file with its text. */
export function emitJson(
  { files, prices, findings }: Emitted,
  before: EmitSide | undefined,
  { ruleset, job: { target, vendor } }: EmitSide,
) {
  return {
    target,
    vendor: vendor.name,
    policy: ruleset.policy,
    document: labelOf(ruleset),
    before: before ? labelOf(before.ruleset) : null,
    parts: files.map(({ part, family, text, proof }) => ({
      part,
      family: family ?? null,
      text,
      proof: proof ? proofJson(proof) : null,
    })),
    widened: prices.map(targetPriceJson),
    findings: findings.map(findingJson),
  }
}

/** The files to print, and a note on them for people, which is empty for none. */
interface Emitted {
  readonly files: readonly (Rendered & { readonly proof: Proof | undefined })[]
  readonly prices: readonly TargetPrice[]
  readonly findings: readonly Finding[]
  readonly note: string
}

async function fullFiles(
  { ruleset, job }: EmitSide,
  { findings, known }: PolicySide,
  requireProof: boolean,
): Promise<Emitted> {
  const rendered = renderAll(ruleset, job)
  refuseErrors(rendered.findings, `the rules do not fit ${job.target}, so nothing is emitted`)
  const proved = await proveFiles(ruleset, job, rendered.files, requireProof)
  refuseErrors(proved.findings, `the rules of ${job.target} are not proved, so nothing is emitted`)
  const prices = pricesOf(job.target, ruleset, known.everything)
  return {
    files: rendered.files.map((file) => ({ ...file, proof: proved.proof })),
    prices,
    findings: [...findings, ...rendered.findings, ...proved.findings],
    note: pricesText(prices),
  }
}

/** The older rules of a target. Throws `UserError` if the older side does not know them. */
async function olderRules(source: OlderSource, newer: NewerSide, now: WidenedTarget): Promise<EmitSide> {
  const { kind, rules, files, why = 'unlocked', job } = await openOlder(source, newer).of(now, new Loads())
  const isNew = kind === 'none' && why === 'unlocked' && source.lock !== undefined
  const reason = noDeltaText(isNew ? { kind: 'missing' } : { kind: 'lock', why })
  if (!rules) throw new UserError(`${source.text}: ${reason}; nothing is emitted`)
  return { ruleset: rules.ruleset, job, files: files.length > 0 ? files : undefined }
}

async function deltaFiles(
  { ruleset: before, job: from, files: start }: EmitSide,
  { ruleset: after, job }: EmitSide,
  requireProof: boolean,
): Promise<Emitted> {
  const { files, findings, proof } = await renderDelta({ before, after }, job, requireProof, { start, from })
  refuseErrors(findings, `nothing is emitted`)
  const span =
    before.published === after.published
      ? `since the snapshot of ${before.published}`
      : `between ${before.published} and ${after.published}`
  return {
    files: files.map((file) => ({ ...file, proof })),
    prices: [],
    findings,
    note: files.every(({ text }) => text === '') ? `note: nothing changes ${span}, so there is nothing to load\n` : '',
  }
}

/** The file that `--part` and `--family` choose. Throws `UserErrors` if there are several. */
function choosePart<File extends Rendered>(files: readonly File[], name: string, options: EmitOptions): File {
  const chosen = named(files, name, options)
  // A family is enough if exactly one file holds just that family.
  const own = chosen.filter((file) => options.family !== undefined && file.family === options.family)
  const [only, ...more] = own.length > 0 ? own : chosen
  if (only && more.length === 0) return only
  throw new UserErrors(`${name} makes ${files.length} files; choose one`, files.map(choiceOf))
}

/** The files that `--part` names, or all. Throws `UserErrors` if there is no such part. */
function named<File extends Rendered>(files: readonly File[], name: string, { part }: EmitOptions): readonly File[] {
  const chosen = files.filter((file) => part === undefined || file.part.toLowerCase() === part.toLowerCase())
  if (chosen.length > 0) return chosen
  throw new UserErrors(`${name} has no part "${part}"; the parts are`, files.map(choiceOf))
}

const choiceOf = ({ part, family }: Rendered) => `--part ${part}${family ? ` --family ${family}` : ''}`

/** The view of the templates; of a delta, if there is a side to start from. */
function seenView(before: EmitSide | undefined, after: EmitSide, { rule }: EmitOptions): object {
  const names = new Set([before, after].flatMap((side) => side?.ruleset.sets.map(({ name }) => name) ?? []))
  if (rule !== undefined && !names.has(rule))
    throw new UserError(`${after.job.target} has no rule "${rule}"${didYouMean(rule, names)}`)
  const scope = ({ ruleset }: EmitSide) => (rule === undefined ? ruleset : onlyRule(ruleset, rule))
  if (before) return deltaView({ before: scope(before), after: scope(after) }, after.job, before.job)
  const { job } = after
  const { fitted, findings } = fit(scope(after), job)
  refuseErrors(findings, `the rules do not fit ${job.target}, so its templates see nothing`)
  return viewOf(fitted, job.vendor, job.options)
}
