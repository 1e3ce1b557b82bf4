import type { Item, LoadKind, LocatedJson, Reading } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import {
  checkCondition,
  DEPLOYMENT,
  evaluatedText,
  fieldOf,
  isOfType,
  isReference,
  itemsOf,
  propertiesOf,
  rawItem,
  templateScope,
  textIn,
} from './arm.ts'
import type { Raw, Scope } from './scope.ts'

/** How a vendor reads a resource that holds rules or routes, each of which may be a resource of its own. */
export interface CollectionKind {
  readonly type: string
  /** Its name in notes. */
  readonly name: 'group' | 'table'
  readonly item: 'rule' | 'route'
  /** The field with its items, whose name is also the end of their type; then other fields with items. */
  readonly fields: readonly [string, ...string[]]
  /** The reasons for notes about a text without items, and in a proof about a resource of another type. */
  readonly isMissing: string
  readonly isOther: string
  /** True if a value is an item outside any collection. */
  isItem(value: LocatedJson): boolean
  /** In a proof: notes what is wrong with a file outside of its items. */
  checkFile(root: LocatedJson, load: LoadKind, scope: Scope): void
  /** Notes what is wrong with the fields of a collection. */
  checkFields(fields: LocatedJson, scope: Scope): void
  /** In a proof: notes a collection that the options do not name. */
  checkOwn?(collection: Collection, scope: Scope): void
  /** Notes an item that cannot be put beside those of an earlier load. */
  checkPlace?(item: Raw, older: readonly Raw[], scope: Scope): void
  /** The reason why a resource of another type may matter; undefined for most. */
  reasonAgainst?(resource: LocatedJson): string | undefined
  readingOf(items: readonly Raw[], scope: Scope): Pick<Reading, 'rules' | 'lists'>
  itemsOf(items: readonly Raw[]): Item[]
}

/** The rules or routes of one resource, as written. */
export interface Collection {
  /** Undefined in a form without a name. */
  readonly name: string | undefined
  readonly line: number
  items: readonly Raw[]
  /** Evaluates a field or an expression of its items. */
  readonly evaluate: Scope['evaluate']
}

/** The collections that a file holds, whatever form it has: a template, what the service prints, a list of items. */
export function collectionsOf(root: LocatedJson, kind: CollectionKind, scope: Scope): Collection[] {
  if (fieldOf(root, 'resources')) return collectionsOfTemplate(root, kind, templateScope(root, scope))
  const listed = fieldOf(root, 'value')
  if (listed?.kind === 'list') return collectionsOf(listed, kind, scope)
  const isCollection = (value: LocatedJson) => fieldOf(propertiesOf(value), kind.fields[0])?.kind === 'list'
  if (isCollection(root)) return [collectionOf(root, kind, scope)]
  const all = root.kind === 'list' ? root.items : kind.isItem(root) ? [root] : undefined
  if (all && all.length > 0 && all.every(isCollection)) return all.map((one) => collectionOf(one, kind, scope))
  if (all?.every(kind.isItem)) {
    const items = all.map((item) => rawItem(item, kind.item, scope))
    return [{ name: undefined, line: root.line, items, evaluate: scope.evaluate }]
  }
  scope.note(root.line, 'the JSON', kind.isMissing)
  return []
}

function collectionOf(
  value: LocatedJson,
  kind: CollectionKind,
  scope: Scope,
  name = textIn(value, 'name'),
): Collection {
  const fields = propertiesOf(value)
  kind.checkFields(fields, scope)
  const items = kind.fields.flatMap((field) => itemsIn(fieldOf(fields, field), kind, scope))
  return { name, line: value.line, items, evaluate: scope.evaluate }
}

function itemsIn(list: LocatedJson | undefined, { item }: CollectionKind, scope: Scope): Raw[] {
  const value = list && scope.evaluate(list)
  if (value?.kind === 'list') return value.items.map((one) => rawItem(one, item, scope))
  if (list) scope.note(list.line, kit.textOf(list) ?? `the ${item}s`, `is not understood as a list of ${item}s`)
  return []
}

function collectionsOfTemplate(root: LocatedJson, kind: CollectionKind, scope: Scope): Collection[] {
  const { isStrict, evaluate, note } = scope
  const found = new Map<string, Collection>()
  /** Items that are resources of their own. The owner may be an unknown expression. */
  const alone: { readonly owner: string | undefined; readonly item: Raw }[] = []
  const itemType = `${kind.type}/${kind.fields[0]}`
  for (const resource of itemsOf(fieldOf(root, 'resources'))) {
    const name = nameOf(resource, scope)
    const isCollection = isOfType(resource, kind.type)
    if (!isCollection && !isOfType(resource, itemType)) {
      noteOther(resource, name, kind, scope)
      continue
    }
    checkCondition(resource, name, scope)
    if (isCollection && isReference(resource)) {
      note(resource.line, name, `is a reference to a ${kind.name}, whose other ${kind.item}s are not in the file`)
      continue
    }
    if (!isCollection) {
      const own = /\/([^/']*)(?:'\)\])?$/.exec(name)?.[1] ?? name
      const isKnown = evaluatedText(resource, 'name', scope) !== undefined && own !== name
      const owner = isKnown ? name.slice(0, -own.length - 1) : undefined
      alone.push({ owner, item: rawItem(resource, kind.item, scope, own) })
      continue
    }
    if (found.has(name.toLowerCase())) note(resource.line, name, 'appears twice')
    found.set(name.toLowerCase(), collectionOf(resource, kind, scope, name))
    for (const child of itemsOf(fieldOf(resource, 'resources')).filter((one) => isOfType(one, kind.fields[0]))) {
      const own = nameOf(child, scope)
      checkCondition(child, own, scope)
      alone.push({ owner: name, item: rawItem(child, kind.item, scope, own) })
    }
  }
  const [first] = found.values()
  const owned = new Map<Collection, Raw[]>()
  for (const { owner = first?.name, item } of alone) {
    const key = owner?.toLowerCase() ?? ''
    const collection = found.get(key) ?? { name: owner, line: item.line, items: [], evaluate }
    found.set(key, collection)
    const own = owned.get(collection) ?? []
    owned.set(collection, own)
    own.push(item)
  }
  for (const [collection, own] of owned) {
    // An exported template has each item twice, in its collection and as a separate resource, which is deployed later.
    const names = new Set(isStrict ? [] : own.map(({ name }) => name.toLowerCase()))
    collection.items = [...collection.items.filter(({ name }) => !names.has(name.toLowerCase())), ...own]
  }
  return [...found.values()]
}

/** The name of a resource of a template. */
function nameOf(resource: LocatedJson, scope: Scope): string {
  const name = evaluatedText(resource, 'name', scope)
  const written = textIn(resource, 'name')
  if (scope.isStrict && name === undefined) scope.note(resource.line, written ?? 'a resource', 'has no clear name')
  return name ?? written ?? '(no name)'
}

function noteOther(resource: LocatedJson, name: string, kind: CollectionKind, { isStrict, note }: Scope): void {
  const reason = isOfType(resource, DEPLOYMENT)
    ? 'is a template inside the template, which is not read'
    : kind.reasonAgainst?.(resource)
  if (reason) note(resource.line, name, reason)
  else if (isStrict) note(resource.line, textIn(resource, 'type') ?? name, kind.isOther)
}
