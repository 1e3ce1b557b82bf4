import { isAscii } from 'node:buffer'

/**
 * What `JSON.parse` makes of two documents that are mostly the same text: what both have is parsed once, and its entries
 * of `values` are the same objects in both. In these entries, `UNREAD` stands for lists of texts that are most of such a
 * document. Returns undefined where that cannot be: one of them is no JSON, or not laid out as it is published (an entry
 * of `values` begins and ends with a brace on a line of its own), or has anything in it that is not ASCII, or an escape;
 * then each is to be parsed by itself.
 *
 * That is exact, whatever stands in the text. The entries that differ are cut out, and a mark is put in their place: a
 * string that is nowhere in either text, and that nothing there can be read as, because it is not ASCII and there are no
 * escapes. What is left is parsed as an array. If all marks are elements of that array, then each stands where any other
 * elements may stand, and those that were cut out are parsed as elements of an array, too. In the same way the array is
 * shown to be `values`: the text around it is parsed with a mark in the place of all entries. And a list that is left
 * out begins behind a line break and a key, so it is no part of a string, and is a list of texts from its first bracket
 * to its last.
 */
export function parseAlike(before: Uint8Array, after: Uint8Array): readonly [unknown, unknown] | undefined {
  try {
    const [old, young] = [layoutOf(before), layoutOf(after)]
    if (!old || !young || old.separator !== young.separator) return undefined
    const differences = differencesOf(old, young)
    const values = differences && parseValues(old, young, differences)
    return (
      values && [
        { ...old.root, values: values.old },
        { ...young.root, values: values.young },
      ]
    )
  } catch {
    return undefined
  }
}

/** What a list of one or more texts in `addressPrefixes` is in an entry that both documents have. */
export const UNREAD = '¶'

const MARK = '§'
const MARK_TEXT = JSON.stringify(MARK)

/** Such a list. There are no escapes and nothing but ASCII where it is looked for. */
const LIST = /\n {8}"addressPrefixes": \[(?:[\r\n ]+"[ !#-~]*",)*[\r\n ]+"[ !#-~]*"[\r\n ]+\]/g
const UNREAD_TEXT = `\n        "addressPrefixes": ${JSON.stringify(UNREAD)}`

/** A document and where in it the entries of `values` stand. */
interface Layout {
  readonly bytes: Buffer
  /** Where the first entry begins, and what is behind the last one. */
  readonly first: number
  readonly last: number
  /** What stands between two entries, and the braces of both. */
  readonly separator: string
  /** The document with a mark in the place of all entries. */
  readonly root: object
}

function layoutOf(document: Uint8Array): Layout | undefined {
  const bytes = Buffer.from(document.buffer, document.byteOffset, document.length)
  if (!isAscii(bytes) || bytes.includes('\\')) return undefined
  const lineEnd = bytes.includes('\r') ? '\r\n' : '\n'
  const opening = `[${lineEnd}    `
  const first = bytes.indexOf(`${opening}{`) + opening.length
  const last = bytes.lastIndexOf(`}${lineEnd}  ]`) + 1
  if (first < opening.length || last <= first) return undefined
  const root = JSON.parse(bytes.toString('latin1', 0, first) + MARK_TEXT + bytes.toString('latin1', last))
  const { values } = root
  if (!Array.isArray(values) || values.length !== 1 || values[0] !== MARK) return undefined
  return { bytes, first, last, separator: `},${lineEnd}    {`, root }
}

/** Entries from `old.from` up to `old.to`, in the place of which there are others in the newer document. */
interface Difference {
  readonly old: Span
  readonly young: Span
  /** There are no entries behind these; else a comma behind each of these belongs to them, and there may be none. */
  readonly isLast: boolean
}

interface Span {
  readonly from: number
  readonly to: number
}

/** More differences than these are not worth the search. */
const MOST_DIFFERENCES = 5_000

/** Where to cut. Only a guess at what belongs together: wrong cuts take time, or are found out when they are parsed. */
function differencesOf(old: Layout, young: Layout): Difference[] | undefined {
  const differences: Difference[] = []
  for (let [i, j] = [old.first, young.first]; ; ) {
    const same = sameLength(old, i, young, j)
    if (i + same === old.last && j + same === young.last) return differences
    if (differences.length === MOST_DIFFERENCES) return undefined
    const whole = entriesIn(young, j, j + same)
    const difference = differenceAt(old, i + whole, young, j + whole)
    differences.push(difference)
    if (difference.isLast) return differences
    ;[i, j] = [difference.old.to, difference.young.to]
  }
}

