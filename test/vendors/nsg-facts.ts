import { Ajv } from 'ajv'

// What the service takes, written down from its REST description (Azure/azure-rest-api-specs networkSecurityGroup.json),
// the ARM template schema and the documented limits; without any code of the vendor's reader, templates or manifest.

const NAME = '[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?'
const PORT = { type: 'string', pattern: '^(\\*|\\d{1,5}(-\\d{1,5})?)$' }
const CIDR = '([0-9.]+/\\d{1,2}|[0-9a-f:]+/\\d{1,3})'
/** A tag, any, or one prefix; in a list there are prefixes only. */
const SIDE = { type: 'string', pattern: `^(\\*|[A-Za-z][A-Za-z0-9.]*|${CIDR})$` }
const SIDES = { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string', pattern: `^${CIDR}$` } }
/** At most ten, in the template's own resource group. */
const GROUPS = {
  type: 'array',
  minItems: 1,
  maxItems: 10,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['id'],
    properties: {
      id: {
        type: 'string',
        pattern: `^\\[resourceId\\('Microsoft\\.Network/applicationSecurityGroups', '${NAME}'\\)\\]$`,
      },
    },
  },
}
const PORTS = { type: 'array', minItems: 1, uniqueItems: true, items: PORT }
const exactlyOne = (...names: string[]) => ({ oneOf: names.map((name) => ({ required: [name] })) })

const PROPERTIES = {
  type: 'object',
  additionalProperties: false,
  required: ['protocol', 'access', 'priority', 'direction', 'sourcePortRange'],
  allOf: [
    exactlyOne('destinationPortRange', 'destinationPortRanges'),
    exactlyOne('sourceAddressPrefix', 'sourceAddressPrefixes', 'sourceApplicationSecurityGroups'),
    exactlyOne('destinationAddressPrefix', 'destinationAddressPrefixes', 'destinationApplicationSecurityGroups'),
  ],
  properties: {
    description: { type: 'string', maxLength: 140, pattern: '^[^[]' },
    protocol: { enum: ['Tcp', 'Udp', 'Icmp', 'Esp', '*', 'Ah'] },
    access: { enum: ['Allow', 'Deny'] },
    direction: { enum: ['Inbound', 'Outbound'] },
    priority: { type: 'integer', minimum: 100, maximum: 4096 },
    sourcePortRange: PORT,
    destinationPortRange: PORT,
    destinationPortRanges: PORTS,
    sourceAddressPrefix: SIDE,
    sourceAddressPrefixes: SIDES,
    destinationAddressPrefix: SIDE,
    destinationAddressPrefixes: SIDES,
    sourceApplicationSecurityGroups: GROUPS,
    destinationApplicationSecurityGroups: GROUPS,
  },
}

const RULES = {
  type: 'array',
  minItems: 1,
  maxItems: 1000,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'properties'],
    properties: { name: { type: 'string', pattern: `^${NAME}$` }, properties: PROPERTIES },
  },
}

const API_VERSION = { type: 'string', pattern: '^20\\d\\d-[01]\\d-[0-3]\\d(-preview)?$' }

const template = (resources: object) => ({
  type: 'object',
  additionalProperties: false,
  required: ['$schema', 'contentVersion', 'resources'],
  properties: {
    $schema: { const: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#' },
    contentVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+\\.\\d+$' },
    parameters: {
      type: 'object',
      maxProperties: 256,
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'defaultValue'],
        properties: { type: { const: 'string' }, defaultValue: { type: 'string', minLength: 1 } },
      },
    },
    resources: { type: 'array', minItems: 1, maxItems: 800, ...resources },
  },
})

const RULE_NAME = `^\\[concat\\(parameters\\('networkSecurityGroupName'\\), '/(${NAME})'\\)\\]$`
const RULE_ID =
  "^\\[resourceId\\('Microsoft\\.Network/networkSecurityGroups/securityRules', " +
  `parameters\\('networkSecurityGroupName'\\), '(${NAME})'\\)\\]$`

/** What a file of each form must look like. */
const SCHEMAS: Readonly<Record<string, object>> = {
  array: RULES,
  template: template({
    maxItems: 1,
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['type', 'apiVersion', 'name', 'location', 'properties'],
      properties: {
        type: { const: 'Microsoft.Network/networkSecurityGroups' },
        apiVersion: API_VERSION,
        name: { const: "[parameters('networkSecurityGroupName')]" },
        location: { const: "[parameters('location')]" },
        properties: {
          type: 'object',
          additionalProperties: false,
          required: ['securityRules'],
          properties: { securityRules: RULES },
        },
      },
    },
  }),
  rules: template({
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['type', 'apiVersion', 'name', 'properties'],
      properties: {
        type: { const: 'Microsoft.Network/networkSecurityGroups/securityRules' },
        apiVersion: API_VERSION,
        name: { type: 'string', pattern: RULE_NAME },
        dependsOn: { type: 'array', minItems: 1, items: { type: 'string', pattern: RULE_ID } },
        properties: PROPERTIES,
      },
    },
  }),
}

const ajv = new Ajv({ allErrors: false, strict: true, strictRequired: false, strictTypes: false })
const validators = new Map(Object.entries(SCHEMAS).map(([form, schema]) => [form, ajv.compile(schema)]))

