import type { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import type { ProxyAnswer } from '../model/observation.ts'
import type { HttpsProxy } from '../model/proxy.ts'
import { read, responseOf } from './probe-http.ts'
import { open } from './probe-tcp.ts'
import { ended } from './probe-tls.ts'

/** Asks the proxy to connect to `target`, HOST:PORT. The socket leads there if the status is 2xx. */
export async function tunnel(
  proxy: HttpsProxy,
  target: string,
  milliseconds: number,
  addressOf: (host: string) => Promise<string | undefined>,
): Promise<{ proxy: ProxyAnswer; socket: Duplex | undefined }> {
  const failed = (error: string) => ({ proxy: { error }, socket: undefined })
  const address = await addressOf(proxy.host)
  if (address === undefined) return failed('ENOTFOUND')
  const { result, socket: plain } = await open(address, proxy.port, milliseconds)
  if (plain === undefined) return failed(result)
  const socket: Duplex = proxy.isTls
    ? connect({ socket: plain, host: proxy.host, rejectUnauthorized: false, minVersion: 'TLSv1.2' })
    : plain
  if (proxy.isTls) {
    const error = await ended(socket, 'secureConnect', milliseconds)
    if (error !== undefined) {
      socket.destroy()
      return failed(error)
    }
  }
  const authorization = proxy.authorization === undefined ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`)
  const { text, error } = await read(socket, milliseconds, (text) => text.includes('\r\n\r\n'))
  const answer = text.includes('\r\n\r\n')
    ? responseOf(text)
    : { error: error ?? (text === '' ? 'CLOSED' : 'NOT_HTTP') }
  if (answer.status !== undefined && answer.status >= 200 && answer.status <= 299)
    return { proxy: { status: answer.status }, socket }
  socket.destroy()
  return { proxy: answer.status === undefined ? { error: answer.error } : { status: answer.status }, socket: undefined }
}
