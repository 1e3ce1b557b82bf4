import { gzipSync } from 'node:zlib'
import { VERSION } from '../../src/version.ts'

/** A tar archive of these files, as npm makes it. */
export function tarOf(files: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(files).flatMap(([name, text]) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write('000644 \x000000 \x000000 \0', 100)
    header.write(`${Buffer.byteLength(text).toString(8).padStart(11, '0')} `, 124)
    header.write('00000000000 ', 136)
    header.write('        0', 148)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((all, byte) => all + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    const data = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512)
    data.write(text)
    return [header, data]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

/** A package of tagwall, or one with other fields in its package.json. It holds the packages of `held`. */
export function packageOf(fields: object = {}, held: readonly string[] = ['zod']): Buffer {
  const manifest = { name: 'tagwall', version: VERSION, dependencies: { zod: '^4.0.0' }, ...fields }
  const others = held.map((name) => [`package/node_modules/${name}/package.json`, '{}'])
  return gzipSync(tarOf({ 'package/package.json': JSON.stringify(manifest), ...Object.fromEntries(others) }))
}
