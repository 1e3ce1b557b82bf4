import { Ajv } from 'ajv'

// What Terraform and its provider azurerm take, written down from the documented fields (terraform-provider-azurerm
// network_security_rule_resource.go, ip_group_resource.go) and the JSON syntax of configurations; without any code of the vendor's
// reader, templates or manifest.

const LABEL = '^[A-Za-z_][A-Za-z0-9_-]*$'
const REFERENCE = '\\$\\{[a-z_]+(\\.[A-Za-z_][A-Za-z0-9_-]*)+(\\["[\\w.-]+"\\])?\\}'
const NAME = { type: 'string', minLength: 1, pattern: `^([^$%/\\\\?]+|${REFERENCE})$` }
const CIDR = '([0-9.]+/\\d{1,2}|[0-9a-f:]+/\\d{1,3})'
const PORT = { type: 'string', pattern: '^(\\*|\\d{1,5}(-\\d{1,5})?)$' }
const setOf = (items: object, more = {}) => ({ type: 'array', minItems: 1, uniqueItems: true, items, ...more })
const PREFIXES = setOf({ type: 'string', pattern: `^${CIDR}$` })
const PREFIX = { type: 'string', pattern: `^(\\*|[A-Za-z][A-Za-z0-9.]*|${CIDR})$` }
const IDS = setOf({ type: 'string', pattern: `^${REFERENCE}$` }, { maxItems: 10 })
const exactlyOne = (...names: string[]) => ({ oneOf: names.map((name) => ({ required: [name] })) })
const object = (properties: object, more = {}) => ({
  ...{ type: 'object', additionalProperties: false, properties, required: Object.keys(properties) },
  ...more,
})

const SECURITY_RULE = object(
  {
    name: { type: 'string', pattern: '^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$' },
    resource_group_name: NAME,
    network_security_group_name: NAME,
    description: { type: 'string', maxLength: 140 },
    protocol: { enum: ['*', 'Tcp', 'Udp', 'Icmp', 'Ah', 'Esp'] },
    access: { enum: ['Allow', 'Deny'] },
    direction: { enum: ['Inbound', 'Outbound'] },
    priority: { type: 'integer', minimum: 100, maximum: 4096 },
    source_port_range: PORT,
    source_port_ranges: setOf(PORT),
    destination_port_range: PORT,
    destination_port_ranges: setOf(PORT),
    source_address_prefix: PREFIX,
    source_address_prefixes: PREFIXES,
    source_application_security_group_ids: IDS,
    destination_address_prefix: PREFIX,
    destination_address_prefixes: PREFIXES,
    destination_application_security_group_ids: IDS,
  },
  {
    required: [
      ...['name', 'resource_group_name', 'network_security_group_name', 'protocol', 'access', 'priority', 'direction'],
    ],
    allOf: [
      exactlyOne('source_port_range', 'source_port_ranges'),
      exactlyOne('destination_port_range', 'destination_port_ranges'),
      ...['source', 'destination'].map((end) =>
        exactlyOne(`${end}_address_prefix`, `${end}_address_prefixes`, `${end}_application_security_group_ids`),
      ),
    ],
  },
)

