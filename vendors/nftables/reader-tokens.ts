/** A token of nft. `text` of a string is without its quotes. */
export interface Token {
  readonly kind: 'word' | 'string' | 'symbol' | 'set' | 'variable'
  readonly text: string
  readonly line: number
}

// The order matters: the first kind that matches wins.
const TOKEN = new RegExp(
  [
    /([ \t\r]+|\\\r?\n|#[^\n]*)/y,
    /"([^"\n]*)"/y,
    /(@(?:ll|nh|th|ih),\d+,\d+)/y,
    /@([A-Za-z_][A-Za-z0-9_./\\-]*)/y,
    /\$([A-Za-z_][A-Za-z0-9_./\\-]*)/y,
    // IPv6 and Ethernet addresses have at least two colons; a single colon separates a key and its verdict.
    /([0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?:\/\d+)?(?:-[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)?)/y,
    /([A-Za-z0-9_*](?:[A-Za-z0-9_.*+\\-]|\/(?=[A-Za-z0-9]))*)/y,
    /==|!=|<=|>=|<<|>>|[\s\S]/y,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gy',
)

/** The tokens of a text, with line ends; variables are replaced by their values. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let line = 1
  for (const [piece, space, string, field, set, variable, address, word = field ?? address] of text.matchAll(TOKEN)) {
    if (string !== undefined) tokens.push({ kind: 'string', text: string, line })
    else if (set !== undefined) tokens.push({ kind: 'set', text: set, line })
    else if (variable !== undefined) tokens.push({ kind: 'variable', text: variable, line })
    else if (space === undefined) tokens.push({ kind: word === undefined ? 'symbol' : 'word', text: piece, line })
    if (piece.endsWith('\n')) line++
  }
  const hasVariables = tokens.some(({ kind, text }) => kind === 'variable' || (kind === 'word' && DEFINES.test(text)))
  return hasVariables ? withVariables(tokens) : tokens
}

const isSymbol = (token: Token | undefined, text: string) => token?.kind === 'symbol' && token.text === text

const DEFINES = /^(?:re)?define$/

/** Variables in variables grow fast. What no person wrote stays a variable, which is not understood. */
const MOST_INSERTED = 1_000_000

function withVariables(tokens: readonly Token[]): Token[] {
  const values = new Map<string, readonly Token[]>()
  let left = MOST_INSERTED
  const result: Token[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token
    const isDefinition = DEFINES.test(token.text) && token.kind === 'word' && isSymbol(tokens[at + 2], '=')
    if (!isDefinition) {
      for (const one of inserted(token)) result.push(one)
      continue
    }
    const end = endOfLine(tokens, at + 3)
    const value = tokens.slice(at + 3, end).flatMap(inserted)
    values.set((tokens[at + 1] as Token).text, value)
    at = end - 1
  }
  return result

  function inserted(token: Token): readonly Token[] {
    const value = token.kind === 'variable' ? values.get(token.text) : undefined
    if (value === undefined || value.length > left) return [token]
    left -= value.length
    return value.map((one) => ({ ...one, line: token.line }))
  }
}

/** The end of a statement that begins at `from`: the end of a line or a semicolon outside braces. */
export function endOfLine(tokens: readonly Token[], from: number): number {
  let depth = 0
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at]
    if (isSymbol(token, '{')) depth++
    else if (isSymbol(token, '}')) {
      if (depth === 0) return at
      depth--
    } else if (depth === 0 && (isSymbol(token, '\n') || isSymbol(token, ';'))) return at
  }
  return tokens.length
}

/** Tokens as a line of text, for people. */
export function textOf(tokens: readonly Token[]): string {
  const text = tokens
    .map(({ kind, text }) =>
      kind === 'string' ? `"${text}"` : kind === 'set' ? `@${text}` : kind === 'variable' ? `$${text}` : text,
    )
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(' ,', ',')
    .trim()
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

/** Thrown for tokens outside the grammar; the reader of a statement turns it into a note. */
export class NotUnderstood extends Error {}

/** More than a person nests, and too few for a hostile text to exhaust the stack. */
const MOST_BRACES = 50

/** Goes through tokens one by one. It ignores line ends inside braces. */
export class Cursor {
  at = 0

  private depth = 0

  constructor(readonly tokens: readonly Token[]) {}

  /** Reads the tokens inside braces or brackets. */
  inside<Result>(read: () => Result): Result {
    if (this.depth >= MOST_BRACES) throw new NotUnderstood()
    this.depth++
    try {
      return read()
    } finally {
      this.depth--
    }
  }

  get isDone(): boolean {
    return this.at >= this.tokens.length
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead]
  }

  /** True if the next token is this bare word or symbol. */
  is(text: string): boolean {
    const token = this.peek()
    return token !== undefined && (token.kind === 'word' || token.kind === 'symbol') && token.text === text
  }

  /** True before the comment of a rule. */
  get isComment(): boolean {
    return this.is('comment') && this.peek(1)?.kind === 'string'
  }

  isWord(pattern: RegExp): boolean {
    const token = this.peek()
    return token?.kind === 'word' && pattern.test(token.text)
  }

  /** Takes the next token if it has this text. */
  take(text: string): boolean {
    const found = this.is(text)
    if (found) this.at++
    return found
  }

  next(): Token {
    const token = this.peek()
    if (token === undefined) throw new NotUnderstood()
    this.at++
    return token
  }

  /** A word, or a string. */
  name(): string {
    const { kind, text } = this.next()
    if (kind !== 'word' && kind !== 'string') throw new NotUnderstood()
    return text
  }

  expect(text: string): void {
    if (!this.take(text)) throw new NotUnderstood()
  }

  /** Reads one item, and another one behind each of these symbols. */
  all<Item>(symbol: string, read: () => Item): Item[] {
    const items = [read()]
    while (this.take(symbol)) items.push(read())
    return items
  }

  skipLines(): void {
    while (this.is('\n')) this.at++
  }
}
