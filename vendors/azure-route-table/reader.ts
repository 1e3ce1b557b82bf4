import type { Device, Item, Note, ReaderContext, ReadFile } from 'tagwall/reader'
import { ARM, type Collection, putEach, removeEach } from '../_azure/arm.ts'
import { routedAddresses } from '../_azure/route.ts'
import { type Raw, rootOf, scopeOf } from '../_azure/scope.ts'
import { bindKit } from '../_kit/kit.ts'
import { checkRoute, tablesOf } from './table.ts'
import { checkTableTemplate } from './template.ts'

/** A table of the service, with notes on everything that could not be read. */
interface LoadedTable extends Collection<Raw> {
  readonly part: string
}

/**
 * Every JSON that holds the routes of one table: a template, a table or effective routes as the service prints them, a list. A
 * template of a table replaces all of its routes. A route that is a separate resource replaces the route of that name, or is new.
 */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const { options, purpose } = context
  const isByRoute = purpose === 'prove' && options.form === 'routes'
  let tables: LoadedTable[] = []
  return {
    *load(files, kind) {
      if (kind === 'cleanup') {
        for (const file of files) yield* removeEach(file, 'routes', tables[0])
        return
      }
      const read = files.map((file) => readTable(file, context))
      if (!isByRoute) {
        tables = read
        yield
        return
      }
      for (const { part, items, notes } of read) {
        const [before = { items: [], notes: [] }] = tables
        const table = { part, items: before.items, notes: [...before.notes, ...notes] }
        tables = [table]
        yield* putEach(items, table)
      }
    },
    reading() {
      const notes: Note[] = tables.flatMap((table) => table.notes)
      const lists = tables
        .filter(({ items }) => items.length > 0)
        .map(({ part, items }) => {
          const scope = scopeOf(context, ARM, part, notes)
          for (const route of items) checkRoute(route, scope)
          return { part, ...routedAddresses(items, scope) }
        })
      return { rules: [], lists, notes }
    },
    items: () =>
      tables.flatMap(({ items }) =>
        items.map(({ name, fields }): Item => ({ kind: 'object', name, fields: context.kit.fieldsByPath(fields) })),
      ),
  }
}

function readTable({ part, text }: ReadFile, context: ReaderContext): LoadedTable {
  const notes: Note[] = []
  const scope = scopeOf(context, ARM, part, notes)
  const root = rootOf(text, scope)
  if (root && scope.isStrict) checkTableTemplate(root, scope)
  const [first, ...others] = root ? tablesOf(root, scope) : []
  for (const { name, line } of others)
    scope.note(line, name ?? 'a table', `is another table than ${first?.name}; keep one in the file`)
  if (!first) return { part, items: [], notes: notes.map((note) => ({ ...note, isForeign: true })) }
  return { part, items: first.routes, notes }
}
