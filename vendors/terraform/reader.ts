import type { LocatedJson, Note, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { type Scope, scopeOf } from '../_azure/scope.ts'
import { securityRules } from '../_azure/security-rule.ts'
import { rootOf, scopeIn } from '../_json/file-scope.ts'
import { bindKit, kit } from '../_kit/kit.ts'
import { COLLECTION_GROUP, firewallRules, ipGroupsOf, listsOf, policiesOf } from './reader-firewall.ts'
import { CLASSIC, noteForeign, type Ordered, type Resource, resourcesOf, TERRAFORM } from './reader-resources.ts'
import { ROUTE, routeLists, TABLE, tablesOf } from './reader-routes.ts'
import { chosenGroup, formOf, groupsOf, isRuleMap, mapRules, type RuleMap } from './reader-rules.ts'

/** The types of the resources of each form that has any. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  nsg: ['azurerm_network_security_rule'],
  'ip-groups': ['azurerm_ip_group'],
  firewall: ['azurerm_ip_group', COLLECTION_GROUP],
  'route-table': [TABLE],
}

/**
 * JSON for Terraform: values of a variable, local values, resources; and Terraform's output of resources. A file replaces the earlier one, and
 * Terraform removes resources that are no longer in the file.
 */
export function read(files: readonly ReadFile[], context: ReaderContext): Reading {
  bindKit(context.kit)
  const notes: Note[] = []
  const outer = scopeOf(context, TERRAFORM, '', notes)
  const rules: Ordered[] = []
  const resources: Resource[] = []
  let isForeign = true
  for (const { part, text } of files) {
    const scope = scopeIn(outer, part)
    const root = rootOf(text, scope)
    if (!root) continue
    const maps = scope.isStrict ? strictMaps(root, scope) : mapsOf(root)
    const isMap = maps.length > 0 && (scope.isStrict || scope.options.form === 'locals')
    const found = isMap ? undefined : resourcesOf(root, scope)
    for (const map of maps) for (const rule of mapRules(map, scope)) rules.push(rule)
    for (const resource of found ?? []) resources.push(resource)
    if (found || maps.length > 0) isForeign = false
    else if (notes.length === 0)
      scope.note(root.line, 'the JSON', 'holds no rules, and is not a configuration, state or plan')
    if (found && scope.isStrict) checkConfiguration(root, found, scope)
  }
  if (isForeign) return { rules: [], lists: [], notes: notes.map((note) => ({ ...note, isForeign })) }
  const isEmpty = rules.length === 0 && resources.length === 0 && notes.length === 0
  if (isEmpty && !outer.isStrict)
    scopeIn(outer, files[0]?.part ?? '').note(
      1,
      'the file',
      'holds no security group, firewall, route table or IP group',
    )
  return { notes, ...readingOf(rules, resources, outer) }
}

/** Maps of rules: the values of variables, or local values. */
function mapsOf(root: LocatedJson): RuleMap[] {
  if (root.kind !== 'object') return []
  const locals = root.fields.get('locals')
  const blocks = locals?.kind === 'list' ? locals.items : [locals ?? root]
  return blocks.flatMap((block) => (block.kind === 'object' ? [...block.fields.values()].filter(isRuleMap) : []))
}

/** In a proof: the one map, if the form has it. */
function strictMaps(root: LocatedJson, { options, note }: Scope): RuleMap[] {
  if (options.form !== 'tfvars' && options.form !== 'locals') return []
  const holder = options.form === 'locals' ? kit.fieldOf(root, 'locals') : root
  const beside = root.kind === 'object' ? [...root.fields.keys()].filter((key) => key !== '//') : []
  const isAlone = options.form === 'tfvars' || beside.join() === 'locals'
  const map = kit.fieldOf(holder, String(options.variable))
  const isOnly = holder?.kind === 'object' && holder.fields.size === 1
  if (isAlone && isOnly && isRuleMap(map)) return [map]
  note(root.line, 'the JSON', `holds something else than the rules of ${options.variable}`)
  return []
}

/** When proving: resources of the form's type, and nothing else. */
function checkConfiguration(root: LocatedJson, resources: readonly Resource[], { options, note }: Scope): void {
  for (const [key, { line }] of root.kind === 'object' ? root.fields : [])
    if (key !== 'resource' && key !== '//') note(line, key, 'is not understood')
  for (const resource of resources)
    if (!TYPES[`${options.form}`]?.includes(resource.type))
      note(resource, resource.type, `is not a resource of form=${options.form}`)
}

/** Rules of a map, of a security group, of a firewall, or addresses of IP groups: one of these, by the option if there are more. */
function readingOf(maps: readonly Ordered[], resources: readonly Resource[], scope: Scope): Omit<Reading, 'notes'> {
  const groups = groupsOf(resources, scope)
  const has = (...types: readonly string[]) => resources.some(({ type }) => types.includes(type))
  const isFirewall = resources.some(({ type }) => type === COLLECTION_GROUP || CLASSIC.test(type))
  const kinds = {
    map: maps.length > 0,
    nsg: groups.length > 0,
    firewall: isFirewall,
    // IP groups belong to the traffic that a firewall allows.
    'route-table': has(TABLE, ROUTE),
    'ip-groups': has('azurerm_ip_group') && (!isFirewall || scope.options.form === 'ip-groups'),
  }
  const kind = kindOf(kinds, resources, scope)
  if (!scope.isStrict) noteForeign(resources, kind, scope)
  const names = {
    nsg: groups.map(({ name }) => name),
    firewallPolicy: policiesOf(resources),
    routeTable: tablesOf(resources),
  }
  const scopes = scope.isStrict ? {} : { scopes: names }
  if (kind === 'route-table') return { rules: [], lists: routeLists(resources, scope), ...scopes }
  if (kind === 'ip-groups') return { rules: [], lists: listsOf(ipGroupsOf(resources, scope), scope), ...scopes }
  const group = kind === 'nsg' ? chosenGroup(groups, scope) : undefined
  if (group) return { rules: securityRules(formOf(scope.isStrict))(group.rules, scope), lists: [], ...scopes }
  const ordered =
    kind === 'firewall'
      ? firewallRules(resources, ipGroupsOf(resources, scope), scope)
      : [...maps].sort((a, b) => a.priority - b.priority)
  return { rules: ordered.map(({ priority: _, ...rule }) => rule), lists: [], ...scopes }
}

/** The kind of resources to read: that of the options if the files have it, or else the first; a note if there are several. */
function kindOf(
  kinds: Readonly<Record<string, boolean>>,
  [first]: readonly Resource[],
  { options, isStrict, note }: Scope,
): string | undefined {
  const found = Object.keys(kinds).filter((kind) => kinds[kind])
  const form = String(options.form)
  if (isStrict || found.includes(form)) return form
  if (found.length > 1) {
    const reason = `are there; choose one with --set form=${found.at(-1)}`
    note({ part: first?.part ?? '', line: 1 }, found.join(', '), reason)
  }
  return found[0]
}
