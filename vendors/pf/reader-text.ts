import type { Notes, Place, ReadFile } from 'tagwall/reader'

/** A statement: its words, where braces, angle brackets and commas are apart, and quotes are gone. */
export interface Statement {
  readonly words: readonly string[]
  readonly place: Place
  readonly text: string
}

const WORD = /"([^"\n]*)"|(<[^<>\s]*>)|([{}(),=])|([^\s{}(),="<>]+)/y

/** The statements of a file. A line is one, but for a list in braces and a backslash at the end. */
export function statementsOf({ part, text }: ReadFile, notes: Notes): Statement[] {
  const statements: Statement[] = []
  let words: string[] = []
  let depth = 0
  let first = 1
  let said = ''
  const end = () => {
    if (words.length > 0) statements.push({ words, place: { part, line: first }, text: said.trim().slice(0, 200) })
    words = []
    said = ''
  }
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const goesOn = /\\\s*$/.test(whole)
    const line = withoutComment(whole.replace(/\\\s*$/, ''))
    if (words.length === 0) first = index + 1
    said += `${line} `
    for (let at = 0; at < line.length; ) {
      const blank = /[ \t]+/y
      blank.lastIndex = at
      if (blank.test(line)) {
        at = blank.lastIndex
        continue
      }
      WORD.lastIndex = at
      const match = WORD.exec(line)
      if (!match) {
        notes.add({ part, line: index + 1 }, line, 'is not understood')
        break
      }
      const word = match[1] ?? match[0]
      if (match[3] === '{') depth++
      if (match[3] === '}') depth--
      words.push(match[1] === undefined ? word : `"${word}`)
      at = WORD.lastIndex
    }
    if (depth <= 0 && !goesOn) {
      if (depth < 0) notes.add({ part, line: index + 1 }, line, 'closes a list that was not opened')
      depth = 0
      end()
    }
  }
  if (depth > 0) notes.add({ part, line: first }, said, 'is a list that does not end')
  else end()
  return statements
}

/** A `#` outside quotes begins a comment. */
function withoutComment(line: string): string {
  let isQuoted = false
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') isQuoted = !isQuoted
    if (line[at] === '#' && !isQuoted) return line.slice(0, at)
  }
  return line
}
