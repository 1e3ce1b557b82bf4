import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../fixtures.ts'
import { comparePart, tableOf } from '../generated.ts'

// The table of docs/policy-keys.md is the schema's: every key with its type, default and meaning. "npm run docs" writes it.

interface Schema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly string[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly default?: unknown
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
}

const SCHEMA: Schema = JSON.parse(readFileSync(join(ROOT, 'policies/policy.schema.json'), 'utf8'))

function typeOf(schema: Schema): string {
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(' or ')
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ')
  if (schema.type === 'integer') return `number, ${schema.minimum} to ${schema.maximum}`
  if (schema.type === 'string') return schema.pattern?.endsWith('%$') ? 'percentage' : 'text'
  const words: Readonly<Record<string, string>> = { array: 'list', object: 'map', boolean: 'yes/no' }
  return words[String(schema.type)] ?? String(schema.type)
}

function defaultOf(schema: Schema, isRequired: boolean): string {
  if (isRequired) return 'required'
  const value = schema.default
  if (value === undefined || value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0))
    return ''
  return `\`${value}\``
}

/** Key, type, default and meaning of each key below `schema`, in the order of the schema. */
function rowsOf({ properties = {}, required = [] }: Schema, path = ''): string[][] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const at = `${path}${key}`
    const list = [schema, ...(schema.anyOf ?? [])].find(({ items }) => items?.properties)
    // The two forms of `local` are one sentence each.
    const nested = list ? rowsOf(list.items ?? {}, `${at}[].`) : schema.properties ? rowsOf(schema, `${at}.`) : []
    const row = [`\`${at}\``, typeOf(schema), defaultOf(schema, required.includes(key)), schema.description ?? '']
    return [row, ...nested]
  })
}

test('docs/policy-keys.md has the keys of the schema', () => {
  const rows = rowsOf(SCHEMA)
  expect(rows.filter(([, , , meaning]) => !meaning)).toEqual([])
  comparePart('docs/policy-keys.md', 'keys', tableOf([['key', 'type', 'default', 'meaning'], ...rows]))
})
