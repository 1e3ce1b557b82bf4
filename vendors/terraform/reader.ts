import type { LocatedJson, Note, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { networkRules, policiesOf } from './reader-firewall.ts'
import { chosenGroup, type Group, groupsOf } from './reader-groups.ts'
import { ipGroupsOf, listsOf } from './reader-ip-groups.ts'
import { isRuleMap, mapRules } from './reader-map.ts'
import { securityRules } from './reader-nsg.ts'
import { type Resource, resourcesOf } from './reader-resources.ts'
import { ROUTE, routeLists, TABLE, tablesOf } from './reader-routes.ts'
import { FIREWALL_TYPES, type Ordered, type Scope, scopeOf } from './reader-scope.ts'

/** The types of the resources of each form that has any. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  nsg: ['azurerm_network_security_rule'],
  'ip-groups': ['azurerm_ip_group'],
  firewall: ['azurerm_ip_group', FIREWALL_TYPES[0]],
  'route-table': [TABLE],
}

/**
 * JSON for Terraform: values of a variable, local values, resources; and what Terraform prints of resources. A file replaces the one
 * before, and what is no longer in it Terraform takes away.
 */
export function read(files: readonly ReadFile[], context: ReaderContext): Reading {
  const notes: Note[] = []
  const scope = scopeOf(context, notes)
  const rules: Ordered[] = []
  const resources: Resource[] = []
  let isForeign = true
  for (const { part, text } of files) {
    const root = rootOf(text, part, scope)
    const maps = root && (scope.isStrict ? strictMaps(root, part, scope) : mapsOf(root))
    const isMap = maps !== undefined && maps.length > 0 && (scope.isStrict || scope.options.form === 'locals')
    const found = root && maps && !isMap ? resourcesOf(root, part, scope) : undefined
    for (const map of maps ?? []) for (const rule of mapRules(map, part, scope)) rules.push(rule)
    for (const resource of found ?? []) resources.push(resource)
    if (found || maps?.length) isForeign = false
    else if (root && notes.length === 0)
      scope.note({ part, line: root.line }, 'the JSON', 'holds no rules, and is no configuration, state or plan')
    if (root && found && scope.isStrict) checkConfiguration(root, found, part, scope)
  }
  if (isForeign) return { rules: [], lists: [], notes: notes.map((note) => ({ ...note, isForeign })) }
  return { notes, ...readingOf(rules, resources, scope) }
}

function rootOf(text: string, part: string, { kit, note }: Scope): LocatedJson | undefined {
  const root = kit.readJson(text)
  if (root.kind !== 'broken') return root
  note({ part, line: root.line }, root.text, root.reason)
  return undefined
}

type RuleMap = LocatedJson & { readonly kind: 'object' }

/** Maps of rules: the values of variables, or local values. */
function mapsOf(root: LocatedJson): RuleMap[] {
  if (root.kind !== 'object') return []
  const locals = root.fields.get('locals')
  const blocks = locals?.kind === 'list' ? locals.items : [locals ?? root]
  return blocks.flatMap((block) => (block.kind === 'object' ? [...block.fields.values()].filter(isRuleMap) : []))
}

/** When proving: the one map, where the form has it. */
function strictMaps(root: LocatedJson, part: string, { kit, options, note }: Scope): RuleMap[] {
  if (options.form !== 'tfvars' && options.form !== 'locals') return []
  const holder = options.form === 'locals' ? kit.fieldOf(root, 'locals') : root
  const beside = root.kind === 'object' ? [...root.fields.keys()].filter((key) => key !== '//') : []
  const isAlone = options.form === 'tfvars' || beside.join() === 'locals'
  const map = holder && kit.fieldOf(holder, String(options.variable))
  const isOnly = holder?.kind === 'object' && holder.fields.size === 1
  if (isAlone && isOnly && isRuleMap(map)) return [map]
  note({ part, line: root.line }, 'the JSON', `holds something else than the rules of ${options.variable}`)
  return []
}

/** When proving: resources of the form's type, and nothing else. */
function checkConfiguration(root: LocatedJson, resources: readonly Resource[], part: string, { options, note }: Scope) {
  for (const [key, { line }] of root.kind === 'object' ? root.fields : [])
    if (key !== 'resource' && key !== '//') note({ part, line }, key, 'is not understood')
  for (const resource of resources)
    if (!TYPES[`${options.form}`]?.includes(resource.type))
      note(resource, resource.type, `is no resource of form=${options.form}`)
}

/** Rules of a map, of a security group, of a firewall, or addresses of IP groups: one of these, by the option if there are more. */
function readingOf(maps: readonly Ordered[], resources: readonly Resource[], scope: Scope): Omit<Reading, 'notes'> {
  const groups = groupsOf(resources, scope)
  const has = (...types: readonly string[]) => resources.some(({ type }) => types.includes(type))
  const isFirewall = has(FIREWALL_TYPES[0], FIREWALL_TYPES[1])
  const kind = kindOf(
    {
      ...{ map: maps.length > 0, nsg: groups.length > 0, firewall: isFirewall },
      // Groups are a part of what a firewall allows.
      'route-table': has(TABLE, ROUTE),
      'ip-groups': has('azurerm_ip_group') && (!isFirewall || scope.options.form === 'ip-groups'),
    },
    resources,
    scope,
  )
  const scopes = scope.isStrict
    ? {}
    : {
        scopes: {
          nsg: groups.map(({ name }) => name),
          firewallPolicy: policiesOf(resources, scope),
          routeTable: tablesOf(resources, scope),
        },
      }
  if (kind === 'route-table') return { rules: [], lists: routeLists(resources, scope), ...scopes }
  if (kind === 'ip-groups') return { rules: [], lists: listsOf(ipGroupsOf(resources, scope), scope), ...scopes }
  const rules = rulesOf(kind, maps, groups, resources, scope).map(({ priority: _, ...rule }) => rule)
  return { rules, lists: [], ...scopes }
}

function rulesOf(
  kind: string | undefined,
  maps: readonly Ordered[],
  groups: readonly Group[],
  resources: readonly Resource[],
  scope: Scope,
): readonly Ordered[] {
  if (kind === 'firewall') return networkRules(resources, ipGroupsOf(resources, scope), scope)
  const group = kind === 'nsg' ? chosenGroup(groups, scope) : undefined
  return group ? securityRules(group.rules, scope) : [...maps].sort((a, b) => a.priority - b.priority)
}

/** What to read of what is there. */
function kindOf(
  kinds: Readonly<Record<string, boolean>>,
  [first]: readonly Resource[],
  { options, isStrict, note }: Scope,
): string | undefined {
  const there = Object.keys(kinds).filter((kind) => kinds[kind])
  const form = String(options.form)
  if (isStrict || there.includes(form)) return form
  if (!isStrict && there.length > 1) {
    const reason = `are there; choose one with --set form=${there.at(-1)}`
    note({ part: first?.part ?? '', line: 1 }, there.join(', '), reason)
  }
  return there[0]
}
