import type { ReportedTarget } from '../../src/change/tell/file-table.ts'
import { type Report, reportOf } from '../../src/change/tell/report.ts'
import { compile } from '../../src/compile/compile.ts'
import type { History, KnownDocument } from '../../src/document/history.ts'
import type { TagSet } from '../../src/document/holders.ts'
import type { Policy } from '../../src/model/policy.ts'
import type { TagDocument } from '../../src/model/service-tag.ts'

export interface Given {
  readonly before?: TagDocument | undefined
  readonly after: TagDocument
  readonly snapshots?: readonly TagDocument[]
  /** All published tags of both sides; without them, these are snapshots. */
  readonly published?: { readonly before?: readonly TagSet[]; readonly after?: readonly TagSet[] }
  readonly policies: readonly [before: Policy, after: Policy]
}

/** The report of one target without files, from one policy and document to another. */
export function reported({ before, after, snapshots = [], published = {}, policies }: Given): Report {
  const knownOf = (document: TagDocument, tags?: readonly TagSet[]): KnownDocument => ({
    ...{ document, names: [], where: '' },
    ...(tags && { everyTag: () => tags }),
  })
  const [older, newer] = [before && knownOf(before, published.before), knownOf(after, published.after)]
  const [old, young] = policies
  const compiled = compile(young, newer)
  const job = { vendor: { name: 'acme' }, options: {}, family: undefined }
  const target = {
    before: { job, files: [], rules: older && { document: before, ruleset: compile(old, older).ruleset } },
    made: { target: { name: 'edge', vendor: 'acme' }, job, ruleset: compiled.ruleset, files: [] },
    change: { kind: 'traffic', options: [], items: [], pieces: [], droppedLists: [] },
    results: [],
  } as unknown as ReportedTarget
  const files = snapshots.map((document) => ({ published: document.published, read: () => document }))
  return reportOf({
    history: { policy: young, files } as unknown as History,
    targets: [target],
    before: older,
    after: { ...compiled, known: newer, findings: [], widen: () => ({ ruleset: compiled.ruleset, findings: [] }) },
    change: { since: '', before, after, targets: [] },
    ...{ capacity: [], findings: [], standing: [] },
  })
}
