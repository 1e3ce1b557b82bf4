import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { folderWith } from '../cli/harness.ts'
import { expectPage } from '../golden-page.ts'
import { AUTHORITY, CERTIFICATES, type Certificate, issue, microsoft } from './certificates.ts'
import { built, documentOf, listening, ok, online, POLICY, serve, status, to } from './harness.ts'

// Proxies, certificate files, hosts, the progress bar, and the Discovery API.

const PATH = '/files/ServiceTags_Public_20251110.json'
const GOOD = documentOf()

/** A proxy on loopback that answers CONNECT with `code`, and with 200 connects. */
async function proxy(code: number, certificate?: Certificate) {
  const asked: string[] = []
  const passwords: (string | undefined)[] = []
  const server = certificate ? createTlsServer(certificate) : createServer()
  server.on('connect', (request, socket) => {
    asked.push((request.url as string).replace(/:\d+$/, ''))
    passwords.push(request.headers['proxy-authorization'])
    if (code !== 200) return socket.end(`HTTP/1.1 ${code} No\r\ncontent-length: 0\r\n\r\n`)
    const [, port] = (request.url as string).split(':')
    const far = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      far.pipe(socket).pipe(far)
    })
    socket.on('error', () => far.destroy())
    far.on('error', () => socket.destroy())
  })
  return { at: `localhost:${await listening(server)}`, asked, passwords }
}

describe.skipIf(!CERTIFICATES)('a proxy', () => {
  async function fetchedBy(code: number, env: (at: string) => Record<string, string>) {
    const site = await serve({ [PATH]: ok(GOOD) })
    const { at, asked, passwords } = await proxy(code)
    const folder = folderWith({ 'tagwall.yaml': POLICY })
    const result = await online(folder, ['fetch', '--from', `https://${site.host}${PATH}`], site.network, {
      env: env(at),
    })
    return { ...result, asked, passwords }
  }

  test('carries the request', async () => {
    const { code, asked } = await fetchedBy(200, (at) => ({ HTTPS_PROXY: `http://${at}` }))
    expect({ code, asked }).toEqual({ code: 0, asked: ['localhost'] })
  })

  test('gets the password of its URL, which is never printed', async () => {
    const { err, passwords } = await fetchedBy(503, (at) => ({ HTTPS_PROXY: `http://me:secret@${at}` }))
    expect(passwords[0]).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`)
    expect(err).not.toContain('secret')
  })

  test.for<[what: string, name: string, passwords: number]>([
    ['is', 'DNS:localhost', 1],
    ['is not', 'DNS:service.test', 0],
  ])('with TLS gets the password if its certificate %s for its own name', async ([, names, count]) => {
    const site = await serve(
      { [PATH]: ok(GOOD) },
      issue({ subject: '/CN=x', by: AUTHORITY as Certificate, names: 'DNS:service.test' }),
    )
    const { at, passwords } = await proxy(200, issue({ subject: '/CN=x', by: AUTHORITY as Certificate, names }))
    const host = site.host.replace('localhost', 'service.test')
    const { code } = await online(
      folderWith({ 'tagwall.yaml': POLICY }),
      ['fetch', '--from', `https://${host}${PATH}`],
      { ...site.network, hosts: [host] },
      { env: { HTTPS_PROXY: `https://me:secret@${at}` } },
    )
    expect({ code, asked: passwords.length }).toEqual({ code: count ? 0 : 2, asked: count })
  })

  test('is bypassed for hosts in NO_PROXY', async () => {
    const { code, asked } = await fetchedBy(200, (at) => ({ HTTPS_PROXY: `http://${at}`, NO_PROXY: 'localhost' }))
    expect({ code, asked }).toEqual({ code: 0, asked: [] })
  })

  test.for<[code: number, tries: number, message: string]>([
    [407, 1, 'the proxy asks for a user and a password (407); set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT'],
    [403, 1, 'the proxy refuses the connection (403); allow this host there'],
  ])('that says %s is not asked again', async ([answer, tries, message]) => {
    const { code, err, asked } = await fetchedBy(answer, (at) => ({ HTTPS_PROXY: `http://${at}` }))
    expect({ code, err, tries: asked.length }).toEqual({
      code: 2,
      err: `tagwall: https://localhost${PATH}: ${message}\n`,
      tries,
    })
  })

  test('is tried again if a server sends an incomplete chain, because another one may send it', async () => {
    const site = await serve({ [PATH]: ok(GOOD) }, microsoft('RSA').withoutBridge)
    const { at, asked } = await proxy(200)
    const folder = folderWith({ 'tagwall.yaml': POLICY })
    const { code, err } = await online(folder, ['fetch', '--from', `https://${site.host}${PATH}`], site.network, {
      env: { HTTPS_PROXY: `http://${at}` },
    })
    expect({ code, tries: asked.length, requests: site.requests }).toEqual({ code: 2, tries: 4, requests: [] })
    expect(err).toContain(
      'could not be fetched in 4 tries: the server\'s certificate ends at "Microsoft TLS RSA Root G2"',
    )
  })

  test('that is in trouble is tried again', async () => {
    expect((await fetchedBy(502, (at) => ({ HTTPS_PROXY: `http://${at}` }))).asked).toHaveLength(4)
  })
})

