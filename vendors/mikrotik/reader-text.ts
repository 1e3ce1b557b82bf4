import type { Notes, Place, ReadFile } from 'tagwall/reader'

/** A command in its menu: `add` and its properties, or another verb and what follows. Without a verb, it enters the menu. */
export interface Command {
  /** The path, `/ip/firewall/filter`. */
  readonly menu: string
  readonly verb: string
  readonly rest: string
  readonly place: Place
}

/** True if one of the words is this property. */
export const has = (rest: string, property: string): boolean => rest.split(/\s+/).includes(property)

const VERB = /^(?:add|set|remove|move|enable|disable|unset|reset|print|export)$/

/** The menus of address lists and rules, which have no menus below them. */
const LISTS = /^\/ip(?:v6)?\/firewall\/(?:address-list|filter|raw|nat)$/
/** The prompt before a command: the menu, unless it is the top one. */
const PROMPT = /^\[[^\]\s@]+@[^\]]*\] ?(\/[^>]*)?> */
/** Longer than any path of RouterOS; limits hostile texts whose path grows with each line. */
const LONGEST_MENU = 200
/** Menus of the top that may be written without a slash. */
const AT_TOP = /^(?:ip|ipv6|interface)$/
/** A word of a path, `/ip firewall` or `/ip/firewall`. */
const STEP = /[\s/]*([a-z0-9][a-z0-9-]*|\.\.)(?=[\s/]|$)/y

/** The commands of a script or an export, with lines that go on joined. */
export function commandsOf({ part, text }: ReadFile, notes: Notes): Command[] {
  const commands: Command[] = []
  let menu = ''
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const place = { part, line: index + 1 }
    let line = (lines[index] ?? '').trim()
    const pieces: string[] = []
    const isComment = line.startsWith('#')
    while (line.endsWith('\\') && !isComment && index + 1 < lines.length) {
      pieces.push(line.slice(0, -1))
      index++
      line = (lines[index] ?? '').trim()
    }
    line = pieces.join('') + line
    if (line.endsWith('\\') && !line.startsWith('#')) notes.add(place, line, 'ends in the middle of a command')
    const [prompt, shown] = PROMPT.exec(line) ?? []
    if (prompt !== undefined) line = line.slice(prompt.length)
    if (shown !== undefined) menu = menuAt('', stepsOf(shown).steps)
    if (line === '' || line.startsWith('#')) continue
    const command = commandOf(line, menu)
    commands.push({ ...command, place })
    // A command leaves the menu where it is.
    if (command.verb === '') menu = command.menu
  }
  return commands
}

/** The command of a line: a path alone enters a menu, and a path before a command applies to that command only. */
function commandOf(line: string, menu: string): Omit<Command, 'place'> {
  const { steps, verb, rest } = stepsOf(line)
  const isAbsolute = line.startsWith('/')
  if (steps.length === 0 && verb !== '') return { menu, verb, rest }
  const isBelow = menu === '' ? AT_TOP.test(steps[0] ?? '') : !LISTS.test(menu) && menu.length < LONGEST_MENU
  const isPath = isBelow || steps[0] === '..'
  if (!isAbsolute && (steps.length === 0 || !isPath || (verb === '' && rest !== ''))) {
    const [word = '', ...others] = line.split(' ')
    return { menu, verb: word, rest: others.join(' ').trim() }
  }
  const path = menuAt(isAbsolute ? '' : menu, steps)
  const list = path.split('/').slice(0, 4).join('/')
  // An unknown command follows the path of a list.
  if (path !== list && LISTS.test(list))
    return { menu: list, verb: path.slice(list.length + 1), rest: `${verb} ${rest}`.trim() }
  return verb === '' ? { menu: path, verb: rest, rest: '' } : { menu: path, verb, rest }
}

/** The words of the path that a line begins with, the command after it, and what follows. */
function stepsOf(line: string): { steps: string[]; verb: string; rest: string } {
  const steps: string[] = []
  for (let at = 0; ; at = STEP.lastIndex) {
    STEP.lastIndex = at
    const step = STEP.exec(line)?.[1]
    const rest = line.slice(at).replace(/^[\s/]+/, '')
    if (step === undefined) return { steps, verb: '', rest: rest.trim() }
    if (VERB.test(step)) return { steps, verb: step, rest: line.slice(STEP.lastIndex).trim() }
    steps.push(step)
  }
}

function menuAt(menu: string, steps: readonly string[]): string {
  const path = menu.split('/').filter((step) => step !== '')
  for (const step of steps)
    if (step === '..') path.pop()
    else path.push(step)
  return path.length === 0 ? '' : `/${path.join('/')}`
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
