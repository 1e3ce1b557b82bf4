import type { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import type { HttpsProxy } from '../model/proxy.ts'
import type { ProxyAnswer } from './observation.ts'
import { read, responseOf } from './probe-http.ts'
import { open } from './probe-tcp.ts'
import { ended } from './probe-tls.ts'

/** The time of a step, 0 if there is none left, and the address of the proxy. */
export interface ProxyWay {
  timeLeft(): number
  proxyAddress(host: string): Promise<string | undefined>
}

/**
 * Asks the proxy to connect to `target`, HOST:PORT. The socket leads there if the status is 2xx. Returns undefined if the time of the run is
 * over.
 */
export async function tunnel(
  proxy: HttpsProxy,
  target: string,
  { timeLeft, proxyAddress }: ProxyWay,
): Promise<{ proxy: ProxyAnswer; socket: Duplex | undefined } | undefined> {
  const failed = (error: string) => ({ proxy: { error }, socket: undefined })
  const address = await proxyAddress(proxy.host)
  if (address === undefined) return failed('ENOTFOUND')
  if (timeLeft() === 0) return undefined
  const { result, socket: plain } = await open(address, proxy.port, timeLeft())
  if (plain === undefined) return failed(result)
  const socket: Duplex = proxy.isTls
    ? connect({ socket: plain, host: proxy.host, rejectUnauthorized: false, minVersion: 'TLSv1.2' })
    : plain
  if (proxy.isTls && timeLeft() > 0) {
    const error = await ended(socket, 'secureConnect', timeLeft())
    if (error !== undefined) {
      socket.destroy()
      return failed(error)
    }
  }
  if (timeLeft() === 0) {
    socket.destroy()
    return undefined
  }
  const authorization = proxy.authorization === undefined ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`)
  const { text, error } = await read(socket, timeLeft(), (text) => text.includes('\r\n\r\n'))
  const answer = text.includes('\r\n\r\n')
    ? responseOf(text)
    : { error: error ?? (text === '' ? 'CLOSED' : 'NOT_HTTP') }
  if (answer.status !== undefined && answer.status >= 200 && answer.status <= 299)
    return { proxy: { status: answer.status }, socket }
  socket.destroy()
  return { proxy: answer.status === undefined ? { error: answer.error } : { status: answer.status }, socket: undefined }
}
