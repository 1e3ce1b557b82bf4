import { FAMILIES } from '../../address/prefix.ts'
import { CLOUDS } from '../../model/cloud.ts'
import { ITEM_KINDS, type Item, type ItemKind } from '../../model/device.ts'
import { wordOf } from '../../model/naming.ts'
import type { OptionValues } from '../../model/option-values.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import type { Vendor } from '../../model/vendor.ts'
import { commentable } from './header.ts'
import { choicesOf } from './view.ts'

/** The view of the leftovers of a full load; vendors/REFERENCE.md describes its fields. Each list is in removal order. */
export function cleanupViewOf(items: readonly Item[], ruleset: Ruleset, vendor: Vendor, options: OptionValues) {
  const views = items.map((item) => viewOfItem(item, vendor))
  const { policy, cloud, published, changeNumber } = ruleset
  return {
    vendor: vendor.name,
    policy,
    cloud,
    published,
    changeNumber,
    header: `Azure service tags ${CLOUDS[cloud]} ${published} (change number ${changeNumber}), policy ${commentable(policy)}: what loading the full file over the earlier one leaves`,
    options,
    is: choicesOf(vendor, options),
    isEmpty: items.length === 0,
    ...byKind(views),
    families: FAMILIES.map((family) => ({
      family,
      word: wordOf(vendor, family),
      isIpv4: family === 'ipv4',
      isIpv6: family === 'ipv6',
      ...byKind(views.filter((view) => (family === 'ipv4' ? view.isIpv4 : view.isIpv6))),
    })),
  }
}

type ItemView = ReturnType<typeof viewOfItem>

function viewOfItem({ kind, family, name, id = name, of }: Item, vendor: Vendor) {
  return {
    kind,
    name,
    id,
    family: family ? wordOf(vendor, family) : '',
    isIpv4: family === 'ipv4',
    isIpv6: family === 'ipv6',
    of: { name: of?.name ?? '', field: of?.field ?? '', isRule: of?.kind === 'rule', isGroup: of?.kind === 'group' },
  }
}

/** `rules`, `chains` and so on: the items of each kind. */
function byKind(views: readonly ItemView[]) {
  return Object.fromEntries(
    ITEM_KINDS.map((kind) => [`${kind}s`, views.filter((view) => view.kind === kind)]),
  ) as Record<`${ItemKind}s`, ItemView[]>
}
