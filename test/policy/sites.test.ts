import { expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { expectOutcomes } from '../golden-page.ts'
import { problemOf } from '../notation.ts'

const RULES = 'rules: [{ name: A, tags: [Sql], direction: outbound, ports: [443], priority: 1 }]\n'
const TARGETS = `targets:
  - { name: edge, vendor: paloalto, out: "rules/{site}/edge.xml", options: { protectedZone: "{lan}", tag: ["{site}", x] } }
  - { name: branch, vendor: iptables, out: "rules/{site}/branch" }
`
const EDGE = 'targets: [{ name: edge, vendor: paloalto, out: "{site}.xml" }]\n'

/** The targets of a policy, which may name the file sites.yaml. */
const parse = (text: string, sites = '') =>
  parsePolicy(RULES + text, 'p', 'p.yaml', (path) => {
    if (path === 'sites.yaml') return { text: sites, file: path, isPolicy: false }
    throw new UserError(`there is no file ${path}`)
  }).targets.map(
    ({ name, out, model, options, at }) => `${name} ${out} ${model ?? '-'} ${JSON.stringify(options)} ${at}`,
  )

test('makes every target at every site, with the variables and options of the site', () => {
  const text = `${TARGETS}sites:
  - { name: berlin, vars: { lan: berlin-lan } }
  - { name: munich, vars: { lan: 7 }, options: { edge: { tag: ["{lan}"], logEnd: false } } }
  - { name: paris, targets: [branch] }
`
  const [edge, branch] = ['p.yaml:3:5', 'p.yaml:4:5']
  expect(parse(text)).toEqual([
    `edge@berlin rules/berlin/edge.xml - {"protectedZone":"berlin-lan","tag":["berlin","x"]} ${edge}, site "berlin" (p.yaml:6:5)`,
    `branch@berlin rules/berlin/branch - {} ${branch}, site "berlin" (p.yaml:6:5)`,
    `edge@munich rules/munich/edge.xml - {"protectedZone":"7","tag":["7"],"logEnd":false} ${edge}, site "munich" (p.yaml:7:5)`,
    `branch@munich rules/munich/branch - {} ${branch}, site "munich" (p.yaml:7:5)`,
    `branch@paris rules/paris/branch - {} ${branch}, site "paris" (p.yaml:8:5)`,
  ])
})

test('sites may be in a file of their own, and use anchors', () => {
  const sites = '# sites\n- { name: a, vars: &usual { lan: trust } }\n- { name: b, vars: *usual }\n'
  expect(parse(`${TARGETS}sites: sites.yaml\n`, sites).map((line) => line.split(' ')[0])).toEqual([
    'edge@a',
    'branch@a',
    'edge@b',
    'branch@b',
  ])
  expect(parse(`${TARGETS}sites: sites.yaml\n`, sites)[2]).toMatch(/site "b" \(sites\.yaml:3:3\)$/)
})

test('five hundred sites may share an anchor', () => {
  const sites = Array.from({ length: 499 }, (_, index) => `- { name: s${index}, vars: *usual }\n`)
  expect(
    parse(`${TARGETS}sites: sites.yaml\n`, `- { name: s, vars: &usual { lan: trust } }\n${sites.join('')}`).length,
  ).toBe(1000)
})

test('a model may be a variable', () => {
  const text = EDGE.replace('vendor', 'model: "{model}", vendor')
  expect(parse(`${text}sites: [{ name: a, vars: { model: pa-440 } }]`)[0]).toMatch(/^edge@a a\.xml pa-440 /)
})

test.for<[where: string, text: string, want: string[]]>([
  ['the top', 'local: [10.0.0.0/8]\nsites: [{ name: a }]', ['10.0.0.0/8']],
  [
    'the site',
    'local: [10.0.0.0/8]\nsites: [{ name: a, local: [10.1.0.0/16] }, { name: b }]',
    ['10.1.0.0/16', '10.0.0.0/8'],
  ],
  [
    'the target',
    'targets: [{ name: edge, vendor: list, out: "{site}", local: [10.2.0.0/16] }]\nsites: [{ name: a, local: [10.1.0.0/16] }]',
    ['10.2.0.0/16'],
  ],
])('the local side of a target is that of %s', ([, text, want]) => {
  const policy = parsePolicy(`${RULES}${text.includes('targets') ? '' : EDGE}${text}`, 'p', 'p.yaml')
  expect(
    policy.targets.map(({ local }) => (local && 'prefixes' in local ? local.prefixes.texts.join() : local)),
  ).toEqual(want)
})

test('other braces than {site} mean nothing without sites, and no variable is looked for in others', () => {
  expect(parse(EDGE.replace('{site}', '{lan}'))).toEqual(['edge {lan}.xml - {} p.yaml:2:11'])
  expect(parse(`${EDGE.replace('.xml', '{}{1}{a b}.xml')}sites: [{ name: a }]`)[0]).toMatch(
    /^edge@a a\{\}\{1\}\{a b\}\.xml /,
  )
})

const REFUSED: Readonly<Record<string, string>> = {
  'no site': `${EDGE}sites: []`,
  'sites that are no list': `${EDGE}sites: { a: {} }`,
  'a file that is not there': `${EDGE}sites: x.yaml`,
  'a site without a name': `${EDGE}sites: [{}]`,
  'a name that leads elsewhere': `${EDGE}sites: [{ name: ../x }]`,
  'two sites of one name': `${EDGE}sites: [{ name: a }, { name: A }]`,
  'an unknown key': `${EDGE}sites: [{ name: a, var: {} }]`,
  'an unknown target': `${EDGE}sites: [{ name: a, targets: [edge, egde] }]`,
  'a variable that makes "out" a path of a shell':
    'targets:\n  - { name: edge, vendor: list, out: "{dir}/x" }\nsites: [{ name: a, vars: { dir: "~" } }]',
  'a target twice': `${EDGE}sites: [{ name: a, targets: [edge, edge] }]`,
  'options by vendor': `${EDGE}sites: [{ name: a, options: { paloalto: {} } }]`,
  'options of an unknown target': `${EDGE}sites: [{ name: a, options: { wan: {} } }]`,
  'options of a target that the site leaves out': `${TARGETS}sites: [{ name: a, vars: { lan: x } }, { name: b, targets: [branch], options: { edge: {} } }]`,
  'options that are no mapping': `${EDGE}sites: [{ name: a, options: { edge: 1 } }]`,
  'a target at no site': `${TARGETS}sites: [{ name: a, targets: [edge], vars: { lan: x } }]`,
  'a variable without a value': `${TARGETS}sites: [{ name: a, vars: { lam: x } }, { name: b, vars: { lan: x } }]`,
  'a variable without a value anywhere': `${TARGETS}sites: [{ name: a }, { name: b }, { name: c }, { name: d }, { name: e }]`,
  'a variable without a value at many sites': `${TARGETS}sites: [{ name: a }, { name: b }, { name: c }, { name: d }, { name: e, vars: { lan: x } }]`,
  'a variable that every site has': `${EDGE}sites: [{ name: a, vars: { site: b } }]`,
  'a variable with an impossible name': `${EDGE}sites: [{ name: a, vars: { "a b": c } }]`,
  'a variable that JavaScript treats alone': `${EDGE}sites: [{ name: a, vars: { __proto__: b } }]`,
  'a variable that is a list': `${EDGE}sites: [{ name: a, vars: { b: [c] } }]`,
  'a variable with a line break': `${EDGE}sites: [{ name: a, vars: { b: "c\\nd" } }]`,
  'a local side that is none': `${EDGE}sites: [{ name: a, local: berlin }]`,
  'one file for all sites': `${EDGE.replace('{site}', 'rules/edge')}sites: [{ name: a }, { name: b }, { name: c }, { name: d }]`,
}

test('refuses with a sentence', async () => {
  await expectOutcomes('sites-refusals.txt', REFUSED, (text) => problemOf(() => parse(text)))
})

test('a file of sites is refused with its own lines', () => {
  expect(problemOf(() => parse(`${EDGE}sites: sites.yaml`, '- name: a\n- nam: b\n'))).toBe(
    'UserErrors: sites.yaml is not a valid list of sites:\n  sites.yaml:2:3: unknown key "nam"; did you mean "name"?\n  sites.yaml:2:3: "name" is missing',
  )
  expect(problemOf(() => parse(`${EDGE}sites: sites.yaml`, 'sites: []'))).toBe(
    'UserErrors: sites.yaml is not a valid list of sites: sites.yaml:1:1: the list of sites: expected a list, not an object',
  )
})
