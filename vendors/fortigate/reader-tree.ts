import type { Entry, Notes, Place, Statement, Syntax } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { Changes, Table } from '../_policies/changes.ts'
import {
  CHANGES,
  COMMANDS,
  FIELD_VERBS,
  haveSameTexts,
  INNER_TABLES,
  isOff,
  isOtherRules,
  POLICY,
  reasonAgainst,
  reasonForDoubt,
  SESSION,
  shown,
  TABLES,
  type TableFields,
  withoutPrompt,
} from './reader-fields.ts'

/** Double quotes take escapes, single ones do not, and both may hold line ends; `#` begins a comment at the start of a line only. */
export const SYNTAX: Syntax = {
  quotes: { '"': 'any', "'": 'none' },
  quotesInWords: true,
  backslash: 'any',
  comments: ['#'],
}

/** The tables of one VDOM, with the entries that `edit` opens; the name is empty for statements outside any VDOM. */
export interface Scope {
  readonly tables: Map<string, Table>
  readonly notes: Notes
}

type Frame =
  | { readonly kind: 'vdoms' | 'global' | 'skipped'; readonly path: string; isNoted?: boolean }
  | { readonly kind: 'vdom'; readonly path: string }
  | { readonly kind: 'table'; readonly path: string; readonly table: Table; readonly fields: TableFields | undefined }
  | { readonly kind: 'entry'; readonly path: string; readonly entry: Entry; readonly fields: TableFields | undefined }
  | { readonly kind: 'skipped entry'; readonly path: string }

const isEdit = ({ kind }: Frame) => kind === 'vdom' || kind === 'entry' || kind === 'skipped entry'

/** A configuration by VDOM and table, as commands make it. `script` names the VDOM of a script that is to be understood whole. */
export class Tree extends Changes {
  readonly scopes = new Map<string, Scope>()
  /** True if the text had any `config`. */
  isConfiguration = false
  /** True if a script may delete objects: a delta may, a whole configuration may not. */
  allowsDelete = false
  private frames: Frame[] = []
  /** The place of the last command. */
  private last: Place | undefined
  private newPolicies = 0

  constructor(private readonly script: { readonly vdom: string; readonly anchor?: string | undefined } | undefined) {
    super()
  }

  /** Applies a command, or notes a line that could not be split into words. */
  apply({ words, place: at, broken }: Statement): void {
    this.nextCommand()
    const place = this.placed(at)
    this.last = place
    if (broken) this.note(place, 'quote', 'is never closed')
    else this.take(this.script ? words : withoutPrompt(words), place)
  }

  /** Each load is a session of its own, which begins outside all tables, also after one that stopped. */
  begin(allowsDelete: boolean): void {
    this.allowsDelete = allowsDelete
    this.beginLoad()
    this.frames = []
  }

  /** At the end of a text, nothing may be open. */
  close(): void {
    const top = this.frames.at(-1)
    if (top && this.last) this.note(this.last, top.path, 'is never closed: the configuration ends within it')
    this.frames = []
  }

  /** The tables of a VDOM, created if missing. */
  scope(name: string): Scope {
    const found = this.scopes.get(name)
    if (found) return found
    const scope = { tables: new Map(), notes: kit.notes() }
    this.scopes.set(name, scope)
    return scope
  }

  private get scopeName(): string {
    const [outer, inner] = this.frames
    if (outer?.kind === 'global') return 'global'
    return inner?.kind === 'vdom' ? inner.path : ''
  }

  private note(place: Place, text: string, reason: string, isHarmless = false): void {
    this.scope(this.scopeName).notes.add(place, text, reason, isHarmless ? { isHarmless } : {})
  }

