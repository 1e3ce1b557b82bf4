import type { Notes, OptionValues, Place, Value, Word, Words } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { anchorOf, Changes, Table } from '../_policies/changes.ts'
import type { Command } from './reader-requests.ts'
import { type Entry, type Field, Scopes, unsetOthers, valuesIn } from './reader-scopes.ts'
import { FIELDS, type Located, locateSection, outOfPlace, type RuleOrObject, type Section } from './reader-sections.ts'

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

/** The configuration as commands make it, one after the other. */
export class Tree extends Changes<Entry> {
  readonly notes: Notes
  readonly scopes: Scopes
  /** Statements that were about objects or rules, or at least about something that PAN-OS has. */
  understood = 0
  /** The names of zones that are set up. */
  readonly zones = new Set<string>()
  /** The places that this load has cleared, and the lists that it has begun to fill. */
  private readonly cleared = new Set<string>()
  private readonly filled = new Set<Field>()
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
    this.filled.clear()
  }

  /** Applies a `set`, a `delete`, a `move` or a leaf of the XML. */
  apply(command: Command): void {
    const { verb, tokens } = command
    if (verb !== '') this.nextCommand()
    const place = this.placed(command.place)
    const words = kit.words(tokens)
    const reason = this.follow({ verb, tokens, place }, words, locateSection(words, this.strict !== undefined))
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
    if (verb === 'move') return this.move(section, scope, name, words.rest(), place)
    if (section.endsWith('rulebase')) this.edited.add(name)
    const isNew = !scopes.section(scope, section)?.has(name)
    const entry = scopes.entry(scope, section, name, place)
    if (isNew) this.change(entry)
    const reason = section === 'other' ? undefined : this.set(entry, section, words, place)
    if (strict || !reason) return reason
    // In a device's own configuration, only used objects matter.
    entry.notes ??= []
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
      const texts = typeof given === 'string' ? [given] : given
      if (kind === 'value' && texts.length !== 1) return 'is a list where there is one value'
      const isReplaced = unsetOthers(entry, field, texts[0])
      if (isReplaced && this.strict) return 'replaces an earlier value'
      if (kind === 'value') {
        const text = texts[0] as string
        if (valuesIn(entry, field)[0]?.text !== text) this.change(entry)
        entry.fields[field] = { text, place }
        continue
      }
      const reason = this.fill(entry, section, field, texts, place)
      if (reason) return reason
    }
    return undefined
  }

  /** Puts values behind those of a list, or returns why not. */
  private fill(entry: Entry, section: RuleOrObject, field: string, texts: readonly string[], place: Place) {
    const known = entry.fields[field]
    const list = known instanceof Map ? known : new Map<string, Value>()
    entry.fields[field] = list
    const isBegun = this.filled.has(list)
    this.filled.add(list)
    for (const [index, text] of texts.entries()) {
      const isNew = !list.has(text)
      if (isNew) this.change(entry)
      else if (text === 'any' && this.isFull && (isBegun || index > 0)) return 'says "any" twice'
      // A load that names a value again puts it behind the objects that the load replaces.
      if (isNew || this.isFull) list.set(text, { text, place })
    }
    const clears = this.isFull && this.strict?.form === 'set' && this.strict.replace === true
    if (!clears || isBegun || FIELDS[section].get(field) !== 'list' || field === 'tag') return undefined
    const isCleared = [field, ''].some((one) => this.cleared.has(keyOf(section, entry.name, one)))
    return isCleared ? undefined : 'fills a list that was not cleared before'
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
    const held = entry?.fields[field as string]
    if (token === undefined) {
      if (entry && held) this.change(entry)
      delete entry?.fields[field as string]
      this.cleared.add(keyOf(section, name, field as string))
      return undefined
    }
    if (kind !== 'list') return 'is not understood'
    for (const text of [token].flat()) if (entry && held instanceof Map && held.delete(text)) this.change(entry)
    return undefined
  }

  private move(section: Section, scope: string, name: string, path: readonly Word[], place: Place): string | undefined {
    const [where, other = '', ...more] = path
    const isUnderstood = section.endsWith('rulebase') && more.length === 0
    if (!isUnderstood || (where !== 'before' && where !== 'after') || typeof other !== 'string')
      return this.strict ? 'is not understood' : NOT_FOLLOWED
    const rules = this.scopes.section(scope, section) ?? new Table<Entry>()
    const isAnchor = this.strict && other === anchorOf(this.strict, 'Rule')?.name
    const anchor = isAnchor ? { name: other, scope, place, fields: {} } : undefined
    if (this.reorder(rules, name, where, other, anchor)) return undefined
    if (!this.strict) return NOT_FOLLOWED
    return rules.has(name) ? 'moves a rule to one that does not exist' : 'moves a rule that does not exist'
  }
}

/** The reason for a note about a command that may change the rules. */
export const NOT_FOLLOWED = 'changes the configuration, which is not followed'

/** A command as a note shows it. */
export const shown = ({ verb, tokens }: Pick<Command, 'verb' | 'tokens'>) => [verb, ...tokens.flat()].join(' ').trim()

const keyOf = (section: Section, name: string, field = '') => `${section}\n${name}\n${field}`
