import type { LocatedJson } from 'tagwall/reader'
import {
  checkCondition,
  checkTemplate,
  DEPLOYMENT,
  defaultOf,
  evaluatedText,
  fieldOf,
  isOfType,
  isReference,
  itemsOf,
  NAME,
  propertiesOf,
  templateScope,
  textIn,
} from '../_azure/arm.ts'
import { onlyFields, type Raw, type Scope } from '../_azure/scope.ts'
import { scopeIn } from '../_json/file-scope.ts'
import { kit } from '../_kit/kit.ts'

/** A resource as it is written, of a template or as the service prints it. */
export interface Resource extends Raw {
  readonly kind: 'group' | 'rules'
  /** The policy that rules belong to, if the file names it. */
  readonly policy?: string | undefined
  /** Evaluates a field or an expression of the resource. */
  readonly evaluate: Scope['evaluate']
}

const GROUP = 'Microsoft.Network/ipGroups'
const POLICY = 'Microsoft.Network/firewallPolicies'
const RULES = `${POLICY}/ruleCollectionGroups`
const CLASSIC = 'Microsoft.Network/azureFirewalls'
const CLASSIC_RULES = ['networkRuleCollections', 'natRuleCollections', 'applicationRuleCollections']
const OF_POLICY = /\/firewallPolicies\/([^/]+)\//i

/** The scope to read a resource in. */
export const scopeFor = ({ part, evaluate }: Resource, scope: Scope): Scope => ({ ...scopeIn(scope, part), evaluate })

/** The IP groups and rule collection groups of a file in any form; an item that hides others is a note. */
export function resourcesOf(root: LocatedJson, outer: Scope): Resource[] {
  const listed = fieldOf(root, 'resources')
  const scope = templateScope(root, outer)
  if (listed) return itemsOf(listed).flatMap((item) => ofTemplate(item, scope))
  if (scope.isStrict) scope.note(root.line, 'the JSON', 'is not a template')
  const value = fieldOf(root, 'value')
  const items = root.kind === 'list' ? root.items : value?.kind === 'list' ? value.items : [root]
  const found = items.flatMap((item) => printed(item, scope))
  if (found.length === 0 && items.length > 0)
    scope.note(root.line, 'the JSON', 'holds neither IP groups nor rule collection groups')
  return found
}

/** A resource of a template; `parent` is the policy that it is written in, whose type its own may leave out. */
function ofTemplate(item: LocatedJson, scope: Scope, parent?: string): Resource[] {
  const { part, evaluate } = scope
  const names = evaluatedText(item, 'name', scope)?.split('/')
  const name = names?.at(-1)
  const isRules = isOfType(item, RULES) || (parent !== undefined && isOfType(item, 'ruleCollectionGroups'))
  const kind = isOfType(item, GROUP) ? 'group' : isRules ? 'rules' : undefined
  if (!kind) {
    checkHidden(item, scope)
    const inside = isOfType(item, POLICY) && !scope.isStrict ? itemsOf(fieldOf(item, 'resources')) : []
    return inside.flatMap((child) => ofTemplate(child, scope, name ?? ''))
  }
  const written = textIn(item, 'name') ?? kind
  // A rule that names an IP group which is not in the file says so.
  if (isReference(item)) {
    if (isRules) scope.note(item.line, written, 'is a reference to a collection group, whose rules are not in the file')
    return []
  }
  checkCondition(item, written, scope)
  if (name === undefined) scope.note(item.line, written, 'has an unknown name')
  const policy = names?.at(-2) ?? parent
  return [{ kind, name: name ?? '(no name)', policy, part, line: item.line, fields: propertiesOf(item), evaluate }]
}

