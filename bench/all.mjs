// Runs every benchmark of this folder, each in a process of its own, and prints one table of what they saw, then what else
// they have to say. usage: npm run bench [-- --json] [-- NAME...]
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { table } from './lib/report.mjs'

const names = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.mjs') && !['all.mjs', 'greedy.mjs'].includes(file))
  .filter((file) => names.length === 0 || names.includes(file.replace('.mjs', '')))
  .sort()
const reports = files.flatMap((file) => {
  console.error(`bench/${file} ...`)
  const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, file), '--json'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status === 0) return [{ file, ...JSON.parse(stdout) }]
  process.exitCode = 2
  return []
})

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
const machine = `${cpus().length} x ${cpus()[0].model}, Node ${process.version}, tagwall ${version}`
if (process.argv.includes('--json')) console.log(JSON.stringify({ machine, reports }, null, 2))
else {
  console.log(`${machine}\n\n${table(reports.flatMap(({ rows = [] }) => rows.filter(({ what }) => what)))}`)
  for (const { text } of reports) if (text) console.log(text)
}
