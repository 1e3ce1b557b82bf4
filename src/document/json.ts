import type { Delta } from '../model/delta.ts'
import { labelJson, setJson } from '../model/json.ts'
import type { FetchResult } from '../model/result.ts'

export function deltaJson({ before, after, tags, unchanged, uncompared = [] }: Delta) {
  return {
    before: labelJson(before),
    after: labelJson(after),
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
  return { path, outcome, seen: labelJson(seen), superseded, dryRun: isDryRun, delta: delta ? deltaJson(delta) : null }
}
