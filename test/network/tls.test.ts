import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { reasonOf } from '../../src/document/download/connect.ts'
import { folderWith } from '../cli/harness.ts'
import { CERTIFICATES } from './certificates.ts'
import { listening, online, POLICY } from './harness.ts'

// Servers that answer the first message of TLS in their own way.

const PATH = '/files/ServiceTags_Public_20251110.json'
const isNewOpenSsl = Number.parseFloat(process.versions.openssl) >= 3.5
/** A fatal alert as a record of TLS 1.0; the numbers are those of RFC 8446, section 6. */
const alert = (description: number) => Buffer.of(0x15, 3, 1, 0, 2, 2, description)

describe.skipIf(!CERTIFICATES)('a server', () => {
  test.for<[what: string, answer: Buffer | string, reason: string]>([
    [
      'refuses the handshake',
      alert(40),
      // OpenSSL's name of the alert, since 3.5 and before.
      `the server refuses the TLS connection (ERR_SSL_${isNewOpenSsl ? 'SSL/TLS' : 'SSLV3'}_ALERT_HANDSHAKE_FAILURE)`,
    ],
    ['does not know the name', alert(112), 'the server refuses the TLS connection (ERR_SSL_TLSV1_UNRECOGNIZED_NAME)'],
    [
      'has only older versions',
      alert(70),
      'the server has no version of TLS in common with Node, which needs 1.2 or newer (ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION)',
    ],
    [
      'speaks no TLS',
      'HTTP/1.1 400 Bad Request\r\n\r\n',
      'the server does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER)',
    ],
  ])('that %s is tried four times, and its reason is shown', async ([, answer, reason]) => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end(answer))
    })
    const host = `localhost:${await listening(server)}`
    const network = { hosts: [host], ca: CERTIFICATES?.ca as string }
    const { code, err } = await online(
      folderWith({ 'tagwall.yaml': POLICY }),
      ['fetch', '--from', `https://${host}${PATH}`],
      network,
    )
    expect({ code, err: err.split('\n').slice(-2) }).toEqual({
      code: 2,
      err: [`tagwall: https://localhost${PATH} could not be fetched in 4 tries: ${reason}`, ''],
    })
  })
})

test.for<[error: object, want: string]>([
  [
    { code: 'ERR_SSL_UNSUPPORTED_PROTOCOL' },
    'the server has no version of TLS in common with Node, which needs 1.2 or newer (ERR_SSL_UNSUPPORTED_PROTOCOL)',
  ],
  [{ code: 'ERR_SSL_DH_KEY_TOO_SMALL' }, 'TLS with the server failed (ERR_SSL_DH_KEY_TOO_SMALL)'],
  [{ code: 'EPROTO' }, 'the server does not speak TLS (EPROTO)'],
  [{ code: 'HPE_INVALID_CONSTANT' }, 'the response is not HTTP'],
  [{ name: 'HTTPParserError', message: 'Response does not match' }, 'the response is not HTTP'],
  [{ code: 'ERR_ASSERTION', message: 'assert(upgrade)' }, 'the response is not valid HTTP'],
  [
    { code: 'UND_ERR_HEADERS_OVERFLOW', message: 'Headers Overflow Error' },
    'the headers of the response are too large',
  ],
  [{ code: 'UND_ERR_NEW', message: 'a text of the library' }, 'the connection failed (UND_ERR_NEW)'],
  [{ message: 'no code' }, 'the connection failed (no code)'],
  [{ errors: [{ code: 'ECONNREFUSED' }] }, 'the connection was refused'],
])('%j has a plain reason', ([error, want]) => {
  expect(reasonOf({ message: '', ...error })).toBe(want)
})
