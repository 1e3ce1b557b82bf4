import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readFile } from '../../src/parse/read-file.ts'
import { folderWith } from '../cli/harness.ts'

function fileOf(bytes: Uint8Array): string {
  const path = join(folderWith(), 'x')
  writeFileSync(path, bytes)
  return path
}

const BIG_ENDIAN = Buffer.from('\ufeffrules: []', 'utf16le').swap16()

test.for<[what: string, bytes: Buffer]>([
  ['Windows PowerShell', Buffer.from('\ufeffrules: []', 'utf16le')],
  ['a program of the other byte order', BIG_ENDIAN],
])('a file in UTF-16 of %s is refused with the way out', ([, bytes]) => {
  expect(() => readFile(fileOf(bytes), 'edge.conf', { cwd: '/' })).toThrow(
    'edge.conf is UTF-16, as ">" of Windows PowerShell writes it; expected UTF-8: use "Out-File -Encoding utf8"',
  )
})

test('a byte order mark of UTF-8 is part of the bytes', () => {
  const bytes = Buffer.from('\ufeffrules: []')
  expect(Buffer.from(readFile(fileOf(bytes), 'x', { cwd: '/' }))).toEqual(bytes)
})
