import { expect, test } from 'vitest'
import { endpointsFor, extraEndpoint, withoutLocation } from '../../src/doctor/chosen-endpoints.ts'
import { parseEndpoints } from '../../src/doctor/endpoint-schema.ts'
import { hostsLinesOf, searchOf } from '../../src/doctor/host.ts'

const TABLE = parseEndpoints(
  JSON.stringify({
    format: 'tagwall-endpoints-1',
    cloud: 'public',
    date: '2026-06-11',
    privateZones: ['config.test'],
    features: { connect: { what: 'Connect', withPrivateLink: false }, rbac: { what: 'RBAC' } },
    endpoints: [
      { host: 'login.test', purpose: 'p' },
      { host: '{region}.config.test', purpose: 'p' },
      { host: 'config.test', purpose: 'p', only: 'private-link' },
      { host: 'graph.test', purpose: 'p', feature: 'rbac' },
      { host: '{region}.connect.test', port: 8084, purpose: 'p', feature: 'connect' },
    ],
  }),
  'table',
)

test.for<[wish: Parameters<typeof endpointsFor>[1], expected: string, missing: number]>([
  [{}, 'login.test:443 config.test:443', 1],
  [{ privateLink: false }, 'login.test:443', 1],
  [{ location: 'westeurope' }, 'login.test:443 westeurope.config.test:443 config.test:443', 0],
  // Private Link does not have the feature, so nothing of it is missing.
  [{ features: ['connect'], privateLink: true }, 'login.test:443 config.test:443', 1],
  [{ features: ['rbac', 'connect'] }, 'login.test:443 config.test:443 graph.test:443', 2],
  [
    { features: ['connect'], location: 'uksouth', privateLink: false },
    'login.test:443 uksouth.config.test:443 uksouth.connect.test:8084',
    0,
  ],
  [
    { features: ['connect'], location: 'uksouth', privateLink: true },
    'login.test:443 uksouth.config.test:443 config.test:443',
    0,
  ],
  [
    { endpoint: [extraEndpoint('login.test', 443), extraEndpoint('a.test', 1)] },
    'login.test:443 config.test:443 a.test:1',
    1,
  ],
])('%j asks for %s', ([wish, expected, missing]) => {
  expect(
    endpointsFor(TABLE, wish)
      .map(({ host, port }) => `${host}:${port}`)
      .join(' '),
  ).toBe(expected)
  expect(withoutLocation(TABLE, wish)).toBe(missing)
})

test.for<[text: string, search: string[], ndots: number]>([
  ['', [], 1],
  ['nameserver 10.0.0.2\nsearch a.test  b.test\n', ['a.test', 'b.test'], 1],
  ['domain a.test\nsearch b.test\noptions ndots:5 timeout:1\n', ['b.test'], 5],
  ['options timeout:1\noptions ndots:99\n', [], 15],
])('resolv.conf %j', ([text, search, ndots]) => {
  expect(searchOf(text)).toEqual({ search, ndots })
})

test('the hosts file says which lines have a name', () => {
  const text =
    '127.0.0.1 localhost\n# 10.0.0.1 login.test\n\t10.0.0.2\tLogin.test alias.test # login.test\nfe80::1%lo0 login.test\n2001:db8::1 login.test'
  const linesFor = hostsLinesOf(text, '/etc/hosts')
  expect(linesFor('login.test').map(({ line, address }) => `${line} ${address}`)).toEqual([
    '3 10.0.0.2',
    '5 2001:db8::1',
  ])
  expect(linesFor('alias.test')).toEqual([{ file: '/etc/hosts', line: 3, address: '10.0.0.2' }])
  expect(linesFor('other.test')).toEqual([])
})
