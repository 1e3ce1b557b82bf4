import { describe, expect, test } from 'vitest'
import { DOCTOR_CODES, type DoctorCode } from '../../src/model/diagnosis.ts'
import type { EndpointObservation, Observations, ServerAnswer } from '../../src/model/observation.ts'
import { ALL, DP, diagnosed, GBL, IMAGES, knowledge, LOGIN, lines, seen, works } from './harness.ts'

const answers = (server: string, addresses: readonly string[], error?: string, ...cnames: string[]): ServerAnswer => ({
  server,
  a: { addresses: addresses.filter((one) => !one.includes(':')), error },
  aaaa: { addresses: addresses.filter((one) => one.includes(':')), error },
  cnames,
})

/** An endpoint that has no address. */
const nameless = (host: string, error: string, ...dns: ServerAnswer[]): EndpointObservation => ({
  host,
  port: 443,
  lookup: { addresses: [], error: 'ENOTFOUND' },
  dns: dns.length > 0 ? dns : [answers('10.0.0.2', [], error)],
})

/** The connections end with `result`, and nothing after them was tried. */
const unconnected = (one: EndpointObservation, result: string): EndpointObservation => ({
  host: one.host,
  port: one.port,
  lookup: one.lookup,
  dns: one.dns,
  tcp: one.lookup?.addresses.map((address) => ({ address, result })),
})

const withTls = (one: EndpointObservation, tls: EndpointObservation['tls'], http?: EndpointObservation['http']) => ({
  ...one,
  tls: { address: one.lookup?.addresses[0], ...tls },
  http,
})

const inspected = (issuer: string, trust: 'host' | 'none', by = 'Contoso') =>
  ({
    protocol: 'TLSv1.3',
    trust,
    problem: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    chain: [{ subject: 'login.test', issuer, by }],
  }) as const

const through = (one: EndpointObservation, proxy: EndpointObservation['proxy']): EndpointObservation => ({
  host: one.host,
  port: one.port,
  lookup: one.lookup,
  proxy,
})

const rest = (...without: readonly EndpointObservation[]) =>
  ALL.filter(({ host }) => !without.some((one) => one.host === host))

/** With these in place of the ones of the same name. */
const instead = (...changed: readonly EndpointObservation[]) =>
  ALL.map((one) => changed.find(({ host }) => host === one.host) ?? one)

type Row = readonly [
  code: DoctorCode,
  what: string,
  endpoints: readonly EndpointObservation[],
  expected: readonly string[],
  more?: Partial<Observations> & { readonly asked?: boolean; readonly known?: ReturnType<typeof knowledge> },
]

const PUBLIC_GBL = works('gbl.his.arc.test', '20.50.1.7')
const PUBLIC_DP = works('dp.config.test', '20.50.1.8')
const PROXY = { proxy: 'proxy.corp:3128', noProxy: '' }
const CERTIFICATE = { protocol: 'TLSv1.3', trust: 'none' } as const

