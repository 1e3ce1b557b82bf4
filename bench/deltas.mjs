// How much shorter is a delta than the full file? Lines over the shipped history: of a full load each time, and of the deltas.
// usage: node bench/deltas.mjs [--json]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MAIN } from './lib/program.mjs'
import { report } from './lib/report.mjs'
import { ENV } from './lib/rounds.mjs'

const ROOT = join(import.meta.dirname, '..')
const TARGETS = [
  ['nsg, mode=tags', 'nsg', {}],
  ['nsg, mode=prefixes', 'nsg', { mode: 'prefixes' }],
  ['iptables, match=rules', 'iptables', {}],
  ['iptables, match=ipset', 'iptables', { match: 'ipset' }],
  ['nftables', 'nftables', {}],
  ['paloalto, form=set', 'paloalto', {}],
  ['paloalto, form=xml', 'paloalto', { form: 'xml' }],
  ['fortigate', 'fortigate', {}],
  ['juniper-srx', 'juniper-srx', {}],
  ['mikrotik', 'mikrotik', {}],
  ['pf', 'pf', {}],
  ['json', 'json', {}],
  ['list', 'list', {}],
]

const folder = mkdtempSync(join(tmpdir(), 'tagwall-bench-'))
try {
  const rules = readFileSync(join(ROOT, 'policies/arc-kubernetes.yaml'), 'utf8').replace(/^targets:[\s\S]*/m, '')
  const targets = TARGETS.map(([, vendor, options], index) => ({
    name: `t${index}`,
    vendor,
    out: `rules/t${index}`,
    options,
  }))
  writeFileSync(join(folder, 'tagwall.yaml'), `${rules}targets: ${JSON.stringify(targets)}\n`)
  const run = (...argv) =>
    JSON.parse(
      execFileSync(process.execPath, [MAIN, ...argv, '--json'], {
        cwd: folder,
        env: ENV,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 1 << 28,
      }),
    )
  // A build with --since writes the way back too.
  const linesOf = (files, name) =>
    files.filter(({ target, way }) => target === name && way !== 'rollback').reduce((sum, { lines }) => sum + lines, 0)
  const snapshots = run('list', 'snapshots')
    .snapshots.map(({ published }) => published)
    .sort()
  const steps = snapshots.slice(1).map((published, index) => ({
    full: run('build', '--snapshot', published).files,
    delta: run('build', '--snapshot', published, '--since', snapshots[index]).files,
  }))
  const rows = TARGETS.map(([title], index) => {
    const of = (kind) => steps.map((step) => linesOf(step[kind], `t${index}`)).sort((a, b) => a - b)
    const [full, delta] = [of('full'), of('delta')]
    const median = (list) => list[list.length >> 1]
    return { target: title, full: median(full), delta: median(delta), longest: delta.at(-1) }
  })
  const title = `lines a step, ${steps.length} steps of the shipped history (${snapshots[0]} to ${snapshots.at(-1)})`
  const text = [
    title,
    ['target', 'full file', 'delta (median)', 'longest'],
    ...rows.map(({ target, full, delta, longest }) => [target, full, delta, longest]),
  ]
    .map((row) =>
      Array.isArray(row)
        ? `${String(row[0]).padEnd(24)}${row
            .slice(1)
            .map((cell) => String(cell).padStart(16))
            .join('')}`
        : row,
    )
    .join('\n')
  report({ title, text: `${text}\n`, lines: rows })
} finally {
  rmSync(folder, { recursive: true })
}
