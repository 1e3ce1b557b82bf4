import { formatPrefix } from '../../address/prefix.ts'
import type { WideningDelta } from '../../model/delta.ts'
import { setJson } from '../../model/json.ts'
import type { TargetPrice } from '../../model/result.ts'
import type { Merge, Price, RuleCurve, RulePrice } from '../../model/widening.ts'

const priceJson = ({ family, before, after, addresses, extra, inside }: Price) => ({
  family,
  prefixesBefore: before,
  prefixesAfter: after,
  addresses: String(addresses),
  extra: String(extra),
  within: withinJson(inside),
})

const withinJson = (inside: Price['inside']) => (inside ? { tag: inside.tag, extra: String(inside.extra) } : null)

const rulePriceJson = ({ rule, price, inSomeTag }: RulePrice) => {
  return { rule, ...priceJson(price), inSomeTag: inSomeTag === undefined ? null : String(inSomeTag) }
}

export const targetPriceJson = ({ target, ...price }: TargetPrice) => ({ target, ...rulePriceJson(price) })

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
      within: withinJson(price.inside),
      inSomeTag: inSomeTag === undefined ? null : String(inSomeTag),
    })),
  }
}

export const mergedJson = ({ merges, ...price }: RulePrice & { readonly merges: readonly Merge[] }) => ({
  ...rulePriceJson(price),
  merges: merges.map(({ prefix, replaced, extra }) => {
    return { prefix: formatPrefix(prefix), replaced, extra: String(extra) }
  }),
})

export function wideningDeltaJson({ target, rule, published, widening, kept, known, before, after }: WideningDelta) {
  const change = ({ added, removed }: WideningDelta['published']) => {
    return { added: setJson(added), removed: setJson(removed) }
  }
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