  private take(words: readonly string[], place: Place): void {
    const verb = words[0]
    const top = this.frames.at(-1)
    if (verb === undefined || (!this.script && !top && SESSION.has(verb))) return
    if (verb === 'config' && words.length > 1) this.config(words, place)
    else if (verb === 'edit' && words.length === 2) this.edit(words, place)
    else if (verb === 'next' && words.length === 1) this.next(place)
    else if (verb === 'end' && words.length === 1) this.end(place)
    else if (top?.kind === 'entry' && FIELD_VERBS.has(verb)) this.field(top, words, place)
    else if (!this.script && (top?.kind === 'skipped' || top?.kind === 'skipped entry')) {
      const reason = reasonForDoubt(top.path, words)
      if (reason !== undefined) this.note(place, shown(words), reason)
    } else if (
      top?.kind === 'table' &&
      verb === 'delete' &&
      (!this.script || this.allowsDelete) &&
      words.length === 2
    ) {
      const entry = top.table.get(words[1] as string)
      if (entry) this.change(entry)
      top.table.delete(words[1] as string)
    } else if (
      top?.kind === 'table' &&
      top.path === POLICY &&
      verb === 'move' &&
      (this.script || canMove(top.table, words))
    ) {
      this.move(top.table, words, place)
    } else if (top?.kind === 'table' && CHANGES.has(verb)) {
      this.note(place, shown(words), 'changes the configuration, which is not followed')
    } else if (this.script || !top || top.kind === 'table' || (top.kind === 'entry' && top.fields)) {
      this.note(place, shown(words), 'is not understood', !this.script && isUnrelated(top, verb))
    }
  }

  /** Moves a policy within its table. A policy outside the script exists before those of the script. */
  private move(table: Table, words: readonly string[], place: Place): void {
    const [, id = '', where, other = '', ...more] = words
    const anchor = other === this.script?.anchor ? kit.newEntry(other, place) : undefined
    if ((where !== 'before' && where !== 'after') || more.length > 0)
      this.note(place, shown(words), 'is not understood')
    else if (!this.reorder(table, id, where, other, anchor))
      this.note(place, shown(words), 'moves a policy that does not exist')
  }

  private config(words: readonly string[], place: Place): void {
    const path = words.slice(1).join(' ')
    this.isConfiguration = true
    let top = this.frames.at(-1)
    if (top?.kind === 'table') {
      this.note(place, shown(words), `is inside "config ${top.path}", which has no end`)
      this.frames.pop()
      top = this.frames.at(-1)
    }
    const isOuter = !top
    if (isOuter && path === 'vdom') {
      this.frames.push({ kind: 'vdoms', path })
      return
    }
    if (top && top.kind !== 'vdom' && top.kind !== 'global') {
      const isRelevant = this.script || (top.kind === 'entry' && top.path === POLICY)
      if (isRelevant) this.note(place, shown(words), 'is not understood')
      const within = `${top.path} ${path}`
      const inner = this.script || top.kind !== 'skipped' ? undefined : INNER_TABLES.get(within)
      if (inner) this.openTable(within, inner)
      else this.frames.push({ kind: 'skipped', path })
      return
    }
    if (this.script && this.scopeName !== this.script.vdom)
      this.note(place, shown(words), 'is not in the VDOM of the options')
    // A script is about the firewall only.
    const fields = TABLES.get(path)
    if (this.script && !(fields && path.startsWith('firewall '))) this.note(place, shown(words), 'is not understood')
    if (isOuter && path === 'global') this.frames.push({ kind: 'global', path })
    else if (!TABLES.has(path)) this.frames.push({ kind: 'skipped', path })
    else this.openTable(path, fields)
  }

  private openTable(path: string, fields: TableFields | undefined): void {
    this.frames.push({ kind: 'table', path, table: tableOf(this.scope(this.scopeName), path), fields })
  }

