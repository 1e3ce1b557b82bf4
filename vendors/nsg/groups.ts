import type { LocatedJson } from 'tagwall/reader'
import {
  checkCondition,
  checkTemplate,
  checkVersion,
  DEPLOYMENT,
  evaluatedText,
  fieldOf,
  isOfType,
  itemsOf,
  propertiesOf,
  rawItem,
  templateScope,
  textIn,
} from '../_azure/arm.ts'
import { onlyFields, type Raw, type Scope } from '../_azure/scope.ts'
import { kit } from '../_kit/kit.ts'

/** The rules of one network security group, as written. */
export interface Group {
  /** Undefined in a form without a name. */
  readonly name: string | undefined
  readonly line: number
  readonly rules: Raw[]
  /** Evaluates a field or an expression of its rules. */
  readonly evaluate: Scope['evaluate']
}

const GROUP = 'Microsoft.Network/networkSecurityGroups'
const RULE = `${GROUP}/securityRules`
const ADMIN = /^Microsoft\.Network\/networkManagers\/securityAdminConfigurations\/ruleCollections\/rules$/i

/** The groups that a file holds, whatever form it has. */
export function groupsOf(root: LocatedJson, scope: Scope): Group[] {
  if (scope.isStrict) checkForm(root, scope)
  if (fieldOf(root, 'resources')) return templateGroups(root, scope)
  const listed = fieldOf(root, 'value')
  if (listed?.kind === 'list') return groupsOf(listed, scope)
  if (isGroup(root)) return [groupOf(root, scope)]
  if (root.kind === 'list' && root.items.length > 0 && root.items.every(isGroup))
    return root.items.map((item) => groupOf(item, scope))
  const rules = isRule(root) ? [root] : root.kind === 'list' && root.items.every(isRule) ? root.items : undefined
  if (rules) {
    const { evaluate } = scope
    return [{ name: undefined, line: root.line, rules: rules.map((item) => rawItem(item, 'rule', scope)), evaluate }]
  }
  scope.note(root.line, 'the JSON', 'holds no security rules: neither a group, nor a template, nor a list of rules')
  return []
}

function checkForm(root: LocatedJson, { options, note }: Scope): void {
  const isOfRules = itemsOf(fieldOf(root, 'resources')).every((resource) => isOfType(resource, RULE))
  const form = root.kind === 'list' ? 'array' : isOfRules ? 'rules' : 'template'
  if (form !== options.form) note(root.line, 'the JSON', `has the form ${form}, not ${options.form}`)
}

const isGroup = (value: LocatedJson) => fieldOf(propertiesOf(value), 'securityRules')?.kind === 'list'
const isRule = (value: LocatedJson) => fieldOf(propertiesOf(value), 'direction') !== undefined

function groupOf(value: LocatedJson, scope: Scope, name = textIn(value, 'name')): Group {
  const fields = propertiesOf(value)
  if (scope.isStrict) onlyFields(fields, ['securityRules'], 'the group', scope)
  const rules = ['securityRules', 'defaultSecurityRules'].flatMap((field) => rulesIn(fieldOf(fields, field), scope))
  return { name, line: value.line, rules, evaluate: scope.evaluate }
}

function rulesIn(list: LocatedJson | undefined, scope: Scope): Raw[] {
  const value = list && scope.evaluate(list)
  if (value?.kind === 'list') return value.items.map((item) => rawItem(item, 'rule', scope))
  if (list) scope.note(list.line, kit.textOf(list) ?? 'the rules', 'is not understood as a list of rules')
  return []
}

