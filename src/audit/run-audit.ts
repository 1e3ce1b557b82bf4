import { resolve } from 'node:path'
import type { AddressFamily } from '../address/prefix.ts'
import { jobOf } from '../compile/target-job.ts'
import { type History, type KnownDocument, newestFor, openHistory } from '../document/history.ts'
import { noSnapshot, openDocument } from '../document/open-document.ts'
import { staleCheck } from '../document/stale-check.ts'
import { UserError } from '../errors.ts'
import type { Finding } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import type { Policy } from '../model/policy.ts'
import type { ReadFile } from '../model/reading.ts'
import type { Vendor } from '../model/vendor.ts'
import { readFile, readInput } from '../parse/read-file.ts'
import { type CommonOptions, loadPolicy, targetFor, vendorFolders } from '../policy/load.ts'
import { coversIn } from '../policy/lock/lock.ts'
import { openLock } from '../policy/lock/open-lock.ts'
import { entryAt } from '../store/disk.ts'
import { writeDrafts } from '../store/write.ts'
import { inputName } from '../text/input-name.ts'
import { plural } from '../text/numbers.ts'
import type { Reader } from '../vendor/kit/reader-api.ts'
import { loadReader } from '../vendor/reader.ts'
import { listVendors, readVendor } from '../vendor/vendor.ts'
import { audit } from './audit.ts'
import { acceptKnown, baselineOf } from './baseline.ts'
import { formatBaseline, parseBaseline } from './baseline-file.ts'
import { limitAdvice, type Narrow, narrowAdvice, narrowOf, readDevice } from './device-reading.ts'
import { expectDevice } from './expect-device.ts'
import type { AuditReport } from './text.ts'
import type { Baseline } from './values.ts'

/** The options of an audit, from the command line. */
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

/**
 * Compares the configuration in the files `paths` with the policy; `name` is a vendor or a target. Writes the baseline that the options ask
 * for. `findings` are warnings about the age of the data. Throws `UserError` for a policy, configuration, snapshot or baseline that cannot be used.
 */
export async function runAudit(
  name: string,
  paths: readonly string[],
  options: AuditOptions,
  io: Io,
): Promise<{ report: AuditReport; findings: Finding[] }> {
  const policy = await loadPolicy(options, io)
  const folders = vendorFolders(options, io)
  const target = targetFor(name, policy, options.site ?? [], io)
  const job = jobOf({ ...target, family: options.family ?? target.family }, folders, options.set)
  const read = await readerOf(job.vendor)
  const narrow = narrowOf(options.narrow ?? {}, job.vendor)
  const baseline = options.baseline === undefined ? undefined : readBaseline(options.baseline, policy, io)
  if (options.writeBaseline !== undefined) checkReplaced(options.writeBaseline, io)
  const files = await readConfiguration(paths, job.vendor, folders, io)
  const { snapshot, oldest } = options
  const history = openHistory(options, policy.cloud, io)
  const known = await openDocument(snapshot ?? 'latest', policy, history, io)
  if (oldest !== undefined && !history.files.some(({ published }) => published === oldest))
    throw new UserError(noSnapshot(oldest, history, policy.cloud, io))
  noteSlow(files, io)
  const { lock } = target.widen ? openLock(policy, options, io) : {}
  const coverOf = coversIn(lock, policy, known.document.published)
  const expectation = expectDevice(policy, target, job, known, history, { oldest, coverOf })
  const reading = readDevice(read, files, job, expectation.ruleset, narrow)
  const found = audit(expectation, reading)
  const isStrict = options.strict === true
  if (options.writeBaseline !== undefined) writeBaseline(options.writeBaseline, baselineOf(found, isStrict), io)
  const left = baseline && acceptKnown(found, isStrict, baseline)
  return {
    report: {
      audit: left?.audit ?? found,
      baseline: left && { name: baseline.name, accepted: left.accepted, unused: left.unused },
      isStrict,
      newest: newestDate(snapshot, policy, history, known),
      isAll: options.all === true,
      unaudited: job.vendor.unaudited,
      advice: narrowAdvice(found, reading, narrow, job.vendor),
      limits: limitAdvice(left?.audit ?? found, reading),
    },
    findings: snapshot === undefined ? staleCheck(policy, history, known.document.published, io) : [],
  }
}

