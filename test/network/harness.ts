import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket, Server as TcpServer } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Io, Network } from '../../src/io.ts'
import { run } from '../../src/run.ts'
import { ROOT } from '../fixtures.ts'
import { CERTIFICATES, type Certificate } from './certificates.ts'

/** What a server does with a request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface Site {
  /** `localhost:PORT` */
  readonly host: string
  /** Method and path of every request, in order. */
  readonly requests: string[]
  /** Headers of every request, in order. */
  readonly headers: IncomingMessage['headers'][]
  /** For every test that uses this site as Microsoft. */
  readonly network: Partial<Network>
}

/** A TLS server on loopback for one test. A path may have several handlers: one a request, the last one for the rest. */
export async function serve(
  routes: Readonly<Record<string, Handler | readonly Handler[]>>,
  { address, port, ...certificate }: Partial<Certificate> & { address?: string; port?: number } = {},
): Promise<Site> {
  const { ca, cert, key } = { ...(CERTIFICATES as NonNullable<typeof CERTIFICATES>), ...certificate }
  const requests: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const counts = new Map<string, number>()
  const server = createServer({ cert, key }, (request, response) => {
    const path = request.url as string
    requests.push(path)
    headers.push(request.headers)
    const route = routes[path] ?? routes[path.replace(/\?.*/, '')] ?? status(404)
    const handlers = Array.isArray(route) ? (route as Handler[]) : [route as Handler]
    const count = counts.get(path) ?? 0
    counts.set(path, count + 1)
    ;(handlers[Math.min(count, handlers.length - 1)] as Handler)(request, response)
  })
  const host = `localhost:${await listening(server, address, port)}`
  const network = {
    ca,
    hosts: [host],
    pages: { public: `https://${host}/page`, usgov: `https://${host}/page-gov`, china: `https://${host}/page-china` },
    folders: { public: `https://${host}/files/` },
    apis: { public: `https://${host}` },
    limits: LIMITS,
  }
  return { host, requests, headers, network }
}

// Far beyond any answer on loopback; a test of a limit sets it.
const LIMITS = { connect: 30_000, headers: 30_000, idle: 30_000, attempt: 30_000, overall: 300_000 }

/** Starts a server on loopback; at the end of the test it and its connections are gone. */
export async function listening(server: TcpServer, address = 'localhost', port = 0): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => {}))
  })
  await new Promise<void>((done) => void server.listen(port, address, done))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((done) => server.close(done))
  })
  return (server.address() as AddressInfo).port
}

/** Runs a command line against servers on loopback. Hosts and ports are left out of what it says. */
export async function online(cwd: string, argv: readonly string[], network: Partial<Network>, more: Partial<Io> = {}) {
  let [out, err] = ['', '']
  const sleeps: number[] = []
  // With a folder of its own, so that nothing is compared with the shipped snapshots.
  const code = await run([...argv, '--snapshots', 'snapshots'], {
    cwd,
    env: {},
    out: (text) => {
      out += typeof text === 'string' ? text : Buffer.from(text).toString()
    },
    err: (text) => {
      err += text
    },
    isTerminal: false,
    outColor: false,
    errColor: false,
    stdin: async () => Buffer.from(''),
    prompts: undefined,
    now: () => new Date('2025-11-12T10:00:00Z'),
    sleep: async (milliseconds) => void sleeps.push(milliseconds),
    random: () => 1,
    network,
    ...more,
  })
  const plain = (text: string) => text.replaceAll(/(localhost|127\.0\.0\.1):\d+/g, '$1')
  return { code, out, err: plain(err), sleeps }
}

/** Runs the built program as a child process that trusts the servers of the tests. */
export function built(cwd: string, argv: readonly string[], more: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(cwd, 'ca.pem'), CERTIFICATES?.ca as string)
  const env = { ...process.env, HTTPS_PROXY: '', https_proxy: '', NODE_EXTRA_CA_CERTS: join(cwd, 'ca.pem'), ...more }
  const command = [join(ROOT, 'dist/main.cjs'), ...argv, '--snapshots', 'snapshots']
  return new Promise<{ code: number | string; out: string; err: string }>((done) => {
    execFile(process.execPath, command, { cwd, env }, (error, out, err) =>
      done({ code: error ? (error.code ?? String(error.signal)) : 0, out, err }),
    )
  })
}

export const POLICY = `cloud: public
guards: { maxShrink: 100% }
rules:
  - { name: R, tags: [Alpha], direction: outbound, protocol: tcp, ports: [443], priority: 100 }
targets: [{ name: plain, vendor: list, out: rules/list.txt }]
`

/** A published document of one tag. */
export function documentOf(prefix = '20.190.128.0/24', cloud = 'Public', changeNumber: number | string = 1): string {
  const properties = { changeNumber, region: '', platform: 'Azure', systemService: '', addressPrefixes: [prefix] }
  return JSON.stringify({ changeNumber, cloud, values: [{ name: 'Alpha', id: 'Alpha', properties }] })
}

export const status =
  (code: number, headers: Record<string, string> = {}, body: string | Buffer = ''): Handler =>
  (_, response) =>
    void response.writeHead(code, headers).end(body)

export const ok = (body: string | Buffer, headers: Record<string, string> = {}): Handler => status(200, headers, body)

export const to = (location: string): Handler => status(302, { location })
