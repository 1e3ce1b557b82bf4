import { describe, expect, test } from 'vitest'
import { renderDelta } from '../../src/change/commands/render-delta.ts'
import { explain } from '../../src/finding/finding.ts'
import { compiled } from '../notation.ts'
import { fullLoad } from './cleaned.ts'
import { FORMS, faultsOf, rulesetFor } from './edits.ts'

// A few edits of a policy; edits.long.test.ts has all of them in every form.

const formNamed = (name: string) => FORMS.find((form) => form.name === name) as (typeof FORMS)[number]

const EDITS = [
  ['base', 'another port'],
  ['base', 'other tags, protocol and ports'],
  ['a denial first', 'a denial last'],
  ['a denial before a wide rule', 'base'],
] as const

describe.for(['paloalto', 'paloalto form=xml', 'fortigate', 'iptables match=ipset', 'nsg mode=prefixes', 'cisco-ios'])(
  '%s: the delta is proved, ends as a fresh load, and may be loaded twice:',
  (name) => {
    test.for(EDITS)('from %s to %s', async ([from, to]) => {
      expect(await faultsOf({ before: rulesetFor(from), after: rulesetFor(to) }, formNamed(name))).toEqual([])
    })
  },
)

test.for(['cisco-asa load=lines', 'cisco-ios', 'mikrotik'])(
  '%s: a tag shrinks that one rule denies and a later one allows, there and back',
  async (name) => {
    const [more, less] = ['Sql=20.0.0.0/24,20.0.4.0/24', 'Sql=20.0.0.0/24,20.0.8.0/24'].map((tags) =>
      rulesetFor('a denial of the same tag', tags),
    )
    for (const [before, after] of [
      [more, less],
      [less, more],
    ]) {
      const change = { before: before as NonNullable<typeof before>, after: after as NonNullable<typeof after> }
      const { files, findings } = await renderDelta(change, formNamed(name), true)
      expect(findings.map(explain)).toEqual([])
      expect(files.map(({ text }) => text).join('')).not.toContain('-next')
    }
  },
)

test.for(['cisco-asa', 'cisco-asa load=lines'])('%s: a group keeps its members, but its tags go', async (name) => {
  const change = { before: rulesetFor('other ports'), after: rulesetFor('own prefixes of one family') }
  expect(await faultsOf(change, formNamed(name))).toEqual([])
})

test.for([
  ['cisco-asa load=lines', '\n no description\n'],
  ['cisco-ios', 'object-group v6-network Web-v6\n description Azure service tags: Sql\n'],
] as const)('%s: a description of a group changes, and no address of its family', async ([name, line]) => {
  const [from, to] = name === 'cisco-ios' ? ['another tag', 'base'] : ['other ports', 'own prefixes of one family']
  const { files, findings } = await renderDelta(
    { before: rulesetFor(from), after: rulesetFor(to) },
    formNamed(name),
    true,
  )
  expect(findings.map(explain)).toEqual([])
  expect(files.map(({ text }) => text).join('')).toContain(line)
})

test('cisco-ios: rules change their addresses to another family, their decision and their directions', async () => {
  const rule = { tags: [], direction: 'outbound', ports: ['8000-8080'], prefixes: ['9.205.112.0/29'] }
  const mon = { ...rule, name: 'Mon', protocol: 'udp', ports: [80, 443], priority: 800 }
  const block = { ...rule, name: 'Block', ports: ['1-65535'], local: ['192.0.2.9'], priority: 1035 }
  const login = { name: 'Login', tags: [], direction: 'outbound', action: 'deny', protocol: 'any', priority: 1445 }
  const store = { ...rule, name: 'Store-1', priority: 3055 }
  const change = {
    before: rulesetOf([
      { ...mon, prefixes: ['2620:1ec:8f0::/44', '52.236.189.80/30'] },
      { ...block, action: 'deny' },
      { ...login, prefixes: rule.prefixes },
      { ...store, direction: 'both' },
    ]),
    after: rulesetOf([
      { ...mon, prefixes: ['2620:1ec:8f0::/44'] },
      block,
      { ...login, prefixes: ['2603:1030:1502:1::500/120'] },
      store,
    ]),
  }
  const { files, findings } = await renderDelta(change, formNamed('cisco-ios'), true)
  expect(findings.map(explain)).toEqual([])
  expect(files.map(({ text }) => text).join('')).not.toContain('-next')
})

