import { compile } from '../compile/compile.ts'
import { diff } from '../compile/diff.ts'
import { wideningDiff } from '../compile/widening-diff.ts'
import type { Io } from '../io.ts'
import type { WideningDelta } from '../model/delta.ts'
import type { Policy } from '../model/policy.ts'
import { explain } from '../present/finding.ts'
import { deltaJson, formatJson, wideningDeltaJson } from '../present/json.ts'
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
import { widenerFor } from './widen-target.ts'

export interface DiffOptions extends CommonOptions {
  readonly exitCode?: boolean
  readonly allowHost?: readonly string[]
}

/** Prints what changed between two documents, in addresses. */
export async function runDiff(older: string, newer: string, options: DiffOptions, io: Io): Promise<0 | 1> {
  const policy = loadPolicy(options, io)
  const history = openHistory(options, policy.cloud, io)
  const before = await openDocument(older, history, policy, io, options.allowHost)
  const after = await openDocument(newer, history, policy, io, options.allowHost)
  const delta = diff(before.document, after.document)
  const widened = widenedTargets(policy, before, after, history, vendorFolders(options, io), io)
  const paint = paintFor(io.outColor)
  io.out(
    options.json
      ? formatJson({ ...deltaJson(delta), widened: widened.map(wideningDeltaJson) })
      : `${deltaText(delta, paint)}${wideningDeltaText(widened, paint)}`,
  )
  const isChanged = delta.tags.length > 0 || widened.some(hasChange)
  return options.exitCode && isChanged ? 1 : 0
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
