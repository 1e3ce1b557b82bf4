import type { LocatedXml, Notes, Place, ReadFile, Word } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

/** One setting as tokens, from a CLI command or from an XML leaf and its path. */
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
function* commandsOf(file: ReadFile, notes: Notes): Iterable<Command> {
  for (const { words, place, text, broken } of kit.readStatements(file, SYNTAX)) {
    const [verb, ...tokens] = words
    const swallows = text.includes('\n') && words.flat().some((word) => /\n(?:set|delete) /.test(word))
    if (typeof verb === 'string' && !broken && !swallows) yield { verb, tokens, place }
    else
      notes.add(place, text, broken ?? (swallows ? 'has a quote that runs over other commands' : 'is not understood'))
  }
}

/** The root of a configuration in XML, which begins on a line of its file, and the text around it. */
export function rootOf({ part, text }: ReadFile, notes: Notes, line?: number) {
  const { root, around, faults } = kit.readXml(text, line)
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
    verb: '',
    tokens: value === '' ? tokens : [...tokens, value],
    place: { part, line },
  })
  // The line of a rule is that of its entry, not that of its first leaf.
  const first = tag === 'entry' ? [leaf(line, '')] : []
  if (children.length === 0) return [...first, leaf(endLine, text)]
  if (text !== '') notes.add({ part, line: endLine }, text, 'is text beside elements')
  return [...first, ...children.flatMap((child) => leavesOf(child, tokens, level + 1, part, notes))]
}

/**
 * The commands of a delta, or of a file of requests, in order: a line, or a request, which may say several things at once.
 * https://docs.paloaltonetworks.com/pan-os/11-0/pan-os-panorama-api/pan-os-xml-api-request-types/configuration-api/multi-config-request-api
 */
export function* stepsOf(file: ReadFile, notes: Notes): Iterable<readonly Command[]> {
  const ofLines = isRequests(file.text)
  const requests = ofLines ? requestsOfLines(file, notes) : /^\s*</.test(file.text) && requestsOfXml(file, notes)
  if (requests) for (const request of requests) yield commandsOfRequest(request, file.part, notes)
  else for (const command of commandsOf(file, notes)) yield [command]
}

/** The requests of a multi-config request. */
function requestsOfXml(file: ReadFile, notes: Notes): readonly LocatedXml[] {
  const { part, text } = file
  const { root, around } = rootOf(file, notes)
  const isRequest = root?.tag === 'multi-configure-request' && root.attributes.size === 0
  if (!isRequest || root.text !== '' || around !== '')
    notes.add({ part, line: root?.line ?? 1 }, root?.text || around || text, 'is not understood')
  return isRequest ? root.children : []
}

/** The requests of lines of JSON, as a multi-config request would say them. */
function* requestsOfLines({ part, text }: ReadFile, notes: Notes): Iterable<LocatedXml> {
  for (const [index, source] of text.split('\n').entries()) {
    if (source.trim() === '') continue
    const line = index + 1
    const json = kit.readJson(source)
    const fields = json.kind === 'object' ? [...json.fields] : []
    const keys = new Map(fields.map(([key, field]) => [key, kit.textOf(field) ?? '']))
    const tag = keys.get('action') ?? ''
    const element = `<element>${keys.get('element') ?? ''}</element>`
    const { root, around } = rootOf({ part, family: undefined, text: element }, notes, line)
    // In XML, only these two have elements.
    for (const key of tag === 'set' || tag === 'edit' ? ['action', 'element'] : ['action']) keys.delete(key)
    yield { line, endLine: line, tag, attributes: keys, children: root?.children ?? [], text: `${around}${root?.text}` }
  }
}

/** The commands of a request: its keys are its `xpath`, and of a `move` also `where`, which is `before` or `after`, and `dst`, the other rule. */
function commandsOfRequest(request: LocatedXml, part: string, notes: Notes): Command[] {
  const { line, tag, attributes, text } = request
  const place = { part, line }
  const xpath = attributes.get('xpath') ?? ''
  const path = tokensOfPath(xpath)
  const isPlain = attributes.size === (tag === 'move' ? 3 : 1) && text === ''
  const commands = path && isPlain ? commandsAt(path, request, part, notes) : []
  if (commands.length > 0) return commands.map((command) => ({ ...command, place }))
  notes.add(place, `<${tag} xpath="${xpath}">`, path ? 'is not understood' : 'has an unknown xpath')
  return []
}

function commandsAt(
  path: readonly string[],
  { tag, attributes, children }: LocatedXml,
  part: string,
  notes: Notes,
): Omit<Command, 'place'>[] {
  const set = (at: readonly string[]) =>
    children.flatMap((element) => leavesOf(element, at, 1, part, notes)).map(({ tokens }) => ({ verb: 'set', tokens }))
  if (tag === 'set') return set(path)
  // The element is the whole entry that the path names, and takes its place.
  const [entry, ...more] = children
  const isEntry = entry?.tag === 'entry' && more.length === 0 && entry.attributes.get('name') === path.at(-1)
  if (tag === 'edit') return isEntry ? [{ verb: 'delete', tokens: [...path] }, ...set(path.slice(0, -1))] : []
  if (entry) return []
  if (tag === 'delete') return [{ verb: 'delete', tokens: [...path] }]
  const to = ['where', 'dst'].map((key) => attributes.get(key) ?? '')
  return tag === 'move' ? [{ verb: 'move', tokens: [...path, ...to] }] : []
}

const STEP = /\/(?:entry\[@name='([^'\]]*)'\]|member\[text\(\)='([^'\]]*)'\]|([a-z][a-z-]*))/g

/** The steps of an xpath as the words of a command; undefined for one of another form. */
function tokensOfPath(path: string): string[] | undefined {
  const steps = [...path.matchAll(STEP)]
  if (path === '' || steps.map(([step]) => step).join('') !== path) return undefined
  return steps.map(([, entry, member, element]) => (entry ?? member ?? element) as string)
}
