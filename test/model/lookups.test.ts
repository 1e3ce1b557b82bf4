import { describe, expect, test } from 'vitest'
import { type DoctorFinding, severityOf } from '../../src/doctor/findings.ts'
import { zoneOf } from '../../src/doctor/private-link.ts'
import { GAPS, gapsIn } from '../../src/model/artefact.ts'
import { type Item, itemKey } from '../../src/model/device.ts'
import { byTarget } from '../../src/model/group-by.ts'
import { purposeOf } from '../../src/model/tag-purpose.ts'

// What is looked up by a name.

describe('the key of a thing on a device', () => {
  const item: Item = { kind: 'group', name: 'a' }
  const of = { kind: 'rule', name: 'r', field: 'source' } as const
  const others: readonly Item[] = [
    { kind: 'rule', name: 'a' },
    { kind: 'group', name: 'b' },
    { kind: 'group', name: 'a', family: 'ipv4' },
    { kind: 'group', name: 'a', family: 'ipv6' },
    { kind: 'group', name: 'a', id: '7' },
    { kind: 'group', name: 'a', of },
    { kind: 'group', name: 'a', of: { ...of, kind: 'group' } },
    { kind: 'group', name: 'a', of: { ...of, name: 's' } },
    { kind: 'group', name: 'a', of: { ...of, field: 'service' } },
  ]

  test('tells things apart by all that they have', () => {
    expect(new Set([item, ...others].map(itemKey)).size).toBe(1 + others.length)
  })

  test('is the same for the same thing: an identifier counts before a name', () => {
    expect(itemKey({ ...item })).toBe(itemKey(item))
    expect(itemKey({ kind: 'group', name: 'b', id: '7' })).toBe(itemKey({ kind: 'group', name: 'a', id: '7' }))
  })
})

test.for<[code: 'NO_RULE_ALLOWS' | 'IPV6_DROPPED' | 'IPV6_NO_ROUTE', facts: object, want: string]>([
  ['NO_RULE_ALLOWS', { isReached: 'yes' }, 'warning'],
  ['NO_RULE_ALLOWS', { isReached: 'no' }, 'error'],
  ['NO_RULE_ALLOWS', {}, 'error'],
  ['IPV6_DROPPED', {}, 'warning'],
  ['IPV6_NO_ROUTE', {}, 'info'],
])('%s with %j is of the severity %s', ([code, facts, want]) => {
  expect(severityOf({ code, facts, hosts: [], addresses: [] } as unknown as DoctorFinding)).toBe(want)
})

test.for<[host: string, want: string | undefined]>([
  ['his.arc.azure.com', 'his.arc.azure.com'],
  ['gbl.his.arc.azure.com', 'his.arc.azure.com'],
  ['a.b.guestconfiguration.azure.com', 'guestconfiguration.azure.com'],
  ['nothis.arc.azure.com', undefined],
  ['his.arc.azure.com.example', undefined],
  ['arc.azure.com', undefined],
])('the private zone of %s is %s', ([host, want]) => {
  expect(zoneOf(host, ['his.arc.azure.com', 'guestconfiguration.azure.com'])).toBe(want)
})

test.for<[text: string, want: string[]]>([
  ['load {file} as {name}', ['file', 'name']],
  ['{file}{file}', ['file', 'file']],
  ['{vsys2} {2x} {} {a-b} { file }', ['vsys2']],
  ['nothing', []],
])('the gaps in %j are %j', ([text, want]) => expect(gapsIn(text)).toEqual(want))

test('a step may name the file, its name and the configuration', () => {
  expect(GAPS).toEqual(['file', 'name', 'running'])
})

test.for<[name: string, want: string | undefined, directions: string[]]>([
  ['Storage', 'Azure Storage, of all its customers', ['outbound']],
  ['Storage.WestEurope', 'Azure Storage, of all its customers', ['outbound']],
  ['Storage.*', 'Azure Storage, of all its customers', ['outbound']],
  ['ActionGroup', 'action groups, where they call you', ['inbound']],
  ['LogicApps', 'Logic Apps', ['outbound', 'inbound']],
  [
    'AzureFrontDoor.Backend',
    'the addresses from which Azure Front Door calls the origins of its customers',
    ['outbound', 'inbound'],
  ],
  ['AzureFrontDoor', undefined, []],
  ['constructor', undefined, []],
  ['Unknown.WestEurope', undefined, []],
])('the purpose of %s is %s', ([name, want, directions]) => {
  const { what, sources = [], directions: found = [] } = purposeOf(name) ?? {}
  expect([what, found]).toEqual([want, directions])
  expect(sources.length > 0).toBe(want !== undefined)
})

test('the items of each target, in their order; none for a target without', () => {
  const items = ['a1', 'b1', 'a2', 'c1', 'b2'].map((name) => ({ target: name[0] as string, name }))
  const of = byTarget(items)
  expect(['a', 'b', 'c', 'd'].map((target) => of(target).map(({ name }) => name))).toEqual([
    ['a1', 'a2'],
    ['b1', 'b2'],
    ['c1'],
    [],
  ])
})
