import type { FoundRule, LocatedJson, Place } from 'tagwall/reader'
import { type Scope, type Spelling, show } from '../_azure/scope.ts'
import { kit } from '../_kit/kit.ts'

/** A rule, with the keys of its order. */
export interface Ordered extends FoundRule {
  readonly priority: number
}

/** The resources of an Azure Firewall: groups of rule collections, rules of classic firewalls, policies. */
export const FIREWALL_TYPES = [
  'azurerm_firewall_policy_rule_collection_group',
  'azurerm_firewall_network_rule_collection',
  'azurerm_firewall_policy',
] as const

/** A field with a value; undefined for null and for an empty text or list, which Terraform prints for unset fields. */
export function fieldOf(object: LocatedJson | undefined, name: string): LocatedJson | undefined {
  const value = kit.fieldOf(object, name)
  const isEmpty = value?.kind === 'list' ? value.items.length === 0 : value?.kind === 'scalar' && value.value === ''
  return isEmpty ? undefined : value
}

/** The text of a field. */
export const textIn = (object: LocatedJson | undefined, name: string) => kit.textOf(kit.fieldOf(object, name))

/** The provider's names of fields: `source_port_range` for `sourcePortRange`. */
export const TERRAFORM: Spelling = {
  nameOf,
  fieldOf: (object, field) => fieldOf(object, nameOf(field)),
}

function nameOf(field: string): string {
  const named = field
    .replace(/SecurityGroups$/, 'SecurityGroupIds')
    .replace(/^nextHopIpAddress$/, 'nextHopInIpAddress')
    .replace(/^ipProtocols$/, 'protocols')
  return named.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** When proving: notes a field that the templates do not write, and one that they always write and that does not exist. */
export function checkFields(
  object: LocatedJson,
  fields: Parameters<typeof kit.fieldFaults>[1],
  where: Place,
  text: string,
  { isStrict, note }: Scope,
): void {
  if (object.kind === 'object' && !isStrict) return
  for (const { line, reason } of kit.fieldFaults(object, fields)) note({ ...where, line }, text, reason)
}

/** In a proof: notes the fields that differ from the values of the options. */
export function checkValues(
  object: LocatedJson,
  wanted: Readonly<Record<string, unknown>>,
  where: Place,
  text: string,
  { note }: Scope,
): void {
  for (const [field, value] of Object.entries(wanted)) {
    const found = kit.fieldOf(object, field)
    if (found?.kind !== 'scalar' || found.value !== value)
      note({ ...where, line: found?.line ?? where.line }, text, `has another ${field} than ${value}`)
  }
}

/** Texts of a list, each once; anything else is a note. */
export function textsOf(list: LocatedJson | undefined, where: Place, text: string, { isStrict, note }: Scope) {
  if (list && list.kind !== 'list') note({ ...where, line: list.line }, text, 'has no list where a list is expected')
  const seen = new Set<string>()
  return kit.itemsOf(list).flatMap((item) => {
    const value = kit.textOf(item)
    if (value === undefined) note({ ...where, line: item.line }, text, `has ${show(item)}, which is not text`)
    else if (isStrict && seen.has(value)) note({ ...where, line: item.line }, text, `has ${show(item)} twice`)
    if (value === undefined) return []
    seen.add(value)
    return [{ value, line: item.line }]
  })
}

/** The blocks of one name, which are an object or a list of objects. */
export function blocksIn(object: LocatedJson | undefined, name: string): readonly LocatedJson[] {
  const blocks = fieldOf(object, name)
  return blocks?.kind === 'list' ? blocks.items : blocks ? [blocks] : []
}

const OF_MAP = /^\$\{([A-Za-z_][\w.-]*)\["([\w.-]+)"\]\}$/

/** The name of a local object by the map of the options that leads to its ID: `${local.groups["nodes"]}`. */
export function keyOfMap(text: string, { options }: Scope): string | undefined {
  const [, map, key] = OF_MAP.exec(text) ?? []
  return map === options.localGroups ? key : undefined
}
