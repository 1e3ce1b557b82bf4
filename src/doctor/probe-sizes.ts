import { clientHello, SMALLEST_HELLO } from './client-hello.ts'
import { open } from './probe-tcp.ts'

/** Each fits into one packet of a usual network, and they narrow down which size is lost. */
const SIZES = [SMALLEST_HELLO, 1000, 1200, 1300, 1400]

/**
 * Sends hellos of some sizes to an address, each in a connection of its own. A result is `answered`, `CLOSED` or the code of the failure:
 * ETIMEDOUT if the hello, or its answer, is lost.
 */
export function trySizes(
  { address, host, port }: { address: string; host: string; port: number },
  milliseconds: number,
): Promise<{ bytes: number; result: string }[]> {
  return Promise.all(
    SIZES.map(async (bytes) => {
      const { result, socket } = await open(address, port, milliseconds)
      if (socket === undefined) return { bytes, result }
      return new Promise<{ bytes: number; result: string }>((done) => {
        const end = (result: string) => {
          clearTimeout(timer)
          socket.destroy()
          done({ bytes, result })
        }
        const timer = setTimeout(() => end('ETIMEDOUT'), milliseconds)
        socket.once('data', () => end('answered'))
        socket.once('end', () => end('CLOSED'))
        socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'UNKNOWN'))
        socket.setNoDelay(true)
        socket.write(clientHello(host, bytes))
      })
    }),
  )
}
