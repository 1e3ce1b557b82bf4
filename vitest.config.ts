import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { EndlessReporter } from './test/endless-reporter.ts'
import { LongestFirst } from './test/longest-first.ts'
import { SkippedReporter } from './test/skipped-reporter.ts'

// Node 20 parses these at every start, and the tests start it often. None of them asks a registry.
delete process.env.NODE_EXTRA_CA_CERTS

// The tests write and sync thousands of small files: in memory, where there is room.
if (process.env.TMPDIR === undefined && hasRoom('/dev/shm')) {
  const folder = mkdtempSync('/dev/shm/tagwall-')
  process.env.TMPDIR = folder
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
}

// No test writes to the state of the person who runs it.
process.env.XDG_STATE_HOME = mkdtempSync(join(tmpdir(), 'tagwall-state-'))
process.on('exit', () => rmSync(process.env.XDG_STATE_HOME as string, { recursive: true, force: true }))

function hasRoom(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize > 2e9
  } catch {
    return false
  }
}

/** Tests with sh, bash, named pipes, links or modes. */
const POSIX = [
  'test/cli/{commands,damage,errors,init,places,sites}.test.ts',
  'test/doctor/script.test.ts',
  'test/vendor/vendor.test.ts',
  'test/store/{exclusive,write}.test.ts',
  'test/vendors/limits.test.ts',
]
const left = process.platform === 'win32' ? POSIX : []

/** The module src/vendor/prepared.ts, as the build wrote it for the published program. */
const PREPARED = join(import.meta.dirname, 'dist/prepared.js')

/** Shipped vendors and policies come from the build, because tests read them thousands of times; prepared.test.ts compares them with the files. */
const prepared = {
  name: 'vendors and policies from the build',
  load(id: string) {
    if (!id.endsWith('/src/vendor/prepared.ts') || !existsSync(PREPARED)) return undefined
    const code = readFileSync(PREPARED, 'utf8')
    return `import { createRequire } from 'node:module'\nconst require = createRequire(${JSON.stringify(PREPARED)})\n${code}`
  },
}

export default defineConfig({
  plugins: [prepared],
  test: {
    testTimeout: 120_000,
    // No module keeps state, so files may share what a worker has loaded.
    isolate: false,
    setupFiles: ['test/setup.ts'],
    // Proofs make many small objects that are soon gone; with more room for these, Node collects them less often (nodejs.org/api/cli.html).
    execArgv: ['--max-semi-space-size=32'],
    // Many tests wait for processes, so that two more than there are cores keep these busy.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: LongestFirst },
    // It imports JSON as a module, which Node expects to be declared.
    server: { deps: { inline: ['@actions/workflow-parser'] } },
    reporters: ['default', new SkippedReporter(), new EndlessReporter()],
    // The .long.test.ts files are exhaustive, or need real kernels, browsers or the history: minutes. `npm test` leaves them out.
    include: ['test/**/*.test.ts'],
    exclude: left,
  },
})
