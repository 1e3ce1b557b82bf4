import type { LocatedJson, OptionValues, ReaderKit, Traffic } from 'tagwall/reader'
import { fieldOf, textOf } from './values.ts'

export type Evaluate = (value: LocatedJson) => LocatedJson | undefined

/** What all parts of the reader share. */
export interface Scope {
  readonly options: OptionValues
  /** Everything must be understood, and as the options say. */
  readonly isStrict: boolean
  /** Names of application security groups that stand for local sides. */
  readonly localObjects: readonly string[]
  readonly kit: ReaderKit
  /** The value of what is written, which may be an expression. */
  readonly evaluate: Evaluate
  /** What is read right now; notes are about it. */
  readonly at: { part: string }
  /** `about`: the traffic that it is about, where it is about some only. */
  note(line: number, text: string, reason: string, about?: readonly Traffic[]): void
}

/** The rules of one network security group, as they are written. */
export interface Group {
  /** Undefined in a form that does not say. */
  readonly name: string | undefined
  readonly line: number
  readonly rules: RawRule[]
  /** The value of what is written in its rules. */
  readonly evaluate: Evaluate
}

export interface RawRule {
  readonly name: string
  readonly part: string
  readonly line: number
  /** The rule's fields: of its `properties`, or where the form is flat, of the rule itself. */
  readonly fields: LocatedJson
  readonly isDefault: boolean
}

const GROUP = 'Microsoft.Network/networkSecurityGroups'
const RULE = `${GROUP}/securityRules`
const DEPLOYMENT = 'Microsoft.Resources/deployments'
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$/
const is = (type: string | undefined, wanted: string) => type?.toLowerCase() === wanted.toLowerCase()

/** The groups that a file holds, whatever form it has. */
export function groupsOf(root: LocatedJson, scope: Scope): Group[] {
  if (scope.isStrict) checkForm(root, scope)
  if (fieldOf(root, 'resources')) return templateGroups(root, scope)
  const listed = fieldOf(root, 'value')
  if (listed?.kind === 'list') return groupsOf(listed, scope)
  if (isGroup(root)) return [groupOf(root, scope)]
  if (isRule(root))
    return [{ name: undefined, line: root.line, rules: [rawRule(root, scope)], evaluate: scope.evaluate }]
  if (root.kind === 'list' && root.items.length > 0 && root.items.every(isGroup)) {
    return root.items.map((item) => groupOf(item, scope))
  }
  if (root.kind === 'list' && root.items.every(isRule)) {
    const rules = root.items.map((item) => rawRule(item, scope))
    return [{ name: undefined, line: root.line, rules, evaluate: scope.evaluate }]
  }
  scope.note(root.line, 'the JSON', 'holds no security rules: neither a group, nor a template, nor a list of rules')
  return []
}

function checkForm(root: LocatedJson, { options, note }: Scope): void {
  const form = root.kind === 'list' ? 'array' : isTemplateOfRules(root) ? 'rules' : 'template'
  if (form !== options.form) note(root.line, 'the JSON', `has the form ${form}, not ${options.form}`)
}

const isTemplateOfRules = (root: LocatedJson) =>
  itemsOf(fieldOf(root, 'resources')).every((resource) => is(textOf(fieldOf(resource, 'type')), RULE))

const isGroup = (value: LocatedJson) => isList(fieldOf(fieldOf(value, 'properties') ?? value, 'securityRules'))
const isRule = (value: LocatedJson) => fieldOf(fieldOf(value, 'properties') ?? value, 'direction') !== undefined
const isList = (value: LocatedJson | undefined) => value?.kind === 'list'

/** Newer templates name their resources, as the fields of an object. */
function itemsOf(value: LocatedJson | undefined): readonly LocatedJson[] {
  if (value?.kind === 'object') return [...value.fields.values()]
  return value?.kind === 'list' ? value.items : []
}

