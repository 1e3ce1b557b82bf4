import { emptyLists, PrefixSet } from './prefix-set.ts'
import { PrefixScanner } from './prefix-text.ts'
import { WIDTH } from './uint32.ts'

const NEWLINE = 0x0a

/** The set of prefixes in strict notation, without an object for each; undefined if any is invalid (`parsePrefix` explains it). */
export function setOfTexts(texts: readonly string[]): PrefixSet | undefined {
  if (texts.length === 0) return PrefixSet.empty
  // Bytes can be scanned as characters: other characters than ASCII have no byte below 128 in UTF-8.
  const bytes = Buffer.from(`${texts.join('\n')}\n`)
  const lists = emptyLists(texts.length)
  const scanner = new PrefixScanner()
  let at = 0
  for (let index = 0; index < texts.length; index++) {
    const end = scanner.scan(bytes, at)
    if (end < 0 || scanner.isPlain || bytes[end] !== NEWLINE) return undefined
    lists[scanner.width === WIDTH.ipv4 ? 'ipv4' : 'ipv6'].addRun(scanner.uint32s)
    at = end + 1
  }
  // The scan must end at the end of the text: no further lines.
  return at === bytes.length ? PrefixSet.ofLists(lists) : undefined
}
