import type { LocatedJson, ReaderKit } from 'tagwall/reader'
import { type Scope, textReader } from './resources.ts'
import { fieldOf, isSame, itemsOf, textOf } from './values.ts'

// What a proof asks of a template, beside its rules and IP groups.

const GROUP_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$/
const WAITS = /^\[resourceId\('Microsoft\.Network\/ipGroups', '([\w.-]+)'\)\]$/

/** Notes what is not as tagwall writes it. `isFull`: with the rules, and not only some IP groups. */
export function checkTemplate(root: LocatedJson, isFull: boolean, scope: Scope, kit: ReaderKit): void {
  const parameters = fieldOf(root, 'parameters')
  const own = scope.options.mode === 'prefixes' ? ['firewallPolicyName', 'location'] : ['firewallPolicyName']
  for (const { line, text, reason } of kit.templateFaults(root, own)) scope.note(line, text, reason)
  const policy = textOf(fieldOf(fieldOf(parameters, 'firewallPolicyName'), 'defaultValue'))
  if (policy !== scope.options.policyName)
    scope.note(root.line, policy ?? 'the policy', `is not the policy ${scope.options.policyName}`)
  const resources = fieldOf(root, 'resources')
  if (resources?.kind !== 'list') scope.note(root.line, 'the resources', 'are no list')
  const groups: string[] = []
  let count = 0
  for (const resource of itemsOf(resources)) {
    if (isSame(textOf(fieldOf(resource, 'type')), 'Microsoft.Network/ipGroups'))
      checkGroup(resource, groups, parameters, scope)
    else {
      count++
      checkRules(resource, groups, textReader(root, kit), scope)
    }
  }
  if (count !== (isFull ? 1 : 0))
    scope.note(
      root.line,
      'the template',
      isFull ? 'does not have one rule collection group' : 'has rules, and a delta has none',
    )
}

/** IP groups are changed one after the other. */
function checkGroup(resource: LocatedJson, before: string[], parameters: LocatedJson | undefined, scope: Scope): void {
  const name = textOf(fieldOf(resource, 'name')) ?? ''
  onlyFields(resource, ['type', 'apiVersion', 'name', 'location', 'dependsOn', 'properties'], name, scope)
  onlyFields(fieldOf(resource, 'properties'), ['ipAddresses'], name, scope)
  checkVersion(resource, name, scope)
  if (!GROUP_NAME.test(name)) scope.note(resource.line, name, 'is no name that an IP group can have')
  if (textOf(fieldOf(resource, 'location')) !== "[parameters('location')]" || !fieldOf(parameters, 'location'))
    scope.note(resource.line, name, 'has no location')
  checkWaits(resource, name, before.slice(-1), scope)
  before.push(name)
}

/** A rule fails to be made while a group that it names is not there. */
function checkRules(resource: LocatedJson, groups: string[], read: ReturnType<typeof textReader>, scope: Scope): void {
  const written = textOf(fieldOf(resource, 'name'))
  const { options } = scope
  const name = written ?? 'the rules'
  onlyFields(resource, ['type', 'apiVersion', 'name', 'dependsOn', 'properties'], name, scope)
  onlyFields(fieldOf(resource, 'properties'), ['priority', 'ruleCollections'], name, scope)
  checkVersion(resource, name, scope)
  if (
    !written?.startsWith("[concat(parameters('firewallPolicyName'), ") ||
    read(fieldOf(resource, 'name')) !== `${options.policyName}/${options.collectionGroup}`
  )
    scope.note(resource.line, name, `is not the rule collection group ${options.collectionGroup}`)
  for (const collection of itemsOf(fieldOf(fieldOf(resource, 'properties'), 'ruleCollections'))) {
    const fields = ['ruleCollectionType', 'name', 'priority', 'action', 'rules']
    onlyFields(collection, fields, textOf(fieldOf(collection, 'name')) ?? 'a collection', scope)
    onlyFields(fieldOf(collection, 'action'), ['type'], 'an action', scope)
    if (fieldOf(collection, 'rules')?.kind !== 'list')
      scope.note(collection.line, 'a collection', 'has no list of rules')
  }
  checkWaits(resource, name, groups, scope)
}

function checkVersion(resource: LocatedJson, name: string, scope: Scope): void {
  const version = textOf(fieldOf(resource, 'apiVersion'))
  if (version !== scope.options.apiVersion)
    scope.note(resource.line, name, `has the apiVersion ${version}, not ${scope.options.apiVersion}`)
}

function checkWaits(resource: LocatedJson, name: string, groups: readonly string[], scope: Scope): void {
  const list = fieldOf(resource, 'dependsOn')
  const found = itemsOf(list).map((item) => WAITS.exec(textOf(item) ?? '')?.[1])
  if (
    (list && list.kind !== 'list') ||
    found.length !== groups.length ||
    found.some((one, index) => one !== groups[index])
  )
    scope.note(resource.line, name, 'does not wait for the IP groups before it')
}

function onlyFields(object: LocatedJson | undefined, allowed: readonly string[], what: string, scope: Scope): void {
  if (object?.kind !== 'object') scope.note(object?.line ?? 1, what, 'is not an object')
  else
    for (const [key, { line }] of object.fields)
      if (!allowed.includes(key)) scope.note(line, what, `has the field "${key}", which is not understood`)
}
