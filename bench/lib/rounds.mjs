// Whole processes, timed in turns (A B C A B C ...), so that the machine's mood meets all of them alike.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const TIME = '/usr/bin/time'

/** The environment of every process here. Node 20 parses NODE_EXTRA_CA_CERTS at every start, which flatters every ratio. */
export const ENV = (({ NODE_EXTRA_CA_CERTS: _, ...env }) => ({ ...env, NO_COLOR: '1' }))(process.env)

/** A folder that is removed when the process ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'tagwall-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/**
 * Runs `command` once: `{ argv, cwd?, codes?, prepare? }`. `prepare` is not timed. Returns milliseconds, those of CPU
 * (user and system), the most memory in MiB and stdout. Without GNU time the memory is undefined, and the CPU is the whole time. Throws on an exit code that is not among `codes`.
 */
export function runOnce({ argv, cwd, codes = [0], prepare }) {
  prepare?.()
  const log = join(cwd ?? tmpdir(), `.time-${process.pid}`)
  const whole = existsSync(TIME) ? [TIME, '-q', '-f', '%M %U %S', '-o', log, ...argv] : argv
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(whole[0], whole.slice(1), {
    env: ENV,
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  const ms = performance.now() - start
  if (!codes.includes(status)) throw new Error(`exit code ${status}: ${argv.join(' ')}\n${stderr}`)
  if (!existsSync(log)) return { ms, cpu: ms, stdout, mib: undefined }
  const [kib, user, system] = readFileSync(log, 'utf8').trim().split('\n').at(-1).split(' ').map(Number)
  rmSync(log)
  return { ms, cpu: 1000 * (user + system), stdout, mib: kib / 1024 }
}

/** Runs each of `commands`, an object by name, in turns: a round to warm the disk up, then `rounds` that count. */
export function inTurns(commands, rounds) {
  const runs = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const { ms, mib } = runOnce(command)
      if (round > 0) runs[name].push({ ms, mib })
    }
  }
  return runs
}

export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

/** The median of the ratios of each round; of memory where `field` is `mib`. Undefined where it was not measured. */
export function ratio(subject, peer, field = 'ms') {
  const ratios = subject.map((run, round) => run[field] / peer[round][field])
  return ratios.some(Number.isNaN) ? undefined : median(ratios)
}

export const milliseconds = (runs) => median(runs.map(({ ms }) => ms))

/** The exponent of a power law through points `[size, cost]`: 1 is linear. Least squares on logarithms. */
export function exponent(points) {
  const logs = points.map(([size, cost]) => [Math.log(size), Math.log(cost)])
  const [meanX, meanY] = [0, 1].map((axis) => logs.reduce((sum, point) => sum + point[axis], 0) / logs.length)
  const above = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return above / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}
