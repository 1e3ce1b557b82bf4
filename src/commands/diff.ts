import { diff } from '../compile/diff.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Cloud } from '../model/cloud.ts'
import type { Delta } from '../model/delta.ts'
import { byCodeUnit } from '../model/order.ts'
import { deltaJson, formatJson } from '../present/json.ts'
import { paintFor } from '../present/paint.ts'
import { deltaText } from '../present/text.ts'
import { readDifferences } from '../source/document.ts'
import { readSource } from '../source/read-source.ts'
import { isSnapshot } from '../source/snapshot.ts'
import { type CommonOptions, loadPolicy, openDocument, openHistory } from './inputs.ts'

export interface DiffOptions extends CommonOptions {
  readonly exitCode?: boolean
  readonly allowHost?: readonly string[]
  readonly allTags?: boolean
}

/** Prints what changed between two documents, in addresses. */
export async function runDiff(older: string, newer: string, options: DiffOptions, io: Io): Promise<0 | 1> {
  const policy = loadPolicy(options, io)
  if (options.allTags) return print(await diffAllTags(older, newer, policy.cloud, options, io), options, io)
  const history = openHistory(options, policy.cloud, io)
  const before = await openDocument(older, history, policy, io, options.allowHost)
  const after = await openDocument(newer, history, policy, io, options.allowHost)
  return print(diff(before.document, after.document), options, io)
}

/** Of every tag, whatever the policy uses. Only published documents hold them all. */
async function diffAllTags(older: string, newer: string, cloud: Cloud, options: DiffOptions, io: Io): Promise<Delta> {
  const open = async (spec: string) => {
    const source = /^(latest|previous|\d{4}-\d{2}-\d{2})$/.test(spec)
      ? undefined
      : await readSource(spec, io, options.allowHost)
    if (source && !isSnapshot(Buffer.from(source.bytes.subarray(0, 200)).toString('latin1'))) return source
    throw new UserError(
      `--all-tags compares published documents; ${source ? spec : `"${spec}"`} is a snapshot, which keeps only the tags in use`,
    )
  }
  const { before, after, same, oddities } = readDifferences(await open(older), await open(newer), cloud)
  for (const oddity of oddities) io.err(`warning: left out: ${oddity}\n`)
  const delta = diff(before, after)
  return { ...delta, unchanged: [...delta.unchanged, ...same].sort(byCodeUnit) }
}

function print(delta: Delta, options: DiffOptions, io: Io): 0 | 1 {
  io.out(options.json ? formatJson(deltaJson(delta)) : deltaText(delta, paintFor(io.outColor)))
  return options.exitCode && delta.tags.length > 0 ? 1 : 0
}
