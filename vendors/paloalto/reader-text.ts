import type { LocatedXml, Notes, Place, ReadFile, Word } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

/** A command of the CLI, or a leaf of the XML with the path down to it: both say the same in the same words. */
export interface Command {
  /** Empty for a leaf. */
  readonly verb: string
  readonly tokens: readonly Word[]
  readonly place: Place
}

const SYNTAX = { quotes: { '"': 'quote', "'": 'none' }, lists: true } as const

/** Requests of the XML API as JSON, one per line. */
export const isRequests = (text: string) => /^\s*\{"action"/.test(text)

export const isXml = (text: string) => /^(?:(?!set |delete ).*\n){0,20}?\s*<(?:\?xml|!--|config|response)\b/.test(text)

/** The commands of a text, one per line. */
export function* commandsOf(file: ReadFile, notes: Notes): Iterable<Command> {
  for (const { words, place, text, broken } of kit.readStatements(file, SYNTAX)) {
    const [verb, ...tokens] = words
    const swallows = text.includes('\n') && words.flat().some((word) => /\n(?:set|delete) /.test(word))
    if (typeof verb === 'string' && !broken && !swallows) yield { verb, tokens, place }
    else
      notes.add(place, text, broken ?? (swallows ? 'has a quote that runs over other commands' : 'is not understood'))
  }
}

/** The root of a configuration in XML, and the text around it. */
export function rootOf({ part, text }: ReadFile, notes: Notes) {
  const { root, around, faults } = kit.readXml(text)
  for (const { line, text, reason } of faults) notes.add({ part, line }, text, reason)
  return { root, around: around.replace('\ufeff', '').trim() }
}

/** The leaves of an element, as `set` commands would say them. `path` leads to the element, which lies `level` levels deep. */
export function leavesOf(
  { tag, line, endLine, attributes, children, text }: LocatedXml,
  path: readonly string[],
  level: number,
  part: string,
  notes: Notes,
): Command[] {
  const name = attributes.get('name')
  if (tag === 'entry' && name === undefined) notes.add({ part, line }, '<entry>', 'has no name')
  const isPassedOver = level === 0 || tag === 'member' || (level < 3 && (tag === 'config' || tag === 'result'))
  const tokens = tag === 'entry' ? [...path, name ?? ''] : isPassedOver ? path : [...path, tag]
  const leaf = (line: number, value: string): Command => ({
    ...{ verb: '', tokens: value === '' ? tokens : [...tokens, value], place: { part, line } },
  })
  // The line of a rule is that of its entry, not that of its first leaf.
  const first = tag === 'entry' ? [leaf(line, '')] : []
  if (children.length === 0) return [...first, leaf(endLine, text)]
  if (text !== '') notes.add({ part, line: endLine }, text, 'is text beside elements')
  return [...first, ...children.flatMap((child) => leavesOf(child, tokens, level + 1, part, notes))]
}
