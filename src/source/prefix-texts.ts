import { parsePrefix } from '../model/prefix.ts'
import { emptyLists, PrefixSet } from '../model/prefix-set.ts'
import { PrefixScanner } from '../model/prefix-text.ts'
import { WIDTH } from '../model/words.ts'

/**
 * The addresses of all `texts` that are prefixes, without an object a prefix. Says of each other one where it stands in
 * `texts`, and what is wrong with it.
 */
export function setOfTexts(texts: readonly string[], complain: (index: number, problem: string) => void): PrefixSet {
  const lists = emptyLists(texts.length)
  const scanner = new PrefixScanner()
  // A text that has a line break in it is none that the scanner takes whole.
  const bytes = Buffer.from(`${texts.join('\n')}\n`)
  let at = 0
  for (const [index, text] of texts.entries()) {
    const end = scanner.scan(bytes, at)
    // As many bytes as characters, of which all are ASCII: the whole text.
    if (end === at + text.length && !scanner.isPlain) {
      lists[scanner.width === WIDTH.ipv4 ? 'ipv4' : 'ipv6'].addPrefixWords(scanner.words, scanner.length)
      at = end + 1
      continue
    }
    at += Buffer.byteLength(text) + 1
    try {
      const { family, address, length } = parsePrefix(text)
      lists[family].addPrefix(address, length)
    } catch (error) {
      complain(index, (error as Error).message)
    }
  }
  return PrefixSet.ofLists(lists)
}
