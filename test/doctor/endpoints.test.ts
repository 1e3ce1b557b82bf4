import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseEndpoints } from '../../src/doctor/endpoint-schema.ts'
import { knownTag } from '../../src/document/tag-names.ts'
import { CLOUD_NAMES } from '../../src/model/cloud.ts'
import { builtInEndpoints, builtInPolicies, SHIPPED } from '../../src/paths.ts'
import { parsePolicy } from '../../src/policy/policy.ts'

const TABLE = {
  format: 'tagwall-endpoints-1',
  cloud: 'public',
  date: '2026-06-11',
  endpoints: [{ host: 'a.example', purpose: 'Sign-in' }],
}

const parse = (change: object) => parseEndpoints(JSON.stringify({ ...TABLE, ...change }), 'mine.json')

function problems(text: string): string {
  try {
    parseEndpoints(text, 'mine.json')
    return 'none'
  } catch (error) {
    return (error as Error).message
  }
}

describe('the shipped tables', () => {
  const tables = builtInEndpoints().flatMap((name) => CLOUD_NAMES.map((cloud) => [name, cloud] as const))
  test.for(tables)('%s has one for the cloud %s, with tags that are published', ([name, cloud]) => {
    const table = parseEndpoints(readFileSync(join(SHIPPED.endpoints, name, `${cloud}.json`), 'utf8'), name)
    expect(table.cloud).toBe(cloud)
    expect(table.sources.length).toBeGreaterThan(0)
    expect(table.privateZones.length).toBeGreaterThan(1)
    const tags = table.endpoints.flatMap((endpoint) => endpoint.tags)
    expect(tags.filter((tag) => knownTag(tag) !== tag)).toEqual([])
    // A feature without endpoints would check nothing.
    const used = new Set(table.endpoints.map(({ feature }) => feature))
    expect([...table.features.keys()].filter((feature) => !used.has(feature))).toEqual([])
  })

  test.for(builtInPolicies())('the policy %s names one of them', (name) => {
    const text = readFileSync(join(SHIPPED.policies, `${name}.yaml`), 'utf8')
    expect(builtInEndpoints()).toContain(parsePolicy(text, name, name).endpoints)
  })
})

test('what a table leaves out has a default', () => {
  expect(parse({}).endpoints).toEqual([
    {
      host: 'a.example',
      port: 443,
      purpose: 'Sign-in',
      tags: [],
      feature: undefined,
      path: '/',
      only: undefined,
      standsFor: undefined,
    },
  ])
})

const one = (endpoint: object) =>
  JSON.stringify({ ...TABLE, endpoints: [{ host: 'a.example', purpose: 'p', ...endpoint }] })

test.for<[what: string, text: string, problem: string]>([
  ['no JSON', '{', 'mine.json is not valid JSON: '],
  ['an unknown key', one({ hots: 1 }), 'endpoints[0]: unknown key "hots"; did you mean "host"?'],
  ['a host with a space', one({ host: 'a b.example' }), 'endpoints[0].host: expected a host name in lower case'],
  ['a host in upper case', one({ host: 'A.example' }), 'endpoints[0].host: expected a host name in lower case'],
  ['an address', one({ host: 'a..example' }), 'endpoints[0].host: expected a host name in lower case'],
  ['a wildcard', one({ host: '*.a.example' }), 'endpoints[0].host: expected a host name in lower case'],
  ['a path with a line break', one({ path: '/\r\nHost: b' }), 'endpoints[0].path: expected a path such as /v2/'],
  ['an invalid tag', one({ tags: ['a b'] }), 'endpoints[0].tags[0]: expected the name of a tag'],
  ['a feature without a description', one({ feature: 'x' }), 'endpoints[0].feature: "features" has no "x"'],
  ['no endpoint', JSON.stringify({ ...TABLE, endpoints: [] }), 'endpoints: is empty'],
  ['another cloud', JSON.stringify({ ...TABLE, cloud: 'mars' }), 'cloud: expected public, usgov or china'],
  [
    'an endpoint twice',
    JSON.stringify({ ...TABLE, endpoints: [1, 2].map(() => ({ host: 'a.example', purpose: 'p' })) }),
    'endpoints[1]: a.example:443 is listed twice',
  ],
])('a table with %s is refused', ([, text, problem]) => {
  expect(problems(text)).toContain(problem)
})
