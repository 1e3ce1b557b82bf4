const BLOCK = 512

/** A file of a tar archive. */
export interface TarFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * The regular files of a tar archive, as npm makes them: names of up to 255 bytes. Longer names, which need extensions of the
 * format, stay cut. Throws an error for other data.
 */
export function filesOfTar(archive: Uint8Array): TarFile[] {
  const files: TarFile[] = []
  for (let start = 0; start < archive.length; ) {
    const header = archive.subarray(start, start + BLOCK)
    // The archive ends with blocks of zeros.
    if (header.every((byte) => byte === 0)) return files
    const size = octal(header, 124, 12)
    if (header.length < BLOCK || octal(header, 148, 8) !== checksumOf(header)) throw new Error('a header is damaged')
    const data = start + BLOCK
    if (data + size > archive.length) throw new Error('it is cut off')
    const [name, prefix] = [textIn(header, 0, 100), textIn(header, 345, 155)]
    // "0" or nothing is a regular file.
    if ([0x30, 0].includes(header[156] as number))
      files.push({ name: prefix ? `${prefix}/${name}` : name, bytes: archive.subarray(data, data + size) })
    start = data + Math.ceil(size / BLOCK) * BLOCK
  }
  throw new Error('its end is missing')
}

/** The sum of the bytes, where those of the checksum itself count as spaces. */
const checksumOf = (header: Uint8Array) =>
  header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0)

function octal(header: Uint8Array, start: number, length: number): number {
  const text = textIn(header, start, length).trim()
  if (!/^[0-7]{1,11}$/.test(text)) throw new Error('a header is damaged')
  return Number.parseInt(text, 8)
}

function textIn(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length)
  const end = field.indexOf(0)
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end))
}
