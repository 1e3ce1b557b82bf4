import type { Duplex } from 'node:stream'
import type { SecureContext } from 'node:tls'
import { type HttpsProxy, takesPassword } from '../model/proxy.ts'
import { isPlain, nameOf, shortName } from './chosen-endpoints.ts'
import type { Endpoint } from './endpoint-schema.ts'
import type { ProxyAnswer, Response } from './observation-schema.ts'
import { open } from './probe-tcp.ts'
import { handshake } from './probe-tls.ts'

/** More of a response is not read. */
const MOST_BYTES = 16_384
/** The end of the head. */
const END = '\r\n\r\n'

/** One GET without credentials, and the start of the response. */
export async function ask(socket: Duplex, endpoint: Pick<Endpoint, 'host' | 'port' | 'path'>, milliseconds: number) {
  const name = shortName(nameOf(endpoint), isPlain(endpoint) ? 80 : 443)
  socket.write(
    `GET ${endpoint.path} HTTP/1.1\r\nHost: ${name}\r\nUser-Agent: tagwall-doctor\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
  )
  const begin = performance.now()
  const read = await readUntil(isWhole, socket, milliseconds)
  socket.destroy()
  const ms = Math.round(performance.now() - begin)
  return read.text.includes(END) ? { ...responseOf(read), ms } : responseOf(read)
}

/** The start of a response; `error` says why reading stopped early. */
interface Read {
  readonly text: string
  readonly error: string | undefined
}

/** Reads until `isDone`, the limit, the end or the time. */
function readUntil(isDone: (text: string) => boolean, socket: Duplex, milliseconds: number): Promise<Read> {
  return new Promise((done) => {
    let text = ''
    const end = (error?: string) => {
      clearTimeout(timer)
      socket.off('data', take)
      done({ text, error })
    }
    const take = (piece: Buffer) => {
      text += piece.toString('latin1')
      if (text.length >= MOST_BYTES || isDone(text)) end()
    }
    const timer = setTimeout(() => end('ETIMEDOUT'), milliseconds)
    socket.on('data', take)
    socket.once('end', () => end())
    socket.once('close', () => end())
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'UNKNOWN'))
  })
}

/** The title of a page is enough of a body. */
function isWhole(text: string): boolean {
  const start = text.indexOf(END)
  if (start < 0) return false
  if (/<\/title>/i.test(text.slice(start))) return true
  const length = /^content-length:\s*(\d{1,9})\s*$/im.exec(text.slice(0, start))?.[1]
  return (
    !/^content-type:.*html/im.test(text.slice(0, start)) ||
    (length !== undefined && text.length - start - 4 >= Number(length))
  )
}

/** The parts of a response that matter. The texts are the sender's: cut here, and made safe where they are printed. */
function responseOf({ text, error }: Read): Response {
  const start = text.indexOf(END)
  if (start < 0) return { error: error ?? (text === '' ? 'CLOSED' : 'NOT_HTTP') }
  const [head, body] = [text.slice(0, start), text.slice(start + 4)]
  const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(head)?.[1]
  if (status === undefined) return { error: 'NOT_HTTP' }
  const header = (name: string, most = 200) =>
    new RegExp(`^${name}:[ \\t]*([^\\r\\n]*)`, 'im').exec(head)?.[1]?.trim().slice(0, most)
  const title = /<title[^>]{0,200}>([^<]{0,300})/i.exec(body)?.[1]?.replaceAll(/\s+/g, ' ').slice(0, 200).trim()
  const texts = {
    server: header('server'),
    date: header('date', 60),
    type: header('content-type'),
    location: header('location', 500),
    title,
  }
  return { status: Number(status), ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text)) }
}

/** The surroundings of a question to the proxy. */
export interface ProxyWorld {
  /** The milliseconds of a step that begins now; 0 if the run has no time for another. */
  timeLeft(): number
  /** The address of the proxy; undefined if it has none. */
  proxyAddress(host: string): Promise<string | undefined>
  /** Who may vouch for a proxy with TLS. */
  readonly proxyTrust: SecureContext
  /** Files with more authorities that this host trusts. */
  readonly roots: readonly string[]
}

/**
 * Asks the proxy to connect to `target`, HOST:PORT. A proxy with TLS proves first who it is, and only one that asks for a password gets it:
 * then it is asked again, with `authorization`. The socket leads to the target if the status is 2xx. Returns undefined if the time of the
 * run is over.
 */
export async function tunnel(
  proxy: HttpsProxy,
  target: string,
  world: ProxyWorld,
  authorization?: string,
): Promise<{ proxy: ProxyAnswer; socket: Duplex | undefined } | undefined> {
  const { timeLeft, proxyTrust: trust, roots } = world
  const failed = (proxy: ProxyAnswer) => ({ proxy, socket: undefined })
  const address = await world.proxyAddress(proxy.host)
  if (address === undefined) return failed({ error: 'ENOTFOUND' })
  if (timeLeft() === 0) return undefined
  const { result, socket: plain } = await open(address, proxy.port, timeLeft())
  if (plain === undefined) return failed({ error: result })
  let socket: Duplex = plain
  if (proxy.isTls && timeLeft() > 0) {
    const { tls, secure } = await handshake(plain, proxy.host, { milliseconds: timeLeft(), trust, roots })
    if (secure === undefined) return failed({ error: tls.error })
    socket = secure
    if (tls.problem !== undefined) {
      socket.destroy()
      return failed({ problem: tls.problem })
    }
  }
  if (timeLeft() === 0) {
    socket.destroy()
    return undefined
  }
  const login = authorization === undefined ? '' : `Proxy-Authorization: ${authorization}\r\n`
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${login}\r\n`)
  const read = await readUntil((text) => text.includes(END), socket, timeLeft())
  const { status, error } = responseOf(read)
  if (status !== undefined && status >= 200 && status <= 299) return { proxy: { status }, socket }
  socket.destroy()
  if (status === undefined) return failed({ error })
  // One header or several, each with a name of the way first: https://www.rfc-editor.org/rfc/rfc9110#section-11.7.1
  const offers = [...read.text.matchAll(/^proxy-authenticate:[ \t]*([A-Za-z0-9-]{1,40})/gim)]
  const schemes = offers.map(([, scheme = '']) => scheme).slice(0, 8)
  const isAsked = status === 407 && takesPassword(schemes) && authorization === undefined
  if (isAsked && proxy.authorization !== undefined) return tunnel(proxy, target, world, proxy.authorization)
  return failed({ status, ...(schemes.length > 0 ? { schemes } : {}) })
}
