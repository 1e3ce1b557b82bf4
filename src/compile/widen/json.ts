import { formatPrefix } from '../../address/prefix.ts'
import type { WideningDelta } from '../../model/delta.ts'
import { setJson } from '../../model/json.ts'
import type { TargetPrice } from '../../model/result.ts'
import type { Merge, Price, RuleCurve } from '../../model/widening.ts'

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
