import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { Deadline, readAll } from '../../src/document/download/download.ts'
import type { NetworkLimits } from '../../src/io.ts'
import { MOST_DOCUMENT_BYTES, MOST_VALUES } from '../../src/parse/json-budget.ts'
import { contentsOf, folderWith } from '../cli/harness.ts'
import { ROOT } from '../fixtures.ts'
import { CERTIFICATES, WITHOUT_OPENSSL } from './certificates.ts'
import { documentOf, type Handler, ok, online, POLICY, serve, status, to } from './harness.ts'

// What goes wrong on the way, one fault a line, against a real server with TLS on loopback.

const NAME = 'ServiceTags_Public_20251110.json'
const PATH = `/files/${NAME}`
const GOOD = documentOf()
const PADDED = `${GOOD.slice(0, -1)}${' '.repeat(16 * 1024)}}`

let tried = 0
afterAll(() => console.log(`fault injection: ${tried} faults tried${CERTIFICATES ? '' : `; ${WITHOUT_OPENSSL}`}`))

/** Fetches one URL; what was said, how often it was asked, and whether anything was written. */
async function fetched(routes: Parameters<typeof serve>[0], limits: Partial<NetworkLimits> = {}) {
  tried++
  const site = await serve(routes)
  const folder = folderWith({ 'tagwall.yaml': POLICY })
  const before = contentsOf(folder)
  const result = await online(folder, ['fetch', '--from', `https://${site.host}${PATH}`], {
    ...site.network,
    limits: { ...site.network.limits, ...limits },
  })
  const isWritten = JSON.stringify(contentsOf(folder)) !== JSON.stringify(before)
  return { ...result, requests: site.requests, headers: site.headers, isWritten }
}

const hang: Handler = () => {}
const drip =
  (start: (response: Parameters<Handler>[1]) => void): Handler =>
  (_, response) => {
    start(response)
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(timer))
  }
const slowHeaders: Handler = (request) => {
  request.socket.write('HTTP/1.1 200 OK\r\n')
  const timer = setInterval(() => request.socket.write('x-slow: 1\r\n'), 20)
  request.socket.on('close', () => clearInterval(timer))
}
const resetAfter =
  (bytes: number, length?: number): Handler =>
  (request, response) => {
    response.writeHead(200, length === undefined ? {} : { 'content-length': String(length) })
    response.write(PADDED.slice(0, bytes), () => setTimeout(() => request.socket.destroy(), 5))
  }
const raw =
  (text: string): Handler =>
  (request) =>
    void request.socket.end(text)

const URL = `https://localhost${PATH}`
const retried = (reason: string) =>
  [2, 3, 4].map((n) => `fetch: ${reason}; try ${n} of 4 in ${2 ** (n - 2)} s\n`).join('') +
  `tagwall: ${URL} could not be fetched in 4 tries: ${reason}\n`