const ROWS: readonly Row[] = [
  [
    'DNS_FAILS',
    'no name server answers',
    instead(nameless('login.test', 'ETIMEOUT')),
    ['DNS_FAILS: login.test cannot be looked up: no answer in time, from 10.0.0.2'],
  ],
  [
    'DNS_FAILS',
    'the name server fails',
    instead(nameless('login.test', 'ESERVFAIL')),
    ['DNS_FAILS: login.test cannot be looked up: SERVFAIL, from 10.0.0.2'],
  ],
  [
    'DNS_FAILS',
    'the resolver gives up before its second server answers',
    instead({
      host: 'login.test',
      port: 443,
      lookup: { addresses: [], error: 'EAI_AGAIN' },
      dns: [answers('10.0.0.9', [], 'ETIMEOUT'), answers('10.0.0.2', ['20.190.128.7'])],
    }),
    [
      'DNS_FAILS: login.test cannot be looked up: no answer, from 10.0.0.9',
      'DNS_SERVER_FAILS: the name server 10.0.0.9 does not answer (no answer in time), so each lookup may take seconds',
    ],
  ],
  [
    'NAME_UNKNOWN',
    'the name does not exist',
    instead(nameless('login.test', 'ENOTFOUND')),
    ['NAME_UNKNOWN: DNS does not know an address of login.test (asked: 10.0.0.2)'],
  ],
  [
    'NAME_UNKNOWN',
    'a private zone without the record hides the name',
    instead(nameless('dp.config.test', 'ENODATA')),
    ['NAME_UNKNOWN: DNS does not know an address of dp.config.test (asked: 10.0.0.2)'],
  ],
  [
    'DNS_FILTERED',
    'a filter answers with 0.0.0.0',
    instead(works('login.test', '0.0.0.0')),
    ['DNS_FILTERED: DNS answers 0.0.0.0 for login.test: a DNS filter blocks the name'],
  ],
  [
    'LOOKUP_DIFFERS',
    '/etc/hosts says something else',
    instead({ ...works('login.test', '10.9.9.9'), dns: [answers('10.0.0.2', ['20.190.128.7'])] }),
    ['LOOKUP_DIFFERS: programs on this host do not get for login.test what its name servers answer, but 10.9.9.9'],
  ],
  [
    'LOOKUP_DIFFERS',
    'a wildcard in the search list answers first',
    instead({
      ...works('login.test', '192.0.2.9'),
      dns: [answers('10.0.0.2', ['20.190.128.7'])],
      searched: [{ name: 'login.test.corp.example', addresses: ['192.0.2.9'] }],
    }),
    ['LOOKUP_DIFFERS: the search list of this host finds login.test.corp.example in place of login.test: 192.0.2.9'],
  ],
  [
    'DNS_DISAGREES',
    'one server knows the private zone, the other does not',
    instead({ ...DP, dns: [answers('10.0.0.2', ['10.1.0.6']), answers('8.8.8.8', ['20.50.1.8'])] }),
    [
      'DNS_DISAGREES: the name servers of this host disagree about dp.config.test: 10.0.0.2 answers 10.1.0.6 (private); 8.8.8.8 answers 20.50.1.8 (public)',
    ],
  ],
  [
    'DNS_SERVER_FAILS',
    'the first name server is silent',
    ALL.map((one) => ({ ...one, dns: [answers('10.0.0.9', [], 'ETIMEOUT'), ...(one.dns ?? [])] })),
    ['DNS_SERVER_FAILS: the name server 10.0.0.9 does not answer (no answer in time), so each lookup may take seconds'],
  ],
  [
    'PRIVATE_AND_PUBLIC',
    'one private name is public',
    instead(PUBLIC_DP),
    [
      'PRIVATE_AND_PUBLIC: private and public answers are mixed: dp.config.test is public, but gbl.his.arc.test is private. Arc agents refuse the mixture (AZCM0026)',
      'NOT_PRIVATE: dp.config.test is public (20.50.1.8), and no privatelink name is on the way: no private endpoint is known to this DNS',
    ],
  ],
  [
    'PRIVATE_AND_PUBLIC',
    'the deciding name is public, and another private',
    instead(PUBLIC_GBL),
    [
      'PRIVATE_AND_PUBLIC: private and public answers are mixed: gbl.his.arc.test is public, but dp.config.test is private. Arc agents refuse the mixture (AZCM0026)',
      'NOT_PRIVATE: gbl.his.arc.test is public (20.50.1.7), and no privatelink name is on the way: no private endpoint is known to this DNS; no rule of mine allows the public addresses',
    ],
  ],
  [
    'PRIVATELINK_IS_PUBLIC',
    'the name passes a privatelink name',
    instead(
      ...[PUBLIC_GBL, PUBLIC_DP].map((one) => ({
        ...one,
        dns: [answers('10.0.0.2', one.lookup?.addresses ?? [], undefined, one.host.replace('.', '.privatelink.'))],
      })),
    ),
    [
      'PRIVATELINK_IS_PUBLIC: gbl.his.arc.test is public (20.50.1.7), although the name passes a privatelink name: the private endpoint exists, but this DNS does not ask the private zone',
      'PRIVATELINK_IS_PUBLIC: dp.config.test is public (20.50.1.8), although the name passes a privatelink name: the private endpoint exists, but this DNS does not ask the private zone',
    ],
    { asked: true },
  ],
  [
    'NOT_PRIVATE',
    'everything is public, and the policy is for Private Link',
    instead(PUBLIC_GBL, PUBLIC_DP),
    [
      'NOT_PRIVATE: gbl.his.arc.test is public (20.50.1.7), and no privatelink name is on the way: no private endpoint is known to this DNS; no rule of mine allows the public addresses',
      'NOT_PRIVATE: dp.config.test is public (20.50.1.8), and no privatelink name is on the way: no private endpoint is known to this DNS; no rule of mine allows the public addresses',
    ],
  ],
  [
    'UNEXPECTEDLY_PRIVATE',
    'without Private Link, a name is private',
    instead(PUBLIC_GBL),
    [
      'UNEXPECTEDLY_PRIVATE: dp.config.test is private (10.1.0.6), although Private Link is not used. Agents without a Private Link scope refuse that (AZCM0026)',
      'NO_RULE_ALLOWS: 20.50.1.7 of gbl.his.arc.test is only in Arc, which no rule of mine allows on tcp 443; it works today through something else',
    ],
    { asked: false },
  ],
  [
    'PUBLIC_IPV6',
    'the private zone has no AAAA record, and the public one answers',
    instead(works('dp.config.test', '10.1.0.6', '2603:1000::6')),
    [
      'PUBLIC_IPV6: dp.config.test is private over IPv4, but public over IPv6 (2603:1000::6), and agents may prefer IPv6',
    ],
  ],
  [
    'NEITHER_PRIVATE_NOR_TAGGED',
    'the virtual network has public space of its own',
    instead(works('dp.config.test', '198.18.0.6')),
    [
      'PRIVATE_AND_PUBLIC: private and public answers are mixed: dp.config.test is public, but gbl.his.arc.test is private. Arc agents refuse the mixture (AZCM0026)',
      'NEITHER_PRIVATE_NOR_TAGGED: 198.18.0.6 of dp.config.test is neither private nor in Arc of 2025-11-10',
    ],
  ],
  [
    'NO_RULE_ALLOWS',
    'another tag has the address, and it is dropped',
    instead(unconnected(works('images.test', '13.107.246.9'), 'ETIMEDOUT')),
    ['NO_RULE_ALLOWS: 13.107.246.9 of images.test is only in Frontend, which no rule of mine allows on tcp 443'],
  ],
  [
    'NO_RULE_ALLOWS',
    'the rule is for another port',
    [...ALL, { ...works('login.test', '20.190.128.7'), port: 8084 }],
    [
      'NO_RULE_ALLOWS: 20.190.128.7 of login.test:8084 is only in Login, which no rule of mine allows on tcp 8084; it works today through something else',
    ],
  ],
  [
    'IN_NO_TAG',
    'Microsoft has moved since the snapshot',
    instead(unconnected(works('login.test', '20.99.0.1'), 'ETIMEDOUT')),
    [
      'IN_NO_TAG: 20.99.0.1 of login.test is in no tag of the snapshot of 2025-11-10 (16 days old), which keeps only the tags in use; expected in Login',
    ],
    { known: knowledge([], false) },
  ],
  [
    'ALLOWED_BUT_DROPPED',
    'the firewall was not loaded',
    instead(unconnected(LOGIN, 'ETIMEDOUT')),
    [
      'ALLOWED_BUT_DROPPED: rule AllowLogin allows 20.190.128.7 of login.test, but nothing answers: the packets are dropped',
    ],
  ],
  [
    'ALLOWED_BUT_DROPPED',
    'one of two addresses is dropped',
    instead({
      ...works('login.test', '20.190.128.7', '20.190.128.8'),
      tcp: [
        { address: '20.190.128.7', result: 'open' },
        { address: '20.190.128.8', result: 'ETIMEDOUT' },
      ],
    }),
    [
      'ALLOWED_BUT_DROPPED: rule AllowLogin allows 20.190.128.8 of login.test, but nothing answers: the packets are dropped',
    ],
  ],
  [
    'PRIVATE_DROPPED',
    'the VPN is down',
    instead(unconnected(GBL, 'ETIMEDOUT')),
    ['PRIVATE_DROPPED: the private endpoint 10.1.0.5 of gbl.his.arc.test does not answer: the packets are dropped'],
  ],
  [
    'CONNECTION_REFUSED',
    'a firewall rejects',
    instead(unconnected(LOGIN, 'ECONNREFUSED')),
    [
      'CONNECTION_REFUSED: the connection to 20.190.128.7 of login.test is refused at once, although rule AllowLogin allows it',
    ],
  ],
  [
    'NO_ROUTE',
    'no default route',
    instead(unconnected(LOGIN, 'ENETUNREACH')),
    ['NO_ROUTE: there is no route to 20.190.128.7 of login.test (ENETUNREACH)'],
  ],
  [
    'IPV6_NO_ROUTE',
    'IPv6 has no route',
    instead({
      ...works('login.test', '20.190.128.7', '2603:1000::7'),
      tcp: [
        { address: '20.190.128.7', result: 'open' },
        { address: '2603:1000::7', result: 'ENETUNREACH' },
      ],
    }),
    ['IPV6_NO_ROUTE: this host has no route for IPv6; IPv4 works'],
  ],
  [
    'IPV6_DROPPED',
    'IPv6 goes into a black hole',
    instead({
      ...works('login.test', '2603:1000::7', '20.190.128.7'),
      tcp: [
        { address: '2603:1000::7', result: 'ETIMEDOUT' },
        { address: '20.190.128.7', result: 'open' },
      ],
    }),
    [
      'IPV6_DROPPED: login.test is reached over IPv4, but packets over IPv6 are dropped, and programs wait for them first',
    ],
  ],
  [
    'TLS_INSPECTED',
    'the host does not know the authority',
    instead(withTls(LOGIN, inspected('Contoso Proxy CA', 'none'))),
    [
      'TLS_INSPECTED: the certificate of login.test is issued by "Contoso Proxy CA", which is not a public authority: a device inspects TLS',
    ],
  ],
  [
    'TLS_INSPECTED',
    'the host trusts the authority',
    instead(
      withTls(LOGIN, inspected('Contoso Proxy CA', 'host')),
      withTls(IMAGES, inspected('Contoso Proxy CA', 'host')),
    ),
    [
      'TLS_INSPECTED: the certificate of login.test and images.test is issued by "Contoso Proxy CA", which is not a public authority, but this host trusts it: a device inspects TLS',
    ],
  ],
  [
    'BLOCK_PAGE',
    'the inspecting device answers with a page',
    instead(withTls(LOGIN, inspected('Contoso', 'none'), { status: 403, type: 'text/html', title: 'Blocked' })),
    [
      'TLS_INSPECTED: the certificate of login.test is issued by "Contoso", which is not a public authority: a device inspects TLS',
      'BLOCK_PAGE: login.test is answered by a device on the way, not by the service: status 403, "Blocked"',
    ],
  ],
  [
    'CHAIN_INCOMPLETE',
    "Microsoft's chain lacks its bridge",
    instead(withTls(LOGIN, inspected('Microsoft TLS RSA Root G2', 'none', 'Microsoft Corporation'))),
    [
      'CHAIN_INCOMPLETE: the certificate of login.test ends at "Microsoft TLS RSA Root G2", a new root of Microsoft, and the server does not send the bridge to an older one. Nothing is wrong with your network',
    ],
  ],
  [
    'WRONG_CERTIFICATE',
    'another machine answers',
    instead(
      withTls(LOGIN, {
        ...CERTIFICATE,
        problem: 'ERR_TLS_CERT_ALTNAME_INVALID',
        chain: [{ subject: 'x', issuer: 'Public CA', names: 'DNS:mail.example' }],
      }),
    ),
    [
      'WRONG_CERTIFICATE: the certificate of login.test is for "DNS:mail.example", issued by "Public CA": another machine answers',
    ],
  ],
  [
    'CERTIFICATE_DATES',
    'the certificate has expired, or the clock is wrong',
    instead(
      withTls(LOGIN, {
        ...CERTIFICATE,
        problem: 'CERT_HAS_EXPIRED',
        chain: [{ subject: 'x', issuer: 'Public CA', from: 'Jan 1 2020', to: 'Jan 1 2021' }],
      }),
    ),
    [
      'CERTIFICATE_DATES: the certificate of login.test is valid from Jan 1 2020 to Jan 1 2021, and not by the clock of this host',
    ],
  ],
  [
    'TLS_CUT',
    'the handshake is reset',
    instead(withTls(LOGIN, { error: 'ECONNRESET' })),
    [
      'TLS_CUT: login.test accepts TCP, but not TLS: the connection was reset. A firewall that filters by name accepts the connection of a blocked host and cuts it here',
    ],
  ],
  [
    'NOT_TLS',
    'a captive portal answers',
    instead(withTls(LOGIN, { error: 'ERR_SSL_WRONG_VERSION_NUMBER' })),
    ['NOT_TLS: login.test does not speak TLS: something else answers'],
  ],
  [
    'TLS_TOO_OLD',
    'a device downgrades',
    instead(withTls(LOGIN, { error: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' })),
    [
      'TLS_TOO_OLD: only a TLS older than 1.2 is possible to login.test (ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION): a device on the way downgrades it',
    ],
  ],
  [
    'NO_RESPONSE',
    'nothing comes after the handshake',
    instead({ ...LOGIN, http: { error: 'ETIMEDOUT' } }),
    ['NO_RESPONSE: login.test completes TLS, but gives no HTTP response: no response in time'],
  ],
  [
    'CLOCK_OFF',
    'the clock is fast',
    ALL,
    ['CLOCK_OFF: the clock of this host is 3,599 seconds fast, so tokens are refused'],
    { made: '2025-11-26T14:00:00Z' },
  ],
  [
    'CLOCK_OFF',
    'the clock is slow; one server alone proves nothing',
    instead({ ...LOGIN, http: { status: 200, date: 'Thu, 01 Jan 1970 00:00:00 GMT' } }),
    ['CLOCK_OFF: the clock of this host is 601 seconds slow, so tokens are refused'],
    { made: '2025-11-26T12:50:00Z' },
  ],
  [
    'PRIVATE_THROUGH_PROXY',
    'the proxy carries a private name',
    [through(GBL, { status: 200 }), ...rest(GBL)],
    [
      'PRIVATE_THROUGH_PROXY: gbl.his.arc.test goes through the proxy proxy.corp:3128, so the private endpoint is not used',
    ],
    PROXY,
  ],
  [
    'PROXY_REFUSES',
    'the proxy does not allow a host',
    instead(through(LOGIN, { status: 403 })),
    ['PROXY_REFUSES: the proxy proxy.corp:3128 does not connect to login.test: status 403'],
    PROXY,
  ],
  [
    'PROXY_REFUSES',
    'the proxy cannot reach a host',
    instead(through(LOGIN, { status: 502 })),
    [
      'PROXY_REFUSES: the proxy proxy.corp:3128 does not connect to login.test: status 502, so the proxy itself cannot reach the host',
    ],
    PROXY,
  ],
  [
    'PROXY_NEEDS_LOGIN',
    'the proxy asks for a password',
    instead(through(LOGIN, { status: 407 })),
    ['PROXY_NEEDS_LOGIN: the proxy proxy.corp:3128 asks for a user and a password (407)'],
    PROXY,
  ],
  [
    'PROXY_UNREACHABLE',
    'the proxy is gone',
    instead(through(LOGIN, { error: 'ECONNREFUSED' }), through(IMAGES, { error: 'ECONNREFUSED' })),
    ['PROXY_UNREACHABLE: the proxy proxy.corp:3128 of HTTPS_PROXY cannot be reached: the connection was refused'],
    PROXY,
  ],
  [
    'CLUSTER_THROUGH_PROXY',
    'in a pod, the API server goes through the proxy',
    ALL,
    ['CLUSTER_THROUGH_PROXY: the API server of this cluster, 10.96.0.1, goes through the proxy'],
    { ...PROXY, cluster: '10.96.0.1' },
  ],
  [
    'NOT_CHECKED',
    'the time was over',
    instead({ host: 'images.test', port: 443, skipped: true }),
    ['NOT_CHECKED: images.test is not checked: the time was over'],
  ],
  [
    'FEATURE_WITHOUT_PRIVATE_LINK',
    'a feature is asked for that Private Link does not have',
    [...ALL, unconnected(works('connect.test', '20.50.1.9'), 'ETIMEDOUT')],
    ['FEATURE_WITHOUT_PRIVATE_LINK: Connect (connect) does not work with Private Link, so its endpoints do not count'],
    { features: ['connect'] },
  ],
]

describe('a verdict', () => {
  test.for(ROWS)('%s: %s', ([, , endpoints, expected, { asked, known, ...more } = {}]) => {
    expect(lines(diagnosed(seen(endpoints, more), asked, known ?? knowledge()))).toEqual(expected)
  })

  test('has a row for every code', () => {
    const covered = new Set(ROWS.map(([code]) => code))
    expect(Object.keys(DOCTOR_CODES).filter((code) => !covered.has(code as DoctorCode))).toEqual([])
    // And a row is about its code.
    for (const [code, what, , expected] of ROWS)
      expect([what, expected.some((text) => text.startsWith(`${code}: `))]).toEqual([what, true])
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
