import type { Notes, Place, ReadFile } from 'tagwall/reader'
import { isCall } from '../_netfilter/netfilter.ts'
import { type Rule, readClauses } from './reader-clauses.ts'
import { type Element, type Hook, readElements, readHook, readSelector } from './reader-expressions.ts'
import { Cursor, endOfLine, NotUnderstood, textOf, tokensOf } from './reader-tokens.ts'

export const FAMILIES = ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'] as const
export type TableFamily = (typeof FAMILIES)[number]

export interface SetForm {
  readonly isMap: boolean
  readonly type: string
  readonly flags: readonly string[]
  readonly isMerging: boolean
  /** True if elements have a timeout by default. */
  readonly expires: boolean
}

export interface TableName {
  readonly family: TableFamily
  readonly name: string
}

/** One command on one object. */
export type Statement = { readonly place: Place; readonly text: string } & (
  | Command<'ruleset', { family: TableFamily | undefined }>
  | Command<'table', { table: TableName; made: { isDormant: boolean } | undefined }>
  | Command<'chain', Named & { made: { hook?: Hook; policy?: string } | undefined }>
  | Command<'set', Named & { isMap: boolean; form?: SetForm }>
  | Command<'element', Named & { elements: readonly Element[] }>
  | Command<'rule', { table: TableName; chain: string; rule: Rule }>
)
type Command<What, More> = { readonly verb: string; readonly object: What } & Readonly<More>
type Named = { table: TableName; name: string }