describe.skipIf(!CERTIFICATES)('a download', () => {
  test.for<[what: string, handler: Handler, reason: string]>([
    ['a reset before anything', (request) => void request.socket.destroy(), 'the connection broke off'],
    [
      'a length that is too long',
      raw(`HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n${GOOD}`),
      'the connection broke off',
    ],
    [
      'half a page, its end being the end of the connection',
      raw(`HTTP/1.1 200 OK\r\n\r\n${GOOD.slice(0, 60)}`),
      'the response is truncated: its JSON ends after 60 bytes',
    ],
    [
      'half a page, with the length of the half',
      ok(GOOD.slice(0, 60)),
      'the response is truncated: its JSON ends after 60 bytes',
    ],
    [
      'a length that is too short',
      raw(`HTTP/1.1 200 OK\r\ncontent-length: 60\r\n\r\n${GOOD}`),
      'the response is truncated: its JSON ends after 60 bytes',
    ],
    ['nothing', ok(''), 'the response is empty'],
    [
      'half of a gzip',
      ok(gzipSync(GOOD).subarray(0, 80), { 'content-encoding': 'gzip' }),
      'the compressed response is damaged or truncated (unexpected end of file)',
    ],
    [
      'half of a brotli',
      ok(brotliCompressSync(GOOD).subarray(0, 40), { 'content-encoding': 'br' }),
      'the compressed response is damaged or truncated (unexpected end of file)',
    ],
    [
      'text that calls itself gzip',
      ok(GOOD, { 'content-encoding': 'gzip' }),
      'the compressed response is damaged or truncated (incorrect header check)',
    ],
    ['no HTTP', raw('SSH-2.0-OpenSSH_9.6\r\n'), 'the response is not HTTP'],
    ['a switch to another protocol', raw('HTTP/1.1 101 Switching Protocols\r\n\r\n'), 'the response is not valid HTTP'],
    [
      'headers without end',
      raw(`HTTP/1.1 200 OK\r\n${`x-long: ${'x'.repeat(1000)}\r\n`.repeat(40)}\r\n${GOOD}`),
      'the headers of the response are too large',
    ],
    [
      'a page that ends after a brace, its end being the end of the connection',
      raw(`HTTP/1.1 200 OK\r\n\r\n${GOOD.slice(0, -2)}`),
      `the response is truncated: its JSON ends after ${GOOD.length - 2} bytes`,
    ],
    ...[408, 429, 500, 502, 503, 504].map((code): [string, Handler, string] => [
      `status ${code} for ever`,
      status(code),
      `localhost answered with status ${code}`,
    ]),
  ])('gives up politely on %s', async ([, handler, reason]) => {
    const { code, err, requests, isWritten } = await fetched({ [PATH]: handler })
    expect({ code, err, requests: requests.length, isWritten }).toEqual({
      code: 2,
      err: retried(reason),
      requests: 4,
      isWritten: false,
    })
  })

  test.for(
    [...Array(16).keys()].flatMap((kilobyte): [number, number | undefined][] => [
      [kilobyte, undefined],
      [kilobyte, PADDED.length],
    ]),
  )('survives a reset after %d kilobytes (length %s)', async ([kilobytes, length]) => {
    const { code, err, requests } = await fetched({ [PATH]: [resetAfter(kilobytes * 1024 + 1, length), ok(PADDED)] })
    expect(err.split('\n')[0]).toBe('fetch: the connection broke off; try 2 of 4 in 1 s')
    expect({ code, requests: requests.length }).toEqual({ code: 0, requests: 2 })
  })

  test.for<[what: string, routes: Parameters<typeof serve>[0], err: string, requests: number]>([
    ['status 404', { [PATH]: status(404) }, `${URL}: localhost answered with status 404`, 1],
    ['status 403', { [PATH]: status(403) }, `${URL}: localhost answered with status 403`, 1],
    ['status 410', { [PATH]: status(410) }, `${URL}: localhost answered with status 410`, 1],
    ['status 204', { [PATH]: status(204) }, `${URL}: localhost answered with status 204`, 1],
    ['a 304 that nobody asked for', { [PATH]: status(304) }, `${URL}: localhost answered with status 304`, 1],
    ['a redirect to nowhere', { [PATH]: status(302) }, `${URL}: localhost answered with status 302`, 1],
    ['a redirect to no URL', { [PATH]: to('https://[') }, `${URL}: redirects to an invalid URL`, 1],
    ['redirects without end', { [PATH]: to(PATH) }, `${URL}: redirects more than 5 times`, 6],
    [
      'a redirect to http',
      { [PATH]: to('http://localhost/x.json') },
      `${URL}: redirected to http://localhost/x.json, which is not an https URL; anyone on the way could change the firewall rules`,
      1,
    ],
    [
      'a redirect to a file',
      { [PATH]: to('file:///etc/passwd') },
      `${URL}: redirected to file:///etc/passwd, which is not an https URL; anyone on the way could change the firewall rules`,
      1,
    ],
    [
      'a redirect to a forbidden host',
      { [PATH]: to('https://evil.example/x.json') },
      `${URL}: redirected to https://evil.example/x.json, which is on evil.example, which is not a download host of Microsoft; allow it with --allow-host evil.example`,
      1,
    ],
    [
      'a redirect with a password',
      { [PATH]: to('https://user:secret@localhost/x.json') },
      `${URL}: localhost: tagwall refuses URLs that contain a password`,
      1,
    ],
    [
      'a redirect to another port',
      { [PATH]: to('https://localhost/x.json') },
      `${URL}: redirected to https://localhost/x.json, which is on localhost, which is not a download host of Microsoft; allow it with --allow-host localhost`,
      1,
    ],
    [
      'a web page',
      { [PATH]: ok('<!DOCTYPE html><title>We are\nsorry</title><p>Try later') },
      `${URL} is a web page ("We are sorry"), not JSON; download the file that the page links to`,
      1,
    ],
    [
      'a web page called JSON',
      { [PATH]: ok('<html>', { 'content-type': 'application/json' }) },
      `${URL} is HTML or XML, not JSON; download the file that the page links to`,
      1,
    ],
    [
      'an encoding that nobody asked for',
      { [PATH]: ok(GOOD, { 'content-encoding': 'zstd' }) },
      `${URL}: the response has an unexpected encoding: "zstd"`,
      1,
    ],
    [
      'a gzip bomb',
      { [PATH]: ok(gzipSync(Buffer.alloc(MOST_DOCUMENT_BYTES + 1)), { 'content-encoding': 'gzip' }) },
      `${URL}: the response is larger than ${MOST_DOCUMENT_BYTES} bytes, too large for a service tag document`,
      1,
    ],
    [
      'a brotli bomb',
      {
        [PATH]: ok(brotliCompressSync(Buffer.alloc(MOST_DOCUMENT_BYTES + 1), { params: { 1: 1 } }), {
          'content-encoding': 'br',
        }),
      },
      `${URL}: the response is larger than ${MOST_DOCUMENT_BYTES} bytes, too large for a service tag document`,
      1,
    ],
    [
      // 31 million zeros in 60 kB would need gigabytes as values.
      'a gzip of too many values',
      {
        [PATH]: ok(gzipSync(GOOD.replace('"values":[', `"values":[${'0,'.repeat(MOST_VALUES)}`)), {
          'content-encoding': 'gzip',
        }),
      },
      `${URL} has more than 500,000 values, too many for a service tag document; get it again from Microsoft`,
      1,
    ],
    [
      'a length beyond all bounds',
      { [PATH]: raw(`HTTP/1.1 200 OK\r\ncontent-length: ${MOST_DOCUMENT_BYTES + 1}\r\n\r\n{`) },
      `${URL}: the response is larger than ${MOST_DOCUMENT_BYTES} bytes, too large for a service tag document`,
      1,
    ],
    [
      "another cloud's document",
      { [PATH]: ok(documentOf('20.0.0.0/24', 'China')) },
      `${URL} is a document of the cloud "China"; expected Public; to use this document, add --cloud china`,
      1,
    ],
  ])('refuses %s at once', async ([, routes, message, count]) => {
    const { code, err, requests, isWritten } = await fetched(routes)
    expect({ code, err, requests: requests.length, isWritten }).toEqual({
      code: 2,
      err: `tagwall: ${message}\n`,
      requests: count,
      isWritten: false,
    })
  })

  test.for<[what: string, handler: Handler, reason: string, limits: Partial<NetworkLimits>]>([
    ['headers that never come', hang, 'no response in time', { headers: 150 }],
    ['headers that drip in', slowHeaders, 'no complete response within 1 s', { attempt: 1000 }],
    [
      'a body that drips in',
      drip((response) => response.writeHead(200)),
      'no complete response within 1 s',
      { attempt: 1000 },
    ],
    [
      'a body that stops',
      (_, response) => void response.writeHead(200).write('{'),
      'the response stopped midway',
      { idle: 150 },
    ],
  ])('survives %s', async ([, handler, reason, limits]) => {
    const { code, err, requests } = await fetched({ [PATH]: [handler, ok(GOOD)] }, limits)
    expect(err.split('\n')[0]).toBe(`fetch: ${reason}; try 2 of 4 in 1 s`)
    expect({ code, requests: requests.length }).toEqual({ code: 0, requests: 2 })
  })

  test.for<[what: string, routes: Parameters<typeof serve>[0]]>([
    ['plain', { [PATH]: ok(GOOD) }],
    ['gzip', { [PATH]: ok(gzipSync(GOOD), { 'content-encoding': 'gzip' }) }],
    ['brotli', { [PATH]: ok(brotliCompressSync(GOOD), { 'content-encoding': 'br' }) }],
    ['without a length', { [PATH]: raw(`HTTP/1.1 200 OK\r\n\r\n${GOOD}`) }],
    ['with a byte order mark', { [PATH]: ok(`\uFEFF${GOOD}`) }],
    [
      'behind five redirects',
      { [PATH]: to('/1'), '/1': to('/2'), '/2': to('/3'), '/3': to('/4'), '/4': to('/5'), '/5': ok(GOOD) },
    ],
    ['after a storm', { [PATH]: [status(429), status(503), status(500), ok(GOOD)] }],
  ])('takes a document %s', async ([, routes]) => {
    const { code, isWritten } = await fetched(routes)
    expect({ code, isWritten }).toEqual({ code: 0, isWritten: true })
  })

  test.for<[after: string, sleeps: number[]]>([
    ['7', [7000, 7000, 7000]],
    ['60', [60_000, 60_000, 60_000]],
    ['446', []],
    ['Wed, 12 Nov 2025 10:00:09 GMT', [9000, 9000, 9000]],
    ['Wed, 12 Nov 2025 09:00:00 GMT', [1000, 2000, 4000]],
    ['soon', [1000, 2000, 4000]],
    ['-5', [1000, 2000, 4000]],
  ])('waits as Retry-After: %s says, within bounds', async ([after, sleeps]) => {
    expect((await fetched({ [PATH]: status(429, { 'retry-after': after }) })).sleeps).toEqual(sleeps)
  })

  test('sends its user agent and the accepted encodings', async () => {
    const { headers } = await fetched({ [PATH]: ok(GOOD) })
    expect(headers[0]).toMatchObject({
      'user-agent': expect.stringMatching(/^tagwall /),
      'accept-encoding': 'gzip, br',
      accept: 'application/json',
    })
  })

  test.for<[what: string, routes: Parameters<typeof serve>[0], said: string]>([
    [
      'a page that drips leaves time for the alias',
      { '/page': drip((response) => response.writeHead(200)), '/files/ServiceTags_Public_Latest.json': ok(GOOD) },
      'fetch: could not get the page: https://localhost/page: gave up after 1.5 s, its share of the time',
    ],
    [
      'a file that drips leaves time for the alias',
      {
        '/page': ok(`<a href="${PATH}">`),
        [PATH]: drip((response) => response.writeHead(200)),
        '/files/ServiceTags_Public_Latest.json': ok(GOOD),
      },
      'its share of the time',
    ],
  ])('%s', async ([, routes, said]) => {
    tried++
    const site = await serve(routes)
    const network = { ...site.network, limits: { ...site.network.limits, overall: 9_000 } }
    const { code, err } = await online(folderWith({ 'tagwall.yaml': POLICY }), ['fetch'], network)
    expect(code).toBe(0)
    expect(err).toContain(said)
  })

  test.for<[before: string, handler: Handler]>([
    ['the head of the response', hang],
    ['its end', (_, response) => void response.writeHead(200).write('{')],
  ])('has one deadline for everything, which may be over before %s', async ([, handler]) => {
    const { code, err } = await fetched({ [PATH]: handler }, { overall: 300 })
    expect({ code, err }).toEqual({ code: 2, err: `tagwall: ${URL}: gave up after 0.3 s\n` })
  })

  test('asks every source, if all of them hang', async () => {
    tried++
    const files = ['Latest', '20251110', '20251103', '20251027', '20251020'].map(
      (name) => `/files/ServiceTags_Public_${name}.json`,
    )
    const site = await serve(Object.fromEntries(['/page', ...files].map((path) => [path, hang])))
    const network = { ...site.network, limits: { ...site.network.limits, overall: 3_000 } }
    const { code, err } = await online(folderWith({ 'tagwall.yaml': POLICY }), ['fetch'], network)
    expect({ code, late: err.match(/gave up after [\d.]+ s, its share of the time/g)?.length }).toEqual({
      code: 2,
      late: files.length + 1,
    })
    expect(err).toMatch(/\ntagwall: could not fetch a document of the cloud Public, for the reasons above; .*\n$/)
  })

  test('takes a document in records of one byte', async () => {
    const inRecords: Handler = async ({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
      for (const [index, byte] of [...PADDED].entries()) {
        socket.write(`1\r\n${byte}\r\n`)
        if (index % 100 === 0) await new Promise(setImmediate)
      }
      socket.end('0\r\n\r\n')
    }
    const { code, isWritten } = await fetched({ [PATH]: inRecords })
    expect({ code, isWritten }).toEqual({ code: 0, isWritten: true })
  })

  // Node gives an address 250 ms before it tries the next one.
  test.skipIf(process.platform !== 'linux')(
    'waits for a slow server that also has an address without a route',
    async () => {
      const site = await serve({ [PATH]: ok(GOOD) })
      // Loads the modules, so that the server is asked while it is slow.
      await fetched({ [PATH]: ok(GOOD) })
      const slow = spawn(process.execPath, [
        join(ROOT, 'test/network/slow-server.mjs'),
        site.host.split(':')[1] as string,
      ])
      onTestFinished(() => void slow.kill())
      const port = await new Promise((found) => slow.stdout.once('data', (text) => found(String(text).trim())))
      const addresses = async () => [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ]
      const folder = folderWith({ 'tagwall.yaml': POLICY })
      const argv = ['fetch', '--from', `https://localhost:${port}${PATH}`, '--allow-host', `localhost:${port}`]
      const { code, sleeps } = await online(folder, argv, { ...site.network, addresses })
      expect({ code, sleeps }).toEqual({ code: 0, sleeps: [] })
    },
  )

  test('does not trust a certificate that nobody signed, and does not try again', async () => {
    tried++
    const site = await serve({ [PATH]: ok(GOOD) })
    const { ca: _, ...network } = site.network
    const { code, err } = await online(
      folderWith({ 'tagwall.yaml': POLICY }),
      ['fetch', '--from', `https://${site.host}${PATH}`],
      network,
    )
    expect(code).toBe(2)
    expect(err).toMatch(/^tagwall: .*certificate is issued by "tagwall test CA", which is not trusted \(\w+\)\. /)
    expect(site.requests).toEqual([])
  })
})

describe('a deadline', () => {
  const busy = (milliseconds: number) => {
    for (const end = performance.now() + milliseconds; performance.now() < end; );
  }

  test('is over on time even while the program is too busy for its timers', () => {
    const deadline = new Deadline(5, new Error('late'))
    expect(deadline.isOver).toBe(false)
    busy(6)
    expect(deadline.left).toBe(0)
    expect(() => deadline.check()).toThrow('late')
  })

  test('is over when an outer one is, for its reason', () => {
    const outer = new Deadline(5, new Error('all late'))
    const inner = new Deadline(60_000, new Error('late'), outer)
    busy(6)
    expect(() => inner.check()).toThrow('all late')
    expect(inner.signal.reason).toEqual(new Error('all late'))
  })
})

// A record of its own for each byte takes a hundred times the memory of the byte, for who keeps the records.
test('a response does not keep its pieces in memory', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const given: WeakRef<Uint8Array>[] = []
  let alive = 0
  async function* pieces() {
    for (let index = 0; index < 1000; index++) {
      const piece = Buffer.alloc(1, 120)
      given.push(new WeakRef(piece))
      yield piece
    }
    await new Promise(setImmediate)
    collect()
    alive = given.filter((piece) => piece.deref() !== undefined).length
  }
  const deadline = new Deadline(60_000, new Error('late'))
  const bytes = await readAll(pieces(), undefined, { advance: () => {} }, deadline)
  expect(Buffer.from(bytes).toString()).toBe('x'.repeat(1000))
  expect(alive).toBeLessThan(10)
})