const rulesetOf = (rules: readonly object[]) =>
  compiled(rules, undefined, { local: ['10.20.0.9', '10.21.0.0/24', '2001:db8:20::9'] })

test('a port more in a rule is one more service, and the older one goes after it', async () => {
  const change = { before: rulesetFor('base'), after: rulesetFor('another port') }
  const { files } = await renderDelta(change, formNamed('paloalto'), true)
  expect(files.map(({ text }) => text).join('')).toBe(`set service tcp-80_443 protocol tcp port 80,443
set rulebase security rules "Web" service tcp-80_443
delete rulebase security rules "Web" service tcp-443
delete service tcp-443
`)
})

const loadOver = (name: string, from: string, to: string) =>
  fullLoad({ before: rulesetFor(from), after: rulesetFor(to) }, formNamed(name))

test.for(['paloalto', 'fortigate'])('%s: the wide rule goes before the denial that limits it', async (name) => {
  const { delta, left, proof, findings } = await loadOver(name, 'a denial before a wide rule', 'one rule')
  expect(findings.map(explain)).toEqual([])
  expect(proof).toBeDefined()
  expect(left.stays.filter(({ kind }) => kind === 'rule').map(({ name }) => name)).toEqual(['Wide', 'Deny'])
  const text = delta.files.map((file) => file.text).join('')
  expect(text.lastIndexOf('Wide')).toBeLessThan(text.lastIndexOf('Deny'))
})

test.for(['cisco-asa', 'cisco-asa load=lines', 'cisco-ios', 'paloalto form=xml', 'juniper-srx form=text scope=global'])(
  '%s: a denial that a full load puts behind older rules is put in front of them',
  async (name) => {
    const { findings, isAllowing, left, proof } = await loadOver(name, 'base', 'a denial first')
    expect(findings.map(explain)).toEqual([])
    expect({ isAllowing, rules: left.stays.filter(({ kind }) => kind === 'rule') }).toEqual({
      isAllowing: true,
      rules: [],
    })
    expect(proof).toBeDefined()
  },
)

// In each of these, a full load puts a rule where the older one of that name or priority was, or behind others, and an older rule beside it decides.
test.for([
  ['cisco-asa load=lines', 'a denial in between', 'other tags, protocol and ports'],
  ['cisco-asa load=lines', 'a denial last', 'local sides and denials'],
  ['cisco-ios', 'local sides and denials', 'a denial first'],
  ['fortigate', 'a denial of the same tag', 'a denial first'],
  ['fortigate', 'local sides and denials', 'a denial before a wide rule'],
  ['nsg mode=prefixes form=rules', 'a denial in between', 'local sides and denials'],
] as const)(
  '%s: the delta from %s to %s opens and cuts nothing after the full load either',
  async ([name, from, to]) => {
    const { findings, proof } = await loadOver(name, from, to)
    expect(findings.map(explain)).toEqual([])
    expect(proof).toBeDefined()
  },
)

test('a full file that leads to another order is not called proved, where nothing can put it right', async () => {
  const form = formNamed('cisco-ios')
  const change = { before: rulesetFor('base'), after: rulesetFor('a denial first') }
  const { proof, findings } = await fullLoad(change, { ...form, vendor: { ...form.vendor, deltas: [] } })
  expect(proof).toBeUndefined()
  expect(findings.map(explain)).toEqual([
    'target "cisco-ios": a full load puts rules in another order on the device, which allows more than the policy. Remove the earlier rules first',
  ])
})
