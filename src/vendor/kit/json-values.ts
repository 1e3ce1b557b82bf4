import type { LocatedJson } from './located-values.ts'

/** A field of an object. Null counts as absent, because programs print null for unset fields. */
export function fieldOf(value: LocatedJson | undefined, name: string): LocatedJson | undefined {
  const found = value?.kind === 'object' ? value.fields.get(name) : undefined
  return found?.kind === 'scalar' && found.value === null ? undefined : found
}

/** The items of a list; none of anything else. */
export function itemsOf(value: LocatedJson | undefined): readonly LocatedJson[] {
  return value?.kind === 'list' ? value.items : []
}

/** A value that is a text. */
export function textOf(value: LocatedJson | undefined): string | undefined {
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined
}

/** A value that is a number. */
export function numberOf(value: LocatedJson | undefined): number | undefined {
  return value?.kind === 'scalar' && typeof value.value === 'number' ? value.value : undefined
}

/** The fields that an object may have. */
interface FieldNames {
  /** Fields that must be there. */
  readonly wanted?: readonly string[]
  readonly optional?: readonly string[]
  /** True if null counts as absent, as programs print it for unset fields. Otherwise null is a fault. */
  readonly mayBeNull?: boolean
}

/** A fault of an object, and its line. */
interface FieldFault {
  readonly line: number
  readonly reason: string
}

/** Unknown fields, missing ones, and null. A doubled field is a syntax error of `readJson` and `readYaml`. */
export function fieldFaults(
  value: LocatedJson,
  { wanted = [], optional = [], mayBeNull = false }: FieldNames,
): readonly FieldFault[] {
  if (value.kind !== 'object') return [{ line: value.line, reason: 'is not an object' }]
  const unfit = [...value.fields].flatMap(([name, { line }]): FieldFault[] => {
    const isNull = fieldOf(value, name) === undefined
    if (isNull && mayBeNull) return []
    const isKnown = wanted.includes(name) || optional.includes(name)
    if (!isKnown) return [{ line, reason: `has the field "${name}", which is not understood` }]
    return isNull ? [{ line, reason: `has null as "${name}"` }] : []
  })
  const missing = wanted.filter((name) => !value.fields.has(name))
  return [...unfit, ...missing.map((name) => ({ line: value.line, reason: `has no field "${name}"` }))]
}

/** A fault in a file. */
interface TemplateFault extends FieldFault {
  readonly text: string
}

const FIELDS = ['$schema', 'contentVersion', 'parameters', 'resources']
const SCHEMA = /^https:\/\/schema\.management\.azure\.com\/schemas\/[\d-]+\/deploymentTemplate\.json#$/

/**
 * The faults of a deployment template outside of its resources: it must be for a resource group, and its parameters must be these, texts
 * with a default.
 */
export function templateFaults(root: LocatedJson, parameters: readonly string[]): TemplateFault[] {
  const schema = textOf(fieldOf(root, '$schema')) ?? ''
  const version = textOf(fieldOf(root, 'contentVersion')) ?? ''
  const given = fieldOf(root, 'parameters')
  const fault = (text: string, reason: string, { line }: LocatedJson = root) => ({ line, text, reason })
  return [
    ...unknownIn(root, FIELDS, 'the template'),
    ...(SCHEMA.test(schema) ? [] : [fault(schema, 'is not the $schema of a template for a resource group')]),
    ...(/^\d+(\.\d+){3}$/.test(version) ? [] : [fault('the template', 'has no contentVersion')]),
    ...(given ? unknownIn(given, parameters, 'the parameters') : []),
    ...(given?.kind === 'object' ? [...given.fields.values()] : itemsOf(given)).flatMap((parameter) => [
      ...unknownIn(parameter, ['type', 'defaultValue'], 'a parameter'),
      ...(textOf(fieldOf(parameter, 'type')) === 'string' && textOf(fieldOf(parameter, 'defaultValue'))
        ? []
        : [fault('a parameter', 'is not text with a default', parameter)]),
    ]),
  ]
}

const unknownIn = (value: LocatedJson, optional: readonly string[], text: string): TemplateFault[] =>
  fieldFaults(value, { optional }).map(({ line, reason }) => ({ line, text, reason }))