describe.skipIf(!CERTIFICATES)('the network', () => {
  test('is trusted by a file in NODE_EXTRA_CA_CERTS, and by --allow-host', async () => {
    const site = await serve({ [PATH]: ok(GOOD) })
    const folder = folderWith({ 'tagwall.yaml': POLICY })
    const { code, out } = await built(folder, [
      'fetch',
      '--from',
      `https://${site.host}${PATH}`,
      '--allow-host',
      site.host,
    ])
    expect({ code, requests: site.requests }).toEqual({ code: 0, requests: [PATH] })
    expect(out).toContain('stored as snapshots/public/2025-11-10.json')
  })

  test('is not trusted beyond its hosts', async () => {
    const site = await serve({ [PATH]: ok(GOOD) })
    const { err } = await online(folderWith(), ['fetch', '--from', `https://${site.host}${PATH}`], {
      ca: CERTIFICATES?.ca as string,
    })
    expect(err).toBe(
      `tagwall: https://localhost${PATH} is on localhost, which is not a download host of Microsoft; allow it with --allow-host localhost\n`,
    )
    expect(site.requests).toEqual([])
  })

  test('keeps a signature in a query out of the snapshot', async () => {
    const site = await serve({ [PATH]: ok(GOOD) })
    const folder = folderWith({ 'tagwall.yaml': POLICY })
    await online(folder, ['fetch', '--from', `https://${site.host}${PATH}?sig=secret`], site.network)
    expect(readFileSync(join(folder, 'snapshots/public/2025-11-10.json'), 'utf8')).not.toContain('secret')
  })

  test('draws a bar on a terminal, and takes it away', async () => {
    const site = await serve({
      [PATH]: ok(`${GOOD.slice(0, -1)}${' '.repeat(1_000_000)}}`, {
        'content-length': String(GOOD.length + 1_000_000),
      }),
    })
    const folder = folderWith({ 'tagwall.yaml': POLICY })
    const { out, err } = await online(folder, ['fetch', '--from', `https://${site.host}${PATH}`], site.network, {
      isTerminal: true,
    })
    const parts = err.split('\r\u001b[K')
    expect(parts[1]).toMatch(/^\[#*\.*\] \d\.\d of 1\.0 MB$/)
    expect(parts.at(-1)).toBe('')
    expect(out).toMatch(/^stored /)
  })

  test.for([
    ['LOCALHOST:1', 'localhost:1'],
    ['[0::1]:1', '[::1]:1'],
    ['bücher.example:1', 'xn--bcher-kva.example:1'],
  ])('asks %s where a URL has %s', async ([allowed, host]) => {
    const argv = ['fetch', '--from', `https://${host}/x.json`, '--allow-host', allowed as string]
    const { err } = await online(folderWith(), argv, { addresses: async () => [{ address: '::1', family: 6 }] })
    expect(err).toContain(
      `https://${host}/x.json could not be fetched in 4 tries: `.replace(/localhost:1/, 'localhost'),
    )
  })

  test('a URL of a file is refused with a way out', async () => {
    const { code, err } = await online(folderWith(), ['fetch', '--from', 'file:///tmp/x.json'], {})
    expect({ code, err }).toEqual({
      code: 2,
      err: 'tagwall: file:///tmp/x.json is a file: name it by its path, without file://\n',
    })
  })

  test.for([
    ['mirror.example/x'],
    ['https://mirror.example'],
    ['me@mirror.example'],
    ['[::1'],
    ['mirror.example:99999'],
  ])('refuses --allow-host %s', async ([host]) => {
    const { code, err } = await online(
      folderWith(),
      ['fetch', '--from', 'https://localhost/x.json', '--allow-host', host as string],
      {},
    )
    expect({ code, err }).toEqual({
      code: 2,
      err: `tagwall: --allow-host ${host}: expected a host name, such as mirror.example\n`,
    })
  })
})

describe.skipIf(!CERTIFICATES)('the Discovery API', () => {
  const ID = '00000000-1111-2222-3333-444444444444'
  const API = `/subscriptions/${ID}/providers/Microsoft.Network/locations/westeurope/serviceTags`
  const ARGV = ['fetch', '--source', 'api', '--subscription', ID, '--location', 'westeurope']
  const TOKEN = { AZURE_ACCESS_TOKEN: 'abc.DEF-123' }

  async function fetched(
    routes: (host: { at: string }) => Parameters<typeof serve>[0],
    argv = ARGV,
    env: Record<string, string> = TOKEN,
  ) {
    // The pages name the host, which is known only when the server runs.
    const host = { at: '' }
    const site = await serve(routes(host))
    host.at = `https://${site.host}`
    const folder = folderWith({ 'tagwall.yaml': POLICY })
    return { ...(await online(folder, argv, site.network, { env })), site, folder }
  }
  const refused = (code: number, error: string, message: string) =>
    status(
      code,
      { 'content-type': 'application/json; charset=utf-8' },
      JSON.stringify({ error: { code: error, message } }),
    )
  const answer = (change: number | string, next?: string) =>
    JSON.stringify({
      ...JSON.parse(documentOf('20.190.128.0/24', 'Public', String(change))),
      name: 'Public',
      ...(next && { nextLink: next, values: [] }),
    })

  test('is read page by page, with the token, string change numbers and all', async () => {
    const { code, err, site, folder } = await fetched((host) => ({
      [API]: (request, response) => ok(answer(63, `${host.at}/page2`))(request, response),
      '/page2': ok(answer(63)),
    }))
    expect(code).toBe(0)
    expect(site.requests).toEqual([`${API}?api-version=2023-09-01`, '/page2'])
    expect(site.headers.map(({ authorization }) => authorization)).toEqual(Array(2).fill('Bearer abc.DEF-123'))
    expect(err.split('\n').slice(0, 2)).toEqual([
      'fetch: asking the Service Tag Discovery API of westeurope at localhost',
      'fetch: 1 tag in 2 pages; the API lists fewer tags than the weekly file, and changes take up to 4 weeks to reach it',
    ])
    const text = readFileSync(join(folder, 'snapshots/public/2025-11-12.json'), 'utf8')
    expect(JSON.parse(text)).toMatchObject({ changeNumber: 63, source: 'Service Tag Discovery API, westeurope' })
    expect(text).not.toContain(ID)
  })

  test('is followed to a page that it names without its host', async () => {
    const { code, site } = await fetched(() => ({
      [API]: ok(answer(63, '/page2?$skipToken=x')),
      '/page2': ok(answer(63)),
    }))
    expect({ code, requests: site.requests }).toEqual({
      code: 0,
      requests: [`${API}?api-version=2023-09-01`, '/page2?$skipToken=x'],
    })
  })

  test('is refused when its pages have too many values together', async () => {
    const page = (next?: string) => answer(63, next).replace('"values":[', `"values":[${'0,'.repeat(300_000)}0`)
    const { code, err } = await fetched(() => ({ [API]: ok(page('/page2')), '/page2': ok(page('/page3')) }))
    expect({ code, last: err.split('\n').at(-2) }).toEqual({
      code: 2,
      last: 'tagwall: the response of the Service Tag Discovery API has more than 500,000 values, too many for a service tag document; get it again from Microsoft',
    })
  })

  test('is not asked again if it asks for minutes: one sentence says when', async () => {
    const { code, err, sleeps } = await fetched(() => ({ [API]: status(429, { 'retry-after': '778' }) }))
    expect({ code, sleeps }).toEqual({ code: 2, sleeps: [] })
    expect(err.split('\n').at(-2)).toMatch(
      /answered with status 429; it asks for a pause of 778 s, so run the command again after \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
    )
  })

  test('is asked again after 429, when it says', async () => {
    const { code, sleeps } = await fetched(() => ({ [API]: [status(429, { 'retry-after': '17' }), ok(answer(1))] }))
    expect({ code, sleeps }).toEqual({ code: 0, sleeps: [17_000] })
  })

  test.for<[what: string, routes: Parameters<typeof serve>[0], message: RegExp]>([
    [
      'a page elsewhere',
      { [API]: ok(answer(1, 'https://evil.example/')) },
      /links to another host for its next page; tagwall does not send the token there$/,
    ],
    [
      'a redirect',
      { [API]: to('/elsewhere') },
      /responds with a redirect, which tagwall does not follow with a token$/,
    ],
    [
      'a token that has expired',
      { [API]: refused(401, 'ExpiredAuthenticationToken', 'The access token expiry\nUTC time is earlier than now.') },
      /answered with status 401 \(ExpiredAuthenticationToken: The access token expiry UTC time is earlier than now\.\); renew the token: export AZURE_ACCESS_TOKEN=\$\(az account get-access-token --query accessToken -o tsv\)$/,
    ],
    [
      'no right',
      { [API]: refused(403, 'AuthorizationFailed', 'The client does not have authorization.') },
      /answered with status 403 \(AuthorizationFailed: The client does not have authorization\.\); the account of the token needs the role Reader on the subscription; after a change, renew the token: export AZURE_ACCESS_TOKEN=/,
    ],
    ['no JSON', { [API]: status(404, { 'content-type': 'application/json' }, '<p>') }, /answered with status 404$/],
    [
      'no subscription, in gzip',
      {
        [API]: status(
          404,
          { 'content-type': 'application/json', 'content-encoding': 'gzip' },
          gzipSync('{"error":{"code":"SubscriptionNotFound"}}'),
        ),
      },
      /answered with status 404 \(SubscriptionNotFound\)$/,
    ],
    [
      'something else',
      { [API]: ok('{"error": {"code": "X"}}') },
      /unexpected response of the Service Tag Discovery API: \{"error": \{"code": "X"\}\}$/,
    ],
  ])('is refused for %s', async ([, routes, message]) => {
    const { code, err, site } = await fetched(() => routes)
    expect({ code, requests: site.requests.length }).toEqual({ code: 2, requests: 1 })
    expect(err.trimEnd()).toMatch(message)
    expect(err).not.toContain('abc.DEF')
  })

  test('is refused when it changes between pages, or has no last one', async () => {
    const changed = await fetched((host) => ({
      [API]: (q, r) => ok(answer(1, `${host.at}/2`))(q, r),
      '/2': ok(answer(2)),
    }))
    expect(changed.err).toContain('changed between two pages; run the command again')
    const circle = await fetched((host) => ({
      [API]: (q, r) => ok(answer(1, `${host.at}/2`))(q, r),
      '/2': (q, r) => ok(answer(1, `${host.at}/2`))(q, r),
    }))
    expect(circle.err).toContain('form a loop after page 2')
  })

  const BAD: Readonly<Record<string, readonly [argv: string[], env: Record<string, string>]>> = {
    'no subscription': [['fetch', '--source', 'api', '--location', 'westeurope'], TOKEN],
    'no location': [['fetch', '--source', 'api', '--subscription', ID], TOKEN],
    'no token': [ARGV, {}],
    'a file as well': [[...ARGV, '--from', 'x.json'], TOKEN],
    'no API': [['fetch', '--location', 'westeurope'], TOKEN],
  }
  test('refuses a bad request', async () => {
    const rows: [name: string, text: string][] = []
    for (const [name, [argv, env]] of Object.entries(BAD)) {
      const { code, err, site } = await fetched(() => ({}), argv, env)
      expect({ name, code, requests: site.requests }).toEqual({ name, code: 2, requests: [] })
      rows.push([name, err])
    }
    await expectPage('bad-requests.txt', rows)
  })
})
