/** The number of lines in a text, each of which ends in a newline. */
export function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}

/** The lines that one text has and another lacks, in order: a moved line is removed and added, as in a diff. */
export function countLineChanges(before: string, after: string): { readonly added: number; readonly removed: number } {
  if (before === after) return { added: 0, removed: 0 }
  const numbers = new Map<string, number>()
  const numbered = (text: string) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const number = numbers.get(line) ?? numbers.size
        numbers.set(line, number)
        return number
      })
  const [old, young] = [numbered(before), numbered(after)]
  const [inOld, inYoung] = [new Set(old), new Set(young)]
  const edits = countEdits(
    old.filter((line) => inYoung.has(line)),
    young.filter((line) => inOld.has(line)),
  )
  const lost = old.filter((line) => !inYoung.has(line)).length
  const gained = young.filter((line) => !inOld.has(line)).length
  // Of the lines that both have, those that move are on both sides, and more of a line on one.
  const more = young.length - gained - (old.length - lost)
  return { added: gained + (edits + more) / 2, removed: lost + (edits - more) / 2 }
}

/** The fewest insertions and deletions between two sequences (Myers, "An O(ND) Difference Algorithm", 1986). */
function countEdits(before: readonly number[], after: readonly number[]): number {
  const [rows, columns] = [before.length, after.length]
  // For each diagonal, the furthest row that so many edits reach.
  const furthest = new Int32Array(2 * (rows + columns) + 3)
  const middle = rows + columns + 1
  for (let edits = 0; ; edits++) {
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const [down, right] = [furthest[middle + diagonal + 1] as number, furthest[middle + diagonal - 1] as number]
      let row = diagonal === -edits || (diagonal !== edits && right < down) ? down : right + 1
      while (row < rows && row - diagonal < columns && before[row] === after[row - diagonal]) row++
      furthest[middle + diagonal] = row
      if (row >= rows && row - diagonal >= columns) return edits
    }
  }
}
