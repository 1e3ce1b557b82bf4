import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    maxWorkers: '100%',
    // It imports JSON as a module, which Node wants declared.
    server: { deps: { inline: ['@actions/workflow-parser'] } },
  },
})
