import type { Device, Item, Note, ReaderContext, ReadFile } from 'tagwall/reader'
import { ARM, fieldOf, removeNamed } from '../_azure/arm.ts'
import { groupAddresses, type IpGroup } from '../_azure/firewall-rule.ts'
import { type Scope, scopeOf } from '../_azure/scope.ts'
import { rootOf } from '../_json/file-scope.ts'
import { bindKit } from '../_kit/kit.ts'
import { collectionItems, type Known, rulesIn } from './collections.ts'
import { checkFirewallTemplate, type Resource, resourcesOf, scopeFor } from './resources.ts'

/**
 * IP groups and rule collection groups, of a template or as the service prints them. Each resource of a template replaces the one of the same name;
 * all others stay.
 */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const known: Known = { groups: new Map(), kept: new WeakMap() }
  const { groups } = known
  const rules = new Map<string, Resource>()
  let notes: Note[] = []
  /** The names of all IP groups that ever existed, because a delta may be loaded again. */
  const held = new Set<string>()

  const put = (resource: Resource, isNew: boolean) => {
    const key = resource.name.toLowerCase()
    const scope = scopeFor(resource, scopeOf(context, ARM, resource.part, notes))
    const isThere = resource.kind === 'group' ? groups.has(key) : rules.has(key)
    if (!isNew && isThere) scope.note(resource.line, resource.name, 'appears twice')
    if (resource.kind === 'group') {
      const group = groupOf(resource, scope)
      if (group) groups.set(key, group)
      held.add(key)
    } else rules.set(key, resource)
  }

  return {
    *load(files, kind) {
      // Notes about an older file do not apply to a newer one.
      if (kind === 'full') notes = []
      for (const file of files) {
        if (file.part.startsWith('removed')) {
          yield* removeNamed(file, 'IP groups', held, notes, (name) => groups.delete(name.toLowerCase()))
          continue
        }
        const seen = new Set<string>()
        for (const resource of read(file, kind === 'full', context, notes)) {
          const key = `${resource.kind} ${resource.name.toLowerCase()}`
          put(resource, context.purpose === 'prove' && !seen.has(key))
          seen.add(key)
          yield
        }
      }
    },
    reading() {
      const found: Note[] = [...notes]
      const ordered = rulesIn([...rules.values()], known, scopeOf(context, ARM, '', found))
      return { rules: ordered, lists: [], notes: found }
    },
    items: () => [
      ...[...rules.values()].flatMap(collectionItems),
      ...Array.from(groups.values(), ({ name, addresses }): Item => {
        return { kind: 'group', name, fields: { addresses: addresses.texts } }
      }),
    ],
  }
}

/** The addresses of an IP group; undefined with a note if the file does not list them. */
function groupOf({ name, line, fields }: Resource, scope: Scope): IpGroup | undefined {
  const written = fieldOf(fields, 'ipAddresses')
  const refuse = (line: number, reason: string) => scope.note(line, name, reason)
  if (written?.kind !== 'list') {
    refuse(written?.line ?? line, 'has no list of ipAddresses')
    return undefined
  }
  if (written.items.length === 0 && scope.isStrict)
    refuse(written.line, 'is empty, and a rule with an empty group is skipped')
  return { name, addresses: groupAddresses(fields, 'ipAddresses', { ...scope, refuse }) }
}

function read({ part, text }: ReadFile, isFull: boolean, context: ReaderContext, notes: Note[]): readonly Resource[] {
  const own: Note[] = []
  const scope = scopeOf(context, ARM, part, own)
  const root = rootOf(text, scope)
  if (root && scope.isStrict) checkFirewallTemplate(root, isFull, scope)
  const resources = root ? resourcesOf(root, scope) : []
  const isForeign = resources.length === 0 && own.length > 0
  for (const note of own) notes.push(isForeign ? { ...note, isForeign } : note)
  return resources
}
