import type { Io } from '../io.ts'
import { type CommonOptions, loadPolicy } from '../policy/load.ts'
import { byCodeUnit } from '../text/order.ts'
import { sanitize } from '../text/sanitize.ts'
import { type EveryTag, readEveryTag } from './document.ts'
import { openHistory } from './history.ts'
import { openDocument } from './open-document.ts'
import { readSource } from './read-source.ts'
import { isSnapshot } from './snapshot/snapshot.ts'

/** Tags, and where they were found. `isWhole`: that has every tag of its document. */
export interface OpenTags {
  readonly tags: readonly EveryTag[]
  readonly where: string
  readonly isWhole: boolean
}

/** All tags of the `--from` document, else those of the snapshot. Invalid entries are skipped with a warning. */
export async function openTags(
  options: CommonOptions & { readonly from?: string; readonly allowHost?: readonly string[] },
  io: Io,
): Promise<OpenTags> {
  const policy = await loadPolicy(options, io)
  if (options.from !== undefined) {
    const source = await readSource(options.from, io, options.allowHost)
    if (!isSnapshot(new TextDecoder().decode(source.bytes))) {
      const { tags, problems } = readEveryTag(source, options.cloud)
      for (const problem of problems) io.err(`warning: skipped: ${sanitize(problem)}\n`)
      return { tags, where: source.name, isWhole: true }
    }
  }
  const history = openHistory(options, policy.cloud, io)
  const { document } = await openDocument(
    options.from ?? options.snapshot ?? 'latest',
    history,
    policy,
    io,
    options.allowHost,
  )
  const tags = [...document.tags.values()].map((tag) => ({ ...tag, prefixes: tag.prefixes.prefixes }))
  return {
    tags: tags.sort((a, b) => byCodeUnit(a.name, b.name)),
    where: `the snapshot of ${document.published}, which keeps only the tags in use`,
    isWhole: false,
  }
}
