import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Cloud } from '../model/cloud.ts'
import type { Delta } from '../model/delta.ts'
import { type CommonOptions, loadPolicy } from '../policy/load.ts'
import { byCodeUnit } from '../text/numbers.ts'
import { sanitize } from '../text/sanitize.ts'
import { type EveryTag, readAllTags, readEveryTag } from './all-tags.ts'
import { diff } from './diff.ts'
import { openHistory } from './history.ts'
import { namesSnapshot, openDocument } from './open-document.ts'
import { readSource } from './open-file.ts'
import { isSnapshot } from './snapshot/snapshot-file.ts'

/**
 * All tags of the `--from` document, else those of the snapshot, which are not all of their document (`isWhole`). Invalid entries are skipped
 * with a warning.
 */
export async function openTags(
  options: CommonOptions & { readonly from?: string; readonly allowHost?: readonly string[] },
  io: Io,
): Promise<{ tags: readonly EveryTag[]; where: string; isWhole: boolean }> {
  const policy = await loadPolicy(options, io)
  if (options.from !== undefined) {
    const source = await readSource(options.from, io, options.allowHost)
    if (!isSnapshot(new TextDecoder().decode(source.bytes))) {
      const { tags, problems } = readEveryTag(source, options.cloud)
      for (const problem of problems) io.err(`warning: skipped: ${sanitize(problem)}\n`)
      return { tags, where: source.name, isWhole: true }
    }
  }
  const history = openHistory(options, policy, io)
  const spec = options.from ?? options.snapshot ?? 'latest'
  const { document } = await openDocument(spec, history, io, options.allowHost)
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
  const open = async (spec: string) => {
    const source = namesSnapshot(spec) ? undefined : await readSource(spec, io, allowHost)
    if (source && !isSnapshot(Buffer.from(source.bytes.subarray(0, 200)).toString('latin1'))) return source
    throw new UserError(
      `--all-tags needs published documents; ${source ? spec : `"${spec}"`} is a snapshot, which keeps only the tags in use`,
    )
  }
  const [before, after] = [readAllTags(await open(older), cloud), readAllTags(await open(newer), cloud)]
  for (const problem of [...before.problems, ...after.problems]) io.err(`warning: skipped: ${sanitize(problem)}\n`)
  return diff(before, after)
}
