import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { reportOf } from '../../src/errors.ts'
import { DOCUMENT, established, FILES, isLinux, MAIN, tagwall } from './built.ts'
import { folderWith } from './harness.ts'

// What the built program says when the world around it fails: one sentence, and the exit code 2.

describe.runIf(isLinux)('standard output and standard error', () => {
  test('on a full disk: the result is missing, so the exit code is 2', async () => {
    const folder = await established()
    expect(tagwall(folder, 'emit plain', { to: '> /dev/full' })).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^(warning: .*\n)*tagwall: standard output cannot be written: ENOSPC: .*\n$/),
    })
    const bad = { status: 2, stdout: '', stderr: '' }
    expect(tagwall(folder, 'emit nosuch', { to: '2> /dev/full' })).toEqual(bad)
    // The summary is a result, so it is on standard output.
    expect(tagwall(folder, 'build', { to: '> /dev/full' })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('standard output cannot be written: ENOSPC'),
    })
    expect(tagwall(folder, 'build', { to: '> /dev/full 2>&1' })).toEqual(bad)
  })

  test('to a closed pipe are not an error: the exit code is that of the command', async () => {
    const folder = await established()
    // The reader closes its end before the program starts: the shell waits for that.
    const into = (argv: string, redirect: string) =>
      spawnSync(
        'bash',
        [
          '-c',
          `exec 3> >(exec 0<&- >/dev/null 2>&1; exec sleep 2); sleep 0.3; '${process.execPath}' '${MAIN}' ${argv} ${redirect}`,
        ],
        { cwd: folder, encoding: 'utf8', timeout: 100_000 },
      ).status
    expect(into('emit plain', '>&3')).toBe(0)
    expect(into('emit nosuch', '2>&3')).toBe(2)
    expect(into('build --dry-run', '2>&3')).toBe(0)
    expect(into('diff latest latest', '>&3 2>&3')).toBe(0)
  })
})

test.for([
  ['with two ports', 'http://a:b:c'],
  ['with half a bracket', 'http://[::1'],
  ['with a user that cannot be decoded', 'http://%zz:secret@localhost:1'],
  ['of another protocol', 'socks5://localhost:1080'],
] as const)('a proxy %s is named, and its password is not', ([, value]) => {
  const { status, stderr } = tagwall(folderWith(FILES), 'fetch', { env: { HTTPS_PROXY: value, https_proxy: value } })
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr:
      'tagwall: HTTPS_PROXY is not a proxy that tagwall can use; expected http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with the characters % @ : / of a password as %25 %40 %3A %2F\n',
  })
})

test('a snapshot that is a directory is named by every command', () => {
  const folder = folderWith(FILES)
  mkdirSync(join(folder, 'snapshots/public/2025-11-10.json'), { recursive: true })
  for (const argv of ['list snapshots', 'emit plain', 'build', 'update --from ServiceTags_Public_20251110.json'])
    expect({ argv, ...tagwall(folder, argv) }).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^(warning: .*\n)*tagwall: \S*snapshots\/public\/2025-11-10\.json is a directory, not a file\n$/,
      ),
    })
})

test('an error of the operating system keeps its message', () => {
  const folder = folderWith({ ...FILES, 'snapshots/public': '' })
  expect(tagwall(folder, 'list snapshots')).toEqual({
    status: 2,
    stdout: '',
    stderr: "tagwall: ./snapshots/public cannot be read: ENOTDIR: not a directory, scandir './snapshots/public'\n",
  })
})

test('so does one that no command expects', () => {
  const refused = (path: string) => {
    try {
      readdirSync(path)
      return ''
    } catch (error) {
      return reportOf(error, {})
    }
  }
  expect(refused('/dev/null')).toBe(
    "tagwall: the operating system refused: ENOTDIR: not a directory, scandir '/dev/null'; fix the cause, and run the command again\n",
  )
})

/** A module with which reading a text fails as no program expects. */
const BUG = "TextDecoder.prototype.decode = () => { throw new RangeError('out of\\nluck') }"

test.for([
  ['in a command', BUG],
  ['outside of any', "process.nextTick(() => { throw new RangeError('out of\\nluck') })"],
] as const)('a bug %s is one sentence, and the stack is there for whoever asks', ([, bug]) => {
  const folder = folderWith({ ...FILES, 'doc.json': DOCUMENT, 'bug.cjs': bug })
  const hook = join(folder, 'bug.cjs')
  const run = (env: Record<string, string>) => tagwall(folder, 'lookup 1.2.3.4 --from doc.json', { hook, env })
  const sentence =
    'tagwall: this is a bug in tagwall (RangeError: out of luck); please report the output of this command with TAGWALL_DEBUG=1\n'
  expect(run({})).toEqual({ status: 2, stdout: '', stderr: sentence })
  const { status, stderr } = run({ TAGWALL_DEBUG: '1' })
  expect(status).toBe(2)
  expect(stderr.startsWith(`${sentence}RangeError: out of\nluck\n    at `)).toBe(true)
})

test.runIf(isLinux)('a pipe is read to its end, and a directory is no input', async () => {
  const folder = await established()
  expect(tagwall(folder, 'aggregate <(echo 10.0.0.0/9; echo 10.128.0.0/9)')).toMatchObject({
    status: 0,
    stdout: '10.0.0.0/8\n',
  })
  expect(tagwall(folder, 'aggregate', { to: '< .' })).toMatchObject({
    status: 2,
    stderr: 'tagwall: standard input is a directory, not a file\n',
  })
})

test('a reader with wrong syntax is named, and how to see the line', () => {
  const vendor = {
    'own/vendor.json': '{"title":"Own","artefacts":[{"part":"rules","template":"rules.hbs"}]}',
    'own/rules.hbs': '',
  }
  const folder = folderWith({ ...FILES, ...vendor, 'own/reader.js': 'export const device = {{\n' })
  expect(tagwall(folder, 'vendor check own')).toEqual({
    status: 2,
    stdout: '',
    stderr: `tagwall: ./own/reader.js cannot be loaded: Unexpected token '{'; "node ./own/reader.js" shows the line\n`,
  })
})
