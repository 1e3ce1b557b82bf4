// `tagwall aggregate` against the native limit (limit.c) and other tools, as whole processes and warm in one process, and
// how its cost and that of set operations grow. Medians of the ratios of interleaved rounds, after the outputs were
// compared. Needs the yardsticks in ../shared/bench and a C compiler; peers that are not there are skipped, and named.
// usage: npm run bench [-- --json]
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrefixSet } from '../dist/address/prefix-set.js'
import { readCidrLines } from '../dist/parse/cidr-lines.js'
import { MAIN } from './lib/program.mjs'
import { report, row } from './lib/report.mjs'
import { ENV, exponent, median, temporaryFolder } from './lib/rounds.mjs'

const ROUNDS = 15
const SHARED = fileURLToPath(new URL('../../shared', import.meta.url))
const skipped = []

const folder = temporaryFolder()
const at = (name) => join(folder, name)

const succeeds = (command, args, options = {}) => spawnSync(command, args, { env: ENV, ...options }).status === 0

/** Runs a whole process and returns its milliseconds. */
function time([command, ...args]) {
  const start = performance.now()
  const { status } = spawnSync(command, args, { env: ENV, stdio: ['ignore', 'ignore', 'ignore'] })
  if (status !== 0) throw new Error(`exit code ${status}: ${command} ${args.join(' ')}`)
  return performance.now() - start
}

/** What a whole process prints. */
function outputOf([command, ...args]) {
  const file = openSync(at('output'), 'w')
  const { status } = spawnSync(command, args, { env: ENV, stdio: ['ignore', file, 'inherit'] })
  closeSync(file)
  if (status !== 0) throw new Error(`exit code ${status}: ${command} ${args.join(' ')}`)
  return readFileSync(at('output'), 'latin1')
}

if (!existsSync(join(SHARED, 'bench/limit.c'))) skip('../shared/bench is not there')
if (!succeeds('cc', ['-O3', '-march=native', '-o', at('limit'), join(SHARED, 'bench/limit.c')])) skip('no C compiler')
const inputs = [
  join(SHARED, 'bench/gen-inputs.mjs'),
  join(SHARED, 'service-tags'),
  folder,
  'ServiceTags_Public_20251110.json',
]
if (!succeeds(process.execPath, inputs)) skip('../shared/service-tags is not there')

function skip(why) {
  report({
    title: 'aggregate',
    rows: [],
    text: `aggregate: skipped, because ${why}
`,
  })
  process.exit(0)
}

const subject = (file) => [process.execPath, MAIN, 'aggregate', at(file)]
// What is not there has no command, and its row says so.
const candidates = [
  { name: 'limit.c', must: 3.5, aim: 3, file: 'c.txt', command: [at('limit'), at('c.txt')] },
  { name: 'cidr-tools', must: 0.25, aim: 0.2, file: 'c.txt', command: cidrTools() },
  { name: 'netipx', must: 0.45, aim: 0.35, file: 'c.txt', command: netipx() },
  { name: 'iprange, IPv4 half', must: 1.2, aim: 1, file: 'c-4.txt', command: iprange(), bare: true },
]
const peers = candidates.filter(({ command }) => command)

function cidrTools() {
  // Version 11 is the newest that runs on Node 20.
  // Not with ENV: npm may need the certificates.
  const options = { env: process.env, timeout: 60_000 }
  if (!succeeds('npm', ['install', '--no-save', '--silent', '--prefix', folder, 'cidr-tools@11'], options)) {
    skipped.push('cidr-tools (npm could not install it)')
    return undefined
  }
  const script = `import { mergeCidr } from 'cidr-tools'; import fs from 'node:fs'
const merged = mergeCidr(fs.readFileSync(process.argv[2], 'utf8').split('\\n').filter(Boolean))
fs.writeSync(1, merged.join('\\n') + '\\n')`
  // A write to a pipe may take a part only; /dev/null and files take all of it.
  writeFileSync(at('cidr-tools.mjs'), script)
  return [process.execPath, at('cidr-tools.mjs'), at('c.txt')]
}

function netipx() {
  const source = `package main
import ("bufio"; "net/netip"; "os"; "go4.org/netipx")
func main() {
	file, err := os.Open(os.Args[1]); if err != nil { panic(err) }
	var builder netipx.IPSetBuilder
	for lines := bufio.NewScanner(file); lines.Scan(); { builder.AddPrefix(netip.MustParsePrefix(lines.Text())) }
	set, err := builder.IPSet(); if err != nil { panic(err) }
	out := bufio.NewWriter(os.Stdout); defer out.Flush()
	for _, prefix := range set.Prefixes() { out.WriteString(prefix.String()); out.WriteByte('\\n') }
}
`
  writeFileSync(at('netipx.go'), source)
  const goEnv = { ...ENV, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: at('go-cache') }
  if (!succeeds('go', ['build', '-o', at('netipx'), at('netipx.go')], { env: goEnv })) {
    skipped.push('netipx (apt-get install golang-go golang-go4-netipx-dev)')
    return undefined
  }
  return [at('netipx'), at('c.txt')]
}

