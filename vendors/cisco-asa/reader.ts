import type { Device, Place, ReaderContext, ReadFile, Statement } from 'tagwall/reader'
import { apply, type Configuration, type Cursor, copyOf, emptyConfiguration } from './reader-config.ts'
import { formsOf, strictFault } from './reader-forms.ts'
import { inventoryOf } from './reader-inventory.ts'
import { auditOf, ownRules } from './reader-paths.ts'
import { takeRunning } from './reader-running.ts'

const SYNTAX = { comments: ['!', ':'] }
/** What only leads to a group, describes it or leaves it. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['object-group', 'description', 'exit'])
const OF_IOS = /^(?:ip access-list (?:extended|standard)|ip access-group|ipv6 traffic-filter) /
const KNOWN = /^(?:access-list|access-group|object-group|object|interface|nameif)$/

/**
 * What takes the commands that tagwall writes, and what `show running-config` prints. The commands of a session count together, at
 * its commit; others count one by one. A group only loses what is removed from it, and an access list what is removed by its text.
 */
export const device = (context: ReaderContext): Device => {
  const { kit, options, purpose } = context
  const notes = kit.notes()
  const forms = formsOf(options)
  let live = emptyConfiguration()
  let start: Place | undefined
  let isForeign = true
  let isOfIos = false

  function* loadCommands(file: ReadFile, isFull: boolean): Iterable<unknown> {
    const isSession = options.load === 'session'
    const cursor: Cursor = { group: undefined, interface: undefined }
    let staged: Configuration | undefined = isSession ? undefined : live
    let last: Statement | undefined
    for (const statement of kit.readStatements(file, SYNTAX)) {
      const { words, place, text } = statement
      last = statement
      const note = (reason: string) => notes.add(place, text, reason)
      const fault = strictFault(words, cursor.group !== undefined, forms, kit)
      if (fault) {
        note(fault)
        continue
      }
      const [verb] = words
      if (verb === 'configure' || verb === 'commit') {
        if (!isSession || (verb === 'configure') !== (staged === undefined)) note('is out of place')
        else if (verb === 'configure') staged = copyOf(live)
        else if (staged) {
          live = staged
          staged = undefined
          yield
        }
        cursor.group = undefined
        continue
      }
      if (!staged) {
        note('stands outside of the session')
        continue
      }
      const reason = apply(statement, staged, cursor, { mayBeGone: !isFull, isSession })
      if (reason) note(reason)
      else if (!isSession && !WITHOUT_EFFECT.has(verb ?? '')) yield
    }
    if (isSession && staged && last) notes.add(last.place, last.text, 'ends a session that is not committed')
  }

  function loadRunning(file: ReadFile): void {
    const cursor: Cursor = { group: undefined, interface: undefined }
    const lines = file.text.split('\n')
    for (const statement of kit.readStatements(file, SYNTAX)) {
      start ??= statement.place
      if (OF_IOS.test(`${statement.words.join(' ')} `)) isOfIos = true
      const isIndented = /^\s/.test(lines[statement.place.line - 1] ?? '')
      if (KNOWN.test(statement.words[0] ?? '')) isForeign = false
      takeRunning(statement, isIndented, live, cursor, notes)
    }
  }

  return {
    *load(files, kind) {
      for (const file of files) {
        if (purpose === 'prove') yield* loadCommands(file, kind === 'full')
        else {
          loadRunning(file)
          yield
        }
      }
    },
    reading() {
      const found = kit.notes()
      found.addAll(notes.all)
      if (purpose === 'prove') {
        const rules = ownRules(live, context, found)
        return { rules, lists: [], notes: found.all }
      }
      if (!start) return { rules: [], lists: [], notes: found.all }
      if (isForeign || isOfIos) {
        const reason = isOfIos
          ? 'begins the configuration of IOS, not of an ASA'
          : 'is not a configuration of an ASA (show running-config)'
        return { rules: [], lists: [], notes: [{ place: start, text: '', reason, isForeign: true }] }
      }
      const audit = auditOf(live, context, start, found)
      return { ...audit, lists: [], notes: found.all }
    },
    inventory: () => inventoryOf(live, options),
  }
}
