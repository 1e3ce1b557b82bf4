import { ALL, IMAGES, LOGIN, works } from '../harness.ts'
import { CERTIFICATE, inspected, instead, portal, type Row, withTls } from './case.ts'

export const TLS_ROWS: readonly Row[] = [
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
]
