import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take half a minute or more, or wait: begun last, one of them would leave the other cores idle. */
const LONGEST = [
  'kernel/nftables-traffic.long.test.ts',
  'doctor/real-failures.long.test.ts',
  'kernel/traffic.long.test.ts',
  'crash/crash.long.test.ts',
  'nodes.long.test.ts',
  'deltas/history.long.test.ts',
  'replay.long.test.ts',
  'cli/help-in-shells.long.test.ts',
  'docs.long.test.ts',
  'ci/propose.long.test.ts',
]

/** Begins with the files of this list; the others are in Vitest's own order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const index = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}`))
      return index < 0 ? LONGEST.length : index
    }
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b))
  }
}
