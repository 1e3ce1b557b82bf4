import { isAscii } from 'node:buffer'
import { once } from '../model/once.ts'
import { usualPrefix } from './usual-prefix.ts'

/** What `JSON.parse` makes of a document, but for lists of prefixes: whatever has the key `addressPrefixes` may be left out. */
export interface SparseJson {
  readonly json: unknown
  /** Whether the list of an entry was left out, because it has one or more prefixes in strict notation and nothing else. */
  isSound(entry: unknown): boolean
  /** The entry with its list. */
  read(entry: unknown): unknown
}

/**
 * Parses a document without its lists of prefixes, which are nearly all of it: each `addressPrefixes` that has nothing but
 * prefixes in it becomes a mark, and is read when it is asked for. So all prefixes are checked, and of most of them no text is
 * made. Returns undefined where that cannot be: the document is no JSON, or has anything in it that is not ASCII, or an escape.
 *
 * That is exact, whatever stands in the document. Without escapes, each quotation mark begins or ends a string. So what
 * is taken is a key and its whole value; or else its first quotation mark ends a string, and then this is no JSON, with a
 * list or with a mark in its place. And no text of the document can be a mark, which is not ASCII.
 */
export function parseWithoutLists(document: Uint8Array): SparseJson | undefined {
  const whole = Buffer.from(document.buffer, document.byteOffset, document.length)
  const bytes = whole.subarray(0, 3).equals(BYTE_ORDER_MARK) ? whole.subarray(3) : whole
  if (!isAscii(bytes) || bytes.includes('\\')) return undefined
  const lists: string[] = []
  try {
    const rest = bytes
      .toString('latin1')
      .replace(soundList(), (_, key: string, list: string) => `${key}"${MARK}${lists.push(list) - 1}"`)
    return {
      json: JSON.parse(rest),
      isSound: (entry) => isMark(listOf(entry)),
      read: (entry) => {
        const list = listOf(entry)
        return isMark(list) ? withList(entry as Entry, JSON.parse(lists[Number(list.slice(1))] as string)) : entry
      },
    }
  } catch {
    // It is no JSON, or a list in it is longer than the engine of regular expressions follows.
    return undefined
  }
}

/** A document that was parsed whole. */
export const sparseFrom = (json: unknown): SparseJson => ({ json, isSound: () => false, read: (entry) => entry })

/** What an entry of `values` has where its prefixes should be. */
export const listOf = (entry: unknown): unknown => (entry as Partial<Entry> | null)?.properties?.addressPrefixes

interface Entry {
  readonly properties: { readonly addressPrefixes: unknown }
}

const withList = (entry: Entry, addressPrefixes: unknown): Entry => ({
  ...entry,
  properties: { ...entry.properties, addressPrefixes },
})

const BYTE_ORDER_MARK = Buffer.of(0xef, 0xbb, 0xbf)
const MARK = '¶'

const isMark = (list: unknown): list is string => typeof list === 'string' && list.startsWith(MARK)

/** Its second group is the list. */
const soundList = once(() => {
  const space = '[ \\t\\r\\n]*'
  const elements = `(?:${space}${usualPrefix()}${space}(?:,|(?=\\])))+(?<!,${space})`
  return new RegExp(`("addressPrefixes"${space}:${space})(\\[${elements}\\])`, 'g')
})
