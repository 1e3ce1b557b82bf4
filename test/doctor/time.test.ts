import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { extraEndpoint } from '../../src/doctor/chosen-endpoints.ts'
import type { ServerAnswer } from '../../src/doctor/observation-schema.ts'
import { observe, type Probes } from '../../src/doctor/observe.ts'
import type { Io } from '../../src/io.ts'
import { diagnosed, lines } from './harness.ts'

// How long a run takes, by a clock of the test's own: every question to the network is a wait of that clock.

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }))
afterEach(() => void vi.useRealTimers())

const SECOND = 1000
const wait = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds))
const socket = { destroy: () => {} } as unknown as Socket

/** A network in which each step takes some seconds; `silent` are name servers that never answer. */
interface Network {
  readonly servers: readonly string[]
  readonly silent?: readonly string[]
  readonly dns?: number
  readonly tcp?: number
  readonly tls?: number
  readonly http?: number
}

const ADDRESS = '20.190.128.7'

function probesOf({ silent = [], dns = 0, tcp = 0, tls = 0, http = 0 }: Network): Probes {
  /** Waits for a step; `isLate` if its time is over first. */
  const step = async (seconds: number, limit: number) => {
    await wait(Math.min(seconds * SECOND, limit))
    return seconds * SECOND >= limit
  }
  return {
    addressesAt: async () => [],
    askServer: async (_, server, limit): Promise<ServerAnswer> => {
      const isLate = await step(silent.includes(server) ? 99 : dns, limit)
      const a = isLate ? { addresses: [], error: 'ETIMEOUT' } : { addresses: [ADDRESS] }
      return { server, a, aaaa: isLate ? a : { addresses: [], error: 'ENODATA' }, cnames: [] }
    },
    connectAll: async (_, __, limit) => {
      const isLate = await step(tcp, limit)
      const tcpOf = [{ address: ADDRESS, result: isLate ? 'ETIMEDOUT' : 'open' }]
      return { tcp: tcpOf, first: isLate ? undefined : { socket, address: ADDRESS } }
    },
    tunnel: async () => undefined,
    handshake: async (_, __, { milliseconds }) =>
      (await step(tls, milliseconds))
        ? { tls: { error: 'ETIMEDOUT' }, secure: undefined }
        : { tls: { protocol: 'TLSv1.3', trust: 'public', chain: [] }, secure: socket as TLSSocket },
    trySizes: async (_, limit) => {
      await step(99, limit)
      return [{ bytes: 256, result: 'ETIMEDOUT' }]
    },
    ask: async (_, __, limit) => ((await step(http, limit)) ? { error: 'ETIMEDOUT' } : { status: 200 }),
  }
}

/** Runs doctor for twenty names, or as many as asked for. `end` is when the program can end: with the last lookup of the system. */
async function run(network: Network, count = 20) {
  const begin = performance.now()
  let end = 0
  // As glibc does: five seconds for each silent server, and two names at a time, because Node has no more threads for them.
  const firstAnswer = network.servers.findIndex((server) => !network.silent?.includes(server))
  const seconds = firstAnswer < 0 ? 10 * network.servers.length : 5 * firstAnswer + (network.dns ?? 0)
  const threads = [0, 0]
  const io = {
    env: {},
    err: () => {},
    isTerminal: false,
    now: () => new Date('2025-11-26T13:00:00Z'),
    network: {
      resolvers: network.servers,
      addresses: async () => {
        const thread = (threads[0] as number) <= (threads[1] as number) ? 0 : 1
        const start = Math.max(performance.now(), threads[thread] as number)
        threads[thread] = start + seconds * SECOND
        end = Math.max(end, threads[thread] as number)
        await wait((threads[thread] as number) - performance.now())
        if (firstAnswer < 0) throw Object.assign(new Error(), { code: 'EAI_AGAIN' })
        return [{ address: ADDRESS, family: 4 }]
      },
    },
  } as unknown as Io
  const endpoints = Array.from({ length: count }, (_, index) => extraEndpoint(`n${index}.test`, 443))
  const observing = observe({ endpoints, timeout: 5, location: undefined, features: [] }, io, probesOf(network))
  await vi.runAllTimersAsync()
  // Timers that nobody waits for ran too, so the end is taken where the run ended.
  const seen = await observing
  return { seen, end: (end - begin) / SECOND }
}

/** Seconds until the run gave its result. */
async function secondsOf(network: Network, count?: number) {
  const begin = performance.now()
  let ended = 0
  const result = run(network, count).then((one) => {
    ended = performance.now()
    return one
  })
  await vi.runAllTimersAsync()
  const { seen, end } = await result
  return { seen, seconds: Math.max((ended - begin) / SECOND, end) }
}

const [A, B, C] = ['10.0.0.2', '10.0.0.3', '10.0.0.4']

describe('the whole run ends after about twenty seconds', () => {
  test.for<[what: string, most: number, network: Network]>([
    ['all is well', 0.1, { servers: [A] }],
    ['the first of two name servers is silent', 10.5, { servers: [A, B], silent: [A] }],
    ['two of three name servers are silent', 15.5, { servers: [A, B, C], silent: [A, B] }],
    ['the second name server is silent', 5.5, { servers: [A, B], silent: [B] }],
    ['three name servers are silent', 5.5, { servers: [A, B, C], silent: [A, B, C] }],
    ['DNS takes three seconds', 12, { servers: [A], dns: 3 }],
    ['every connection is dropped', 5.5, { servers: [A], tcp: 99 }],
    ['every handshake is dropped', 10.5, { servers: [A], tls: 99 }],
    ['every step takes almost its time', 20.6, { servers: [A], dns: 4.9, tcp: 4.9, tls: 4.9, http: 4.9 }],
    ['everything that can be slow is', 20.6, { servers: [A, B], silent: [A], dns: 4.9, tcp: 4.9, tls: 99 }],
  ])('%s: %d seconds', async ([, most, network]) => {
    const { seen, seconds } = await secondsOf(network)
    expect(seconds).toBeLessThanOrEqual(most)
    expect(seen.endpoints).toHaveLength(20)
  })

  test('with hundreds of endpoints too', async () => {
    const { seen, seconds } = await secondsOf({ servers: [A], tcp: 99 }, 300)
    expect(seconds).toBeLessThanOrEqual(20.6)
    expect(seen.endpoints.at(-1)).toEqual({ host: 'n299.test', port: 443, skipped: true })
  })
})

test('a silent name server is one finding; no name fails because others wait for the resolver', async () => {
  const { seen } = await secondsOf({ servers: [A, B], silent: [A] })
  expect(seen.endpoints.map(({ http }) => http?.status)).toEqual(Array(20).fill(200))
  const found = lines(diagnosed(seen)).filter((line) => !/IN_NO_TAG|NO_RULE|NOT_CHECKED/.test(line))
  expect(found).toEqual([
    'DNS_SERVER_FAILS: the name server 10.0.0.2 does not answer (no answer in time), so each lookup may take seconds',
  ])
})

test('the end of the run is never taken for a fault of the network', async () => {
  const { seen } = await secondsOf({ servers: [A, B], silent: [A], dns: 4.9, tcp: 4.9, tls: 4.9, http: 4.9 }, 60)
  const errors = seen.endpoints.flatMap(({ lookup, tcp = [], tls, http }) => [
    ...[lookup?.error, tls?.error, http?.error].filter((error) => error !== undefined),
    ...tcp.filter(({ result }) => result !== 'open'),
  ])
  expect(errors).toEqual([])
})
