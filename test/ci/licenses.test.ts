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

test('every package that the program needs may be passed on', () => {
  expect(licenses()).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+ packages: \d+ MIT, /), stderr: '' })
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
  const folder = folderWith({
    'package-lock.json': JSON.stringify({
      packages: {
        '': {},
        'node_modules/a': {},
        'node_modules/for-tests': { dev: true },
        'node_modules/absent': { optional: true },
      },
    }),
    'node_modules/a/package.json': JSON.stringify({ name: 'a', version: '1.0.0', license }),
  })
  expect(licenses(folder)).toEqual(
    isAllowed
      ? { status: 0, stdout: `1 packages: 1 ${license}\n`, stderr: '' }
      : { status: 1, stdout: '', stderr: `a 1.0.0: licence ${JSON.stringify(license)} is not one of ${ALLOWED}\n` },
  )
})

test('a package that is not installed is not passed over', () => {
  const folder = folderWith({ 'package-lock.json': JSON.stringify({ packages: { 'node_modules/a': {} } }) })
  expect(licenses(folder)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('node_modules/a is in package-lock.json'),
  })
})