  private edit(words: readonly string[], place: Place): void {
    const name = words[1] as string
    let top = this.frames.at(-1)
    if (top && isEdit(top)) {
      this.note(place, shown(words), 'comes before the next of the edit above it')
      this.frames.pop()
      top = this.frames.at(-1)
    }
    if (top?.kind === 'vdoms') {
      this.frames.push({ kind: 'vdom', path: name })
    } else if (top?.kind === 'table') {
      // A policy with id 0 is a new one with the next free id.
      const key = top.path === POLICY && name === '0' ? `new ${++this.newPolicies}` : name
      const known = top.table.get(key)
      const entry = known ?? kit.newEntry(name, place)
      top.table.set(key, entry)
      if (!known) this.change(entry)
      if (top.path === POLICY) this.edited.add(key)
      this.frames.push({ kind: 'entry', path: top.path, entry, fields: top.fields })
    } else if (top?.kind === 'skipped') {
      if (!top.isNoted && isOtherRules(top.path)) {
        top.isNoted = true
        this.note(place, `config ${top.path}`, 'holds rules, which are not read')
      }
      this.frames.push({ kind: 'skipped entry', path: top.path })
    } else this.note(place, shown(words), 'is in no table')
  }

  private next(place: Place): void {
    const top = this.frames.at(-1)
    if (top && isEdit(top)) this.frames.pop()
    else this.note(place, 'next', 'closes no edit')
  }

  private end(place: Place): void {
    // Within an edit, end keeps the object and leaves its table too.
    const top = this.frames.at(-1)
    if (top && isEdit(top)) this.frames.pop()
    if (!this.frames.pop()) this.note(place, 'end', 'closes no config')
  }

  private field(top: Extract<Frame, { kind: 'entry' }>, words: readonly string[], place: Place): void {
    const { entry, fields } = top
    if (!fields) return
    const [verb, name = '', ...given] = words
    const reason = reasonAgainst(fields, top.path, words)
    if (reason !== undefined) this.addProblem(entry, words, place, reason)
    // Only a script is compared by all that it leaves on the device.
    if (reason !== undefined || (fields.harmless.has(name) && !this.script)) return
    const texts = given.filter((text) => text !== '')
    if (name === 'name' && top.path === POLICY) this.checkName(entry, texts[0])
    const values = texts.map((text) => ({ text, place }))
    const known = entry.fields.get(name)
    if (verb === 'append' && !known && this.script)
      this.addProblem(entry, words, place, 'adds to the members of an earlier load: there is no set before it')
    if (fields.limiting.has(name) && verb !== 'append' && isOff(given)) entry.fields.delete(name)
    else if (verb === 'append' && known) for (const value of values) known.push(value)
    else if (verb === 'unselect') entry.fields.set(name, known?.filter(({ text }) => !texts.includes(text)) ?? [])
    else entry.fields.set(name, values)
    const [gone, come] = verb === 'append' ? [[], values] : [known, entry.fields.get(name)]
    if (!haveSameTexts(gone, come)) this.change(entry)
  }

  /** In a script: notes a name that another policy has, even if that gives it up later. */
  private checkName(entry: Entry, name: string | undefined): void {
    if (!this.script) return
    const others = tableOf(this.scope(this.scopeName), POLICY).values()
    const isTaken = [...others].some((other) => other !== entry && other.fields.get('name')?.[0]?.text === name)
    if (isTaken) this.note(entry.place, `edit ${entry.name}`, `has the name of another policy, ${name}`)
  }

  /** Notes a problem of an object: in a script at once, elsewhere only if the object is used. */
  private addProblem(entry: Entry, words: readonly string[], place: Place, reason: string): void {
    if (this.script) this.note(place, shown(words), reason)
    else entry.notes.push({ place, text: kit.inShort(shown(words)), reason })
  }
}

/** Outside of every table stand banners, prompts and the like; of some tables only the names are read. */
function isUnrelated(top: Frame | undefined, verb: string): boolean {
  return top ? top.kind === 'table' && !top.fields : !COMMANDS.has(verb)
}

/** True if a text holds both policies of a `move`. */
const canMove = (table: Table, [, id = '', , other = '']: readonly string[]) => table.has(id) && table.has(other)

function tableOf({ tables }: Scope, path: string): Table {
  const table: Table = tables.get(path) ?? new Table()
  tables.set(path, table)
  return table
}
