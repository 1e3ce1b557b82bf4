import { UserError, UserErrors } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Finding } from '../model/finding.ts'
import type { AddressFamily } from '../model/prefix.ts'
import { pricesText } from '../present/widening.ts'
import { type Job, type Rendered, renderAll } from './artefacts.ts'
import { jobOf, targetFor } from './build-targets.ts'
import { compilePolicy } from './compile-policy.ts'
import { type CommonOptions, loadPolicy, openDocument, openHistory, vendorFolders } from './inputs.ts'
import { proveFiles } from './prove-files.ts'
import { type Change, renderDelta } from './render-delta.ts'
import { printWarnings, refuseErrors } from './report.ts'
import { staleness } from './staleness.ts'
import { pricesOf, widenerFor, wideningFor } from './widen-target.ts'

export interface EmitOptions extends CommonOptions {
  readonly set?: Readonly<Record<string, string>>
  readonly family?: AddressFamily
  readonly model?: string
  readonly part?: string
  readonly requireProof?: boolean
  readonly since?: string
  readonly rollback?: boolean
  /** At most so many prefixes a rule and family, in place of the target's own numbers. */
  readonly widen?: number
}

/** Prints one file of a vendor, or of a target of the policy, and nothing else on stdout. */
export async function runEmit(name: string, options: EmitOptions, io: Io): Promise<0> {
  const policy = loadPolicy(options, io)
  const target = targetFor(name, policy, io)
  const job = jobOf(
    { ...target, family: options.family ?? target.family, model: options.model ?? target.model },
    vendorFolders(options, io),
    options.set,
  )
  const history = openHistory(options, policy.cloud, io)
  const known = await openDocument(options.snapshot ?? 'latest', history, policy, io)
  const compiled = compilePolicy(policy, known)
  const staleFindings = () =>
    options.snapshot === undefined ? staleness(policy, history, known.document.published, io) : []
  const asked = { widen: wideningFor(target.widen, options.widen) }
  const { ruleset, findings: unmet } = widenerFor(policy, known, history)(asked, job, compiled.ruleset)
  refuseErrors(unmet, `the rules of ${name} cannot be widened as asked, so nothing is emitted`)
  if (options.since !== undefined) {
    const base = await openDocument(options.since, history, policy, io)
    const older = widenerFor(policy, base, history)(asked, job, compilePolicy(policy, base).ruleset)
    refuseErrors(older.findings, `the older rules of ${name} cannot be widened as asked, so nothing is emitted`)
    const change = options.rollback
      ? { before: ruleset, after: older.ruleset }
      : { before: older.ruleset, after: ruleset }
    return emitDelta(name, change, job, options, staleFindings, io)
  }
  if (options.rollback) throw new UserError('--rollback needs --since, which says which snapshot to go back to')
  const rendered = renderAll(ruleset, job)
  refuseErrors(rendered.findings, `the rules do not fit ${name}, so nothing is emitted`)
  const proved = await proveFiles(ruleset, job, rendered.files, options.requireProof === true)
  refuseErrors(proved.findings, `the rules of ${name} are not proved, so nothing is emitted`)
  const { text } = choosePart(rendered.files, name, options)
  printWarnings([...staleFindings(), ...compiled.findings, ...rendered.findings, ...proved.findings], io)
  io.err(pricesText(pricesOf(name, ruleset, known.everything)))
  // Bytes: a device reads them.
  io.out(Buffer.from(text))
  return 0
}

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
  const { text } = choosePart(files, name, options)
  printWarnings([...staleFindings(), ...findings], io)
  if (isEmpty)
    io.err(
      `note: nothing changes between ${change.before.published} and ${change.after.published}: there is nothing to load\n`,
    )
  // Bytes: a device reads them.
  io.out(Buffer.from(text))
  return 0
}

function choosePart(files: readonly Rendered[], name: string, { part, family }: EmitOptions): Rendered {
  const named = files.filter((file) => part === undefined || file.part.toLowerCase() === part.toLowerCase())
  // A family alone says enough where one file holds just that family.
  const own = named.filter((file) => family !== undefined && file.family === family)
  const [only, ...more] = own.length > 0 ? own : named
  if (only && more.length === 0) return only
  const choices = files.map((file) => `--part ${file.part}${file.family ? ` --family ${file.family}` : ''}`)
  throw new UserErrors(
    only ? `${name} makes ${files.length} files; say which one` : `${name} makes no part "${part}"; there are`,
    choices,
  )
}
