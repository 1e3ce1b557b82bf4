import type { AddressFamily } from '../../address/prefix.ts'
import type { FittedLocal, FittedRule, FittedSet } from '../../model/fitted.ts'
import { lazy } from '../../model/lazy.ts'
import { hasPorts, type PortRange } from '../../model/traffic.ts'
import type { ClosingRule } from '../../model/vendor.ts'
import { ofFamily, type PrefixViewer, prefixViewsOf } from './prefix-view.ts'
import { directionFields, type SetView, viewWith, type WordOf } from './set-view.ts'

export type RuleView = ReturnType<typeof viewOfRule>

/** A rule; `previous` names the one before it in its list. */
export function viewOfRule(
  { name, priority, rule, service, set, local, tag, family, prefixes }: FittedRule,
  previous: string,
  setView: (set: FittedSet) => SetView,
  prefixView: PrefixViewer,
  words: WordOf,
) {
  return viewWith({
    name,
    id: set.set.id,
    policyRule: rule.set.name,
    priority,
    description: rule.description ?? '',
    policyPriority: rule.priority,
    previous,
    ...directionFields(rule.direction, words),
    action: words(rule.action),
    isAllow: rule.action === 'allow',
    isDeny: rule.action === 'deny',
    protocol: words(rule.protocol),
    service: {
      name: service,
      protocol: words(rule.protocol),
      isTcp: rule.protocol === 'tcp',
      isUdp: rule.protocol === 'udp',
      isIcmp: rule.protocol === 'icmp',
      isAny: rule.protocol === 'any',
      hasPorts: hasPorts(rule.protocol),
      ports: rule.ports.map((ports) => viewOfPorts(ports, words)),
      isSinglePort: rule.ports.length === 1 && rule.ports[0]?.first === rule.ports[0]?.last,
      isSingleEntry: rule.ports.length === 1,
    },
    set: setView(set),
    local: local ? viewOfLocal(local, family, 'set' in local ? setView(local.set) : undefined) : anyLocal(),
    tag: tag ?? '',
    family: family ? words(family) : '',
    hasIpv4: !prefixes.family('ipv4').isEmpty,
    hasIpv6: !prefixes.family('ipv6').isEmpty,
    prefixes: () => prefixViewsOf(prefixes, prefixView),
  })
}

function viewOfPorts({ first, last }: PortRange, words: WordOf) {
  return { first, last, isRange: first !== last, text: first === last ? String(first) : `${first}${words('-')}${last}` }
}

/** A rule of the vendor's own that ends a direction. */
export function viewOfClosing({ name, priority, direction }: ClosingRule, previous: string, words: WordOf) {
  return { name, priority, ...directionFields(direction, words), previous }
}

/**
 * A function that gets rules in their order, and returns the name of the one before in its list, which is that of its direction if these are apart;
 * empty for the first.
 */
export function previousNames(areApart: boolean): (name: string, direction: string) => string {
  const last = new Map<string, string>()
  return (name, direction) => {
    const list = areApart ? direction : ''
    const previous = last.get(list) ?? ''
    last.set(list, name)
    return previous
  }
}

/** The rules of each list of the device. */
export const listsOf = <Rule extends { readonly isOutbound: boolean }>(rules: readonly Rule[], areApart: boolean) =>
  areApart ? [true, false].map((side) => rules.filter(({ isOutbound }) => isOutbound === side)) : [rules]

/** For devices where a new rule must be moved into place: each rule with its neighbor, if it has one, as a list. */
export function orderOf(lists: readonly (readonly RuleView[])[]) {
  const besides = (step: number) =>
    lists.map((rules) =>
      rules.map((rule, index) => {
        const neighbor = rules[index + step]
        return { rule, neighbor: neighbor ? [neighbor] : [] }
      }),
    )
  return { fromFirst: besides(-1).flat(), fromLast: besides(1).flatMap((rules) => rules.reverse()) }
}

/** The local side of every rule that does not limit it. */
const anyLocal = lazy(() => viewOfLocal(undefined, undefined, undefined))

/** The local side of a rule, in its family if rules are split by family. */
function viewOfLocal(local: FittedLocal | undefined, family: FittedRule['family'], set: SetView | undefined) {
  const { object, object6 } = local && 'object' in local ? local : { object: '', object6: '' }
  const own = lazy(() => (family ? ofFamily(set?.prefixes ?? [], family) : (set?.prefixes ?? [])))
  /** In one family, for vendors that write prefixes into each rule, or have names for each family. */
  const inFamily = (one: AddressFamily) => {
    const prefixes = lazy(() => ofFamily(own(), one))
    const group = set?.groups.find(({ isIpv4, isIpv6 }) => (one === 'ipv4' ? isIpv4 : isIpv6))
    return viewWith({
      /** The name of its object, or of its group if each family has a separate group; empty for any. */
      name: { ipv4: object, ipv6: object6 }[one] || (group?.name ?? ''),
      isSingle: () => prefixes().length === 1,
      prefixes,
    })
  }
  return viewWith({
    isAny: local === undefined,
    isObject: local !== undefined && 'object' in local,
    hasAddresses: set !== undefined,
    /** The name of the address set; empty for anything else. */
    name: set?.name ?? '',
    id: set?.id ?? '',
    /** The name of an object that exists on the device; `object6` is empty if it is for both families. */
    object,
    object6,
    groups: set?.groups ?? [],
    ipv4: inFamily('ipv4'),
    ipv6: inFamily('ipv6'),
    hasIpv4: set?.families.some(({ isIpv4 }) => isIpv4) ?? local === undefined,
    hasIpv6: set?.families.some(({ isIpv6 }) => isIpv6) ?? local === undefined,
    prefixes: own,
  })
}
