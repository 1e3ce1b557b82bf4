import type { Action, FoundRule, LocatedJson, ReaderKit } from 'tagwall/reader'
import { textsOf } from './addresses.ts'
import type { IpGroup, Resource, Scope } from './resources.ts'
import { protocolsOf, readRule } from './rule.ts'
import { sideOf, wholeOf } from './side.ts'
import { fieldOf, isSame, itemsOf, textOf } from './values.ts'

interface Ordered {
  readonly group: number
  readonly priority: number
  readonly rules: readonly FoundRule[]
}

/** The network rules of some rule collection groups, in the order in which the firewall tries them. */
export function rulesIn(
  resources: readonly Resource[],
  groups: ReadonlyMap<string, IpGroup>,
  scopeOf: (part: string) => Scope,
  kit: ReaderKit,
): FoundRule[] {
  const seen = new Map<number, Resource>()
  const first = resources.find(({ policy }) => policy !== undefined)
  const ordered = resources.flatMap((resource): Ordered[] => {
    const scope = scopeOf(resource.part)
    const group = priorityOf(resource.fields, resource.line, resource.name, scope)
    const { policy = first?.policy, name, line } = resource
    if (policy !== undefined && !isSame(first?.policy, policy))
      scope.note(
        line,
        name,
        `is of the policy ${policy}, not ${first?.policy}; which of them comes first is not in the files`,
      )
    else if (seen.has(group))
      scope.note(line, name, `has the same priority as ${seen.get(group)?.name}, so their order is not known`)
    seen.set(group, resource)
    if (scope.isStrict && group !== scope.options.groupPriority)
      scope.note(resource.line, resource.name, `does not have the priority ${scope.options.groupPriority}`)
    const list = fieldOf(resource.fields, 'ruleCollections')
    if (list?.kind !== 'list') scope.note(resource.line, resource.name, 'has no list of rule collections')
    const taken = new Map<number, { readonly name: string; readonly action: Action | undefined }>()
    const names = new Set<string>()
    return (list?.kind === 'list' ? list.items : []).map((collection): Ordered => {
      const name = textOf(fieldOf(collection, 'name')) ?? '(no name)'
      const priority = priorityOf(collection, collection.line, name, scope)
      const action = actionOf(collection, scope)
      const other = taken.get(priority)
      // Of rules that all allow, or all deny, the order does not matter.
      if (other && other.action !== action)
        scope.note(collection.line, name, `has the same priority as ${other.name}, so their order is not known`)
      taken.set(priority, { name, action })
      checkName(collection, names, scope)
      // Addresses are translated before any network rule is tried, in whichever group.
      const isFirst = isSame(textOf(fieldOf(collection, 'ruleCollectionType')), NAT)
      const rules = rulesOf(collection, name, action, resource, groups, scope, kit)
      return { group: isFirst ? 0 : group, priority, rules }
    })
  })
  ordered.sort((a, b) => a.group - b.group || a.priority - b.priority)
  return ordered.flatMap(({ rules }) => rules)
}

function priorityOf(fields: LocatedJson, line: number, name: string, scope: Scope): number {
  const value = fieldOf(fields, 'priority')
  const priority = value?.kind === 'scalar' && typeof value.value === 'number' ? value.value : Number.NaN
  if (Number.isInteger(priority) && priority >= 100 && priority <= 65000) return priority
  scope.note(value?.line ?? line, name, 'has no priority from 100 to 65000')
  return 0
}

const NAT = 'FirewallPolicyNatRuleCollection'
const ACTIONS: Readonly<Record<string, Action>> = { Allow: 'allow', Deny: 'deny' }

function actionOf(collection: LocatedJson, { isStrict }: Scope): Action | undefined {
  const written = textOf(fieldOf(fieldOf(collection, 'action'), 'type'))
  const word = Object.keys(ACTIONS).find((one) => (isStrict ? one === written : isSame(one, written ?? '')))
  return word === undefined ? undefined : ACTIONS[word]
}