async function readerOf(vendor: Vendor): Promise<Reader> {
  const readers = await loadReader(vendor)
  if (!readers) throw new UserError(`vendor ${vendor.name} has no reader, so tagwall cannot audit its configurations`)
  return readers.read
}

/** The date of the newest snapshot; that of the compared document, if none is newer. */
function newestDate(asked: string | undefined, policy: Policy, history: History, { document }: KnownDocument): string {
  const stored = asked === undefined ? undefined : newestFor(policy, history)?.document.published
  return stored !== undefined && stored > document.published ? stored : document.published
}

/** The baseline in the file `shown`. Throws `UserError` if there is none, or if it is of another policy. */
function readBaseline(shown: string, policy: Policy, io: Io): Baseline & { readonly name: string } {
  const baseline = parseBaseline(new TextDecoder().decode(readFile(resolve(io.cwd, shown), shown)), shown)
  if (baseline.policy !== policy.name) {
    throw new UserError(
      `${shown} is a baseline of the policy ${baseline.policy}, but this audit uses ${policy.name}; write a new one with --write-baseline`,
    )
  }
  return { name: shown, ...baseline }
}

/** Throws `UserError` if the file `shown` exists and is no baseline: it may be the policy, or the configuration itself. */
function checkReplaced(shown: string, io: Io): void {
  const path = resolve(io.cwd, shown)
  if (entryAt(path)?.isFile() && !/^$|"tagwall-baseline-/.test(new TextDecoder().decode(readFile(path, shown))))
    throw new UserError(`${shown} exists and is not a baseline; choose another file for --write-baseline, or remove it`)
}

/** Writes a baseline to the file `shown`, and says so on stderr. */
function writeBaseline(shown: string, baseline: Baseline, io: Io): void {
  const path = resolve(io.cwd, shown)
  writeDrafts([{ path, text: formatBaseline(baseline), owner: 'the baseline' }], undefined)
  io.err(`${shown} now accepts ${plural(baseline.accepted.length, 'finding')}\n`)
}

/**
 * The texts of a device's configuration, one per path; `-` is standard input. Throws `UserError` for a file that cannot be read, is empty
 * or is not text, and for a text that looks like a configuration of another vendor.
 */
async function readConfiguration(
  paths: readonly string[],
  vendor: Vendor,
  folders: readonly string[],
  io: Io,
): Promise<ReadFile[]> {
  const files = await Promise.all(
    paths.map(async (path): Promise<ReadFile> => ({ part: path, family: undefined, text: await readText(path, io) })),
  )
  for (const { part, text } of files) checkKind(part, text, vendor, folders)
  return files
}

async function readText(path: string, io: Io): Promise<string> {
  const { name, bytes } = await readInput(path, io)
  if (bytes.length === 0) throw new UserError(`${name} is empty`)
  if (bytes.includes(0)) throw new UserError(`${name} is binary; expected a configuration in text`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n')
  } catch {
    throw new UserError(`${name} is not UTF-8 text`)
  }
}

function checkKind(path: string, text: string, vendor: Vendor, folders: readonly string[]): void {
  if (looksLike(text, vendor)) return
  const others = [...listVendors(folders).keys()]
    .map((name) => readVendor(name, folders))
    .filter((other) => looksLike(text, other))
  const advice = others.map(({ name, title }) => `it looks like ${title}; try "tagwall audit ${name} ${path}"`)[0]
  throw new UserError(
    `${inputName(path)} does not look like a configuration of ${vendor.name}${advice ? `: ${advice}` : '; docs/audit.md names the commands that print one'}`,
  )
}

const looksLike = (text: string, { recognise }: Vendor) =>
  recognise.some((pattern) => new RegExp(pattern, 'mu').test(text))

// Reading a larger text takes noticeable time.
const SLOW_LENGTH = 1_000_000

/** On a terminal, prints a note before a configuration is read that takes noticeable time. */
function noteSlow(files: readonly ReadFile[], io: Io): void {
  const length = files.reduce((sum, { text }) => sum + text.length, 0)
  if (io.isTerminal && length > SLOW_LENGTH) io.err(`reading ${Math.round(length / 1e6)} MB...\n`)
}
