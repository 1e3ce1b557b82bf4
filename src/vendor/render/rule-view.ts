import type { FittedRule, FittedSet } from '../../model/fitted.ts'
import { hasPorts, type PortRange } from '../../model/traffic.ts'
import type { ClosingRule } from '../../model/vendor.ts'
import { viewOfLocal } from './local-view.ts'
import { type PrefixViewer, prefixViewsOf } from './prefix-view.ts'
import type { SetView, Words } from './set-view.ts'

export type RuleView = ReturnType<typeof viewOfRule>

/** A rule; `previous` names the one before it. */
export function viewOfRule(
  { name, priority, rule, service, set, local, tag, family, prefixes }: FittedRule,
  previous: string,
  setView: (set: FittedSet) => SetView,
  prefixView: PrefixViewer,
  words: Words,
) {
  return {
    name,
    id: set.set.id,
    policyRule: rule.set.name,
    priority,
    description: rule.description ?? '',
    policyPriority: rule.priority,
    previous,
    direction: words(rule.direction),
    isOutbound: rule.direction === 'outbound',
    isInbound: rule.direction === 'inbound',
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
    local: viewOfLocal(local, family, setView),
    tag: tag ?? '',
    family: family ? words(family) : '',
    hasIpv4: !prefixes.family('ipv4').isEmpty,
    hasIpv6: !prefixes.family('ipv6').isEmpty,
    get prefixes() {
      return prefixViewsOf(prefixes, prefixView)
    },
  }
}

function viewOfPorts({ first, last }: PortRange, words: Words) {
  return { first, last, isRange: first !== last, text: first === last ? String(first) : `${first}${words('-')}${last}` }
}

/** A rule of the vendor's own that ends a direction. */
export function viewOfClosing({ name, priority, direction }: ClosingRule, previous: string, words: Words) {
  return {
    name,
    priority,
    direction: words(direction),
    isOutbound: direction === 'outbound',
    isInbound: direction === 'inbound',
    previous,
  }
}

/** For devices where a new rule must be moved into place: each rule with its neighbor, if it has one, as a list. */
export function orderOf(rules: readonly RuleView[]) {
  const around = (rule: RuleView, index: number, step: number) => {
    const neighbor = rules[index + step]
    return { rule, neighbor: neighbor ? [neighbor] : [] }
  }
  return {
    fromFirst: rules.map((rule, index) => around(rule, index, -1)),
    fromLast: rules.map((rule, index) => around(rule, index, 1)).reverse(),
  }
}
