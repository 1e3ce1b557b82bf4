import type { AddressList, LocatedJson, Note, PrefixSet, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { checkFields, type FileScope, fileScope, listIn, repeated, rootOf } from '../_json/file-scope.ts'
import { bindKit, kit } from '../_kit/kit.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

type Scope = FileScope & Pick<ReaderContext, 'options'>

/** Generic Data Center files. Each fetch replaces the whole file, and an object missing from the new file has no addresses. */
export function read(files: readonly ReadFile[], { kit: given, purpose, options }: ReaderContext): Reading {
  bindKit(given)
  const notes: Note[] = []
  const lists = files.flatMap(({ part, text }) => objectsOf(text, { ...fileScope(purpose, part, notes), options }))
  return { rules: [], lists, notes }
}

function objectsOf(text: string, scope: Scope): AddressList[] {
  const { note, isStrict } = scope
  const root = rootOf(text, scope)
  if (!root) return []
  const listed = kit.fieldOf(root, 'objects')
  if (listed?.kind !== 'list') {
    note(root.line, 'the JSON', 'has no list of objects')
    return []
  }
  checkFields(root, { wanted: ['version', 'description', 'objects'] }, 'the file', scope)
  const version = kit.fieldOf(root, 'version')
  if (kit.textOf(version) !== '1.0') note(version?.line ?? root.line, 'the file', 'is not of the version 1.0')
  if (listed.items.length === 0) note(listed.line, 'the file', 'has no objects')
  const objects = listed.items.map((item) => objectOf(item, scope))
  for (const what of ['name', 'id'] as const)
    for (const [object, first] of repeated(objects, (one) => one[what].toLowerCase()))
      note(object.line, object.shown, `has the ${what} of another object, ${first.shown}`)
  if (isStrict) return objects.map(({ list }) => list)
  const own = objects.filter(({ isOwn }) => isOwn)
  const others = own.length > 0 ? objects.filter(({ isOwn }) => !isOwn) : []
  for (const { line, shown } of others)
    note(line, shown, 'is an object whose name does not begin with the prefix of tagwall', { isHarmless: true })
  return (own.length > 0 ? own : objects).map(({ list }) => list)
}

/** An object; `shown` is its name in notes. */
function objectOf(item: LocatedJson, scope: Scope) {
  const { note, isStrict, options, part } = scope
  const name = kit.textOf(kit.fieldOf(item, 'name')) ?? ''
  const shown = name || 'an object'
  if (name === '') note(item.line, shown, 'has no name')
  checkFields(item, { wanted: ['name', 'id', 'description', 'ranges'] }, shown, scope)
  const prefix = String(options.namePrefix)
  const isOwn = name.startsWith(prefix)
  if (isStrict && !isOwn) note(item.line, shown, `has a name that does not begin with ${prefix}`)
  // A rule refers to the id, so it must stay: when proving, it is the one that the name makes.
  const id = kit.textOf(kit.fieldOf(item, 'id')) ?? ''
  const wanted = kit.nameUuid(String(options.namespace), name)
  if (isStrict && id !== wanted) note(item.line, name, `has the id ${id}, not ${wanted}`)
  else if (!UUID.test(id)) note(item.line, name, 'has no id that is a UUID')
  const addresses = rangesOf(kit.fieldOf(item, 'ranges'), item.line, shown, scope)
  const list: AddressList = { part, name: (isOwn ? name.slice(prefix.length) : name) || shown, addresses }
  return { line: item.line, name, id, shown, isOwn, list }
}

function rangesOf(list: LocatedJson | undefined, line: number, name: string, scope: Scope): PrefixSet {
  const { note, isStrict } = scope
  if (!list) note(line, name, 'has no list of ranges')
  const sets = listIn(list, name, scope).map((item) => {
    const text = kit.textOf(item) ?? ''
    const range = !isStrict && text.includes('-') ? kit.rangeOfText(text) : undefined
    if (range) return kit.setOfRanges([range])
    const prefix = isStrict && !text.includes('/') ? `"${text}" is not a CIDR` : kit.prefixOrReason(text)
    if (typeof prefix !== 'string') return kit.setOf([prefix])
    note(item.line, name, prefix)
    return kit.empty
  })
  const addresses = kit.union(sets)
  if (addresses.isEmpty) note(line, name, 'has no addresses')
  return addresses
}
