import { type AddressFamily, formatPrefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import type { Delta, DocumentLabel, WideningDelta } from './delta.ts'
import type { PolicyLocal, Rule } from './policy.ts'
import type { FetchResult, Proof, TargetPrice } from './result.ts'
import type { Merge, Price, RuleCurve } from './widening.ts'

/** The version of all JSON of `--json`. It rises when a field is renamed, removed, or gets another meaning. */
const FORMAT_VERSION = 1

/** The JSON of a command, with its version, two spaces and a final newline. Address counts are strings, because they exceed 2^53. */
export function formatJson(value: object): string {
  return `${JSON.stringify({ formatVersion: FORMAT_VERSION, ...value }, null, 2)}\n`
}

/** The prefixes and the size of a set in one family. */
export interface FamilyJson {
  readonly prefixes: readonly string[]
  /** How many more prefixes there are, if not all are shown. */
  readonly more?: number
  readonly addresses: string
}

/** A set, by family. */
export type SetJson = Readonly<Record<AddressFamily, FamilyJson>>

/** Prefixes and size of a set, by family; of each family at most `most` prefixes. */
export function setJson(set: PrefixSet, most = Number.POSITIVE_INFINITY): SetJson {
  const of = (family: AddressFamily): FamilyJson => {
    const own = set.family(family)
    const more = own.texts.length - most
    return {
      prefixes: own.texts.slice(0, most),
      ...(more > 0 && { more }),
      addresses: String(own.count),
    }
  }
  return { ipv4: of('ipv4'), ipv6: of('ipv6') }
}

/** A local side: addresses, and the names of objects of the device that hold some. */
export interface LocalJson {
  readonly prefixes: readonly string[]
  readonly objects: readonly string[]
}

export function labelJson({ cloud, published, changeNumber }: DocumentLabel) {
  return { cloud, published, changeNumber }
}

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

/** The counts of a proof. */
export const proofJson = ({ rules, prefixes, tags, commands }: Proof) => ({
  ruleCount: rules,
  prefixCount: prefixes,
  tagCount: tags,
  ...(commands !== undefined && { commandCount: commands }),
})

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

/** The local side of a rule, a target or a site. Of two objects, the second is for IPv6. */
export function policyLocalJson(local: PolicyLocal): LocalJson {
  if ('prefixes' in local) return { prefixes: local.prefixes.texts, objects: [] }
  return { prefixes: [], objects: [local.object, ...(local.object6 === undefined ? [] : [local.object6])] }
}

function priceJson({ family, before, after, addresses, extra, inside }: Price) {
  return {
    family,
    prefixesBefore: before,
    prefixesAfter: after,
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
    prefixCount: before,
    addresses: String(addresses),
    least,
    curve: points.map(({ price, inSomeTag }) => ({
      prefixCount: price.after,
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
    withinTags: change(published),
    outsideTags: change(widening),
    stillAllowed: setJson(kept),
    allowedBefore: setJson(known),
    pricesBefore: before.map(priceJson),
    pricesAfter: after.map(priceJson),
  }
}