const IP_GROUP = object({
  name: { type: 'string', pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$' },
  resource_group_name: NAME,
  location: NAME,
  cidrs: setOf({ type: 'string', pattern: '^[0-9.]+/\\d{1,2}$' }, { maxItems: 5000 }),
})

const ENDS = setOf({ type: 'string', pattern: `^(\\*|[A-Za-z][A-Za-z0-9.]*|${CIDR})$` })
const FIREWALL_RULE = object(
  {
    name: { type: 'string', minLength: 1 },
    description: { type: 'string', minLength: 1 },
    protocols: setOf({ enum: ['Any', 'TCP', 'UDP', 'ICMP'] }),
    source_addresses: setOf({ type: 'string', pattern: `^(\\*|${CIDR})$` }),
    source_ip_groups: IDS,
    destination_addresses: ENDS,
    destination_ip_groups: IDS,
    destination_ports: setOf({ type: 'string', pattern: '^(\\*|[1-9]\\d{0,4}(-[1-9]\\d{0,4})?)$' }),
  },
  {
    required: ['name', 'protocols', 'destination_ports'],
    allOf: ['source', 'destination'].map((end) => exactlyOne(`${end}_addresses`, `${end}_ip_groups`)),
  },
)
const PLACE = { type: 'integer', minimum: 100, maximum: 65000 }
const COLLECTION_GROUP = object({
  name: { type: 'string', pattern: '^[A-Za-z0-9]([\\w.-]*\\w)?$' },
  firewall_policy_id: { type: 'string', pattern: `^(/subscriptions/.*|${REFERENCE})$` },
  priority: PLACE,
  network_rule_collection: {
    ...{ type: 'array', minItems: 1 },
    items: object({
      name: { type: 'string', minLength: 1 },
      priority: PLACE,
      action: { enum: ['Allow', 'Deny'] },
      rule: { type: 'array', minItems: 1, items: FIREWALL_RULE },
    }),
  },
})

const ROUTE_TABLE = object({
  name: { type: 'string', pattern: '^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,78}[a-zA-Z0-9_]?$' },
  resource_group_name: NAME,
  location: NAME,
  bgp_route_propagation_enabled: { type: 'boolean' },
  route: {
    ...{ type: 'array', minItems: 1, maxItems: 400, uniqueItems: true },
    items: object(
      {
        name: { type: 'string', pattern: '^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,78}[a-zA-Z0-9_]?$' },
        address_prefix: { type: 'string', pattern: `^([A-Za-z][A-Za-z0-9.]*|${CIDR})$` },
        next_hop_type: { enum: ['VirtualNetworkGateway', 'VnetLocal', 'Internet', 'VirtualAppliance', 'None'] },
        next_hop_in_ip_address: { type: ['string', 'null'] },
      },
      {
        if: { properties: { next_hop_type: { const: 'VirtualAppliance' } } },
        // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
        then: { properties: { next_hop_in_ip_address: { type: 'string', pattern: '^[0-9a-f.:]+$' } } },
        else: { properties: { next_hop_in_ip_address: { const: null } } },
      },
    ),
  },
})

const STRINGS = { type: 'array', items: { type: 'string' } }
const RULE_VALUE = object(
  {
    direction: { enum: ['Inbound', 'Outbound'] },
    access: { enum: ['Allow', 'Deny'] },
    protocol: { enum: ['*', 'Tcp', 'Udp', 'Icmp'] },
    ports: setOf({ type: 'string', pattern: '^\\d{1,5}(-\\d{1,5})?$' }),
    priority: { type: 'integer' },
    tags: STRINGS,
    ipv4: STRINGS,
    ipv6: STRINGS,
    local_addresses: PREFIXES,
    local_object: { type: 'string', minLength: 1 },
    description: { type: 'string', minLength: 1 },
  },
  { required: ['direction', 'access', 'protocol', 'ports', 'priority', 'tags', 'ipv4', 'ipv6'] },
)
const MAP = { type: 'object', minProperties: 1, additionalProperties: RULE_VALUE }
const named = (values: object) => ({
  ...{ type: 'object', minProperties: 1, maxProperties: 1, propertyNames: { pattern: LABEL } },
  additionalProperties: values,
})
const resources = (types: Readonly<Record<string, object>>, required = Object.keys(types)) =>
  object(
    {
      '//': { type: 'string' },
      resource: object(
        Object.fromEntries(
          Object.entries(types).map(([type, body]) => [
            type,
            {
              ...{ type: 'object', minProperties: 1, propertyNames: { pattern: LABEL } },
              additionalProperties: body,
            },
          ]),
        ),
        { required },
      ),
    },
    { required: ['resource'] },
  )
const GROUP_TYPE = 'azurerm_firewall_policy_rule_collection_group'

/** What a file of each form must look like. */
const SCHEMAS: Readonly<Record<string, object>> = {
  tfvars: named(MAP),
  locals: object({ '//': { type: 'string' }, locals: named(MAP) }, { required: ['locals'] }),
  nsg: resources({ azurerm_network_security_rule: SECURITY_RULE }),
  'ip-groups': resources({ azurerm_ip_group: IP_GROUP }),
  'route-table': resources({ azurerm_route_table: ROUTE_TABLE }),
  firewall: resources({ azurerm_ip_group: IP_GROUP, [GROUP_TYPE]: COLLECTION_GROUP }, [GROUP_TYPE]),
}

const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false })
const validators = new Map(Object.entries(SCHEMAS).map(([form, schema]) => [form, ajv.compile(schema)]))

/** Why the provider refuses a file of a form; empty where it takes the file. */
export function refusals(form: string, file: unknown): string[] {
  const validate = validators.get(form)
  if (!validate) return [`no schema for ${form}`]
  if (!validate(file)) return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  const rules = Object.values(
    (file as { resource?: Record<string, Record<string, Rule>> }).resource?.azurerm_network_security_rule ?? {},
  )
  const places = rules.map(({ direction, priority }) => `${direction} ${priority}`)
  return places.filter((place, index) => places.indexOf(place) < index).map((place) => `${place} twice`)
}

interface Rule {
  readonly direction: string
  readonly priority: number
}
