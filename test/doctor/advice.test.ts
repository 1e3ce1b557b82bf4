import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { adviceOf, DOCTOR_NAMES, type DoctorFinding, severityOf } from '../../src/doctor/findings.ts'
import type { EndpointObservation, Observations } from '../../src/doctor/observation-schema.ts'
import { ROOT } from '../fixtures.ts'
import { answers, PROXY } from './case.ts'
import { ALL, diagnosed, knowledge, seen, TABLE, works } from './harness.ts'
import { ROWS } from './rows.ts'

// Nobody should be able to open more than the policy, or to send a private name through a proxy, by following advice.

const KNOWN = knowledge()
const PRIVATE_HOSTS = ['gbl.his.arc.test', 'dp.config.test']

/** The dangers of following the advice of a finding. */
function dangersOf(finding: DoctorFinding): string[] {
  const { fix } = adviceOf(finding)
  const hosts = finding.hosts.map((name) => name.replace(/:\d+$/, ''))
  const proposed = [...fix.matchAll(/tags: \[([^\]]*)\]/g)].flatMap(([, tags = '']) => tags.split(', '))
  const isExpected = (tag: string, host: string) =>
    TABLE.endpoints.some((endpoint) => endpoint.host === host && endpoint.tags.includes(tag))
  const isPrivate =
    hosts.some((host) => PRIVATE_HOSTS.includes(host)) || finding.addresses.some((address) => /^10\./.test(address))
  return [
    ...proposed.flatMap((tag) =>
      hosts.filter((host) => !isExpected(tag, host)).map((host) => `a rule for ${tag}, where ${host} is not expected`),
    ),
    ...(isPrivate && /set HTTPS_PROXY|through a proxy/i.test(fix) ? ['a proxy for a private endpoint'] : []),
    ...(/prefixes: \[|remote: any|0\.0\.0\.0\/0|allow the addresses/i.test(fix) ? ['a rule for any address'] : []),
    ...(/remove .* from NO_PROXY/i.test(fix) ? ['a private name through the proxy'] : []),
    ...(isPrivate && /^Remove .* from lines? /.test(fix) ? ['a private name becomes public'] : []),
    ...(/USER:PASSWORD/.test(fix) && finding.facts.isBasic === 'no' ? ['a password in clear, for nothing'] : []),
  ]
}

describe('following the advice opens nothing beyond the policy and sends no private name through a proxy', () => {
  test.for(ROWS)('%s: %s', ([, , endpoints, { asked, known, ...more } = {}]) => {
    const { findings } = diagnosed(seen(endpoints, more), asked, known ?? knowledge())
    expect(findings.flatMap(dangersOf)).toEqual([])
  })

  test('in a universe of addresses, connections and answers', () => {
    const dangers = new Set<string>()
    let count = 0
    for (const observations of universe())
      for (const asked of [undefined, true, false]) {
        count++
        for (const finding of diagnosed(observations, asked, KNOWN).findings)
          for (const danger of dangersOf(finding)) dangers.add(`${finding.code}: ${danger}`)
      }
    expect(count).toBeGreaterThan(1500)
    expect([...dangers]).toEqual([])
  })
})

test('an endpoint works only if it gave a response, and there are no findings only if all work', () => {
  for (const observations of universe()) {
    const { endpoints, findings } = diagnosed(observations, undefined, KNOWN)
    const works = endpoints.filter(({ state }) => state === 'works' || state === 'check')
    expect(works.filter(({ seen }) => seen.http?.status === undefined)).toEqual([])
    const isQuiet = findings.every((finding) => severityOf(finding) === 'info')
    if (isQuiet) expect(endpoints.filter(({ state }) => state !== 'works' && state !== 'not needed')).toEqual([])
  }
})

test('the table has every verdict of every layer, and no code twice', async () => {
  const files = readdirSync(join(ROOT, 'src/doctor/verdicts')).filter((file) => file !== 'table.ts')
  const layers = await Promise.all(files.map((file) => import(join(ROOT, 'src/doctor/verdicts', file))))
  const codes = layers.flatMap((layer) => Object.values<object>(layer).flatMap(Object.keys))
  expect(codes.toSorted()).toEqual(DOCTOR_NAMES.toSorted())
})

const RESULTS = ['open', 'ETIMEDOUT', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', undefined]
const ANSWERS: Pick<EndpointObservation, 'tls' | 'http'>[] = [
  {},
  { tls: { error: 'ETIMEDOUT' } },
  {
    tls: { protocol: 'TLSv1.3', trust: 'none', chain: [{ subject: 'a', issuer: 'b', by: 'c' }] },
    http: { status: 403 },
  },
  { tls: { protocol: 'TLSv1.3', trust: 'public', chain: [] }, http: { status: 200 } },
  { tls: { protocol: 'TLSv1.3', trust: 'public', chain: [] }, http: { error: 'ETIMEDOUT' } },
]
/** Private, in each tag, in none, and nowhere. */
const ADDRESSES = ['10.1.0.9', '20.190.128.9', '20.40.2.9', '20.50.1.9', '13.107.246.9', '9.9.9.9', '0.0.0.0']

/** Each endpoint at each address, with each end of the connection; the others work. */
function* universe(): Generator<Observations> {
  for (const { host, port } of ALL)
    for (const address of ADDRESSES)
      for (const result of RESULTS)
        for (const answer of result === 'open' ? ANSWERS : [{}]) {
          const one: EndpointObservation = {
            ...works(host, address),
            tls: undefined,
            http: undefined,
            tcp: result === undefined ? undefined : [{ address, result }],
            ...answer,
          }
          const others = ALL.filter((other) => other.host !== host)
          yield seen([...others, one])
          yield seen([...others, { ...one, dns: [answers('10.0.0.2', ['20.40.2.7']), answers('10.0.0.3', [])] }])
          yield seen([...others, { host, port, lookup: one.lookup, proxy: { status: 200 }, ...answer }], PROXY)
        }
}
