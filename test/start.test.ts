import { spawn, spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, tagwall } from './cli/harness.ts'
import { ROOT } from './fixtures.ts'

// How the built program begins (build/start.cjs) and prints (src/io.ts): what saves time there must change nothing else.

const EMIT = ['emit', 'iptables', '--family', 'ipv4']
const CACHES = `caches/${process.version}-${process.platform}-${process.arch}`

/** A copy of the built program; returns its folder `dist`. */
function copyOfProgram(): string {
  const folder = folderWith()
  cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true })
  for (const beside of ['policies', 'snapshots', 'vendors', 'node_modules', 'package.json'])
    symlinkSync(join(ROOT, beside), join(folder, beside))
  return join(folder, 'dist')
}

function run(dist: string, argv: readonly string[], env: Record<string, string> = {}, ...before: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...before, join(dist, 'main.cjs'), ...argv], {
    cwd: folderWith(),
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { status, stdout, stderr }
}

/** A module that says of each part whether V8 took what the cache holds of it. */
const WATCH = `
const vm = require('node:vm')
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options)
    console.error('cache of ' + require('node:path').basename(options.filename) + ': ' + (this.cachedDataRejected ?? 'none'))
  }
}`

test('V8 takes what the build has kept of every part that these commands use', () => {
  const watch = join(folderWith({ 'watch.cjs': WATCH }), 'watch.cjs')
  for (const argv of [['--help'], ['diff'], EMIT, ['build', '--dry-run']]) {
    const { stderr } = run(join(ROOT, 'dist'), argv, {}, '--require', watch)
    const caches = stderr.split('\n').filter((line) => line.startsWith('cache of '))
    expect(caches).toContain('cache of program.cjs: false')
    expect(caches.filter((line) => !line.endsWith(': false'))).toEqual([])
  }
})

test('prints the same without caches, with damaged ones, and with other flags', { timeout: 60_000 }, () => {
  const dist = copyOfProgram()
  const folder = join(dist, CACHES)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.bin'))
  expect(new Set(files.map((file) => dirname(file)))).toEqual(new Set(['aggregate', 'all', 'diff', 'emit']))
  for (const argv of [['--help'], ['diff', '2025-10-06', 'latest'], EMIT, ['emit', 'nosuch']]) {
    const expected = run(join(ROOT, 'dist'), argv)
    expect(run(dist, argv)).toEqual(expected)
    expect(run(dist, argv, { NODE_OPTIONS: '--max-old-space-size=512' })).toEqual(expected)
    expect(run(dist, argv, {}, '--no-opt')).toEqual(expected)
  }
  const expected = run(dist, EMIT)
  for (const file of files) writeFileSync(join(folder, file), readFileSync(join(folder, file)).subarray(0, 100))
  expect(run(dist, EMIT)).toEqual(expected)
  for (const file of files) writeFileSync(join(folder, file), 'no cache at all')
  expect(run(dist, EMIT)).toEqual(expected)
  rmSync(folder, { recursive: true })
  expect(run(dist, EMIT)).toEqual(expected)
})

test('imports the reader of a user, which is an ES module', () => {
  const folder = folderWith()
  cpSync(join(ROOT, 'vendors/json'), join(folder, 'mine'), { recursive: true })
  const { status, stderr } = run(join(ROOT, 'dist'), ['emit', 'mine', '--vendors', folder, '--require-proof'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringMatching(/Experimental|not proved/) })
})

test('a reader that has seen enough is no error', async () => {
  const child = spawn(process.execPath, [join(ROOT, 'dist/main.cjs'), ...EMIT], { cwd: folderWith() })
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

test('prints all of it where a pipe is full and does not wait', () => {
  const full = join(folderWith({ 'full.cjs': FULL }), 'full.cjs')
  const dist = join(ROOT, 'dist')
  expect(run(dist, EMIT, {}, '--require', full)).toEqual(run(dist, EMIT))
})

// Of zod the published program has only what it calls.
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

test('the published program explains what is wrong in the same sentences as its source', async () => {
  const folder = folderWith({ 'bad.yaml': BAD_POLICY, 'vendors/bad/vendor.json': BAD_VENDOR })
  for (const argv of [
    ['emit', 'nsg', '--policy', 'bad.yaml'],
    ['emit', 'bad', '--vendors', 'vendors'],
  ]) {
    const { code, err } = await tagwall(folder, argv)
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/main.cjs'), ...argv], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(err.split('\n').length).toBeGreaterThan(4)
    expect({ status, stderr }).toEqual({ status: code, stderr: err })
  }
})
