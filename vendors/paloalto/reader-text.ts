import type { Place, ReadFile } from 'tagwall/reader'

/** A word of a command; a bracketed list is one. */
export type Token = string | readonly string[]

/** A command of the CLI, or a leaf of the XML with the path down to it: both say the same in the same words. */
export interface Statement {
  readonly verb: string
  readonly tokens: readonly Token[]
  readonly place: Place
}

export interface Sink {
  statement(statement: Statement): void
  note(place: Place, text: string, reason: string): void
}

export const isXml = (text: string) => /^(?:(?!set |delete ).*\n){0,20}?\s*<(?:\?xml|!--|config|response)\b/.test(text)

/** A statement as a note shows it. */
export const inShort = ({ verb, tokens }: Statement) => cut([verb, ...tokens.flat()].join(' ').trim())

export const cut = (text: string) => (text.length > 90 ? `${text.slice(0, 87)}...` : text)

// Blanks, then: the end of the line, a text in quotes (which may run over lines), a bracket, or a bare word.
const TOKEN =
  /[ \t\r]*(?:(\n|$)|"([^"\\]*(?:\\[\s\S][^"\\]*)*)"(?=\s|$)|'([^']*)'(?=\s|$)|([[\]])(?=\s|$)|([^\s"'][^\s"]*)(?=\s|$))/y

/** The commands of a text, one a line. */
export function readCommands({ part, text }: ReadFile, sink: Sink): void {
  let line = 1
  for (let position = text.startsWith('\ufeff') ? 1 : 0; position < text.length; ) {
    const start = position
    const place = { part, line }
    const tokens: Token[] = []
    let list: string[] | undefined
    let problem = ''
    for (;;) {
      TOKEN.lastIndex = position
      const match = TOKEN.exec(text)
      if (!match) {
        problem = 'has a quote or bracket that is out of place'
        const end = text.indexOf('\n', position)
        position = end < 0 ? text.length : end + 1
        line++
        break
      }
      position = TOKEN.lastIndex
      const [, end, double, single, bracket, bare] = match
      if (end !== undefined) {
        line++
        break
      }
      if (bracket === '[') {
        if (list) problem = 'has a list in a list'
        list = []
      } else if (bracket === ']') {
        if (!list) problem = 'ends a list that did not begin'
        else tokens.push(list)
        list = undefined
      } else {
        const quoted = double ?? single
        if (quoted?.includes('\n')) {
          line += quoted.split('\n').length - 1
          if (/\n(?:set|delete) /.test(quoted)) problem = 'has a quote that runs over other commands'
        }
        const word = bare ?? (double === undefined ? (single as string) : double.replaceAll(/\\(["\\])/g, '$1'))
        if (list) list.push(word)
        else tokens.push(word)
      }
    }
    if (list) problem ||= 'has a list that does not end'
    const [verb, ...rest] = tokens
    if (problem) sink.note(place, cut(text.slice(start, Math.min(position, start + 200)).trim()), problem)
    else if (typeof verb === 'string') sink.statement({ verb, tokens: rest, place })
    else if (verb) sink.note(place, cut(verb.join(' ')), 'is not understood')
  }
}

const TAG = /<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const NAME = /\sname\s*=\s*(?:"([^"]*)"|'([^']*)')/
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

interface Open {
  readonly tag: string
  /** How many tokens there were before it. */
  readonly depth: number
  hasChildren: boolean
  text: string
}

/** The leaves of a configuration in XML, as `set` commands would say them. Returns the text around the root element. */
export function readXml({ part, text }: ReadFile, sink: Sink): string {
  let around = text.slice(0, Math.max(0, text.indexOf('<')))
  const stack: Open[] = []
  const tokens: string[] = []
  let line = 1
  let lineEnd = text.indexOf('\n')
  // Positions only go up, so that each line is counted once.
  const placeAt = (position: number): Place => {
    for (; lineEnd >= 0 && lineEnd < position; lineEnd = text.indexOf('\n', lineEnd + 1)) line++
    return { part, line }
  }
  const broken = (position: number, reason: string) => {
    sink.note(placeAt(position), cut(text.slice(position, position + 90).split('\n')[0] as string), reason)
    return around
  }
  const leaf = (position: number, value: string) => {
    sink.statement({ verb: '', tokens: value === '' ? [...tokens] : [...tokens, value], place: placeAt(position) })
  }
  for (let position = text.indexOf('<'); position >= 0; ) {
    if (text.startsWith('<!--', position) || text.startsWith('<?', position)) {
      const close = text.startsWith('<?', position) ? '?>' : '-->'
      const end = text.indexOf(close, position + 2)
      if (end < 0) return broken(position, 'is XML that does not end')
      position = end + close.length
    } else if (text.startsWith('<![CDATA[', position)) {
      const end = text.indexOf(']]>', position)
      const open = stack.at(-1)
      if (end < 0 || !open) return broken(position, 'is XML that does not end')
      open.text += text.slice(position + 9, end)
      position = end + 3
    } else {
      TAG.lastIndex = position
      const [whole, slash, tag, attributes, empty] = TAG.exec(text) ?? []
      if (whole === undefined) return broken(position, 'is not well-formed XML')
      if (slash) {
        const open = stack.pop()
        if (open?.tag !== tag || attributes) return broken(position, 'is not well-formed XML')
        const value = unescapeXml(open?.text ?? '').trim()
        if (open?.hasChildren && value !== '') sink.note(placeAt(position), cut(value), 'is text beside elements')
        else if (open && !open.hasChildren) leaf(position, value)
        tokens.length = open?.depth ?? 0
        if (stack.length === 0) return around + text.slice(TAG.lastIndex)
      } else {
        const parent = stack.at(-1)
        if (parent) parent.hasChildren = true
        const depth = tokens.length
        if (tag === 'entry') {
          const [, double, single] = NAME.exec(attributes ?? '') ?? []
          const name = double ?? single
          if (name === undefined) sink.note(placeAt(position), whole, 'has no name')
          tokens.push(unescapeXml(name ?? ''))
          // The line of a rule is that of its entry, not that of its first leaf.
          if (!empty) leaf(position, '')
        } else if (
          tag !== 'member' &&
          stack.length > 0 &&
          !(stack.length < 3 && /^(?:config|result)$/.test(tag ?? ''))
        ) {
          tokens.push(tag as string)
        }
        if (empty) {
          leaf(position, '')
          tokens.length = depth
        } else stack.push({ tag: tag as string, depth, hasChildren: false, text: '' })
      }
      position = TAG.lastIndex
    }
    const next = text.indexOf('<', position)
    const open = stack.at(-1)
    if (open && next > position) open.text += text.slice(position, next)
    if (!open) around += text.slice(position, next < 0 ? undefined : next)
    if (next < 0 && open) {
      sink.note(placeAt(text.length), `<${open.tag}>`, 'does not end')
      return around
    }
    position = next
  }
  return around
}

function unescapeXml(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w+));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole
    const code = Number.parseInt(decimal ?? hex, hex === undefined ? 10 : 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
