import { expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import { explain } from '../../src/finding/finding.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { documentOf } from '../notation.ts'
import { fullLoad } from './cleaned.ts'
import { formFor } from './forms.ts'

// Full loads that a device refuses on its way, though the end would be right; and one that it takes.

const RULE = { tags: [], direction: 'outbound', ports: [443] } as const
const LOGIN = { ...RULE, name: 'Login', prefixes: ['192.0.2.0/25'], priority: 300 }
const MANAGE = { ...RULE, name: 'Manage', prefixes: ['192.0.2.128/25'], priority: 500 }

const EXCHANGE = [
  [LOGIN, MANAGE],
  [
    { ...LOGIN, priority: 500 },
    { ...MANAGE, priority: 300 },
  ],
] as const
const BOTH = [[{ ...LOGIN, direction: 'inbound' }], [{ ...LOGIN, direction: 'both' }]] as const
const DENIAL = { ...MANAGE, name: 'NoStorage', action: 'deny', priority: 250 } as const
const DENIAL_MOVES = [
  [DENIAL, LOGIN],
  [LOGIN, { ...DENIAL, priority: 700 }],
] as const
const FIRST_GOES = [[LOGIN, MANAGE], [MANAGE]] as const

function rulesetFor(rules: readonly object[]): Ruleset {
  const document = documentOf('Sql=20.0.0.0/24', 'public', '2025-11-10')
  const policy = parsePolicy(JSON.stringify({ local: ['10.20.0.0/16'], rules }), 'edge', 'edge.yaml')
  return compile(policy, { document, names: [...document.tags.keys()], where: '' }).ruleset
}

test.for([
  [
    'fortigate',
    {},
    'two policies exchange their names',
    EXCHANGE,
    ['script line 24 has the name of another policy, Manage: edit 44300. Load the delta instead'],
  ],
  [
    'fortigate',
    {},
    'an inbound policy gives up its name',
    BOTH,
    ['script line 18 has the name of another policy, Login: edit 44300. Load the delta instead'],
  ],
  [
    'fortigate',
    {},
    'a denial moves behind another policy and keeps its name',
    DENIAL_MOVES,
    ['script line 39 has the name of another policy, NoStorage: edit 44700. Load the delta instead'],
  ],
  [
    'nsg',
    { mode: 'prefixes', form: 'rules' },
    'two rules exchange their priorities',
    EXCHANGE,
    [
      'rules line 11 has the same priority and direction as Login-v4, which the service refuses: Manage-v4. Load the delta instead',
    ],
  ],
  ['paloalto', { form: 'api' }, 'the first of two rules goes, the local side stays', FIRST_GOES, []],
] as const)('%s %o: %s', async ([vendor, given, , [from, to], expected]) => {
  const form = formFor(vendor, given)
  const change = { before: rulesetFor(from), after: rulesetFor(to) }
  const { findings, delta } = await fullLoad(change, form)
  const refusal = `target "${vendor}" refuses a full load over before: `
  expect(findings.map(explain)).toEqual(expected.map((text) => `${refusal}${text}`))
  expect(delta.proof).toBeDefined()
})
