import type { Entry, Notes, Place, Statement, Syntax } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { Changes, Table } from '../_policies/changes.ts'
import {
  FIELD_VERBS,
  INNER_TABLES,
  POLICY,
  putField,
  reasonAgainst,
  TABLES,
  type TableFields,
  textsOf,
} from './reader-fields.ts'
import { isOtherRules, reasonForDoubt, SESSION, withoutPrompt } from './reader-unread.ts'

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
  /** In a script: the last policy that was given a name, which another command may have taken from it again. */
  readonly named: Map<string, Entry>
}

/** A table or an entry that `config` or `edit` opened; `path` is the name of a VDOM, or the words of a table. Of a table without `fields`, only the names are read. */
type Frame =
  | { readonly kind: 'vdoms' | 'vdom' | 'global' | 'unread entry'; readonly path: string }
  | { readonly kind: 'unread'; readonly path: string; isNoted?: boolean }
  | { readonly kind: 'table'; readonly path: string; readonly table: Table; readonly fields: TableFields | undefined }
  | { readonly kind: 'entry'; readonly path: string; readonly entry: Entry; readonly fields: TableFields | undefined }

type Open<Kind> = Extract<Frame, { kind: Kind }>

const isEdit = (kind: Frame['kind'] | undefined) => kind === 'vdom' || kind === 'entry' || kind === 'unread entry'

/** Commands on the entries of a table, beside `delete`. */
const CHANGES = new Set(['move', 'rename', 'clone', 'purge'])
const COMMANDS = new Set([...FIELD_VERBS, ...CHANGES, 'config', 'edit', 'next', 'end', 'delete'])

/** A command as a note shows it. */
const shown = (words: readonly string[]) => words.join(' ')

/** A configuration by VDOM and table, as commands make it. `script` names the VDOM of a script that is to be understood whole. */
export class Tree extends Changes {
  readonly scopes = new Map<string, Scope>()
  /** True if the text had any `config`. */
  isConfiguration = false
  /** True if entries may be deleted. */
  private allowsDelete = true
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

  /** Each load is a session of its own, which begins outside all tables, also after one that stopped. A whole script may not delete objects. */
  begin(isWhole: boolean): void {
    this.allowsDelete = !this.script || !isWhole
    this.beginLoad()
    this.frames = []
  }

  /** At the end of a text, nothing may be open. */
  close(): void {
    const { last, top } = this
    if (top && last) this.note(last, top.path, 'is never closed: the configuration ends within it')
    this.frames = []
  }

  /** The tables of a VDOM, created if missing. */
  scope(name: string): Scope {
    const found = this.scopes.get(name)
    if (found) return found
    const scope = { tables: new Map(), notes: kit.notes(), named: new Map() }
    this.scopes.set(name, scope)
    return scope
  }

  private get scopeName(): string {
    const [outer, inner] = this.frames
    if (outer?.kind === 'global') return 'global'
    return inner?.kind === 'vdom' ? inner.path : ''
  }

  private get top(): Frame | undefined {
    return this.frames.at(-1)
  }

  private note(place: Place, text: string, reason: string, isHarmless = false): void {
    this.scope(this.scopeName).notes.add(place, text, reason, isHarmless ? { isHarmless } : {})
  }

  private take(words: readonly string[], place: Place): void {
    const [verb, name = ''] = words
    const { top } = this
    if (verb === undefined || (!this.script && !top && SESSION.has(verb))) return
    if (verb === 'config' && words.length > 1) this.config(words, place)
    else if (verb === 'edit' && words.length === 2) this.edit(name, place)
    else if (verb === 'next' && words.length === 1) this.next(place)
    else if (verb === 'end' && words.length === 1) this.end(place)
    else if (top?.kind === 'entry' && FIELD_VERBS.has(verb)) this.field(top, words, place)
    else if (top?.kind === 'table' && verb === 'delete' && words.length === 2 && this.allowsDelete)
      this.delete(top, name)
    else if (top?.kind === 'table' && CHANGES.has(verb)) this.rearrange(top, words, place)
    else this.passOver(words, place)
  }

  private config(words: readonly string[], place: Place): void {
    const path = shown(words.slice(1))
    this.isConfiguration = true
    if (this.top?.kind === 'table') {
      this.note(place, shown(words), `is inside "config ${this.top.path}", which has no end`)
      this.frames.pop()
    }
    const { top } = this
    if (!top && path === 'vdom') this.frames.push({ kind: 'vdoms', path })
    else if (!top || top.kind === 'vdom' || top.kind === 'global') this.configIn(top, words, place)
    else this.configWithin(top, words, place)
  }

  /** A table of a VDOM, or all that is global. */
  private configIn(vdom: Frame | undefined, words: readonly string[], place: Place): void {
    const path = shown(words.slice(1))
    const { script } = this
    if (script && this.scopeName !== script.vdom) this.note(place, shown(words), 'is not in the VDOM of the options')
    // A script is about the firewall only.
    const fields = TABLES.get(path)
    if (script && !(fields && path.startsWith('firewall '))) this.note(place, shown(words), 'is not understood')
    if (!vdom && path === 'global') this.frames.push({ kind: 'global', path })
    else if (!TABLES.has(path)) this.frames.push({ kind: 'unread', path })
    else this.openTable(path, fields)
  }

  /** Opens a table within an entry, or within a table that the reader skips. */
  private configWithin(top: Frame, words: readonly string[], place: Place): void {
    const isRelevant = this.script || (top.kind === 'entry' && top.path === POLICY)
    if (isRelevant) this.note(place, shown(words), 'is not understood')
    const path = shown(words.slice(1))
    const within = `${top.path} ${path}`
    const fields = this.script || top.kind !== 'unread' ? undefined : INNER_TABLES.get(within)
    if (fields) this.openTable(within, fields)
    else this.frames.push({ kind: 'unread', path })
  }

