import type { LocatedJson, Note, ReadFile } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { onlyFields, type Raw, type Scope, type Spelling } from './scope.ts'

// The common forms of the service's JSON: templates, and the output of `az` and PowerShell.

/** A field of an object, under its name or, as PowerShell writes it, with a capital first. */
export const fieldOf = (object: LocatedJson | undefined, field: string): LocatedJson | undefined =>
  kit.fieldOf(object, field) ?? kit.fieldOf(object, `${field.charAt(0).toUpperCase()}${field.slice(1)}`)

export const ARM: Spelling = { nameOf: (field) => field, fieldOf }

/** The text of a field. */
export const textIn = (object: LocatedJson | undefined, field: string): string | undefined =>
  kit.textOf(fieldOf(object, field))

/** The members of a list; of an object, its values, because newer templates name their resources. */
export function itemsOf(value: LocatedJson | undefined): readonly LocatedJson[] {
  return value?.kind === 'object' ? [...value.fields.values()] : kit.itemsOf(value)
}

/** The `properties` of a resource, or where the form is flat, the resource itself. */
export const propertiesOf = (resource: LocatedJson): LocatedJson => fieldOf(resource, 'properties') ?? resource

/** True if a resource is of a type, ignoring case. */
export const isOfType = (resource: LocatedJson, type: string): boolean => kit.isSame(textIn(resource, 'type'), type)

/** A name that the service takes for a rule, a route or a group. */
export const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$/

/** A rule or a route as it is written. */
export function rawItem(value: LocatedJson, what: 'rule' | 'route', scope: Scope, name = textIn(value, 'name')): Raw {
  if (scope.isStrict) {
    if (!NAME.test(name ?? '')) scope.note(value.line, name ?? `a ${what}`, `is not a valid name for a ${what}`)
    // A separate resource is checked as such.
    if (!fieldOf(value, 'type')) onlyFields(value, ['name', 'properties'], `${what} ${name}`, scope)
  }
  return { name: name ?? '(no name)', part: scope.part, line: value.line, fields: propertiesOf(value) }
}

export const DEPLOYMENT = 'Microsoft.Resources/deployments'

/** A scope that evaluates the expressions of a template. */
export function templateScope(template: LocatedJson, scope: Scope): Scope {
  const [parameters, variables] = [fieldOf(template, 'parameters'), fieldOf(template, 'variables')]
  return { ...scope, evaluate: kit.expressions({ parameters, variables }) }
}

/** The text of a field, which may be an expression. */
export function evaluatedText(object: LocatedJson | undefined, field: string, scope: Scope): string | undefined {
  const written = fieldOf(object, field)
  return written && kit.textOf(scope.evaluate(written))
}

/** True if a template only refers to a resource, whose contents are then elsewhere. */
export function isReference(resource: LocatedJson): boolean {
  const value = fieldOf(resource, 'existing')
  return value?.kind === 'scalar' && value.value === true
}

/** Notes the loops and conditions that decide if a resource exists. */
export function checkCondition(resource: LocatedJson, name: string, scope: Scope): void {
  for (const [object, field] of [
    [resource, 'condition'],
    [resource, 'copy'],
    [fieldOf(resource, 'properties'), 'copy'],
  ] as const) {
    const value = fieldOf(object, field)
    if (value) scope.note(value.line, name, `has a ${field}, which is not read`)
  }
}

const SCHEMA = /^https:\/\/schema\.management\.azure\.com\/schemas\/[\d-]+\/deploymentTemplate\.json#$/

/**
 * In a proof: notes the faults of a template, and of its resources outside of their properties. It must be for a resource group, and its parameters must
 * be these, texts with a default.
 */
