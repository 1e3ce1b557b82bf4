import type { Notes, OptionValues, Place, Value, Word, Words } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { anchorOf, Changes } from '../_policies/changes.ts'
import type { Command } from './reader-requests.ts'
import { type Entry, Scopes } from './reader-scopes.ts'
import {
  FIELDS,
  type Located,
  locateSection,
  outOfPlace,
  type RuleOrObject,
  type Section,
  unsetOthers,
} from './reader-sections.ts'

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

/** The configuration as commands make it, one after the other. */
export class Tree extends Changes<Entry> {
  readonly notes: Notes
  readonly scopes: Scopes
  /** Statements that were about objects or rules, or at least about something that PAN-OS has. */
  understood = 0
  /** The names of zones that are set up. */
  readonly zones = new Set<string>()
  private readonly cleared = new Set<string>()
  private readonly firsts = new WeakMap<readonly Value[], Map<string, number>>()
  private isFull = true

  /** Options of a target: only commands for these options are applied. */
  constructor(private readonly strict: OptionValues | undefined) {
    super()
    this.notes = kit.notes()
    this.scopes = new Scopes()
  }

  /** A full load is complete; other commands may repeat earlier ones. */
  begin(isFull: boolean): void {
    this.isFull = isFull
    this.beginLoad()
    // Members of a list stay, so each load must clear the lists that it fills anew.
    this.cleared.clear()
  }

  /** XML counts as one command. */
  beginFile(): void {
    this.nextCommand()
  }

  /** Applies a `set`, a `delete`, a `move` or a leaf of the XML. */
  apply(command: Command): void {
    const { verb, tokens, place } = command
    if (verb !== '') this.nextCommand()
    this.remember(place)
    const words = kit.words(tokens)
    const reason = this.follow(command, words, locateSection(words, this.strict !== undefined))
    if (reason) this.notes.add(place, shown({ verb, tokens }), reason)
  }

  /** Does what a command says, or returns why not. */
  private follow({ verb, tokens, place }: Command, words: Words<Word>, located: Located): string | undefined {
    const { strict, scopes } = this
    // XML has elements that are empty, or only lead to others.
    if (located.kind === 'nothing' && verb === '') return undefined
    if (located.kind === 'nowhere') return 'is not understood'
    if (located.kind === 'nothing' && verb === 'delete') return 'deletes more than one object, which is not followed'
    if (located.kind === 'parent') scopes.parents.set(located.scope, located.parent)
    if (located.kind === 'zone') this.zones.add(located.zone)
    if (located.kind === 'zone' || located.kind === 'system') this.understood++
    if (located.kind !== 'section') return strict && 'does not belong here'
    this.understood++
    const { scope, section } = located
    const problem = strict && outOfPlace(scope, section, strict)
    if (problem) return problem
    const name = words.next()
    if (name === undefined && verb === '') return undefined
    if (typeof name !== 'string') return 'names nothing'
    if (verb === 'delete') return this.delete(section, scope, name, words.rest())
    if (verb === 'move') return this.move(section, scope, name, words.rest())
    if (section.endsWith('rulebase')) this.edited.add(name)
    const isNew = !scopes.section(scope, section)?.has(name)
    const entry = scopes.entry(scope, section, name, place)
    if (isNew) this.change(entry)
    const reason = section === 'other' ? undefined : this.set(entry, section, words, place)
    if (strict || !reason) return reason
    // In a device's own configuration, only used objects matter.
    entry.notes.push({ place, text: kit.inShort(shown({ verb, tokens })), reason })
    return undefined
  }

