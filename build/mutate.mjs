import { existsSync, readdirSync } from 'node:fs'
import { Stryker } from '@stryker-mutator/core'

// npm run mutate -- ROOM...: how much of the code of each room its fast tests hold. Stryker changes one place at a time, and a
// test should fail. Rooms are the folders of src/, and vendors; none named means all of them, which takes hours. A folder within a
// room, such as vendor/kit, is tried with its own tests alone. What was found is kept in reports/mutation, so that the next run
// looks at what changed since.

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
  process.env.TAGWALL_ROOM = room
  const results = await new Stryker({
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutate.config.ts', related: false },
    plugins: ['@stryker-mutator/vitest-runner'],
    mutate: [`${folderOf(room)}/**/${part ?? '*'}.ts`, '!**/*.d.ts'],
    // What a sentence says is not what these tests are for, and texts are half of all mutants.
    mutator: { excludedMutations: ['StringLiteral'] },
    // Stryker would rewrite paths in tsconfig.json, which has none to rewrite, with an API that TypeScript 7 lacks.
    tsconfigFile: 'none',
    ignorePatterns: ['.ci', 'bench', 'examples', 'reports'],
    // Code that runs once, when a module is loaded, would need a process for each mutant.
    ignoreStatic: true,
    incremental: true,
    incrementalFile: `reports/mutation/${room}.json`,
    reporters: ['clear-text', 'html'],
    clearTextReporter: { logTests: false, reportTests: false, allowColor: false, skipFull: true },
    htmlReporter: { fileName: `reports/mutation/${room}.html` },
    concurrency: Number(process.env.TAGWALL_MUTATE_WORKERS ?? 1),
    timeoutMS: 10_000,
    tempDirName: '.stryker-tmp',
    allowConsoleColors: false,
    logLevel: 'warn',
  }).runMutationTest()
  scores.push({ room, ...scoreOf(results) })
}
console.table(scores)

function scoreOf(results) {
  const count = (...statuses) => results.filter(({ status }) => statuses.includes(status)).length
  const [killed, survived] = [count('Killed', 'Timeout'), count('Survived', 'NoCoverage')]
  return { killed, survived, score: `${((100 * killed) / Math.max(1, killed + survived)).toFixed(1)}%` }
}
