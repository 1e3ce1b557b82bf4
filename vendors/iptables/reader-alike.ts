/** What lines like one line begin with, have between their address and their comment, and end with. */
export interface Shape {
  readonly head: string
  readonly middle: string
  readonly tail: string
  /** Whether they may differ in a comment, which stands between `middle` and `tail`. */
  readonly hasComment: boolean
}

/** What a line has where lines of its shape differ. */
export interface Differing {
  readonly address: string
  readonly comment: string | undefined
}

/**
 * The shape of a line whose words, with their quotes, are `words`, with the address at `slot` and the comment at `comment`,
 * which is -1 where it must not differ. A long chain is mostly lines of one shape, and to cut each into words takes longer
 * than all else. Nothing where the words are not cut at single blanks, or the address or a comment that may differ is in
 * quotes, or the comment stands before the address.
 */
export function shapeOf(text: string, words: readonly string[], slot: number, comment: number): Shape | undefined {
  const hasComment = comment >= 0
  if (words.join(' ') !== text || (hasComment && comment < slot)) return undefined
  const [address = '', name = ''] = [words[slot], words[comment]]
  if (!isWord(address) || (hasComment && !isWord(name))) return undefined
  const upTo = (from: number, to: number) => words.slice(from, to).map((word) => `${word} `)
  const head = upTo(0, slot).join('')
  // From the blank behind the address on.
  const behind = text.slice(head.length + address.length)
  if (!hasComment) return { head, middle: behind, tail: '', hasComment }
  const middle = ` ${upTo(slot + 1, comment).join('')}`
  return { head, middle, tail: behind.slice(middle.length + name.length), hasComment }
}

/** Where `text` differs from other lines of that shape; nothing if it may be another line. */
export function differing(text: string, { head, middle, tail, hasComment }: Shape): Differing | undefined {
  if (!text.startsWith(head)) return undefined
  const end = text.indexOf(' ', head.length)
  const address = text.slice(head.length, end < 0 ? text.length : end)
  const at = head.length + address.length
  if (address === '' || !isWord(address) || !text.startsWith(middle, at)) return undefined
  const from = at + middle.length
  if (!hasComment) return from === text.length ? { address, comment: undefined } : undefined
  const to = text.length - tail.length
  const comment = from < to && text.endsWith(tail) ? text.slice(from, to) : ''
  return comment !== '' && isWord(comment) ? { address, comment } : undefined
}

/** Whether no word ends in it, and no quotes begin. */
const isWord = (text: string) => !text.includes(' ') && !text.includes('"') && !text.includes('\t')
