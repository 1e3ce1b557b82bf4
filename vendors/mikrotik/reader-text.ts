import type { Notes, Place, ReadFile } from 'tagwall/reader'

/** A command in its menu: `add` and its properties, or another verb and what follows. Without a verb, the menu is entered. */
export interface Command {
  /** The path, `/ip/firewall/filter`. */
  readonly menu: string
  readonly verb: string
  readonly rest: string
  readonly place: Place
}

const VERB = /^(?:add|set|remove|move|enable|disable|unset|reset|print|export)$/

/** The commands of a script or an export, with lines that go on joined. */
export function commandsOf({ part, text }: ReadFile, notes: Notes): Command[] {
  const commands: Command[] = []
  let menu = ''
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const place = { part, line: index + 1 }
    let line = (lines[index] ?? '').trim()
    while (line.endsWith('\\') && !line.startsWith('#') && index + 1 < lines.length) {
      index++
      line = line.slice(0, -1) + (lines[index] ?? '').trim()
    }
    if (line.endsWith('\\') && !line.startsWith('#')) notes.add(place, line, 'ends in the middle of a command')
    line = line.replace(/^\[[^\]\s@]+@[^\]]*\] >\s*/, '')
    if (line === '' || line.startsWith('#')) continue
    const words = line.split(' ')
    if (line.startsWith('/')) {
      const at = words.findIndex((word) => VERB.test(word))
      menu = words
        .slice(0, at < 0 ? words.length : at)
        .join('/')
        .replace(/\/+/g, '/')
        .replace(/\/$/, '')
      words.splice(0, at < 0 ? words.length : at)
    }
    commands.push({ menu, verb: words[0] ?? '', rest: words.slice(1).join(' ').trim(), place })
  }
  return commands
}

const PROPERTY = /\s*([a-z0-9][a-z0-9.-]*)=("(?:[^"\\]|\\[\s\S])*"|[^\s"[\]{}]*)(?=\s|$)/y

/** Properties, `chain=forward comment="a b"`; undefined if there is anything else. */
export function propertiesOf(text: string): Map<string, string> | undefined {
  const found = new Map<string, string>()
  let at = 0
  while (at < text.length) {
    PROPERTY.lastIndex = at
    const match = PROPERTY.exec(text)
    const [, key = '', value = ''] = match ?? []
    if (!match || found.has(key)) return undefined
    found.set(key, value.startsWith('"') ? value.slice(1, -1).replace(/\\([\s\S])/g, '$1') : value)
    at = PROPERTY.lastIndex
  }
  return found
}
