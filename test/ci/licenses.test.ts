import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith } from '../cli/harness.ts'
import { ROOT } from '../fixtures.ts'

const licenses = (...argv: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'build/licenses.mjs'), ...argv], {
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

test('every package that ships with the program may be passed on', () => {
  expect(licenses()).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+ packages: \d+ MIT, /), stderr: '' })
})

const metafile = (path: string, bytesInOutput: number) =>
  JSON.stringify({
    outputs: { 'dist/program.cjs': { inputs: { [path]: { bytesInOutput }, 'src/main.ts': { bytesInOutput: 1 } } } },
  })

const ALLOWED = '0BSD, Apache-2.0, BSD-2-Clause, BSD-3-Clause, BlueOak-1.0.0, ISC, MIT'

test.for<[license: unknown, isAllowed: boolean]>([
  ['MIT', true],
  ['(MIT OR GPL-3.0-only)', true],
  ['(MIT AND GPL-3.0-only)', false],
  ['MIT AND ISC', true],
  ['GPL-3.0-only', false],
  ['SEE LICENSE IN LICENSE.txt', false],
  [{ type: 'MIT' }, false],
  [undefined, false],
])('a package under %j is allowed: %j', ([license, isAllowed]) => {
  const manifest = JSON.stringify({ name: 'a', version: '1.0.0', license })
  const unused = { dev: true }
  const folders = [
    // Inside of the program.
    folderWith({
      'dist/metafile.json': metafile('node_modules/a/index.js', 1),
      'package-lock.json': JSON.stringify({ packages: { '': {}, 'node_modules/a': unused, 'node_modules/b': unused } }),
      'node_modules/a/package.json': manifest,
    }),
    // Beside it.
    folderWith({
      'dist/metafile.json': metafile('node_modules/a/index.js', 0),
      'package-lock.json': JSON.stringify({
        packages: { '': {}, 'node_modules/a': {}, 'node_modules/b': unused, 'node_modules/c': { optional: true } },
      }),
      'node_modules/a/package.json': manifest,
    }),
  ]
  for (const folder of folders)
    expect(licenses(folder)).toEqual(
      isAllowed
        ? { status: 0, stdout: `1 packages: 1 ${license}\n`, stderr: '' }
        : { status: 1, stdout: '', stderr: `a 1.0.0: licence ${JSON.stringify(license)} is not one of ${ALLOWED}\n` },
    )
})

test('a package that is not installed is not passed over', () => {
  const folder = folderWith({
    'dist/metafile.json': metafile('src/main.ts', 1),
    'package-lock.json': JSON.stringify({ packages: { 'node_modules/a': {} } }),
  })
  expect(licenses(folder)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('node_modules/a is in package-lock.json'),
  })
})

test('nothing is said about a program that is not built', () => {
  expect(licenses(folderWith({ 'package-lock.json': '{ "packages": {} }' }))).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('dist/metafile.json is missing: run "npm run build"'),
  })
})
