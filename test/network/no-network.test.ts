import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Network } from '../../src/io.ts'
import { contentsOf, folderWith } from '../cli/harness.ts'
import { CERTIFICATES } from './certificates.ts'
import { documentOf, listening, ok, online, POLICY, serve, status } from './harness.ts'

// No host answers: one step, then two lines with the hosts, the reason and what to do.

const NAMES = ['page.example', 'files.example']
const PAGE = 'https://page.example/details'
const AWAY: Partial<Network> = {
  hosts: NAMES,
  pages: { public: PAGE },
  folders: { public: 'https://files.example/A/' },
}
const LATEST = '/a/ServiceTags_Public_Latest.json'
const ASKING = `fetch: asking ${PAGE}: the details page of the cloud`
const BY_HAND = `"tagwall doctor" looks for the cause, or use --from FILE with a download from ${PAGE}`
const POLICY_ONLY = { 'tagwall.yaml': POLICY }

const failing = (code: string) => async () => {
  throw Object.assign(new Error(code), { code })
}

/** Runs `update` by a clock of its own, in which each look-up takes `lookup` ms, and sleeping takes its time. */
async function updated(network: Partial<Network>, { lookup = 0, random = 0.99, env = {} } = {}) {
  let now = Date.parse('2025-11-12T10:00:00Z')
  const began = now
  const folder = folderWith(POLICY_ONLY)
  const before = contentsOf(folder)
  const addresses =
    network.addresses &&
    (async (host: string) => {
      now += lookup
      return (network.addresses as Network['addresses'])(host)
    })
  const { code, err } = await online(
    folder,
    ['update'],
    { ...network, ...(addresses && { addresses }) },
    {
      env,
      random: () => random,
      now: () => new Date(now),
      sleep: async (milliseconds) => {
        now += milliseconds
      },
    },
  )
  expect(contentsOf(folder)).toEqual(before)
  return { code, lines: err.trimEnd().split('\n'), seconds: (now - began) / 1000 }
}

test.for<[code: string, reason: string]>([
  ['ENOTFOUND', 'DNS does not know the name'],
  ['EAI_AGAIN', 'DNS could not look up the name'],
])('names that do not resolve (%s) are three lines', async ([code, reason]) => {
  const { code: exit, lines } = await updated({ ...AWAY, addresses: failing(code) })
  expect({ exit, lines }).toEqual({
    exit: 2,
    lines: [
      ASKING,
      `tagwall: could not reach page.example and files.example: ${reason}; nothing was fetched`,
      `  behind a proxy, set HTTPS_PROXY; ${BY_HAND}`,
    ],
  })
})

test.for([
  [0, 0],
  [0, 0.99],
  [200, 0],
  [1000, 0.99],
  [2000, 0.5],
] as const)('names that do not resolve, in %d ms each, are told within 5 s (random %d)', async ([lookup, random]) => {
  const { seconds } = await updated({ ...AWAY, addresses: failing('ENOTFOUND') }, { lookup, random })
  expect(seconds).toBeLessThanOrEqual(5)
  // A resolver in trouble for a moment is asked again.
  if (lookup === 0) expect(seconds).toBeGreaterThan(1)
})

test('a resolver that never answers is named', async () => {
  const { lines } = await updated({ ...AWAY, addresses: () => new Promise(() => {}), limits: { connect: 20 } })
  expect(lines.filter((line) => line.startsWith('tagwall'))).toEqual([
    'tagwall: could not reach page.example and files.example: DNS does not answer; nothing was fetched',
  ])
})

test('a proxy without a name, and one that refuses connections, end the run for every host', async () => {
  const closed = createServer()
  const port = await listening(closed)
  await new Promise((done) => closed.close(done))
  const { lines } = await updated(AWAY, { env: { HTTPS_PROXY: `http://localhost:${port}` } })
  expect(lines).toEqual([
    ASKING,
    ...[2, 3, 4].map((n) =>
      expect.stringMatching(`^fetch: the connection was refused, at the proxy .*; try ${n} of 4`),
    ),
    'tagwall: could not reach page.example: the connection was refused, at the proxy of HTTPS_PROXY; nothing was fetched',
    `  check HTTPS_PROXY and NO_PROXY; ${BY_HAND}`,
  ])
})

describe.skipIf(!CERTIFICATES)('with servers', () => {
  test('a certificate that nobody here trusts is told once', async () => {
    const site = await serve({})
    const { ca: _, ...network } = site.network
    const { lines } = await updated(network)
    expect(lines).toEqual([
      'fetch: asking https://localhost/page: the details page of the cloud',
      expect.stringMatching(
        /^tagwall: could not reach localhost: the server's certificate is issued by "tagwall test CA", which is not trusted .*; nothing was fetched$/,
      ),
      '  "tagwall doctor" looks for the cause, or use --from FILE with a download from https://localhost/page',
    ])
  })

  /** The details page has no name in DNS; the other host has. */
  async function halfway(route: Parameters<typeof serve>[0][string]) {
    const site = await serve({ [LATEST]: route })
    const [, port] = site.host.split(':')
    const folders = { public: `https://localhost:${port}/A/` }
    const addresses = (host: string) =>
      host === 'localhost' ? Promise.resolve([{ address: '127.0.0.1', family: 4 }]) : failing('ENOTFOUND')()
    const network = { ...site.network, hosts: ['page.example', site.host], pages: { public: PAGE }, folders, addresses }
    return online(folderWith(POLICY_ONLY), ['fetch'], network)
  }
  const TOLD = [
    ASKING,
    `fetch: could not get the page: ${PAGE} could not be fetched in 4 tries: DNS does not know the name`,
    `fetch: downloading https://localhost${LATEST}: the alias of the newest file`,
  ]

  test('the other host is asked, and the steps are told in their order', async () => {
    const { code, err } = await halfway(ok(documentOf()))
    expect({ code, lines: err.split('\n').slice(0, 3) }).toEqual({ code: 0, lines: TOLD })
  })

  test('the steps are told too if the other host answers without a document', async () => {
    const { code, err } = await halfway(status(404))
    expect({ code, lines: err.split('\n').slice(0, 3) }).toEqual({ code: 2, lines: TOLD })
    expect(err).toMatch(/\ntagwall: could not fetch a document of the cloud Public, for the reasons above; .*\n$/)
  })
})