  private set(entry: Entry, section: RuleOrObject, words: Words<Word>, place: Place): string | undefined {
    // A rule's name may be followed by its identifier.
    if (typeof words.peek === 'string' && UUID.test(words.peek)) words.next()
    while (!words.isDone) {
      const field = words.next() as string
      const kind = FIELDS[section].get(field)
      if (kind === undefined) return 'is not understood'
      if (words.isDone && kind !== 'rest') return this.strict && 'has no value'
      const given = kind === 'rest' ? words.rest().flat().join(' ') : (words.next() as Word)
      const isOne = typeof given === 'string'
      if (kind === 'value' && !isOne && given.length !== 1) return 'is a list where there is one value'
      const isReplaced = unsetOthers(entry.fields, field, isOne ? given : given[0])
      if (isReplaced && this.strict) return 'replaces an earlier value'
      const before = kind === 'value' ? undefined : entry.fields.get(field)
      // One at once: a list that grows takes room for more, and there may be as many lists as addresses.
      const values = before ?? (isOne ? [{ text: given, place }] : [])
      if (before && isOne) this.add(entry, values, given, place)
      if (!isOne) for (const text of given) this.add(entry, values, text, place)
      if (!before) {
        const [known, ...more] = entry.fields.get(field) ?? []
        if (!isOne || more.length > 0 || known?.text !== given) this.change(entry)
        entry.fields.set(field, values)
      }
      const replaces = this.isFull && this.strict?.form === 'set' && this.strict.replace === true
      if (replaces && kind === 'list' && field !== 'tag' && !this.isCleared(section, entry.name, field))
        return 'fills a list that was not cleared before'
    }
    return undefined
  }

  private add(entry: Entry, values: Value[], text: string, place: Place): void {
    const known = this.strict && this.firstsIn(values)
    const at = known?.get(text)
    const first = at === undefined ? undefined : values[at]
    // Values that one full load repeats stay duplicated, so a proof can see the mistake.
    const isAgain = first && !(this.isFull && this.isOfLoad(first.place))
    if (isAgain && !this.isFull) return
    this.change(entry)
    if (!first) known?.set(text, values.length)
    // A load that names a value again puts it behind the objects that the load replaces.
    values[isAgain && at !== undefined ? at : values.length] = { text, place }
  }

  /** The index of the first of each value in a list, which may have thousands. */
  private firstsIn(values: readonly Value[]): Map<string, number> {
    const known =
      this.firsts.get(values) ?? new Map(values.map(({ text }, at): [string, number] => [text, at]).toReversed())
    this.firsts.set(values, known)
    return known
  }

  private delete(section: Section, scope: string, name: string, path: readonly Word[]): string | undefined {
    const entries = this.scopes.section(scope, section)
    const [field, token] = path
    const entry = entries?.get(name)
    if (path.length === 0) {
      if (entry) this.change(entry)
      entries?.delete(name)
      this.cleared.add(keyOf(section, name))
      return undefined
    }
    if (section === 'other') return undefined
    const kind = typeof field === 'string' ? FIELDS[section].get(field) : undefined
    if (kind === undefined || path.length > 2) return 'is not understood'
    const fields = entry?.fields
    if (token === undefined) {
      if (entry && fields?.delete(field as string)) this.change(entry)
      this.cleared.add(keyOf(section, name, field as string))
      return undefined
    }
    if (kind !== 'list') return 'is not understood'
    const gone = new Set([token].flat())
    const values = fields?.get(field as string)
    const left = values?.filter(({ text }) => !gone.has(text))
    if (!entry || !left || left.length === values?.length) return undefined
    entry.fields.set(field as string, left)
    this.change(entry)
    return undefined
  }

  private move(section: Section, scope: string, name: string, path: readonly Word[]): string | undefined {
    const [where, other = '', ...more] = path
    const isUnderstood = section.endsWith('rulebase') && more.length === 0
    if (!isUnderstood || (where !== 'before' && where !== 'after') || typeof other !== 'string')
      return this.strict ? 'is not understood' : NOT_FOLLOWED
    const rules = this.scopes.section(scope, section) ?? new Map<string, Entry>()
    const anchor = this.strict && anchorOf(this.strict, 'Rule')?.name
    if (this.reorder(rules, name, { where, other, anchor })) return undefined
    if (!this.strict) return NOT_FOLLOWED
    return rules.has(name) ? 'moves a rule to one that does not exist' : 'moves a rule that does not exist'
  }

  private isCleared(section: Section, name: string, field: string): boolean {
    return this.cleared.has(keyOf(section, name, field)) || this.cleared.has(keyOf(section, name))
  }
}

/** The reason for a note about a command that may change the rules. */
export const NOT_FOLLOWED = 'changes the configuration, which is not followed'

/** A command as a note shows it. */
export const shown = ({ verb, tokens }: Pick<Command, 'verb' | 'tokens'>) => [verb, ...tokens.flat()].join(' ').trim()

const keyOf = (section: Section, name: string, field = '') => `${section}\n${name}\n${field}`
