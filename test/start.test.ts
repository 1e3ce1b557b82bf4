import { spawn, spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, tagwall } from './cli/harness.ts'
import { ROOT } from './fixtures.ts'

// How the built program begins and prints (src/io.ts): what saves time there must change nothing else.

const MAIN = join(ROOT, 'dist/main.cjs')
const EMIT = ['emit', 'iptables', '--family', 'ipv4']
function run(argv: readonly string[], env: Record<string, string> = {}, ...before: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...before, MAIN, ...argv], {
    cwd: folderWith(),
    encoding: 'utf8',
    timeout: 100_000,
    env: { ...process.env, ...env },
  })
  return { status, stdout, stderr }
}

// Node 22 and later keep what V8 compiled in a folder of the user.
test('starts silently if the compile cache is not writable', () => {
  const file = join(folderWith({ file: '' }), 'file')
  for (const NODE_COMPILE_CACHE of [file, join(file, 'below')])
    expect(run(['--help'], { NODE_COMPILE_CACHE })).toMatchObject({ status: 0, stderr: '' })
})

test('imports the reader of a user, which is an ES module', () => {
  const folder = folderWith()
  for (const [from, to] of [
    ['json', 'mine'],
    ['_kit', '_kit'],
    ['_json', '_json'],
  ] as const)
    cpSync(join(ROOT, 'vendors', from), join(folder, to), { recursive: true })
  const { status, stderr } = run(['emit', 'mine', '--vendors', folder, '--require-proof'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringMatching(/Experimental|not proved/) })
})

test('a reader that has seen enough is no error', async () => {
  const child = spawn(process.execPath, [MAIN, ...EMIT], { cwd: folderWith() })
  let errors = ''
  child.stderr.on('data', (text) => {
    errors += text
  })
  child.stdout.destroy()
  const code = await new Promise((done) => child.on('close', done))
  expect({ code, errors }).toEqual({ code: 0, errors: expect.not.stringContaining('EPIPE') })
})

/** A module in which standard output takes 1,000 bytes, and then would have to wait, which a pipe may refuse to do. */
const FULL = `
const fs = require('node:fs')
const { writeSync } = fs
let room = 1000
fs.writeSync = (descriptor, bytes, from) => {
  if (descriptor !== 1) return writeSync(descriptor, bytes, from)
  if (room === 0) throw Object.assign(new Error('full'), { code: 'EAGAIN' })
  const written = writeSync(descriptor, bytes, from, Math.min(room, bytes.length - from))
  room -= written
  return written
}`

test('prints everything to a full, non-blocking pipe', () => {
  const full = join(folderWith({ 'full.cjs': FULL }), 'full.cjs')
  expect(run(EMIT, {}, '--require', full)).toEqual(run(EMIT))
})

const BAD_POLICY = `
cloud: mars
rules:
  - { name: "", tags: [], direction: sideways, ports: [0, "x", 70000], priority: 1.5, optional: 3, more: 1 }
  - { name: two, tags: ["a b"], direction: both, ports: ["9-1"], priority: 200 }
targets: [{ name: ../x, vendor: nsg, out: "", family: ipv5, limits: { rules: 0 }, widen: { maxPrefixes: many, never: [here] } }]
tests: [{ allow: 1.2.3.4, deny: 1.2.3.4, direction: outbound, port: 0 }]
`
const BAD_VENDOR =
  '{ "name": "bad", "names": { "rule": {} }, "options": { "a": { "type": "no" } }, "artefacts": [], "x": 1 }'

test('the published program prints the same errors as its source', async () => {
  const folder = folderWith({ 'bad.yaml': BAD_POLICY, 'vendors/bad/vendor.json': BAD_VENDOR })
  for (const argv of [
    ['emit', 'nsg', '--policy', 'bad.yaml'],
    ['emit', 'bad', '--vendors', 'vendors'],
  ]) {
    const { code, err } = await tagwall(folder, argv)
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...argv], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(err.split('\n').length).toBeGreaterThan(4)
    expect({ status, stderr }).toEqual({ status: code, stderr: err })
  }
})
