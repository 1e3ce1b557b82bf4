import { firstOf, open } from './probe-tcp.ts'

/** Each fits into one packet of a usual network. For a host of up to 100 characters, `clientHello` can be as short as the first. */
const SIZES = [256, 1000, 1200, 1300, 1400]

/** Sends hellos of some sizes to an address. A result is `answered`, `CLOSED` or a code: ETIMEDOUT if the hello, or its answer, is lost. */
export function trySizes(
  { address, host, port }: { address: string; host: string; port: number },
  milliseconds: number,
) {
  return Promise.all(
    SIZES.map(async (bytes) => {
      const { result, socket } = await open(address, port, milliseconds)
      if (socket === undefined) return { bytes, result }
      const answer = firstOf({ data: 'answered', end: 'CLOSED' }, socket, milliseconds)
      socket.setNoDelay(true)
      socket.write(clientHello(host, bytes))
      const size = { bytes, result: await answer }
      socket.destroy()
      return size
    }),
  )
}

/** A TLS hello of `size` bytes, longer for a long host. It offers no encryption, so any server refuses it with a short alert. */
export function clientHello(host: string, size: number): Buffer {
  const name = Buffer.from(host, 'latin1')
  // Server name: https://www.rfc-editor.org/rfc/rfc6066#section-3
  const serverName = Buffer.concat([
    uint16(0),
    uint16(name.length + 5),
    uint16(name.length + 3),
    Buffer.of(0),
    uint16(name.length),
    name,
  ])
  const start = Buffer.concat([
    Buffer.of(3, 3),
    Buffer.alloc(32, 7),
    Buffer.of(0),
    // TLS_RSA_WITH_NULL_SHA, which servers refuse.
    uint16(2),
    uint16(2),
    Buffer.of(1, 0),
  ])
  const HEADERS = 5 + 4 + 2 + 4
  // Padding: https://www.rfc-editor.org/rfc/rfc7685
  const padding = Buffer.alloc(Math.max(0, size - HEADERS - start.length - serverName.length))
  const extensions = Buffer.concat([serverName, uint16(21), uint16(padding.length), padding])
  const body = Buffer.concat([start, uint16(extensions.length), extensions])
  const handshake = Buffer.concat([Buffer.of(1, 0), uint16(body.length), body])
  return Buffer.concat([Buffer.of(0x16, 3, 1), uint16(handshake.length), handshake])
}

const uint16 = (value: number) => Buffer.of(value >> 8, value & 255)
