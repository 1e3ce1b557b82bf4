import { PrefixSet } from '../address/prefix-set.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { lazy } from '../model/lazy.ts'
import type { Policy } from '../model/policy.ts'
import { selectorsOf } from '../model/service-tag.ts'
import { readAllTags } from './all-tags.ts'
import { parseDocument, type ReadDocument, type Source } from './document.ts'
import { type KnownDocument, storedDocument } from './known-document.ts'
import { readSource } from './read-source.ts'
import { isSnapshot, parseSnapshot } from './snapshot/snapshot.ts'

/** The document in a file, at a URL or on standard input: a snapshot, or a published document. */
export async function openFile(
  spec: string,
  policy: Policy,
  io: Io,
  allowHost?: readonly string[],
): Promise<KnownDocument> {
  const { cloud } = policy
  const source = await readSource(spec, io, allowHost)
  const text = new TextDecoder().decode(source.bytes)
  if (!isSnapshot(text)) return publishedDocument(parseDocument(source, cloud, selectorsOf(policy)), source)
  const document = parseSnapshot(text, spec)
  if (document.cloud !== cloud)
    throw new UserError(`${spec} is a snapshot of the cloud ${document.cloud}; expected ${cloud}`)
  return storedDocument(document, spec)
}

/** A published document in the form for `compile`. */
export function publishedDocument({ document, names, nonRegional }: ReadDocument, source: Source): KnownDocument {
  const everyTag = lazy(() => [...readAllTags(source, document.cloud).tags.values()])
  return {
    document,
    names,
    where: source.name,
    nonRegional,
    everything: lazy(() => PrefixSet.union(everyTag().map(({ prefixes }) => prefixes))),
    everyTag,
  }
}
