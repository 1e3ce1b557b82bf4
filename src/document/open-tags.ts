import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Cloud } from '../model/cloud.ts'
import type { Delta } from '../model/delta.ts'
import { inputName } from '../parse/read-file.ts'
import { type CommonOptions, loadPolicy } from '../policy/load.ts'
import { byCodeUnit } from '../text/numbers.ts'
import { sanitize } from '../text/sanitize.ts'
import { readAllTags, readEveryTag } from './all-tags.ts'
import { diff } from './diff.ts'
import { openHistory } from './history.ts'
import { type DocumentOptions, readSource } from './obtain-document.ts'
import { namesSnapshot, openDocument } from './open-document.ts'
import { isSnapshot, parseSnapshot } from './snapshot/snapshot-file.ts'

/** The options for a document: a snapshot, or a published one. */
export type TagOptions = CommonOptions & Pick<DocumentOptions, 'from' | 'allowHost'>

/** All tags of the `--from` document, else those of the snapshot (not `isWhole`). Invalid entries are skipped with a warning. */
export async function openTags(options: TagOptions, io: Io) {
  const { from, cloud, snapshot = 'latest', allowHost } = options
  const policy = await loadPolicy(options, io)
  const source = from === undefined ? undefined : await readSource(from, io, allowHost)
  const text = new TextDecoder().decode(source?.bytes)
  if (source && !isSnapshot(text)) {
    const { tags, problems } = readEveryTag(source, cloud)
    warnSkipped(problems, io)
    return { tags, where: source.name, isWhole: true }
  }
  const document =
    from === undefined
      ? (await openDocument(snapshot, openHistory(options, policy, io), io)).document
      : parseSnapshot(text, inputName(from), policy.cloud)
  const tags = [...document.tags.values()].map((tag) => ({ ...tag, prefixes: tag.prefixes.prefixes }))
  return {
    tags: tags.sort((a, b) => byCodeUnit(a.name, b.name)),
    where: `the snapshot of ${document.published}, which keeps only the tags in use`,
    isWhole: false,
  }
}

/** Compares every tag, used or not. Only published documents have all tags. */
export async function diffAllTags(
  older: string,
  newer: string,
  cloud: Cloud,
  allowHost: readonly string[] | undefined,
  io: Io,
): Promise<Delta> {
  const before = await openAllTags(older, cloud, allowHost, io)
  return diff(before, await openAllTags(newer, cloud, allowHost, io))
}

/** The tags of a published document as sets, with the document. Invalid entries are skipped with a warning. Throws `UserError` for a snapshot. */
export async function openAllTags(spec: string, cloud: Cloud, allowHost: readonly string[] | undefined, io: Io) {
  const source = namesSnapshot(spec) ? undefined : await readSource(spec, io, allowHost)
  if (!source || isSnapshot(new TextDecoder().decode(source.bytes.subarray(0, 200))))
    throw new UserError(
      `${spec} is a snapshot, which has only the tags in use; expected the document as Microsoft publishes it, with all tags`,
    )
  const all = readAllTags(source, cloud)
  warnSkipped(all.problems, io)
  return { ...all, source }
}

function warnSkipped(problems: readonly string[], io: Io): void {
  for (const problem of problems) io.err(`warning: skipped: ${sanitize(problem)}\n`)
}
