// The monthly job from a file, whole process: all checks, snapshot, diff, four vendors, proof, files on the disk. Against a Node
// process that only parses the same file, and against a straightforward build of the same plan, whose files must be the same.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { newestTwo } from './lib/documents.mjs'
import { MAIN } from './lib/program.mjs'
import { report, row } from './lib/report.mjs'
import { inTurns, milliseconds, ratio, runOnce, temporaryFolder } from './lib/rounds.mjs'
import { parseOnly } from './peers/node.mjs'

const folder = temporaryFolder()
const { older, newer, what } = newestTwo(folder)
const [start, job, peer] = ['start', 'job', 'peer'].map((name) => join(folder, name))
for (const place of [start, job, peer]) mkdirSync(place)
runOnce({ argv: [process.execPath, MAIN, 'fetch', '--from', older], cwd: start })

/** Every round begins with the older snapshot and without rules, so that there is something to write. */
const prepare = (place) => () => {
  for (const name of ['snapshots', 'rules']) rmSync(join(place, name), { recursive: true, force: true })
  cpSync(join(start, 'snapshots'), join(place, 'snapshots'), { recursive: true })
}
const straightforward = join(import.meta.dirname, 'peers/straightforward.mjs')
const commands = {
  floor: { argv: parseOnly(newer), cwd: folder },
  job: { argv: [process.execPath, MAIN, 'update', '--from', newer], cwd: job, prepare: prepare(job) },
  peer: {
    argv: [process.execPath, straightforward, '--from', newer, '--snapshots', 'snapshots', '--out', 'rules'],
    cwd: peer,
    prepare: prepare(peer),
  },
}

runOnce(commands.job)
runOnce(commands.peer)
const files = readdirSync(join(job, 'rules'))
if (files.length < 6) throw new Error(`tagwall wrote only ${files}`)
for (const file of files) {
  const [ours, theirs] = [job, peer].map((place) => readFileSync(join(place, 'rules', file), 'utf8'))
  if (ours !== theirs) throw new Error(`${file} is not the same from the two programs`)
}

const runs = inTurns(commands, 15)
report({
  title: 'the whole job',
  rows: [
    row(`\`update --from\` ${what}`, '`JSON.parse` of the same file', 2.0, 1.3, ratio(runs.job, runs.floor)),
    row('the same', 'a straightforward build of the plan', 1 / 3, 1 / 5, ratio(runs.job, runs.peer)),
    row('the same, peak memory', '`JSON.parse` of the same file', 1.6, 1.2, ratio(runs.job, runs.floor, 'mib')),
  ],
  text: `whole job ${milliseconds(runs.job).toFixed(0)} ms, JSON.parse ${milliseconds(runs.floor).toFixed(0)} ms, straightforward ${milliseconds(runs.peer).toFixed(0)} ms\n`,
})
