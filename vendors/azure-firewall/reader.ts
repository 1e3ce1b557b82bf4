import type { Device, Note, ReaderContext, ReadFile } from 'tagwall/reader'
import { groupOf } from './addresses.ts'
import { rulesIn } from './collections.ts'
import { type IpGroup, type Resource, resourcesOf, type Scope } from './resources.ts'
import { checkTemplate } from './template.ts'
import { isSame } from './values.ts'

/**
 * IP groups and rule collection groups, of a template or as the service prints them. Each resource of a template takes the place of
 * the one of its name; what else there is stays.
 */
export const device = (context: ReaderContext): Device => {
  const { kit, purpose } = context
  const groups = new Map<string, IpGroup>()
  const rules = new Map<string, Resource>()
  let notes: Note[] = []

  const put = (resource: Resource, isNew: boolean) => {
    const key = resource.name.toLowerCase()
    const scope = scopeFor(resource.part, context, notes)
    const isThere = resource.kind === 'group' ? groups.has(key) : rules.has(key)
    if (!isNew && isThere) scope.note(resource.line, resource.name, 'is there twice')
    if (resource.kind === 'group') groups.set(key, groupOf(resource, scope, kit))
    else rules.set(key, resource)
  }

  return {
    *load(files, kind) {
      // What was not understood of an older file is not said again of a newer one.
      if (kind === 'full') notes = []
      for (const file of files) {
        if (kind === 'cleanup') {
          yield* removeGroups(file, groups, notes, context)
          continue
        }
        const seen = new Set<string>()
        for (const resource of read(file, kind === 'full', context, notes)) {
          const key = `${resource.kind} ${resource.name.toLowerCase()}`
          put(resource, purpose === 'prove' && !seen.has(key))
          seen.add(key)
          yield
        }
      }
    },
    reading() {
      const found: Note[] = [...notes]
      const ordered = rulesIn([...rules.values()], groups, (part) => scopeFor(part, context, found), kit)
      return { rules: ordered, lists: [], notes: found }
    },
    inventory: () => Array.from(groups.values(), ({ name }) => ({ kind: 'group', name })),
  }
}

function scopeFor(part: string, { options, purpose, localObjects = [] }: ReaderContext, notes: Note[]): Scope {
  const note: Scope['note'] = (line, text, reason, about, isHarmless) => {
    notes.push({
      ...{ place: { part, line }, text: text.slice(0, 120), reason },
      ...(about && { about }),
      ...(isHarmless && { isHarmless }),
    })
  }
  return { options, localObjects, isStrict: purpose === 'prove', part, note }
}

function read({ part, text }: ReadFile, isFull: boolean, context: ReaderContext, notes: Note[]): readonly Resource[] {
  const own: Note[] = []
  const scope = scopeFor(part, context, own)
  const root = context.kit.readJson(text)
  if (root.kind === 'broken') scope.note(root.line, root.text, text.trim() === '' ? 'is empty' : root.reason)
  else if (scope.isStrict) checkTemplate(root, isFull, scope, context.kit)
  const resources = root.kind === 'broken' ? [] : resourcesOf(root, scope, context.kit)
  const isForeign = resources.length === 0 && own.length > 0
  for (const note of own) notes.push(isForeign ? { ...note, isForeign } : note)
  return resources
}

/** `{ "removeGroups": [name] }`. What has gone already need not be removed. */
function* removeGroups(
  { part, text }: ReadFile,
  groups: Map<string, IpGroup>,
  notes: Note[],
  { kit }: ReaderContext,
): Generator<undefined> {
  const root = kit.readJson(text)
  const list = root.kind === 'object' && root.fields.size === 1 ? root.fields.get('removeGroups') : undefined
  const names = kit.itemsOf(list).map((item) => kit.textOf(item))
  if (list?.kind !== 'list' || names.includes(undefined))
    notes.push({ place: { part, line: root.line }, text: 'the JSON', reason: 'is no list of IP groups to remove' })
  for (const name of names) {
    for (const key of groups.keys()) if (isSame(name, key)) groups.delete(key)
    yield
  }
}
