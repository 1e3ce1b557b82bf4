import { type AddressFamily, type Prefix, parsePrefixOrAddress } from '../address/prefix.ts'
import { emptyLists, PrefixSet, type RunLists } from '../address/prefix-set.ts'
import { PrefixScanner } from '../address/prefix-text.ts'
import { WIDTH } from '../address/uint32.ts'
import { UserErrors } from '../errors.ts'

/** A text of CIDRs, one per line, and its name for errors. */
export interface CidrText {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Further problems are only counted. */
const MOST_PROBLEMS = 20

/** Bytes of a short line, to reserve memory. */
const SHORT_LINE = 12

const [NEWLINE, RETURN] = [0x0a, 0x0d]
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/**
 * The addresses of all lines of all texts, and the number of prefixes per family, duplicates included. A line is a CIDR, a plain address
 * (its host prefix), or empty; a comment begins with `#`, at the start or behind a blank. It ends in LF or CRLF. A text may begin with a byte order mark. Throws `UserErrors` with
 * every invalid line.
 */
export function readCidrLines(texts: readonly CidrText[]): { set: PrefixSet; given: Record<AddressFamily, number> } {
  const size = texts.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const lists = emptyLists(Math.ceil(size / SHORT_LINE))
  const problems: string[] = []
  let count = 0
  for (const { name, bytes } of texts) {
    readLines(bytes, lists, (line, problem) => {
      if (count++ < MOST_PROBLEMS) problems.push(`${name}:${line}: ${problem}`)
    })
  }
  if (count > MOST_PROBLEMS) problems.push(`and ${count - MOST_PROBLEMS} more`)
  if (count > 0) throw new UserErrors(NO_CIDR, problems)
  const given = { ipv4: lists.ipv4.length, ipv6: lists.ipv6.length }
  return { set: PrefixSet.ofLists(lists), given }
}

type Complain = (line: number, problem: string) => void

function readLines(text: Uint8Array, lists: RunLists, complain: Complain): void {
  const bytes = text.at(-1) === NEWLINE ? text : Buffer.concat([text, Uint8Array.of(NEWLINE)])
  const { ipv4, ipv6 } = lists
  const scanner = new PrefixScanner()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const start = BYTE_ORDER_MARK.every((byte, place) => bytes[place] === byte) ? BYTE_ORDER_MARK.length : 0
  for (let line = 1, at = start; at < bytes.length; line++) {
    let end = scanner.scan(bytes, at)
    if (end >= 0 && bytes[end] === RETURN) end++
    if (end >= 0 && bytes[end] === NEWLINE) {
      const list = scanner.width === WIDTH.ipv4 ? ipv4 : ipv6
      list.addRun(scanner.uint32s)
    } else {
      end = bytes.indexOf(NEWLINE, at)
      readOther(decoder.decode(bytes.subarray(at, end)).replace(/\r$/, ''), line, lists, complain)
    }
    at = end + 1
  }
}

/** The prefix of each line of a text, in order, with the same form of lines. Throws `UserErrors` with every invalid line. */
export function prefixesOfLines({ name, bytes }: CidrText): Prefix[] {
  const problems: string[] = []
  const prefixes = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .flatMap((line, index): Prefix[] => {
      const cidr = withoutComment(line.replace(/\r$/, ''))
      try {
        return cidr === '' ? [] : [parsePrefixOrAddress(cidr)]
      } catch (error) {
        problems.push(`${name}:${index + 1}: ${(error as Error).message}`)
        return []
      }
    })
  const more = problems.length - MOST_PROBLEMS
  if (more > 0) problems.splice(MOST_PROBLEMS, more, `and ${more} more`)
  if (problems.length > 0) throw new UserErrors(NO_CIDR, problems)
  return prefixes
}

const NO_CIDR = 'some lines are neither a CIDR nor an address'

function withoutComment(line: string): string {
  const at = line.search(/(?:^|\s)#/)
  return at < 0 ? line : line.slice(0, at).trimEnd()
}

/** Handles a line that the scanner does not accept: one with a comment, or one that the parser accepts or explains. */
function readOther(text: string, line: number, lists: RunLists, complain: Complain): void {
  const cidr = withoutComment(text)
  if (cidr === '') return
  try {
    const { family, address, length } = parsePrefixOrAddress(cidr)
    lists[family].addPrefix(address, length)
  } catch (error) {
    complain(line, (error as Error).message)
  }
}
