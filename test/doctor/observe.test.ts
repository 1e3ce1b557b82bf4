import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { extraEndpoint } from '../../src/doctor/chosen-endpoints.ts'
import type { Endpoint } from '../../src/doctor/endpoint-schema.ts'
import { observe } from '../../src/doctor/observe.ts'
import { clientHello, trySizes } from '../../src/doctor/probe-sizes.ts'
import type { Io } from '../../src/io.ts'
import { folderWith } from '../cli/harness.ts'
import { AUTHORITY, type Certificate, issue, WITHOUT_OPENSSL, type Wish } from '../network/certificates.ts'
import { listening } from '../network/harness.ts'
import { nameServer, type Zone } from './name-server.mjs'

// What is seen of servers on loopback, hostile ones among them. Verdicts on real failures: real-failures.long.test.ts.

interface World {
  readonly zone?: Zone
  readonly addresses?: (host: string) => Promise<readonly { address: string; family: number }[]>
  readonly isTerminal?: boolean
  readonly env?: Io['env']
  readonly timeout?: number
  readonly ca?: string | undefined
}

const LOOPBACK = async () => [{ address: '127.0.0.1', family: 4 }]

/** Looks at endpoints, and gives what was seen and what was printed on stderr. */
async function look(
  endpoints: readonly Endpoint[],
  { zone = {}, addresses, isTerminal, env, timeout = 5, ...more }: World = {},
) {
  const socket = await nameServer('127.0.0.1', 0, zone)
  onTestFinished(() => void socket.close())
  let err = ''
  const io = {
    env: env ?? {},
    err: (text: string) => {
      err += text
    },
    isTerminal: isTerminal ?? false,
    now: () => new Date('2025-11-26T13:00:00.500Z'),
    network: {
      ca: 'ca' in more ? more.ca : AUTHORITY?.cert,
      resolvers: [`127.0.0.1:${socket.address().port}`],
      addresses: addresses ?? LOOPBACK,
    },
  } as unknown as Io
  const seen = await observe({ endpoints, timeout, location: undefined, features: [] }, io)
  return { seen, err }
}

/** The port of a TLS server that does `then` with each connection; its certificate is for login.test. */
function tls(then: (socket: Socket) => void, certificate: Certificate): Promise<number> {
  const server = createTlsServer(certificate, (socket) => {
    socket.on('error', () => {})
    socket.once('data', () => then(socket))
  })
  server.on('tlsClientError', () => {})
  return listening(server, '127.0.0.1')
}

const names = 'DNS:login.test'
const good = () => issue({ subject: '/CN=login.test', by: AUTHORITY as Certificate, names })

