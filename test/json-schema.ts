import ts from 'typescript-api'

// Schemas of JSON, from the types of the values that become it.

/** The schema of a type, as far as `--json` needs JSON Schema. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema
  readonly anyOf?: readonly Schema[]
  readonly $ref?: string
}

const has = (type: ts.Type, flag: ts.TypeFlags) => (type.flags & flag) !== 0

const PLAIN = [
  [ts.TypeFlags.String, 'string'],
  [ts.TypeFlags.Number, 'number'],
  [ts.TypeFlags.Boolean, 'boolean'],
  [ts.TypeFlags.Null, 'null'],
] as const

/** Makes the schema of a type. Throws for what JSON cannot hold as it is. */
export function schemaOf(type: ts.Type, checker: ts.TypeChecker): Schema {
  if (has(type, ts.TypeFlags.Unknown | ts.TypeFlags.Any)) return {}
  if (type.isUnion() && !has(type, ts.TypeFlags.Boolean)) return unionOf(type.types, checker)
  for (const [flag, name] of PLAIN) if (has(type, flag)) return { type: name }
  if (type.isStringLiteral() || type.isNumberLiteral()) return { enum: [type.value] }
  if (has(type, ts.TypeFlags.BooleanLiteral)) return { type: 'boolean' }
  if (checker.isArrayType(type) || checker.isTupleType(type)) {
    const items = checker.getTypeArguments(type as ts.TypeReference).map((one) => schemaOf(one, checker))
    return { type: 'array', items: joined(items) }
  }
  if (has(type, ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return objectOf(type, checker)
  throw new Error(`no JSON: ${checker.typeToString(type)}`)
}

function objectOf(type: ts.Type, checker: ts.TypeChecker): Schema {
  if (type.getCallSignatures().length > 0) throw new Error(`a function: ${checker.typeToString(type)}`)
  const fields = checker.getPropertiesOfType(type).map((field) => {
    const isOptional = (field.flags & ts.SymbolFlags.Optional) !== 0
    return { name: field.name, isOptional, schema: schemaOf(checker.getTypeOfSymbol(field), checker) }
  })
  const values = checker.getIndexTypeOfType(type, ts.IndexKind.String)
  if (values) return { type: 'object', additionalProperties: schemaOf(values, checker) }
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(({ name, schema }) => [name, schema])),
    required: fields.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
  }
}

function unionOf(types: readonly ts.Type[], checker: ts.TypeChecker): Schema {
  return joined(types.filter((one) => !has(one, ts.TypeFlags.Undefined)).map((one) => schemaOf(one, checker)))
}

/** One schema for several: choices as one list, plain types as one list of types. */
function joined(all: readonly Schema[]): Schema {
  const distinct = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
  if (distinct.length === 1) return distinct[0] as Schema
  const choices = distinct.flatMap((one) => one.enum ?? []).sort()
  const plain = distinct.filter((one) => Object.keys(one).length === 1 && typeof one.type === 'string')
  const rest = distinct.filter((one) => one.enum === undefined && !plain.includes(one))
  const types = plain.map(({ type }) => type as string).sort()
  if (choices.length === 0 && rest.length === 0) return { type: types }
  if (rest.length === 0 && types.length === 0) return { enum: choices }
  const isNullable = types.length === 1 && types[0] === 'null'
  if (rest.length === 0 && isNullable) return { enum: [...choices, null] }
  const [only] = rest
  if (rest.length === 1 && choices.length === 0 && isNullable && only?.type === 'array')
    return { ...only, type: ['array', 'null'] }
  return {
    anyOf: [
      ...(choices.length > 0 ? [{ enum: choices }] : []),
      ...(types.length > 0 ? [{ type: types.length === 1 ? (types[0] as string) : types }] : []),
      ...rest,
    ],
  }
}

/** The schema of what a command prints: parts that occur more than once are named after their first key. */
export function schemaFile(command: string, schema: Schema): string {
  const counts = new Map<string, number>()
  const count = (one: Schema): void => {
    if (one.properties) counts.set(JSON.stringify(one), (counts.get(JSON.stringify(one)) ?? 0) + 1)
    for (const part of partsOf(one)) count(part)
  }
  count(schema)
  const parts = new Map<string, { readonly name: string; readonly schema: Schema }>()
  const named = (one: Schema, key: string): Schema => {
    const text = JSON.stringify(one)
    const whole = (): Schema => ({
      ...one,
      ...(one.properties && {
        properties: Object.fromEntries(Object.entries(one.properties).map(([name, part]) => [name, named(part, name)])),
      }),
      ...(one.items && { items: named(one.items, key) }),
      ...(one.additionalProperties && { additionalProperties: named(one.additionalProperties, key) }),
      ...(one.anyOf && { anyOf: one.anyOf.map((part) => named(part, key)) }),
    })
    if ((counts.get(text) ?? 0) < 2) return whole()
    const taken = [...parts.values()].filter(({ name }) => name.replace(/\d+$/, '') === key).length
    const part = parts.get(text) ?? { name: taken === 0 ? key : `${key}${taken + 1}`, schema: whole() }
    parts.set(text, part)
    return { $ref: `#/$defs/${part.name}` }
  }
  const { properties = {}, required = [], anyOf } = named(schema, 'output')
  const version = { formatVersion: { const: 1 } }
  const defs = Object.fromEntries(Array.from(parts.values(), (part) => [part.name, part.schema]))
  // A line for each field and each part, so a change is one line.
  const lines = (values: object) =>
    `{\n${Object.entries(values)
      .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(',\n')}\n  }`
  return `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "tagwall ${command} --json",
  "type": "object",
  "properties": ${lines({ ...version, ...properties })},
  "required": ${JSON.stringify(['formatVersion', ...required])}${anyOf ? `,\n  "anyOf": ${JSON.stringify(anyOf)}` : ''},
  "$defs": ${lines(defs)}
}
`
}

const partsOf = ({ properties = {}, items, additionalProperties, anyOf = [] }: Schema): Schema[] => [
  ...Object.values(properties),
  ...[items, additionalProperties].filter((one) => one !== undefined),
  ...anyOf,
]

/** By key, the shapes that it has in several schemas: `text`, `[{name,out}]`. `data`: keys whose values somebody chose. */
export function shapesByKey(schemas: readonly Schema[], data: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  const walk = (schema: Schema): void => {
    for (const part of partsOf({ ...schema, properties: {} })) walk(part)
    for (const [key, part] of Object.entries(schema.properties ?? {})) {
      if (data.includes(key)) continue
      found.set(key, (found.get(key) ?? new Set()).add(shapeOf(part)))
      walk(part)
    }
  }
  for (const schema of schemas) walk(schema)
  return found
}

function shapeOf({ anyOf, enum: choices, type, items = {}, properties }: Schema): string {
  const shapes = anyOf
    ? anyOf.map(shapeOf)
    : choices
      ? choices.map((one) => (one === null ? 'null' : typeof one))
      : [type ?? 'any'].flat().map((one) => {
          if (one === 'array') return `[${shapeOf(items)}]`
          return one === 'object' && properties ? `{${Object.keys(properties).sort().join()}}` : one
        })
  return [...new Set(shapes)]
    .filter((one) => one !== 'null' && one !== '')
    .sort()
    .join(' or ')
}
