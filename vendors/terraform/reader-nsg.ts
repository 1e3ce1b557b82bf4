import type { Action, CoveringRule, Direction, FoundRule } from 'tagwall/reader'
import { type RawRule, ruleFields } from './reader-fields.ts'
import { type Ordered, type Scope, show } from './reader-scope.ts'
import { type Side, sideOf } from './reader-side.ts'

type SecurityRule = Ordered & CoveringRule

const DIRECTIONS: Readonly<Record<string, Direction>> = { Inbound: 'inbound', Outbound: 'outbound' }
const ACTIONS: Readonly<Record<string, Action>> = { Allow: 'allow', Deny: 'deny' }
const PROTOCOLS: Readonly<Record<string, FoundRule['protocol']>> = {
  ...{ Tcp: 'tcp', Udp: 'udp', '*': 'any', Icmp: 'icmp', Esp: 'other', Ah: 'other' },
} as const

/** The rules of one security group, in the order in which they are tried: the lowest number first. */
export function securityRules(rules: readonly RawRule[], scope: Scope): Ordered[] {
  const seen = new Map<string, string>()
  const ordered = rules.flatMap((raw) => {
    const rule = securityRule(raw, scope)
    if (!rule) return []
    const key = `${rule.direction} ${rule.priority}`
    const other = seen.get(key)
    if (other !== undefined)
      scope.note(rule.place, rule.name, `has the same priority and direction as ${other}, which the service refuses`)
    seen.set(key, rule.name)
    return [rule]
  })
  ordered.sort((a, b) => a.priority - b.priority)
  return scope.kit.denyTagsToo(ordered).map(({ covers: _, ...rule }) => rule)
}

function securityRule(raw: RawRule, scope: Scope): SecurityRule | undefined {
  const { kit, isStrict } = scope
  const rule = ruleFields(raw, scope)
  const description = rule.value('description')
  if (isStrict && description && (kit.textOf(description) ?? '?'.repeat(141)).length > 140)
    rule.refuse(description.line, 'has a description that is not a text of up to 140 characters')
  const direction = rule.word('direction', DIRECTIONS)
  const action = rule.word('access', ACTIONS)
  const protocol = rule.word('protocol', PROTOCOLS)
  const number = rule.value('priority')
  const priority = kit.numberOf(number) ?? 0
  if (!Number.isInteger(priority) || priority < 100 || priority > 4096)
    rule.refuse(number?.line ?? raw.line, `has the priority ${show(number)}, not one from 100 to 4096`)
  const isPortless = protocol === 'icmp' || protocol === 'other'
  if (isPortless && isStrict) rule.refuse(raw.line, 'is about a protocol without ports')
  const sourcePorts = rule.ports('source')
  if (sourcePorts.length > 0 && kit.otherPorts(sourcePorts).length > 0) rule.refuse(raw.line, 'asks for source ports')
  const given = rule.ports('destination')
  const ports = isPortless ? kit.everyPort : given
  const ends = ['source', 'destination'] as const
  const [localEnd, remoteEnd] = direction === 'inbound' ? [ends[1], ends[0]] : ends
  const local = sideOf(localEnd, rule, scope)
  const remote = sideOf(remoteEnd, rule, scope)
  const families = new Set([...local.prefixes, ...remote.prefixes].map(({ family }) => family))
  if (families.size > 1) rule.refuse(raw.line, 'mixes IPv4 and IPv6 addresses, which the service refuses')
  if (remote.objects.length > 0)
    rule.refuse(raw.line, 'names an application security group, whose members are not in this file')
  if (isStrict && !rule.isRefused()) checkLocal(local, rule.refuse, raw.line, scope)
  if (!direction || !action || !protocol || rule.isRefused()) return undefined
  const near = local.isSingular || !isStrict ? kit.setOfTexts([String(scope.options.nearSide)]) : undefined
  const sides = kit.tagSides(local, remote, { isStrict, near })
  const place = { part: raw.part, line: raw.line }
  if (sides.isGuessed) {
    const about = [{ direction, protocol, ports, remote: sides.remote }]
    scope.note(place, raw.name, 'is about the virtual network, whose addresses are not in the file', { about })
  }
  return {
    ...{ name: raw.name, place, direction, action, protocol, ports, priority },
    // Esp and Ah are two of many other protocols.
    coverage: sides.isWhole && protocol !== 'other' ? 'whole' : 'part',
    ...(sides.local && { local: sides.local }),
    ...{ remote: sides.remote, covers: sides.covers },
  }
}

/** When proving: the local side is one group, a list of addresses, or exactly the option. */
function checkLocal(local: Side, refuse: (line: number, reason: string) => void, line: number, { options }: Scope) {
  if (local.objects.length > 1) refuse(line, 'has more than one application security group as local side')
  const isPlain = local.objects.length === 0 && local.isSingular
  if (isPlain && local.text !== options.nearSide)
    refuse(line, `has the local side ${local.text}, not ${options.nearSide}`)
}
