import type { LocatedJson, OptionValues, PrefixSet, ReaderKit, Traffic } from 'tagwall/reader'
import { fieldOf, isSame, itemsOf, textOf } from './values.ts'

/** What all parts of the reader share. */
export interface Scope {
  readonly options: OptionValues
  /** Everything must be understood, and as the options say. */
  readonly isStrict: boolean
  /** Names of IP groups that stand for local sides. */
  readonly localObjects: readonly string[]
  readonly part: string
  /** `about`: the traffic that it is about, where it is about some only. */
  note(line: number, text: string, reason: string, about?: readonly Traffic[], isHarmless?: boolean): void
}

/** A resource as it is written, of a template or as the service prints it. */
export interface Resource {
  readonly kind: 'group' | 'rules'
  readonly name: string
  /** The policy that rules belong to, where the file says it. */
  readonly policy?: string | undefined
  readonly part: string
  readonly line: number
  /** Its `properties`, or where the form is flat, the resource itself. */
  readonly fields: LocatedJson
  /** A text of it, which may be an expression; undefined for one that is not understood. */
  textOf(value: LocatedJson | undefined): string | undefined
}

/** An IP group. */
export interface IpGroup {
  readonly name: string
  readonly addresses: PrefixSet
}

const GROUP = 'Microsoft.Network/ipGroups'
const RULES = 'Microsoft.Network/firewallPolicies/ruleCollectionGroups'
const POLICY = 'Microsoft.Network/firewallPolicies'
const CLASSIC = 'Microsoft.Network/azureFirewalls'
const OF_POLICY = /\/firewallPolicies\/([^/]+)\//i
const DEPLOYMENT = 'Microsoft.Resources/deployments'

/** The IP groups and rule collection groups of a file, whatever form it has; what hides others is a note. */
export function resourcesOf(root: LocatedJson, scope: Scope, kit: ReaderKit): Resource[] {
  const listed = fieldOf(root, 'resources')
  const read = textReader(root, kit)
  if (listed) return itemsOf(listed).flatMap((item) => ofTemplate(item, read, scope))
  if (scope.isStrict) scope.note(root.line, 'the JSON', 'is no template')
  const value = fieldOf(root, 'value')
  const items = root.kind === 'list' ? root.items : value?.kind === 'list' ? value.items : [root]
  const found = items.flatMap((item) => printed(item, read, scope))
  if (found.length === 0 && items.length > 0)
    scope.note(root.line, 'the JSON', 'holds neither IP groups nor rule collection groups')
  return found
}

/** Reads texts that may be expressions of a template. */
export function textReader(template: LocatedJson, kit: ReaderKit): Resource['textOf'] {
  const [parameters, variables] = [fieldOf(template, 'parameters'), fieldOf(template, 'variables')]
  const evaluate = kit.expressions({ parameters, variables })
  return (value) => value && textOf(evaluate(value))
}

/** A resource of a template; `parent` is the policy that it is written in. */
function ofTemplate(item: LocatedJson, read: Resource['textOf'], scope: Scope, parent?: string): Resource[] {
  const type = typeOf(item, parent !== undefined)
  const written = textOf(fieldOf(item, 'name'))
  const names = read(fieldOf(item, 'name'))?.split('/')
  const name = names?.at(-1)
  const kind = isSame(type, GROUP) ? 'group' : isSame(type, RULES) ? 'rules' : undefined
  if (!kind) {
    hidden(item, type, scope)
    const inside = isSame(type, POLICY) && !scope.isStrict ? itemsOf(fieldOf(item, 'resources')) : []
    return inside.flatMap((child) => ofTemplate(child, read, scope, name ?? ''))
  }
  if (['condition', 'copy'].some((field) => fieldOf(item, field)))
    scope.note(item.line, written ?? kind, 'depends on a condition or a loop, which is not read')
  if (name === undefined) scope.note(item.line, written ?? kind, 'has a name that is not understood')
  const fields = fieldOf(item, 'properties') ?? item
  const policy = names?.at(-2) ?? parent
  return [{ kind, name: name ?? '(no name)', policy, part: scope.part, line: item.line, fields, textOf: read }]
}

/** The type of a resource, which within another one may leave out that one's. */
function typeOf(item: LocatedJson, isInside: boolean): string | undefined {
  const written = textOf(fieldOf(item, 'type'))
  return isInside && written !== undefined && !written.includes('/') ? `${POLICY}/${written}` : written
}

/** What the service prints has no type that is always there, so its fields say what it is. */
function printed(item: LocatedJson, read: Resource['textOf'], scope: Scope): Resource[] {
  const fields = fieldOf(item, 'properties') ?? item
  const kind = fieldOf(fields, 'ruleCollections') ? 'rules' : fieldOf(fields, 'ipAddresses') ? 'group' : undefined
  if (!kind) {
    hidden(item, textOf(fieldOf(item, 'type')), scope)
    return []
  }
  const name = textOf(fieldOf(item, 'name')) ?? '(no name)'
  const policy = OF_POLICY.exec(textOf(fieldOf(item, 'id')) ?? '')?.[1]
  return [{ kind, name, policy, part: scope.part, line: item.line, fields, textOf: read }]
}

/** Says what may allow or deny more, and is not read. */
function hidden(item: LocatedJson, type: string | undefined, scope: Scope): void {
  const name = textOf(fieldOf(item, 'name')) ?? type ?? 'a resource'
  const fields = fieldOf(item, 'properties') ?? item
  if (scope.isStrict) scope.note(item.line, name, 'is no IP group and no rule collection group')
  else if (isSame(type, DEPLOYMENT)) scope.note(item.line, name, 'is a template inside the template, which is not read')
  else if (isSame(type, CLASSIC) && itemsOf(fieldOf(fields, 'networkRuleCollections')).length > 0)
    scope.note(item.line, name, 'has classic rules, which are not read')
  else if (isSame(type, POLICY) && fieldOf(fields, 'basePolicy'))
    scope.note(item.line, name, 'has a base policy, whose rules come first and are not in the file')
}
