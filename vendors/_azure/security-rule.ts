import type { Action, Direction, FoundRule, LocatedJson, PortRange, Prefix } from 'tagwall/reader'
import { repeated, show } from '../_json/file-scope.ts'
import { ENDS, type End, kit } from '../_kit/kit.ts'
import { ACTIONS, nameAmong, type Raw, type ReadOnce, readOnce, type Scope, TAG, unknownFields } from './scope.ts'
import { type CoveringRule, denyTagsToo, type TagSide, tagSides } from './tag-sides.ts'

/** A rule, with the key of its order. */
interface Ordered extends CoveringRule {
  readonly priority: number
}

const DIRECTIONS: Readonly<Record<string, Direction>> = { Inbound: 'inbound', Outbound: 'outbound' }
const PROTOCOLS: Readonly<Record<string, FoundRule['protocol']>> = {
  Tcp: 'tcp',
  Udp: 'udp',
  '*': 'any',
  Icmp: 'icmp',
  Esp: 'other',
  Ah: 'other',
}
const FIELDS = [
  ...['protocol', 'direction', 'access', 'priority', 'description'],
  ...ENDS.flatMap((end) =>
    ['PortRange', 'PortRanges', 'AddressPrefix', 'AddressPrefixes', 'ApplicationSecurityGroups'].map(
      (field) => `${end}${field}`,
    ),
  ),
]

/** The fields that differ between the kinds of files with security rules. */
export interface RuleForm {
  /** Fields that a rule may have in addition to those that are read. */
  readonly beside: readonly string[]
  /** The names of application security groups; other values are refused. */
  groupNames(list: LocatedJson, rule: RuleReader): string[]
}

/**
 * The rules of one group in order of evaluation: the lowest priority number first, separately for each direction. Nothing changes in a rule that a
 * file has, so each is read once.
 */
export function securityRules(form: RuleForm): (rules: readonly Raw[], scope: Scope) => FoundRule[] {
  const known = new WeakMap<Raw, ReadOnce<Ordered | undefined>>()
  return (rules, scope) => {
    const ordered = inOrder(rules, scope, (raw) => {
      const { value, notes } = known.get(raw) ?? readOnce(scope, (own) => readRule(raw, form, own))
      known.set(raw, { value, notes })
      for (const note of notes) scope.note(...note)
      return value
    })
    return denyTagsToo(scope.isStrict ? withoutClosing(ordered, scope) : ordered)
  }
}

function inOrder(rules: readonly Raw[], scope: Scope, read: (raw: Raw) => Ordered | undefined): Ordered[] {
  const ordered = rules.flatMap((raw) => read(raw) ?? [])
  const refuseTwice = (what: string, keyOf: (rule: Ordered) => string) => {
    for (const [{ rule }, first] of repeated(ordered, keyOf))
      scope.note(rule.place, rule.name, `has the same ${what} as ${first.rule.name}, which the service refuses`)
  }
  refuseTwice('name', ({ rule }) => rule.name.toLowerCase())
  refuseTwice('priority and direction', ({ rule, priority }) => `${rule.direction} ${priority}`)
  return ordered.sort((a, b) => a.priority - b.priority)
}

/**
 * The rules without the one that denyOutbound adds. That rule follows all allows, so it does not affect them, and tags are compared by name, so it
 * cannot be compared with them.
 */
function withoutClosing(rules: readonly Ordered[], { options, note }: Scope): readonly Ordered[] {
  if (options.denyOutbound !== true) return rules
  const isOutbound = ({ rule }: Ordered, action: Action) => rule.action === action && rule.direction === 'outbound'
  const lastAllow = rules.findLastIndex((one) => isOutbound(one, 'allow'))
  const closing = rules.slice(lastAllow + 1).find((one) => {
    const { protocol, ports, local } = one.rule
    const isOfAll = one.covers === 'internet' && protocol === 'any' && kit.otherPorts(ports).length === 0
    return isOutbound(one, 'deny') && isOfAll && !local
  })
  if (!closing) note(1, 'the file', 'has no rule that denies the rest')
  return rules.filter((rule) => rule !== closing)
}

