import type { Device, Place, ReaderContext, ReadFile, Statement } from 'tagwall/reader'
import {
  type Cursor,
  changeGroup,
  changeList,
  emptyConfiguration,
  leave,
  openGroup,
  openList,
  removeGroup,
} from './reader-config.ts'
import { type Room, strictFault } from './reader-forms.ts'
import { inventoryOf } from './reader-inventory.ts'
import { auditOf, ownRules } from './reader-paths.ts'
import { takeRunning } from './reader-running.ts'

const SYNTAX = { comments: ['!'] }
/** What only leads to a group or a list, describes it or leaves it. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['object-group', 'ip', 'ipv6', 'description', 'exit'])
const OF_ASA = /^(?:ASA Version |access-list \S+ (?:line \d+ )?extended )/
const KNOWN = /^(?:ip access-list|ipv6 access-list|access-list \d|object-group|interface) /

/**
 * What takes the commands that tagwall writes, and what `show running-config` prints. Each line takes effect at once. A group and
 * a list only lose what is removed from them.
 */
export const device = (context: ReaderContext): Device => {
  const { kit, options, purpose } = context
  const notes = kit.notes()
  const config = emptyConfiguration()
  let start: Place | undefined
  let isForeign = true
  let isOfAsa = false

  /** Takes a command in; a reason where the router would refuse. */
  function take(statement: Statement, cursor: Cursor, isAgain: boolean): string | undefined {
    const { words, place } = statement
    const [verb, ...rest] = words
    if (verb === 'exit') {
      leave(cursor)
      return undefined
    }
    if (cursor.group) return changeGroup(statement, cursor.group, config, isAgain)
    if (cursor.list) return changeList(statement, cursor.list, config, isAgain)
    if (verb === 'no') return removeGroup(rest.slice(1), config, cursor, isAgain)
    if (verb === 'object-group') return openGroup(rest, place, config, cursor)
    const family = verb === 'ip' ? 'ipv4' : 'ipv6'
    return openList({ name: rest.at(-1) ?? '', family, isStandard: false }, place, config, cursor)
  }

  function* loadCommands(file: ReadFile, isAgain: boolean): Iterable<unknown> {
    const cursor: Cursor = { group: undefined, list: undefined, interface: undefined }
    const statements = kit.readStatements(file, SYNTAX)
    for (const statement of statements) {
      const { words, place, text } = statement
      const fault = strictFault(words, roomOf(cursor), options, kit)
      const reason = fault ?? take(statement, cursor, isAgain)
      if (reason) notes.add(place, text, reason)
      else if (!WITHOUT_EFFECT.has(words[0] ?? '')) yield
    }
    const last = statements.at(-1)
    if (last && roomOf(cursor) !== 'top') notes.add(last.place, last.text, 'ends the file within a group or a list')
  }

  function loadRunning(file: ReadFile): void {
    const cursor: Cursor = { group: undefined, list: undefined, interface: undefined }
    const lines = file.text.split('\n')
    for (const statement of kit.readStatements(file, SYNTAX)) {
      start ??= statement.place
      if (KNOWN.test(`${statement.words.join(' ')} `)) isForeign = false
      if (OF_ASA.test(`${statement.words.join(' ')} `)) isOfAsa = true
      const isIndented = /^\s/.test(lines[statement.place.line - 1] ?? '')
      const reason = takeRunning(statement, isIndented, config, cursor)
      if (reason) notes.add(statement.place, statement.text, reason)
    }
  }

  return {
    *load(files, kind) {
      for (const file of files) {
        if (purpose === 'prove') yield* loadCommands(file, kind !== 'full')
        else {
          loadRunning(file)
          yield
        }
      }
    },
    reading() {
      const found = kit.notes()
      found.addAll(notes.all)
      if (purpose === 'prove') return { rules: ownRules(config, context, found), lists: [], notes: found.all }
      if (!start) return { rules: [], lists: [], notes: found.all }
      if (isForeign || isOfAsa) {
        const reason = isOfAsa
          ? 'begins the configuration of an ASA, not of IOS'
          : 'is not a configuration of IOS (show running-config)'
        return { rules: [], lists: [], notes: [{ place: start, text: '', reason, isForeign: true }] }
      }
      return { ...auditOf(config, context, start, found), lists: [], notes: found.all }
    },
    inventory: () => inventoryOf(config, options),
  }
}

function roomOf({ group, list }: Cursor): Room {
  return group ? (group.kind as Room) : (list?.family ?? 'top')
}
