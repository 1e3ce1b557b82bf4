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

const GROUP_ID = text(`\\[resourceId\\('Microsoft\\.Network/ipGroups', '${NAME}'\\)\\]`)
const IP_GROUP = strict(
  {
    type: { const: 'Microsoft.Network/ipGroups' },
    apiVersion: API,
    name: text(NAME),
    location: { const: "[parameters('location')]" },
    dependsOn: { ...list(GROUP_ID), maxItems: 1 },
    properties: strict({ ipAddresses: { ...list(text('[0-9.]+/\\d{1,2}')), maxItems: 5000 } }),
  },
  ['dependsOn'],
)
const ADDRESSES = list(text(`${CIDR}|\\*`))
/** A NetworkRule; a tag is alone in its list. */
const NETWORK_RULE = {
  ...strict(
    {
      ruleType: { const: 'NetworkRule' },
      name: text(NAME),
      description: { type: 'string', pattern: '^[^[]' },
      ipProtocols: list({ enum: ['Any', 'TCP', 'UDP', 'ICMP'] }),
      sourceAddresses: ADDRESSES,
      sourceIpGroups: list(GROUP_ID),
      destinationAddresses: { oneOf: [ADDRESSES, { ...list(text('[A-Z][A-Za-z0-9.]*')), maxItems: 1 }] },
      destinationIpGroups: list(GROUP_ID),
      destinationPorts: list(text('\\*|\\d{1,5}(?:-\\d{1,5})?')),
    },
    ['sourceAddresses', 'sourceIpGroups', 'destinationAddresses', 'destinationIpGroups'],
  ),
  allOf: ['source', 'destination'].map((end) => ({
    oneOf: [{ required: [`${end}Addresses`] }, { required: [`${end}IpGroups`] }],
  })),
}
const PRIORITY = { type: 'integer', minimum: 100, maximum: 65000 }
const RULES = strict(
  {
    type: { const: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups' },
    apiVersion: API,
    name: text(`\\[concat\\(parameters\\('firewallPolicyName'\\), '/${NAME}'\\)\\]`),
    dependsOn: list(GROUP_ID),
    properties: strict({
      priority: PRIORITY,
      ruleCollections: list(
        strict({
          ruleCollectionType: { const: 'FirewallPolicyFilterRuleCollection' },
          name: text(NAME),
          priority: PRIORITY,
          action: strict({ type: { enum: ['Allow', 'Deny'] } }),
          rules: list(NETWORK_RULE),
        }),
      ),
    }),
  },
  ['dependsOn'],
)

const FORMS: Readonly<Record<string, object>> = {
  'azure-firewall undefined': template({
    ...list({ oneOf: [IP_GROUP, RULES] }),
    contains: {
      type: 'object',
      properties: { type: { const: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups' } },
    },
  }),
  'azure-route-table template': template({ type: 'array', minItems: 1, maxItems: 1, items: TABLE }),
  'azure-route-table routes': template({ ...list(ROUTE_ALONE), maxItems: 800 }),
}

const ajv = new Ajv({ allErrors: true, strictRequired: false })
const checks = new Map(Object.entries(FORMS).map(([name, schema]) => [name, ajv.compile(schema)]))
const GOLDENS = ['azure-route-table', 'azure-firewall'].flatMap((vendor) =>
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
  ['"TCP"', '"Tcp"'],
  ['"NetworkRule"', '"networkRule"'],
  ['"destinationIpGroups": [', '"destinationAddresses": ['],
  ['"priority": 150', '"priority": 99'],
  ['"ipAddresses": [', '"ipAddresses": ["2001:db8::/32",'],
  ['"*"', '"any"'],
] as const)('these facts refuse a firewall with %s as %s', ([from, to]) => {
  const [, form, written] = GOLDENS.find(
    ([title]) => title === 'azure-firewall arc-kubernetes default',
  ) as (typeof GOLDENS)[0]
  expect(written).toContain(from)
  expect(problems(form, JSON.parse(written.replace(from, to)))).not.toEqual([])
})

test.for([
  ['"Internet"', '"internet"'],
  ['"Internet"', '"VirtualAppliance"'],
  ['"addressPrefix": "Azure', '"addressPrefix": "azure-'],
  ['"disableBgpRoutePropagation": false', '"disableBgpRoutePropagation": "no"'],
  ['"name": "az-', '"name": "az/'],
] as const)('these facts refuse %s with %s', ([from, to]) => {
  const [, form, written] = GOLDENS.find(
    ([title]) => title === 'azure-route-table arc-kubernetes default',
  ) as (typeof GOLDENS)[0]
  expect(written).toContain(from)
  expect(problems(form, JSON.parse(written.replace(from, to)))).not.toEqual([])
})
