import { describe, expect, test } from 'vitest'
import { folderWith } from '../cli/harness.ts'
import { expectPage } from '../golden-page.ts'
import { AUTHORITY, CERTIFICATES, type Certificate, issue, LOCALHOST, microsoft } from './certificates.ts'
import { documentOf, ok, online, POLICY, type Site, serve } from './harness.ts'

// Certificates that are not accepted: whose fault it is, what helps, and other addresses of the same host.

const PATH = '/files/ServiceTags_Public_20251110.json'
const GOOD = documentOf()

async function fetched(site: Site, addresses: string[] = ['127.0.0.1']) {
  const network = { ...site.network, addresses: async () => addresses.map((address) => ({ address, family: 4 })) }
  const folder = folderWith({ 'tagwall.yaml': POLICY })
  const { code, err } = await online(folder, ['fetch', '--from', `https://${site.host}${PATH}`], network)
  return { code, err, requests: site.requests.length }
}

describe.skipIf(!CERTIFICATES)('a certificate', () => {
  const corporate = () => {
    const authority = issue({ subject: '/O=Example/CN=Example Inspection CA' })
    return issue({ subject: '/CN=localhost', by: authority, names: LOCALHOST })
  }

  const REFUSED: Readonly<Record<string, () => Certificate>> = {
    'of the new RSA root, without the bridge': () => microsoft('RSA').withoutBridge,
    'of the new ECC root, without the bridge': () => microsoft('ECC').withoutBridge,
    'of Microsoft, alone': () => microsoft('RSA').leaf,
    'of a proxy that inspects': corporate,
    'that only calls itself Microsoft': () => issue({ subject: '/CN=Microsoft TLS RSA Root G2', names: LOCALHOST }),
    'with an escape sequence in its issuer': () => issue({ subject: '/CN=\u001b[31mred', names: LOCALHOST }),
    'of another host': () => issue({ subject: '/CN=x', by: AUTHORITY as Certificate, names: 'DNS:other.example' }),
  }
  test('is refused at once', async () => {
    const rows: [name: string, text: string][] = []
    for (const [name, certificate] of Object.entries(REFUSED)) {
      const { err, ...rest } = await fetched(await serve({ [PATH]: ok(GOOD) }, certificate()))
      expect({ name, ...rest }).toEqual({ name, code: 2, requests: 0 })
      rows.push([name, err])
    }
    await expectPage('issuers.txt', rows)
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
