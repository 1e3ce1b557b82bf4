import { describe, expect, test } from 'vitest'
import { DOCTOR_NAMES, type DoctorFinding, doctorHelpOf, severityOf } from '../../src/doctor/findings.ts'
import type { EndpointObservation, Observations } from '../../src/doctor/observation-schema.ts'
import { expectPage } from '../golden-page.ts'
import { answers, instead, nameless, PROXY, PUBLIC_DP, PUBLIC_GBL, rest, unconnected } from './case.ts'
import { ALL, DP, diagnosed, GBL, IMAGES, knowledge, LOGIN, lines, seen, works } from './harness.ts'
import { ROWS } from './rows.ts'

describe('a verdict', () => {
  const found = ROWS.map(([code, what, endpoints, { asked, known, ...more } = {}]) => {
    return { code, what, sentences: lines(diagnosed(seen(endpoints, more), asked, known ?? knowledge())) }
  })

  test('has its sentences', async () => {
    await expectPage(
      'verdicts.txt',
      found.map(({ code, what, sentences }) => [`${code}: ${what}`, sentences]),
    )
  })

  test('has its explanation, and every advice that it can give', async () => {
    await expectPage(
      'explanations.txt',
      DOCTOR_NAMES.map((code) => {
        const { title, paragraphs } = doctorHelpOf(code)
        return [`${code}: ${title}`, paragraphs]
      }),
    )
  })

  test('has a row for every code', () => {
    const covered = new Set(ROWS.map(([code]) => code))
    expect(DOCTOR_NAMES.filter((code) => !covered.has(code))).toEqual([])
    // And a row is about its code.
    for (const { code, what, sentences } of found)
      expect([what, sentences.some((text) => text.startsWith(`${code}: `))]).toEqual([what, true])
  })
})

describe('no finding', () => {
  test.for<[what: string, endpoints: readonly EndpointObservation[], more?: Partial<Observations>]>([
    ['where everything works with Private Link', ALL],
    [
      'behind a proxy that resolves the names itself',
      instead({
        host: 'login.test',
        port: 443,
        lookup: { addresses: [] },
        proxy: { status: 200 },
        tls: LOGIN.tls,
        http: LOGIN.http,
      }),
    ],
    ['for a status of the service itself', instead({ ...LOGIN, http: { status: 404, type: 'text/html' } })],
    ['for two public answers of one name', instead({ ...LOGIN, dns: [answers('10.0.0.2', ['20.190.128.9'])] })],
    [
      'for IPv6 addresses in no tag where IPv6 has no route',
      instead({
        ...works('images.test', '20.40.2.7', '2603:9000::7'),
        tcp: [
          { address: '20.40.2.7', result: 'open' },
          { address: '2603:9000::7', result: 'ENETUNREACH' },
        ],
      }),
    ],
    [
      'for DNS64 on a host without IPv4: the address inside is the one in the tag, also behind a prefix of the network',
      ALL.map((one) => {
        const [inside = ''] = one.lookup?.addresses ?? []
        const [a, b, c, d] = inside.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'))
        const six = one.host === 'login.test' ? `64:ff9b::${a}${b}:${c}${d}` : `2001:db8:64:${a}${b}:${c}:${d}00::`
        return {
          ...works(one.host, six),
          dns: [answers('10.0.0.2', [inside, six])],
          tcp: [
            { address: inside, result: 'ENETUNREACH' },
            { address: six, result: 'open' },
          ],
        }
      }),
      { ipv4only: ['64:ff9b::c000:aa', '2001:db8:64:c000:0:aa00::'] },
    ],
    ['for a clock that is off by four minutes', ALL, { made: '2025-11-26T13:04:00Z' }],
    ['for an API server that NO_PROXY lists', ALL, { ...PROXY, noProxy: '10.96.0.0/12', cluster: '10.96.0.1' }],
  ])('%s', ([, endpoints, more]) => {
    const found = lines(diagnosed(seen(endpoints, more)))
    expect(found.filter((line) => !line.startsWith('IPV6_NO_ROUTE'))).toEqual([])
  })
})

test('Private Link is used as asked, else as the first private name answers', () => {
  const of = (endpoints: readonly EndpointObservation[], asked?: boolean) =>
    diagnosed(seen(endpoints), asked).privateLink
  expect(of(ALL)).toEqual({ isUsed: true, because: 'answer', host: 'gbl.his.arc.test', address: '10.1.0.5' })
  expect(of(instead(PUBLIC_GBL))).toMatchObject({ isUsed: false, because: 'answer', address: '20.50.1.7' })
  expect(of(rest(GBL, DP))).toMatchObject({ isUsed: false, because: 'nothing private' })
  expect(of(ALL, false)).toMatchObject({ isUsed: false, because: 'asked' })
})

test('findings are in the order of what to fix first, whatever the order of the endpoints', () => {
  const endpoints = [unconnected(IMAGES, 'ETIMEDOUT'), nameless('login.test', 'ETIMEOUT'), PUBLIC_DP, GBL]
  const codes = ['DNS_FAILS', 'PRIVATE_AND_PUBLIC', 'NOT_PRIVATE', 'ALLOWED_BUT_DROPPED']
  for (const order of [endpoints, endpoints.toReversed()])
    expect(diagnosed(seen(order), true).findings.map(({ code }) => code)).toEqual(codes)
})

test.for<[code: 'NO_RULE_ALLOWS' | 'IPV6_DROPPED' | 'IPV6_NO_ROUTE', facts: object, want: string]>([
  ['NO_RULE_ALLOWS', { isReached: 'yes' }, 'warning'],
  ['NO_RULE_ALLOWS', { isReached: 'no' }, 'error'],
  ['NO_RULE_ALLOWS', {}, 'error'],
  ['IPV6_DROPPED', {}, 'warning'],
  ['IPV6_NO_ROUTE', {}, 'info'],
])('%s with %j is of the severity %s', ([code, facts, want]) => {
  expect(severityOf({ code, facts, hosts: [], addresses: [] } as unknown as DoctorFinding)).toBe(want)
})