/** The commands of a file for `nft -f`, or of the output of `nft list ruleset`. */
export function parseText({ part, text }: Pick<ReadFile, 'part' | 'text'>, notes: Notes): readonly Statement[] {
  // No text of nft begins with a brace, but the output of `nft -j` does.
  if (/^\s*\{/.test(text)) {
    const reason = 'is JSON, but only text is read; print the text with "nft list ruleset", without -j'
    notes.add({ part, line: 1 }, '', reason, { isForeign: true })
    return []
  }
  const reader = new TextReader(part, new Cursor(tokensOf(text)), notes)
  reader.readAll()
  return reader.statements
}

/** Objects of a table that decide nothing by themselves. */
const IDLE: ReadonlySet<string> = new Set('counter quota limit synproxy secmark flowtable tunnel ct'.split(' '))

/** Words that begin a command of nft. Any other text between commands is a banner, a prompt or the like. */
const MAYBE_COMMAND =
  /^(?:table|add|create|insert|replace|delete|destroy|flush|rename|reset|include|define|redefine|undefine|chain|set|map|element|rule|[{}])$/

/** Verbs that make an object; the others remove or empty it. */
const MAKES = /^(?:add|create)$/

class TextReader {
  readonly statements: Statement[] = []

  constructor(
    private readonly part: string,
    private readonly cursor: Cursor,
    private readonly notes: Notes,
  ) {}

  readAll(): void {
    const { cursor } = this
    while (!cursor.isDone) {
      if (cursor.take('\n') || cursor.take(';')) continue
      this.attempt('', () => this.readCommand())
    }
  }

  /** Reads one statement. An error becomes a note, and reading continues with the next statement. */
  private attempt(where: string, read: () => void): void {
    const { cursor } = this
    const [from, count] = [cursor.at, this.statements.length]
    try {
      read()
      if (!cursor.isDone && !cursor.is('\n') && !cursor.is(';') && !cursor.is('}')) {
        throw new NotUnderstood()
      }
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error
      const first = cursor.tokens[from]
      cursor.at = endOfLine(cursor.tokens, from)
      // An extra brace ends no block.
      if (cursor.at === from) cursor.at++
      this.statements.length = count
      const text = textOf(cursor.tokens.slice(from, cursor.at))
      const mayCount = (first?.kind === 'word' && MAYBE_COMMAND.test(first.text)) || isCall(text)
      const isHarmless = where === '' && !mayCount
      this.notes.add(this.placeOf(from), text, `is not understood${where}`, isHarmless ? { isHarmless } : {})
    }
  }

  private placeOf(at: number) {
    return { part: this.part, line: this.cursor.tokens[at]?.line ?? 1 }
  }

  private readCommand(): void {
    const { cursor } = this
    const from = cursor.at
    if (cursor.take('include')) {
      const text = `include "${cursor.name()}"`
      this.notes.add(this.placeOf(from), text, 'names another file, which is not read')
      return
    }
    const verb = cursor.isWord(/^(?:add|create|insert|delete|destroy|flush)$/) ? cursor.name() : 'add'
    const object = cursor.name()
    if (object === 'ruleset' && verb === 'flush') {
      this.push(from, { verb, object, family: this.family() })
      return
    }
    const table: TableName = { family: this.family() ?? 'ip', name: cursor.name() }
    if (object === 'rule') this.readRule(from, verb, table, cursor.name())
    else if (object === 'element') this.readElementCommand(from, verb, table)
    else if (IDLE.has(object)) cursor.at = endOfLine(cursor.tokens, cursor.at)
    else if (verb === 'insert') throw new NotUnderstood()
    else if (object === 'table') this.readTable(from, verb, table)
    else this.readPart(from, verb, object, table)
  }

  /** Reads a chain or set that is made or removed. */
  private readPart(from: number, verb: string, object: string, table: TableName): void {
    if (object === 'chain') this.readChain(from, verb, table)
    else if (object === 'set' || object === 'map') this.readSet(from, verb, table, object === 'map')
    else throw new NotUnderstood()
  }

  private family(): TableFamily | undefined {
    const family = FAMILIES.find((family) => this.cursor.is(family))
    if (family) this.cursor.next()
    return family
  }

  private readTable(from: number, verb: string, table: TableName): void {
    const { cursor } = this
    const made = MAKES.test(verb) ? { isDormant: false } : undefined
    this.push(from, { verb, object: 'table', table, made })
    if (!made) return
    this.block(() => {
      const begin = cursor.at
      if (cursor.take('comment')) cursor.name()
      else if (cursor.take('flags')) {
        if (this.words().includes('dormant')) made.isDormant = true
      } else if (!cursor.isWord(/^[a-z]+$/)) throw new NotUnderstood()
      else if (IDLE.has(cursor.peek()?.text ?? '')) {
        cursor.at = endOfLine(cursor.tokens, cursor.at)
        if (cursor.tokens[cursor.at - 1]?.text !== '}') throw new NotUnderstood()
      } else this.readPart(begin, 'add', cursor.name(), table)
    })
  }

  /** Reads the statements between braces; nothing if no brace follows. */
  private block(read: () => void): void {
    const { cursor } = this
    if (!cursor.take('{')) return
    for (;;) {
      if (cursor.take('\n') || cursor.take(';')) continue
      if (cursor.isDone) throw new NotUnderstood()
      if (cursor.take('}')) return
      this.attempt(' here', read)
    }
  }

  private readChain(from: number, verb: string, table: TableName): void {
    const { cursor } = this
    const name = cursor.name()
    const made: { hook?: Hook; policy?: string } | undefined = MAKES.test(verb) ? {} : undefined
    this.push(from, { verb, object: 'chain', table, name, made })
    if (!made) return
    this.block(() => {
      const begin = cursor.at
      if (!made.hook && cursor.take('type')) made.hook = readHook(cursor)
      else if (made.policy === undefined && cursor.take('policy')) made.policy = cursor.name()
      else if (cursor.isWord(/^(?:type|policy)$/)) throw new NotUnderstood()
      else if (cursor.isComment) cursor.at += 2
      else this.readRule(begin, 'add', table, name)
    })
  }

  private readRule(from: number, verb: string, table: TableName, chain: string): void {
    const { cursor } = this
    if (verb !== 'add' && verb !== 'insert') throw new NotUnderstood()
    // The position among other rules is given by handles, which only a device has.
    if (cursor.isWord(/^(?:position|handle|index)$/)) throw new NotUnderstood()
    const end = endOfLine(cursor.tokens, cursor.at)
    const tokens = cursor.tokens.slice(cursor.at, end)
    if (tokens.length === 0) throw new NotUnderstood()
    const place = this.placeOf(cursor.at)
    cursor.at = end
    const rule: Rule = { place, text: textOf(tokens), ...readClauses(new Cursor(tokens)) }
    this.push(from, { verb, object: 'rule', table, chain, rule })
  }

  private readSet(from: number, verb: string, table: TableName, isMap: boolean): void {
    const { cursor } = this
    const name = cursor.name()
    if (!MAKES.test(verb)) {
      this.push(from, { verb, object: 'set', table, name, isMap })
      return
    }
    const form = { isMap, type: '', flags: [] as string[], isMerging: false, expires: false }
    let elements: Element[] = []
    const seen = new Set<string | undefined>()
    this.block(() => {
      const word = cursor.peek()?.text
      if (seen.has(word)) throw new NotUnderstood()
      seen.add(word)
      if (cursor.take('type')) form.type = this.readTypes(() => cursor.name())
      else if (cursor.take('typeof')) form.type = this.readTypes(() => readSelector(cursor).keys.join(' . '))
      else if (cursor.take('flags')) form.flags = this.words()
      else if (cursor.take('auto-merge')) form.isMerging = true
      else if (cursor.take('timeout')) form.expires = cursor.name() !== '0s'
      else if (cursor.isWord(/^(?:gc-interval|size|policy|comment)$/)) {
        cursor.next()
        cursor.name()
      } else if (cursor.take('counter')) return
      else if (cursor.take('elements')) {
        cursor.expect('=')
        elements = readElements(cursor)
      } else throw new NotUnderstood()
    })
    this.push(from, { verb, object: 'set', table, name, isMap, form })
    if (elements.length > 0) this.push(from, { verb: 'add', object: 'element', table, name, elements })
  }

  /** `ipv4_addr . inet_service : verdict` */
  private readTypes(read: () => string): string {
    const { cursor } = this
    const key = cursor.all('.', read).join(' . ')
    return cursor.take(':') ? `${key} : ${this.readTypes(() => cursor.name())}` : key
  }

  private readElementCommand(from: number, verb: string, table: TableName): void {
    if (verb === 'flush' || verb === 'insert') throw new NotUnderstood()
    const name = this.cursor.name()
    const elements = readElements(this.cursor)
    this.push(from, { verb, object: 'element', table, name, elements })
  }

  /** `interval,timeout` */
  private words(): string[] {
    return this.cursor.all(',', () => this.cursor.name())
  }

  private push(from: number, statement: Unplaced<Statement>): void {
    const { tokens, at } = this.cursor
    let end = from + 1
    while (end < Math.min(at, from + 12) && !/^[\n{]$/.test(tokens[end]?.text ?? '')) end++
    const text = textOf(tokens.slice(from, end))
    this.statements.push({ place: this.placeOf(from), text, ...statement } as Statement)
  }
}

type Unplaced<S> = S extends unknown ? Omit<S, 'place' | 'text'> : never
