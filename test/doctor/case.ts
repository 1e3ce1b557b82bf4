import type { DoctorCode } from '../../src/doctor/findings.ts'
import type { EndpointObservation, Observations, ServerAnswer } from '../../src/doctor/observation-schema.ts'
import { ALL, type knowledge, works } from './harness.ts'

/** Observations, and the code of a finding that they give, beside others; `expected/verdicts.txt` has the sentences. */
export type Row = readonly [
  code: DoctorCode,
  what: string,
  endpoints: readonly EndpointObservation[],
  more?: Partial<Observations> & { readonly asked?: boolean; readonly known?: ReturnType<typeof knowledge> },
]

export const PUBLIC_GBL = works('gbl.his.arc.test', '20.50.1.7')
export const PUBLIC_DP = works('dp.config.test', '20.50.1.8')
export const PROXY = { proxy: 'proxy.corp:3128', noProxy: '' }
export const CERTIFICATE = { protocol: 'TLSv1.3', trust: 'none' } as const

export const answers = (
  server: string,
  addresses: readonly string[],
  error?: string,
  ...cnames: string[]
): ServerAnswer => ({
  server,
  a: { addresses: addresses.filter((one) => !one.includes(':')), error },
  aaaa: { addresses: addresses.filter((one) => one.includes(':')), error },
  cnames,
})

/** An endpoint that has no address. */
export const nameless = (host: string, error: string, ...dns: ServerAnswer[]): EndpointObservation => ({
  host,
  port: 443,
  lookup: { addresses: [], error: 'ENOTFOUND' },
  dns: dns.length > 0 ? dns : [answers('10.0.0.2', [], error)],
})

/** The connections end with `result`, and nothing after them was tried. */
export const unconnected = (one: EndpointObservation, result: string): EndpointObservation => ({
  host: one.host,
  port: one.port,
  lookup: one.lookup,
  dns: one.dns,
  tcp: one.lookup?.addresses.map((address) => ({ address, result })),
})

export const withTls = (
  one: EndpointObservation,
  tls: EndpointObservation['tls'],
  http?: EndpointObservation['http'],
) => ({
  ...one,
  tls: { address: one.lookup?.addresses[0], ...tls },
  http,
})

export const inspected = (issuer: string, trust: 'host' | 'none', by = 'Contoso') =>
  ({
    protocol: 'TLSv1.3',
    trust,
    problem: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    chain: [{ subject: 'login.test', issuer, by }],
  }) as const

export const through = (one: EndpointObservation, proxy: EndpointObservation['proxy']): EndpointObservation => ({
  host: one.host,
  port: one.port,
  lookup: one.lookup,
  proxy,
})

export const rest = (...without: readonly EndpointObservation[]) =>
  ALL.filter(({ host }) => !without.some((one) => one.host === host))

/** With these in place of the ones of the same name. */
export const instead = (...changed: readonly EndpointObservation[]) =>
  ALL.map((one) => changed.find(({ host }) => host === one.host) ?? one)

/** The hosts file gives the address, and the name server another one. */
export const pinned = (address: string, answer: string) => ({
  hostsFile: [{ file: '/etc/hosts', line: 3, address }],
  dns: [answers('10.0.0.2', [answer])],
})

/** A wildcard in a domain of the search list answers in place of the name. */
export const searched = (host: string, address: string): EndpointObservation => ({
  ...works(host, '192.0.2.9'),
  dns: [answers('10.0.0.2', [address])],
  searched: [{ name: `${host}.corp.example`, addresses: ['192.0.2.9'] }],
})

/** One machine answers for all names, with its own certificate. */
export const portal = (one: EndpointObservation, status: number): EndpointObservation => ({
  ...one,
  tls: {
    ...CERTIFICATE,
    problem: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    chain: [{ subject: 'portal.cafe.example', issuer: 'portal.cafe.example', names: 'DNS:portal.cafe.example' }],
  },
  http: { status, type: 'text/html' },
})
