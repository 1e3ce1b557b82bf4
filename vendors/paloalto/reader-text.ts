import type { LocatedXml, Notes, Place, ReadFile, Word } from 'tagwall/reader'
import { kit } from './kit.ts'

/** A command of the CLI, or a leaf of the XML with the path down to it: both say the same in the same words. */
export interface Command {
  /** Empty for a leaf. */
  readonly verb: string
  readonly tokens: readonly Word[]
  readonly place: Place
}

const SYNTAX = { quotes: { '"': 'quote', "'": 'none' }, lists: true } as const

export const isXml = (text: string) => /^(?:(?!set |delete ).*\n){0,20}?\s*<(?:\?xml|!--|config|response)\b/.test(text)

/** The commands of a text, one per line. */
export function commandsOf(file: ReadFile, notes: Notes): Command[] {
  return kit.readStatements(file, SYNTAX).flatMap(({ words, place, text, broken }): Command[] => {
    const [verb, ...tokens] = words
    const swallows = words.flat().some((word) => /\n(?:set|delete) /.test(word))
    if (typeof verb === 'string' && !broken && !swallows) return [{ verb, tokens, place }]
    notes.add(place, text, broken ?? (swallows ? 'has a quote that runs over other commands' : 'is not understood'))
    return []
  })
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

/**
 * The commands of a delta, in order: a line, or an element of a multi-config request, which may say several things at once.
 * https://docs.paloaltonetworks.com/pan-os/11-0/pan-os-panorama-api/pan-os-xml-api-request-types/configuration-api/multi-config-request-api
 */
export function stepsOf(file: ReadFile, notes: Notes): (readonly Command[])[] {
  if (!/^\s*</.test(file.text)) return commandsOf(file, notes).map((command) => [command])
  const { part } = file
  const { root, around } = rootOf(file, notes)
  const isRequest = root?.tag === 'multi-configure-request' && root.attributes.size === 0
  if (!isRequest || root.text !== '' || around !== '')
    notes.add({ part, line: root?.line ?? 1 }, root?.text || around || file.text, 'is not understood')
  return (isRequest ? root.children : []).map((request) => {
    const { tag, line, attributes, children, text } = request
    const place = { part, line }
    const path = tokensOfPath(attributes.get('xpath') ?? '')
    const commands =
      tag === 'set'
        ? children.flatMap((child) => leavesOf(child, path ?? [], 1, part, notes))
        : tag === 'delete' && children.length === 0
          ? [{ verb: 'delete', tokens: path ?? [], place }]
          : tag === 'move' && children.length === 0
            ? [
                {
                  verb: 'move',
                  tokens: [...(path ?? []), attributes.get('where') ?? '', attributes.get('dst') ?? ''],
                  place,
                },
              ]
            : []
    if (path && commands.length > 0 && attributes.size === (tag === 'move' ? 3 : 1) && text === '')
      return commands.map((command) => ({ ...command, verb: tag, place }))
    const reason = path ? 'is not understood' : 'has an xpath that is not understood'
    notes.add(place, `<${tag} xpath="${attributes.get('xpath') ?? ''}">`, reason)
    return []
  })
}

const STEP = /\/(?:entry\[@name='([^'\]]*)'\]|member\[text\(\)='([^'\]]*)'\]|([a-z][a-z-]*))/y

/** The steps of an xpath as the words of a command; undefined for one of another form. */
function tokensOfPath(path: string): string[] | undefined {
  const tokens: string[] = []
  let at = 0
  while (at < path.length) {
    STEP.lastIndex = at
    const [whole, entry, member, element] = STEP.exec(path) ?? []
    if (whole === undefined) return undefined
    tokens.push((entry ?? member ?? element) as string)
    at = STEP.lastIndex
  }
  return tokens.length > 0 ? tokens : undefined
}