function groupOf(value: LocatedJson, scope: Scope, name = textOf(fieldOf(value, 'name'))): Group {
  const fields = fieldOf(value, 'properties') ?? value
  onlyStrictly(fields, ['securityRules'], 'the group', scope)
  const rules = rulesIn(fieldOf(fields, 'securityRules'), false, scope)
  const defaults = rulesIn(fieldOf(fields, 'defaultSecurityRules'), true, scope)
  return { name, line: value.line, rules: [...rules, ...defaults], evaluate: scope.evaluate }
}

function rulesIn(list: LocatedJson | undefined, isDefault: boolean, scope: Scope): RawRule[] {
  const value = list && scope.evaluate(list)
  if (value?.kind === 'list') return value.items.map((item) => rawRule(item, scope, isDefault))
  if (list) scope.note(list.line, textOf(list) ?? 'the rules', 'is not understood as a list of rules')
  return []
}

function rawRule(value: LocatedJson, scope: Scope, isDefault = false, name = textOf(fieldOf(value, 'name'))): RawRule {
  const properties = fieldOf(value, 'properties')
  if (scope.isStrict) checkEnvelope(value, name, scope)
  // What stands beside `properties` is the envelope, and no part of the rule.
  return { name: name ?? '(no name)', part: scope.at.part, line: value.line, fields: properties ?? value, isDefault }
}

function checkEnvelope(value: LocatedJson, name: string | undefined, scope: Scope): void {
  if (!NAME.test(name ?? '')) scope.note(value.line, name ?? 'a rule', 'is no name that a rule can have')
  // A resource of its own is checked as one.
  if (!fieldOf(value, 'type')) onlyStrictly(value, ['name', 'properties'], `rule ${name}`, scope)
}

