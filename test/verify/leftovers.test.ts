import { expect, test } from 'vitest'
import { explain } from '../../src/finding/finding.ts'
import type { Device } from '../../src/model/device.ts'
import { type Item, isNothingLeft, type Leftovers, NO_LEFTOVERS } from '../../src/model/item.ts'
import { isClean, leftoversOf, proveCleanup, proveReload, type Reload } from '../../src/verify/leftovers.ts'
import { LoadedFiles } from '../../src/verify/loaded-files.ts'
import { rulesetOf, setOf } from '../audit/notation.ts'
import { expectOutcomes, expectPage } from '../golden-page.ts'
import { deviceOf, fileOf } from './small-device.ts'

const reloadOf = (before: string, after: string, device = deviceOf) => ({
  before: new LoadedFiles(fileOf(before), device),
  after: new LoadedFiles(fileOf(after), device),
})

const WEB = 'Web = allow out tcp 443 192.0.2.0/24'
const OLD = 'Old = allow out tcp 443 203.0.113.0/24'
const SHUT = 'Shut = deny out tcp 443 198.51.100.0/24'
const DENIAL = 'A = deny out tcp 443 192.0.2.0/25'
const EXPECTATION = {
  target: 't',
  ruleset: rulesetOf('Web out tcp 443 192.0.2.0/24'),
  by: 'addresses' as const,
  order: 'each' as const,
}
const textsOf = (findings: readonly Parameters<typeof explain>[0][]) =>
  findings.map((one) =>
    explain(one).replace(
      /^target "t": ((?:the rendered file|after all commands, the device) does not match the policy: )?/,
      '',
    ),
  )
const namesOf = (items: readonly Item[]) => items.map(({ name }) => name)
const staysOf = (reload: Reload) => leftoversOf(reload, 'each').stays

test('what stays is what the older load left, and a member only if what holds it does not', () => {
  expect(namesOf(staysOf(reloadOf(`${OLD}; ${WEB}`, WEB)))).toEqual(['Old'])
  expect(staysOf(reloadOf(WEB, WEB))).toEqual([])
  expect(namesOf(staysOf(reloadOf(`${OLD}; Old.tag = x; ${WEB}; Web.tag = y`, `${WEB}; Web.tag = z`)))).toEqual([
    'Old',
    'y',
  ])
})

test.for<[before: string, want: { findings: string[]; left: string[]; notes: number }]>([
  [WEB, { findings: [], left: [], notes: 0 }],
  [SHUT, { findings: [], left: ['Shut'], notes: 0 }],
  [
    OLD,
    {
      findings: ['outbound tcp port 443: allowed, but not in the policy: 203.0.113.0/24'],
      left: ['Old'],
      notes: 0,
    },
  ],
  // Of older files that are not understood, nothing else is known.
  [`${OLD}; frobnicate`, { findings: [], left: [], notes: 1 }],
])('a load over %s', ([before, want]) => {
  const { findings, left, notes } = proveReload(EXPECTATION, reloadOf(before, WEB))
  expect({ findings: textsOf(findings), left: namesOf(left.stays), notes: notes.length }).toEqual(want)
})

const CLEANUPS: Readonly<Record<string, readonly [before: string, cleanup: string, after?: string]>> = {
  'removes what stayed': [OLD, 'no Old'],
  'removes two': [`${OLD}; ${SHUT}`, 'no Shut; no Old'],
  'removes what only denies': [SHUT, 'no Shut'],
  'has nothing to do': [WEB, ''],
  'may allow what the policy does on the way': [OLD, `X = allow out tcp 443 192.0.2.0/25; no X; no Old`],
  'leaves something': [`${OLD}; ${SHUT}`, 'no Old'],
  'leaves what allows': [OLD, ''],
  'takes away what the policy allows, for a moment': [OLD, `no Old; no Web; ${WEB}`],
  'denies it in place of allowing it': [OLD, 'Web = deny out tcp 443 192.0.2.0/24'],
  'opens what was shut': [OLD, 'X = allow out tcp 80 203.0.113.0/24; no X; no Old'],
  'removes what stayed, over a load that is not the policy': [`${OLD}; ${SHUT}`, 'no Shut', OLD],
  'is not understood': [OLD, 'no Old; frobnicate'],
}

/** What a proof says of a cleanup. */
function saidOf({ proof, findings, left }: ReturnType<typeof proveCleanup>): string[] {
  expect(proof !== undefined).toBe(findings.length === 0 && isNothingLeft(left))
  if (findings.length > 0) return textsOf(findings)
  return left.stays.length > 0 ? namesOf(left.stays).map((name) => `left: ${name}`) : [`commands: ${proof?.commands}`]
}

