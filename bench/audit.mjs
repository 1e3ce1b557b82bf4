// A whole `tagwall audit` of a save with 50,000 rules, against a Node script that only splits the same file into lines and
// words. The file is seeded, and made anew in a temporary folder.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seeded } from './lib/documents.mjs'
import { MAIN } from './lib/program.mjs'
import { report, row } from './lib/report.mjs'
import { inTurns, milliseconds, ratio, runOnce, temporaryFolder } from './lib/rounds.mjs'
import { splitOnly } from './peers/node.mjs'

const RULES = 50_000
const cwd = temporaryFolder()
const file = join(cwd, 'save.v4')
const random = seeded(1)
const rules = Array.from({ length: RULES }, (_, index) => {
  const address = [random() % 223, random() % 256, random() % 256, random() % 256].join('.')
  return `-A OUTPUT -d ${address}/32 -p tcp -m tcp --dport 443 -m comment --comment rule${index} -j ACCEPT`
})
writeFileSync(
  file,
  ['*filter', ':INPUT DROP [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT DROP [0:0]', ...rules, 'COMMIT', ''].join('\n'),
)

const audit = { argv: [process.execPath, MAIN, 'audit', 'iptables', file, '--json'], cwd, codes: [1] }
const { missing, notUnderstood } = JSON.parse(runOnce(audit).stdout)
if (missing.length === 0 || notUnderstood.length > 0) throw new Error('the audit did not read the file')

const runs = inTurns({ split: { argv: splitOnly(file), cwd }, audit }, 7)
report({
  title: 'audit',
  rows: [
    row(
      `audit of a ${RULES.toLocaleString('en-US')}-rule save`,
      'a script that only splits the file',
      4,
      2,
      ratio(runs.audit, runs.split),
    ),
  ],
  text: `audit ${milliseconds(runs.audit).toFixed(0)} ms, split ${milliseconds(runs.split).toFixed(0)} ms\n`,
})
