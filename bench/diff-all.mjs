// The difference of every tag of two whole documents, in addresses, against a Node process that only parses both.
import { newestTwo } from './lib/documents.mjs'
import { MAIN } from './lib/program.mjs'
import { report, row } from './lib/report.mjs'
import { inTurns, milliseconds, ratio, runOnce, temporaryFolder } from './lib/rounds.mjs'
import { parseOnly } from './peers/node.mjs'

const cwd = temporaryFolder()
const { older, newer } = newestTwo(cwd)
const diff = { argv: [process.execPath, MAIN, 'diff', '--all-tags', older, newer], cwd }
if (!/\n\d+ of [\d,]+ tags changed: /.test(runOnce(diff).stdout)) throw new Error('the diff does not end as it should')

const runs = inTurns({ parse: { argv: parseOnly(older, newer), cwd }, diff }, 15)
report({
  title: 'diff of every tag',
  rows: [
    row(
      '`diff --all-tags` of two whole documents',
      '`JSON.parse` of both',
      undefined,
      undefined,
      ratio(runs.diff, runs.parse),
    ),
  ],
  text: `diff of every tag ${milliseconds(runs.diff).toFixed(0)} ms, JSON.parse of both ${milliseconds(runs.parse).toFixed(0)} ms\n`,
})
