// The weekly job from a file, in a week in which addresses change: all checks, snapshot, diff, four vendors and their deltas,
// proof, report, files on the disk. Against what it was in an earlier commit, against a process that only parses the same file,
// and against what a user would pick instead.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { busyWeek } from './lib/documents.mjs'
import { programOf } from './lib/earlier.mjs'
import { MAIN } from './lib/program.mjs'
import { report, row } from './lib/report.mjs'
import { inTurns, milliseconds, ratio, runOnce, temporaryFolder } from './lib/rounds.mjs'
import { aclgen } from './peers/capirca.mjs'
import { parseOnly } from './peers/node.mjs'

// The last commit before the tricks for speed were taken out.
const EARLIER = 'da829cb'

const folder = temporaryFolder()
const { older, newer, what } = busyWeek(folder)

/** A command that begins with the older snapshot and its rules on the disk. */
function jobOf(program, name) {
  const [start, place] = [join(folder, `${name}-start`), join(folder, name)]
  mkdirSync(start)
  runOnce({ argv: [process.execPath, program, 'update', '--from', older], cwd: start })
  const prepare = () => {
    rmSync(place, { recursive: true, force: true })
    cpSync(start, place, { recursive: true })
  }
  return { argv: [process.execPath, program, 'update', '--from', newer, '--report', 'report'], cwd: place, prepare }
}

const earlier = programOf(EARLIER, folder)
const capirca = aclgen(newer, join(folder, 'capirca'))
const commands = {
  floor: { argv: parseOnly(newer), cwd: folder },
  job: jobOf(MAIN, 'job'),
  ...(earlier ? { earlier: jobOf(earlier, 'earlier') } : {}),
  ...(capirca ? { capirca } : {}),
}

runOnce(commands.job)
const files = readdirSync(join(folder, 'job/rules'))
if (!files.some((file) => file.includes('.delta')) || !existsSync(join(folder, 'job/report/report.html')))
  throw new Error(`update wrote no deltas or no report: ${files}`)
if (capirca) {
  runOnce(capirca)
  const cidrs = (text) => [...text.matchAll(/ -d (\S+\/\d+)/g)].map(([, cidr]) => cidr)
  const theirs = capirca.outputs.flatMap((file) => cidrs(readFileSync(file, 'utf8')))
  const ours = ['v4', 'v6'].flatMap((family) =>
    cidrs(readFileSync(join(folder, `job/rules/iptables.${family}`), 'utf8')),
  )
  const missing = ours.filter((cidr) => !theirs.includes(cidr))
  if (missing.length > 0 || theirs.length < ours.length / 2) throw new Error(`capirca lacks ${missing}`)
}

const runs = inTurns(commands, 15)
const against = (peer, field) => (runs[peer] ? ratio(runs.job, runs[peer], field) : undefined)
const memory = Math.max(...runs.job.map(({ mib }) => mib ?? Number.NaN))
report({
  title: 'the weekly job',
  rows: [
    row(`\`update --from --report\` ${what}`, `the same in commit ${EARLIER}`, 1.3, 1.0, against('earlier')),
    row('the same', '`JSON.parse` of the same file', undefined, undefined, against('floor')),
    row('the same, four vendors', "capirca's `aclgen`, one iptables policy", undefined, undefined, against('capirca')),
    row('the same, peak memory in MiB', '', 160, 160, Number.isNaN(memory) ? undefined : memory),
  ],
  text: `${Object.entries(runs)
    .map(([name, own]) => `${name} ${milliseconds(own).toFixed(0)} ms`)
    .join(', ')}\n`,
})