export function checkTemplate(template: LocatedJson, parameters: readonly string[], scope: Scope): void {
  const { note } = scope
  const [schema = '', version = ''] = ['$schema', 'contentVersion'].map((field) =>
    kit.textOf(kit.fieldOf(template, field)),
  )
  const given = kit.fieldOf(template, 'parameters')
  onlyFields(template, ['$schema', 'contentVersion', 'parameters', 'resources'], 'the template', scope)
  if (!SCHEMA.test(schema)) note(template.line, schema, 'is not the $schema of a template for a resource group')
  if (!/^\d+(\.\d+){3}$/.test(version)) note(template.line, 'the template', 'has no contentVersion')
  onlyFields(given, parameters, 'the parameters', scope)
  for (const parameter of itemsOf(given)) {
    onlyFields(parameter, ['type', 'defaultValue'], 'a parameter', scope)
    const [type, value] = ['type', 'defaultValue'].map((field) => kit.textOf(kit.fieldOf(parameter, field)))
    if (type !== 'string' || !value) note(parameter.line, 'a parameter', 'is not text with a default')
  }
  checkResources(template, templateScope(template, scope))
}

/**
 * Resources of one type change one after the other, and one of another type follows all before it. A deployment fails if one waits for anything else.
 * A resource within another has no location of its own.
 */
function checkResources(template: LocatedJson, scope: Scope): void {
  const { options, note } = scope
  const resources = fieldOf(template, 'resources')
  if (resources?.kind !== 'list') note(template.line, 'the resources', 'are no list')
  const hasLocation = fieldOf(fieldOf(template, 'parameters'), 'location') !== undefined
  const before: { readonly type: string; readonly id: string }[] = []
  for (const resource of itemsOf(resources)) {
    const [type = '', name = ''] = [textIn(resource, 'type'), evaluatedText(resource, 'name', scope)]
    const isWithin = type.split('/').length > 2
    const fields = ['type', 'apiVersion', 'name', 'dependsOn', 'properties']
    onlyFields(resource, isWithin ? fields : [...fields, 'location'], name, scope)
    const version = textIn(resource, 'apiVersion')
    if (version !== options.apiVersion)
      note(resource.line, name, `has the apiVersion ${version}, not ${options.apiVersion}`)
    if (!isWithin && (textIn(resource, 'location') !== "[parameters('location')]" || !hasLocation))
      note(resource.line, name, 'has no location')
    const list = fieldOf(resource, 'dependsOn')
    const found = itemsOf(list).map((item) => kit.textOf(scope.evaluate(item)))
    const wanted = (before.at(-1)?.type === type ? before.slice(-1) : before).map(({ id }) => id)
    if ((list && (list.kind !== 'list' || wanted.length === 0)) || found.join('\n') !== wanted.join('\n'))
      note(list?.line ?? resource.line, name, 'does not wait for the resources before it, and for no others')
    before.push({ type, id: `${type} ${name}` })
  }
}

/** The default of a parameter. */
export const defaultOf = (template: LocatedJson, parameter: string): string | undefined =>
  textIn(fieldOf(fieldOf(template, 'parameters'), parameter), 'defaultValue')

/**
 * Removes what a cleanup such as `{ "removeRules": [name] }` names, one after the other. It may be loaded again, so an item may already be gone. Notes a
 * file of another form, and names of items that were never `held`.
 */
export function* removeNamed(
  { part, text }: ReadFile,
  what: 'rules' | 'routes' | 'IP groups',
  held: ReadonlySet<string>,
  notes: Note[] | undefined,
  remove: (name: string) => void,
): Generator<undefined> {
  const root = kit.readJson(text)
  const field = what === 'IP groups' ? 'removeGroups' : what === 'rules' ? 'removeRules' : 'removeRoutes'
  const list = root.kind === 'object' && root.fields.size === 1 ? root.fields.get(field) : undefined
  const names = kit.itemsOf(list).map((item) => kit.textOf(item))
  const place = { part, line: root.line }
  if (list?.kind !== 'list' || names.includes(undefined))
    notes?.push({ place, text: 'the JSON', reason: `is not a list of ${what} to remove` })
  for (const name of names)
    if (name !== undefined && !held.has(name.toLowerCase()))
      notes?.push({ place, text: name, reason: `is not one of the ${what} that the policy had` })
  for (const name of names) {
    if (name !== undefined) remove(name)
    yield
  }
}
