import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NetworkManagementClient, type SecurityRule } from '@azure/arm-network'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Golden, goldensOf, type Json } from './json-harness.ts'
import { type ArmRule, refusals, rulesOf } from './nsg-facts.ts'

// What the service takes, by facts that know nothing of the vendor's code, and by the official client.

const GOLDENS = goldensOf('nsg').map((golden) => [golden.title, golden] as const)
const formOf = ({ options }: Golden) => options.form as string

describe('the service', () => {
  test.for(GOLDENS)('takes %s', ([, golden]) => {
    expect(refusals(formOf(golden), JSON.parse(golden.text))).toEqual([])
  })

  const BASE = GOLDENS.find(
    ([title]) => title === 'plain-names form=array,mode=prefixes,nearSide=*',
  ) as (typeof GOLDENS)[0]
  type Rules = { name: string; properties: Record<string, Json> }[]
  const remote = 'destinationAddressPrefixes'
  const many = (count: number) => Array.from({ length: count }, (_, i) => `203.${i >> 8}.${i & 255}.0/24`)

  /** Edits of a list of rules: of the second one, Identity-v4. */
  const EDITS: readonly (readonly [edit: (rule: Rules[0], rules: Rules) => unknown, want: string])[] = [
    [({ properties }) => (properties.protocol = 'tcp'), 'protocol must be equal to one of the allowed values'],
    [({ properties }) => (properties.access = 'allow'), 'access must be equal to one of the allowed values'],
    [({ properties }) => (properties.direction = 'outbound'), 'direction must be equal to one of the allowed values'],
    [({ properties }) => (properties.priority = 99), 'priority must be >= 100'],
    [({ properties }) => (properties.priority = 4097), 'priority must be <= 4096'],
    [({ properties }) => (properties.priority = '210'), 'priority must be integer'],
    [({ properties }) => (properties.priority = 200), 'Outbound 200'],
    [(rule) => (rule.name = 'web-to-storage-V4'), 'name web-to-storage-v4 twice'],
    [
      (rule) => (rule.name = 'two words'),
      'name must match pattern "^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$"',
    ],
    [(rule) => (rule.name = 'ends.'), 'name must match pattern "^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$"'],
    [
      (rule) => (rule.name = 'a'.repeat(81)),
      'name must match pattern "^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$"',
    ],
    [
      ({ properties }) => (properties.description = 'a'.repeat(141)),
      'description must NOT have more than 140 characters',
    ],
    [({ properties }) => (properties.description = "[parameters('x')]"), 'description must match pattern "^[^[]"'],
    [({ properties }) => delete properties.protocol, "properties must have required property 'protocol'"],
    [({ properties }) => delete properties.sourcePortRange, "properties must have required property 'sourcePortRange'"],
    [
      ({ properties }) => delete properties[remote],
      "properties must have required property 'destinationAddressPrefix'",
    ],
    [
      ({ properties }) => (properties.destinationAddressPrefix = '*'),
      'properties must match exactly one schema in oneOf',
    ],
    [
      ({ properties }) => (properties[remote] = ['Storage']),
      'destinationAddressPrefixes/0 must match pattern "^([0-9.]+/\\d{1,2}|[0-9a-f:]+/\\d{1,3})$"',
    ],
    [({ properties }) => (properties[remote] = []), 'destinationAddressPrefixes must NOT have fewer than 1 items'],
    [({ properties }) => (properties[remote] = ['192.0.2.0/24', '2001:db8::/32']), 'Identity-v4 both families'],
    [({ properties }) => (properties.sourceAddressPrefix = '2001:db8::/32'), 'Identity-v4 both families'],
    [({ properties }) => (properties[remote] = ['192.0.2.1/24']), 'Identity-v4 address 192.0.2.1/24'],
    [({ properties }) => (properties[remote] = ['2001:db8::1/64']), 'Identity-v4 address 2001:db8::1/64'],
    [({ properties }) => (properties[remote] = ['192.0.2.0/33']), 'Identity-v4 address 192.0.2.0/33'],
    [({ properties }) => (properties[remote] = many(4000)), '4011 destination prefixes'],
    [({ properties }) => (properties.destinationPortRange = 443), 'destinationPortRange must be string'],
    [({ properties }) => (properties.destinationPortRange = '90-80'), 'Identity-v4 port 90-80'],
    [({ properties }) => (properties.destinationPortRange = '65536'), 'Identity-v4 port 65536'],
    [
      ({ properties }) => (properties.sourcePortRange = 'any'),
      'sourcePortRange must match pattern "^(\\*|\\d{1,5}(-\\d{1,5})?)$"',
    ],
    [({ properties }) => (properties.log = true), 'properties must NOT have additional properties'],
    [(rule, rules) => rules.push(...Array(1000).fill(rule)), 'the file must NOT have more than 1000 items'],
  ]

  test.for(EDITS.map(([edit, want]) => [want, edit] as const))('refuses: %s', ([want, edit]) => {
    const rules = JSON.parse(BASE[1].text) as Rules
    edit(rules[1] as Rules[0], rules)
    expect(refusals('array', rules)).toEqual([want])
  })

  test.for([
    ['default', 'template', '"$schema": "', '"$schema": "x', '$schema must be equal to constant'],
    ['default', 'template', '"resources"', '"resource"', "the file must have required property 'resources'"],
    [
      'default',
      'template',
      '2024-05-01',
      'latest',
      'apiVersion must match pattern "^20\\d\\d-[01]\\d-[0-3]\\d(-preview)?$"',
    ],
    ['default', 'template', '"location": "[', '"location": "[[', 'location must be equal to constant'],
    [
      'form=rules',
      'rules',
      "'Identity-AzureActiveDirectory')]\"\n      ]",
      "'Probe')]\"\n      ]",
      'Identity-AzureResourceManager waits for Probe',
    ],
    ['form=rules', 'rules', '/securityRules"', '/securityRule"', 'type must be equal to constant'],
  ] as const)('refuses %s with %s', ([title, form, from, to, want]) => {
    const golden = GOLDENS.find(([name]) => name === `plain-names ${title}`)?.[1] as Golden
    const text = golden.text.replace(from, to)
    expect(text).not.toBe(golden.text)
    expect(refusals(form, JSON.parse(text))).toEqual([want])
  })
})

