import type { Audit, Excess } from '../model/audit.ts'
import type { Delta, DocumentLabel, WideningDelta } from '../model/delta.ts'
import type { Finding } from '../model/finding.ts'
import { FAMILIES, formatPrefix } from '../model/prefix.ts'
import type { PrefixSet } from '../model/prefix-set.ts'
import type { BuildResult, FetchResult, TargetPrice } from '../model/result.ts'
import type { Merge, Price, RuleCurve } from '../model/widening.ts'
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

export function buildJson({ source, ruleset, files, prices, findings, delta, isDryRun }: BuildResult) {
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
    widened: prices.map(targetPriceJson),
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

export function priceJson({ family, before, after, addresses, extra, inside }: Price) {
  return {
    family,
    prefixes: { before, after },
    addresses: String(addresses),
    extra: String(extra),
    within: inside ? { tag: inside.tag, extra: String(inside.extra) } : null,
  }
}

export function targetPriceJson({ target, rule, price, inSomeTag }: TargetPrice) {
  return { target, rule, ...priceJson(price), inSomeTag: inSomeTag === undefined ? null : String(inSomeTag) }
}

export function curveJson({ rule, family, before, addresses, least, points }: RuleCurve) {
  return {
    rule,
    family,
    prefixes: before,
    addresses: String(addresses),
    least,
    curve: points.map(({ price, inSomeTag }) => ({
      prefixes: price.after,
      extra: String(price.extra),
      within: price.inside ? { tag: price.inside.tag, extra: String(price.inside.extra) } : null,
      inSomeTag: inSomeTag === undefined ? null : String(inSomeTag),
    })),
  }
}

export function mergedJson({ merges, ...price }: TargetPrice & { readonly merges: readonly Merge[] }) {
  const { target: _, ...rest } = targetPriceJson(price)
  return {
    ...rest,
    merges: merges.map(({ prefix, replaced, extra }) => ({
      prefix: formatPrefix(prefix),
      replaced,
      extra: String(extra),
    })),
  }
}

export function wideningDeltaJson({ target, rule, published, widening, kept, known, before, after }: WideningDelta) {
  const change = ({ added, removed }: WideningDelta['published']) => ({
    added: setJson(added),
    removed: setJson(removed),
  })
  return {
    target,
    rule,
    published: change(published),
    widening: change(widening),
    kept: setJson(kept),
    known: setJson(known),
    before: before.map(priceJson),
    after: after.map(priceJson),
  }
}
