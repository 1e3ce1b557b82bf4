import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Cloud } from '../model/cloud.ts'
import type { Delta } from '../model/delta.ts'
import { sanitize } from '../text/sanitize.ts'
import { readAllTags } from './all-tags.ts'
import { diff } from './diff.ts'
import { namesSnapshot } from './open-document.ts'
import { readSource } from './read-source.ts'
import { isSnapshot } from './snapshot/snapshot.ts'

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