  private openTable(path: string, fields: TableFields | undefined): void {
    const { tables } = this.scope(this.scopeName)
    const table: Table = tables.get(path) ?? new Table()
    tables.set(path, table)
    this.frames.push({ kind: 'table', path, table, fields })
  }

  private edit(name: string, place: Place): void {
    if (isEdit(this.top?.kind)) {
      this.note(place, `edit ${name}`, 'comes before the next of the edit above it')
      this.frames.pop()
    }
    const { top } = this
    if (top?.kind === 'vdoms') this.frames.push({ kind: 'vdom', path: name })
    else if (top?.kind === 'table') this.openEntry(top, name, place)
    else if (top?.kind === 'unread') {
      if (!top.isNoted && isOtherRules(top.path)) {
        top.isNoted = true
        this.note(place, `config ${top.path}`, 'holds rules, which are not read')
      }
      this.frames.push({ kind: 'unread entry', path: top.path })
    } else this.note(place, `edit ${name}`, 'is in no table')
  }

  private openEntry({ path, table, fields }: Open<'table'>, name: string, place: Place): void {
    // A policy with id 0 is a new one with the next free id.
    const key = path === POLICY && name === '0' ? `new ${++this.newPolicies}` : name
    const known = table.get(key)
    const entry = known ?? kit.newEntry(name, place)
    if (!known) {
      table.set(key, entry)
      this.change(entry)
    }
    if (path === POLICY) this.edited.add(key)
    this.frames.push({ kind: 'entry', path, entry, fields })
  }

  private next(place: Place): void {
    if (isEdit(this.top?.kind)) this.frames.pop()
    else this.note(place, 'next', 'closes no edit')
  }

  /** Within an edit, `end` keeps the object and leaves its table too. */
  private end(place: Place): void {
    if (isEdit(this.top?.kind)) this.frames.pop()
    if (!this.frames.pop()) this.note(place, 'end', 'closes no config')
  }

  private delete({ path, table }: Open<'table'>, name: string): void {
    const entry = table.get(name)
    if (!entry) return
    this.change(entry)
    table.delete(name)
    if (path === POLICY) this.scope(this.scopeName).named.delete(textsOf(entry, 'name')[0] ?? '')
  }

  /** Moves a policy within its table. A policy outside a script exists before those of the script; other texts may have only some of the policies. */
  private rearrange({ path, table }: Open<'table'>, words: readonly string[], place: Place): void {
    const [verb, id = '', where, other = '', ...more] = words
    const isMove = verb === 'move' && path === POLICY && (this.script || (table.has(id) && table.has(other)))
    const anchor = other === this.script?.anchor ? kit.newEntry(other, place) : undefined
    if (!isMove) this.note(place, shown(words), 'changes the configuration, which is not followed')
    else if ((where !== 'before' && where !== 'after') || more.length > 0)
      this.note(place, shown(words), 'is not understood')
    else if (!this.reorder(table, id, where, other, anchor))
      this.note(place, shown(words), 'moves a policy that does not exist')
  }

  /** A command that means nothing where it stands. Outside a script, that matters only in what is read, and for what makes the policies doubtful. */
  private passOver(words: readonly string[], place: Place): void {
    const { top, script } = this
    const isUnread = top?.kind === 'unread' || top?.kind === 'unread entry'
    const reason = isUnread && !script ? reasonForDoubt(top.path, words) : 'is not understood'
    const isRead = !top || top.kind === 'table' || (top.kind === 'entry' && top.fields)
    if (reason === undefined || !(script || isUnread || isRead)) return
    // Outside of every table stand banners, prompts and the like; of some tables only the names are read.
    const isHarmless = top ? top.kind === 'table' && !top.fields : !COMMANDS.has(words[0] as string)
    this.note(place, shown(words), reason, !script && isHarmless)
  }

  private field({ entry, path, fields }: Open<'entry'>, words: readonly string[], place: Place): void {
    if (!fields) return
    const [verb, name = ''] = words
    const reason = reasonAgainst(fields, path, words)
    if (reason !== undefined) this.addProblem(entry, words, place, reason)
    // Only a script is compared by all that it leaves on the device.
    if (reason !== undefined || (fields.harmless.has(name) && !this.script)) return
    if (verb === 'append' && !entry.fields.has(name) && this.script)
      this.addProblem(entry, words, place, 'adds to the members of an earlier load: there is no set before it')
    if (putField(entry, fields.limiting.has(name), words, place)) this.change(entry)
    if (this.script && name === 'name' && path === POLICY) this.checkName(entry)
  }

  /** Notes a name that another policy has, even if that gives it up later. Policies without names are not alike. */
  private checkName(entry: Entry): void {
    const [name] = textsOf(entry, 'name')
    if (name === undefined) return
    const { named } = this.scope(this.scopeName)
    const other = named.get(name)
    if (other && other !== entry && textsOf(other, 'name')[0] === name)
      this.note(entry.place, `edit ${entry.name}`, `has the name of another policy, ${name}`)
    named.set(name, entry)
  }

  /** Notes a problem of an object: in a script at once, elsewhere only if the object is used. */
  private addProblem(entry: Entry, words: readonly string[], place: Place, reason: string): void {
    if (this.script) this.note(place, shown(words), reason)
    else entry.notes.push({ place, text: kit.inShort(shown(words)), reason })
  }
}
