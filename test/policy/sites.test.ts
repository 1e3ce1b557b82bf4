import { expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
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

const INVALID = 'UserErrors: p.yaml is not a valid policy: p.yaml:'
const PATH = 'expected a list of sites, or the path of a file with such a list'

test.for<[what: string, text: string, want: string]>([
  ['no site', `${EDGE}sites: []`, '3:1: "sites": is empty'],
  ['sites that are no list', `${EDGE}sites: { a: {} }`, `3:1: "sites": ${PATH}`],
  ['a file that is not there', `${EDGE}sites: x.yaml`, '3:1: there is no file x.yaml'],
  ['a site without a name', `${EDGE}sites: [{}]`, '3:9: "name" is missing'],
  [
    'a name that leads elsewhere',
    `${EDGE}sites: [{ name: ../x }]`,
    '3:11: "name": expected a name of letters, digits, ".", "_" and "-", at most 63 characters',
  ],
  [
    'two sites of one name',
    `${EDGE}sites: [{ name: a }, { name: A }]`,
    '3:22: duplicate site name "A"; the first is at p.yaml:3:9',
  ],
  ['an unknown key', `${EDGE}sites: [{ name: a, var: {} }]`, '3:20: unknown key "var"; did you mean "vars"?'],
  [
    'an unknown target',
    `${EDGE}sites: [{ name: a, targets: [edge, egde] }]`,
    '3:36: the policy has no target "egde"; did you mean "edge"?',
  ],
  [
    'a variable that makes "out" a path of a shell',
    'targets:\n  - { name: edge, vendor: list, out: "{dir}/x" }\nsites: [{ name: a, vars: { dir: "~" } }]',
    '3:5, site "a" (p.yaml:4:9): "out": expected the path itself: tagwall replaces only variables of sites such as {site}, not "~", $NAME or %NAME%, and a path must not begin with "-"',
  ],
  ['a target twice', `${EDGE}sites: [{ name: a, targets: [edge, edge] }]`, '3:36: "edge" is listed twice'],
  [
    'options by vendor',
    `${EDGE}sites: [{ name: a, options: { paloalto: {} } }]`,
    '3:31: the policy has no target "paloalto"; edge is of that vendor',
  ],
  [
    'options of an unknown target',
    `${EDGE}sites: [{ name: a, options: { wan: {} } }]`,
    '3:31: the policy has no target "wan"; it has edge',
  ],
  [
    'options of a target that the site leaves out',
    `${TARGETS}sites: [{ name: a, vars: { lan: x } }, { name: b, targets: [branch], options: { edge: {} } }]`,
    '5:81: site "b" leaves out the target "edge", so its options have no effect',
  ],
  [
    'options that are no mapping',
    `${EDGE}sites: [{ name: a, options: { edge: 1 } }]`,
    '3:31: "edge": expected an object, not 1',
  ],
  [
    'a target at no site',
    `${TARGETS}sites: [{ name: a, targets: [edge], vars: { lan: x } }]`,
    '4:5: no site has the target "branch"; add it to "targets" of a site, or remove it',
  ],
  [
    'a variable without a value',
    `${TARGETS}sites: [{ name: a, vars: { lam: x } }, { name: b, vars: { lan: x } }]`,
    '3:5: target "edge" uses {lan}, which has no value at a; did you mean "lam"?',
  ],
  [
    'a variable without a value anywhere',
    `${TARGETS}sites: [{ name: a }, { name: b }, { name: c }, { name: d }, { name: e }]`,
    '3:5: target "edge" uses {lan}, which has no value at any site; set it there: vars: { lan: VALUE }',
  ],
  [
    'a variable without a value at many sites',
    `${TARGETS}sites: [{ name: a }, { name: b }, { name: c }, { name: d }, { name: e, vars: { lan: x } }]`,
    '3:5: target "edge" uses {lan}, which has no value at a, b, c and 1 more site; set it there: vars: { lan: VALUE }',
  ],
  [
    'a variable that every site has',
    `${EDGE}sites: [{ name: a, vars: { site: b } }]`,
    '3:28: {site} is the name of the site; choose another name',
  ],
  [
    'a variable with an impossible name',
    `${EDGE}sites: [{ name: a, vars: { "a b": c } }]`,
    '3:28: "a b": expected a name of letters, digits, "_" and "-" that begins with a letter',
  ],
  [
    'a variable that is a list',
    `${EDGE}sites: [{ name: a, vars: { b: [c] } }]`,
    '3:28: "b": expected text, a number, or true or false',
  ],
  [
    'a variable with a line break',
    `${EDGE}sites: [{ name: a, vars: { b: "c\\nd" } }]`,
    '3:28: "b": contains a control character, a line break or an invisible character',
  ],
  [
    'a local side that is none',
    `${EDGE}sites: [{ name: a, local: berlin }]`,
    '3:20: "local": expected CIDRs such as [10.20.0.0/16], or an object on the device such as { object: k8s-nodes }',
  ],
  [
    'one file for all sites',
    `${EDGE.replace('{site}', 'rules/edge')}sites: [{ name: a }, { name: b }, { name: c }, { name: d }]`,
    '2:43: target "edge" writes rules/edge.xml at a, b, c and 1 more site; put {site} into "out", such as rules/{site}/edge.xml',
  ],
])('refuses %s', ([, text, want]) => {
  expect(problemOf(() => parse(text))).toBe(INVALID + want)
})

test('a file of sites is refused with its own lines', () => {
  expect(problemOf(() => parse(`${EDGE}sites: sites.yaml`, '- name: a\n- nam: b\n'))).toBe(
    'UserErrors: sites.yaml is not a valid list of sites:\n  sites.yaml:2:3: unknown key "nam"; did you mean "name"?\n  sites.yaml:2:3: "name" is missing',
  )
  expect(problemOf(() => parse(`${EDGE}sites: sites.yaml`, 'sites: []'))).toBe(
    'UserErrors: sites.yaml is not a valid list of sites: sites.yaml:1:1: the list of sites: expected a list, not an object',
  )
})