test('a cleanup', async () => {
  await expectOutcomes('cleanups.txt', CLEANUPS, ([before, cleanup, after = WEB]) =>
    saidOf(proveCleanup(EXPECTATION, reloadOf(before, after), fileOf(cleanup), 'cleanup')),
  )
})

test.for<[before: string, after: string, commands: string, want: { isClean: boolean; commands?: number }]>([
  [WEB, WEB, 'no Old', { isClean: true }],
  [SHUT, WEB, '', { isClean: false }],
  [OLD, WEB, 'no Old', { isClean: false, commands: 1 }],
  [SHUT, WEB, 'no Shut', { isClean: false, commands: 1 }],
  // The load itself is not the policy.
  [OLD, OLD, 'no Shut', { isClean: false, commands: 0 }],
  [`${OLD}; frobnicate`, WEB, 'no Old', { isClean: false }],
])('after %s and then %s, "%s" is proved if there is something to do: %j', ([before, after, commands, want]) => {
  const files = commands === '' ? [] : fileOf(commands)
  const proved = proveReload(EXPECTATION, reloadOf(before, after), files, 'cleanup')
  const { cleanup, findings } = proved
  expect({ isClean: isClean(proved), ...(cleanup && { commands: cleanup.proof?.commands ?? 0 }) }).toEqual(want)
  expect(findings).toEqual(proveReload(EXPECTATION, reloadOf(before, after)).findings)
})

test('a rule that stays, and denies what the policy allows, may be removed', () => {
  const reload = reloadOf(DENIAL, WEB)
  expect(textsOf(proveReload(EXPECTATION, reload).findings)).toEqual([
    'outbound tcp port 443, rule "Web": missing: 192.0.2.0/25',
  ])
  expect(proveCleanup(EXPECTATION, reload, fileOf('no A'), 'cleanup')).toMatchObject({
    findings: [],
    left: NO_LEFTOVERS,
  })
})

// Lists by name: `Web = 192.0.2.0/24`, `no Web`.
function listsOf(): Device {
  const lists = new Map<string, string>()
  return {
    *load(files) {
      for (const line of files.flatMap(({ text }) => text.split('; ').filter(Boolean))) {
        const [, name = '', value = ''] = /^(\S+) = (.*)$/.exec(line) ?? []
        if (name) lists.set(name, value)
        else lists.delete(line.slice(3))
        yield
      }
    },
    reading: () => ({
      rules: [],
      notes: [],
      lists: Array.from(lists, ([name, text]) => {
        const [addresses = '', tags = ''] = text.split('#')
        return { part: 'conf', name, addresses: setOf(addresses), tags: tags.split(',').filter(Boolean) }
      }),
    }),
    items: () => Array.from(lists.keys(), (name): Item => ({ kind: 'set', name, fields: {} })),
  }
}

test('a list that stays is not an order of rules', () => {
  const reload = reloadOf('Old = 203.0.113.0/24', 'Web = 192.0.2.0/24', listsOf)
  const { findings, left } = proveReload(EXPECTATION, reload)
  expect({ findings: findings.length, moved: left.moved }).toEqual({ findings: 1, moved: [] })
})

const LISTS: readonly (readonly [by: 'addresses' | 'tags', before: string, after: string, cleanup: string])[] = [
  ['addresses', 'Old = 203.0.113.0/24', 'Web = 192.0.2.0/24', 'no Old'],
  ['addresses', 'Old = 203.0.113.0/24', 'Web = 192.0.2.0/24', 'no Web; Web = 192.0.2.0/24; no Old'],
  ['addresses', 'Old = 203.0.113.0/24', 'Web = 192.0.2.0/24', 'X = 198.51.100.0/24; no X; no Old'],
  ['addresses', 'Old = 203.0.113.0/24', 'Web = 192.0.2.0/24', 'Old = 198.51.100.0/24; no Old'],
  ['tags', 'Old = #Sql', 'Web = #Web', 'no Old'],
  ['tags', 'Old = #Sql', 'Web = #Web', 'no Web; Web = #Web; no Old'],
]

test('a cleanup of lists', async () => {
  await expectPage(
    'cleanups-of-lists.txt',
    LISTS.map(([by, before, after, cleanup]) => {
      const reload = reloadOf(before, after, listsOf)
      const found = proveCleanup({ ...EXPECTATION, by }, reload, fileOf(cleanup), 'cleanup')
      return [`${by}: ${before}, then ${after}; ${cleanup}`, saidOf(found)]
    }),
  )
})

