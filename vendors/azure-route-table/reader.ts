import type { Device, Note, ReaderContext, ReadFile } from 'tagwall/reader'
import { ledBy } from './lead.ts'
import { readRoute } from './route.ts'
import type { Scope } from './scope.ts'
import { type RawRoute, tablesOf } from './table.ts'
import { checkTemplate } from './template.ts'
import { isSame } from './values.ts'

/** A table as the service holds it, and what could not be read of it. */
interface Held {
  readonly part: string
  routes: readonly RawRoute[]
  readonly notes: Note[]
}

/**
 * Every JSON that holds the routes of one table: a template, a table or effective routes as the service prints them, a list. A
 * template of a table replaces all of its routes. Where each route is a resource of its own, it takes the place of the route of that
 * name, or is a new one.
 */
export const device = (context: ReaderContext): Device => {
  const { kit, options, purpose } = context
  const isByRoute = purpose === 'prove' && options.form === 'routes'
  let tables: Held[] = []
  return {
    *load(files, kind) {
      if (kind === 'cleanup') {
        for (const file of files) yield* removeRoutes(file, tables[0], context)
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
        const table: Held = { part, routes: [...before], notes: [...(tables[0]?.notes ?? []), ...notes] }
        tables = [table]
        for (const route of routes) {
          // What the file itself says twice stays twice: the service refuses it.
          table.routes = table.routes
            .filter((other) => !before.has(other) || !isSame(other.name, route.name))
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
          const scope = scopeFor(part, context, notes)
          return {
            part,
            ...ledBy(
              routes.flatMap((route) => readRoute(route, { ...scope, part }, kit)),
              scope,
              kit,
            ),
          }
        })
      return { rules: [], lists, notes }
    },
    inventory: () => tables.flatMap(({ routes }) => routes.map(({ name }) => ({ kind: 'object', name }))),
  }
}

function scopeFor(part: string, { options, purpose }: ReaderContext, notes: Note[]): Scope {
  const note: Scope['note'] = (line, text, reason, about) => {
    notes.push({ place: { part, line }, text: text.slice(0, 120), reason, ...(about && { about }) })
  }
  return { options, isStrict: purpose === 'prove', part, note }
}

function readTable({ part, text }: ReadFile, context: ReaderContext): Held {
  const notes: Note[] = []
  const scope = scopeFor(part, context, notes)
  const root = context.kit.readJson(text)
  if (root.kind === 'broken') scope.note(root.line, root.text, text.trim() === '' ? 'is empty' : root.reason)
  else if (scope.isStrict) checkTemplate(root, scope, context.kit)
  const tables = root.kind === 'broken' ? [] : tablesOf(root, scope)
  const [first, ...others] = tables
  for (const { name, line } of others)
    scope.note(line, name ?? 'a table', `is another table than ${first?.name}; keep one in the file`)
  if (!first) return { part, routes: [], notes: notes.map((note) => ({ ...note, isForeign: true })) }
  return { part, routes: first.routes, notes }
}

/** `{ "removeRoutes": [name] }`. What has gone already need not be removed. */
function* removeRoutes(
  { part, text }: ReadFile,
  table: Held | undefined,
  { kit }: ReaderContext,
): Generator<undefined> {
  const root = kit.readJson(text)
  const list = root.kind === 'object' && root.fields.size === 1 ? root.fields.get('removeRoutes') : undefined
  const names = kit.itemsOf(list).map((item) => kit.textOf(item))
  if (list?.kind !== 'list' || names.includes(undefined))
    table?.notes.push({ place: { part, line: root.line }, text: 'the JSON', reason: 'is no list of routes to remove' })
  for (const name of names) {
    if (table) table.routes = table.routes.filter((route) => !isSame(name, route.name))
    yield
  }
}
