import { type Cursor, NotUnderstood, readElements } from './reader-cursor.ts'
import { readSelector } from './reader-selector.ts'
import type { Element, Hook, SetForm } from './reader-types.ts'

/** Names of priorities (nft(8)). */
const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
  out: 100,
}

/** `filter hook output priority filter + 10`, after `type`. */
export function readHook(cursor: Cursor): Hook {
  const type = cursor.name()
  cursor.expect('hook')
  const hook = cursor.name()
  if (cursor.take('device')) cursor.name()
  else if (cursor.take('devices')) {
    cursor.expect('=')
    readElements(cursor)
  }
  cursor.expect('priority')
  return { type, hook, priority: readPriority(cursor) }
}

function readPriority(cursor: Cursor): number {
  const sign = cursor.take('-') ? -1 : 1
  const word = cursor.name()
  // Written without spaces, `filter-1` is one word.
  const [, name = '', rest = ''] = /^([a-z]*)([+-]?\d*)$/.exec(word) ?? []
  const base = name === '' ? 0 : PRIORITIES[name]
  const offset = rest === '' ? 0 : Number(rest)
  if (base === undefined || Number.isNaN(offset) || (name === '' && rest === '')) throw new NotUnderstood(word)
  const priority = sign * (base + offset)
  for (const [symbol, factor] of [
    ['+', 1],
    ['-', -1],
  ] as const) {
    if (cursor.take(symbol)) return priority + factor * numberOf(cursor.name())
  }
  return priority
}

function numberOf(text: string): number {
  if (!/^\d+$/.test(text)) throw new NotUnderstood(text)
  return Number(text)
}

/** The body of a set or map. */
export function readForm(
  cursor: Cursor,
  isMap: boolean,
  block: (read: () => void) => void,
  words: () => string[],
): { form: SetForm; elements: Element[] } {
  const form = { isMap, type: '', flags: [] as string[], isMerging: false, expires: false }
  let elements: Element[] = []
  const said = new Set<string>()
  block(() => {
    const what = cursor.peek()?.text ?? ''
    if (said.has(what)) throw new NotUnderstood(what)
    said.add(what)
    if (cursor.take('type')) form.type = readTypes(cursor, () => cursor.name())
    else if (cursor.take('typeof')) form.type = readTypes(cursor, () => readSelector(cursor).keys.join(' . '))
    else if (cursor.take('flags')) form.flags = words()
    else if (cursor.take('auto-merge')) form.isMerging = true
    else if (cursor.take('timeout')) form.expires = cursor.name() !== '0s'
    else if (cursor.isWord(/^(?:gc-interval|size|policy|comment)$/)) {
      cursor.next()
      cursor.name()
    } else if (cursor.take('counter')) return
    else if (cursor.take('elements')) {
      cursor.expect('=')
      elements = elements.concat(readElements(cursor))
    } else throw new NotUnderstood(cursor.peek()?.text)
  })
  return { form, elements }
}

/** `ipv4_addr . inet_service : verdict` */
function readTypes(cursor: Cursor, read: () => string): string {
  const types = [read()]
  while (cursor.take('.')) types.push(read())
  const key = types.join(' . ')
  return cursor.take(':') ? `${key} : ${readTypes(cursor, () => cursor.name())}` : key
}
