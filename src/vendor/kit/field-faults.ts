import { fieldOf } from './json-values.ts'
import type { LocatedJson } from './located-values.ts'

/** The fields that an object may have. */
export interface FieldNames {
  /** Fields that must be there. */
  readonly wanted?: readonly string[]
  readonly optional?: readonly string[]
  /** True if null counts as absent, as programs print it for unset fields. Otherwise null is a fault. */
  readonly mayBeNull?: boolean
}

/** A fault of an object, and its line. */
export interface FieldFault {
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
