import type { Notes, ReaderContext } from 'tagwall/reader'
import { entriesOf, type Hook, hooksOf, type ReadTable } from './reader-entries.ts'
import { walk } from './reader-walk.ts'

/** The built-in chains that a connection passes on its way to a chain of the filter table. */
const PASSED: Readonly<Record<Hook, readonly string[]>> = {
  OUTPUT: ['OUTPUT', 'POSTROUTING'],
  FORWARD: ['PREROUTING', 'FORWARD', 'POSTROUTING'],
  INPUT: ['PREROUTING', 'INPUT'],
}
/** The same in nat, where the other chains only change the source. */
const PASSED_IN_NAT = new Set(['PREROUTING', 'OUTPUT'])

/** Notes rules of another table that drop or redirect connections. */
export function doubtOther(other: ReadTable, filter: ReadTable, context: ReaderContext, notes: Notes): void {
  for (const entry of entriesOf(filter, context)) {
    const passed = new Set(hooksOf(entry.chain, filter).flatMap((hook) => PASSED[hook]))
    for (const chain of passed) {
      const isPassed = other.table.name !== 'nat' || PASSED_IN_NAT.has(chain)
      if (isPassed && other.table.chains.has(chain)) walk({ ...entry, chain }, other, context, notes)
    }
  }
}
