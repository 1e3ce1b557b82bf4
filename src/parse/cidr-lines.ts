import { type AddressFamily, type Prefix, parsePrefixOrAddress, scanPrefix } from '../address/prefix.ts'
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
  const problems = new Problems()
  for (const text of texts) readLines(text, lists, problems)
  problems.refuse()
  const given = { ipv4: lists.ipv4.length, ipv6: lists.ipv6.length }
  return { set: PrefixSet.ofLists(lists), given }
}

function readLines({ name, bytes: text }: CidrText, lists: RunLists, problems: Problems): void {
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
      const prefix = problems.prefixOf(decoder.decode(bytes.subarray(at, end)), `${name}:${line}`)
      if (prefix) lists[prefix.family].addPrefix(prefix.address, prefix.length)
    }
    at = end + 1
  }
}

/** The prefix of each line of a text, in order, with the same form of lines. Throws `UserErrors` with every invalid line. */
export function prefixesOfLines({ name, bytes }: CidrText): Prefix[] {
  const problems = new Problems()
  const lines = new TextDecoder().decode(bytes).split('\n')
  const prefixes = lines.flatMap((line, index) => problems.prefixOf(line, `${name}:${index + 1}`) ?? [])
  problems.refuse()
  return prefixes
}

/** The problems of lines, of which only the first are kept. */
class Problems {
  readonly #first: string[] = []
  #count = 0

  /** The prefix of a line that the scanner may not accept, such as one with a comment; undefined without one, or if it is invalid. */
  prefixOf(line: string, at: string): Prefix | undefined {
    const text = line.replace(/\r$/, '')
    const end = text.search(/(?:^|\s)#/)
    const cidr = end < 0 ? text : text.slice(0, end).trimEnd()
    try {
      return cidr === '' ? undefined : parsePrefixOrAddress(cidr)
    } catch (error) {
      if (this.#count++ < MOST_PROBLEMS) this.#first.push(`${at}: ${faultOf(cidr) ?? (error as Error).message}`)
      return undefined
    }
  }

  /** Throws `UserErrors` if there are any. */
  refuse(): void {
    if (this.#count === 0) return
    const more = this.#count - MOST_PROBLEMS
    throw new UserErrors('some lines are neither a CIDR nor an address', [
      ...this.#first,
      ...(more > 0 ? [`and ${more} more`] : []),
    ])
  }
}

/** The fault of a line that goes on after its prefix; undefined for another line. */
function faultOf(line: string): string | undefined {
  const [first = '', ...more] = line.split(/[\s,;]+/)
  const isAlone = more.join('') === '' || !scanPrefix(first)
  return isAlone ? undefined : `"${first}" is not alone; write one CIDR or address on each line, and comments behind #`
}
