import { fieldOf, type LocatedJson, textOf } from './located-json.ts'

/** The parameters and variables that the expressions of a deployment template may use. */
type TemplateNames = Readonly<Partial<Record<'parameters' | 'variables', LocatedJson | undefined>>>

/** Names that lead to names, and calls in calls: each level of one may hold all levels of the other. */
const MOST_LEVELS = 20
const LONGEST = 4000
const TOKEN = /\s*(?:'((?:[^']|'')*)'|(\w+)|([(),]))/y

/**
 * Returns a function that evaluates a value of a deployment template: an expression such as `[parameters('x')]` gives the value
 * that it has with the default parameters, and any other value stays as it is. It knows `parameters`, `variables`, `concat`, `format` and `resourceId`,
 * which becomes a type, a blank and names. The function returns undefined for an unknown expression, which must become a note. Each name is looked up once, so the cost of a hostile template is bounded by its length.
 */
export function expressions({ parameters, variables }: TemplateNames): (value: LocatedJson) => LocatedJson | undefined {
  const known = new Map<string, LocatedJson | undefined>()
  return (value) => evaluate(value, 0)

  function evaluate(value: LocatedJson, depth: number): LocatedJson | undefined {
    const text = textOf(value)
    if (!text?.startsWith('[') || !text.endsWith(']')) return value
    const { line } = value
    if (text.startsWith('[[')) return { kind: 'scalar', line, value: text.slice(1) }
    if (depth > MOST_LEVELS || text.length > LONGEST) return undefined
    const tokens = tokensOf(text.slice(1, -1))
    const result = tokens && call(tokens, line, depth, 0)
    return tokens?.length === 0 ? result : undefined
  }

  /** Takes one value from the front of `tokens`: a text, or a call of a known function. */
  function call(tokens: string[], line: number, depth: number, level: number): LocatedJson | undefined {
    const head = tokens.shift() ?? ''
    if (head.startsWith("'")) return { kind: 'scalar', line, value: head.slice(1) }
    if (level > MOST_LEVELS || tokens.shift() !== '(') return undefined
    const texts: (string | undefined)[] = []
    while (tokens[0] !== ')') {
      if (texts.length > 0 && tokens.shift() !== ',') return undefined
      texts.push(textOf(call(tokens, line, depth, level + 1)))
    }
    tokens.shift()
    return apply(head.toLowerCase(), texts, line, depth)
  }

  function apply(name: string, texts: readonly (string | undefined)[], line: number, depth: number) {
    const [first, ...others] = texts
    if (first === undefined || others.includes(undefined)) return undefined
    const textual = (value: string | undefined): LocatedJson | undefined =>
      value === undefined || value.length > LONGEST ? undefined : { kind: 'scalar', line, value }
    switch (name) {
      case 'parameters':
      case 'variables': {
        const ofParameter = fieldOf(fieldOf(parameters, first), 'defaultValue')
        const value = name === 'parameters' ? ofParameter : fieldOf(variables, first)
        return others.length === 0 ? lookUp(`${name} ${first}`, value, depth) : undefined
      }
      case 'concat':
        return textual([first, ...others].join(''))
      case 'format':
        return textual(formatted(first, others as string[]))
      case 'resourceid':
        return textual(`${first} ${others.join('/')}`)
      default:
        return undefined
    }
  }

  function lookUp(key: string, value: LocatedJson | undefined, depth: number): LocatedJson | undefined {
    if (value && !known.has(key)) known.set(key, evaluate(value, depth + 1))
    return known.get(key)
  }
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

/** `{0}/{1}`; undefined where a brace says anything else, or a number that nothing is given for. */
function formatted(text: string, values: readonly string[]): string | undefined {
  const gaps = Array.from(text.matchAll(/\{(\d)\}/g), ([, index]) => Number(index))
  const isPlain = !/[{}]/.test(text.replaceAll(/\{\d\}/g, '')) && gaps.every((index) => index < values.length)
  return isPlain ? text.replaceAll(/\{(\d)\}/g, (_, index) => values[Number(index)] as string) : undefined
}
