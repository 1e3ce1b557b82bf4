import { resolve } from 'node:path'
import type { AddressFamily } from '../address/prefix.ts'
import { jobOf } from '../compile/target-job.ts'
import { type History, newestFor, openHistory } from '../document/history.ts'
import type { KnownDocument } from '../document/known-document.ts'
import { noSnapshot, openDocument } from '../document/open-document.ts'
import { staleCheck } from '../document/stale-check.ts'
import { UserError } from '../errors.ts'
import type { Finding } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import type { Policy } from '../model/policy.ts'
import type { Vendor } from '../model/vendor.ts'
import { readFile } from '../parse/read-file.ts'
import { targetFor } from '../policy/choose-targets.ts'
import { type CommonOptions, loadPolicy, vendorFolders } from '../policy/load.ts'
import { writeDrafts } from '../store/write.ts'
import { plural } from '../text/numbers.ts'
import type { Reader } from '../vendor/kit/reader-api.ts'
import { loadReader } from '../vendor/reader.ts'
import { audit } from './audit.ts'
import { acceptKnown, baselineOf } from './baseline.ts'
import { formatBaseline, parseBaseline } from './baseline-file.ts'
import { noteSlow, readConfiguration } from './configuration.ts'
import { readDevice } from './device-reading.ts'
import { expectDevice } from './expect-device.ts'
import { type Narrow, narrowAdvice, narrowOf } from './narrow.ts'
import type { AuditReport } from './text.ts'
import type { Audit, Baseline } from './values.ts'

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

/** An audit, ready to print. */
interface AuditRun {
  readonly report: AuditReport
  /** Warnings about the age of the data. */
  readonly findings: readonly Finding[]
}

/**
 * Compares the configuration in the files `paths` with the policy; `name` is a vendor or a target. Writes the baseline that the options ask
 * for. Throws `UserError` for a policy, configuration, snapshot or baseline that cannot be used.
 */
export async function runAudit(
  name: string,
  paths: readonly string[],
  options: AuditOptions,
  io: Io,
): Promise<AuditRun> {
  const policy = await loadPolicy(options, io)
  const folders = vendorFolders(options, io)
  const target = targetFor(name, policy, options.site ?? [], io)
  const job = jobOf({ ...target, family: options.family ?? target.family }, folders, options.set)
  const read = await readerOf(job.vendor)
  const narrow = narrowOf(options.narrow ?? {}, job.vendor)
  const baseline = options.baseline === undefined ? undefined : readBaseline(options.baseline, policy, io)
  const files = await readConfiguration(paths, job.vendor, folders, io)
  const { history, known } = await openSnapshots(options, policy, io)
  noteSlow(files, io)
  const expectation = expectDevice(policy, target, job, known, history, options.oldest)
  const reading = readDevice(read, files, job, expectation.ruleset, narrow)
  const found = audit(expectation, reading)
  const isStrict = options.strict === true
  if (options.writeBaseline !== undefined) writeBaseline(options.writeBaseline, baselineOf(found, isStrict), io)
  return {
    report: {
      ...withoutAccepted(found, isStrict, options.baseline, baseline),
      isStrict,
      newest: newestDate(options.snapshot, policy, history, known),
      isAll: options.all === true,
      unaudited: job.vendor.unaudited,
      advice: narrowAdvice(found, reading, narrow, job.vendor),
    },
    findings: options.snapshot === undefined ? staleCheck(policy, history, known.document.published, io) : [],
  }
}

async function readerOf(vendor: Vendor): Promise<Reader> {
  const readers = await loadReader(vendor)
  if (!readers) throw new UserError(`vendor ${vendor.name} has no reader, so tagwall cannot audit its configurations`)
  return readers.read
}

/** The snapshots, and the document to compare with. Throws `UserError` if there is no snapshot of the oldest date. */
async function openSnapshots(
  options: AuditOptions,
  policy: Policy,
  io: Io,
): Promise<{ history: History; known: KnownDocument }> {
  const { snapshot = 'latest', oldest } = options
  const history = openHistory(options, policy.cloud, io)
  const known = await openDocument(snapshot, history, policy, io)
  if (oldest !== undefined && !history.files.some(({ published }) => published === oldest))
    throw new UserError(noSnapshot(oldest, history, policy.cloud, io))
  return { history, known }
}

/** An audit without the findings that the baseline accepts, and their number. */
function withoutAccepted(
  found: Audit,
  isStrict: boolean,
  name: string | undefined,
  baseline: Baseline | undefined,
): { audit: Audit; baseline: AuditReport['baseline'] } {
  if (name === undefined || baseline === undefined) return { audit: found, baseline: undefined }
  const { audit, accepted, unused } = acceptKnown(found, isStrict, baseline)
  return { audit, baseline: { name, accepted, unused } }
}

/** The date of the newest snapshot; that of the compared document, if none is newer. */
function newestDate(asked: string | undefined, policy: Policy, history: History, { document }: KnownDocument): string {
  const stored = asked === undefined ? undefined : newestFor(policy, history)?.document.published
  return stored !== undefined && stored > document.published ? stored : document.published
}

/** The baseline in the file `shown`. Throws `UserError` if there is none, or if it is of another policy. */
function readBaseline(shown: string, policy: Policy, io: Io): Baseline {
  const baseline = parseBaseline(new TextDecoder().decode(readFile(resolve(io.cwd, shown), shown)), shown)
  if (baseline.policy !== policy.name) {
    throw new UserError(
      `${shown} is a baseline of the policy ${baseline.policy}, but this audit uses ${policy.name}; write a new one with --write-baseline`,
    )
  }
  return baseline
}

/** Writes a baseline to the file `shown`, and says so on stderr. */
function writeBaseline(shown: string, baseline: Baseline, io: Io): void {
  const path = resolve(io.cwd, shown)
  writeDrafts([{ path, text: formatBaseline(baseline), owner: 'the baseline' }], undefined)
  io.err(`${shown} now accepts ${plural(baseline.accepted.length, 'finding')}\n`)
}
