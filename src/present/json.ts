import type { Audit, Excess } from '../model/audit.ts'
import type { Delta, DocumentLabel } from '../model/delta.ts'
import type { Finding } from '../model/finding.ts'
import { FAMILIES, formatPrefix } from '../model/prefix.ts'
import type { PrefixSet } from '../model/prefix-set.ts'
import type { BuildResult, FetchResult } from '../model/result.ts'
import { explain } from './finding.ts'

/** JSON for machines: two spaces, a newline at the end. Address counts are strings, as they pass 2^53. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** The prefixes and the size of a set, by family. */
export function setJson(set: PrefixSet) {
  const families = FAMILIES.map((family) => {
    const own = set.family(family)
    return [family, { prefixes: own.prefixes.map(formatPrefix), addresses: String(own.count) }] as const
  })
  return Object.fromEntries(families)
}

export function labelJson({ cloud, published, changeNumber }: DocumentLabel) {
  return { cloud, published, changeNumber }
}

export function deltaJson({ before, after, tags, unchanged }: Delta) {
  return {
    before: labelJson(before),
    after: labelJson(after),
    changed: tags.map(({ tag, kind, added, removed }) => ({
      tag,
      kind,
      added: setJson(added),
      removed: setJson(removed),
    })),
    unchanged,
  }
}

export function findingJson(finding: Finding) {
  return { code: finding.code, severity: finding.severity, message: explain(finding) }
}

export function fetchJson({ path, outcome, delta, isDryRun }: FetchResult) {
  return { path, outcome, dryRun: isDryRun, delta: delta ? deltaJson(delta) : null }
}

export function buildJson({ source, ruleset, files, findings, delta, isDryRun }: BuildResult) {
  return {
    source,
    policy: ruleset.policy,
    document: labelJson(ruleset),
    dryRun: isDryRun,
    rules: ruleset.rules.map(({ name, direction, action, protocol, ports, priority, set }) => ({
      name,
      direction,
      action,
      protocol,
      ports,
      priority,
      tags: set.tags,
      ...setJson(set.prefixes),
    })),
    files: files.map(({ target, vendor, path, lines, proof, isChanged, delta }) => ({
      target,
      vendor,
      path,
      lines,
      proof: proof ?? null,
      changed: isChanged,
      delta: delta ? { way: delta.way, empty: delta.isEmpty } : null,
    })),
    findings: findings.map(findingJson),
    delta: delta ? deltaJson(delta) : null,
  }
}

export function auditJson({ ruleset, missing, stale, wider, notes, matches }: Audit) {
  const excess = ({ rule, place, flow, addresses }: Excess) => ({ rule, place, flow, ...setJson(addresses) })
  return {
    policy: ruleset.policy,
    document: labelJson(ruleset),
    missing: missing.map(({ rule, flow, addresses }) => ({ rule, flow, ...setJson(addresses) })),
    stale: stale.map(excess),
    wider: wider.map(excess),
    notUnderstood: notes,
    matches: matches ? { document: labelJson(matches.document), prefixesBehind: matches.behind } : null,
  }
}
