// One `build` of many targets of four vendors that differ in their names, against the marginal cost of a target that shares
// nothing: each has an option value of its own. Whole processes; the files are on the disk at the end.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MAIN } from './lib/program.mjs'
import { report, row } from './lib/report.mjs'
import { median, runOnce, temporaryFolder } from './lib/rounds.mjs'

const TARGETS = 10_000
const ALONE = 200
// One round is enough for a ratio that is far from its limit; most of it is the disk.
const ROUNDS = 1
const VENDORS = {
  nsg: (index) => `nsgName: nsg-${index}`,
  iptables: (index) => `chain: C${index}`,
  paloalto: (index) => `objectPrefix: p${index}-`,
  fortigate: (index) => `objectPrefix: f${index}-`,
}

const cwd = temporaryFolder()
const policy = readFileSync(fileURLToPath(new URL('../policies/arc-kubernetes.yaml', import.meta.url)), 'utf8')
const rules = policy.slice(0, policy.indexOf('targets:'))

/** A build of so many targets, all alike or none. */
function build(count, isAlike) {
  const names = Object.keys(VENDORS)
  const targets = Array.from({ length: count }, (_, index) => {
    const vendor = names[index % names.length]
    const options = isAlike ? '' : `, options: { ${VENDORS[vendor](index)} }`
    return `  - { name: t${index}, vendor: ${vendor}, out: rules/${vendor}/t${index}${options} }\n`
  })
  rmSync(join(cwd, 'rules'), { recursive: true, force: true })
  writeFileSync(join(cwd, 'tagwall.yaml'), `${rules}targets:\n${targets.join('')}`)
  const { ms } = runOnce({ argv: [process.execPath, MAIN, 'build'], cwd })
  const files = readdirSync(join(cwd, 'rules'), { recursive: true, withFileTypes: true }).filter((file) =>
    file.isFile(),
  )
  if (files.length !== (count / 4) * 6) throw new Error(`${files.length} files of ${count} targets`)
  return ms
}

build(4, true)
const rounds = Array.from({ length: ROUNDS }, () => {
  const marginal = (build(ALONE + 4, false) - build(4, false)) / ALONE
  const together = build(TARGETS, true)
  return { marginal, together, ratio: together / (TARGETS * marginal) }
})
const [marginal, together, ratio] = ['marginal', 'together', 'ratio'].map((key) =>
  median(rounds.map((round) => round[key])),
)
report({
  title: 'many targets',
  rows: [
    row(
      `${TARGETS.toLocaleString('en-US')} targets in one \`build\``,
      'as many times one that shares nothing',
      1 / 8,
      1 / 20,
      ratio,
    ),
  ],
  text: `${TARGETS} targets ${(together / 1000).toFixed(1)} s, one more that shares nothing ${marginal.toFixed(1)} ms; most of both is the disk (fsync of each file)\n`,
})
