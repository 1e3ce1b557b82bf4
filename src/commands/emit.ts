import { Option } from 'commander'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { UserError, UserErrors } from '../errors.ts'
import type { Io } from '../io.ts'
import { type AddressFamily, FAMILIES } from '../model/address/prefix.ts'
import type { Finding } from '../model/finding.ts'
import type { Job } from '../model/job.ts'
import { emitJson, formatJson } from '../present/json.ts'
import { pricesText } from '../present/text/widening.ts'
import { targetFor } from '../workflow/choose-targets.ts'
import { cleanupArtefacts } from '../workflow/clean-target.ts'
import { printWarnings, refuseErrors } from '../workflow/findings-output.ts'
import { openHistory } from '../workflow/history.ts'
import { type CommonOptions, loadPolicy, vendorFolders } from '../workflow/load.ts'
import { openDocument } from '../workflow/open-document.ts'
import { checkedSide } from '../workflow/policy-side.ts'
import { proveFiles } from '../workflow/prove-files.ts'
import { type Change, renderDelta } from '../workflow/render-delta.ts'
import { type Rendered, renderAll } from '../workflow/render-target.ts'
import { staleCheck } from '../workflow/staleness.ts'
import { jobOf } from '../workflow/target-job.ts'
import { pricesOf, wideningFor } from '../workflow/widen-target.ts'

export interface EmitOptions extends CommonOptions {
  readonly set?: Readonly<Record<string, string>>
  readonly family?: AddressFamily
  readonly model?: string
  readonly part?: string
  readonly requireProof?: boolean
  readonly since?: string
  readonly rollback?: boolean
  /** At most this many prefixes per rule and family, instead of the target's own numbers. */
  readonly widen?: number
  readonly site?: readonly string[]
}

export const command: CommandSpec<[name: string], EmitOptions> = {
  summary: 'print the rules of one vendor, or of one target of the policy',
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
  const known = await openDocument(options.snapshot ?? 'latest', history, policy, io)
  const compiled = checkedSide(policy, known, history)
  const staleFindings = () =>
    options.snapshot === undefined ? staleCheck(policy, history, known.document.published, io) : []
  const widening = { ...target, widen: wideningFor(target.widen, options.widen) }
  const { ruleset, findings: unmet } = compiled.widen(widening, job, compiled.ruleset)
  refuseErrors(unmet, `the rules of ${name} cannot be widened as asked, so nothing is emitted`)
  if (options.since !== undefined) {
    const base = await openDocument(options.since, history, policy, io)
    const before = checkedSide(policy, base, history)
    const older = before.widen(widening, job, before.ruleset)
    refuseErrors(older.findings, `the older rules of ${name} cannot be widened as asked, so nothing is emitted`)
    const change = options.rollback
      ? { before: ruleset, after: older.ruleset }
      : { before: older.ruleset, after: ruleset }
    return emitDelta(name, change, job, options, staleFindings, io)
  }
  if (options.rollback) throw new UserError('--rollback needs --since with the snapshot to go back to')
  const rendered = renderAll(ruleset, job)
  refuseErrors(rendered.findings, `the rules do not fit ${name}, so nothing is emitted`)
  const proved = await proveFiles(ruleset, job, rendered.files, options.requireProof === true)
  refuseErrors(proved.findings, `the rules of ${name} are not proved, so nothing is emitted`)
  const findings = [...compiled.findings, ...rendered.findings, ...proved.findings]
  const prices = pricesOf(name, ruleset, known.everything)
  const chosen = options.json ? named(rendered.files, name, options) : [choosePart(rendered.files, name, options)]
  printWarnings([...staleFindings(), ...findings], io)
  if (cleanupArtefacts(job).length > 0) io.err(NOT_KNOWN)
  if (options.json) {
    const files = chosen.map((file) => ({ ...file, proof: proved.proof }))
    const result = { target: name, vendor: job.vendor.name, ruleset, since: undefined, files, prices, findings }
    io.out(formatJson(emitJson(result)))
    return 0
  }
  io.err(pricesText(prices))
  io.out(bytesOf(chosen))
  return 0
}

const NOT_KNOWN =
  'note: emit does not know what the device holds; leftovers of older files may stay there (docs/full-load.md)\n'

async function emitDelta(
  name: string,
  change: Change,
  job: Job,
  options: EmitOptions,
  staleFindings: () => Finding[],
  io: Io,
): Promise<0> {
  const { files, findings, isEmpty } = await renderDelta(change, job, options.requireProof === true)
  refuseErrors(findings, `nothing is emitted`)
  const chosen = options.json ? named(files, name, options) : [choosePart(files, name, options)]
  printWarnings([...staleFindings(), ...findings], io)
  if (options.json) {
    const [ruleset, since] = [change.after, change.before]
    const result = { target: name, vendor: job.vendor.name, ruleset, since, files: chosen, prices: [], findings }
    io.out(formatJson(emitJson(result)))
    return 0
  }
  if (isEmpty)
    io.err(
      `note: nothing changes between ${change.before.published} and ${change.after.published}, so there is nothing to load\n`,
    )
  io.out(bytesOf(chosen))
  return 0
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