function rulesOf(
  collection: LocatedJson,
  name: string,
  action: Action | undefined,
  resource: Resource,
  groups: ReadonlyMap<string, IpGroup>,
  scope: Scope,
  kit: ReaderKit,
): FoundRule[] {
  const type = textOf(fieldOf(collection, 'ruleCollectionType'))
  const list = fieldOf(collection, 'rules')
  if (list?.kind !== 'list' && !scope.isStrict) scope.note(list?.line ?? collection.line, name, 'has no list of rules')
  const rules = itemsOf(list)
  if (isSame(type, NAT) && !scope.isStrict) {
    return rules.flatMap((rule) => translation(rule, resource, groups, scope, kit))
  }
  if (!isSame(type, 'FirewallPolicyFilterRuleCollection'))
    scope.note(collection.line, name, `has the type ${type}, which is not understood`)
  if (!action) {
    const written = textOf(fieldOf(fieldOf(collection, 'action'), 'type'))
    scope.note(collection.line, name, `has the action ${written}, which is not understood`)
  }
  const names = new Set<string>()
  for (const rule of rules) checkName(rule, names, scope)
  return rules.flatMap((rule) => {
    const kind = textOf(fieldOf(rule, 'ruleType'))
    if (isSame(kind, 'ApplicationRule') && !scope.isStrict) {
      application(rule, action, scope, kit)
      return []
    }
    if (!isSame(kind, 'NetworkRule'))
      scope.note(rule.line, textOf(fieldOf(rule, 'name')) ?? name, `has the ruleType ${kind}, which is not understood`)
    return action ? readRule(rule, action, resource, groups, scope, kit) : []
  })
}

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$/

/** Notes a name that the service refuses, or that is there twice. */
function checkName(item: LocatedJson, seen: Set<string>, scope: Scope): void {
  const name = textOf(fieldOf(item, 'name')) ?? ''
  if (scope.isStrict && (!NAME.test(name) || seen.has(name.toLowerCase())))
    scope.note(item.line, name || 'a rule or collection', 'has no valid name of its own')
  seen.add(name.toLowerCase())
}

/** A rule by host name. It is tried after all network rules, so that one that denies takes nothing from these. */
function application(rule: LocatedJson, action: Action | undefined, scope: Scope, kit: ReaderKit): void {
  const name = textOf(fieldOf(rule, 'name')) ?? '(no name)'
  if (action === 'deny') {
    scope.note(rule.line, name, 'denies by name, after all network rules', undefined, true)
    return
  }
  const remote = { addresses: kit.everything(), tags: [] }
  const ports = kit.joinPorts(
    itemsOf(fieldOf(rule, 'protocols')).flatMap((item) => {
      const port = kit.numberOf(fieldOf(item, 'port')) ?? 443
      return Number.isInteger(port) && port >= 0 && port <= 65535 ? { first: port, last: port } : []
    }),
  )
  const about = [
    { direction: 'outbound', protocol: 'tcp', ports: ports.length > 0 ? ports : kit.everyPort, remote } as const,
  ]
  scope.note(rule.line, name, 'allows hosts by name, whose addresses are not in the file', about)
}

/**
 * A rule that translates addresses lets in what it translates, to some of the local side. That is a note where the policy asks for the
 * same ports, and a rule in any case, as other ports are then open too.
 */
function translation(
  rule: LocatedJson,
  resource: Resource,
  groups: ReadonlyMap<string, IpGroup>,
  scope: Scope,
  kit: ReaderKit,
): FoundRule[] {
  const name = textOf(fieldOf(rule, 'name')) ?? '(no name)'
  const unheard = () => {}
  const texts = textsOf(rule, 'destinationPorts', resource, unheard).map(({ text }) => text)
  const portsOf = (all: readonly string[]) => {
    const ports = all.flatMap((text) => kit.portRange(text) ?? [])
    return all.includes('*') || ports.length === 0 ? kit.everyPort : kit.joinPorts(ports)
  }
  const port = fieldOf(rule, 'translatedPort')
  const both = portsOf([...texts, port?.kind === 'scalar' ? String(port.value) : ''])
  const everyone = { addresses: kit.everything(), tags: [] }
  const about = [{ direction: 'inbound', protocol: 'any', ports: both, remote: everyone } as const]
  scope.note(rule.line, name, 'translates addresses and lets in what it translates, which is not compared', about)
  const source = wholeOf(sideOf('source', rule, resource, groups, scope, kit, unheard), kit) ?? kit.everything()
  const place = { part: resource.part, line: rule.line }
  return protocolsOf(rule, resource, scope, unheard).map((protocol) => ({
    ...{ name, place, direction: 'inbound', action: 'allow', protocol, ports: portsOf(texts), coverage: 'part' },
    remote: { addresses: source, tags: [] },
  }))
}
