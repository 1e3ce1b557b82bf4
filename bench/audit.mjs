// A whole `tagwall audit` of a save with 50,000 rules, against a Node script that only splits the same file into lines and
// words. Medians of the ratios of interleaved rounds. The file is seeded, and made anew in a temporary folder.
// usage: npm run bench [-- --json]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROUNDS = 7
const RULES = 50_000
const folder = mkdtempSync(join(tmpdir(), 'tagwall-bench-'))
const file = join(folder, 'save.v4')
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

// mulberry32, so that every run reads the same file
let state = 1
const random = () => {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return (t ^ (t >>> 14)) >>> 0
}
const rules = Array.from({ length: RULES }, (_, index) => {
  const address = [random() % 223, random() % 256, random() % 256, random() % 256].join('.')
  return `-A OUTPUT -d ${address}/32 -p tcp -m tcp --dport 443 -m comment --comment rule${index} -j ACCEPT`
})
writeFileSync(
  file,
  ['*filter', ':INPUT DROP [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT DROP [0:0]', ...rules, 'COMMIT', ''].join('\n'),
)

const env = { ...process.env }
// Node 20 parses that bundle at every start, which flatters every ratio.
delete env.NODE_EXTRA_CA_CERTS
const time = (argv, codes) => {
  const start = performance.now()
  const { status, stdout } = spawnSync(process.execPath, argv, {
    env,
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (!codes.includes(status)) throw new Error(`exit code ${status}: ${argv.join(' ')}`)
  return { ms: performance.now() - start, stdout }
}
const split = `const fs = require('fs'); let words = 0; for (const line of fs.readFileSync(${JSON.stringify(file)}, 'utf8').split('\\n')) words += line.split(' ').length; console.log(words)`
const peer = () => time(['-e', split], [0])
const subject = () => time([main, 'audit', 'iptables', file, '--json'], [1])

const { missing, notUnderstood } = JSON.parse(subject().stdout)
if (missing.length === 0 || notUnderstood.length > 0) throw new Error('the audit did not read the file')
const rounds = Array.from({ length: ROUNDS }, () => ({ peer: peer().ms, audit: subject().ms }))
rmSync(folder, { recursive: true })

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const row = {
  case: `audit of ${RULES} rules`,
  auditMs: median(rounds.map(({ audit }) => audit)),
  splitMs: median(rounds.map(({ peer }) => peer)),
  ratio: median(rounds.map(({ audit, peer }) => audit / peer)),
}
if (process.argv.includes('--json'))
  console.log(JSON.stringify({ node: process.version, rounds: ROUNDS, rows: [row] }, null, 2))
else
  console.log(
    `\n${row.case}: ${row.auditMs.toFixed(0)} ms, ${row.ratio.toFixed(1)} times a script that only splits the file (${row.splitMs.toFixed(0)} ms), ${ROUNDS} rounds`,
  )
