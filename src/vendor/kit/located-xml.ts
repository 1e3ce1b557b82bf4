import { DEEPEST, type LocatedXml, type XmlText } from './located-json.ts'

const TAG = /<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
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

/** An XML text without a document type: its elements, each with its line. Reading ends at the first fault, or after the root. A second XML declaration and a doubled attribute are faults. */
export function readXml(text: string): XmlText {
  const faults: XmlText['faults'][number][] = []
  const stack: Open[] = []
  let root: LocatedXml | undefined
  let line = 1
  let counted = 0
  // Positions only go up, so each line is counted once.
  const lineAt = (position: number): number => {
    for (let next = text.indexOf('\n', counted); next >= 0 && next < position; next = text.indexOf('\n', counted)) {
      line++
      counted = next + 1
    }
    return line
  }
  const fault = (position: number, reason: string) => {
    const [shown = ''] = text.slice(position, position + 100).split('\n')
    faults.push({ line: lineAt(position), text: shown, reason })
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
    const start = text.indexOf('<', position)
    const between = text.slice(position, start < 0 ? undefined : start)
    const top = stack.at(-1)
    if (top) top.text += between
    else around += between
    if (start < 0) break
    position = start
    const end = endOfSkipped(text, position)
    const isDeclaration = DECLARATION.test(text.slice(position, position + 6))
    if (isDeclaration && (top || isDeclared)) {
      fault(position, 'is a second XML declaration')
      break
    }
    isDeclared ||= isDeclaration
    if (end !== undefined) {
      if (end < 0) {
        fault(position, 'is XML that does not end')
        break
      }
      position = end
    } else if (top && text.startsWith('<![CDATA[', position)) {
      const end = text.indexOf(']]>', position)
      if (end < 0) {
        fault(position, 'is XML that does not end')
        break
      }
      // CDATA is literal text.
      top.text += text.slice(position + 9, end).replaceAll('&', '&amp;')
      position = end + 3
    } else {
      TAG.lastIndex = position
      const match = TAG.exec(text)
      const [whole = '', slash, tag = '', attributes = '', empty] = match ?? []
      const named = attributesOf(attributes)
      const isMalformed =
        !match || !named || (slash && (top?.tag !== tag || attributes || empty)) || stack.length > DEEPEST
      if (isMalformed) {
        fault(position, stack.length > DEEPEST ? `is nested deeper than ${DEEPEST} levels` : 'is not well-formed XML')
        break
      }
      if (!slash) stack.push({ tag, line: lineAt(position), attributes: named, children: [], text: '' })
      if (slash || empty) close(position)
      position += whole.length
    }
  }
  if (root) around += text.slice(position)
  const top = stack.at(-1)
  if (top && faults.length === 0)
    faults.push({ line: lineAt(text.length), text: `<${top.tag}>`, reason: 'does not end' })
  // Close the elements that a fault left open.
  while (stack.length > 0) close(text.length)
  return { root, around, faults }
}

/** The end of a comment or an instruction that begins here; negative if it never ends. */
function endOfSkipped(text: string, position: number): number | undefined {
  const [mark, end] = text.startsWith('<!--', position)
    ? ['<!--', '-->']
    : text.startsWith('<?', position)
      ? ['<?', '?>']
      : ['', '']
  if (mark === '') return undefined
  const found = text.indexOf(end, position + mark.length)
  return found < 0 ? -1 : found + end.length
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
