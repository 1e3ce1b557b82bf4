import type { Device, Item, LoadKind, LocatedJson, Note, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { rootOf } from '../_json/file-scope.ts'
import { kit } from '../_kit/kit.ts'
import {
  ARM,
  checkCondition,
  DEPLOYMENT,
  evaluatedText,
  fieldOf,
  isOfType,
  isReference,
  itemsOf,
  propertiesOf,
  rawItem,
  removeNamed,
  templateScope,
  textIn,
} from './arm.ts'
import { type Raw, type Scope, scopeOf } from './scope.ts'

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

/** A collection of the service, with notes on everything that could not be read. */
interface Loaded extends Collection {
  readonly part: string
  readonly notes: Note[]
}

/**
 * A device of the service. What a file holds replaces all items of its collection. In the form `rules` or `routes`, and in a delta, each item
 * replaces the one of its name, or is new.
 */
export function collectionDevice(kind: CollectionKind, context: ReaderContext): Device {
  const isProof = context.purpose === 'prove'
  let collections: Loaded[] = []
  /** The names of all items that ever existed, because a delta may be loaded again. */
  const held = new Set<string>()
  const remember = (items: readonly Raw[]) => {
    for (const { name } of items) held.add(name.toLowerCase())
  }
  const scopeFor = ({ part, evaluate }: Loaded, notes: Note[]): Scope => ({
    ...scopeOf(context, ARM, part, notes),
    evaluate,
  })

  /** Puts each item in place of the one of its name, or adds it. Items of one file that share a name stay, because the service refuses them. */
  function* putEach({ items, part, notes }: Loaded, collection: Loaded, load: LoadKind): Generator<undefined> {
    for (const note of notes) collection.notes.push(note)
    const scope = scopeFor({ ...collection, part }, collection.notes)
    const before = new Set(collection.items)
    for (const item of items) {
      const others = collection.items.filter((other) => !before.has(other) || !kit.isSame(other.name, item.name))
      collection.items = [...others, item]
      const older = others.filter((other) => before.has(other))
      if (load === 'full') kind.checkPlace?.(item, older, scope)
      yield
    }
  }

  return {
    *load(files, load) {
      if (!isProof || (load === 'full' && context.options.form !== `${kind.item}s`)) {
        collections = files.map((file) => readFile(file, load, kind, context))
        for (const { items } of collections) remember(items)
        yield
        return
      }
      for (const file of files) {
        const [collection] = collections
        if (load === 'cleanup' || (load === 'delta' && file.part.startsWith('removed'))) {
          yield* removeNamed(file, `${kind.item}s`, held, collection?.notes, (name) => {
            if (collection) collection.items = collection.items.filter((item) => !kit.isSame(name, item.name))
          })
          continue
        }
        const read = readFile(file, load, kind, context)
        remember(read.items)
        const into = collection ?? { ...read, items: [], notes: [] }
        collections = [into]
        yield* putEach(read, into, load)
      }
    },
    reading() {
      const notes = collections.flatMap((one) => one.notes)
      const found = collections
        .filter((one) => !one.notes.some(({ isForeign }) => isForeign))
        .map((one) => kind.readingOf(one.items, scopeFor(one, notes)))
      return { rules: found.flatMap(({ rules }) => rules), lists: found.flatMap(({ lists }) => lists), notes }
    },
    items: () => collections.flatMap(({ items }) => kind.itemsOf(items)),
  }
}

/** The one collection of a file. Each has priorities or a next hop of its own, so the items of two are not one list. */
function readFile({ part, text }: ReadFile, load: LoadKind, kind: CollectionKind, context: ReaderContext): Loaded {
  const notes: Note[] = []
  const scope = { ...scopeOf(context, ARM, part, notes), evaluate: kit.expressions({}) }
  const root = rootOf(text, scope)
  if (root && scope.isStrict) kind.checkFile(root, load, scope)
  const [first, ...others] = root ? collectionsOf(root, kind, scope) : []
  for (const { name, line } of others)
    scope.note(line, name ?? `a ${kind.name}`, `is another ${kind.name} than ${first?.name}; keep one in the file`)
  if (first && scope.isStrict) kind.checkOwn?.(first, scope)
  if (first) return { ...first, part, notes }
  const foreign = notes.map((note) => ({ ...note, isForeign: true }))
  return { name: undefined, line: 1, items: [], evaluate: scope.evaluate, part, notes: foreign }
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

function collectionOf(value: LocatedJson, kind: CollectionKind, scope: Scope, name = textIn(value, 'name')) {
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
  /** Each with the items in it that are resources. */
  const found = new Map<string, Collection & { readonly own: Raw[] }>()
  /** Items that are resources on their own. The owner may be an unknown expression. */
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
    const twin = found.get(name.toLowerCase())
    if (twin) note(resource.line, name, 'appears twice')
    const children = itemsOf(fieldOf(resource, 'resources')).filter((one) => isOfType(one, kind.fields[0]))
    const own = children.map((child) => {
      const childName = nameOf(child, scope)
      checkCondition(child, childName, scope)
      return rawItem(child, kind.item, scope, childName)
    })
    found.set(name.toLowerCase(), { ...collectionOf(resource, kind, scope, name), own: [...(twin?.own ?? []), ...own] })
  }
  const [first] = found.values()
  for (const { owner = first?.name, item } of alone) {
    const key = owner?.toLowerCase() ?? ''
    const collection = found.get(key) ?? { name: owner, line: item.line, items: [], own: [], evaluate }
    found.set(key, collection)
    collection.own.push(item)
  }
  return Array.from(found.values(), ({ own, ...collection }) => {
    // An exported template has each item twice, in its collection and as a separate resource, which is deployed later.
    const names = new Set(isStrict ? [] : own.map(({ name }) => name.toLowerCase()))
    const items = collection.items.filter(({ name }) => !names.has(name.toLowerCase()))
    return { ...collection, items: [...items, ...own] }
  })
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
