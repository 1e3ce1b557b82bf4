import type { LocatedJson, ReaderKit } from 'tagwall/reader'
import type { Token } from './reader-types.ts'

/** The statements and expressions of libnftables-json(5), as the tokens that nft prints for them. */
export class JsonTokens {
  constructor(private readonly kit: ReaderKit) {}

  /** The statements of a rule, one after the other. */
  rule(statements: LocatedJson | undefined, comment: string | undefined): Token[] {
    const tokens = this.kit.itemsOf(statements).flatMap((one) => this.statement(one))
    return comment === undefined ? tokens : [...tokens, word('comment'), { kind: 'string', text: comment, line: 1 }]
  }

  /** What a set or map holds, in braces. */
  elements(list: LocatedJson | undefined): Token[] {
    return [symbol('{'), ...joined(',', this.kit.itemsOf(list), (one) => this.element(one)), symbol('}')]
  }

  private statement(json: LocatedJson): Token[] {
    const [name, value] = only(json)
    if (value === undefined) return [opaque(json)]
    const { kit } = this
    const field = (name: string) => this.expression(kit.fieldOf(value, name))
    switch (name) {
      case 'match': {
        const left = field('left')
        const operator = kit.textOf(kit.fieldOf(value, 'op')) ?? 'in'
        const isPlain = operator === 'in' || (operator === '==' && !isOfBits(left))
        return [...left, ...(isPlain ? [] : [symbol(operator)]), ...field('right')]
      }
      case 'vmap':
        return [...field('key'), word('vmap'), ...field('data')]
      case 'mangle':
        return [...field('key'), word('set'), ...field('value')]
      case 'set':
        return [word(kit.textOf(kit.fieldOf(value, 'op')) ?? 'add'), ...field('set'), symbol('{'), symbol('}')]
      case 'jump':
      case 'goto':
        return [word(name), ...field('target')]
      case 'xt':
        return [word('xt'), ...field('type'), ...field('name')]
      case 'reject': {
        const answer = kit.textOf(kit.fieldOf(value, 'type'))
        if (answer === undefined) return [word('reject')]
        return words(
          `reject with ${answer} ${answer === 'tcp reset' ? '' : (kit.textOf(kit.fieldOf(value, 'expr')) ?? 'it')}`,
        )
      }
      // What a limit says does not matter: it is one.
      case 'limit':
      case 'quota':
        return words(`${name} name it`)
      case 'ct count':
        return words('ct count 1')
      case 'flow':
        return [...words('flow add'), ...field('flowtable')]
      case 'ct helper':
      case 'ct timeout':
      case 'ct expectation':
        return words(`${name} set it`)
      default:
        return PLAIN.has(name) ? [word(name)] : [opaque(json)]
    }
  }

  private expression(json: LocatedJson | undefined): Token[] {
    if (json === undefined) return []
    if (json.kind === 'scalar') return [scalar(json)]
    if (json.kind === 'list') return joined(',', json.items, (one) => this.expression(one))
    const [name, value] = only(json)
    if (value === undefined) return [opaque(json)]
    const { kit } = this
    const text = (field: string) => String(scalarOf(kit.fieldOf(value, field)))
    const all = (between: string) => joined(between, kit.itemsOf(value), (one) => this.expression(one))
    switch (name) {
      case 'payload':
        return kit.fieldOf(value, 'base')
          ? [word(`@${text('base')},${text('offset')},${text('len')}`)]
          : [word(text('protocol')), word(text('field'))]
      case 'meta':
      case 'rt':
      case 'socket':
        return [word(name), word(text('key'))]
      case 'ct':
        return words(`ct ${kit.textOf(kit.fieldOf(value, 'dir')) ?? ''} ${text('key')}`)
      case 'fib':
        return [
          word('fib'),
          ...joined('.', listed(kit.fieldOf(value, 'flags')), (flag) => [word(flag)]),
          word(text('result')),
        ]
      case 'exthdr':
        return kit.fieldOf(value, 'field') ? [opaque(json)] : [word('exthdr'), word(text('name'))]
      case 'tcp option':
        return [...words('tcp option'), word(text('name')), word(kit.textOf(kit.fieldOf(value, 'field')) ?? 'exists')]
      case 'concat':
        return all('.')
      case 'set':
        return this.elements(value.kind === 'list' ? value : { kind: 'list', items: [value], line: value.line })
      case 'elem':
        return this.element(json)
      case 'range':
        return [word(kit.itemsOf(value).map(scalarOf).join('-'))]
      case 'prefix':
        return [word(`${text('addr')}/${text('len')}`)]
      case '|':
        return [symbol('('), ...joined('|', this.alternatives(json), (one) => this.expression(one)), symbol(')')]
      case '&':
        return all('&')
      case 'map':
        return [
          ...this.expression(kit.fieldOf(value, 'key')),
          word('map'),
          ...this.expression(kit.fieldOf(value, 'data')),
        ]
      default:
        return VERDICTS.has(name) ? this.statement(json) : [opaque(json)]
    }
  }

