import { isCollection, isMap, isNode, LineCounter, parseDocument, visit, type Document as YamlDocument } from 'yaml'
import { type Problem, UserError, UserErrors } from '../errors.ts'
import { repeatsOf } from '../model/group-by.ts'
import { excerpt, type YamlMistake, yamlMistake } from '../parse/yaml-errors.ts'
import { formatCount } from '../text/numbers.ts'

/** The value of a YAML text, and where each part of it stands. */
export interface LocatedYaml {
  readonly value: unknown
  readonly file: string
  /** The kind of the file: "policy". */
  readonly what: string
  /** `FILE:LINE:COLUMN` of the node at a path, or of the nearest node above it. */
  readonly at: (path: PropertyKey[]) => string
}

// An alias counts once for each use, and 200 sites may share one anchor in several places. Nested aliases multiply.
const MOST_ALIASES = 2_000

/** Parses YAML, or JSON, which is YAML. Errors say that `file` is not a valid `what`. Throws `UserErrors` for duplicate keys too. */
export function parseYaml(text: string, file: string, what: string): LocatedYaml {
  const lines = new LineCounter()
  // `wrongKeys` finds duplicate keys and names them.
  const document = documentOf(text, file, lines)
  if (document.errors.length > 0) throw invalid(text, file, lines, yamlMistake(text, document.errors))
  if (document.warnings.length > 0)
    throw new UserErrors(
      `${file} is not a valid ${what}`,
      document.warnings.map(({ pos, message }) => {
        return { path: `${file}:${position(lines, pos[0])}`, message: withoutTag(message) }
      }),
    )
  const wrong = wrongKeys(document, file, lines)
  if (wrong.length > 0) throw new UserErrors(`${file} is not a valid ${what}`, wrong)
  const mistake = mistakeOfAlias(document)
  if (mistake) throw invalid(text, file, lines, mistake)
  return { value: jsOf(document, file), file, what, at: (path) => `${file}:${locate(document, lines, path)}` }
}

/** A policy has about ten levels. The parser calls itself for each, so thousands would end it at a place that depends on the machine. */
const MOST_LEVELS = 100

/** Throws `UserError` if lists and maps are nested too deeply. */
function documentOf(text: string, file: string, lineCounter: LineCounter): YamlDocument {
  const tooDeep = () =>
    new UserError(`${file} is not valid YAML: its lists and maps are nested more than ${MOST_LEVELS} levels deep`)
  try {
    const document = parseDocument(text, { lineCounter, prettyErrors: false, strict: true, uniqueKeys: false })
    if (document.errors.some(({ message }) => STACK_OVER.test(message))) throw tooDeep()
    visit(document, {
      Collection(_, __, path) {
        if (path.filter(isCollection).length >= MOST_LEVELS) throw tooDeep()
      },
    })
    return document
  } catch (error) {
    throw error instanceof RangeError && STACK_OVER.test(error.message) ? tooDeep() : error
  }
}

const STACK_OVER = /call stack/

/** A warning of the parser; a tag that it does not know would otherwise be ignored. */
function withoutTag(message: string): string {
  const [, tag] = /^Unresolved tag: (.+)$/.exec(message) ?? []
  if (tag === undefined) return message
  return `the YAML tag ${tag.replace(/^tag:yaml\.org,2002:/, '!!')} has no meaning here; remove it`
}

/** One sentence about a mistake, with its line. */
function invalid(text: string, file: string, lines: LineCounter, { offset, sentence }: YamlMistake): UserError {
  return new UserError([
    `${file} is not valid YAML: ${file}:${position(lines, offset)}: ${sentence}`,
    ...excerpt(text, offset),
  ])
}

/** An alias that no anchor stands before: mostly a text that begins with an asterisk. */
function mistakeOfAlias(document: YamlDocument): YamlMistake | undefined {
  let found: YamlMistake | undefined
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document)) return undefined
      const name = `*${alias.source}`
      const sentence = `nothing before this line has the anchor &${alias.source}; a text that begins with * needs quotes: "${name}"`
      found = { offset: alias.range?.[0] ?? 0, sentence }
      return visit.BREAK
    },
  })
  return found
}

/** The duplicate keys, of which `1` and `"1"` are the same, as in JavaScript; and the one that zod leaves out of every record. */
function wrongKeys(document: YamlDocument, file: string, lines: LineCounter): Problem[] {
  const problems: Problem[] = []
  visit(document, {
    Map(_, { items }) {
      const keys = items.flatMap(({ key }) =>
        isNode(key) ? [{ name: String(key), at: position(lines, key.range?.[0] ?? 0) }] : [],
      )
      const complain = (at: string, message: string) => problems.push({ path: `${file}:${at}`, message })
      for (const [{ name, at }, first] of repeatsOf(keys, ({ name }) => name))
        complain(at, `duplicate key "${name}"; the first is at ${first.at}`)
      for (const { name, at } of keys) if (name === '__proto__') complain(at, `unknown key "${name}"`)
    },
  })
  return problems
}

function jsOf(document: YamlDocument, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES })
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    const most = formatCount(MOST_ALIASES)
    throw new UserError(
      `${file} is not valid YAML: its aliases stand for more than ${most} values; write some of them out`,
    )
  }
}

/** `line:column` of the node at `path`, or of the nearest node above it. */
function locate(document: YamlDocument, lines: LineCounter, path: PropertyKey[]): string {
  for (let length = path.length; length >= 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true)
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === String(path[length - 1])) : undefined
    const node = isNode(pair?.key) ? pair.key : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return position(lines, node.range[0])
  }
  return position(lines, 0)
}

function position(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return `${line}:${col}`
}

/** The mapping that a text holds. Throws `UserError` if it is empty, a list, or something else. */
export function mappingOf({ value, at }: LocatedYaml): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  const found = value === null ? 'the file is empty' : `this is ${Array.isArray(value) ? 'a list' : 'a single value'}`
  throw new UserError(`${at([])}: ${found}; expected a mapping with "rules"`)
}