/** A security rule; undefined with a note if it is not understood. */
function readRule(raw: Raw, form: RuleForm, scope: Scope): Ordered | undefined {
  const rule = new RuleReader(raw, scope)
  checkFields(rule, form)
  checkDescription(rule)
  const direction = rule.word('direction', DIRECTIONS)
  const action = rule.word('access', ACTIONS)
  const protocol = rule.word('protocol', PROTOCOLS)
  const priority = priorityOf(rule)
  const isPortless = protocol === 'icmp' || protocol === 'other'
  if (isPortless && scope.isStrict) rule.refuse(raw.line, 'matches a protocol without ports')
  const sourcePorts = portsOf('source', rule)
  if (sourcePorts.length > 0 && kit.otherPorts(sourcePorts).length > 0) rule.refuse(raw.line, 'matches source ports')
  const given = portsOf('destination', rule)
  const ports = isPortless ? kit.everyPort : given
  const [localEnd, remoteEnd] = direction === 'inbound' ? (['destination', 'source'] as const) : ENDS
  const local = sideOf(localEnd, rule, form)
  const remote = sideOf(remoteEnd, rule, form)
  checkSides(local, remote, rule)
  if (!direction || !action || !protocol || !priority || rule.isRefused) return undefined
  // The option may also be a tag or any. The templates have it in the singular field, and a policy's local side in the other.
  const near = local.isSingular || !scope.isStrict ? kit.setOfTexts([String(scope.options.nearSide)]) : undefined
  const sides = tagSides(local, remote, scope.isStrict, near)
  const place = { part: raw.part, line: raw.line }
  if (sides.isGuessed) {
    const about = [{ direction, protocol, ports, remote: sides.remote }]
    scope.note(place, raw.name, 'matches the virtual network, whose addresses are not in the file', { about })
  }
  // Esp and Ah are two of many other protocols.
  const coverage = sides.isWhole && protocol !== 'other' ? 'whole' : 'part'
  const { name } = raw
  const traffic = { direction, protocol, ports, remote: sides.remote }
  const found = { name, place, action, ...traffic, coverage, ...(sides.local && { local: sides.local }) } as const
  return { rule: Object.freeze(found), priority, covers: sides.covers }
}

function checkFields({ raw, scope, refuse }: RuleReader, form: RuleForm): void {
  const { fields, line } = raw
  if (fields.kind !== 'object') refuse(line, 'is not an object')
  const known = new Set([...FIELDS.map((field) => scope.spelling.nameOf(field)), ...form.beside])
  for (const { key, value } of unknownFields(fields, known, scope))
    refuse(value.line, `has the field "${key}", which is not understood`)
}

function checkDescription({ raw, scope, refuse }: RuleReader): void {
  const description = scope.isStrict ? scope.spelling.fieldOf(raw.fields, 'description') : undefined
  if (description && (kit.textOf(description) ?? '?'.repeat(141)).length > 140)
    refuse(description.line, 'has an invalid description: expected text of up to 140 characters')
}

function priorityOf({ raw, scope, value, refuse }: RuleReader): number | undefined {
  const written = value('priority')
  const priority = kit.numberOf(written) ?? 0
  // The default rules, which a list of rules may hold as well, have numbers from 65000.
  const isDefault = priority >= 65000 && priority <= 65535 && !scope.isStrict
  if (Number.isInteger(priority) && ((priority >= 100 && priority <= 4096) || isDefault)) return priority
  refuse(written?.line ?? raw.line, `has the priority ${show(written)}, not one from 100 to 4096`)
  return undefined
}

function portsOf(end: End, rule: RuleReader): readonly PortRange[] {
  const found = rule.either(`${end}PortRange`, `${end}PortRanges`)
  if (!found) rule.refuse(rule.raw.line, `has no ${end} ports`)
  return kit.joinPorts(
    (found?.values ?? []).flatMap((value) => {
      const text = kit.textOf(value) ?? ''
      const ports = text === '*' ? kit.everyPort[0] : kit.portRange(text)
      if (!ports) rule.refuse(value.line, `has the port ${show(value)}, which is not understood`)
      return ports ?? []
    }),
  )
}

function checkSides(local: Side, remote: Side, rule: RuleReader): void {
  const { raw, scope, refuse } = rule
  const families = new Set([...local.prefixes, ...remote.prefixes].map(({ family }) => family))
  if (families.size > 1) refuse(raw.line, 'mixes IPv4 and IPv6 addresses, which the service refuses')
  if (remote.groups) refuse(remote.groups, 'names an application security group, whose members are not in this file')
  if (!scope.isStrict || rule.isRefused) return
  const { nearSide } = scope.options
  if (local.groups) {
    if (local.objects.length !== 1) refuse(local.groups, NOT_ONE_GROUP)
  } else if (local.isSingular && (local.texts.length !== 1 || local.texts[0] !== nearSide)) {
    refuse(raw.line, `has the local side ${local.texts.join(', ')}, not ${nearSide}`)
  }
}

/** The reason why a proof refuses the groups of a local side. */
export const NOT_ONE_GROUP = 'has a local side other than one application security group of the same resource group'

/** The source or destination of a security rule, as written. */
interface Side extends TagSide {
  /** The line of its application security groups. */
  readonly groups: number | undefined
  readonly texts: readonly string[]
  /** True if the addresses come from the field that takes tags and `*`. */
  readonly isSingular: boolean
}

