import { describe, expect, test } from 'vitest'
import { folderWith } from '../cli/harness.ts'
import { AUTHORITY, CERTIFICATES, type Certificate, issue, LOCALHOST, microsoft } from './certificates.ts'
import { documentOf, ok, online, POLICY, type Site, serve } from './harness.ts'

// Certificates that are not accepted: whose fault it is, what helps, and other addresses of the same host.

const PATH = '/files/ServiceTags_Public_20251110.json'
const URL = `https://localhost${PATH}`
const GOOD = documentOf()

async function fetched(site: Site, addresses: string[] = ['127.0.0.1']) {
  const network = { ...site.network, addresses: async () => addresses.map((address) => ({ address, family: 4 })) }
  const folder = folderWith({ 'tagwall.yaml': POLICY })
  const { code, err } = await online(folder, ['fetch', '--from', `https://${site.host}${PATH}`], network)
  return { code, err, requests: site.requests.length }
}

const NEW_ROOT = (name: string) =>
  `the server's certificate ends at "${name}", a new root of Microsoft that is missing in Node; nothing is wrong with your network. Set NODE_OPTIONS=--use-system-ca (Node 22.19 and later), or name a PEM file with that root in NODE_EXTRA_CA_CERTS, or download the document in a browser and use --from FILE`
const INSPECTED =
  'If a proxy of yours inspects TLS, name the PEM file of its authority in NODE_EXTRA_CA_CERTS, or set NODE_OPTIONS=--use-system-ca (Node 22.19 and later)'

describe.skipIf(!CERTIFICATES)('a certificate', () => {
  const corporate = () => {
    const authority = issue({ subject: '/O=Example/CN=Example Inspection CA' })
    return issue({ subject: '/CN=localhost', by: authority, names: LOCALHOST })
  }

  test.for<[what: string, certificate: () => Certificate, message: string]>([
    [
      'of the new RSA root, without the bridge',
      () => microsoft('RSA').withoutBridge,
      NEW_ROOT('Microsoft TLS RSA Root G2'),
    ],
    [
      'of the new ECC root, without the bridge',
      () => microsoft('ECC').withoutBridge,
      NEW_ROOT('Microsoft TLS ECC Root G2'),
    ],
    ['of Microsoft, alone', () => microsoft('RSA').leaf, NEW_ROOT('Microsoft TLS G2 RSA CA OCSP 02')],
    [
      'of a proxy that inspects',
      corporate,
      `the server's certificate is issued by "Example Inspection CA", which is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE). ${INSPECTED}`,
    ],
    [
      'that only calls itself Microsoft',
      () => issue({ subject: '/CN=Microsoft TLS RSA Root G2', names: LOCALHOST }),
      `the server's certificate is issued by "Microsoft TLS RSA Root G2", which is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT). ${INSPECTED}`,
    ],
    [
      'with an escape sequence in its issuer',
      () => issue({ subject: '/CN=\u001b[31mred', names: LOCALHOST }),
      `the server's certificate is issued by " [31mred", which is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT). ${INSPECTED}`,
    ],
    [
      'of another host',
      () => issue({ subject: '/CN=x', by: AUTHORITY as Certificate, names: 'DNS:other.example' }),
      "the server's certificate is for DNS:other.example, not for localhost; another machine answers in its place",
    ],
  ])('%s is refused at once', async ([, certificate, message]) => {
    const site = await serve({ [PATH]: ok(GOOD) }, certificate())
    expect(await fetched(site)).toEqual({ code: 2, err: `tagwall: ${URL}: ${message}\n`, requests: 0 })
  })

  test('of the new root is accepted with the bridge', async () => {
    const site = await serve({ [PATH]: ok(GOOD) }, microsoft('RSA').whole)
    expect(await fetched(site)).toMatchObject({ code: 0, requests: 1 })
  })

  test('without the bridge is no reason to give up while another address has it', async () => {
    const { whole, withoutBridge } = microsoft('RSA')
    const incomplete = await serve({ [PATH]: ok(GOOD) }, { ...withoutBridge, address: '127.0.0.1' })
    const port = Number(incomplete.host.split(':')[1])
    const complete = await serve({ [PATH]: ok(GOOD) }, { ...whole, address: '127.0.0.2', port })
    const { code, err, requests } = await fetched(complete, ['127.0.0.1', '127.0.0.2'])
    expect(err.split('\n')[0]).toBe(
      'fetch: 127.0.0.1 does not send a complete chain of certificates; trying another address of localhost',
    )
    expect({ code, requests, refused: incomplete.requests.length }).toEqual({ code: 0, requests: 1, refused: 0 })
  })

  test('reports once if every address refuses', async () => {
    const { withoutBridge } = microsoft('RSA')
    const first = await serve({ [PATH]: ok(GOOD) }, { ...withoutBridge, address: '127.0.0.1' })
    const port = Number(first.host.split(':')[1])
    await serve({ [PATH]: ok(GOOD) }, { ...withoutBridge, address: '127.0.0.2', port })
    const { code, err } = await fetched(first, ['127.0.0.1', '127.0.0.2'])
    expect({ code, lines: err.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 2 })
  })
})
