/** True if a file records what rules are made of: a snapshot or a lock. Its text differs with each document. */
export type IsRecord = (path: string, text: string) => boolean

const NO_BLOB = /^0+$/

/**
 * The same text for the same change on another day: each changed file before and after, without dates. `lines` are those of `git diff-tree --raw`,
 * and `read` gives the blobs that they name. Empty if only records change.
 */
export function identityOf(
  lines: readonly string[],
  read: (names: readonly string[]) => ReadonlyMap<string, string>,
  isRecord: IsRecord,
): string {
  const changes = lines.flatMap((line) => {
    const [, before = '', after = '', path = ''] = /^:\d+ \d+ (\S+) (\S+) \S+\t(.*)$/.exec(line) ?? []
    return before === '' ? [] : [{ before, after, path }]
  })
  const names = changes.flatMap(({ before, after }) => [before, after]).filter((name) => !NO_BLOB.test(name))
  const blobs = read([...new Set(names)])
  const textOf = (name: string) => blobs.get(name) ?? ''
  return changes
    .filter(({ before, after, path }) => !isRecord(path, textOf(NO_BLOB.test(after) ? before : after)))
    .map(({ before, after, path }) => JSON.stringify([undated(path), undated(textOf(before)), undated(textOf(after))]))
    .join('\n')
}

/** A text without dates, change numbers, and hashes of texts that have some. */
const undated = (text: string): string =>
  text
    .replaceAll(/\b\d{4}-\d{2}-\d{2}\b/g, 'DATE')
    .replaceAll(/(change ?number"?:? )\d+/gi, '$1NUMBER')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'HASH')
