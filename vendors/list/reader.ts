import type { AddressList, Device, Item, Note, Prefix, PrefixSet, ReaderContext, ReadFile } from 'tagwall/reader'

/**
 * Lists of CIDRs, one per line. A full load replaces every list; a delta adds lines one by one, then takes lines out. When
 * auditing, also plain addresses, blanks around them, and lines that are comments.
 */
export const device = ({ kit, purpose }: ReaderContext): Device => {
  const isAudit = purpose === 'audit'
  /** The prefixes of each list by their lines. */
  const lists = new Map<string, Map<string, Prefix>>()
  // Lists without a changed line keep the same set.
  const sets = new Map<string, PrefixSet>()
  let notes: Note[] = []

  /** The prefixes of a text by their lines; any other line becomes a note. */
  function* linesOf({ part, text }: ReadFile): Iterable<[line: string, prefix: Prefix]> {
    for (const [index, raw] of text.split('\n').entries()) {
      const line = isAudit ? raw.trim() : raw
      if (line === '' || (isAudit && /^[#;]/.test(line))) continue
      try {
        yield [line, isAudit ? kit.parsePrefixOrAddress(line) : kit.parsePrefix(line)]
      } catch (error) {
        notes.push({ place: { part, line: index + 1 }, text: line.slice(0, 80), reason: (error as Error).message })
      }
    }
  }

  return {
    *load(files, kind) {
      if (kind === 'full') {
        for (const map of [lists, sets]) map.clear()
        notes = []
        for (const file of files) lists.set(file.part, new Map(linesOf(file)))
        yield
        return
      }
      for (const file of files) {
        const { part } = file
        const [, verb, name = 'all'] = /^(added|removed)(?:-([\s\S]+))?$/.exec(part) ?? []
        if (!verb) notes.push({ place: { part, line: 1 }, text: part, reason: 'is neither added nor removed' })
        const list = lists.get(name) ?? new Map<string, Prefix>()
        lists.set(name, list)
        for (const [line, prefix] of verb ? linesOf(file) : []) {
          if (verb === 'added') list.set(line, prefix)
          else list.delete(line)
          sets.delete(name)
          yield
        }
      }
    },
    reading: () => ({
      rules: [],
      lists: Array.from(lists, ([part, lines]): AddressList => {
        const addresses = sets.get(part) ?? kit.setOf([...lines.values()])
        sets.set(part, addresses)
        return { part, addresses }
      }),
      notes: [...notes],
    }),
    // A list without lines is as none.
    items: () =>
      [...lists].flatMap(([name, lines]): Item[] =>
        lines.size > 0 ? [{ kind: 'set', name, fields: { addresses: [...lines.keys()] } }] : [],
      ),
  }
}