describe.skipIf(!AUTHORITY)(`over TLS${AUTHORITY ? '' : ` (${WITHOUT_OPENSSL})`}`, () => {
  test('a service is seen with its certificate, status and date', async () => {
    const port = await tls(
      (socket) => socket.end('HTTP/1.1 404 Not Found\r\nDate: Wed, 26 Nov 2025 13:00:01 GMT\r\nServer: x\r\n\r\n'),
      good(),
    )
    const { seen, err } = await look([extraEndpoint('login.test', port)], {
      zone: { 'login.test': { a: ['127.0.0.1'] } },
    })
    expect(err).toBe('')
    expect(seen.made).toBe('2025-11-26T13:00:00Z')
    expect(seen.endpoints[0]).toMatchObject({
      lookup: { addresses: ['127.0.0.1'] },
      dns: [{ a: { addresses: ['127.0.0.1'] }, aaaa: { addresses: [], error: 'ENODATA' }, cnames: [] }],
      tcp: [{ address: '127.0.0.1', result: 'open' }],
      tls: { protocol: 'TLSv1.3', trust: 'public', chain: [{ subject: 'login.test', issuer: 'tagwall test CA' }, {}] },
      http: { status: 404, date: 'Wed, 26 Nov 2025 13:00:01 GMT', server: 'x' },
    })
  })

  test('the one request has no credentials, and asks for the path of the endpoint', async () => {
    let request = ''
    const server = createTlsServer(good(), (socket) => {
      socket.on('error', () => {})
      socket.on('data', (data) => {
        request += data
        socket.end('HTTP/1.1 200 OK\r\n\r\n')
      })
    })
    const port = await listening(server, '127.0.0.1')
    await look([{ ...extraEndpoint('login.test', port), path: '/v2/' }])
    expect(request).toBe(
      `GET /v2/ HTTP/1.1\r\nHost: login.test:${port}\r\nUser-Agent: tagwall-doctor\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
    )
  })

  test.for<[what: string, then: (socket: Socket) => void, http: object]>([
    ['ends without a response', (socket) => socket.end(), { error: 'CLOSED' }],
    ['answers in no HTTP', (socket) => socket.end('220 mail.example ESMTP\r\n\r\n'), { error: 'NOT_HTTP' }],
    [
      'sends headers without end',
      (socket) => flood(socket, `HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(900)}`),
      { error: 'NOT_HTTP' },
    ],
    [
      'sends a page without end',
      (socket) => flood(socket, `HTTP/1.1 403 No\r\nContent-Type: text/html\r\n\r\n<title>${'Blocked '.repeat(2000)}`),
      { status: 403, type: 'text/html', title: 'Blocked '.repeat(25).trim() },
    ],
    ['is silent', () => {}, { error: 'ETIMEDOUT' }],
    [
      'has control characters in its headers',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nServer: a\u001b[2Jb\r\n\r\n'),
      { status: 200, server: 'a\u001b[2Jb' },
    ],
  ])('a server that %s', async ([, then, http]) => {
    const port = await tls(then, good())
    const { seen } = await look([extraEndpoint('login.test', port)], { timeout: 1 })
    const { ms, ...rest } = seen.endpoints[0]?.http ?? {}
    expect(rest).toEqual(http)
    expect(ms === undefined || ms >= 0).toBe(true)
  })

  test('hellos have the size that they should, and a server answers each', async () => {
    const port = await tls(() => {}, good())
    const sizes = await trySizes({ address: '127.0.0.1', host: 'login.test', port }, 5000)
    expect(sizes).toEqual([256, 1000, 1200, 1300, 1400].map((bytes) => ({ bytes, result: 'answered' })))
    for (const { bytes } of sizes) expect(clientHello('login.test', bytes)).toHaveLength(bytes)
  })

  test('long names in a certificate are cut', async () => {
    const many = Array.from({ length: 100 }, (_, index) => `DNS:${'a'.repeat(40)}${index}.test`).join(',')
    const port = await tls(
      (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'),
      issue({ subject: '/CN=x', by: AUTHORITY as Certificate, names: many }),
    )
    const { seen } = await look([extraEndpoint('login.test', port)])
    expect(seen.endpoints[0]?.tls).toMatchObject({ trust: 'none', problem: 'ERR_TLS_CERT_ALTNAME_INVALID' })
    expect(seen.endpoints[0]?.tls?.chain?.[0]?.names?.length).toBeLessThanOrEqual(500)
  })

  /** What a proxy is asked and what of it is recorded. It wants this login; `own` is its certificate, if it has TLS. */
  async function throughProxy(login: string, own?: Certificate, world: World = {}) {
    const asked: string[] = []
    let name: string | undefined
    const behind = await tls((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'), good())
    const answer = (socket: Socket) => {
      socket.on('error', () => {})
      socket.once('data', (data) => {
        name = (socket as TLSSocket).servername || undefined
        asked.push(data.toString().replaceAll(String(behind), 'PORT'))
        if (login !== '' && !data.includes('Authorization'))
          return socket.end(`HTTP/1.1 407 No\r\nProxy-Authenticate: ${login}\r\n\r\n`)
        const far = connect(behind, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n')
          far.pipe(socket).pipe(far)
        })
        far.on('error', () => socket.destroy())
      })
    }
    const server = own === undefined ? createServer(answer) : createTlsServer(own, answer)
    const at = await listening(
      server.on('tlsClientError', () => {}),
      '127.0.0.1',
    )
    const env = { HTTPS_PROXY: `http${own ? 's' : ''}://user:pass%40word@proxy.test:${at}`, NO_PROXY: '.corp.test' }
    const { seen } = await look([extraEndpoint('login.test', behind)], { ...world, env: { ...world.env, ...env } })
    expect(seen).toMatchObject({ proxy: `proxy.test:${at}`, noProxy: '.corp.test' })
    expect(JSON.stringify(seen)).not.toMatch(/pass/)
    return { asked, name, seen: seen.endpoints[0] }
  }
  const ASKED = 'CONNECT login.test:PORT HTTP/1.1\r\nHost: login.test:PORT\r\n'
  const LOGIN = `Proxy-Authorization: Basic ${btoa('user:pass@word')}\r\n`
  const proxyOf = (names: string, by = AUTHORITY) => issue({ subject: '/CN=proxy.test', by, names } as Wish)

  test.for<[what: string, login: string, own: (() => Certificate) | undefined, asked: string[], proxy: object]>([
    ['asks for no password', '', undefined, [`${ASKED}\r\n`], { status: 200 }],
    ['asks for it', 'Basic realm="x"', undefined, [`${ASKED}\r\n`, `${ASKED}${LOGIN}\r\n`], { status: 200 }],
    ['takes none', 'NTLM', undefined, [`${ASKED}\r\n`], { status: 407, schemes: ['NTLM'] }],
    [
      'asks for it over TLS',
      'basic',
      () => proxyOf('DNS:proxy.test'),
      [`${ASKED}\r\n`, `${ASKED}${LOGIN}\r\n`],
      { status: 200 },
    ],
    [
      'has the certificate of nobody',
      'basic',
      () => issue({ subject: '/CN=proxy.test', names: 'DNS:proxy.test' }),
      [],
      { problem: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    ],
    [
      'has a certificate for another name',
      'basic',
      () => proxyOf('DNS:login.test'),
      [],
      { problem: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    ],
  ])('a proxy that %s, and its password is recorded nowhere', async ([, login, own, asked, proxy]) => {
    const result = await throughProxy(login, own?.())
    expect(result.asked).toEqual(asked)
    expect(result.name).toBe(own && asked.length > 0 ? 'proxy.test' : undefined)
    expect(result.seen?.proxy).toEqual(proxy)
    expect(result.seen?.http?.status).toBe('status' in proxy && proxy.status === 200 ? 200 : undefined)
  })

  test('a proxy is trusted by an authority of this host, but a service is not', async () => {
    const SSL_CERT_FILE = join(folderWith({ 'ca.pem': (AUTHORITY as Certificate).cert }), 'ca.pem')
    const { seen } = await throughProxy('basic', proxyOf('DNS:proxy.test'), { ca: undefined, env: { SSL_CERT_FILE } })
    expect(seen).toMatchObject({ proxy: { status: 200 }, tls: { trust: 'host' } })
  })
})

function flood(socket: Socket, piece: string): void {
  socket.write(piece)
  const timer = setInterval(() => socket.write('y'.repeat(10_000)), 5)
  socket.on('close', () => clearInterval(timer))
}

test('a loop of canonical names ends, and only a few addresses are tried', async () => {
  const many = Array.from({ length: 40 }, (_, index) => `127.0.1.${index + 1}`)
  const zone: Zone = { 'a.test': { cname: 'b.test' }, 'b.test': { cname: 'a.test' }, 'many.test': { a: many } }
  const { seen } = await look([extraEndpoint('a.test', 1), extraEndpoint('many.test', 1)], {
    zone,
    addresses: async () => many.map((address) => ({ address, family: 4 })),
  })
  expect(seen.endpoints[0]?.dns?.[0]?.cnames).toEqual(['b.test', 'a.test'])
  expect(seen.endpoints[1]?.lookup?.addresses).toHaveLength(16)
  expect(seen.endpoints[1]?.dns?.[0]?.a.addresses).toHaveLength(16)
  expect(seen.endpoints[1]?.tcp?.map(({ address, result }) => `${address} ${result}`)).toEqual(
    many.slice(0, 4).map((address) => `${address} ECONNREFUSED`),
  )
})

test('each endpoint is looked at once, in the order of the table, and the system resolves two names at a time', async () => {
  let [now, most] = [0, 0]
  const asked: string[] = []
  const endpoints = Array.from({ length: 40 }, (_, index) => extraEndpoint(`n${index}.test`, 1))
  const { seen } = await look(endpoints, {
    addresses: async (host) => {
      asked.push(host)
      most = Math.max(most, ++now)
      await new Promise((done) => setTimeout(done, 1))
      now--
      return []
    },
  })
  expect(most).toBe(2)
  expect(asked.toSorted()).toEqual(endpoints.map(({ host }) => host).toSorted())
  expect(seen.endpoints.map(({ host }) => host)).toEqual(endpoints.map(({ host }) => host))
})

test('the system is not asked when no name server answers, because it would wait for each of them', async () => {
  const { seen } = await look([extraEndpoint('a.test', 1)], {
    zone: { '*': 'SILENT' },
    addresses: () => Promise.reject(new Error('asked')),
    timeout: 0.1,
  })
  expect(seen.endpoints[0]).toMatchObject({ dns: [{ a: { addresses: [], error: 'ETIMEOUT' } }] })
  expect(seen.endpoints[0]?.lookup).toBeUndefined()
})

test('progress is shown on a terminal only, and removed', async () => {
  const endpoints = [extraEndpoint('a.test', 1)]
  expect((await look(endpoints)).err).toBe('')
  expect((await look(endpoints, { isTerminal: true })).err).toBe(
    '\r\u001b[Kdoctor: 0 of 1 endpoints\r\u001b[Kdoctor: 1 of 1 endpoints\r\u001b[K',
  )
})

test.for([['socks5://proxy.test:1080'], ['http://'], ['ftp://proxy.test']])(
  'HTTPS_PROXY=%s is refused, without showing it',
  async ([proxy]) => {
    await expect(look([extraEndpoint('a.test', 1)], { env: { HTTPS_PROXY: proxy } })).rejects.toThrow(
      'HTTPS_PROXY is not a proxy that tagwall can use; expected http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with',
    )
  },
)
