import type { Device, Note, Notes, Place, ReaderContext, ReadFile, Reading, Statement } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { List, Named } from './groups.ts'
import { type ListDialect, type Path, rulesOn } from './walk.ts'

/** How a reader applies files, and the configuration that results. */
interface Dialect<Of extends List> {
  /** The characters that begin a comment. */
  readonly comments: readonly string[]
  /** The configuration, which leaves the mode of its last line before each file. */
  readonly config: Named<Of> & { leave(): void }
  /** Applies the commands that tagwall writes, and yields after each that takes effect. */
  loadCommands(statements: Iterable<Statement>, notes: Notes): Iterable<unknown>
  /** Applies a line of a running configuration. */
  takeRunning(statement: Statement, notes: Notes): void
  /** A line that only this system has, and one that only another one has. */
  readonly known: RegExp
  readonly other: RegExp
  readonly system: string
  readonly otherSystem: string
  /** The paths through tagwall's access lists. */
  ownPaths(): Path[]
  entries(): ListDialect<Of>
  audit(start: Place, notes: Notes): Pick<Reading, 'rules' | 'scopes'>
  items: Device['items']
}

/** A device that takes the commands that tagwall writes, and what `show running-config` prints. */
export function deviceOf<Of extends List>(dialect: Dialect<Of>, context: ReaderContext): Device {
  const { purpose } = context
  const { comments, config, known, other, system, otherSystem } = dialect
  const notes = kit.notes()
  let start: Place | undefined
  let isForeign = true
  let isOfOther = false

  function loadRunning(file: ReadFile): void {
    for (const statement of kit.readStatements(file, { comments })) {
      start ??= statement.place
      const text = `${statement.words.join(' ')} `
      if (known.test(text)) isForeign = false
      if (other.test(text)) isOfOther = true
      dialect.takeRunning(statement, notes)
    }
  }

  return {
    *load(files, kind) {
      config.mayBeGone = purpose === 'audit' || kind !== 'full'
      for (const file of files) {
        config.leave()
        if (purpose === 'prove') yield* dialect.loadCommands(kit.readStatements(file, { comments }), notes)
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
        const { kept } = config
        const rules = rulesOn(dialect.ownPaths(), config, dialect.entries(), context, found, { kept })
        return { rules, lists: [], notes: found.all }
      }
      if (!start) return { rules: [], lists: [], notes: found.all }
      if (!isForeign && !isOfOther) return { ...dialect.audit(start, found), lists: [], notes: found.all }
      const reason = isOfOther
        ? `begins the configuration of ${otherSystem}, not of ${system}`
        : `is not a configuration of ${system} (show running-config)`
      const foreign: Note = { place: start, text: '', reason, isForeign: true }
      return { rules: [], lists: [], notes: [foreign] }
    },
    items: dialect.items,
  }
}

const REASON = 'may change the configuration, which is not followed'
/** Commands that the device runs by itself: `action 1.0 cli command "..."` of an event, `cli ...` of a schedule. */
const COMMAND = /^(?:action \S+ cli command|cli) "?(.*)$/
/** Commands that leave the configuration as it is. */
const ELSEWHERE =
  /^(?:show|enable|end|exit|ping|traceroute|terminal|copy running-config|write memory|(?:write|copy run start)"?$)/
/** A script of the event manager; those of the system come with it. */
const SCRIPT = /^event manager policy (?!.* type system$)/

/** The reason why a line of the configuration may change the rest by itself; undefined for most. */
export function automationOf(words: readonly string[]): string | undefined {
  const [verb] = words
  if (verb !== 'action' && verb !== 'cli' && verb !== 'event') return undefined
  const text = words.join(' ')
  if (SCRIPT.test(text)) return REASON
  const command = COMMAND.exec(text)?.[1]
  return command === undefined || ELSEWHERE.test(command) ? undefined : REASON
}
