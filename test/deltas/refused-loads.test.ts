import { expect, test } from 'vitest'
import { explain } from '../../src/finding/finding.ts'
import { expectPage } from '../golden-page.ts'
import { compiled } from '../notation.ts'
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

type Rules = readonly [before: readonly object[], after: readonly object[]]

const rulesetFor = (rules: readonly object[]) => compiled(rules, undefined, { local: ['10.20.0.0/16'] })

const LOADS: Readonly<Record<string, readonly [vendor: string, given: Record<string, string>, rules: Rules]>> = {
  'two policies exchange their names': ['fortigate', {}, EXCHANGE],
  'an inbound policy gives up its name': ['fortigate', {}, BOTH],
  'a denial moves behind another policy and keeps its name': ['fortigate', {}, DENIAL_MOVES],
  'two rules exchange their priorities': ['nsg', { mode: 'prefixes', form: 'rules' }, EXCHANGE],
  'the first of two rules goes, the local side stays': ['paloalto', { form: 'api' }, FIRST_GOES],
}

test('a full load is refused, and the delta is proved', async () => {
  const rows: [name: string, texts: string[]][] = []
  for (const [name, [vendor, given, [from, to]]] of Object.entries(LOADS)) {
    const change = { before: rulesetFor(from), after: rulesetFor(to) }
    const { findings, delta } = await fullLoad(change, formFor(vendor, given))
    expect(delta.proof).toBeDefined()
    rows.push([`${vendor}: ${name}`, findings.map(explain)])
  }
  await expectPage('refused-loads.txt', rows)
})