const NOTHING: Side = {
  isAny: false,
  tag: undefined,
  prefixes: [],
  objects: [],
  groups: undefined,
  texts: [],
  isSingular: true,
}

/** The source or destination of a rule: any, one tag, addresses or groups. Values that the service refuses become notes. */
function sideOf(end: End, rule: RuleReader, form: RuleForm): Side {
  const found = rule.either(`${end}AddressPrefix`, `${end}AddressPrefixes`)
  const listed = rule.value(`${end}ApplicationSecurityGroups`)
  if (found && listed) rule.refuse(listed.line, `has both addresses and application security groups as ${end}`)
  if (listed) {
    const names = form.groupNames(listed, rule)
    return { ...NOTHING, groups: listed.line, objects: names.map((name) => nameAmong(rule.scope.localObjects, name)) }
  }
  if (!found) {
    rule.refuse(rule.raw.line, `has no ${end} addresses`)
    return NOTHING
  }
  const { values, isSingular } = found
  const texts = values.map((value) => kit.textOf(value) ?? '')
  const [alone] = isSingular && texts.length === 1 ? texts : []
  if (alone === '*') return { ...NOTHING, texts, isAny: true }
  if (alone !== undefined && TAG.test(alone) && !kit.isSame(alone, 'any')) return { ...NOTHING, texts, tag: alone }
  return { ...NOTHING, texts, isSingular, prefixes: values.flatMap((value) => prefixOf(value, rule)) }
}

function prefixOf(value: LocatedJson, { scope, refuse }: RuleReader): Prefix[] {
  const text = kit.textOf(value) ?? ''
  if (text === '*' || TAG.test(text)) {
    refuse(value.line, `has ${show(value)} where the service takes addresses only`)
    return []
  }
  const prefix = scope.isStrict && !text.includes('/') ? 'is not a CIDR' : kit.prefixOrReason(text)
  if (typeof prefix !== 'string') return [prefix]
  refuse(value.line, `has ${show(value)}: ${prefix}`)
  return []
}

/** Reads the fields of one security rule by their names in the service. Problems become notes. */
export class RuleReader {
  isRefused = false

  constructor(
    readonly raw: Raw,
    readonly scope: Scope,
  ) {}

  readonly refuse = (line: number, reason: string): void => {
    this.isRefused = true
    this.scope.note({ part: this.raw.part, line }, this.raw.name, reason)
  }

  /** The value of a field; undefined for an empty text or list too, which is printed for "not set". */
  readonly value = (field: string): LocatedJson | undefined => {
    const { spelling, evaluate } = this.scope
    const written = spelling.fieldOf(this.raw.fields, field)
    const found = written && evaluate(written)
    if (written && !found) this.refuse(written.line, `has an unknown expression as ${spelling.nameOf(field)}`)
    return found && isEmpty(found) ? undefined : found
  }

  word<T>(field: string, words: Readonly<Record<string, T>>): T | undefined {
    const found = this.value(field)
    const text = kit.textOf(found)
    // The service keeps the case that a word was sent in, and prints it.
    const key = Object.keys(words).find((word) => (this.scope.isStrict ? word === text : kit.isSame(word, text)))
    if (key !== undefined) return words[key]
    this.refuse(found?.line ?? this.raw.line, `has the ${field} ${show(found)}, which is not understood`)
    return undefined
  }

  /** The values of a singular field, which takes tags and `*`, or a plural one, of which the service accepts one; undefined if both are missing. */
  either(singular: string, plural: string) {
    const { spelling, isStrict } = this.scope
    const [one, several] = [this.value(singular), this.value(plural)]
    const [nameOfOne, nameOfSeveral] = [singular, plural].map((field) => spelling.nameOf(field))
    if (one && several)
      this.refuse(several.line, `has both ${nameOfOne} and ${nameOfSeveral}, which the service refuses`)
    if (several && several.kind !== 'list') this.refuse(several.line, `has ${nameOfSeveral} that are not a list`)
    // PowerShell prints a list under the singular name.
    if (one?.kind === 'list' && isStrict) this.refuse(one.line, `has a list as ${nameOfOne}`)
    const found = one ?? several
    if (!found) return undefined
    const values = found.kind === 'list' ? found.items : [found]
    for (const [item] of isStrict ? repeated(values, show) : []) this.refuse(item.line, `has ${show(item)} twice`)
    return { values, isSingular: one !== undefined }
  }
}

const isEmpty = (value: LocatedJson) =>
  (value.kind === 'scalar' && value.value === '') || (value.kind === 'list' && value.items.length === 0)
