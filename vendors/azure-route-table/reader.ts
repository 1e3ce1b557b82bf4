import type { Device, Item, ReaderContext } from 'tagwall/reader'
import { collectionDevice } from '../_azure/collection-device.ts'
import { routedAddresses } from '../_azure/route.ts'
import { bindKit, kit } from '../_kit/kit.ts'
import { checkRoute, TABLES } from './table.ts'
import { checkTableTemplate } from './template.ts'

/** Every JSON that holds the routes of one table: a template, a table or effective routes as the service prints them, a list. */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  return collectionDevice(
    {
      kind: TABLES,
      checkFile: (root, _, scope) => checkTableTemplate(root, scope),
      readingOf: (routes, scope) => {
        for (const route of routes) checkRoute(route, scope)
        return { rules: [], lists: routes.length > 0 ? [{ part: scope.part, ...routedAddresses(routes, scope) }] : [] }
      },
      itemsOf: (routes) =>
        routes.map(({ name, fields }): Item => ({ kind: 'object', name, fields: kit.fieldsByPath(fields) })),
    },
    context,
  )
}
