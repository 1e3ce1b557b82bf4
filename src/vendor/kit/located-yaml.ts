import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseAllDocuments, type Scalar } from 'yaml'
import { type BrokenJson, DEEPEST, type LocatedJson, Malformed, orBroken } from './located-json.ts'

// Plain scalars that YAML 1.1, which Kubernetes and others read, takes for something else than YAML 1.2 does.
const UNSURE =
  /^(?:y|n|yes|no|on|off|=|<<|[-+]?0[\d_]+|0o[0-7]+|[-+]?0b[01_]+|[-+]?(?=[\d_.]*_)[\d_.]+|[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?|\d{4}-\d\d?-\d\d?(?:[Tt ].*)?)$/i

type Node = ParsedNode
type LineOf = (node: Node) => number

/**
 * The documents of a text in YAML, or JSON, without empty ones. Every value knows its line; a broken document says what is
 * wrong, and where. Anchors, tags, merge keys, and plain scalars that YAML 1.1 reads as another value than 1.2 are broken too.
 */
export function readYaml(text: string): readonly (LocatedJson | BrokenJson)[] {
  const lines = new LineCounter()
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line)
  // The package compares each key with all before it.
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core',
    uniqueKeys: false,
  })
  return [...documents].flatMap(({ contents, errors: [error] }): (LocatedJson | BrokenJson)[] => {
    if (error) return [{ kind: 'broken', line: lineAt(error.pos[0]), text: '', reason: reasonOf(error.message) }]
    if (contents === null || isNothing(contents)) return []
    return [orBroken(() => locatedOf(contents, ({ range }) => lineAt(range[0]), 0))]
  })
}

/** The parser calls itself for each level, and reports that it cannot go on. */
const reasonOf = (message: string) =>
  message.includes('call stack') ? `is nested deeper than ${DEEPEST} levels` : `is not YAML: ${message}`

const isNothing = (node: Node) => isScalar(node) && node.value === null && node.source === ''

function locatedOf(node: Node, lineOf: LineOf, depth: number): LocatedJson {
  const line = lineOf(node)
  if (depth > DEEPEST) throw new Malformed(line, '', `is nested deeper than ${DEEPEST} levels`)
  if (isAlias(node)) throw new Malformed(line, `*${node.source}`, 'is an alias, which is not followed')
  if (node.anchor !== undefined) throw new Malformed(line, `&${node.anchor}`, 'is an anchor, which is not followed')
  if (node.tag !== undefined) throw new Malformed(line, node.tag, 'is a tag, which is not followed')
  if (isSeq(node)) return { kind: 'list', line, items: node.items.map((item) => locatedOf(item, lineOf, depth + 1)) }
  if (!isMap(node)) return { kind: 'scalar', line, value: scalarOf(node, line) }
  const fields = new Map<string, LocatedJson>()
  for (const { key, value } of node.items) {
    const line = lineOf(key)
    const name = isScalar(key) && key.tag === undefined && key.anchor === undefined ? scalarOf(key, line) : undefined
    if (typeof name !== 'string') throw new Malformed(line, '', 'is a key, but not text')
    if (fields.has(name)) throw new Malformed(line, name, 'appears twice in one object')
    // `{ a }` has no value at all.
    const nothing: LocatedJson = { kind: 'scalar', line, value: null }
    fields.set(name, value ? locatedOf(value, lineOf, depth + 1) : nothing)
  }
  return { kind: 'object', line, fields }
}

function scalarOf({ type, source, value }: Scalar.Parsed, line: number): string | number | boolean | null {
  if (type === 'PLAIN' && UNSURE.test(source))
    throw new Malformed(line, source, 'is another value in YAML 1.1: put it in quotes')
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
  if (Number.isFinite(value)) return value as number
  throw new Malformed(line, source, 'is not a JSON value')
}
