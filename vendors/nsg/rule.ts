import type { Action, CoveringRule, Direction, FoundRule, LocatedJson, PortRange, ReaderKit } from 'tagwall/reader'
import { eitherOf, type RuleReader, ruleReader, show } from './fields.ts'
import type { RawRule, Scope } from './groups.ts'
import { isOwnGroup, type Side, sideOf } from './side.ts'
import { fieldOf, textOf } from './values.ts'

/** A rule that was understood, and what orders it. */
export interface Ordered extends CoveringRule {
  readonly priority: number
}

const DIRECTIONS: Readonly<Record<string, Direction>> = { Inbound: 'inbound', Outbound: 'outbound' }
const ACTIONS: Readonly<Record<string, Action>> = { Allow: 'allow', Deny: 'deny' }
const PROTOCOLS: Readonly<Record<string, FoundRule['protocol']>> = {
  Tcp: 'tcp',
  Udp: 'udp',
  '*': 'any',
  Icmp: 'icmp',
  Esp: 'other',
  Ah: 'other',
}

const OWN_FIELDS = ['protocol', 'direction', 'access', 'priority', 'description']
const PORT_FIELDS = ['PortRange', 'PortRanges']
const SIDE_FIELDS = ['AddressPrefix', 'AddressPrefixes', 'ApplicationSecurityGroups']
const ENDS = ['source', 'destination'] as const
const FIELDS = new Set([
  ...OWN_FIELDS,
  ...ENDS.flatMap((end) => [...PORT_FIELDS, ...SIDE_FIELDS].map((field) => `${end}${field}`)),
])
/** What the service adds when it prints a rule; none of it says what is allowed. */
const PRINTED = new Set([
  ...['name', 'id', 'etag', 'type', 'kind', 'provisioningState', 'resourceGroup'],
  // What PowerShell's objects have beside their lists (Azure/azure-powershell, PSSecurityRule.cs).
  ...['sourceApplicationSecurityGroupsText', 'destinationApplicationSecurityGroupsText'],
])

/** What a rule says; undefined with a note when it is not understood. */
export function readRule(raw: RawRule, scope: Scope, kit: ReaderKit): Ordered | undefined {
  const rule = ruleReader(raw, scope)
  checkFields(raw, rule)
  checkDescription(rule)
  const direction = rule.word('direction', DIRECTIONS)
  const action = rule.word('access', ACTIONS)
  const protocol = rule.word('protocol', PROTOCOLS)
  const priority = priorityOf(rule)
  const isPortless = protocol === 'icmp' || protocol === 'other'
  if (isPortless && scope.isStrict) rule.refuse(raw.line, 'is about a protocol without ports')
  const sourcePorts = portsOf('source', rule, kit)
  if (sourcePorts.length > 0 && kit.otherPorts(sourcePorts).length > 0) rule.refuse(raw.line, 'asks for source ports')
  const given = portsOf('destination', rule, kit)
  const ports = isPortless ? kit.everyPort : given
  const [localEnd, remoteEnd] = direction === 'inbound' ? (['destination', 'source'] as const) : ENDS
  const local = sideOf(localEnd, rule, kit)
  const remote = sideOf(remoteEnd, rule, kit)
  checkSides(local, remote, rule)
  if (!direction || !action || !protocol || !priority || rule.isRefused()) return undefined
  // The option may also be a tag or any. The templates have it in the singular field, and a policy's local side in the other.
  const near = local.isSingular || !scope.isStrict ? kit.setOfTexts([String(scope.options.nearSide)]) : undefined
  const sides = kit.tagSides(local, remote, { isStrict: scope.isStrict, near })
  if (sides.isGuessed) {
    const about = [{ direction, protocol, ports, remote: sides.remote }]
    scope.note(raw.line, raw.name, 'is about the virtual network, whose addresses are not in the file', about)
  }
  return {
    ...{ name: raw.name, place: { part: raw.part, line: raw.line }, direction, action, protocol, ports, priority },
    // Esp and Ah are two of many other protocols.
    coverage: sides.isWhole && protocol !== 'other' ? 'whole' : 'part',
    ...(sides.local && { local: sides.local }),
    ...{ remote: sides.remote, covers: sides.covers },
  }
}

function checkFields({ fields, line }: RawRule, { refuse, scope }: RuleReader): void {
  if (fields.kind !== 'object') refuse(line, 'is not an object')
  else {
    for (const [key, value] of fields.fields) {
      const usual = `${key.charAt(0).toLowerCase()}${key.slice(1)}`
      const isKnown = scope.isStrict ? FIELDS.has(key) : FIELDS.has(usual) || PRINTED.has(usual) || isNull(value)
      if (!isKnown) refuse(value.line, `has the field "${key}", which is not understood`)
    }
  }
}

const isNull = (value: LocatedJson) => value.kind === 'scalar' && value.value === null

function checkDescription(rule: RuleReader): void {
  const description = rule.scope.isStrict ? fieldOf(rule.raw.fields, 'description') : undefined
  const isFine = !description || (textOf(description) ?? '?'.repeat(141)).length <= 140
  if (!isFine) rule.refuse(description.line, 'has a description that is no text of up to 140 characters')
}

function priorityOf(rule: RuleReader): number | undefined {
  const value = rule.value('priority')
  const priority = value?.kind === 'scalar' ? value.value : undefined
  const { isStrict } = rule.scope
  if (typeof priority === 'number' && Number.isInteger(priority)) {
    if (priority >= 100 && priority <= 4096) return priority
    // Those of the default rules, which a list of rules may hold as well.
    if (priority >= 65000 && priority <= 65535 && !isStrict) return priority
  }
  rule.refuse(value?.line ?? rule.raw.line, `has the priority ${show(value)}, not one from 100 to 4096`)
  return undefined
}

function portsOf(end: 'source' | 'destination', rule: RuleReader, kit: ReaderKit): readonly PortRange[] {
  const found = eitherOf(`${end}PortRange`, `${end}PortRanges`, rule)
  if (!found) rule.refuse(rule.raw.line, `has no ${end} ports`)
  return kit.joinPorts(
    (found?.values ?? []).flatMap((value) => {
      const text = textOf(value) ?? ''
      const ports = text === '*' ? kit.everyPort[0] : kit.portRange(text)
      if (!ports) rule.refuse(value.line, `has the port ${show(value)}, which is not understood`)
      return ports ?? []
    }),
  )
}

function checkSides(local: Side, remote: Side, rule: RuleReader): void {
  const families = new Set([...local.prefixes, ...remote.prefixes].map(({ family }) => family))
  if (families.size > 1) rule.refuse(rule.raw.line, 'mixes IPv4 and IPv6 addresses, which the service refuses')
  if (remote.groups)
    rule.refuse(remote.groups, 'names an application security group, whose members are not in this file')
  if (!rule.scope.isStrict) return
  const nearSide = rule.scope.options.nearSide
  if (local.groups) {
    const [id, ...others] = local.ids
    const isOwn = id !== undefined && others.length === 0 && isOwnGroup(id)
    if (!isOwn)
      rule.refuse(
        local.groups,
        'has a local side that is not one application security group of the same resource group',
      )
  } else if (local.isSingular && (local.texts.length !== 1 || local.texts[0] !== nearSide)) {
    rule.refuse(rule.raw.line, `has the local side ${local.texts.join(', ')}, not ${nearSide}`)
  }
}