function templateGroups(root: LocatedJson, outer: Scope): Group[] {
  const scope = templateScope(root, outer)
  const { evaluate } = scope
  if (scope.isStrict) checkTemplate(root, ['networkSecurityGroupName', 'location'], scope)
  const groups = new Map<string, Group>()
  const children: [group: string, rule: Raw][] = []
  for (const resource of itemsOf(fieldOf(root, 'resources'))) {
    const name = nameOf(resource, scope)
    if (isOfType(resource, GROUP)) {
      add(groups, groupOf(resource, scope, name))
      for (const child of itemsOf(fieldOf(resource, 'resources'))) {
        if (isOfType(child, 'securityRules')) {
          const own = nameOf(child, scope)
          children.push([name, rawItem(child, 'rule', scope, own)])
          checkCondition(child, own, scope)
        }
      }
    } else if (isOfType(resource, RULE)) {
      const [group = '', rule = ''] = name.split(/\/(?=[^/]*$)/)
      children.push([group, rawItem(resource, 'rule', scope, rule)])
    } else {
      if (isOfType(resource, DEPLOYMENT))
        scope.note(resource.line, name, 'is a template inside the template, which is not read')
      else if (ADMIN.test(textIn(resource, 'type') ?? ''))
        scope.note(resource.line, name, 'is a security admin rule, which comes before security groups and is not read')
      else if (scope.isStrict)
        scope.note(resource.line, textIn(resource, 'type') ?? name, 'is neither a security group nor a security rule')
      continue
    }
    checkCondition(resource, name, scope)
    if (scope.isStrict) checkResource(resource, name, fieldOf(root, 'parameters'), scope)
  }
  if (!scope.isStrict) dropReplaced(groups, children)
  for (const [name, rule] of children) add(groups, { name, line: rule.line, rules: [rule], evaluate })
  if (scope.isStrict) checkDependencies(root, scope)
  return [...groups.values()]
}

function add(groups: Map<string, Group>, { rules, ...group }: Group): void {
  const key = (group.name ?? '').toLowerCase()
  const known = groups.get(key) ?? { ...group, rules: [] }
  groups.set(key, known)
  for (const rule of rules) known.rules.push(rule)
}

/** An exported template has each rule twice, in its group and as a separate resource, which is deployed later. */
function dropReplaced(groups: Map<string, Group>, children: readonly [group: string, rule: Raw][]): void {
  const replaced = new Set(children.map(([group, { name }]) => `${group}/${name}`.toLowerCase()))
  for (const [key, group] of groups) {
    const rules = group.rules.filter(({ name }) => !replaced.has(`${key}/${name.toLowerCase()}`))
    groups.set(key, { ...group, rules })
  }
}

function nameOf(resource: LocatedJson, scope: Scope): string {
  const name = evaluatedText(resource, 'name', scope)
  const written = textIn(resource, 'name')
  if (scope.isStrict && name === undefined) scope.note(resource.line, written ?? 'a resource', 'has no clear name')
  return name ?? written ?? '(no name)'
}

function checkResource(resource: LocatedJson, name: string, parameters: LocatedJson | undefined, scope: Scope): void {
  onlyFields(resource, ['type', 'apiVersion', 'name', 'location', 'dependsOn', 'properties'], name, scope)
  checkVersion(resource, name, scope)
  const location = textIn(resource, 'location')
  const parameter = /^\[parameters\('(\w+)'\)\]$/.exec(location ?? '')?.[1]
  if (isOfType(resource, GROUP)) {
    const isThere = parameter === undefined || fieldOf(parameters, parameter)
    if (!location || !isThere) scope.note(resource.line, name, 'has no location')
  } else if (fieldOf(resource, 'location')) scope.note(resource.line, name, 'has a location, which no rule has')
}

/** A deployment fails when one of its resources waits for another outside the template, or, in a circle, for itself. */
function checkDependencies(root: LocatedJson, scope: Scope): void {
  const resources = itemsOf(fieldOf(root, 'resources')).map((resource) => {
    const id = `${textIn(resource, 'type')} ${nameOf(resource, scope)}`.toLowerCase()
    return { id, line: resource.line, needs: needsOf(resource, scope) }
  })
  const known = new Set(resources.map(({ id }) => id))
  for (const { item, id } of resources.flatMap(({ needs }) => needs)) {
    if (id === undefined || !known.has(id))
      scope.note(item.line, kit.textOf(item) ?? 'dependsOn', 'names no resource of this file')
  }
  const made = new Set<string>()
  const isReady = ({ needs }: (typeof resources)[number]) =>
    needs.every(({ id }) => id === undefined || !known.has(id) || made.has(id))
  let waiting = resources
  for (let before = Number.POSITIVE_INFINITY; waiting.length < before; ) {
    before = waiting.length
    waiting = waiting.filter((resource) => !isReady(resource) || !made.add(resource.id))
  }
  for (const { id, line } of waiting) scope.note(line, id.split(' ').at(-1) as string, 'depends on itself')
}

function needsOf(resource: LocatedJson, scope: Scope): { item: LocatedJson; id: string | undefined }[] {
  const list = fieldOf(resource, 'dependsOn')
  if (list && list.kind !== 'list') scope.note(list.line, 'dependsOn', 'is no list')
  return itemsOf(list).map((item) => ({ item, id: kit.textOf(scope.evaluate(item))?.toLowerCase() }))
}
