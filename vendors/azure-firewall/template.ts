import type { LocatedJson } from 'tagwall/reader'
import {
  checkTemplate,
  defaultOf,
  evaluatedText,
  fieldOf,
  isOfType,
  itemsOf,
  NAME,
  templateScope,
  textIn,
} from '../_azure/arm.ts'
import { onlyFields, type Scope } from '../_azure/scope.ts'

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
  const isGroup = (resource: LocatedJson) => isOfType(resource, 'Microsoft.Network/ipGroups')
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
