import type { Device, Note, ReaderContext, ReadFile } from 'tagwall/reader'
import { ARM, removedNames } from '../_azure/arm.ts'
import { bindKit, kit } from '../_azure/kit.ts'
import { type RawRoute, routedAddresses } from '../_azure/route.ts'
import { rootOf, scopeOf } from '../_azure/scope.ts'
import { checkRoute, tablesOf } from './table.ts'
import { checkTableTemplate } from './template.ts'

/** A table of the service, with notes on everything that could not be read. */
interface LoadedTable {
  readonly part: string
  routes: readonly RawRoute[]
  readonly notes: Note[]
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
        for (const file of files) yield* removeRoutes(file, tables[0])
        return
      }
      const read = files.map((file) => readTable(file, context))
      if (!isByRoute) {
        tables = read
        yield
        return
      }
      for (const { part, routes, notes } of read) {
        const before = new Set(tables[0]?.routes)
        const table: LoadedTable = { part, routes: [...before], notes: [...(tables[0]?.notes ?? []), ...notes] }
        tables = [table]
        for (const route of routes) {
          // Duplicate routes within one file stay: the service refuses them.
          table.routes = table.routes
            .filter((other) => !before.has(other) || !kit.isSame(other.name, route.name))
            .concat(route)
          yield
        }
      }
    },
    reading() {
      const notes: Note[] = tables.flatMap((table) => table.notes)
      const lists = tables
        .filter(({ routes }) => routes.length > 0)
        .map(({ part, routes }) => {
          const scope = scopeOf(context, ARM, part, notes)
          for (const route of routes) checkRoute(route, scope)
          return { part, ...routedAddresses(routes, scope) }
        })
      return { rules: [], lists, notes }
    },
    inventory: () => tables.flatMap(({ routes }) => routes.map(({ name }) => ({ kind: 'object', name }))),
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
  if (!first) return { part, routes: [], notes: notes.map((note) => ({ ...note, isForeign: true })) }
  return { part, routes: first.routes, notes }
}

/** A delta may be loaded again, so a route to remove may already be gone. */
function* removeRoutes(file: ReadFile, table: LoadedTable | undefined): Generator<undefined> {
  const { names, notes } = removedNames(file, 'routes')
  table?.notes.push(...notes)
  for (const name of names) {
    if (table) table.routes = table.routes.filter((route) => !kit.isSame(name, route.name))
    yield
  }
}
