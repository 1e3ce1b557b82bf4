/** A text with a changed line. */
export interface Mutant {
  readonly line: number
  readonly before: string
  /** What stands there instead; several lines, or nothing. */
  readonly after: string | undefined
  readonly text: string
}

/** A text with each edit of each line, made from the line and the next one. */
export function mutantsOf(
  text: string,
  editsOf: (line: string, next: string | undefined) => readonly (string | undefined)[],
): Mutant[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.flatMap((before, at) =>
    [...new Set(editsOf(before, lines[at + 1]))]
      .filter((after) => after !== before)
      .map((after) => {
        const own = after === undefined ? [] : [after]
        const span = after === `${lines[at + 1]}\n${before}` ? 2 : 1
        const changed = [...lines.slice(0, at), ...own, ...lines.slice(at + span), ''].join('\n')
        return { line: at + 1, before, after, text: changed }
      }),
  )
}

/** True if a line changed places with the next one, and both are of one of some kinds. */
export function isSwap(before: string, after: string | undefined, kinds: readonly RegExp[]): boolean {
  const [first, second, ...more] = after?.split('\n') ?? []
  return second === before && more.length === 0 && kinds.some((kind) => kind.test(before) && kind.test(first ?? ''))
}

/** Other words in the place of a word. */
export type OtherWords = Readonly<Record<string, readonly string[]>>

/**
 * What may stand in the place of a line: nothing, itself as a comment, twice, or after the next one; and the line with each word of the form `word`
 * left out, doubled, or another, and each number a little or much different.
 */
export function editsOfWords(
  line: string,
  next: string | undefined,
  { word: form, comment, others }: { readonly word: RegExp; readonly comment: string; readonly others: OtherWords },
): (string | undefined)[] {
  return [
    ...[undefined, `${comment}${line}`, `${line}\n${line}`],
    ...(next === undefined ? [] : [`${next}\n${line}`]),
    ...[...line.matchAll(form)].flatMap(({ 0: word, index }) => {
      const by = (other: string) => line.slice(0, index) + other + line.slice(index + word.length)
      const numbers = [...word.matchAll(/\d+/g)].flatMap(({ 0: digits, index }) =>
        [Number(digits) - 1, Number(digits) + 1, Number(digits) * 10, 0].map((number) =>
          by(word.slice(0, index) + number + word.slice(index + digits.length)),
        ),
      )
      return [by(''), by('zzz'), by(`${word} ${word}`), ...numbers, ...(others[word] ?? []).map(by)]
    }),
  ]
}
