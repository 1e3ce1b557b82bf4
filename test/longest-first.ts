import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take half a minute or more: begun last, one of them would leave the other cores idle. Those that start many processes are the
 * first, because that takes longer the more memory a worker has, and workers grow. Those that mostly wait (marked) stand apart, so
 * that each runs beside two that compute.
 */
const FIRST = [
  'automation/examples.long.test.ts', // waits
  'ci/propose.long.test.ts',
  'docs.long.test.ts',
  'ci/workflows.long.test.ts',
  'crash/crash.long.test.ts',
  'cli/help-in-shells.long.test.ts',
  'doctor/real-failures.long.test.ts', // waits
  'nodes.long.test.ts',
  'ci/offline.long.test.ts',
  'ci/credentials.long.test.ts',
  'cli/errors.test.ts',
  'cli/init.test.ts',
  'vendor-check/careless.long.test.ts',
  'conformance/check.long.test.ts',
  'kernel/nftables-traffic.long.test.ts', // waits
  'deltas/chains.long.test.ts',
  'change/property.long.test.ts',
  'kernel/traffic.long.test.ts', // waits
  'deltas/options.long.test.ts',
  'kernel/nftables.long.test.ts',
  'network/faults.long.test.ts', // waits
  'deltas/history.long.test.ts',
  'kernel/iptables-audit.long.test.ts',
  'kernel/delta.long.test.ts',
  'replay.long.test.ts',
  'kernel/nftables-audit.long.test.ts',
  'kernel/load.long.test.ts',
]

/** Begins with the files of this list; the others are in Vitest's own order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const index = FIRST.findIndex((name) => moduleId.endsWith(`/test/${name}`))
      return index < 0 ? FIRST.length : index
    }
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b))
  }
}
