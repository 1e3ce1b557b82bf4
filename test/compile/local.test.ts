import { expect, test } from 'vitest'
import { placeLocal, rulesOfTarget } from '../../src/compile/rules-of-target.ts'
import { explain } from '../../src/finding/finding.ts'
import { localSetsOf, restrict } from '../../src/model/ruleset.ts'
import { rulesetOf, setOf } from '../audit/notation.ts'

const placed = (lines: string[], prefixes: string) =>
  placeLocal(rulesetOf(...lines), { prefixes: setOf(prefixes) }, 'p:1:1')

const shown = ({ ruleset }: ReturnType<typeof placed>) =>
  ruleset.rules.map(({ name, local, set }) => {
    const own = local && 'set' in local ? `${local.set.name} ${local.set.prefixes.texts}` : local?.object
    return `${name} from ${own} to ${set.prefixes.texts}`
  })

test.for<[name: string, lines: string[], local: string, want: string[]]>([
  [
    'a rule without one takes it',
    ['Web out tcp 443 192.0.2.0/24'],
    '10.0.0.0/8',
    ['Web from p-local 10.0.0.0/8 to 192.0.2.0/24'],
  ],
  [
    'the own one of a rule counts before it',
    ['Web out tcp 443 192.0.2.0/24 local=10.1.0.0/16', 'Any out tcp 443 192.0.2.0/24 local=@lan'],
    '10.0.0.0/8',
    ['Web from Web-local 10.1.0.0/16 to 192.0.2.0/24', 'Any from lan to 192.0.2.0/24'],
  ],
  [
    'the own one of a rule counts for the families too',
    ['Web out tcp 443 192.0.2.0/24 local=10.1.0.0/16', 'Six out tcp 443 2001:db8::/48'],
    'fd00::/16',
    ['Web from Web-local 10.1.0.0/16 to 192.0.2.0/24', 'Six from p-local fd00::/16 to 2001:db8::/48'],
  ],
  [
    'a family that it lacks goes from the remote side too',
    ['Web out tcp 443 192.0.2.0/24,2001:db8::/48'],
    'fd00::/16',
    ['Web from p-local fd00::/16 to 2001:db8::/48'],
  ],
])('%s', ([, lines, local, want]) => {
  const result = placed(lines, local)
  expect(result.findings).toEqual([])
  expect(shown(result)).toEqual(want)
})

test('a rule that no address is left of is an error', () => {
  const { findings } = placed(['Web out tcp 443 192.0.2.0/24'], 'fd00::/16')
  expect(findings).toEqual([{ code: 'LOCAL_OF_OTHER_FAMILY', severity: 'error', rule: 'Web', at: 'p:1:1' }])
})

test('without one, rules stay as they are', () => {
  const ruleset = rulesetOf('Web out tcp 443 192.0.2.0/24')
  expect(placeLocal(ruleset, undefined, '')).toEqual({ ruleset, findings: [] })
})

test('a set that several rules share is one, named after the policy without the ending of its file', () => {
  const ruleset = { ...rulesetOf('A out tcp 443 192.0.2.0/24', 'B out tcp 80 192.0.2.0/24'), policy: 'edge.yaml' }
  const sets = localSetsOf(placeLocal(ruleset, { prefixes: setOf('10.0.0.0/8') }, '').ruleset)
  expect(sets.map(({ name, id }) => [name, id])).toEqual([['edge-local', 'local']])
})

test.for([
  ['edge.yml', 'edge-local'],
  ['EDGE.JSON', 'EDGE-local'],
  ['edge.yaml.old', 'edge.yaml.old-local'],
  ['arc-kubernetes', 'arc-kubernetes-local'],
])('the local side of the policy %s is %s', ([policy, want]) => {
  const ruleset = { ...rulesetOf('A out tcp 443 192.0.2.0/24'), policy: policy as string }
  const sets = localSetsOf(placeLocal(ruleset, { prefixes: setOf('10.0.0.0/8') }, '').ruleset)
  expect(sets.map(({ name }) => name)).toEqual([want])
})

const FOR = { Web: ['edge'], Db: ['branch'], All: undefined }

test.for<[target: string, rules: (keyof typeof FOR)[], want: string[], sets: string[]]>([
  ['edge', ['Web', 'Db', 'All'], ['Web', 'All'], ['Web', 'All']],
  ['branch@paris', ['Web', 'Db', 'All'], ['Db', 'All'], ['Db', 'All']],
  ['core', ['Web', 'Db'], ['no rule is for target "core": every rule names other targets'], []],
])('the target %s has of the rules %j %j', ([name, rules, want, sets]) => {
  const ruleset = rulesetOf(...rules.map((rule) => `${rule} out tcp 443 192.0.2.0/24`))
  const own = {
    ...ruleset,
    rules: ruleset.rules.map((rule) => ({ ...rule, targets: FOR[rule.name as keyof typeof FOR] })),
  }
  const placed = rulesOfTarget(own, { name, local: undefined, at: 'p:1:1' })
  expect([
    ...placed.ruleset.rules.map((rule) => rule.name),
    ...placed.findings.map((finding) => explain(finding).replace('p:1:1: ', '')),
  ]).toEqual(want)
  expect(placed.ruleset.sets.map((set) => set.name)).toEqual(sets)
})

test('the ruleset itself is that of a target that has every rule', () => {
  const ruleset = rulesetOf('Web out tcp 443 192.0.2.0/24')
  expect(rulesOfTarget(ruleset, { name: 'edge', local: undefined, at: '' }).ruleset).toBe(ruleset)
})

test('a ruleset of one family has local sides of that family only', () => {
  const { ruleset } = placed(['Web out tcp 443 192.0.2.0/24,2001:db8::/48'], '10.0.0.0/8,fd00::/16')
  expect(shown({ ruleset: restrict(ruleset, 'ipv4'), findings: [] })).toEqual([
    'Web from p-local 10.0.0.0/8 to 192.0.2.0/24',
  ])
})
