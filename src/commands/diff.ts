import { compile } from '../compile/compile.ts'
import { diff } from '../compile/diff.ts'
import { wideningDiff } from '../compile/widening-diff.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { WideningDelta } from '../model/delta.ts'
import type { Policy } from '../model/policy.ts'
import { explain } from '../present/finding.ts'
import { reportHtml } from '../present/html-report.ts'
import { deltaJson, formatJson, wideningDeltaJson } from '../present/json.ts'
import { reportMarkdown } from '../present/markdown.ts'
import { paintFor } from '../present/paint.ts'
import { deltaText } from '../present/text.ts'
import { wideningDeltaText } from '../present/widening.ts'
import { jobOf } from './build-targets.ts'
import {
  type CommonOptions,
  type History,
  type KnownDocument,
  loadPolicy,
  openDocument,
  openHistory,
  vendorFolders,
} from './inputs.ts'
import { makeReport } from './make-report.ts'
import { widenerFor } from './widen-target.ts'

/** How `diff` can say it. */
export type DiffFormat = 'text' | 'json' | 'markdown' | 'html'

export interface DiffOptions extends CommonOptions {
  readonly exitCode?: boolean
  readonly format?: DiffFormat
  readonly allowHost?: readonly string[]
}

/** Prints what changed between two documents, in addresses. */
export async function runDiff(older: string, newer: string, options: DiffOptions, io: Io): Promise<0 | 1> {
  const policy = loadPolicy(options, io)
  const history = openHistory(options, policy.cloud, io)
  const before = await openDocument(older, history, policy, io, options.allowHost)
  const after = await openDocument(newer, history, policy, io, options.allowHost)
  const delta = diff(before.document, after.document)
  const folders = vendorFolders(options, io)
  const format = formatOf(options)
  let widened: readonly WideningDelta[]
  if (format === 'markdown' || format === 'html') {
    const report = makeReport({ policy, history, vendorFolders: folders, before, after, delta })
    widened = report.widened
    const pointer = `The full report: <code>tagwall diff OLD NEW --format html</code>, of the same two documents.`
    io.out(format === 'html' ? reportHtml(report) : reportMarkdown(report, pointer))
  } else {
    widened = widenedTargets(policy, before, after, history, folders, io)
    const paint = paintFor(io.outColor)
    io.out(
      format === 'json'
        ? formatJson({ ...deltaJson(delta), widened: widened.map(wideningDeltaJson) })
        : `${deltaText(delta, paint)}${wideningDeltaText(widened, paint)}`,
    )
  }
  const isChanged = delta.tags.length > 0 || widened.some(hasChange)
  return options.exitCode && isChanged ? 1 : 0
}

function formatOf({ format, json }: DiffOptions): DiffFormat {
  if (json && format !== undefined && format !== 'json')
    throw new UserError(`--json and --format ${format} ask for two forms; leave one out`)
  return json ? 'json' : (format ?? 'text')
}

/** What changed in the targets that are widened. One that cannot be, in either document, is left out with a note. */
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
    if (problem) io.err(`note: target ${target.name} is left out: ${explain(problem)}\n`)
    const [old, young] = widened
    return problem || !old || !young ? [] : wideningDiff(target.name, old.ruleset, young.ruleset)
  })
}

const hasChange = ({ published, widening }: WideningDelta) =>
  [published, widening].some(({ added, removed }) => !added.isEmpty || !removed.isEmpty)
