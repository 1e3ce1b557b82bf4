import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { TABLES } from '../../vendors/fortigate/reader-fields.ts'
import { GOLDEN } from './fortigate-harness.ts'

// Fortinet publishes what its devices accept, by version, in an Ansible collection that Debian packages.

const MODULES = '/usr/lib/python3/dist-packages/ansible_collections/fortinet/fortios/plugins/modules'
const HAS_MODULES = existsSync(MODULES)
const WHY_NOT = HAS_MODULES ? '' : ' (skipped: it needs the Debian package ansible)'

/** From and to, of which an empty one is the newest. */
type Versions = readonly (readonly [string, string])[]

interface Field {
  readonly type: string
  readonly v_range?: Versions
  readonly options?: readonly { readonly value: string; readonly v_range?: Versions }[]
}

const READ_SCHEMA = `
import ast, json, sys
text = open(sys.argv[1]).read()
start = text.index('versioned_schema = ') + len('versioned_schema = ')
print(json.dumps(ast.literal_eval(text[start:text.index('\\n}\\n', start) + 2])['children']))
`

/** The fields of a table, by their names on the command line. */
function schemaOf(table: string): ReadonlyMap<string, Field> {
  const file = `${MODULES}/fortios_${table.replaceAll(/[ -]/g, '_')}.py`
  const fields: Record<string, Field> = JSON.parse(
    execFileSync('python3', ['-c', READ_SCHEMA, file], { encoding: 'utf8' }),
  )
  return new Map(Object.entries(fields).map(([name, field]) => [name.replaceAll('_', '-'), field]))
}

/** Whether something is there in every version from 6.4.0 on. */
const isThere = (versions: Versions = [['v6.0.0', '']]) => versions.some(([from, to]) => from <= 'v6.4.0' && to === '')

/** Whether something is there in any version from 6.4.0 on. */
const isEver = (versions: Versions = [['v6.0.0', '']]) => versions.some(([, to]) => to === '' || to >= 'v6.4.0')

/** Every `set FIELD VALUES` of the golden files, by table. */
const LINES = new Map<string, Map<string, string>>()
for (const { files, options } of GOLDEN.filter(({ options }) => options.form === 'cli')) {
  let table = ''
  for (const line of files.flatMap(({ text }) => text.split('\n'))) {
    const [verb = '', ...words] = line.trim().split(' ')
    if (verb === 'config') table = words.join(' ')
    if (/^(?:set|append|unset)$/.test(verb)) {
      LINES.set(
        table,
        (LINES.get(table) ?? new Map()).set(words.join(' '), `${table}: ${line.trim()} (${options.vdom})`),
      )
    }
  }
}

describe.skipIf(!HAS_MODULES)(`Fortinet's schema${WHY_NOT}`, () => {
  test.for([...LINES.keys()])(
    'has every field and word that is written to %s, in every version from 6.4.0',
    (table) => {
      const schema = schemaOf(table)
      const problems = [...(LINES.get(table) ?? [])].flatMap(([text, where]) => {
        const [name = '', value] = text.split(' ')
        const field = schema.get(name)
        if (!field || !isThere(field.v_range)) return [`${where}: no such field`]
        const words = field.options?.filter(({ v_range }) => isThere(v_range)).map(({ value }) => value)
        return value === undefined || !words || words.includes(value) ? [] : [`${where}: no such value`]
      })
      expect(problems).toEqual([])
    },
  )

  const READ = [...TABLES].filter(([, fields]) => fields)
  test.for(READ)('has no field of %s that the reader does not know', ([table, fields]) => {
    const schema = [...schemaOf(table)].filter(([, { v_range }]) => isEver(v_range)).map(([name]) => name)
    const known = (name: string) => fields?.read.has(name) || fields?.limiting.has(name) || fields?.harmless.has(name)
    expect(schema.filter((name) => name !== 'name' && !known(name))).toEqual([])
    const names = new Set([...schemaOf(table).keys()])
    const all = [...(fields?.read ?? []), ...(fields?.limiting ?? [])]
    expect(all.filter((name) => !names.has(name))).toEqual([])
  })
})
