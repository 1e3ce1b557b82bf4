import { ALL, IMAGES, LOGIN, works } from '../harness.ts'
import { CERTIFICATE, inspected, instead, portal, type Row, withTls } from './case.ts'

export const TLS_ROWS: readonly Row[] = [
  [
    'ONE_CERTIFICATE',
    'a captive portal answers every connection over HTTPS',
    ALL.map((one) => portal(one, 511)),
    [
      'ONE_CERTIFICATE: gbl.his.arc.test, dp.config.test, login.test and images.test show the same certificate, for "portal.cafe.example", issued by "portal.cafe.example": one machine answers in place of the services, such as a captive portal (it asks for a sign-in: status 511). It does not inspect TLS',
    ],
  ],
  [
    'TLS_CUT',
    'IPv6 accepts TCP and is silent in TLS, and IPv4 works',
    instead({
      ...works('login.test', '20.190.128.7', '2603:1000::7'),
      tls6: { address: '2603:1000::7', error: 'ETIMEDOUT' },
    }),
    [
      'TLS_CUT: login.test accepts TCP over IPv6, but not TLS: no answer in time. A firewall that filters by name accepts the connection of a blocked host and cuts it here',
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
    'CHAIN_INCOMPLETE',
    "Microsoft's chain lacks its bridge",
    instead(withTls(LOGIN, inspected('Microsoft TLS RSA Root G2', 'none', 'Microsoft Corporation'))),
    [
      'CHAIN_INCOMPLETE: the certificate of login.test ends at "Microsoft TLS RSA Root G2", a new root of Microsoft, and the server does not send the bridge to an older one. Nothing is wrong with your network',
    ],
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
    [
      'INTERMEDIATE_MISSING: the certificate of login.test is issued by "DigiCert Global G2 TLS RSA SHA256 2020 CA1", a public authority, but the certificate of that authority is missing: the server does not send it, or this host does not know its root',
    ],
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
    [
      'LARGE_PACKETS_LOST: login.test answers small packets, but large packets are lost: a message of 1,200 bytes is answered, one of 1,300 bytes is not. The path has a smaller MTU than the hosts at its ends believe',
    ],
  ],
  [
    'LARGE_PACKETS_LOST',
    'only the packets of the service are too large',
    instead(withTls(LOGIN, { error: 'ETIMEDOUT', sizes: [{ bytes: 1400, result: 'answered' }] })),
    [
      'LARGE_PACKETS_LOST: login.test answers small packets, but large packets are lost: a message of 1,400 bytes is answered, the whole handshake is not. The path has a smaller MTU than the hosts at its ends believe',
    ],
  ],
  [
    'TLS_CUT',
    'a firewall that filters by name drops hellos of any size',
    instead(withTls(LOGIN, { error: 'ETIMEDOUT', sizes: [{ bytes: 200, result: 'ETIMEDOUT' }] })),
    [
      'TLS_CUT: login.test accepts TCP, but not TLS: no answer in time. A firewall that filters by name accepts the connection of a blocked host and cuts it here',
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
]
