import type { LocatedJson, Note, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { type Scope, scopeOf } from '../_azure/scope.ts'
import { rootOf, scopeIn } from '../_json/file-scope.ts'
import { bindKit } from '../_kit/kit.ts'
import { COLLECTION_GROUP, firewallRules, IP_GROUP, ipGroupLists, policiesOf } from './reader-firewall.ts'
import { GROUP, groupRules, groupsOf, RULE } from './reader-groups.ts'
import { mapRules, mapsOf, type Ordered } from './reader-maps.ts'
import { CLASSIC, noteForeign, type Resource, resourcesOf, TERRAFORM } from './reader-resources.ts'
import { ROUTE, routeLists, TABLE, tablesOf } from './reader-routes.ts'

/** Resources that hold rules or addresses in one way. */
interface Kind {
  /** The types of the resources that tagwall writes. */
  readonly written: readonly string[]
  /** True for a resource that calls for this kind. */
  isOf(type: string): boolean
  read(resources: readonly Resource[], scope: Scope): Pick<Reading, 'rules' | 'lists'>
}

const FIREWALL: Kind = {
  written: [IP_GROUP, COLLECTION_GROUP],
  isOf: (type) => type === COLLECTION_GROUP || CLASSIC.test(type),
  read: (resources, scope) => ({ rules: firewallRules(resources, scope), lists: [] }),
}

/** The kinds by the form that writes them, the first to be read first. */
const KINDS: Readonly<Record<string, Kind>> = {
  nsg: {
    written: [RULE],
    isOf: (type) => type === RULE || type === GROUP,
    read: (resources, scope) => ({ rules: groupRules(resources, scope), lists: [] }),
  },
  firewall: FIREWALL,
  'route-table': {
    written: [TABLE],
    isOf: (type) => type === TABLE || type === ROUTE,
    read: (resources, scope) => ({ rules: [], lists: routeLists(resources, scope) }),
  },
  'ip-groups': {
    written: [IP_GROUP],
    isOf: (type) => type === IP_GROUP,
    read: (resources, scope) => ({ rules: [], lists: ipGroupLists(resources, scope) }),
  },
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
    const maps = mapsOf(root, scope)
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
  const start = { part: files[0]?.part ?? '', line: 1 }
  if (isEmpty && !outer.isStrict)
    outer.note(start, 'the file', 'holds no security group, firewall, route table or IP group')
  return { notes, ...readingOf(rules, resources, outer) }
}

/** When proving: resources of the form's type, and nothing else. */
function checkConfiguration(root: LocatedJson, resources: readonly Resource[], { options, note }: Scope): void {
  for (const [key, { line }] of root.kind === 'object' ? root.fields : [])
    if (key !== 'resource' && key !== '//') note(line, key, 'is not understood')
  for (const resource of resources)
    if (!KINDS[`${options.form}`]?.written.includes(resource.type))
      note(resource, resource.type, `is not a resource of form=${options.form}`)
}

/** The rules of maps, or what resources of one kind hold: those of the option if there are more. */
function readingOf(maps: readonly Ordered[], resources: readonly Resource[], scope: Scope): Omit<Reading, 'notes'> {
  const kind = kindOf(maps, resources, scope)
  if (!scope.isStrict) noteForeign(resources, kind, scope)
  const rules = maps.toSorted((a, b) => a.priority - b.priority).map(({ priority: _, ...rule }) => rule)
  const found = KINDS[kind ?? '']?.read(resources, scope) ?? { rules, lists: [] }
  if (scope.isStrict) return found
  const nsg = groupsOf(resources).map(({ name }) => name)
  return { ...found, scopes: { nsg, firewallPolicy: policiesOf(resources), routeTable: tablesOf(resources) } }
}

/** The kind of resources to read: that of the options if the files have it, or else the first; a note if there are several. */
function kindOf(maps: readonly Ordered[], resources: readonly Resource[], { options, isStrict, note }: Scope) {
  const form = String(options.form)
  if (isStrict) return form
  const has = ({ isOf }: Kind) => resources.some(({ type }) => isOf(type))
  // IP groups belong to the traffic that a firewall allows.
  const isPart = has(FIREWALL) && form !== 'ip-groups'
  const kinds = Object.keys(KINDS).filter((kind) => has(KINDS[kind] as Kind) && !(isPart && kind === 'ip-groups'))
  const found = maps.length > 0 ? ['map', ...kinds] : kinds
  if (found.includes(form)) return form
  const start = { part: resources[0]?.part ?? '', line: 1 }
  if (found.length > 1) note(start, found.join(', '), `are there; choose one with --set form=${found.at(-1)}`)
  return found[0]
}
