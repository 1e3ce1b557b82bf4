import {
  answers,
  CERTIFICATE,
  inspected,
  instead,
  nameless,
  PROXY,
  PUBLIC_DP,
  PUBLIC_GBL,
  pinned,
  portal,
  type Row,
  rest,
  searched,
  through,
  unconnected,
  withTls,
} from './case.ts'
import { ALL, DP, GBL, IMAGES, knowledge, LOGIN, works } from './harness.ts'

/** A case of every verdict. */
export const ROWS: readonly Row[] = [
  // The clock and the proxy.
  ['PRIVATE_THROUGH_PROXY', 'the proxy carries a private name', [through(GBL, { status: 200 }), ...rest(GBL)], PROXY],
  ['PROXY_REFUSES', 'the proxy does not allow a host', instead(through(LOGIN, { status: 403 })), PROXY],
  ['PROXY_REFUSES', 'the proxy cannot reach a host', instead(through(LOGIN, { status: 502 })), PROXY],
  ['PROXY_NEEDS_LOGIN', 'the proxy asks for a password', instead(through(LOGIN, { status: 407 })), PROXY],
  [
    'PROXY_NEEDS_LOGIN',
    'the proxy takes no password in the URL',
    instead(through(LOGIN, { status: 407, schemes: ['Negotiate', 'NTLM'] })),
    PROXY,
  ],
  [
    'PROXY_CERTIFICATE',
    'another machine answers in place of the proxy',
    instead(through(LOGIN, { problem: 'ERR_TLS_CERT_ALTNAME_INVALID' })),
    PROXY,
  ],
  ['PROXY_REFUSES', 'the proxy asks itself', instead(through(LOGIN, { status: 508 })), PROXY],
  ['NOT_A_PROXY', 'HTTPS_PROXY names a web server', instead(through(LOGIN, { status: 405 })), PROXY],
  [
    'NOT_A_PROXY',
    'HTTPS_PROXY names something that does not speak HTTP',
    instead(through(LOGIN, { error: 'NOT_HTTP' })),
    PROXY,
  ],
  [
    'PROXY_UNREACHABLE',
    'the proxy is gone',
    instead(through(LOGIN, { error: 'ECONNREFUSED' }), through(IMAGES, { error: 'ECONNREFUSED' })),
    PROXY,
  ],
  ['CLUSTER_THROUGH_PROXY', 'in a pod, the API server goes through the proxy', ALL, { ...PROXY, cluster: '10.96.0.1' }],
  ['CLOCK_OFF', 'the clock is fast', ALL, { made: '2025-11-26T14:00:00Z' }],
  [
    'CLOCK_OFF',
    'the clock is slow; one server alone proves nothing',
    instead({ ...LOGIN, http: { status: 200, date: 'Thu, 01 Jan 1970 00:00:00 GMT' } }),
    { made: '2025-11-26T12:50:00Z' },
  ],
  ['CLOCK_OFF', 'the zone of the clock is wrong', ALL, { made: '2025-11-26T11:00:00Z' }],
  // Names.
  ['DNS_FAILS', 'no name server answers', instead(nameless('login.test', 'ETIMEOUT'))],
  [
    'DNS_ERROR',
    'the name server cannot resolve the name',
    instead(nameless('login.test', 'ESERVFAIL'), nameless('images.test', 'ESERVFAIL')),
  ],
  ['DNS_ERROR', 'the name server refuses this host', instead(nameless('login.test', 'EREFUSED'))],
  [
    'DNS_FAILS',
    'the resolver gives up before its second server answers',
    instead({
      host: 'login.test',
      port: 443,
      lookup: { addresses: [], error: 'EAI_AGAIN' },
      dns: [answers('10.0.0.9', [], 'ETIMEOUT'), answers('10.0.0.2', ['20.190.128.7'])],
    }),
  ],
  ['NAME_UNKNOWN', 'the name does not exist', instead(nameless('login.test', 'ENOTFOUND'))],
  ['NAME_UNKNOWN', 'a private zone without the record hides the name', instead(nameless('dp.config.test', 'ENODATA'))],
  ['DNS_FILTERED', 'a filter answers with 0.0.0.0', instead(works('login.test', '0.0.0.0'))],
  ['IN_NO_TAG', 'an endpoint is an address of this host, which no DNS gave', [...ALL, works('127.0.0.1', '127.0.0.1')]],
  [
    'LOOKUP_DIFFERS',
    'a local cache says something else',
    instead({ ...works('login.test', '10.9.9.9'), dns: [answers('10.0.0.2', ['20.190.128.7'])] }),
  ],
  [
    'HOSTS_FILE_WRONG',
    'a line of /etc/hosts has an old public address',
    instead({ ...unconnected(works('login.test', '20.99.0.1'), 'ETIMEDOUT'), ...pinned('20.99.0.1', '20.190.128.7') }),
  ],
  [
    'HOSTS_FILE_WRONG',
    'another machine answers at the address of the line',
    instead({
      ...withTls(works('login.test', '20.99.0.1'), { ...CERTIFICATE, problem: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      ...pinned('20.99.0.1', '20.190.128.7'),
    }),
  ],
  [
    'HOSTS_FILE_WRONG',
    'the line of a private name is wrong, and no private zone has the name',
    instead({ ...unconnected(works('dp.config.test', '10.1.0.66'), 'ETIMEDOUT'), ...pinned('10.1.0.66', '20.50.1.8') }),
  ],
  [
    'HOSTS_FILE_USED',
    'the line of a private name is public, and no private zone has the name',
    instead({ ...works('dp.config.test', '20.50.1.9'), ...pinned('20.50.1.9', '20.50.1.8') }),
  ],
  [
    'HOSTS_FILE_USED',
    'the address of the line works',
    instead({ ...works('login.test', '20.190.128.8'), ...pinned('20.190.128.8', '20.190.128.7') }),
  ],
  [
    'SEARCH_LIST_ANSWERS',
    'a wildcard in the search list answers first',
    instead(searched('login.test', '20.190.128.7'), searched('images.test', '20.40.2.7')),
    { ndots: 5 },
  ],
  [
    'SEARCH_LIST_ANSWERS',
    'a wildcard answers for every name: that is no captive portal',
    ALL.map(({ host, lookup }) => searched(host, lookup?.addresses[0] ?? '')),
    { ndots: 5, asked: true },
  ],
  [
    'CNAME_LOOP',
    'canonical names lead in a circle',
    instead({
      ...nameless('login.test', ''),
      dns: [answers('10.0.0.2', [], 'ESERVFAIL', 'a.login.test', 'b.login.test', 'a.login.test')],
    }),
  ],
  [
    'DNS_SERVER_ERROR',
    'the second name server has an error for two names',
    ALL.map((one) =>
      ['login.test', 'images.test'].includes(one.host)
        ? { ...one, dns: [...(one.dns ?? []), answers('10.0.0.3', [], 'ESERVFAIL')] }
        : one,
    ),
  ],
  [
    'CAPTIVE_PORTAL',
    'one address answers for everything',
    ALL.map(({ host }) => unconnected(works(host, '192.0.2.80'), 'ETIMEDOUT')),
  ],
  [
    'IN_NO_TAG',
    'three mirrors share an address',
    [...ALL, ...['a', 'b', 'c'].map((name) => unconnected(works(`${name}.mirror.test`, '192.0.2.80'), 'ETIMEDOUT'))],
  ],
  [
    'IN_NO_TAG',
    'a service is one host with three ports',
    [
      ...ALL,
      ...[5000, 8443].map((port) => ({ ...unconnected(works('mirror.test', '192.0.2.80'), 'ETIMEDOUT'), port })),
      unconnected(works('login.test', '192.0.2.80'), 'ETIMEDOUT'),
    ],
  ],
  [
    'DNS_DISAGREES',
    'one server knows the private zone, the other does not',
    instead({ ...DP, dns: [answers('10.0.0.2', ['10.1.0.6']), answers('8.8.8.8', ['20.50.1.8'])] }),
  ],
  [
    'DNS_DISAGREES',
    'one of two servers is wrong about everything',
    ALL.map((one) => ({ ...one, dns: [...(one.dns ?? []), answers('10.0.0.3', [], 'ENOTFOUND')] })),
  ],
  [
    'DNS_DISAGREES',
    'the first server does not know the name, and programs get nothing',
    instead({
      ...nameless('login.test', ''),
      dns: [answers('10.0.0.3', [], 'ENOTFOUND'), answers('10.0.0.2', ['20.190.128.7'])],
    }),
  ],
  [
    'DNS_SERVER_FAILS',
    'the first name server is silent',
    ALL.map((one) => ({ ...one, dns: [answers('10.0.0.9', [], 'ETIMEOUT'), ...(one.dns ?? [])] })),
  ],
  // Addresses.
  ['PRIVATE_AND_PUBLIC', 'one private name is public', instead(PUBLIC_DP)],
  ['PRIVATE_AND_PUBLIC', 'the deciding name is public, and another private', instead(PUBLIC_GBL)],
  [
    'PRIVATELINK_IS_PUBLIC',
    'the name passes a privatelink name',
    instead(
      ...[PUBLIC_GBL, PUBLIC_DP].map((one) => ({
        ...one,
        dns: [answers('10.0.0.2', one.lookup?.addresses ?? [], undefined, one.host.replace('.', '.privatelink.'))],
      })),
    ),
    { asked: true },
  ],
  ['NOT_PRIVATE', 'everything is public, and the policy is for Private Link', instead(PUBLIC_GBL, PUBLIC_DP)],
  ['UNEXPECTEDLY_PRIVATE', 'without Private Link, a name is private', instead(PUBLIC_GBL), { asked: false }],
  [
    'PUBLIC_IPV6',
    'the private zone has no AAAA record, and the public one answers',
    instead(works('dp.config.test', '10.1.0.6', '2603:1000::6')),
  ],
  [
    'NEITHER_PRIVATE_NOR_TAGGED',
    'the virtual network has public space of its own',
    instead(works('dp.config.test', '198.18.0.6')),
  ],
  [
    'NOT_IN_ITS_TAG',
    'DNS is poisoned, or the snapshot is old: another tag has the address',
    instead(unconnected(works('images.test', '13.107.246.9'), 'ETIMEDOUT')),
  ],
  [
    'PRIVATE_INSTEAD_OF_TAG',
    'sign-in is answered with a private address, and dropped',
    instead(unconnected(works('login.test', '10.9.9.9'), 'ETIMEDOUT')),
  ],
  [
    'PRIVATE_INSTEAD_OF_TAG',
    'a forwarder of this network answers for sign-in',
    instead(works('login.test', '10.9.9.9')),
  ],
  ['NOT_IN_ITS_TAG', 'a rule for another service allows the address', instead(works('login.test', '20.40.2.9'))],
  ['NOT_IN_ITS_TAG', 'the address of another tag is reached', instead(works('images.test', '13.107.246.9'))],
  ['NO_RULE_ALLOWS', 'the rule is for another port', [...ALL, { ...works('login.test', '20.190.128.7'), port: 8084 }]],
  [
    'IN_NO_TAG',
    'Microsoft has moved since the snapshot',
    instead(unconnected(works('login.test', '20.99.0.1'), 'ETIMEDOUT')),
    { known: knowledge([], false) },
  ],
  [
    'IN_NO_TAG',
    'the record is older than the snapshot',
    instead(works('login.test', '20.99.0.1')),
    { made: '2025-10-01T13:00:00Z' },
  ],
  [
    'FEATURE_WITHOUT_PRIVATE_LINK',
    'a feature is asked for that Private Link does not have',
    [...ALL, unconnected(works('connect.test', '20.50.1.9'), 'ETIMEDOUT')],
    { features: ['connect'] },
  ],
  // Connections.
  ['ALLOWED_BUT_DROPPED', 'the firewall was not loaded', instead(unconnected(LOGIN, 'ETIMEDOUT'))],
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
  ],
  ['PRIVATE_DROPPED', 'the VPN is down', instead(unconnected(GBL, 'ETIMEDOUT'))],
  ['CONNECTION_REFUSED', 'a firewall rejects', instead(unconnected(LOGIN, 'ECONNREFUSED'))],
  ['NO_ROUTE', 'no default route', instead(unconnected(LOGIN, 'ENETUNREACH'), unconnected(IMAGES, 'ENETUNREACH'))],
  ['DEVICE_REJECTS', 'a firewall rejects one public host of two', instead(unconnected(LOGIN, 'EHOSTUNREACH'))],
  [
    'PRIVATE_NO_ROUTE',
    'the network of the private endpoints is not announced',
    instead(unconnected(GBL, 'ENETUNREACH'), unconnected(DP, 'ENETUNREACH')),
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
  ],
  [
    'IPV6_NO_ROUTE',
    'IPv6 is refused',
    instead({
      ...works('login.test', '20.190.128.7', '2603:1000::7'),
      tcp: [
        { address: '20.190.128.7', result: 'open' },
        { address: '2603:1000::7', result: 'ECONNREFUSED' },
      ],
    }),
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
  ],
  // TLS.
  ['ONE_CERTIFICATE', 'a captive portal answers every connection over HTTPS', ALL.map((one) => portal(one, 511))],
  [
    'TLS_CUT',
    'IPv6 accepts TCP and is silent in TLS, and IPv4 works',
    instead({
      ...works('login.test', '20.190.128.7', '2603:1000::7'),
      tls6: { address: '2603:1000::7', error: 'ETIMEDOUT' },
    }),
  ],
  [
    'TLS_INSPECTED',
    'the host does not know the authority',
    instead(withTls(LOGIN, inspected('Contoso Proxy CA', 'none'))),
  ],
  [
    'TLS_INSPECTED',
    'the host trusts the authority',
    instead(
      withTls(LOGIN, inspected('Contoso Proxy CA', 'host')),
      withTls(IMAGES, inspected('Contoso Proxy CA', 'host')),
    ),
  ],
  [
    'CHAIN_INCOMPLETE',
    "Microsoft's chain lacks its bridge",
    instead(withTls(LOGIN, inspected('Microsoft TLS RSA Root G2', 'none', 'Microsoft Corporation'))),
  ],
  [
    'INTERMEDIATE_MISSING',
    'the server does not send its intermediate certificate',
    instead(
      withTls(LOGIN, {
        ...CERTIFICATE,
        problem: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        chain: [{ subject: 'login.test', issuer: 'DigiCert Global G2 TLS RSA SHA256 2020 CA1', by: 'DigiCert Inc' }],
      }),
    ),
  ],
  [
    'LARGE_PACKETS_LOST',
    'a tunnel takes smaller packets',
    instead(
      withTls(LOGIN, {
        error: 'ETIMEDOUT',
        sizes: [
          { bytes: 200, result: 'answered' },
          { bytes: 1200, result: 'answered' },
          { bytes: 1300, result: 'ETIMEDOUT' },
          { bytes: 1400, result: 'ETIMEDOUT' },
        ],
      }),
    ),
  ],
  [
    'LARGE_PACKETS_LOST',
    'only the packets of the service are too large',
    instead(withTls(LOGIN, { error: 'ETIMEDOUT', sizes: [{ bytes: 1400, result: 'answered' }] })),
  ],
  [
    'TLS_CUT',
    'a firewall that filters by name drops hellos of any size',
    instead(withTls(LOGIN, { error: 'ETIMEDOUT', sizes: [{ bytes: 200, result: 'ETIMEDOUT' }] })),
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
  ],
  ['TLS_CUT', 'the handshake is reset', instead(withTls(LOGIN, { error: 'ECONNRESET' }))],
  ['NOT_TLS', 'a captive portal answers', instead(withTls(LOGIN, { error: 'ERR_SSL_WRONG_VERSION_NUMBER' }))],
  ['TLS_TOO_OLD', 'a device downgrades', instead(withTls(LOGIN, { error: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' }))],
  // HTTP.
  [
    'SLOW',
    'DNS takes 3 seconds and TLS 4',
    ALL.map((one) => ({
      ...one,
      lookup: { addresses: one.lookup?.addresses ?? [], ms: 3014 },
      tls: { ...one.tls, ms: 4000 },
    })),
  ],
  [
    'BLOCK_PAGE',
    'the inspecting device answers with a page',
    instead(withTls(LOGIN, inspected('Contoso', 'none'), { status: 403, type: 'text/html', title: 'Blocked' })),
  ],
  ['BLOCK_PAGE', 'a portal asks for a sign-in', instead(withTls(LOGIN, inspected('Contoso', 'none'), { status: 511 }))],
  ['NO_RESPONSE', 'nothing comes after the handshake', instead({ ...LOGIN, http: { error: 'ETIMEDOUT' } })],
  [
    'NO_RESPONSE',
    'nothing comes over plain HTTP',
    [...ALL, { ...works('login.test', '20.190.128.7'), port: 80, tls: undefined, http: { error: 'ETIMEDOUT' } }],
  ],
  // What was not checked.
  ['NOTHING_CHECKED', 'the record is empty', []],
  ['NOT_CHECKED', 'the time was over', instead({ host: 'images.test', port: 443, skipped: true })],
  ['NOT_CHECKED', 'the script had no curl', ALL.map(({ host, port, lookup, dns }) => ({ host, port, lookup, dns }))],
  [
    'NOT_CHECKED',
    'an endpoint is checked by TCP only, and others without HTTP or not at all',
    [
      { ...LOGIN, tls: undefined, http: undefined },
      { ...IMAGES, http: undefined },
      { host: 'dp.config.test', port: 443 },
      GBL,
    ],
  ],
  ['NOT_CHECKED', 'the record lacks endpoints of the table', [GBL, LOGIN]],
]
