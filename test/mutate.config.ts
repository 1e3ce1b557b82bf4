import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// What `npm run mutate` runs against every mutant of a room: the fast tests of that room, in process. A reader is loaded as
// its folder's reader.js, which the build makes; here it is the source, which is what the mutants are in.

const { TAGWALL_ROOM: room = 'model' } = process.env

/** Tests of a room that lie elsewhere: folders and files. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  change: ['cli', 'deltas', 'report'],
  commands: ['cli', 'deltas'],
  compile: ['cli/widen', 'cli/capacity'],
  model: ['change', 'compile', 'policy'],
  vendor: ['conformance'],
  vendors: ['conformance'],
  verify: ['audit'],
}

export default defineConfig({
  plugins: [
    {
      name: 'readers-from-source',
      load(id) {
        const source = id.replace(/^(.*\/vendors\/[^/]+\/[^/]+)\.js$/, '$1.ts')
        return source !== id && existsSync(source)
          ? `export * from ${JSON.stringify(source)}\nexport { default } from ${JSON.stringify(source)}\n`
          : undefined
      },
    },
  ],
  test: {
    include: [room, ...(ELSEWHERE[room] ?? [])].map((folder) => `test/${folder}{/**/*,}.test.ts`),
    exclude: ['test/**/*.long.test.ts'],
    // StrykerJS ends an endless loop itself; tests of files that it changed take many times as long.
    testTimeout: 120_000,
  },
})
