import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { throwDenial } from '../errors.ts'
import { isIPv6 } from './address-class.ts'
import type { Connection } from './observation-schema.ts'

/** Addresses of one family of a host that are tried. */
const MOST_OF_FAMILY = 4

/** An open connection. */
export interface Opened {
  readonly address: string
  readonly socket: Socket
}

/**
 * Connects to all addresses at the same time. `first` is the first open one of IPv4, or of IPv6 without one; `six` is the first of IPv6
 * beside one of IPv4, because TLS may fail over one family only.
 */
export async function connectAll(
  addresses: readonly string[],
  port: number,
  milliseconds: number,
): Promise<{ tcp: readonly Connection[]; first?: Opened | undefined; six?: Opened | undefined }> {
  const isFour = (address: string) => !isIPv6(address)
  const some = new Set([isFour, isIPv6].flatMap((isOne) => addresses.filter(isOne).slice(0, MOST_OF_FAMILY)))
  const tried = await Promise.all(
    addresses
      .filter((address) => some.has(address))
      .map(async (address) => {
        const begin = performance.now()
        const opened = await open(address, port, milliseconds)
        return { address, ms: Math.round(performance.now() - begin), ...opened }
      }),
  )
  const opened = tried.flatMap(({ address, socket }) => (socket ? [{ address, socket }] : []))
  const openSix = opened.find(({ address }) => isIPv6(address))
  const first = opened.find(({ address }) => isFour(address)) ?? openSix
  const six = openSix === first ? undefined : openSix
  for (const one of opened) if (one !== first && one !== six) one.socket.destroy()
  return { tcp: tried.map(({ address, result, ms }) => ({ address, result, ms })), first, six }
}

/** One connection; the result is `open`, or the code of the failure. */
export async function open(address: string, port: number, milliseconds: number) {
  const socket = connect({ host: address, port, autoSelectFamily: false })
  const result = await firstOf({ connect: 'open' }, socket, milliseconds)
  if (result === 'open') return { result, socket }
  throwDenial({ code: result, syscall: 'connect' })
  socket.destroy()
  return { result }
}

/** The result of the first of these events of a socket; or the code of an error that comes before them, ETIMEDOUT without any. */
export function firstOf(results: Readonly<Record<string, string>>, socket: Duplex, milliseconds: number) {
  return new Promise<string>((done) => {
    const end = (result: string) => {
      clearTimeout(timer)
      done(result)
    }
    const timer = setTimeout(() => end('ETIMEDOUT'), milliseconds)
    for (const [event, result] of Object.entries(results)) socket.once(event, () => end(result))
    // The listener stays, because a socket may still fail later, and that must not end the program.
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'UNKNOWN'))
  })
}
