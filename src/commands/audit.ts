import { resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import { type AddressFamily, FAMILIES } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import type { Baseline } from '../audit/accepted.ts'
import { type AuditExpectation, audit } from '../audit/audit.ts'
import { acceptKnown, baselineOf } from '../audit/baseline.ts'
import { formatBaseline, parseBaseline } from '../audit/baseline-file.ts'
import { findingsOf } from '../audit/finding.ts'
import { auditJson } from '../audit/json.ts'
import { checkNarrow, type Narrow, narrowAdvice, narrowOf } from '../audit/narrow.ts'
import { sanitizeReading } from '../audit/reading-text.ts'
import { objectNamesOf } from '../audit/sides.ts'
import { type AuditReport, auditText } from '../audit/text.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { fit } from '../compile/fit/fit.ts'
import { placeLocal } from '../compile/local.ts'
import { checkedSide } from '../compile/policy-side.ts'
import { jobOf } from '../compile/target-job.ts'
import type { Widened } from '../compile/widen/widen.ts'
import { compiledBefore, placeAll, widenAll } from '../compile/widen-target.ts'
import { type History, newestFor as newestSnapshot, openHistory } from '../document/history.ts'
import type { KnownDocument } from '../document/known-document.ts'
import { noSnapshot, openDocument } from '../document/open-document.ts'
import { staleCheck } from '../document/staleness.ts'
import { UserError } from '../errors.ts'
import { printWarnings, refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import type { ReadFile } from '../model/found-rule.ts'
import type { Job } from '../model/job.ts'
import { formatJson } from '../model/json.ts'
import { lazy } from '../model/lazy.ts'
import type { Policy, Target } from '../model/policy.ts'
import type { Reading } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Vendor } from '../model/vendor.ts'
import { readFile, readStdin } from '../parse/read-file.ts'
import { targetFor } from '../policy/choose-targets.ts'
import { type CommonOptions, loadPolicy, vendorFolders } from '../policy/load.ts'
import { writeDrafts } from '../store/write.ts'
import { colorFor } from '../text/color.ts'
import { plural } from '../text/numbers.ts'
import { KIT } from '../vendor/kit/kit.ts'
import type { Reader, ReaderContext } from '../vendor/kit/reader-api.ts'
import { loadReader } from '../vendor/reader.ts'
import { listVendors, readVendor } from '../vendor/vendor.ts'
import { formOf } from '../verify/expect-target.ts'

export interface AuditOptions extends CommonOptions {
  readonly narrow?: Narrow
  readonly set?: Readonly<Record<string, string>>
  readonly family?: AddressFamily
  /** The oldest snapshot to look for on the device. */
  readonly oldest?: string
  readonly all?: boolean
  readonly strict?: boolean
  readonly baseline?: string
  readonly writeBaseline?: string
  readonly site?: readonly string[]
}

export const command: CommandSpec<[name: string, paths: string[]], AuditOptions> = {
  summary: 'check that a running configuration allows what the policy allows, and no more',
  uses: 'rules',
  examples: [
    ['tagwall audit list running.txt', 'compare a file with the policy'],
    ['tagwall emit list | tagwall audit list -', 'read standard input'],
  ],
  flags: (command) =>
    command
      .argument('<vendor|target>', 'a vendor, or the name of a target')
      .argument('<file...>', 'the configuration, or - for stdin; all files if the device has several')
      .addOption(option.site('the target at this site'))
      .addOption(option.snapshot())
      .addOption(option.settings())
      .addOption(new Option('--family <family>', 'compare only this address family').choices(FAMILIES))
      .addOption(option.oldest())
      .addOption(new Option('--all', 'print every prefix, every rule outside the policy, and harmless notes'))
      .addOption(new Option('--strict', 'report rules outside the policy as findings too'))
      .addOption(new Option('--baseline <file>', 'accept the findings in this file, and no others'))
      .addOption(new Option('--write-baseline <file>', 'write all findings to this file, and exit with 0'))
      .addOption(
        new Option(
          '--narrow <key=value>',
          'only this zone, virtual system, chain...; "tagwall list vendors NAME" lists the keys (may be repeated; default: all)',
        ).argParser(option.parseSetting),
      )
      .addOption(gone('--from-zone <zone>', 'fromZone'))
      .addOption(gone('--to-zone <zone>', 'toZone'))
      .addOption(gone('--vsys <name>', 'vsys'))
      .addOption(gone('--vdom <name>', 'vdom'))
      .addOption(gone('--chain <name>', 'chain')),
  run: ([name, paths], options, io) => runAudit(name, paths, options, io),
}

/** A flag of earlier versions, which names what it became. */
const gone = (flags: string, key: string) =>
  new Option(flags).hideHelp().argParser((value: string) => {
    throw new InvalidArgumentError(`Use --narrow ${key}=${value}`)
  })

/** Compares what a device runs with the policy. Exit code 1 when there are findings that no baseline accepts. */
async function runAudit(name: string, paths: readonly string[], options: AuditOptions, io: Io): Promise<0 | 1> {
  const policy = await loadPolicy(options, io)
  const folders = vendorFolders(options, io)
  const target = targetFor(name, policy, options.site ?? [], io)
  const job = jobOf({ ...target, family: options.family ?? target.family }, folders, options.set)
  const read = await readerOf(job.vendor)
  const narrow = narrowOf(options.narrow ?? {}, job.vendor)
  const baseline = options.baseline === undefined ? undefined : readBaseline(options.baseline, policy, io)
  const files = await Promise.all(
    paths.map(async (path): Promise<ReadFile> => ({ part: path, family: undefined, text: await readText(path, io) })),
  )
  for (const { part, text } of files) checkKind(part, text, job.vendor, folders)

  const history = openHistory(options, policy.cloud, io)
  const known = await openDocument(options.snapshot ?? 'latest', history, policy, io)
  if (options.oldest !== undefined && !history.files.some(({ published }) => published === options.oldest))
    throw new UserError(noSnapshot(options.oldest, history, policy.cloud, io))
  noteSlow(files, io)
  const expectation = auditExpectation(policy, target, job, known, history, options)
  const reading = sanitizeReading(read(files, auditContext(job, expectation.ruleset, narrow)))
  checkNarrow(narrow, reading)
  checkRead(reading, job.vendor)

  const found = audit(expectation, reading)
  const isStrict = options.strict === true
  if (options.writeBaseline !== undefined) writeBaseline(options.writeBaseline, baselineOf(found, isStrict), io)
  const accepted = baseline && acceptKnown(found, isStrict, baseline)
  const report: AuditReport = {
    audit: accepted?.audit ?? found,
    isStrict,
    newest: newestFor(options.snapshot, policy, history, known),
    isAll: options.all === true,
    advice: narrowAdvice(found, reading, narrow, job.vendor),
    baseline: accepted && { name: options.baseline as string, accepted: accepted.accepted, unused: accepted.unused },
  }
  if (options.snapshot === undefined) printWarnings(staleCheck(policy, history, known.document.published, io), io)
  io.out(options.json ? formatJson(auditJson(report)) : auditText(report, colorFor(io.outColor)))
  // Findings that were just accepted do not fail a pipeline.
  return findingsOf(report.audit, isStrict).length > 0 && options.writeBaseline === undefined ? 1 : 0
}

/** What the vendor's reader is handed with the configuration. */
function auditContext({ options }: Job, ruleset: Ruleset, narrow: Narrow): ReaderContext {
  const remotes = PrefixSet.union(ruleset.sets.map(({ prefixes }) => prefixes))
  return { options, purpose: 'audit', localObjects: objectNamesOf(ruleset), remotes, narrow, kit: KIT }
}

// Reading a larger text takes noticeable time.
const SLOW_LENGTH = 1_000_000

function noteSlow(files: readonly ReadFile[], io: Io): void {
  const length = files.reduce((sum, { text }) => sum + text.length, 0)
  if (io.isTerminal && length > SLOW_LENGTH) io.err(`reading ${Math.round(length / 1e6)} MB...\n`)
}

/** The date of the newest snapshot; that of the compared document, if none is newer. */
function newestFor(asked: string | undefined, policy: Policy, history: History, { document }: KnownDocument): string {
  const stored = asked === undefined ? undefined : newestSnapshot(policy, history)?.document.published
  return stored !== undefined && stored > document.published ? stored : document.published
}

/** The policy compiled against the document and the older ones, with the target's widening. */
function auditExpectation(
  policy: Policy,
  target: Target,
  job: Job,
  known: KnownDocument,
  history: History,
  options: AuditOptions,
): AuditExpectation {
  const compiled = checkedSide(policy, known, history)
  const placed = placeLocal(compiled.ruleset, target.local, target.at)
  refuseErrors(placed.findings, `the rules of ${target.name} cannot have that local side`)
  // The cover of a widened target depends on all older snapshots.
  const from = target.widen ? undefined : options.oldest
  const past = placeAll(compiledBefore(policy, history, known.document.published, from), target.local)
  const series = target.widen
    ? widenAll(target.widen, job, { known, ruleset: placed.ruleset }, past, policy)
    : [...past, placed].map(({ ruleset }) => ({ ruleset, findings: [] }))
  const { ruleset, findings: unmet } = series.at(-1) as Widened
  refuseErrors(
    unmet,
    `the rules of ${target.name} cannot be widened as asked, so the audit has nothing to compare with`,
  )
  return {
    ruleset,
    older: since(
      options.oldest,
      series.slice(0, -1).map(({ ruleset }) => ruleset),
    ),
    ownNames: ownNames(ruleset, job),
    areObjectsApart: formOf(job).areObjectsApart,
    tagPrefixes: tagPrefixesOf(known),
    family: job.family,
  }
}

function readBaseline(path: string, policy: Policy, io: Io): Baseline {
  const baseline = parseBaseline(new TextDecoder().decode(readFile(resolve(io.cwd, path), path)), path)
  if (baseline.policy !== policy.name) {
    throw new UserError(
      `${path} is a baseline of the policy ${baseline.policy}, but this audit uses ${policy.name}; write a new one with --write-baseline`,
    )
  }
  return baseline
}

/** Accepts every finding of an audit in the file `shown`. */
function writeBaseline(shown: string, baseline: Baseline, io: Io): void {
  const path = resolve(io.cwd, shown)
  writeDrafts([{ path, text: formatBaseline(baseline), owner: 'the baseline' }], undefined)
  io.err(`${shown} now accepts ${plural(baseline.accepted.length, 'finding')}\n`)
}

/** Throws `UserError` if nothing in a text could be read. A text that is read in part is audited, with notes. */
function checkRead({ rules, lists, notes }: Reading, vendor: Vendor): void {
  const foreign = notes.find(({ isForeign }) => isForeign)
  if (!foreign || rules.length > 0 || lists.length > 0) return
  const { place, text, reason } = foreign
  throw new UserError(
    `${place.part} could not be read as ${vendor.name}: line ${place.line} ${reason}${text && `: ${text}`}`,
  )
}

async function readerOf(vendor: Vendor): Promise<Reader> {
  const readers = await loadReader(vendor)
  if (!readers) throw new UserError(`vendor ${vendor.name} has no reader, so tagwall cannot audit its configurations`)
  return readers.read
}

async function readText(path: string, io: Io): Promise<string> {
  const bytes = path === '-' ? await readStdin(io) : readFile(resolve(io.cwd, path), path)
  const shown = path === '-' ? 'standard input' : path
  if (bytes.length === 0) throw new UserError(`${shown} is empty`)
  if (bytes.includes(0)) throw new UserError(`${shown} is binary; expected a configuration in text`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n')
  } catch {
    throw new UserError(`${shown} is not UTF-8 text`)
  }
}

/** Throws `UserError` if a text looks like a configuration of another vendor. */
function checkKind(path: string, text: string, vendor: Vendor, folders: readonly string[]): void {
  if (looksLike(text, vendor)) return
  const others = [...listVendors(folders).keys()]
    .map((name) => readVendor(name, folders))
    .filter((other) => looksLike(text, other))
  const advice = others.map(({ name, title }) => `it looks like ${title}; try "tagwall audit ${name} ${path}"`)[0]
  throw new UserError(`${path} does not look like a configuration of ${vendor.name}${advice ? `: ${advice}` : ''}`)
}

const looksLike = (text: string, { recognise }: Vendor) =>
  recognise.some((pattern) => new RegExp(pattern, 'mu').test(text))

/** The names of the policy's rules, before and after they are fitted to the vendor. */
function ownNames(ruleset: Ruleset, job: Job): string[] {
  const { fitted } = fit(ruleset, job)
  return [...ruleset.rules.map(({ name }) => name), ...fitted.rules.map(({ name }) => name)]
}

/** The rulesets that are not older than the snapshot of `date`; all without a date. */
function since(date: string | undefined, rulesets: readonly Ruleset[]): Ruleset[] {
  return rulesets.filter(({ published }) => date === undefined || published >= date)
}

/** The addresses of a tag, if the document has it; a published document has all tags. */
function tagPrefixesOf({ document, everyTag }: KnownDocument) {
  const byKey = new Map(Array.from(document.tags, ([name, { prefixes }]) => [name.toLowerCase(), prefixes]))
  const others = lazy(() => new Map(everyTag?.().map(({ name, prefixes }) => [name.toLowerCase(), prefixes])))
  return (name: string) => byKey.get(name.toLowerCase()) ?? others().get(name.toLowerCase())
}
