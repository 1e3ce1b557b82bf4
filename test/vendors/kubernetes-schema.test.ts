import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { parsePrefix } from '../../src/address/prefix.ts'
import { goldensOf } from './json-harness.ts'
import { SCHEMAS } from './kubernetes/schemas.ts'

// Every golden file against what the published definitions of its kinds say, read by the two versions of YAML: kubectl reads 1.1.

const GOLDEN = goldensOf('kubernetes')
const ajv = new Ajv({ strict: false, allErrors: true })
ajv.addFormat('cidr', (text) => parsePrefix(text) !== undefined)
const VALIDATORS = new Map(Object.entries(SCHEMAS).map(([kind, schema]) => [kind, ajv.compile(schema)]))

interface Thing {
  readonly kind: string
  readonly metadata: { readonly name: string }
}

function thingsIn(text: string, version: '1.1' | '1.2'): Thing[] {
  const documents = [...parseAllDocuments(text, { version, strict: true })]
  expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([])
  return documents.map((document) => document.toJS())
}

const problemsOf = (thing: Thing) => {
  const validate = VALIDATORS.get(thing.kind)
  if (!validate) return [`${thing.kind} is no kind that we write`]
  return validate(thing) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

test.for(GOLDEN.map(({ title, text }) => [title, text] as const))('%s is as its kinds are defined', ([, text]) => {
  const things = thingsIn(text, '1.2')
  expect(things.flatMap(problemsOf)).toEqual([])
  expect(thingsIn(text, '1.1')).toEqual(things)
  const names = things.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  expect(new Set(names).size).toBe(names.length)
})

test.for([
  ['a field with another name', 'cidrGroupRef:', 'cidrGroup:'],
  ['a port that is a number', 'port: "443"', 'port: 443'],
  ['a name in upper case', 'cidrGroupRef: tagwall', 'cidrGroupRef: Tagwall'],
  ['a protocol in lower case', 'protocol: TCP', 'protocol: tcp'],
  ['an address where a list belongs', 'externalCIDRs:', 'externalCIDR:'],
] as const)('the definitions refuse %s', ([, from, to]) => {
  const golden = GOLDEN.find(({ title }) => title === 'one-rule default')
  const text = golden?.text.replace(from, to) ?? ''
  expect(text).not.toBe(golden?.text)
  expect(thingsIn(text, '1.2').flatMap(problemsOf)).not.toEqual([])
})
