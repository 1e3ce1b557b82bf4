// `tagwall aggregate` against the native limit (limit.c) and other tools, as whole processes and warm in one process, and
// how its cost and that of set operations grow. Medians of the ratios of interleaved rounds, after the outputs were
// compared. Needs the yardsticks in ../shared/bench and a C compiler; peers that are not there are skipped, and named.
// usage: npm run bench [-- --json]
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrefixSet } from '../dist/model/prefix-set.js'
import { readCidrLines } from '../dist/source/cidr-lines.js'

const ROUNDS = 9
const SHARED = fileURLToPath(new URL('../../shared', import.meta.url))
const main = fileURLToPath(
  new URL(
    `../${JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).bin.tagwall}`,
    import.meta.url,
  ),
)
const isJson = process.argv.includes('--json')
const skipped = []

const env = { ...process.env }
// Node 20 parses that bundle at every start, which flatters every ratio.
delete env.NODE_EXTRA_CA_CERTS

const folder = mkdtempSync(join(tmpdir(), 'tagwall-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const at = (name) => join(folder, name)

const succeeds = (command, args, options = {}) => spawnSync(command, args, { env, ...options }).status === 0
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

/** Runs a whole process and returns its milliseconds. */
function time([command, ...args]) {
  const start = performance.now()
  const { status } = spawnSync(command, args, { env, stdio: ['ignore', 'ignore', 'ignore'] })
  if (status !== 0) throw new Error(`exit code ${status}: ${command} ${args.join(' ')}`)
  return performance.now() - start
}

/** What a whole process prints. */
function outputOf([command, ...args]) {
  const file = openSync(at('output'), 'w')
  const { status } = spawnSync(command, args, { env, stdio: ['ignore', file, 'inherit'] })
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
  console.log(isJson ? JSON.stringify({ bench: 'aggregate', skipped: why }) : `\naggregate: skipped, because ${why}`)
  process.exit(0)
}

const subject = (file) => [process.execPath, main, 'aggregate', at(file)]
const peers = [
  { name: 'limit.c', file: 'c.txt', command: [at('limit'), at('c.txt')] },
  cidrTools(),
  netipx(),
  iprange(),
].filter(Boolean)

function cidrTools() {
  // Version 11 is the newest that runs on Node 20.
  if (!succeeds('npm', ['install', '--no-save', '--silent', '--prefix', folder, 'cidr-tools@11'])) {
    skipped.push('cidr-tools (npm could not install it)')
    return undefined
  }
  const script = `import { mergeCidr } from 'cidr-tools'; import fs from 'node:fs'
const merged = mergeCidr(fs.readFileSync(process.argv[2], 'utf8').split('\\n').filter(Boolean))
fs.writeSync(1, merged.join('\\n') + '\\n')`
  // A write to a pipe may take a part only; /dev/null and files take all of it.
  writeFileSync(at('cidr-tools.mjs'), script)
  return { name: 'cidr-tools', file: 'c.txt', command: [process.execPath, at('cidr-tools.mjs'), at('c.txt')] }
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
  const goEnv = { ...env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: at('go-cache') }
  if (!succeeds('go', ['build', '-o', at('netipx'), at('netipx.go')], { env: goEnv })) {
    skipped.push('netipx (apt-get install golang-go golang-go4-netipx-dev)')
    return undefined
  }
  return { name: 'netipx', file: 'c.txt', command: [at('netipx'), at('c.txt')] }
}

function iprange() {
  if (spawnSync('iprange', ['--version']).error) {
    skipped.push('iprange (apt-get install iprange)')
    return undefined
  }
  return { name: 'iprange, IPv4 half', file: 'c-4.txt', command: ['iprange', at('c-4.txt')], bare: true }
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
  const { stderr } = spawnSync(at('limit'), [at('c.txt'), '-t', '3'], { env, encoding: 'utf8' })
  return Number(/total ([\d.]+)/.exec(stderr)[1])
}
aggregate()
aggregate()

const rounds = Array.from({ length: ROUNDS }, () => ({
  ours: { 'c.txt': time(subject('c.txt')), 'c-4.txt': time(subject('c-4.txt')) },
  theirs: peers.map(({ command }) => time(command)),
  warm: { limit: limitWarm(), ours: median([timed(aggregate), timed(aggregate), timed(aggregate)]) },
}))
const row = (name, ours, theirs) => ({
  against: name,
  ms: median(rounds.map(ours)),
  peerMs: median(rounds.map(theirs)),
  ratio: median(rounds.map((round) => ours(round) / theirs(round))),
})
const rows = [
  ...peers.map(({ name, file }, index) =>
    row(
      name,
      ({ ours }) => ours[file],
      ({ theirs }) => theirs[index],
    ),
  ),
  row(
    'limit.c, both warm in one process',
    ({ warm }) => warm.ours,
    ({ warm }) => warm.limit,
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

/** The slope of the line through the logarithms, by least squares: 1 is linear. */
function exponentOf(name) {
  const points = growth.slice(1).map((at) => [Math.log(at.size), Math.log(at[name])])
  const mean = (axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length
  const [x, y] = [mean(0), mean(1)]
  return points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0)
}
const operations = Object.keys(growth[0]).filter((name) => name !== 'size')
const exponents = Object.fromEntries(operations.map((name) => [name, exponentOf(name)]))

if (isJson) {
  console.log(
    JSON.stringify(
      { bench: 'aggregate', node: process.version, rounds: ROUNDS, rows, growth, exponents, skipped },
      null,
      2,
    ),
  )
} else {
  console.log(`\naggregate of 1,000,000 IPv4 and 200,000 IPv6 prefixes, Node ${process.version}, ${ROUNDS} rounds\n`)
  for (const { against, ms, peerMs, ratio } of rows) {
    console.log(
      `${against.padEnd(34)} ${ms.toFixed(0).padStart(5)} ms against ${peerMs.toFixed(0).padStart(5)} ms   ratio ${ratio.toFixed(2)}`,
    )
  }
  console.log(`\n${'prefixes'.padEnd(10)}${operations.map((name) => name.padStart(12)).join('')}`)
  for (const point of growth) {
    console.log(
      `${String(point.size).padEnd(10)}${operations.map((name) => `${point[name].toFixed(2)} ms`.padStart(12)).join('')}`,
    )
  }
  console.log(`${'exponent'.padEnd(10)}${operations.map((name) => exponents[name].toFixed(2).padStart(12)).join('')}`)
  for (const peer of skipped) console.log(`skipped: ${peer}`)
}
