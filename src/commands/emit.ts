import { Option } from 'commander'
import { type AddressFamily, FAMILIES } from '../address/prefix.ts'
import type { OlderRules } from '../change/before.ts'
import { keepsOlder } from '../change/clean-target.ts'
import { type Older, olderInLock } from '../change/older-in-lock.ts'
import { openLock } from '../change/open-lock.ts'
import { deltaView, renderDelta } from '../change/render-delta.ts'
import { openSince } from '../change/since.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { type EmittedRules, emitJson } from '../compile/emit-json.ts'
import { fit } from '../compile/fit/fit.ts'
import { checkedSide, type PolicySide } from '../compile/policy-side.ts'
import { type Rendered, renderAll } from '../compile/render-target.ts'
import { jobOf } from '../compile/target-job.ts'
import { wideOptions } from '../compile/wide-options.ts'
import { pricesOf, wideningFor } from '../compile/widen-target.ts'
import { pricesText } from '../compile/widening-text.ts'
import { openHistory } from '../document/history.ts'
import { openForRules } from '../document/open-document.ts'
import { staleCheck } from '../document/staleness.ts'
import { UserError, UserErrors } from '../errors.ts'
import { printWarnings, refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import type { Job } from '../model/job.ts'
import { formatJson } from '../model/json.ts'
import type { Proof } from '../model/result.ts'
import { onlyRule, type Ruleset, restrict } from '../model/ruleset.ts'
import { targetFor } from '../policy/choose-targets.ts'
import { type CommonOptions, loadPolicy, vendorFolders } from '../policy/load.ts'
import { didYouMean } from '../text/nearest.ts'
import { viewOf } from '../vendor/render/view.ts'
import { proveFiles } from '../verify/prove-files.ts'

export interface EmitOptions extends CommonOptions {
  readonly set?: Readonly<Record<string, string>>
  readonly family?: AddressFamily
  readonly model?: string
  readonly part?: string
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

export const command: CommandSpec<[name: string], EmitOptions> = {
  summary: 'print the rules of one vendor, or of one target of the policy',
  about:
    'Prints proved rules to standard output and writes no file. A vendor stands for the rules of the whole policy, a target for its own options, limits and local side.',
  docs: 'docs/vendors.md',
  uses: 'rules',
  examples: [
    ['tagwall emit list', 'review the rules before you load them'],
    ['tagwall emit list --set form=all --family ipv4', 'set an option of the vendor; IPv4 only'],
    ['tagwall emit json --widen 150', 'at most 150 prefixes per rule and family'],
  ],
  flags: (command) =>
    command
      .argument('<vendor|target>', 'a vendor, or the name of a target')
      .addOption(option.site('the target at this site'))
      .addOption(option.snapshot())
      .addOption(option.since())
      .addOption(option.rollback())
      .addOption(option.settings())
      .addOption(new Option('--family <family>', 'only the rules of this address family').choices(FAMILIES))
      .addOption(
        new Option('--model <name>', 'use the limits of this model; tagwall list vendors NAME lists the models'),
      )
      .addOption(option.requireProof())
      .addOption(new Option('--part <name>', 'the file to print, if the vendor makes several'))
      .addOption(new Option('--view', 'print the input of the templates as JSON, for authors of vendors'))
      .addOption(new Option('--rule <name>', 'with --view: only this rule of the policy'))
      .addOption(
        new Option(
          '--widen <number>',
          'at most this many prefixes per rule and family, with the fewest additional addresses',
        ).argParser(option.parseCount),
      ),
  run: ([name], options, io) => runEmit(name, options, io),
}

/** Prints one file of a vendor, or of a target, and nothing else on stdout. */
async function runEmit(asked: string, options: EmitOptions, io: Io): Promise<0> {
  const policy = await loadPolicy(options, io)
  const target = targetFor(asked, policy, options.site ?? [], io)
  const { name } = target
  const job = jobOf(
    { ...target, family: options.family ?? target.family, model: options.model ?? target.model },
    vendorFolders(options, io),
    options.set,
  )
  const history = openHistory(options, policy.cloud, io)
  const known = await openForRules(options.snapshot ?? 'latest', history, policy, io)
  const open = openLock(policy, options, io)
  const compiled = checkedSide(policy, known, history, (target) => open.lock?.targets.get(target)?.cover)
  const widening = { ...target, widen: wideningFor(target.widen, options.widen) }
  const { ruleset, findings: unmet } = compiled.widen(widening, job, compiled.ruleset)
  refuseErrors(unmet, `${name} cannot have the rules as asked, so nothing is emitted`)
  if (options.rollback && options.since === undefined)
    throw new UserError('--rollback needs --since with the snapshot to go back to')
  if (options.rule !== undefined && !options.view) throw new UserError('--rule is for --view: add it, or remove --rule')
  if (options.view) {
    const older = options.since === undefined ? undefined : (await olderRules(options.since)).ruleset
    io.out(formatJson(seenView(ruleset, older, job, options)))
    return 0
  }
  const emitted =
    options.since === undefined
      ? await fullFiles(ruleset, job, compiled, options)
      : await deltaFiles(ruleset, await olderRules(options.since), job, options)

  const files = options.json ? named(emitted.files, name, options) : [choosePart(emitted.files, name, options)]
  const stale = options.snapshot === undefined ? staleCheck(policy, history, known.document.published, io) : []
  const wide = options.since === undefined ? wideOptions(job, { ...target.options, ...options.set }) : []
  printWarnings([...stale, ...wide, ...emitted.findings], io)
  if (options.since === undefined && (await keepsOlder(ruleset, emitted.files, job))) io.err(NOT_KNOWN)
  if (options.json) io.out(formatJson(emitJson({ ...emitted, target: name, vendor: job.vendor.name, files })))
  else {
    io.err(emitted.note)
    io.out(bytesOf(files))
  }
  return 0

  async function olderRules(since: string): Promise<Older> {
    const opened = await openSince({ ...options, since }, { policy, history, open }, io)
    if (opened.kind === 'lock')
      return olderInLock(opened, widening, job, { policy, known, vendorFolders: vendorFolders(options, io) })
    const { rules } = opened.beforeOf({ target: widening, job, ruleset, files: [], lists: [], uses: [] })
    return { ruleset: (rules as OlderRules).ruleset, start: undefined }
  }
}

const NOT_KNOWN =
  'note: emit does not know what the device holds; leftovers of older files may stay there (docs/full-load.md)\n'

/** What can be printed. */
interface Emitted extends EmittedRules {
  readonly files: readonly (Rendered & { readonly proof: Proof | undefined })[]
  /** For people, on stderr; empty for none. */
  readonly note: string
}

async function fullFiles(
  ruleset: Ruleset,
  job: Job,
  { findings, known }: PolicySide,
  options: EmitOptions,
): Promise<Emitted> {
  const rendered = renderAll(ruleset, job)
  refuseErrors(rendered.findings, `the rules do not fit ${job.target}, so nothing is emitted`)
  const proved = await proveFiles(ruleset, job, rendered.files, options.requireProof === true)
  refuseErrors(proved.findings, `the rules of ${job.target} are not proved, so nothing is emitted`)
  const prices = pricesOf(job.target, ruleset, known.everything)
  return {
    ruleset,
    since: undefined,
    files: rendered.files.map((file) => ({ ...file, proof: proved.proof })),
    prices,
    findings: [...findings, ...rendered.findings, ...proved.findings],
    note: pricesText(prices),
  }
}

/** The view of the templates; of a delta, if there is an older ruleset. */
function seenView(newer: Ruleset, older: Ruleset | undefined, job: Job, { rule, rollback }: EmitOptions): object {
  const names = [newer, ...(older ? [older] : [])].flatMap(({ sets }) => sets.map(({ name }) => name))
  if (rule !== undefined && !names.includes(rule))
    throw new UserError(`the policy has no rule "${rule}"${didYouMean(rule, new Set(names))}`)
  const scope = (side: Ruleset) => restrict(rule === undefined ? side : onlyRule(side, rule), job.family)
  const after = scope(newer)
  if (older) {
    const before = scope(older)
    return deltaView(rollback ? { before: after, after: before } : { before, after }, job)
  }
  const { fitted, findings } = fit(after, job)
  refuseErrors(findings, `the rules do not fit ${job.target}, so its templates see nothing`)
  return viewOf(fitted, job.vendor, job.options)
}

async function deltaFiles(ruleset: Ruleset, older: Older, job: Job, options: EmitOptions): Promise<Emitted> {
  const isBack = options.rollback === true
  const change = isBack ? { before: ruleset, after: older.ruleset } : { before: older.ruleset, after: ruleset }
  const start = isBack || !older.start ? {} : { start: older.start }
  const { files, findings, isEmpty, proof } = await renderDelta(change, job, options.requireProof === true, start)
  refuseErrors(findings, `nothing is emitted`)
  const { before, after } = change
  return {
    ruleset: after,
    since: before,
    files: files.map((file) => ({ ...file, proof })),
    prices: [],
    findings,
    note: isEmpty
      ? `note: nothing changes between ${before.published} and ${after.published}, so there is nothing to load\n`
      : '',
  }
}

/** As bytes: a device reads them, so they must not be sanitized. */
const bytesOf = (files: readonly Rendered[]) => Buffer.from(files.map(({ text }) => text).join(''))

/** The requested file. Throws `UserErrors` if there are several. */
function choosePart(files: readonly Rendered[], name: string, options: EmitOptions): Rendered {
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