/** The service does not always print a type, so the kind of a resource follows from its fields. */
function printed(item: LocatedJson, scope: Scope): Resource[] {
  const { part, evaluate } = scope
  const fields = propertiesOf(item)
  const kind = fieldOf(fields, 'ruleCollections') ? 'rules' : fieldOf(fields, 'ipAddresses') ? 'group' : undefined
  if (!kind) {
    checkHidden(item, scope)
    return []
  }
  const policy = OF_POLICY.exec(textIn(item, 'id') ?? '')?.[1]
  return [{ kind, name: textIn(item, 'name') ?? '(no name)', policy, part, line: item.line, fields, evaluate }]
}

/** Notes resources that may allow or deny more, and are not read. */
function checkHidden(item: LocatedJson, { isStrict, note }: Scope): void {
  const name = textIn(item, 'name') ?? textIn(item, 'type') ?? 'a resource'
  const fields = propertiesOf(item)
  if (isStrict) note(item.line, name, 'is neither an IP group nor a rule collection group')
  else if (isOfType(item, DEPLOYMENT)) note(item.line, name, 'is a template inside the template, which is not read')
  else if (isOfType(item, CLASSIC) && CLASSIC_RULES.some((field) => kit.itemsOf(fieldOf(fields, field)).length > 0))
    note(item.line, name, 'has classic rules, which are not read')
  else if (isOfType(item, POLICY) && fieldOf(fields, 'basePolicy'))
    note(item.line, name, 'has a base policy, whose rules come first and are not in the file')
}

// The checks of a template in a proof, apart from its rules and IP groups.

/** Notes differences from the templates that tagwall writes. A full one has the rules; a delta may change only some IP groups. */
export function checkFirewallTemplate(root: LocatedJson, isFull: boolean, outer: Scope): void {
  const scope = templateScope(root, outer)
  const { options, note } = scope
  const own = options.mode === 'prefixes' ? ['firewallPolicyName', 'location'] : ['firewallPolicyName']
  checkTemplate(root, own, scope)
  const policy = defaultOf(root, 'firewallPolicyName')
  if (policy !== options.policyName) note(root.line, policy ?? 'the policy', `is not the policy ${options.policyName}`)
  const resources = itemsOf(fieldOf(root, 'resources'))
  const isGroup = (resource: LocatedJson) => isOfType(resource, GROUP)
  const rules = resources.filter((resource) => !isGroup(resource))
  for (const group of resources.filter(isGroup)) {
    const name = textIn(group, 'name') ?? ''
    checkProperties(group, ['ipAddresses'], name, scope)
    if (!NAME.test(name)) note(group.line, name, 'is not a valid name for an IP group')
  }
  for (const resource of rules) checkRules(resource, scope)
  if (rules.length > 1 || (isFull && rules.length === 0))
    note(root.line, 'the template', 'does not have one rule collection group')
}

function checkRules(resource: LocatedJson, scope: Scope): void {
  const { options, note } = scope
  const written = textIn(resource, 'name')
  const name = written ?? 'the rules'
  checkProperties(resource, ['priority', 'ruleCollections'], name, scope)
  const isOurs = evaluatedText(resource, 'name', scope) === `${options.policyName}/${options.collectionGroup}`
  if (!written?.startsWith("[concat(parameters('firewallPolicyName'), ") || !isOurs)
    note(resource.line, name, `is not the rule collection group ${options.collectionGroup}`)
  for (const collection of itemsOf(fieldOf(fieldOf(resource, 'properties'), 'ruleCollections'))) {
    const fields = ['ruleCollectionType', 'name', 'priority', 'action', 'rules']
    onlyFields(collection, fields, textIn(collection, 'name') ?? 'a collection', scope)
    onlyFields(fieldOf(collection, 'action'), ['type'], 'an action', scope)
    if (fieldOf(collection, 'rules')?.kind !== 'list') note(collection.line, 'a collection', 'has no list of rules')
  }
}

function checkProperties(resource: LocatedJson, allowed: readonly string[], name: string, scope: Scope): void {
  const properties = fieldOf(resource, 'properties')
  if (!properties) scope.note(resource.line, name, 'has no properties')
  onlyFields(properties, allowed, name, scope)
}
