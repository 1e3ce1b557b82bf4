import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Node 20 parses these at every start, and the tests start it a thousand times. Only npm may need them (test/package.test.ts).
const { NODE_EXTRA_CA_CERTS: certificates = '' } = process.env
delete process.env.NODE_EXTRA_CA_CERTS

/** These take longest, so they begin first: one that began last would run alone. */
const LONGEST = ['test/crash/', 'test/deltas/', 'test/compile/', 'test/fuzz/', 'test/kernel/', 'test/model/']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((folder) => moduleId.includes(folder))
      return place < 0 ? LONGEST.length : place
    }
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b))
  }
}

export default defineConfig({
  test: {
    env: { CERTIFICATES_OF_NPM: certificates },
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    // It imports JSON as a module, which Node wants declared.
    server: { deps: { inline: ['@actions/workflow-parser'] } },
  },
})
