import type { Token } from './reader-types.ts'

// The order matters: the first kind that matches wins.
const KINDS: readonly (readonly [kind: Token['kind'] | 'space', pattern: RegExp])[] = [
  ['space', /[ \t\r]+|\\\r?\n|#[^\n]*/y],
  ['string', /"[^"\n]*"/y],
  ['word', /@(?:ll|nh|th|ih),\d+,\d+/y],
  ['set', /@[A-Za-z_][A-Za-z0-9_./\\-]*/y],
  ['variable', /\$[A-Za-z_][A-Za-z0-9_./\\-]*/y],
  // IPv6 and Ethernet addresses have at least two colons; a single colon separates a key and its verdict.
  ['word', /[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?:\/\d+)?(?:-[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)?/y],
  ['word', /[A-Za-z0-9_*](?:[A-Za-z0-9_.*+\\-]|\/(?=[A-Za-z0-9]))*/y],
  ['symbol', /==|!=|<=|>=|<<|>>|[\s\S]/y],
]

/** The tokens of a text, with line ends; variables are replaced by their values. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let line = 1
  for (let at = 0; at < text.length; ) {
    const [kind, piece] = pieceAt(text, at)
    if (kind !== 'space') {
      const value =
        kind === 'string' ? piece.slice(1, -1) : kind === 'set' || kind === 'variable' ? piece.slice(1) : piece
      tokens.push({ kind, text: value, line })
    }
    for (const character of piece) if (character === '\n') line++
    at += piece.length
  }
  const hasVariables = tokens.some(({ kind, text }) => kind === 'variable' || (kind === 'word' && DEFINES.test(text)))
  return hasVariables ? withVariables(tokens) : tokens
}

function pieceAt(text: string, at: number): readonly [kind: Token['kind'] | 'space', piece: string] {
  for (const [kind, pattern] of KINDS) {
    pattern.lastIndex = at
    const piece = pattern.exec(text)?.[0]
    if (piece) return [kind, piece]
  }
  return ['symbol', text[at] as string]
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
