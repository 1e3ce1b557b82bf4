import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// What `npm run mutate` runs against every mutant of a room: fast tests, in process. A reader is loaded as
// its folder's reader.js, which the build makes; here it is the source, which is what the mutants are in.

const { TAGWALL_TESTS: tests = 'model' } = process.env

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
    setupFiles: ['test/setup.ts'],
    include: [`test/${tests}{/**/*,}.test.ts`],
    exclude: ['test/**/*.long.test.ts'],
    // StrykerJS ends an endless loop itself; tests of files that it changed take many times as long.
    testTimeout: 120_000,
  },
})
