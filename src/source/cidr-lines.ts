import { UserErrors } from '../errors.ts'
import { type AddressFamily, parsePrefixOrAddress } from '../model/prefix.ts'
import { emptyLists, PrefixSet, type RunLists } from '../model/prefix-set.ts'
import { PrefixScanner } from '../model/prefix-text.ts'
import { WIDTH } from '../model/words.ts'

/** A text of CIDRs, one a line, and what errors call it. */
export interface CidrText {
  readonly name: string
  readonly bytes: Uint8Array
}

/** What several texts hold together. */
export interface CidrLines {
  readonly set: PrefixSet
  /** How many prefixes of each family there were, doubles and all. */
  readonly given: Readonly<Record<AddressFamily, number>>
}

/** More problems than these help nobody; the rest is counted. */
const MOST_PROBLEMS = 20

const [NEWLINE, RETURN, HASH] = [0x0a, 0x0d, 0x23]

/**
 * The addresses of all lines of all texts. A line is a CIDR, or a plain address, which is its host prefix; or it is
 * empty, or begins with `#`. It ends in LF or CRLF. Throws `UserErrors` with every other line, by text and number.
 */
export function readCidrLines(texts: readonly CidrText[]): CidrLines {
  const lists = emptyLists()
  const problems: string[] = []
  let count = 0
  for (const { name, bytes } of texts) {
    readLines(bytes, lists, (line, problem) => {
      if (count++ < MOST_PROBLEMS) problems.push(`${name}:${line}: ${problem}`)
    })
  }
  if (count > MOST_PROBLEMS) problems.push(`and ${count - MOST_PROBLEMS} more`)
  if (count > 0) throw new UserErrors('not every line is a CIDR or an address', problems)
  const given = { ipv4: lists.ipv4.length, ipv6: lists.ipv6.length }
  return { set: PrefixSet.ofLists(lists), given }
}

function readLines(text: Uint8Array, lists: RunLists, complain: (line: number, problem: string) => void): void {
  const bytes = text.at(-1) === NEWLINE ? text : Buffer.concat([text, Uint8Array.of(NEWLINE)])
  const scanner = new PrefixScanner()
  for (let line = 1, at = 0; at < bytes.length; line++) {
    const end = scanner.scan(bytes, at)
    if (end >= 0 && isLineEnd(bytes, end)) {
      const list = scanner.width === WIDTH.ipv4 ? lists.ipv4 : lists.ipv6
      list.addPrefixWords(scanner.words, scanner.length)
      at = behind(bytes, end)
      continue
    }
    const lineEnd = endOfLine(bytes, at)
    if (lineEnd > at && bytes[at] !== HASH) {
      try {
        // What is no prefix in strict notation is explained, or taken, by the parser that everything else uses.
        const { family, address, length } = parsePrefixOrAddress(new TextDecoder().decode(bytes.subarray(at, lineEnd)))
        lists[family].addPrefix(address, length)
      } catch (error) {
        complain(line, (error as Error).message)
      }
    }
    at = behind(bytes, lineEnd)
  }
}

function isLineEnd(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === NEWLINE || (bytes[at] === RETURN && bytes[at + 1] === NEWLINE)
}

function endOfLine(bytes: Uint8Array, from: number): number {
  const newline = bytes.indexOf(NEWLINE, from)
  return newline > from && bytes[newline - 1] === RETURN ? newline - 1 : newline
}

/** The position behind a line that ends at `end`. */
function behind(bytes: Uint8Array, end: number): number {
  return bytes[end] === NEWLINE ? end + 1 : end + 2
}
