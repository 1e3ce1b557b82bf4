import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readPackage } from '../../src/source/package/package.ts'
import { filesOfTar } from '../../src/source/package/tar.ts'
import { packageOf, tarOf } from '../ci/packages.ts'
import { folderWith } from '../cli/harness.ts'

const at = (bytes: Uint8Array) => {
  const path = join(folderWith(), 'x.tgz')
  writeFileSync(path, bytes)
  return path
}

test('a package that npm packed has its name and version, and lacks the dependencies that it does not hold', () => {
  const folder = folderWith({
    'package.json': JSON.stringify({
      name: '@mine/thing',
      version: '1.2.3',
      dependencies: { held: '1', '@a/held': '1', other: '1' },
      bundleDependencies: ['held', '@a/held'],
    }),
    'node_modules/held/package.json': '{ "name": "held", "version": "1.0.0" }',
    'node_modules/@a/held/package.json': '{ "name": "@a/held", "version": "1.0.0" }',
    [`lib/${'deep/'.repeat(30)}long.js`]: 'x',
  })
  execFileSync('npm', ['pack', '--silent'], { cwd: folder, stdio: 'ignore' })
  const path = join(folder, 'mine-thing-1.2.3.tgz')
  expect(readPackage(path, 'x')).toEqual({ name: '@mine/thing', version: '1.2.3', missing: ['other'] })
})

test.for<[what: string, bytes: Uint8Array, why: string]>([
  ['no file of gzip', Buffer.from('hello'), 'incorrect header check'],
  ['half a file', packageOf().subarray(0, 60), 'unexpected end of file'],
  ['gzip without an archive', gzipSync('x'.repeat(600)), 'a header is damaged'],
  ['an archive that is cut off', gzipSync(tarOf({ 'package/package.json': '{}' }).subarray(0, 513)), 'it is cut off'],
  ['an archive without its end', gzipSync(tarOf({ 'package/x': '{}' }).subarray(0, 1024)), 'its end is missing'],
  ['nothing in an archive', gzipSync(tarOf({})), 'it holds no package/package.json'],
  ['other files', gzipSync(tarOf({ 'other/package.json': '{}' })), 'it holds no package/package.json'],
  [
    'text in package.json',
    gzipSync(tarOf({ 'package/package.json': 'no' })),
    'its package.json is not JSON: Unexpected token \'o\', "no" is not valid JSON',
  ],
  ['no version', gzipSync(tarOf({ 'package/package.json': '{"name":"a"}' })), 'its package.json: version: is missing'],
  ['a bomb', gzipSync(Buffer.alloc(300 * 1024 * 1024)), 'Cannot create a Buffer larger than 268435456 bytes'],
])('%s is refused', ([, bytes, why]) => {
  expect(() => readPackage(at(bytes), 'x.tgz')).toThrow(`x.tgz is not a package that "npm pack" made (${why})`)
})

test('a header with one changed byte is refused, wherever the byte is', () => {
  const archive = tarOf({ 'package/package.json': '{}' })
  for (let index = 0; index < 512; index++) {
    const changed = Uint8Array.from(archive)
    changed[index] = (changed[index] as number) ^ 1
    // The checksum's own end is outside of the number.
    if (index !== 154 && index !== 155)
      expect(() => filesOfTar(changed), `byte ${index}`).toThrow('a header is damaged')
  }
})

test('files are those of the system', () => {
  const folder = folderWith({ 'a/x.txt': 'hello', 'a/y/empty': '', [`a/${'b'.repeat(99)}/z`]: 'z'.repeat(1000) })
  execFileSync('tar', ['--format=ustar', '-cf', 'a.tar', 'a'], { cwd: folder })
  const files = filesOfTar(readFileSync(join(folder, 'a.tar')))
  expect(files.map(({ name, bytes }) => [name, bytes.length]).sort()).toEqual([
    [`a/${'b'.repeat(99)}/z`, 1000],
    ['a/x.txt', 5],
    ['a/y/empty', 0],
  ])
})
