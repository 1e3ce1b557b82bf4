import { Option } from 'commander'
import type { Report } from '../change/tell/report.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { wideningDeltaJson } from '../compile/widen/json.ts'
import type { widenedTargets } from '../compile/widen/widened-targets.ts'
import { wideningDeltaText } from '../compile/widen/widening-text.ts'
import { deltaText } from '../document/delta-text.ts'
import { deltaFor, openHistory } from '../document/history.ts'
import { deltaJson } from '../document/json.ts'
import { openDocument } from '../document/open-document.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Delta, WideningDelta } from '../model/delta.ts'
import { formatJson } from '../model/json.ts'
import { type CommonOptions, loadPolicy, vendorFolders } from '../policy/load.ts'
import { colorFor } from '../text/lines.ts'

// For output on a terminal, where the HTML report is one command away.
const POINTER = 'Every prefix: <code>tagwall diff OLD NEW --format html</code>, of the same two documents.'

/** The formats of a report. Bytes are printed unchanged. */
const REPORT_FORMATS = {
  markdown: async (report: Report) => (await import('../change/tell/markdown.ts')).reportMarkdown(report, POINTER),
  html: async (report: Report) => Buffer.from((await import('../change/tell/html.ts')).reportHtml(report)),
} satisfies Record<string, (report: Report) => Promise<string | Uint8Array>>

/** The output formats of `diff`. */
export type DiffFormat = 'text' | 'json' | keyof typeof REPORT_FORMATS

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
  about:
    'Compares the addresses of the tags of the policy in two snapshots or published documents. It needs no network and writes nothing.',
  exits: ['done', 'with --exit-code: there are differences'],
  docs: 'ci',
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
      .option('--all-tags', 'compare every tag of two published documents, not only the tags of the policy')
      .addOption(option.allowHost())
      .addOption(
        new Option(
          '--format <format>',
          'text, json (same as --json), markdown for a pull request, or html for a browser (default: text)',
        ).choices(['text', 'json', ...Object.keys(REPORT_FORMATS)]),
      )
      .option('--all', 'print every changed prefix (default: the first 20 of each tag)')
      .addOption(option.exitCode('there are differences')),
  run: ([older, newer], options, io) => runDiff(older, newer, options, io),
}

/** Prints the changed addresses between two documents. */
async function runDiff(older: string, newer: string, options: DiffOptions, io: Io): Promise<0 | 1> {
  const format = formatOf(options)
  const policy = await loadPolicy(options, io)
  if (options.allTags) {
    const { diffAllTags } = await import('../document/open-tags.ts')
    return print(await diffAllTags(older, newer, policy.cloud, options.allowHost, io), [], options, io)
  }
  const history = openHistory(options, policy, io)
  const before = await openDocument(older, history, io, options.allowHost)
  const after = await openDocument(newer, history, io, options.allowHost)
  const delta = deltaFor(policy, before.document, after.document)
  const folders = vendorFolders(options, io)
  if (format === 'text' || format === 'json')
    return print(delta, await widenedIn(before, after, history, folders, io), options, io)
  // Rarely needed, and the largest module.
  const { diffReport } = await import('../change/tell/diff-report.ts')
  const report = await diffReport({ before, after }, history, folders)
  io.out(await REPORT_FORMATS[format](report))
  return exitOf(delta, report.widened, options)
}

function print(delta: Delta, widened: readonly WideningDelta[], options: DiffOptions, io: Io): 0 | 1 {
  const color = colorFor(io.outColor)
  io.out(
    formatOf(options) === 'json'
      ? formatJson(diffJson(delta, widened))
      : `${deltaText(delta, { color, all: options.all === true })}${wideningDeltaText(widened, color)}`,
  )
  return exitOf(delta, widened, options)
}

export const diffJson = (delta: Delta, widened: readonly WideningDelta[]) => ({
  ...deltaJson(delta),
  wideningChanges: widened.map(wideningDeltaJson),
})

function exitOf(delta: Delta, widened: readonly WideningDelta[], { exitCode }: DiffOptions): 0 | 1 {
  const isChanged = delta.tags.length > 0 || widened.some(hasChange)
  return exitCode && isChanged ? 1 : 0
}

function formatOf({ format, json, allTags }: DiffOptions): DiffFormat {
  if (json && format !== undefined && format !== 'json')
    throw new UserError(`--json and --format ${format} exclude each other; remove one of them`)
  if (allTags && format !== undefined && format in REPORT_FORMATS)
    throw new UserError(
      `--all-tags and --format ${format} exclude each other: a report is about the rules of a policy; remove one of them`,
    )
  return json ? 'json' : (format ?? 'text')
}

/** The changes in widened targets. Most policies have none, and the vendors are not needed then. */
async function widenedIn(...given: Parameters<typeof widenedTargets>): Promise<WideningDelta[]> {
  const [, , { policy }] = given
  if (!policy.targets.some(({ widen }) => widen)) return []
  return (await import('../compile/widen/widened-targets.ts')).widenedTargets(...given)
}

const hasChange = ({ published, widening }: WideningDelta) =>
  [published, widening].some(({ added, removed }) => !added.isEmpty || !removed.isEmpty)