  /** Older versions nest what is taken together. */
  private alternatives(json: LocatedJson): LocatedJson[] {
    const [name, value] = only(json)
    return name === '|' ? this.kit.itemsOf(value).flatMap((one) => this.alternatives(one)) : [json]
  }

  /** `10.0.0.1`, of a map `[22, { accept: null }]`, or one with properties. */
  private element(json: LocatedJson): Token[] {
    const { kit } = this
    if (json.kind === 'list' && json.items.length === 2) {
      const [key, data] = json.items as [LocatedJson, LocatedJson]
      return [...this.element(key), symbol(':'), ...this.expression(data)]
    }
    const [name, value] = only(json)
    if (name !== 'elem' || value === undefined) return this.expression(json)
    const timeout = kit.numberOf(kit.fieldOf(value, 'timeout')) ?? 0
    const expires = kit.fieldOf(value, 'expires') !== undefined || timeout > 0
    return [...this.expression(kit.fieldOf(value, 'val')), ...words(expires ? 'timeout 1s' : '')]
  }
}

const VERDICTS: ReadonlySet<string> = new Set(['accept', 'drop', 'continue', 'return', 'jump', 'goto'])

/** Statements that are their names, whatever else they say. */
const PLAIN: ReadonlySet<string> = new Set([
  ...VERDICTS,
  ...'counter log queue dnat snat masquerade redirect tproxy synproxy fwd dup notrack last'.split(' '),
])

const word = (text: string): Token => ({ kind: 'word', text, line: 1 })
const symbol = (text: string): Token => ({ kind: 'symbol', text, line: 1 })
const words = (text: string): Token[] => text.split(' ').filter(Boolean).map(word)

/** Whether bits are compared, so that nft prints `==` where it means all of them. */
const isOfBits = (left: readonly Token[]) => /^tcp flags|&/.test(left.map(({ text }) => text).join(' '))

/** The name and the value of an object with one field. */
function only(json: LocatedJson): readonly [name: string, value: LocatedJson | undefined] {
  const [first, ...more] = json.kind === 'object' ? json.fields : []
  return first && more.length === 0 ? first : ['', undefined]
}

const scalarOf = (json: LocatedJson | undefined) => (json?.kind === 'scalar' ? json.value : '')

function scalar({ value }: Extract<LocatedJson, { kind: 'scalar' }>): Token {
  if (value === true || value === false) return word(value ? 'exists' : 'missing')
  const text = String(value)
  return text.startsWith('@') ? { kind: 'set', text: text.slice(1), line: 1 } : word(text)
}

/** A word, or a list of them. */
const listed = (json: LocatedJson | undefined): string[] =>
  (json?.kind === 'list' ? json.items : json ? [json] : []).map((one) => String(scalarOf(one)))

/** What is not known, which no grammar takes. */
function opaque(json: LocatedJson): Token {
  return { kind: 'opaque', text: shortJson(json), line: 1 }
}

function shortJson(json: LocatedJson): string {
  if (json.kind === 'scalar') return JSON.stringify(json.value)
  if (json.kind === 'list') return `[${json.items.slice(0, 3).map(shortJson).join(', ')}]`
  return `{${Array.from(json.fields, ([name, value]) => `${JSON.stringify(name)}: ${shortJson(value)}`)
    .slice(0, 3)
    .join(', ')}}`
}

function joined<Item>(between: string, items: readonly Item[], read: (item: Item) => readonly Token[]): Token[] {
  return items.flatMap((item, index) => (index === 0 ? read(item) : [symbol(between), ...read(item)]))
}
