import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { goldensOf, type Json } from './json-harness.ts'

// What Resource Manager takes, written down from the typings of @azure/arm-network and the documented limits; without any code of
// the vendors' readers, templates or manifests.

const NAME = '[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?'
const CIDR = '(?:[0-9.]+/\\d{1,2}|[0-9a-f:]+/\\d{1,3})'

const strict = (properties: Record<string, object>, optional: readonly string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
})
const text = (pattern: string) => ({ type: 'string', pattern: `^(?:${pattern})$` })
const list = (items: object) => ({ type: 'array', minItems: 1, uniqueItems: true, items })
const template = (resources: object) =>
  strict({
    $schema: { const: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#' },
    contentVersion: text('\\d+(?:\\.\\d+){3}'),
    parameters: {
      type: 'object',
      additionalProperties: strict({ type: { const: 'string' }, defaultValue: { type: 'string' } }),
    },
    resources,
  })
const API = text('20\\d\\d-\\d\\d-\\d\\d')

/** Each field of RoutePropertiesFormat. */
const ROUTE = {
  ...strict(
    {
      addressPrefix: text(`${CIDR}|[A-Z][A-Za-z0-9.]*`),
      nextHopType: { enum: ['VirtualNetworkGateway', 'VnetLocal', 'Internet', 'VirtualAppliance', 'None'] },
      nextHopIpAddress: text('[0-9.]+|[0-9a-f:]+'),
    },
    ['nextHopIpAddress'],
  ),
  if: { properties: { nextHopType: { const: 'VirtualAppliance' } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['nextHopIpAddress'] },
  else: { properties: { nextHopIpAddress: false } },
}

const TABLE = strict({
  type: { const: 'Microsoft.Network/routeTables' },
  apiVersion: API,
  name: { const: "[parameters('routeTableName')]" },
  location: { const: "[parameters('location')]" },
  properties: strict({
    disableBgpRoutePropagation: { type: 'boolean' },
    routes: { ...list(strict({ name: text(NAME), properties: ROUTE })), maxItems: 400 },
  }),
})
const ROUTE_ALONE = strict(
  {
    type: { const: 'Microsoft.Network/routeTables/routes' },
    apiVersion: API,
    name: text(`\\[concat\\(parameters\\('routeTableName'\\), '/${NAME}'\\)\\]`),
    dependsOn: list(
      text(
        `\\[resourceId\\('Microsoft\\.Network/routeTables/routes', parameters\\('routeTableName'\\), '${NAME}'\\)\\]`,
      ),
    ),
    properties: ROUTE,
  },
  ['dependsOn'],
)

const FORMS: Readonly<Record<string, object>> = {
  'azure-route-table template': template({ type: 'array', minItems: 1, maxItems: 1, items: TABLE }),
  'azure-route-table routes': template({ ...list(ROUTE_ALONE), maxItems: 800 }),
}

const ajv = new Ajv({ allErrors: true, strictRequired: false })
const checks = new Map(Object.entries(FORMS).map(([name, schema]) => [name, ajv.compile(schema)]))
const GOLDENS = ['azure-route-table'].flatMap((vendor) =>
  goldensOf(vendor).map(
    (golden) => [`${vendor} ${golden.title}`, `${vendor} ${golden.options.form}`, golden.text] as const,
  ),
)

const problems = (form: string, root: Json): string[] => {
  const check = checks.get(form)
  check?.(root)
  return (check?.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

test.for(GOLDENS)('Resource Manager takes %s', ([, form, written]) => {
  expect(problems(form, JSON.parse(written))).toEqual([])
})

test.for([
  ['"Internet"', '"internet"'],
  ['"Internet"', '"VirtualAppliance"'],
  ['"addressPrefix": "Azure', '"addressPrefix": "azure-'],
  ['"disableBgpRoutePropagation": false', '"disableBgpRoutePropagation": "no"'],
  ['"name": "az-', '"name": "az/'],
] as const)('these facts refuse %s with %s', ([from, to]) => {
  const [, form, written] = GOLDENS.find(([title]) => title.endsWith(' arc-kubernetes default')) as (typeof GOLDENS)[0]
  expect(written).toContain(from)
  expect(problems(form, JSON.parse(written.replace(from, to)))).not.toEqual([])
})
