import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PROGRAM } from '../fixtures.ts'
import { listening } from '../network/harness.ts'
import { contentsOf, folderWith } from './harness.ts'

// A run that is ended by a signal while it downloads, and one that waits for it.

const POLICY = `rules:
  - { name: A, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 150 }
targets: [{ name: plain, vendor: list, out: rules/list.txt }]
`

/** Starts `update` behind a proxy that never answers, and waits until the download has begun. */
async function downloading() {
  const folder = folderWith({ 'tagwall.yaml': POLICY })
  execFileSync('git', ['init', '--quiet', folder])
  const before = contentsOf(folder)
  const proxy = createServer()
  const asked = once(proxy, 'connect')
  const env = { ...process.env, https_proxy: `http://localhost:${await listening(proxy)}`, no_proxy: '' }
  const start = () => {
    const child = spawn(process.execPath, [PROGRAM, 'update', '--snapshots', 'snapshots'], { cwd: folder, env })
    let err = ''
    child.stderr.on('data', (text) => {
      err += text
    })
    return { child, err: () => err }
  }
  const run = start()
  await asked
  return { folder, before, start, ...run }
}

/** The files of tagwall in the git directory. */
const stateOf = (folder: string) => readdirSync(join(folder, '.git/tagwall'))

test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s says that nothing was written, and leaves nothing',
  async (name) => {
    const { folder, before, child, err } = await downloading()
    expect(stateOf(folder)).toEqual([expect.stringMatching(/^[0-9a-f]{16}\.mutex$/)])
    child.kill(name)
    const [, signal] = await once(child, 'close')
    expect({ signal, last: err().split('\n').slice(1) }).toEqual({
      signal: name,
      last: ['tagwall: interrupted; nothing was written', ''],
    })
    expect(contentsOf(folder)).toEqual(before)
    expect(stateOf(folder)).toEqual([])
    expect(existsSync(join(folder, 'snapshots'))).toBe(false)
  },
)

test('a second run says for whom it waits, and for how long', async () => {
  const { folder, start, child } = await downloading()
  const second = start()
  const [code] = await once(second.child, 'close')
  child.kill('SIGKILL')
  const lines = second.err().replaceAll(`${folder}/`, '').trimEnd().split('\n')
  expect({ code, lines }).toEqual({
    code: 2,
    lines: [
      expect.stringMatching(
        new RegExp(
          `^tagwall: waiting up to 5 s for another tagwall \\(process ${child.pid} on \\S+\\), which is writing to snapshots$`,
        ),
      ),
      expect.stringMatching(
        /^tagwall: another tagwall \(process .*\) is writing to snapshots; wait until it ends, .*; nothing was done$/,
      ),
    ],
  })
})
