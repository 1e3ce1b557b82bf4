import { DEEPEST, type LocatedXml, type XmlText } from './located-json.ts'

// Text, a comment, an instruction, literal text, or a tag.
const TOKEN =
  /([^<]+)|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const ATTRIBUTE = /\s+([\w.:-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/gy
const DECLARATION = /^<\?xml\s/
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

interface Open {
  readonly tag: string
  readonly line: number
  readonly attributes: ReadonlyMap<string, string>
  readonly children: LocatedXml[]
  text: string
}

/** An XML text without a document type: its elements, each with its line. Reading ends at the first fault, or after the root. A second XML declaration and a doubled attribute are faults. `firstLine` is that of a part of a larger text. */
export function readXml(text: string, firstLine = 1): XmlText {
  const faults: XmlText['faults'][number][] = []
  const stack: Open[] = []
  let root: LocatedXml | undefined
  let line = firstLine
  let lineEnd = text.indexOf('\n')
  // Positions only go up, so each end of a line is looked for once.
  const lineAt = (position: number): number => {
    for (; lineEnd >= 0 && lineEnd < position; lineEnd = text.indexOf('\n', lineEnd + 1)) line++
    return line
  }
  const close = (position: number) => {
    const { text: inner, ...open } = stack.pop() as Open
    const element = { ...open, text: decode(inner).trim(), endLine: lineAt(position) }
    const parent = stack.at(-1)
    if (parent) parent.children.push(element)
    else root = element
  }
  let [around, position, isDeclared] = ['', 0, false]
  while (position < text.length && !root) {
    const top = stack.at(-1)
    const isDeclaration = DECLARATION.test(text.slice(position, position + 6))
    const isSecond = isDeclaration && (isDeclared || top !== undefined)
    isDeclared ||= isDeclaration
    TOKEN.lastIndex = position
    const match = TOKEN.exec(text)
    const [whole = '', plain, literal, slash, tag, attributes = '', empty] = match ?? []
    const named = attributesOf(attributes)
    const isMisplaced = literal === undefined ? tag !== undefined && stack.length > DEEPEST : !top
    if (!match || !named || isSecond || isMisplaced || (slash && (top?.tag !== tag || attributes || empty))) {
      const [shown = ''] = text.slice(position, position + 100).split('\n')
      const reason = isSecond ? 'is a second XML declaration' : reasonFor(shown, stack.length)
      faults.push({ line: lineAt(position), text: shown, reason })
      break
    }
    // Literal text has no entities.
    const own = plain ?? literal?.replaceAll('&', '&amp;') ?? ''
    if (top) top.text += own
    else around += own
    if (tag !== undefined && !slash)
      stack.push({ tag, line: lineAt(position), attributes: named, children: [], text: '' })
    if (slash || empty) close(position)
    position += whole.length
  }
  if (root) around += text.slice(position)
  const top = stack.at(-1)
  if (top && faults.length === 0)
    faults.push({ line: lineAt(text.length), text: `<${top.tag}>`, reason: 'does not end' })
  // Close the elements that a fault left open.
  while (stack.length > 0) close(text.length)
  return { root, around, faults }
}

/** Why no token begins here, below so many elements. */
function reasonFor(start: string, depth: number): string {
  if (/^<(?:!--|\?)/.test(start) || (depth > 0 && start.startsWith('<![CDATA['))) return 'is XML that does not end'
  return depth > DEEPEST ? `is nested deeper than ${DEEPEST} levels` : 'is not well-formed XML'
}

/** The attributes of an element; undefined if two have the same name. */
function attributesOf(text: string): ReadonlyMap<string, string> | undefined {
  const found = Array.from(text.matchAll(ATTRIBUTE), ([, name, double, single]) => {
    return [name as string, decode(double ?? (single as string))] as const
  })
  const attributes = new Map(found)
  return attributes.size === found.length ? attributes : undefined
}

function decode(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w+));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole
    const code = Number.parseInt(decimal ?? hex, hex === undefined ? 10 : 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
