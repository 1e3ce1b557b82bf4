import type { AddressList, Follower, Note, Prefix, Reader, ReaderKit, Reading } from 'tagwall/reader'

/** One CIDR a line. When auditing, also plain addresses, blanks around them, and lines that are comments. */
const read: Reader = (files, { kit, purpose }) => {
  const isAudit = purpose === 'audit'
  const notes: Note[] = []
  const lists = files.map(({ part, text }): AddressList => {
    const prefixes = text.split('\n').flatMap((raw, index): Prefix[] => {
      const line = isAudit ? raw.trim() : raw
      if (line === '' || (isAudit && /^[#;]/.test(line))) return []
      try {
        return [isAudit ? kit.parsePrefixOrAddress(line) : kit.parsePrefix(line)]
      } catch (error) {
        notes.push({ place: { part, line: index + 1 }, text: line.slice(0, 80), reason: (error as Error).message })
        return []
      }
    })
    return { part, addresses: kit.setOf(prefixes) }
  })
  return { rules: [], lists, notes }
}

export default read

/** A list by its lines: first those that are added, one by one, then those that are taken out. */
export const follow: Follower = function* (files, deltas, { kit }) {
  const notes: Note[] = []
  const lists = new Map(files.map(({ part, text }) => [part, new Set(linesOf(text))]))
  const known = new Map<string, Prefix[]>()
  const prefixOf = (text: string) => {
    const prefix = known.get(text) ?? parse(text, kit)
    known.set(text, prefix)
    return prefix
  }
  const sets = new Map<string, AddressList>()
  const listOf = (part: string, lines: Iterable<string>): AddressList => {
    const list = sets.get(part) ?? { part, addresses: kit.setOf([...lines].flatMap(prefixOf)) }
    sets.set(part, list)
    return list
  }
  const state = (): Reading => ({
    rules: [],
    lists: [...lists].map(([part, lines]) => listOf(part, lines)),
    notes: [...notes],
  })
  yield state()
  for (const { part, text } of deltas) {
    const [, verb, name = 'all'] = /^(added|removed)(?:-([\s\S]+))?$/.exec(part) ?? []
    const list = lists.get(name) ?? new Set<string>()
    lists.set(name, list)
    for (const [index, line] of text.split('\n').entries()) {
      if (line === '') continue
      const isPrefix = prefixOf(line).length > 0
      if (!verb || !isPrefix) notes.push({ place: { part, line: index + 1 }, text: line, reason: 'is not understood' })
      if (verb === 'added') list.add(line)
      else list.delete(line)
      sets.delete(name)
      yield state()
    }
  }
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '')

function parse(text: string, kit: ReaderKit): Prefix[] {
  try {
    return [kit.parsePrefix(text)]
  } catch {
    return []
  }
}
