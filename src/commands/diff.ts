import { diff } from '../compile/diff.ts'
import type { Io } from '../io.ts'
import { deltaJson, formatJson } from '../present/json.ts'
import { paintFor } from '../present/paint.ts'
import { deltaText } from '../present/text.ts'
import { type CommonOptions, loadPolicy, openDocument, openHistory } from './inputs.ts'

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
  io.out(options.json ? formatJson(deltaJson(delta)) : deltaText(delta, paintFor(io.outColor)))
  return options.exitCode && delta.tags.length > 0 ? 1 : 0
}
