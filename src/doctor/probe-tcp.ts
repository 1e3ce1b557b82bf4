import { connect, type Socket } from 'node:net'
import { isIPv6 } from './address-class.ts'
import type { Connection } from './observation-schema.ts'

/** Addresses of one family of a host that are tried. */
const MOST_OF_FAMILY = 4

/** Connects to all addresses at the same time. The socket is that of the first open address, in their order. */
export async function connectAll(
  addresses: readonly string[],
  port: number,
  milliseconds: number,
): Promise<{ tcp: readonly Connection[]; socket: Socket | undefined; address: string | undefined }> {
  const [six, four] = [addresses.filter(isIPv6), addresses.filter((address) => !isIPv6(address))]
  const some = new Set([...four.slice(0, MOST_OF_FAMILY), ...six.slice(0, MOST_OF_FAMILY)])
  const tried = await Promise.all(
    addresses
      .filter((address) => some.has(address))
      .map(async (address) => {
        const begin = performance.now()
        const opened = await open(address, port, milliseconds)
        return { address, ms: Math.round(performance.now() - begin), ...opened }
      }),
  )
  const first = tried.find(({ socket }) => socket)
  for (const { socket } of tried) if (socket !== first?.socket) socket?.destroy()
  return {
    tcp: tried.map(({ address, result, ms }) => ({ address, result, ms })),
    socket: first?.socket,
    address: first?.address,
  }
}

/** One connection; the result is `open`, or the code of the failure. */
export function open(
  address: string,
  port: number,
  milliseconds: number,
): Promise<{ result: string; socket?: Socket }> {
  return new Promise((done) => {
    const socket = connect({ host: address, port, autoSelectFamily: false })
    const end = (result: string) => {
      clearTimeout(timer)
      if (result === 'open') done({ result, socket })
      else {
        socket.destroy()
        done({ result })
      }
    }
    const timer = setTimeout(() => end('ETIMEDOUT'), milliseconds)
    socket.once('connect', () => end('open'))
    // The listener stays, because a socket may still fail later, and that must not end the program.
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'UNKNOWN'))
  })
}
