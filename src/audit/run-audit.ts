import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { AddressFamily } from '../address/prefix.ts'
import { jobOf } from '../compile/target-job.ts'
import { type History, type KnownDocument, newestFor, openHistory } from '../document/history.ts'
import { noSnapshot, openDocument } from '../document/open-document.ts'
import { staleCheck } from '../document/stale-check.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Policy, Target } from '../model/policy.ts'
import { readFile } from '../parse/read-file.ts'
import { refuseLinkOut } from '../places.ts'
import { type CommonOptions, loadPolicy, targetFor, vendorFolders } from '../policy/load.ts'
import { coversIn, lockOn } from '../policy/lock/lock.ts'
import { openLock } from '../policy/lock/open-lock.ts'
import { entryAt } from '../store/disk.ts'
import { writeEach } from '../store/write.ts'
import { plural } from '../text/numbers.ts'
import { listVendors } from '../vendor/manifest-file.ts'
import { audit } from './audit.ts'
import { acceptKnown, type Baseline, baselineOf, formatBaseline, parseBaseline } from './baseline-file.ts'
import { noteSlow, readConfiguration, readerOf } from './configuration.ts'
import {
  comparedWith,
  limitAdvice,
  localAdvice,
  type Narrow,
  narrowAdvice,
  narrowOf,
  readDevice,
} from './device-reading.ts'
import { expectDevice } from './expect-device.ts'

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
export async function runAudit(name: string, paths: readonly string[], options: AuditOptions, io: Io) {
  const policy = await loadPolicy(options, io)
  const folders = vendorFolders(options, io)
  const vendor = paths.find((path) => listVendors(folders).has(path))
  if (vendor !== undefined && existsSync(resolve(io.cwd, name)))
    throw new UserError(`the vendor comes first, then its files: tagwall audit ${vendor} ${name}`)
  const named = targetFor(name, policy, options.site ?? [], io)
  const target: Target = { ...named, family: options.family ?? named.family }
  const job = jobOf(target, folders, options.set)
  const read = await readerOf(job.vendor)
  const narrow = narrowOf(options.narrow ?? {}, job.vendor)
  const baseline = options.baseline === undefined ? undefined : readBaseline(options.baseline, policy, io)
  if (options.writeBaseline !== undefined) checkReplaced(options.writeBaseline, io)
  const files = await readConfiguration(paths, job.vendor, folders, io)
  const { snapshot, oldest } = options
  const history = openHistory(options, policy, io)
  const known = await openDocument(snapshot ?? 'latest', history, io)
  if (oldest !== undefined && !history.files.some(({ published }) => published === oldest))
    throw new UserError(noSnapshot(oldest, history, io))
  noteSlow(files, io)
  const open = target.widen ? openLock(policy, options, io) : lockOn(policy, undefined)
  const coverOf = coversIn(open, known.document.published)
  const expectation = expectDevice(target, job, known, history, { oldest, coverOf })
  const reading = readDevice(read, files, job, comparedWith(expectation.ruleset), narrow)
  const found = audit(expectation, reading)
  const isStrict = options.strict === true
  if (options.writeBaseline !== undefined) writeBaseline(options.writeBaseline, baselineOf(found, isStrict), io)
  const left = baseline && acceptKnown(found, isStrict, baseline)
  return {
    report: {
      audit: left?.audit ?? found,
      baseline: left && { name: baseline.name, accepted: left.accepted, unused: left.unused },
      isStrict,
      newest: newestDate(snapshot, history, known),
      isAll: options.all === true,
      /** The parts of a configuration that no reader of this vendor looks at. */
      unaudited: job.vendor.unaudited,
      /** Possible causes of missing addresses, and a hint for another run. */
      advice: [...narrowAdvice(found, reading, narrow, job.vendor), ...localAdvice(found, reading, expectation)],
      /** Rules of which the text says too much. */
      limits: limitAdvice(left?.audit ?? found, reading),
    },
    findings: snapshot === undefined ? staleCheck(history, known.document.published, io) : [],
  }
}

export type AuditReport = Awaited<ReturnType<typeof runAudit>>['report']

/** The date of the newest snapshot; that of the compared document, if none is newer. */
function newestDate(asked: string | undefined, history: History, { document }: KnownDocument): string {
  const stored = asked === undefined ? undefined : newestFor(history)?.document.published
  return stored !== undefined && stored > document.published ? stored : document.published
}

/** The baseline in the file `shown`. Throws `UserError` if there is none, or if it is of another policy. */
function readBaseline(shown: string, policy: Policy, io: Io): Baseline & { readonly name: string } {
  const baseline = parseBaseline(new TextDecoder().decode(readFile(resolve(io.cwd, shown), shown, io)), shown)
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
  refuseLinkOut(path, io.cwd, shown)
  if (entryAt(path)?.isFile() && !/^$|"tagwall-baseline-/.test(new TextDecoder().decode(readFile(path, shown, io))))
    throw new UserError(`${shown} exists and is not a baseline; choose another file for --write-baseline, or remove it`)
}

/** Writes a baseline to the file `shown`, and says so on stderr. */
function writeBaseline(shown: string, baseline: Baseline, io: Io): void {
  const path = resolve(io.cwd, shown)
  writeEach([{ path, text: formatBaseline(baseline), owner: 'the baseline' }])
  io.err(`${shown} now accepts ${plural(baseline.accepted.length, 'finding')}\n`)
}
