import { type Delta, labelOf } from '../model/delta.ts'
import { setJson } from '../model/json.ts'
import type { FetchResult } from '../model/result.ts'

export function deltaJson({ before, after, tags, unchanged, uncompared = [] }: Delta) {
  return {
    before: labelOf(before),
    after: labelOf(after),
    changes: tags.map(({ tag, kind, added, removed, leftOutBy }) => ({
      tag,
      kind,
      ...(leftOutBy ? { leftOutBy } : {}),
      added: setJson(added),
      removed: setJson(removed),
    })),
    unchanged,
    uncompared,
  }
}

export function fetchJson({ path, outcome, seen, superseded, delta, isDryRun }: FetchResult) {
  return { path, outcome, seen: labelOf(seen), superseded, dryRun: isDryRun, delta: delta ? deltaJson(delta) : null }
}
