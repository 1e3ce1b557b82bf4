import { createServer, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { proxiesOf } from '../../src/document/download/proxy.ts'
import type { Io, NetworkLimits } from '../../src/io.ts'
import { folderWith } from '../cli/harness.ts'
import { CERTIFICATES } from './certificates.ts'
import { documentOf, listening, ok, online, POLICY, serve } from './harness.ts'

// Proxies that fail in every way: each connection to one is a try, and tries are counted.

const PATH = '/files/ServiceTags_Public_20251110.json'
const URL_OF_FILE = `https://localhost${PATH}`

/** A proxy that does `then` with each connection, once it has been asked. */
async function faulty(then: (socket: Socket) => void, when: 'at once' | 'asked' = 'asked') {
  let connections = 0
  const server = createServer((socket) => {
    connections++
    socket.on('error', () => {})
    if (when === 'at once') then(socket)
    else socket.once('data', () => then(socket))
  })
  const at = `localhost:${await listening(server)}`
  return { at, connections: () => connections }
}

async function fetched(
  proxy: Awaited<ReturnType<typeof faulty>>,
  argv: (host: string) => string[],
  limits: Partial<NetworkLimits> = {},
) {
  const site = await serve({ [PATH]: ok(documentOf()) })
  const network = { ...site.network, limits: { ...site.network.limits, ...limits } }
  const result = await online(folderWith({ 'tagwall.yaml': POLICY }), argv(site.host), network, {
    env: { HTTPS_PROXY: `http://${proxy.at}` },
  })
  return { code: result.code, err: result.err, connections: proxy.connections(), requests: site.requests.length }
}

const OK = 'HTTP/1.1 200 Connection established\r\n\r\n'
const BROKEN = 'the connection broke off'
const AT = ', at the proxy of HTTPS_PROXY'
const THROUGH = ', through the proxy of HTTPS_PROXY'

describe.skipIf(!CERTIFICATES)('a proxy', () => {
  test.for<[what: string, then: (socket: Socket) => void, reason: string, when?: 'at once']>([
    ['closes the connection', (socket) => socket.destroy(), `${BROKEN}${AT}`, 'at once'],
    ['closes after CONNECT', (socket) => socket.destroy(), `${BROKEN}${AT}`],
    ['ends after CONNECT', (socket) => socket.end(), `${BROKEN}${AT}`],
    ['connects and closes', (socket) => socket.write(OK, () => socket.destroy()), `${BROKEN}${THROUGH}`],
    ['connects and ends', (socket) => socket.end(OK), `${BROKEN}${THROUGH}`],
    [
      'connects to no TLS',
      (socket) => socket.end(`${OK}220 mail.example ESMTP\r\n`),
      'the server does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER), through the proxy of HTTPS_PROXY',
    ],
    ['answers in no HTTP', (socket) => socket.end('220 mail.example ESMTP\r\n'), `the response is not HTTP${AT}`],
    [
      'is in trouble',
      (socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n'),
      'the proxy of HTTPS_PROXY answered with status 502',
    ],
    ['never answers', () => {}, `no connection in time${THROUGH}`],
    [
      'answers byte by byte, without end',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n')
        const timer = setInterval(() => socket.write('x-slow: 1\r\n'), 20)
        socket.on('close', () => clearInterval(timer))
      },
      `no connection in time${THROUGH}`,
    ],
  ])('that %s is tried four times', async ([, then, reason, when]) => {
    const proxy = await faulty(then, when)
    const from = (host: string) => ['fetch', '--from', `https://${host}${PATH}`]
    const limits = /in time/.test(reason) ? { connect: 300 } : {}
    expect(await fetched(proxy, from, limits)).toEqual({
      code: 2,
      err:
        [2, 3, 4].map((n) => `fetch: ${reason}; try ${n} of 4 in ${2 ** (n - 2)} s\n`).join('') +
        `tagwall: ${URL_OF_FILE} could not be fetched in 4 tries: ${reason}\n`,
      connections: 4,
      requests: 0,
    })
  })

  test('that is broken is asked four times, however much there is to ask for', async () => {
    const proxy = await faulty((socket) => socket.destroy())
    const folders = { public: 'https://one.example/A/' }
    const hosts = ['localhost', 'one.example']
    const site = await serve({})
    const network = { ...site.network, hosts, folders, pages: { public: 'https://localhost/page' } }
    const { code, err } = await online(folderWith({ 'tagwall.yaml': POLICY }), ['fetch'], network, {
      env: { HTTPS_PROXY: `http://${proxy.at}` },
    })
    expect({ code, connections: proxy.connections(), last: err.trimEnd().split('\n').at(-2) }).toEqual({
      code: 2,
      connections: 4,
      last: `tagwall: could not reach localhost: ${BROKEN}${AT}; nothing was fetched`,
    })
  })
})

describe('HTTPS_PROXY and NO_PROXY', () => {
  const at = (url: string, env: Io['env']) => {
    const proxy = proxiesOf(env)(new URL(url))
    return proxy && `${proxy.isTls ? 'tls ' : ''}${proxy.host} ${proxy.port} ${proxy.authorization ?? ''}`.trim()
  }

  test.for<[proxy: string, found: string | undefined]>([
    ['', undefined],
    ['http://proxy.example:3128', 'proxy.example 3128'],
    ['proxy.example:3128', 'proxy.example 3128'],
    ['http://proxy.example', 'proxy.example 80'],
    ['https://proxy.example', 'tls proxy.example 443'],
    ['http://[2001:db8::1]:3128/', '2001:db8::1 3128'],
    ['http://me:p%40ss@proxy.example', `proxy.example 80 Basic ${btoa('me:p@ss')}`],
    ['http://me@proxy.example', `proxy.example 80 Basic ${btoa('me:')}`],
  ])('%s', ([proxy, found]) => {
    expect(at('https://download.microsoft.com/x', { HTTPS_PROXY: proxy })).toBe(found)
  })

  test.for(['socks5://proxy.example', 'http://', 'http://me:se/cret@proxy.example', 'http://me:se%cret@proxy.example'])(
    '%s is refused without being shown',
    (proxy) => {
      expect(() => at('https://download.microsoft.com/x', { HTTPS_PROXY: proxy })).toThrow(
        /^HTTPS_PROXY is not a proxy that tagwall can use; expected http:\/\/HOST:PORT or http:\/\/USER:PASSWORD@HOST:PORT, with the characters % @ : \/ of a password as %25 %40 %3A %2F$/,
      )
    },
  )

  test.for<[noProxy: string, url: string, isDirect: boolean]>([
    ['*', 'https://a.example', true],
    ['a.example', 'https://a.example', true],
    ['a.example', 'https://b.a.example', true],
    ['a.example', 'https://ba.example', false],
    ['.a.example', 'https://b.a.example', true],
    ['*.a.example', 'https://b.a.example', true],
    ['A.Example', 'https://a.example', true],
    ['b.example, a.example', 'https://a.example', true],
    ['b.example a.example', 'https://a.example', true],
    ['a.example:443', 'https://a.example', true],
    ['a.example:8443', 'https://a.example', false],
    ['a.example:8443', 'https://a.example:8443', true],
    ['10.0.0.1', 'https://10.0.0.1', true],
    ['::1', 'https://[::1]', true],
    ['[::1]:443', 'https://[::1]', true],
    ['[::1]:8443', 'https://[::1]', false],
    [',,', 'https://a.example', false],
    // As Go and doctor read it.
    ['.a.example', 'https://a.example', false],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
  ])('NO_PROXY=%s for %s', ([noProxy, url, isDirect]) => {
    const env = { HTTPS_PROXY: 'http://proxy.example', NO_PROXY: noProxy }
    expect(proxiesOf(env)(new URL(url)) === undefined).toBe(isDirect)
  })

  test('the first variable with a value counts', () => {
    const [upper, lower] = ['http://upper.example', 'http://lower.example']
    const url = 'https://a.example'
    expect(at(url, { HTTPS_PROXY: upper, https_proxy: lower })).toBe('upper.example 80')
    expect(at(url, { HTTPS_PROXY: '', https_proxy: lower })).toBe('lower.example 80')
    expect(at(url, { HTTPS_PROXY: upper, NO_PROXY: 'b.example', no_proxy: 'a.example' })).toBe('upper.example 80')
    expect(at(url, { HTTPS_PROXY: upper, NO_PROXY: '', no_proxy: 'a.example' })).toBe(undefined)
  })
})
