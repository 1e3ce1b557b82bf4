import type { Note, ReadFile } from 'tagwall/reader'
import { cut, readCommands, readXml, type Sink, type Statement } from './reader-text.ts'

/** A command of a delta: one line, or one element of a multi-config request, which may say several things at once. */
export interface Command {
  readonly isDelete: boolean
  readonly statements: readonly Statement[]
}

/** The commands of a delta, in order; what is none is a note. */
export function commandsOf(file: ReadFile, notes: Note[]): Command[] {
  return /^\s*</.test(file.text) ? requestsOf(file, notes) : linesOf(file, notes)
}

const noteTo =
  (notes: Note[]): Sink['note'] =>
  (place, text, reason) =>
    void notes.push({ place, text, reason })

function linesOf(file: ReadFile, notes: Note[]): Command[] {
  const commands: Command[] = []
  const note = noteTo(notes)
  readCommands(file, {
    note,
    statement(statement) {
      const { verb, place, tokens } = statement
      if (verb === 'set' || verb === 'delete')
        commands.push({ isDelete: verb === 'delete', statements: [{ verb, tokens, place }] })
      else note(place, cut(verb), 'is not understood')
    },
  })
  return commands
}

const REQUEST = /\s*<(?:(set) xpath="([^"<]*)">|(delete) xpath="([^"<]*)"\/>)/y
const ROOT = /^(?:\s*<(?:\?[^>]*\?|!--(?:(?!-->)[\s\S])*--)>)*\s*<multi-configure-request>/

/** https://docs.paloaltonetworks.com/pan-os/11-0/pan-os-panorama-api/pan-os-xml-api-request-types/configuration-api/multi-config-request-api */
function requestsOf({ part, text }: ReadFile, notes: Note[]): Command[] {
  const commands: Command[] = []
  const note = noteTo(notes)
  let at = ROOT.exec(text)?.[0].length ?? 0
  const placeAt = (position: number) => ({ part, line: text.slice(0, position).split('\n').length })
  while (at > 0) {
    REQUEST.lastIndex = at
    const match = REQUEST.exec(text)
    if (!match) break
    const place = placeAt(at + match[0].length)
    const path = tokensOfPath(match[2] ?? match[4] ?? '')
    if (!path) note(place, cut(match[0].trim()), 'has an xpath that is not understood')
    else if (match[3]) commands.push({ isDelete: true, statements: [{ verb: 'delete', tokens: path, place }] })
    const end = match[1] ? text.indexOf('</set>', REQUEST.lastIndex) : REQUEST.lastIndex
    if (end < 0) break
    if (match[1] && path) {
      const statements: Statement[] = []
      const inner = `<set>${text.slice(REQUEST.lastIndex, end)}</set>`
      const around = readXml(
        { part, family: undefined, text: inner },
        {
          note: (_, text, reason) => note(place, text, reason),
          statement: ({ tokens }) => statements.push({ verb: 'set', tokens: [...path, ...tokens], place }),
        },
      )
      if (around.trim() !== '' || statements.length === 0) note(place, cut(match[0].trim()), 'is not understood')
      commands.push({ isDelete: false, statements })
    }
    at = match[1] ? end + '</set>'.length : end
  }
  if (!/^\s*<\/multi-configure-request>\s*$/.test(text.slice(at)) || at === 0) {
    note(placeAt(at), cut(text.slice(at).trim()), 'is not understood')
  }
  return commands
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
  return tokens
}