function iprange() {
  if (spawnSync('iprange', ['--version']).error) {
    skipped.push('iprange (apt-get install iprange)')
    return undefined
  }
  return ['iprange', at('c-4.txt')]
}

// Outputs first: the same prefixes, sorted as text, because peers order the families in their own way; iprange leaves out /32.
const sorted = (text, bare) => {
  const lines = text.trimEnd().split('\n')
  return (bare ? lines.map((line) => (line.includes('/') ? line : `${line}/32`)) : lines).sort().join('\n')
}
for (const file of ['c.txt', 'c-4.txt']) {
  const ours = sorted(outputOf(subject(file)))
  for (const peer of peers.filter((peer) => peer.file === file)) {
    if (sorted(outputOf(peer.command), peer.bare) !== ours) throw new Error(`${peer.name} prints something else`)
  }
}

const bytes = readFileSync(at('c.txt'))
const aggregate = () => readCidrLines([{ name: 'c.txt', bytes }]).set.lines
const timed = (work) => {
  const start = performance.now()
  work()
  return performance.now() - start
}
const limitWarm = () => {
  const { stderr } = spawnSync(at('limit'), [at('c.txt'), '-t', '3'], { env: ENV, encoding: 'utf8' })
  return Number(/total ([\d.]+)/.exec(stderr)[1])
}
aggregate()
aggregate()

const rounds = Array.from({ length: ROUNDS }, () => ({
  ours: { 'c.txt': time(subject('c.txt')), 'c-4.txt': time(subject('c-4.txt')) },
  theirs: peers.map(({ command }) => time(command)),
  warm: { limit: limitWarm(), ours: median([timed(aggregate), timed(aggregate), timed(aggregate)]) },
}))
const seen = (ours, theirs) => median(rounds.map((round) => ours(round) / theirs(round)))
const rows = [
  ...candidates.map(({ name, must, aim, file, command }) =>
    row(
      '`aggregate` of 1,200,000 CIDRs',
      name,
      must,
      aim,
      command &&
        seen(
          ({ ours }) => ours[file],
          ({ theirs }) => theirs[peers.findIndex((peer) => peer.name === name)],
        ),
    ),
  ),
  row(
    'the same in one warm process',
    'limit.c, warm',
    2,
    1.7,
    seen(
      ({ warm }) => warm.ours,
      ({ warm }) => warm.limit,
    ),
  ),
]

// Growth: every so many lines of c, of both families, in its random order.
const lines = bytes.toString('latin1').trimEnd().split('\n')
const SIZES = [1_000, 10_000, 100_000, 1_000_000]
const growth = SIZES.map((size) => {
  const every = lines.length / size
  const part = (offset) => {
    const text = Array.from(
      { length: size },
      (_, index) => lines[(Math.floor(index * every) + offset) % lines.length],
    ).join('\n')
    return [{ name: '', bytes: Buffer.from(`${text}\n`) }]
  }
  const texts = part(0)
  const [{ set }, other] = [readCidrLines(texts), readCidrLines(part(7)).set]
  const few = (work) => median(Array.from({ length: 5 }, () => timed(work)))
  return {
    size,
    aggregate: few(() => readCidrLines(texts).set.lines),
    union: few(() => PrefixSet.union([set, other])),
    intersect: few(() => set.intersect(other)),
    subtract: few(() => set.subtract(other)),
    contains: few(() => set.contains(set)),
  }
})

const operations = Object.keys(growth[0]).filter((name) => name !== 'size')
const exponents = Object.fromEntries(
  operations.map((name) => [name, exponent(growth.slice(1).map((point) => [point.size, point[name]]))]),
)

// n log n between the smallest and the largest size that count: what linear work may look like.
const [least, most] = [growth[1].size, growth.at(-1).size]
const loglinear = exponent([least, most].map((size) => [size, size * Math.log(size)]))
report({
  title: 'aggregate',
  rows: [
    ...rows,
    ...operations.map((name) => row(`growth of ${name}`, 'exponent, n log n', loglinear, 1, exponents[name])),
  ],
  growth,
  exponents,
  skipped,
  text: [
    `how it and set operations grow, warm:\n${'prefixes'.padEnd(10)}${operations.map((name) => name.padStart(12)).join('')}`,
    ...growth.map(
      (point) =>
        `${String(point.size).padEnd(10)}${operations.map((name) => `${point[name].toFixed(2)} ms`.padStart(12)).join('')}`,
    ),
    `${'exponent'.padEnd(10)}${operations.map((name) => exponents[name].toFixed(2).padStart(12)).join('')}`,
    ...skipped.map((peer) => `skipped: ${peer}`),
    '',
  ].join('\n'),
})
