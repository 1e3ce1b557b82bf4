import { Option } from 'commander'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { diff } from '../compile/delta/diff.ts'
import { compile } from '../compile/rules/compile.ts'
import { wideningDiff } from '../compile/widen/widening-diff.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Cloud } from '../model/cloud.ts'
import type { Delta, WideningDelta } from '../model/delta.ts'
import type { Policy } from '../model/policy.ts'
import { sanitize } from '../model/text/sanitize.ts'
import { deltaJson, formatJson, wideningDeltaJson } from '../present/json.ts'
import { REPORT_FORMATS, type ReportFormat } from '../present/report/formats.ts'
import { colorFor } from '../present/text/color.ts'
import { explain } from '../present/text/finding.ts'
import { deltaText } from '../present/text/summary.ts'
import { wideningDeltaText } from '../present/text/widening.ts'
import { readAllTags } from '../source/document/all-tags.ts'
import { readSource } from '../source/read-source.ts'
import { isSnapshot } from '../source/snapshot/snapshot.ts'
import { jobOf } from '../workflow/build-targets.ts'
import { deltaFor, type History, openHistory } from '../workflow/history.ts'
import type { KnownDocument } from '../workflow/known-document.ts'
import { type CommonOptions, loadPolicy, vendorFolders } from '../workflow/load.ts'
import { openDocument } from '../workflow/open-document.ts'
import { widenerFor } from '../workflow/widen-target.ts'

/** The output formats of `diff`. */
export type DiffFormat = 'text' | 'json' | ReportFormat

export interface DiffOptions extends CommonOptions {
  readonly exitCode?: boolean
  readonly format?: DiffFormat
  readonly allowHost?: readonly string[]
  readonly allTags?: boolean
  /** Print every prefix of a tag. */
  readonly all?: boolean
}

export const command: CommandSpec<[older: string, newer: string], DiffOptions> = {
  summary: 'show which addresses changed between two snapshots',
  uses: 'rules',
  examples: [
    ['tagwall diff', 'compare the newest snapshot with the previous one'],
    ['tagwall diff 2025-06-09 2025-07-07', 'compare two dates'],
    [
      'tagwall diff latest ServiceTags_Public_20251110.json --exit-code',
      'compare a snapshot with a published document',
    ],
  ],
  flags: (command) =>
    command
      .argument(
        '[old]',
        'the older side: a date, "previous", "latest", or a file (snapshot or published document)',
        'previous',
      )
      .argument('[new]', 'the newer side, in the same form', 'latest')
      .addOption(
        new Option('--all-tags', 'compare every tag of two published documents, not only the tags of the policy'),
      )
      .addOption(option.allowHost())
      .addOption(
        new Option(
          '--format <format>',
          'text, json (same as --json), markdown for a pull request, or html for a browser (default: text)',
        ).choices(['text', 'json', ...Object.keys(REPORT_FORMATS)]),
      )
      .addOption(new Option('--all', 'print every changed prefix (default: the first 20 of each tag)'))
      .addOption(option.exitCode('there are differences')),
  run: ([older, newer], options, io) => runDiff(older, newer, options, io),
}

/** Prints the changed addresses between two documents. */
async function runDiff(older: string, newer: string, options: DiffOptions, io: Io): Promise<0 | 1> {
  const policy = await loadPolicy(options, io)
  if (options.allTags) return print(await diffAllTags(older, newer, policy.cloud, options, io), [], options, io)
  const history = openHistory(options, policy.cloud, io)
  const before = await openDocument(older, history, policy, io, options.allowHost)
  const after = await openDocument(newer, history, policy, io, options.allowHost)
  const delta = deltaFor(policy, before.document, after.document)
  const folders = vendorFolders(options, io)
  const format = formatOf(options)
  if (format === 'text' || format === 'json')
    return print(delta, widenedTargets(policy, before, after, history, folders, io), options, io)
  // Rarely needed, and the largest module.
  const { makeReport } = await import('../workflow/make-report.ts')
  const report = makeReport({ policy, history, vendorFolders: folders, before, after, delta })
  io.out(await REPORT_FORMATS[format](report))
  return exitOf(delta, report.widened, options)
}

/** Compares every tag, used or not. Only published documents have all tags. */
async function diffAllTags(older: string, newer: string, cloud: Cloud, options: DiffOptions, io: Io): Promise<Delta> {
  const open = async (spec: string) => {
    const source = /^(latest|previous|\d{4}-\d{2}-\d{2})$/.test(spec)
      ? undefined
      : await readSource(spec, io, options.allowHost)
    if (source && !isSnapshot(Buffer.from(source.bytes.subarray(0, 200)).toString('latin1'))) return source
    throw new UserError(
      `--all-tags needs published documents; ${source ? spec : `"${spec}"`} is a snapshot, which keeps only the tags in use`,
    )
  }
  const [before, after] = [readAllTags(await open(older), cloud), readAllTags(await open(newer), cloud)]
  for (const problem of [...before.problems, ...after.problems]) io.err(`warning: skipped: ${sanitize(problem)}\n`)
  return diff(before, after)
}

function print(delta: Delta, widened: readonly WideningDelta[], options: DiffOptions, io: Io): 0 | 1 {
  const color = colorFor(io.outColor)
  io.out(
    formatOf(options) === 'json'
      ? formatJson({ ...deltaJson(delta), widened: widened.map(wideningDeltaJson) })
      : `${deltaText(delta, { color, all: options.all === true })}${wideningDeltaText(widened, color)}`,
  )
  return exitOf(delta, widened, options)
}

function exitOf(delta: Delta, widened: readonly WideningDelta[], { exitCode }: DiffOptions): 0 | 1 {
  const isChanged = delta.tags.length > 0 || widened.some(hasChange)
  return exitCode && isChanged ? 1 : 0
}

function formatOf({ format, json }: DiffOptions): DiffFormat {
  if (json && format !== undefined && format !== 'json')
    throw new UserError(`--json and --format ${format} exclude each other; remove one of them`)
  return json ? 'json' : (format ?? 'text')
}

/** The changes in widened targets. A target that cannot be widened in either document is skipped with a note. */
function widenedTargets(
  policy: Policy,
  before: KnownDocument,
  after: KnownDocument,
  history: History,
  folders: readonly string[],
  io: Io,
): WideningDelta[] {
  const targets = policy.targets.filter(({ widen }) => widen)
  if (targets.length === 0) return []
  const sides = [before, after].map((known) => ({
    known,
    widen: widenerFor(policy, known, history),
    ...compile(policy, known),
  }))
  return targets.flatMap((target) => {
    const job = jobOf(target, folders)
    const widened = sides.map(({ widen, ruleset, findings }) => {
      const errors = findings.filter(({ severity }) => severity === 'error')
      return errors.length > 0 ? { ruleset, findings: errors } : widen(target, job, ruleset)
    })
    const [problem] = widened.flatMap(({ findings }) => findings)
    if (problem) io.err(`note: target ${target.name} is skipped: ${explain(problem)}\n`)
    const [old, young] = widened
    return problem || !old || !young ? [] : wideningDiff(target.name, old.ruleset, young.ruleset)
  })
}

const hasChange = ({ published, widening }: WideningDelta) =>
  [published, widening].some(({ added, removed }) => !added.isEmpty || !removed.isEmpty)
