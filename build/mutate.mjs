import { existsSync, readdirSync } from 'node:fs'
import { relative } from 'node:path'
import { Stryker } from '@stryker-mutator/core'

// npm run mutate -- ROOM...: how much of the code of each room its fast tests hold. Stryker changes one place at a time, and a
// test should fail. Rooms are the folders of src/, and vendors; none named means all of them, which takes hours. A folder within a
// room, such as vendor/kit, is tried with its own tests alone. What was found is kept in reports/mutation, so that the next run
// looks at what changed since.

/** Tests of a room that lie elsewhere, folders and files. They take long, so each tries only what those before it let pass. */
const ELSEWHERE = {
  change: ['cli', 'deltas', 'report'],
  commands: ['cli', 'deltas'],
  compile: ['cli/widen', 'cli/capacity'],
  model: ['compile', 'policy', 'verify', 'change'],
  vendor: ['conformance'],
  vendors: ['conformance'],
  verify: ['audit'],
}

const rooms = [
  ...readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory()),
  { name: 'vendors' },
]
const names = rooms.map(({ name }) => name)
const asked = process.argv.slice(2)
const folderOf = (room) => (room === 'vendors' ? 'vendors' : `src/${room}`)
const unknown = asked.filter((room) => !existsSync(folderOf(room.split(':')[0])))
if (unknown.length > 0) {
  console.error(`no room ${unknown.join(', ')}; there are ${names.join(', ')}`)
  process.exit(2)
}

const scores = []
for (const [room, part] of (asked.length > 0 ? asked : names).map((name) => name.split(':'))) {
  let mutants
  for (const tests of [room, ...(ELSEWHERE[room] ?? [])].filter(hasTests)) {
    const places = mutants?.filter(isLeft).map(placeOf) ?? [`${folderOf(room)}/**/${part ?? '*'}.ts`, '!**/*.d.ts']
    if (places.length === 0) break
    const results = await resultsOf(places, tests, tests === room ? room : `${room}-${tests.replaceAll('/', '-')}`)
    const killed = new Map(results.filter(isKilled).map((mutant) => [keyOf(mutant), mutant]))
    mutants = mutants?.map((mutant) => killed.get(keyOf(mutant)) ?? mutant) ?? results
  }
  if (mutants) scores.push({ room, ...scoreOf(mutants) })
}
console.table(scores)

function hasTests(name) {
  return existsSync(`test/${name}`) || existsSync(`test/${name}.test.ts`)
}

/** The mutants of some places, tried with some tests. */
function resultsOf(places, tests, report) {
  process.env.TAGWALL_TESTS = tests
  return new Stryker({
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutate.config.ts', related: false },
    plugins: ['@stryker-mutator/vitest-runner'],
    mutate: places,
    // What a sentence says is not what these tests are for, and texts are half of all mutants.
    mutator: { excludedMutations: ['StringLiteral'] },
    // Stryker would rewrite paths in tsconfig.json, which has none to rewrite, with an API that TypeScript 7 lacks.
    tsconfigFile: 'none',
    ignorePatterns: ['.ci', 'bench', 'examples', 'reports'],
    // Code that runs once, when a module is loaded, would need a process for each mutant.
    ignoreStatic: true,
    incremental: true,
    incrementalFile: `reports/mutation/${report}.json`,
    reporters: ['clear-text', 'html', 'progress-append-only'],
    clearTextReporter: { logTests: false, reportTests: false, allowColor: false, skipFull: true },
    htmlReporter: { fileName: `reports/mutation/${report}.html` },
    concurrency: Number(process.env.TAGWALL_MUTATE_WORKERS ?? 1),
    timeoutMS: 10_000,
    tempDirName: '.stryker-tmp',
    allowConsoleColors: false,
    logLevel: 'warn',
  }).runMutationTest()
}

function isKilled({ status }) {
  return status === 'Killed' || status === 'Timeout'
}

function isLeft({ status }) {
  return status === 'Survived' || status === 'NoCoverage'
}

function keyOf({ mutatorName, replacement, ...mutant }) {
  return JSON.stringify([placeOf(mutant), mutatorName, replacement])
}

/** A place for Stryker, which counts columns from 1 in what it finds, and from 0 in what it is asked for. */
function placeOf({ fileName, location: { start, end } }) {
  return `${relative('.', fileName)}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`
}

function scoreOf(results) {
  const [killed, survived] = [isKilled, isLeft].map((isOne) => results.filter(isOne).length)
  return { killed, survived, score: `${((100 * killed) / Math.max(1, killed + survived)).toFixed(1)}%` }
}
