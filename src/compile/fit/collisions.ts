import type { Finding } from '../../finding/finding.ts'
import { type Fitted, groupsToDefine } from '../../model/fitted.ts'
import { groupBy } from '../../model/group-by.ts'
import type { ConcreteRule } from '../../model/ruleset.ts'
import { formatPorts, hasPorts } from '../../model/traffic.ts'
import { closingRules, type Job, nameFormOf, prioritiesOf } from '../../model/vendor.ts'
import { NAME_KINDS, type NameKind } from '../../model/vendor-words.ts'
import { prefixViewer, prefixViewsOf } from '../../vendor/render/prefix-view.ts'

/** A name, and its origin. */
interface Named {
  readonly name: string
  readonly from: string
}

/** Names that are equal after fitting. A silent suffix is not a solution: it would shift when rules are reordered. */
export function nameCollisions(fitted: Fitted, { target, vendor, options }: Job): Finding[] {
  const { rules } = fitted
  const sets = [...fitted.sets, ...fitted.locals]
  const groups = sets.flatMap((own) => groupsToDefine([own]).map(({ name }): Named => ({ name, from: own.set.name })))
  const closing = closingRules(vendor, options).map(({ name }): Named => ({ name, from: name }))
  const prefixView = prefixViewer(vendor, options)
  const prefixes = new Set(vendor.groups ? sets.flatMap(({ set }) => prefixViewsOf(set.prefixes, prefixView)) : [])
  const objects = Array.from(prefixes, ({ name, cidr }): Named => ({ name, from: cidr }))
  const services = new Map(rules.map(({ rule, service }) => [formatService(rule), service]))
  const named: Readonly<Record<NameKind, readonly Named[]>> = {
    rule: [...rules.map(({ name, rule }) => ({ name, from: rule.name })), ...closing],
    set: sets.map(({ name, set }) => ({ name, from: set.name })),
    service: Array.from(services, ([from, name]) => ({ name, from })),
  }
  const spaces = new Map<string, Named[]>()
  for (const kind of NAME_KINDS) {
    const form = nameFormOf(vendor, kind, options)
    if (form) spaces.set(form.namespace ?? kind, [...(spaces.get(form.namespace ?? kind) ?? []), ...named[kind]])
  }
  return [
    ...Array.from(spaces).flatMap(([space, names]) => sameNames(space, names, target)),
    // Address objects and groups share one namespace on every vendor that has both.
    ...sameNames('object', [...groups, ...objects], target),
  ]
}

/** Priorities that are out of range, or shared by two rules of one direction. */
export function priorityProblems({ rules }: Fitted, { target, vendor, options }: Job): Finding[] {
  const priorities = prioritiesOf(vendor, options)
  if (!priorities) return []
  const { min, max } = priorities
  const outside = rules
    .filter(({ priority }) => priority < min || priority > max)
    .map(({ name, priority }): Finding => {
      return { code: 'PRIORITY_OUT_OF_RANGE', severity: 'error', target, rule: name, priority, min, max }
    })
  const places = [
    ...rules.map(({ name, rule, priority }) => ({ name, priority, direction: rule.direction })),
    ...closingRules(vendor, options),
  ]
  const shared = sharedBy(places, ({ priority, direction }) => `${priority} ${direction}`)
  return [
    ...outside,
    ...shared.map(([priority, clash]): Finding => {
      const rules = clash.map(({ name }) => name)
      return { code: 'PRIORITIES_COLLIDE', severity: 'error', target, priority, rules }
    }),
  ]
}

/** A finding for each name that several origins have. Most firewalls ignore case in names, and so do file systems. */
export function sameNames(kind: string, names: readonly Named[], target: string): Finding[] {
  return sharedBy(names, ({ name }) => name.toLowerCase()).map(([, clash]): Finding => {
    const [{ name }] = clash as [Named]
    return { code: 'NAMES_COLLIDE', severity: 'error', target, kind, name, from: clash.map(({ from }) => from) }
  })
}

/** The keys that several items share, with the items. */
function sharedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): [key: string, items: Item[]][] {
  const keys = items.map(keyOf)
  // Usually all keys differ, and there is one for each prefix.
  if (new Set(keys).size === keys.length) return []
  return [...groupBy(items, keyOf)].filter(([, group]) => group.length > 1)
}

/** The name of a protocol and its ports: `tcp-443`, `tcp-80_8000-8080`, `icmp`, `any`. */
export const formatService = ({ protocol, ports }: Pick<ConcreteRule, 'protocol' | 'ports'>): string =>
  hasPorts(protocol) ? `${protocol}-${ports.map(formatPorts).join('_')}` : protocol