function templateGroups(root: LocatedJson, outer: Scope): Group[] {
  const [parameters, variables] = [fieldOf(root, 'parameters'), fieldOf(root, 'variables')]
  const evaluate = outer.kit.expressions({ parameters, variables })
  const scope: Scope = { ...outer, evaluate }
  if (scope.isStrict) checkTemplate(root, scope)
  const groups = new Map<string, Group>()
  const children: [group: string, rule: RawRule][] = []
  for (const resource of itemsOf(fieldOf(root, 'resources'))) {
    const type = textOf(fieldOf(resource, 'type'))
    const name = nameOf(resource, scope)
    if (is(type, GROUP)) {
      add(groups, groupOf(resource, scope, name))
      for (const child of itemsOf(fieldOf(resource, 'resources'))) {
        if (is(textOf(fieldOf(child, 'type')), 'securityRules')) {
          const own = nameOf(child, scope)
          children.push([name, rawRule(child, scope, false, own)])
          checkCondition(child, own, scope)
        }
      }
    } else if (is(type, RULE)) {
      const [group = '', rule = ''] = name.split(/\/(?=[^/]*$)/)
      children.push([group, rawRule(resource, scope, false, rule)])
    } else if (is(type, DEPLOYMENT)) {
      scope.note(resource.line, name, 'is a template inside the template, which is not read')
      continue
    } else {
      if (scope.isStrict) scope.note(resource.line, type ?? name, 'is no security group and no security rule')
      continue
    }
    checkResource(resource, name, parameters, scope)
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

/** An exported template has each rule twice, in its group and as a resource of its own, which is deployed later. */
function dropReplaced(groups: Map<string, Group>, children: readonly [group: string, rule: RawRule][]): void {
  const replaced = new Set(children.map(([group, { name }]) => `${group}/${name}`.toLowerCase()))
  for (const [key, group] of groups) {
    const rules = group.rules.filter(({ name }) => !replaced.has(`${key}/${name.toLowerCase()}`))
    groups.set(key, { ...group, rules })
  }
}

function nameOf(resource: LocatedJson, scope: Scope): string {
  const written = fieldOf(resource, 'name')
  const name = written && textOf(scope.evaluate(written))
  if (scope.isStrict && name === undefined)
    scope.note(resource.line, textOf(written) ?? 'a resource', 'has no clear name')
  return name ?? textOf(written) ?? '(no name)'
}

/** Loops and conditions decide whether a resource is there at all. */
function checkCondition(resource: LocatedJson, name: string, scope: Scope): void {
  for (const [object, field] of [
    [resource, 'condition'],
    [resource, 'copy'],
    [fieldOf(resource, 'properties'), 'copy'],
  ] as const) {
    const value = fieldOf(object, field)
    if (value) scope.note(value.line, name, `has a ${field}, which is not read`)
  }
}

function checkResource(resource: LocatedJson, name: string, parameters: LocatedJson | undefined, scope: Scope): void {
  checkCondition(resource, name, scope)
  onlyStrictly(resource, ['type', 'apiVersion', 'name', 'location', 'dependsOn', 'properties'], name, scope)
  if (!scope.isStrict) return
  const version = textOf(fieldOf(resource, 'apiVersion'))
  if (version !== scope.options.apiVersion) {
    scope.note(resource.line, name, `has the apiVersion ${version}, not ${scope.options.apiVersion}`)
  }
  const location = textOf(fieldOf(resource, 'location'))
  const parameter = /^\[parameters\('(\w+)'\)\]$/.exec(location ?? '')?.[1]
  if (is(textOf(fieldOf(resource, 'type')), GROUP)) {
    const isThere = parameter === undefined || fieldOf(parameters, parameter)
    if (!location || !isThere) scope.note(resource.line, name, 'has no location')
  } else if (fieldOf(resource, 'location')) scope.note(resource.line, name, 'has a location, which no rule has')
}

function checkTemplate(root: LocatedJson, { kit, note }: Scope): void {
  const faults = kit.templateFaults(root, ['networkSecurityGroupName', 'location'])
  for (const { line, text, reason } of faults) note(line, text, reason)
}

/** A deployment fails when one of its resources waits for another that is not in it, or, in a circle, for itself. */
function checkDependencies(root: LocatedJson, scope: Scope): void {
  const resources = itemsOf(fieldOf(root, 'resources')).map((resource) => {
    const id = `${textOf(fieldOf(resource, 'type'))} ${nameOf(resource, scope)}`.toLowerCase()
    return { id, line: resource.line, needs: needsOf(resource, scope) }
  })
  const known = new Set(resources.map(({ id }) => id))
  for (const { item, id } of resources.flatMap(({ needs }) => needs)) {
    if (id === undefined || !known.has(id))
      scope.note(item.line, textOf(item) ?? 'dependsOn', 'names no resource of this file')
  }
  const made = new Set<string>()
  const isReady = ({ needs }: (typeof resources)[number]) =>
    needs.every(({ id }) => id === undefined || !known.has(id) || made.has(id))
  let waiting = resources
  for (let before = Number.POSITIVE_INFINITY; waiting.length < before; ) {
    before = waiting.length
    waiting = waiting.filter((resource) => !isReady(resource) || !made.add(resource.id))
  }
  for (const { id, line } of waiting) scope.note(line, id.split(' ').at(-1) as string, 'waits for itself, in a circle')
}

function needsOf(resource: LocatedJson, scope: Scope): { item: LocatedJson; id: string | undefined }[] {
  const list = fieldOf(resource, 'dependsOn')
  if (list && list.kind !== 'list') scope.note(list.line, 'dependsOn', 'is no list')
  return itemsOf(list).map((item) => ({ item, id: textOf(scope.evaluate(item))?.toLowerCase() }))
}

function onlyStrictly(object: LocatedJson | undefined, allowed: readonly string[], where: string, scope: Scope): void {
  if (!scope.isStrict || !object) return
  if (object.kind !== 'object') scope.note(object.line, where, 'is not an object')
  else {
    for (const [key, { line }] of object.fields) {
      if (!allowed.includes(key)) scope.note(line, where, `has the field "${key}", which is not understood`)
    }
  }
}
