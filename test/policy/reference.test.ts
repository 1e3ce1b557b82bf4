import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../fixtures.ts'

// The table of keys in docs/policy.md has every key of the schema, with its type and default.

interface Schema {
  readonly type?: string | readonly string[]
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

/** `key | type | default` of each key below `schema`, in the order of the schema. */
function rowsOf({ properties = {}, required = [] }: Schema, path = ''): string[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const at = `${path}${key}`
    const list = [schema, ...(schema.anyOf ?? [])].find(({ items }) => items?.properties)
    // The two forms of `local` are one sentence each.
    const nested = list ? rowsOf(list.items ?? {}, `${at}[].`) : schema.properties ? rowsOf(schema, `${at}.`) : []
    return [`\`${at}\` | ${typeOf(schema)} | ${defaultOf(schema, required.includes(key))}`, ...nested]
  })
}

test('docs/policy.md has the keys of the schema, with types and defaults', () => {
  const page = readFileSync(join(ROOT, 'docs/policy.md'), 'utf8')
  const section = page.split(/^## /m).find((text) => text.startsWith('Keys\n')) ?? ''
  const rows = [...section.matchAll(/^\| (`.*?` \| .*? \| .*?) ?\| .+ \|$/gm)].map(([, row = '']) => row)
  expect(rows).toEqual(rowsOf(SCHEMA))
})
