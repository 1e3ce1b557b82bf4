import type { AddressList, Note, Prefix, Reader } from 'tagwall/reader'

/** One CIDR a line, nothing else. */
const read: Reader = (files, { kit }) => {
  const notes: Note[] = []
  const lists = files.map(({ part, text }): AddressList => {
    const prefixes = text.split('\n').flatMap((line, index): Prefix[] => {
      if (line === '') return []
      try {
        return [kit.parsePrefix(line)]
      } catch (error) {
        notes.push({ place: { part, line: index + 1 }, text: line, reason: (error as Error).message })
        return []
      }
    })
    return { part, addresses: kit.setOf(prefixes) }
  })
  return { rules: [], lists, notes }
}

export default read
