import type { Device, LoadKind, Note, ReaderContext, ReadFile } from 'tagwall/reader'
import { rootOf } from '../_json/file-scope.ts'
import { kit } from '../_kit/kit.ts'
import { ARM, removeNamed } from './arm.ts'
import { type Collection, type CollectionKind, collectionsOf } from './collections.ts'
import { type Raw, type Scope, scopeOf } from './scope.ts'

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