export interface RuleProperties {
  readonly [field: string]: unknown
  readonly priority: number
  readonly direction: string
}

export interface ArmRule {
  readonly name: string
  readonly properties: RuleProperties
}

interface Resource extends ArmRule {
  readonly type: string
  readonly dependsOn?: readonly string[]
}

/** The rules of a file that its schema has passed, by their own names. */
export function rulesOf(form: string, value: unknown): readonly ArmRule[] {
  if (form === 'array') return value as readonly ArmRule[]
  const { resources } = value as { resources: readonly Resource[] }
  if (form === 'template') return resources[0]?.properties.securityRules as readonly ArmRule[]
  return resources.map(({ name, properties }) => ({ name: nameIn(RULE_NAME, name), properties }))
}

const nameIn = (pattern: string, text: string) => new RegExp(pattern).exec(text)?.[1] ?? text

/** What the service would refuse: what is against the schema first, then what a schema cannot say. */
export function refusals(form: string, value: unknown): string[] {
  const validate = validators.get(form)
  if (!validate?.(value)) {
    return (validate?.errors ?? [])
      .slice(0, 1)
      .map(({ instancePath, message }) => `${lastStep(instancePath)} ${message}`)
  }
  const rules = rulesOf(form, value)
  return [
    ...twice(rules.map(({ name }) => name.toLowerCase())).map((name) => `name ${name} twice`),
    ...twice(rules.map(({ properties: { direction, priority } }) => `${direction} ${priority}`)),
    ...rules.flatMap(({ name, properties }) =>
      [...portProblems(properties), ...addressProblems(properties)].map((problem) => `${name} ${problem}`),
    ),
    ...['source', 'destination'].flatMap((end) => {
      const count = rules.reduce((sum, { properties }) => sum + sideOf(properties, end).length, 0)
      return count > 4000 ? [`${count} ${end} prefixes`] : []
    }),
    ...(form === 'rules' ? dependencyProblems((value as { resources: readonly Resource[] }).resources) : []),
    ...(Buffer.byteLength(JSON.stringify(value)) > 1024 * 1024 ? ['larger than 1 MB'] : []),
  ]
}

const lastStep = (path: string) => /[^/]+(\/\d+)?$/.exec(path)?.[0] ?? 'the file'

const twice = (values: readonly string[]) => values.filter((value, index) => values.indexOf(value) !== index)

function portProblems(properties: RuleProperties): string[] {
  const single = [properties.sourcePortRange, properties.destinationPortRange]
  const ports = [...single, ...((properties.destinationPortRanges as string[] | undefined) ?? [])] as (
    | string
    | undefined
  )[]
  return ports.flatMap((text) => {
    if (text === undefined || text === '*') return []
    const [first, last = first] = text.split('-').map(Number) as [number, number?]
    return first <= (last as number) && (last as number) <= 65535 ? [] : [`port ${text}`]
  })
}

function sideOf(properties: RuleProperties, end: string): string[] {
  const several = properties[`${end}AddressPrefixes`] as string[] | undefined
  if (properties[`${end}ApplicationSecurityGroups`]) return []
  return several ?? [properties[`${end}AddressPrefix`] as string]
}

function addressProblems(properties: RuleProperties): string[] {
  const prefixes = [...sideOf(properties, 'source'), ...sideOf(properties, 'destination')].filter((text) =>
    text.includes('/'),
  )
  const families = new Set(prefixes.map((text) => text.includes(':')))
  return [
    ...(families.size > 1 ? ['both families'] : []),
    ...prefixes.filter((text) => !isNetwork(text)).map((text) => `address ${text}`),
  ]
}

/** Whether a text in CIDR notation is an address, and one without host bits. */
function isNetwork(text: string): boolean {
  const [address = '', length] = text.split('/')
  const bits = address.includes(':') ? bitsOf6(address) : bitsOf4(address)
  return bits !== undefined && Number(length) <= bits.length && !bits.slice(Number(length)).includes('1')
}

function bitsOf4(address: string): string | undefined {
  const parts = address.split('.')
  if (parts.length !== 4 || parts.some((part) => !/^(0|[1-9]\d*)$/.test(part) || Number(part) > 255)) return undefined
  return parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('')
}

function bitsOf6(address: string): string | undefined {
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const gap = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...Array(Math.max(gap, 0)).fill('0'), ...groups(tail ?? '')]
  if (all.length !== 8 || all.some((group) => !/^[0-9a-f]{1,4}$/.test(group))) return undefined
  return all.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('')
}

/** Changes of one group at the same time can fail, so that each rule waits for the one before it. */
function dependencyProblems(resources: readonly Resource[]): string[] {
  return resources.flatMap(({ name, dependsOn = [] }, index) => {
    const before = resources[index - 1]?.name
    const wanted = before === undefined ? '' : nameIn(RULE_NAME, before)
    const found = dependsOn.map((id) => nameIn(RULE_ID, id)).join()
    return found === wanted ? [] : [`${nameIn(RULE_NAME, name)} waits for ${found || 'nothing'}`]
  })
}
