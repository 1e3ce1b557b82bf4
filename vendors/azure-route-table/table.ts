import { fieldOf, propertiesOf } from '../_azure/arm.ts'
import type { CollectionKind } from '../_azure/collections.ts'
import { onlyFields, type Raw, type Scope, unknownFields } from '../_azure/scope.ts'
import { checkResource } from './template.ts'

const OWN = ['addressPrefix', 'nextHopType', 'nextHopIpAddress']
/** Fields that the service adds to a printed route; none of them affects where the route leads. */
const PRINTED = [
  ...['name', 'id', 'etag', 'type', 'kind', 'provisioningState', 'resourceGroup', 'hasBgpOverride'],
  // Of effective routes.
  ...['source', 'state', 'disableBgpRoutePropagation'],
]

/** Route tables, which hold routes. */
export const TABLES: CollectionKind = {
  type: 'Microsoft.Network/routeTables',
  name: 'table',
  item: 'route',
  fields: ['routes'],
  isMissing: 'holds no routes: neither a table, nor a template, nor a list of routes',
  isOther: 'is neither a route table nor a route',
  isItem: (value) => fieldOf(propertiesOf(value), 'nextHopType') !== undefined,
  checkFields: (fields, scope) => {
    if (!fieldOf(fields, 'routes') && !fieldOf(fields, 'copy'))
      scope.note(fields.line, 'the table', 'has no list of routes')
    if (!scope.isStrict) return
    onlyFields(fields, ['disableBgpRoutePropagation', 'routes'], 'the table', scope)
    const bgp = fieldOf(fields, 'disableBgpRoutePropagation')
    if (bgp?.kind !== 'scalar' || bgp.value !== scope.options.disableBgp)
      scope.note(fields.line, 'the table', `does not have disableBgpRoutePropagation ${scope.options.disableBgp}`)
  },
  checkResource,
}

/** Notes the unknown fields of a route. */
export function checkRoute({ name, fields }: Raw, scope: Scope): void {
  if (scope.isStrict) onlyFields(fields, OWN, name, scope)
  else
    for (const { key, value } of unknownFields(fields, (one) => [...OWN, ...PRINTED].includes(one), scope))
      scope.note(value.line, name, `has the field "${key}", which is not understood`)
}