// Lines of `deviceOf`, and a list beside the rules.
function rulesAndList(): Device {
  const device = deviceOf()
  const list = { part: 'conf', name: 'Web', addresses: setOf('192.0.2.0/24') }
  return { ...device, reading: () => ({ ...device.reading(), lists: [list] }) }
}

test('the rules of a device with lists are looked at after each command', () => {
  const reload = reloadOf(OLD, WEB, rulesAndList)
  const said = (cleanup: string) => textsOf(proveCleanup(EXPECTATION, reload, fileOf(cleanup), 'cleanup').findings)
  expect(said('no Old')).toEqual([])
  expect(said('X = allow out tcp 80 203.0.113.0/24; no X; no Old')).toEqual([
    'after command 1 over the full files, outbound tcp port 80: allowed, although it was not allowed before: 203.0.113.0/24',
  ])
})

test('a cleanup is proved for each local side', () => {
  const ruleset = rulesetOf('Web out tcp 443 192.0.2.0/24 local=10.1.0.0/16')
  const [web, old] = ['local=10.1.0.0/16 192.0.2.0/24', 'local=10.2.0.0/16 203.0.113.0/24']
  const reload = reloadOf(`Old = allow out tcp 443 ${old}`, `Web = allow out tcp 443 ${web}`)
  const said = (cleanup: string) =>
    textsOf(proveCleanup({ ...EXPECTATION, ruleset }, reload, fileOf(cleanup), 'cleanup').findings)
  expect(said('no Old')).toEqual([])
  expect(said('X = allow out tcp 443 local=10.1.0.0/16 203.0.113.0/24; no X; no Old')).toEqual([
    'after command 1 over the full files, outbound tcp port 443, from 10.1.0.0/16: allowed, although it was not allowed before: 203.0.113.0/24',
  ])
})

test('commands that leave another order are no proof, even if nothing is left over', () => {
  const reload = reloadOf(`${DENIAL}; ${WEB}`, `${WEB}; ${DENIAL}`)
  const { proof, left } = proveCleanup(EXPECTATION, reload, fileOf(''), 'delta')
  expect({ proof, moved: namesOf(left.moved) }).toEqual({ proof: undefined, moved: ['Web'] })
  expect(proveCleanup({ ...EXPECTATION, order: 'none' }, reload, fileOf(''), 'delta').left).toEqual(NO_LEFTOVERS)
})

test.for<[name: string, before: string, after: string, want: Partial<Record<keyof Leftovers, string[]>>]>([
  ['the same rules in the same order', `${WEB}; ${SHUT}`, `${WEB}; ${SHUT}`, {}],
  ['a denial behind the rule that it is to be before', `${WEB}; ${DENIAL}`, `${DENIAL}; ${WEB}`, { moved: ['A'] }],
  ['a rule that stays', `${OLD}; ${WEB}`, WEB, { stays: ['Old'] }],
  [
    'a rule that stays, and others in another order',
    `${OLD}; ${WEB}; ${DENIAL}`,
    `${DENIAL}; ${WEB}`,
    { stays: ['Old'], moved: ['A'] },
  ],
])('what differs after a full load: %s', ([, before, after, want]) => {
  const ruleset = rulesetOf(
    ...after.split('; ').map((line) => {
      const [, name, action, rest] = /^(\w+) = (\w+) (.*)$/.exec(line) as string[] as [string, string, string, string]
      return `${name} ${rest}${action === 'deny' ? ' deny' : ''}`
    }),
  )
  const { left } = proveReload({ ...EXPECTATION, ruleset }, reloadOf(before, after))
  const { stays, lacks, reworded, moved } = left
  const found = { stays, lacks, reworded: reworded.map(({ item }) => item), moved }
  const named = Object.entries(found).flatMap(([what, items]) => (items.length > 0 ? [[what, namesOf(items)]] : []))
  expect(Object.fromEntries(named)).toEqual(want)
})

test('a member says what holds it, also where the newer load fills no such list', () => {
  const of = { kind: 'rule', name: 'Web', field: 'tag' }
  const member = { kind: 'member', name: 'x', family: undefined, of, fields: {} }
  expect(staysOf(reloadOf(`${WEB}; Web.tag = x`, WEB))).toEqual([member])
  expect(staysOf(reloadOf(`${WEB}; Web.tag = x`, `${WEB}; Web.tag = y`))).toEqual([member])
  expect(staysOf(reloadOf(`${WEB}; Web.tag = x`, `${WEB}; Web.tag = x; Web.tag = y`))).toEqual([])
})
