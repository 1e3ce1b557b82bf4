import type {
  Device,
  Item,
  Notes,
  OptionValues,
  Place,
  ReaderContext,
  ReadFile,
  Reading,
  Statement,
} from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { List, Named } from './groups.ts'
import { type Audited, type ListDialect, type Path, rulesOn } from './walk.ts'

/** How files of a system look. */
export interface System {
  readonly name: string
  readonly otherName: string
  /** The characters that begin a comment. */
  readonly comments: readonly string[]
  /** A line that only this system has, and one that only another one has. */
  readonly known: RegExp
  readonly other: RegExp
}

/** How a reader applies files, and what it reads in the configuration that results. */
interface Dialect<Of extends List, Config extends Named<Of> & { leave(): void }> {
  /** The configuration, which leaves the mode of its last line before each file. */
  readonly config: Config
  /** Applies the commands that tagwall writes, and yields after each that takes effect. */
  loadCommands(statements: Iterable<Statement>, notes: Notes): Iterable<unknown>
  /** Applies a line of a running configuration; a reason if it is not evaluated. */
  takeRunning(statement: Statement, config: Config): string | undefined
  /** The paths through tagwall's access lists. */
  ownPaths(config: Config, context: ReaderContext): Path[]
  entryReader(config: Config, context: ReaderContext): ListDialect<Of>
  auditOf(config: Config, context: ReaderContext, start: Place, notes: Notes): Audited
  itemsOf(config: Config, options: OptionValues): Item[]
}

/** The access lists and interfaces to which an audit can be narrowed. */
const scopesOf = ({ lists }: Named, interfaces: readonly string[]): Reading['scopes'] => ({
  ...(lists.size > 0 && { chain: [...lists.keys()] }),
  ...(interfaces.length > 0 && { fromZone: interfaces, toZone: interfaces }),
})

/** A device that takes the commands that tagwall writes, and what `show running-config` prints. */
export function deviceOf<Of extends List, Config extends Named<Of> & { leave(): void }>(
  dialect: Dialect<Of, Config>,
  { name, otherName, comments, known, other }: System,
  context: ReaderContext,
): Device {
  const { purpose } = context
  const { config } = dialect
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
      const reason = dialect.takeRunning(statement, config)
      if (reason) notes.add(statement.place, statement.text, reason)
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
      const readingOf = ({ paths, open = [], interfaces }: Audited): Reading => {
        const entries = dialect.entryReader(config, context)
        const place = start ?? { part: '', line: 1 }
        const rules = paths.flatMap((path) => rulesOn(path, config, entries, context, place, found))
        config.changed.clear()
        const scopes = interfaces && scopesOf(config, interfaces)
        return { rules: [...rules, ...open], lists: [], notes: found.all, ...(scopes && { scopes }) }
      }
      if (purpose === 'prove') return readingOf({ paths: dialect.ownPaths(config, context) })
      if (!start) return readingOf({ paths: [] })
      if (!isForeign && !isOfOther) return readingOf(dialect.auditOf(config, context, start, found))
      const reason = isOfOther
        ? `begins the configuration of ${otherName}, not of ${name}`
        : `is not a configuration of ${name} (show running-config)`
      return { rules: [], lists: [], notes: [{ place: start, text: '', reason, isForeign: true }] }
    },
    items: () => dialect.itemsOf(config, context.options),
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
  const text = words.join(' ')
  if (SCRIPT.test(text)) return REASON
  const command = COMMAND.exec(text)?.[1]
  return command === undefined || ELSEWHERE.test(command) ? undefined : REASON
}