/** How many bytes behind `i` and `j` are the same: looked for in large steps, and in halves of the one that is not. */
function sameLength(old: Layout, i: number, young: Layout, j: number): number {
  const most = Math.min(old.last - i, young.last - j)
  let same = 0
  for (let step = 2 ** 16; same < most && step > 0; ) {
    const [here, there] = [i + same, j + same]
    const size = Math.min(step, most - same)
    if (old.bytes.compare(young.bytes, there, there + size, here, here + size) === 0) same += size
    else step = size >>> 1
  }
  return same
}

/** How many of the bytes from `from` up to `to` are whole entries and what separates them from the next one. */
function entriesIn({ bytes, separator }: Layout, from: number, to: number): number {
  const last = bytes.lastIndexOf(separator, to - separator.length) + separator.length - 1
  return Math.max(last - from, 0)
}

/** What begins at two entries that are not the same. */
function differenceAt(old: Layout, i: number, young: Layout, j: number): Difference {
  const [here, there] = [beginningAt(old, i), beginningAt(young, j)]
  let [oldTo, youngTo] = [i, j]
  if (here !== there) {
    // The newer document may have some more here, or some less.
    youngTo = find(here, young, j)
    if (youngTo === j) oldTo = find(there, old, i)
  }
  // Otherwise it is another text of the same entry, or an entry in the place of another.
  if (oldTo === i && youngTo === j) [oldTo, youngTo] = [behindEntry(old, i), behindEntry(young, j)]
  const isLast = oldTo === old.last || youngTo === young.last
  return {
    old: { from: i, to: isLast ? old.last : oldTo },
    young: { from: j, to: isLast ? young.last : youngTo },
    isLast,
  }
}

/** Mostly its name. */
function beginningAt({ bytes }: Layout, at: number): string {
  return bytes.toString('latin1', at, bytes.indexOf(',', at) + 1)
}

/** How many bytes further an entry is looked for. */
const NEAR = 2 ** 20

/** Where an entry with that beginning is behind `from`, and not far; else `from`. */
function find(beginning: string, { bytes, last }: Layout, from: number): number {
  return from + Math.max(bytes.subarray(from, Math.min(from + NEAR, last)).indexOf(beginning), 0)
}

/** Where the next entry begins, or the end of them. */
function behindEntry({ bytes, last, separator }: Layout, at: number): number {
  const end = bytes.indexOf(separator, at)
  return end < 0 || end > last ? last : end + separator.length - 1
}

/** The entries of both; undefined if a mark is not among them. Throws what JSON.parse does. */
function parseValues(old: Layout, young: Layout, differences: readonly Difference[]): Values | undefined {
  const values: Values = { old: [], young: [] }
  let marks = 0
  for (const value of parseArray(textOfBoth(young, differences))) {
    if (value === MARK) {
      const { old: before, young: after, isLast } = differences[marks++] as Difference
      append(values.old, parseEntries(old, before, isLast))
      append(values.young, parseEntries(young, after, isLast))
    } else {
      values.old.push(value)
      values.young.push(value)
    }
  }
  return marks === differences.length ? values : undefined
}

interface Values {
  readonly old: unknown[]
  readonly young: unknown[]
}

/** What both documents have, without lists, and marks. */
function textOfBoth({ bytes, first, last }: Layout, differences: readonly Difference[]): string {
  const texts: string[] = []
  let from = first
  for (const { young, isLast } of differences) {
    // With its comma a mark may be nothing at all, because JSON has no comma without a value behind it.
    texts.push(bytes.toString('latin1', from, young.from), MARK_TEXT, isLast ? '' : ',')
    from = young.to
  }
  texts.push(bytes.toString('latin1', from, last))
  return texts.map((text) => text.replace(LIST, UNREAD_TEXT)).join('')
}

function parseEntries({ bytes }: Layout, { from, to }: Span, isLast: boolean): unknown[] {
  const text = bytes.toString('latin1', from, to)
  if (!isLast) return parseArray(`${text}{}`).slice(0, -1)
  const entries = parseArray(text)
  if (entries.length === 0) throw new SyntaxError('no entry in the place of a mark')
  return entries
}

const parseArray = (entries: string): unknown[] => JSON.parse(`[${entries}]`)

/** As `push(...more)`, of any length. */
function append(list: unknown[], more: readonly unknown[]): void {
  for (const value of more) list.push(value)
}
