import type { LocatedJson, Place, ReaderKit, ReadFile } from 'tagwall/reader'
import { readClauses } from './reader-clauses.ts'
import { Cursor, NotUnderstood, readElements } from './reader-cursor.ts'
import { JsonTokens } from './reader-json-tokens.ts'
import { textOf } from './reader-tokens.ts'
import {
  FAMILIES,
  type Hook,
  type Parsed,
  type Remark,
  type Statement,
  type TableName,
  type Token,
} from './reader-types.ts'

/** Objects that decide nothing by themselves. */
const IDLE: ReadonlySet<string> = new Set([
  'metainfo',
  'flowtable',
  'counter',
  'quota',
  'limit',
  'synproxy',
  'secmark',
  'ct helper',
  'ct timeout',
  'ct expectation',
])

/** What `nft -j list ruleset` prints; undefined for a text that is no JSON. */
export function parseJson({ part, text }: Pick<ReadFile, 'part' | 'text'>, kit: ReaderKit): Parsed | undefined {
  if (!/^\s*\{/.test(text)) return undefined
  const root = kit.readJson(text)
  if (root.kind === 'broken') {
    const { line, text, reason } = root
    return { statements: [], remarks: [{ place: { part, line }, text, reason }] }
  }
  const reader = new JsonReader(part, kit)
  for (const item of kit.itemsOf(kit.fieldOf(root, 'nftables'))) reader.read(item)
  return reader
}

class JsonReader {
  readonly statements: Statement[] = []
  readonly remarks: Remark[] = []
  private readonly tokens: JsonTokens

  constructor(
    private readonly part: string,
    private readonly kit: ReaderKit,
  ) {
    this.tokens = new JsonTokens(kit)
  }

  read(item: LocatedJson): void {
    const place = { part: this.part, line: item.line }
    const [[name, value] = ['', undefined], ...more] = item.kind === 'object' ? item.fields : []
    const isCommand = name === 'add' && value?.kind === 'object'
    const [[object, body] = ['', undefined]] = isCommand ? value.fields : [[name, value] as const]
    try {
      if (more.length > 0 || body === undefined) throw new NotUnderstood(name)
      if (!IDLE.has(object)) this.readObject(object, body, place)
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error
      this.remarks.push({
        place,
        text: `${object} ${this.textIn(body, 'name') ?? ''}`.trim(),
        reason: 'is not understood',
      })
    }
  }

  private readObject(object: string, body: LocatedJson, place: Place): void {
    const table = this.tableOf(body, object === 'table' ? 'name' : 'table')
    const name = this.textIn(body, 'name') ?? ''
    const text = `${object} ${name}`.trim()
    if (object === 'table') {
      const isDormant = this.wordsIn(body, 'flags').includes('dormant')
      this.statements.push({ place, text, verb: 'add', object, table, isDormant })
    } else if (object === 'chain') {
      const policy = this.textIn(body, 'policy')
      this.statements.push({ place, text, verb: 'add', object, table, name, hook: this.hookOf(body), policy })
    } else if (object === 'set' || object === 'map') this.readSet(object === 'map', body, { place, text, table, name })
    else if (object === 'element') this.readElements(body, { place, text, table, name })
    else if (object === 'rule') {
      const chain = this.required(body, 'chain')
      const tokens = this.tokens.rule(this.kit.fieldOf(body, 'expr'), this.textIn(body, 'comment'))
      const rule = { place, text: textOf(tokens), ...readClauses(new Cursor(tokens)) }
      this.statements.push({ place, text: rule.text, verb: 'add', object, table, chain, rule })
    } else throw new NotUnderstood(object)
  }

  private tableOf(body: LocatedJson, field: string): TableName {
    const family = FAMILIES.find((family) => family === this.textIn(body, 'family'))
    if (!family) throw new NotUnderstood('family')
    return { family, name: this.required(body, field) }
  }

  private hookOf(body: LocatedJson): Hook | undefined {
    const hook = this.textIn(body, 'hook')
    if (hook === undefined) return undefined
    const priority = this.kit.numberOf(this.kit.fieldOf(body, 'prio'))
    if (priority === undefined) throw new NotUnderstood('prio')
    return { type: this.required(body, 'type'), hook, priority }
  }

  private readSet(isMap: boolean, body: LocatedJson, { place, text, table, name }: Named): void {
    const { kit } = this
    const form = {
      isMap,
      type: this.wordsIn(body, 'type').join(' . '),
      flags: this.wordsIn(body, 'flags'),
      isMerging: kit.fieldOf(body, 'auto-merge') !== undefined,
      expires: (kit.numberOf(kit.fieldOf(body, 'timeout')) ?? 0) > 0,
    }
    this.statements.push({ place, text, verb: 'add', object: 'set', table, name, form })
    if (kit.fieldOf(body, 'elem')) this.readElements(body, { place, text, table, name })
  }

  private readElements(body: LocatedJson, { place, text, table, name }: Named): void {
    const tokens: Token[] = this.tokens.elements(this.kit.fieldOf(body, 'elem'))
    const elements = readElements(new Cursor(tokens)).map((element) => ({ ...element, line: place.line }))
    this.statements.push({ place, text, verb: 'add', object: 'element', table, name, elements })
  }

  private textIn(body: LocatedJson | undefined, field: string): string | undefined {
    return this.kit.textOf(this.kit.fieldOf(body, field))
  }

  private required(body: LocatedJson, field: string): string {
    const text = this.textIn(body, field)
    if (text === undefined) throw new NotUnderstood(field)
    return text
  }

  /** A word, or a list of them. */
  private wordsIn(body: LocatedJson, field: string): string[] {
    const value = this.kit.fieldOf(body, field)
    const all = value?.kind === 'list' ? value.items : value ? [value] : []
    return all.flatMap((one) => this.kit.textOf(one) ?? [])
  }
}

interface Named {
  readonly place: Place
  readonly text: string
  readonly table: TableName
  readonly name: string
}
