import type { AddressList, Device, Item, Note, Prefix, PrefixSet, ReaderContext } from 'tagwall/reader'

/**
 * Lists of CIDRs, one per line. A full load replaces every list; a delta adds lines one by one, then takes lines out. When
 * auditing, also plain addresses, blanks around them, and lines that are comments.
 */
export const device = ({ kit, purpose }: ReaderContext): Device => {
  const isAudit = purpose === 'audit'
  const lists = new Map<string, Set<string>>()
  const known = new Map<string, readonly Prefix[]>()
  // Lists without a changed line keep the same set.
  const sets = new Map<string, PrefixSet>()
  let notes: Note[] = []

  const linesOf = (text: string) =>
    text
      .split('\n')
      .map((raw, index) => ({ text: isAudit ? raw.trim() : raw, line: index + 1 }))
      .filter(({ text }) => text !== '' && !(isAudit && /^[#;]/.test(text)))

  /** True if the line is a prefix; adds a note if it is not. */
  const isPrefix = (text: string, part: string, line: number): boolean => {
    if (known.has(text)) return true
    try {
      known.set(text, [isAudit ? kit.parsePrefixOrAddress(text) : kit.parsePrefix(text)])
      return true
    } catch (error) {
      notes.push({ place: { part, line }, text: text.slice(0, 80), reason: (error as Error).message })
      return false
    }
  }

  return {
    *load(files, kind) {
      if (kind === 'full') {
        for (const map of [lists, sets, known]) map.clear()
        notes = []
        for (const { part, text } of files) {
          const lines = linesOf(text).filter(({ text, line }) => isPrefix(text, part, line))
          lists.set(part, new Set(lines.map(({ text }) => text)))
        }
        yield
        return
      }
      for (const { part, text } of files) {
        const [, verb, name = 'all'] = /^(added|removed)(?:-([\s\S]+))?$/.exec(part) ?? []
        const list = lists.get(name) ?? new Set<string>()
        lists.set(name, list)
        for (const { text: prefix, line } of linesOf(text)) {
          if (!verb) notes.push({ place: { part, line }, text: prefix.slice(0, 80), reason: 'is not understood' })
          if (!verb || !isPrefix(prefix, part, line)) continue
          if (verb === 'added') list.add(prefix)
          else list.delete(prefix)
          sets.delete(name)
          yield
        }
      }
    },
    reading: () => ({
      rules: [],
      lists: Array.from(lists, ([part, lines]): AddressList => {
        const addresses = sets.get(part) ?? kit.setOf([...lines].flatMap((line) => known.get(line) ?? []))
        sets.set(part, addresses)
        return { part, addresses }
      }),
      notes: [...notes],
    }),
    // A list without lines is as none.
    items: () =>
      [...lists].flatMap(([name, lines]): Item[] =>
        lines.size > 0 ? [{ kind: 'set', name, fields: { addresses: [...lines] } }] : [],
      ),
  }
}
