import { fieldOf, type Located, textOf } from './located-json.ts'

/** What expressions of an ARM template may refer to. */
export interface Names {
  readonly parameters: Located | undefined
  readonly variables: Located | undefined
  /** What was looked up before, so that a hostile template costs no more than its length. */
  readonly known: Map<string, Located | undefined>
}

const DEEPEST = 20
const LONGEST = 4000
const TOKEN = /\s*(?:'((?:[^']|'')*)'|(\w+)|([(),]))/y

/**
 * The value of a text in an ARM template: itself, or when it is an expression such as `[parameters('x')]`, what that
 * stands for when nobody sets the parameters. Undefined for one that is not understood.
 */
export function evaluate(value: Located, names: Names, depth = 0): Located | undefined {
  const text = textOf(value)
  if (!text?.startsWith('[') || !text.endsWith(']')) return value
  const { line } = value
  if (text.startsWith('[[')) return { kind: 'scalar', line, value: text.slice(1) }
  if (depth > DEEPEST || text.length > LONGEST) return undefined
  const tokens = tokensOf(text.slice(1, -1))
  const result = tokens && call(tokens, { names, depth, line })
  return tokens?.length === 0 ? result : undefined
}

/** Texts are kept with a quote before them. */
function tokensOf(source: string): string[] | undefined {
  const tokens: string[] = []
  const token = new RegExp(TOKEN)
  while (token.lastIndex < source.trimEnd().length) {
    const match = token.exec(source)
    if (!match) return undefined
    tokens.push(match[1] === undefined ? (match[2] ?? (match[3] as string)) : `'${match[1].replaceAll("''", "'")}`)
  }
  return tokens
}

interface Scope {
  readonly names: Names
  readonly depth: number
  readonly line: number
}

/** Takes one value off the front of `tokens`: a text, or a call of a function that is known. */
function call(tokens: string[], scope: Scope): Located | undefined {
  const head = tokens.shift()
  if (head?.startsWith("'")) return { kind: 'scalar', line: scope.line, value: head.slice(1) }
  if (head === undefined || tokens.shift() !== '(') return undefined
  const values: Located[] = []
  while (tokens[0] !== ')') {
    const value = call(tokens, scope)
    if (!value) return undefined
    values.push(value)
    if (tokens[0] === ',') tokens.shift()
    else if (tokens[0] !== ')') return undefined
  }
  tokens.shift()
  return apply(head.toLowerCase(), values, scope)
}

function apply(name: string, values: readonly Located[], { names, depth, line }: Scope): Located | undefined {
  const texts = values.map(textOf)
  const [first] = texts
  if (first === undefined || texts.includes(undefined)) return undefined
  switch (name) {
    case 'parameters':
      return lookUp(`parameter ${first}`, fieldOf(fieldOf(names.parameters, first), 'defaultValue'), names, depth)
    case 'variables':
      return lookUp(`variable ${first}`, fieldOf(names.variables, first), names, depth)
    case 'concat': {
      const value = texts.join('')
      return value.length > LONGEST ? undefined : { kind: 'scalar', line, value }
    }
    case 'resourceid':
      return { kind: 'scalar', line, value: `${first} ${texts.slice(1).join('/')}` }
    default:
      return undefined
  }
}

function lookUp(key: string, value: Located | undefined, names: Names, depth: number): Located | undefined {
  if (value && !names.known.has(key)) names.known.set(key, evaluate(value, names, depth + 1))
  return names.known.get(key)
}
