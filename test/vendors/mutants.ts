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
