import { FAMILIES, formatPrefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import type { Delta, DocumentLabel, WideningDelta } from './delta.ts'
import type { PolicyLocal, Rule } from './policy.ts'
import type { FetchResult, TargetPrice } from './result.ts'
import type { Merge, Price, RuleCurve } from './widening.ts'

/** JSON with two spaces and a final newline. Address counts are strings, because they exceed 2^53. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** Prefixes and size of a set, by family. */
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

export function deltaJson({ before, after, tags, unchanged, uncompared = [] }: Delta) {
  return {
    before: labelJson(before),
    after: labelJson(after),
    changed: tags.map(({ tag, kind, added, removed, leftOutBy }) => ({
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

/** A rule as a policy has it. */
export function policyRuleJson({ at: _, prefixes, except, local, targets, sites, ...rule }: Rule) {
  return {
    ...rule,
    targets: targets ?? null,
    sites: sites ?? null,
    prefixes: prefixes.map(formatPrefix),
    except: { tags: except.tags, prefixes: except.prefixes.map(formatPrefix) },
    local: local ? policyLocalJson(local) : null,
  }
}

export function policyLocalJson(local: PolicyLocal) {
  return 'prefixes' in local ? local.prefixes.texts : { object: local.object, object6: local.object6 ?? null }
}

function priceJson({ family, before, after, addresses, extra, inside }: Price) {
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
