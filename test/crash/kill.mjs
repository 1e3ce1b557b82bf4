import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

// Loaded before the program (node --import): kills it, without warning, at the n-th call that may change a disk; a
// write that is hit has written its half. Or the disk fails: at the n-th call, or from then on ("n+"), and the program may
// be killed later. Without a number it writes the names of the calls, into the file that is named.

const at = Number(process.env.KILL_AT ?? 0)
const failAt = Number.parseInt(process.env.FAIL_AT ?? '0', 10)
const keepsFailing = process.env.FAIL_AT?.endsWith('+')
const calls = []

const CHANGING = [
  'openSync',
  'writeFileSync',
  'fchmodSync',
  'fsyncSync',
  'renameSync',
  'rmSync',
  'mkdirSync',
  'rmdirSync',
]
for (const name of CHANGING) {
  const real = fs[name]
  fs[name] = (...given) => {
    // Node 22 and later load modules by it.
    if (name === 'openSync' && /\.[cm]?js$/.test(String(given[0]))) return real(...given)
    calls.push(name)
    if (calls.length === at) {
      if (name === 'writeFileSync') real(given[0], given[1].slice(0, given[1].length / 2))
      process.kill(process.pid, 'SIGKILL')
    }
    if (failAt > 0 && (calls.length === failAt || (keepsFailing && calls.length > failAt))) {
      if (name === 'writeFileSync') real(given[0], given[1].slice(0, given[1].length / 2))
      throw Object.assign(new Error(`EIO: i/o error, ${name}`), { code: 'EIO', errno: -5, syscall: name })
    }
    return real(...given)
  }
}
syncBuiltinESMExports()

if (process.env.COUNT_INTO) process.on('exit', () => fs.appendFileSync(process.env.COUNT_INTO, calls.join(' ')))