interface Recorded {
  readonly method: string | undefined
  readonly path: string
  readonly body: { readonly name?: string; readonly properties: { readonly securityRules?: readonly ArmRule[] } }
}

describe('the official client', () => {
  const recorded: Recorded[] = []
  let server: Server
  let client: NetworkManagementClient
  const GROUP = '/subscriptions/SUB/resourceGroups/RG/providers/Microsoft.Network/networkSecurityGroups/nsg-tagwall'

  // The service answers with what it was sent.
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const body = JSON.parse(Buffer.concat(await request.toArray()).toString())
      recorded.push({ method: request.method, path: request.url?.split('?')[0] as string, body })
      const answer = { ...body, properties: { ...body.properties, provisioningState: 'Succeeded' } }
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const credential = { getToken: async () => null }
    client = new NetworkManagementClient(credential, 'SUB', { endpoint, allowInsecureConnection: true })
    // It refuses to send a token over plain HTTP, and there is none.
    client.pipeline.removePolicy({ name: 'bearerTokenAuthenticationPolicy' })
  })
  afterAll(() => server.close())
  beforeEach(() => {
    recorded.length = 0
  })

  /** Its rules are flat; what stands in `properties` would be dropped without a word. */
  const flat = ({ name, properties }: ArmRule) => ({ name, ...properties }) as unknown as SecurityRule

  test.for(GOLDENS)('sends %s as it is written', async ([, golden]) => {
    const rules = rulesOf(formOf(golden), JSON.parse(golden.text))
    if (formOf(golden) === 'rules') {
      for (const rule of rules) {
        await client.securityRules.beginCreateOrUpdateAndWait('RG', 'nsg-tagwall', rule.name, flat(rule))
      }
      const wanted = rules.map((rule) => ({ method: 'PUT', path: `${GROUP}/securityRules/${rule.name}`, body: rule }))
      expect(recorded).toEqual(wanted)
      return
    }
    const group = { location: 'westeurope', securityRules: rules.map(flat) }
    const answer = await client.networkSecurityGroups.beginCreateOrUpdateAndWait('RG', 'nsg-tagwall', group)
    const body = { location: 'westeurope', properties: { securityRules: rules } }
    expect(recorded).toEqual([{ method: 'PUT', path: GROUP, body }])
    expect(answer.securityRules).toEqual(rules.map(flat))
  })

  test('refuses what is of another type', async () => {
    const [rule] = rulesOf('template', JSON.parse(GOLDENS[0]?.[1].text as string)) as [ArmRule]
    const send = (fields: Record<string, unknown>) => {
      const changed = { ...flat(rule), ...fields } as SecurityRule
      return client.securityRules.beginCreateOrUpdateAndWait('RG', 'nsg-tagwall', rule.name, changed)
    }
    await expect(send({ priority: '150' })).rejects.toThrow('priority with value 150 must be of type number.')
    await expect(send({ destinationPortRange: 443 })).rejects.toThrow('must be of type string')
    await expect(send({ sourceAddressPrefixes: '192.0.2.0/24' })).rejects.toThrow('must be of type Array')
    await expect(send({ access: undefined, direction: undefined })).resolves.toMatchObject({ name: rule.name })
    expect(recorded).toHaveLength(1)
  })
})
