import { resolve } from 'node:path'
import { fit } from '../compile/fit.ts'
import type { Widened } from '../compile/widen.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Reader } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { ServiceTag } from '../model/service-tag.ts'
import { NARROWINGS, type Narrowing, type Vendor } from '../model/vendor.ts'
import { auditText } from '../present/audit.ts'
import { auditJson, formatJson } from '../present/json.ts'
import { paintFor } from '../present/paint.ts'
import { readFile, readStdin } from '../source/read-source.ts'
import { loadReader } from '../source/reader.ts'
import { listVendors, readVendor } from '../source/vendor.ts'
import { audit } from '../verify/audit.ts'
import { KIT } from '../verify/kit.ts'
import type { Job } from './artefacts.ts'
import { jobOf, targetFor } from './build-targets.ts'
import { compilePolicy } from './compile-policy.ts'
import { type CommonOptions, type History, loadPolicy, openDocument, openHistory, vendorFolders } from './inputs.ts'
import { refuseErrors } from './report.ts'
import { compiledBefore, widenAll } from './widen-target.ts'

export interface AuditOptions extends CommonOptions, Partial<Record<Narrowing, string>> {
  readonly set?: Readonly<Record<string, string>>
  /** The oldest snapshot that a device is compared with, to say at which one it is. */
  readonly since?: string
}

// A larger text than this takes long enough to say so.
const SLOW_BYTES = 1_000_000

/** Compares what a device runs with the policy. Exit code 1 when there are findings. */
export async function runAudit(name: string, paths: readonly string[], options: AuditOptions, io: Io): Promise<0 | 1> {
  const policy = loadPolicy(options, io)
  const folders = vendorFolders(options, io)
  const target = targetFor(name, policy, io)
  const job = jobOf(target, folders, options.set)
  const read = await readerOf(job.vendor)
  const narrow = narrowOf(options, job.vendor)
  const files = await Promise.all(
    paths.map(async (path) => ({ part: path, family: undefined, text: await readText(path, io) })),
  )
  for (const { part, text } of files) checkKind(part, text, job.vendor, folders)

  const history = openHistory(options, policy.cloud, io)
  const known = await openDocument(options.snapshot ?? 'latest', history, policy, io)
  const compiled = compilePolicy(policy, known)
  const size = files.reduce((sum, { text }) => sum + text.length, 0)
  if (io.isTerminal && size > SLOW_BYTES) io.err(`reading ${Math.round(size / 1e6)} MB...\n`)
  const reading = read(files, { options: job.options, purpose: 'audit', narrow, kit: KIT })
  if (reading.rules.length === 0 && reading.notes[0]) {
    const { place, text, reason } = reading.notes[0]
    throw new UserError(
      `nothing in ${place.part} could be read as ${job.vendor.name}: line ${place.line} ${reason}${text && `: ${text}`}`,
    )
  }
  // A widened target's cover depends on those before it, so then all are read.
  const from = target.widen ? undefined : options.since
  const past = compiledBefore(policy, history, known.document.published, from)
  const series = target.widen
    ? widenAll(target.widen, job, { known, ruleset: compiled.ruleset }, past, policy)
    : [...past, compiled].map(({ ruleset }) => ({ ruleset, findings: [] }))
  const { ruleset, findings: unmet } = series.at(-1) as Widened
  refuseErrors(unmet, `the rules of ${name} cannot be widened as asked, so there is nothing to compare with`)
  const result = audit(
    {
      ruleset,
      older: since(
        options.since,
        history,
        series.slice(0, -1).map(({ ruleset }) => ruleset),
      ),
      ownNames: ownNames(ruleset, job),
      tagPrefixes: tagPrefixesOf(known.document.tags),
    },
    reading,
  )
  const isAsked =
    narrow.fromZone === undefined && narrow.toZone === undefined && job.vendor.narrows.includes('fromZone')
  if (isAsked && result.missing.length > 0 && reading.rules.some(({ near }) => near === 'part')) {
    io.err(
      'note: some rules are about one zone or interface only, and do not count; say which with --from-zone and --to-zone\n',
    )
  }
  const findings = result.missing.length + result.stale.length + result.wider.length + result.notes.length
  io.out(options.json ? formatJson(auditJson(result)) : auditText(result, paintFor(io.outColor)))
  return findings > 0 ? 1 : 0
}

async function readerOf(vendor: Vendor): Promise<Reader> {
  const readers = await loadReader(vendor)
  if (!readers) throw new UserError(`the vendor ${vendor.name} has no reader, so its configurations cannot be audited`)
  return readers.read
}

async function readText(path: string, io: Io): Promise<string> {
  const bytes = path === '-' ? await readStdin(io) : readFile(resolve(io.cwd, path), path)
  const shown = path === '-' ? 'standard input' : path
  if (bytes.length === 0) throw new UserError(`${shown} is empty`)
  if (bytes.includes(0)) throw new UserError(`${shown} is binary, not a configuration in text`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n')
  } catch {
    throw new UserError(`${shown} is not UTF-8 text`)
  }
}

/** Throws `UserError` when a text looks like another vendor's. */
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

function narrowOf(options: AuditOptions, vendor: Vendor): Partial<Record<Narrowing, string>> {
  const given = NARROWINGS.filter((name) => options[name] !== undefined)
  const foreign = given.find((name) => !vendor.narrows.includes(name))
  if (foreign) {
    const flags = vendor.narrows.map(flagOf).join(', ')
    throw new UserError(`an audit of ${vendor.name} has no ${flagOf(foreign)}${flags ? `; it has ${flags}` : ''}`)
  }
  return Object.fromEntries(given.map((name) => [name, options[name]]))
}

const flagOf = (name: Narrowing) => `--${name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`

/** The names of the policy's rules, and those that the vendor's limits make of them. */
function ownNames(ruleset: Ruleset, job: Job): string[] {
  const { fitted } = fit(ruleset, job)
  return [...ruleset.rules.map(({ name }) => name), ...fitted.rules.map(({ name }) => name)]
}

/** Of `rulesets`, those that are as new as the snapshot that `date` names; all of them without one. */
function since(date: string | undefined, { files }: History, rulesets: readonly Ruleset[]): Ruleset[] {
  if (date !== undefined && !files.some((file) => file.published === date))
    throw new UserError(`there is no snapshot ${date}`)
  return rulesets.filter(({ published }) => date === undefined || published >= date)
}

function tagPrefixesOf(tags: ReadonlyMap<string, ServiceTag>) {
  const byKey = new Map(Array.from(tags, ([name, { prefixes }]) => [name.toLowerCase(), prefixes]))
  return (name: string) => byKey.get(name.toLowerCase())
}
