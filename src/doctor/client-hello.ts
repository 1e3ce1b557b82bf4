/** The smallest message that `clientHello` makes is shorter than this, for a host of up to 100 characters. */
export const SMALLEST_HELLO = 256

/**
 * A TLS hello of `size` bytes that no server can accept, because it offers no encryption: a server answers with a short alert. Throws
 * nothing; a host that leaves no room for padding makes it longer.
 */
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
