// One `build` of many firewalls, proved, each for a local side of its own, against capirca's `aclgen`, which renders as many policies in one process.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { busyWeek } from './lib/documents.mjs'
import { MAIN } from './lib/program.mjs'
import { report, row } from './lib/report.mjs'
import { median, runOnce, temporaryFolder } from './lib/rounds.mjs'
import { aclgen } from './peers/capirca.mjs'

const FIREWALLS = 200
const ROUNDS = 3

const folder = temporaryFolder()
const { newer } = busyWeek(folder)
const locals = Array.from({ length: FIREWALLS }, (_, index) => `10.0.${index}.0/24`)
const policy = readFileSync(fileURLToPath(new URL('../policies/arc-kubernetes.yaml', import.meta.url)), 'utf8')
const rules = policy.slice(0, policy.indexOf('targets:'))
const cwd = join(folder, 'own')
const sites = locals.map((local, index) => `  - { name: s${index}, local: [${local}] }\n`).join('')
const prepare = () => {
  rmSync(cwd, { recursive: true, force: true })
  mkdirSync(cwd)
  const target = '{ name: edge, vendor: iptables, family: ipv4, out: "rules/{site}" }'
  writeFileSync(join(cwd, 'tagwall.yaml'), `${rules}targets:\n  - ${target}\nsites:\n${sites}`)
}
const own = { argv: [process.execPath, MAIN, 'update', '--from', newer], cwd, prepare }
const peer = aclgen(newer, join(folder, 'capirca'), locals)

const cidrs = (file) => new Set([...readFileSync(file, 'utf8').matchAll(/ -d (\S+\/\d+)/g)].map(([, cidr]) => cidr))
runOnce(own)
if (peer) {
  runOnce(peer)
  const theirs = cidrs(peer.outputs.at(-1))
  const missing = [...cidrs(join(cwd, `rules/s${FIREWALLS - 1}.v4`))].filter(
    (cidr) => cidr !== locals.at(-1) && !theirs.has(cidr),
  )
  if (missing.length > 0) throw new Error(`capirca lacks ${missing}`)
}
const rounds = Array.from({ length: ROUNDS }, () => [own, peer].map((command) => command && runOnce(command).cpu))
const [ours, theirs] = [0, 1].map((index) => median(rounds.map((round) => round[index] ?? Number.NaN)))
report({
  title: 'many firewalls',
  rows: [
    row(
      `${FIREWALLS} firewalls in one \`update\`, CPU`,
      "capirca's `aclgen`, as many policies in one process",
      1,
      0.3,
      peer ? median(rounds.map(([one, other]) => one / other)) : undefined,
    ),
  ],
  text: `tagwall ${ours.toFixed(0)} ms, aclgen ${theirs.toFixed(0)} ms\n`,
})
