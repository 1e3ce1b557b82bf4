import { expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import type { Policy } from '../../src/model/policy.ts'
import { formatPorts } from '../../src/model/traffic.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { expectPage } from '../golden-page.ts'
import { problemOf, show } from '../notation.ts'

const parse = (text: string) => parsePolicy(text, 'tagwall', 'tagwall.yaml')
const problem = (text: string) => problemOf(() => parse(text))

/** A policy of one valid rule, with a part of its text replaced, and more text behind it. */
function edited(from = '', to = '', more = ''): string {
  const text = [
    'rules:',
    '  - name: Web',
    '    tags: [Sql]',
    '    direction: outbound',
    '    protocol: tcp',
    '    ports: [443]',
    '    priority: 150',
    '',
  ].join('\n')
  if (!text.includes(from)) throw new Error(`the policy has no ${from}`)
  return text.replace(from, to) + more
}

/** A line for each thing that a policy says. */
const lines = ({ name, cloud, rules, tests, targets }: Policy) => [
  `${name} ${cloud}`,
  ...rules.map(
    ({ at, name, tags, direction, protocol, ports, priority, optionalIn }) =>
      `${at} ${name}: ${tags} ${direction} ${protocol} ${ports.map(formatPorts)} ${priority} [${optionalIn}]`,
  ),
  ...tests.map(
    ({ at, expect, remote, direction, protocol, port }) =>
      `${at} ${expect} ${direction} ${protocol} ${formatPrefix(remote)} ${port}`,
  ),
  ...targets.map(
    ({ at, name, vendor, out, options, family, model, limits }) =>
      `${at} ${name}: ${vendor} ${out} ${JSON.stringify(options)} ${family} ${model} ${JSON.stringify(limits)}`,
  ),
]

test('reads a whole policy', () => {
  const policy = parse(`# What the site needs.
cloud: china
rules:
  - name: Sign-in & more
    tags: [AzureActiveDirectory, Storage.*]
    direction: both
    protocol: udp
    ports: [8080, "1000-2000", 53]
    priority: 150
    optional: [usgov, china]
  - {name: B, tags: [Sql], direction: inbound, ports: ["443-443"], priority: 1, optional: true}
tests:
  - {allow: 192.0.2.1, direction: outbound, port: 443}
  - {deny: "2001:db8::/32", direction: inbound, protocol: udp, port: 53}
targets:
  - {name: edge, vendor: fortigate, out: rules/edge.conf, options: {srcintf: lan, ids: 7}, model: low-end, limits: {objects: 7}}
  - name: branch
    vendor: iptables
    out: rules/branch
    family: ipv6
`)
  expect(lines(policy)).toEqual([
    'tagwall china',
    'tagwall.yaml:4:5 Sign-in & more: AzureActiveDirectory,Storage.* both udp 53,1000-2000,8080 150 [usgov,china]',
    'tagwall.yaml:11:5 B: Sql inbound tcp 443 1 [public,usgov,china]',
    'tagwall.yaml:13:5 allow outbound tcp 192.0.2.1/32 443',
    'tagwall.yaml:14:5 deny inbound udp 2001:db8::/32 53',
    'tagwall.yaml:16:5 edge: fortigate rules/edge.conf {"srcintf":"lan","ids":7} undefined low-end {"objects":7}',
    'tagwall.yaml:17:5 branch: iptables rules/branch {} ipv6 undefined {}',
  ])
})

test.for<[name: string, text: string]>([
  ['YAML', edited('    protocol: tcp\n')],
  ['YAML with CRLF', edited('    protocol: tcp\n').replaceAll('\n', '\r\n')],
  ['JSON', '{"rules":\n  [{"name":"Web","tags":["Sql"],"direction":"outbound","ports":[443],"priority":150}]}'],
])('reads %s, with the same defaults', ([name, text]) => {
  const at = name === 'JSON' ? '2:4' : '2:5'
  expect(lines(parse(text))).toEqual(['tagwall public', `tagwall.yaml:${at} Web: Sql outbound tcp 443 150 []`])
})

test('resolves aliases', () => {
  const text = edited(
    '[443]',
    '&web [443]',
    '  - {name: B, tags: [Sql], direction: inbound, ports: *web, priority: 1}\n',
  )
  expect(lines(parse(text)).at(-1)).toBe('tagwall.yaml:8:5 B: Sql inbound tcp 443 1 []')
})

const NOT_YAML = 'UserError: tagwall.yaml is not valid YAML'
const INVALID = 'UserErrors: tagwall.yaml is not a valid policy'
const notMapping = (found: string) => `UserError: tagwall.yaml:1:1: ${found}; expected a mapping with "rules"`

test.for<[text: string, want: string]>([
  ['', notMapping('the file is empty')],
  ['# nothing\n', notMapping('the file is empty')],
  ['- 1', notMapping('this is a list')],
  ['rules', notMapping('this is a single value')],
  ['rules: []\nrules: []', `${INVALID}: tagwall.yaml:2:1: duplicate key "rules"; the first is at 1:1`],
  [
    edited('', '', '    priority: 151\n'),
    `${INVALID}: tagwall.yaml:8:5: duplicate key "priority"; the first is at 7:5`,
  ],
  ['{"rules": [], "r\\u0075les": []}', `${INVALID}: tagwall.yaml:1:15: duplicate key "rules"; the first is at 1:2`],
  [
    'cloud: public\ncloud: china\ntargets: [{ options: { a: 1, "a": 2, 1: 3, "1": 4 } }]',
    `${INVALID}:\n${[
      'tagwall.yaml:2:1: duplicate key "cloud"; the first is at 1:1',
      'tagwall.yaml:3:30: duplicate key "a"; the first is at 3:24',
      'tagwall.yaml:3:44: duplicate key "1"; the first is at 3:38',
    ]
      .map((line) => `  ${line}`)
      .join('\n')}`,
  ],
  [
    `a: &a [x]\n${Array.from('abcdefg', (one, index) => `${'bcdefgh'[index]}: &${'bcdefgh'[index]} [*${one}, *${one}, *${one}]\n`).join('')}rules: *h`,
    `${NOT_YAML}: its aliases stand for more than 2,000 values; write some of them out`,
  ],
])('refuses %j', ([text, want]) => {
  expect(problem(text)).toBe(want)
})

test.for([
  ['[', 50_000],
  ['{a: ', 50_000],
  ['- ', 50_000],
  ['? ', 50_000],
  ['[', 101],
] as const)('refuses a policy of %j, %i times', ([text, times]) => {
  const end = { '[': ']', '{a: ': '}' }[text as string] ?? ''
  expect(problem(text.repeat(times) + end.repeat(times))).toBe(
    'UserError: tagwall.yaml is not valid YAML: its lists and maps are nested more than 100 levels deep',
  )
})

test('takes a hundred levels as YAML', () => {
  expect(problem('['.repeat(100) + ']'.repeat(100))).toBe(notMapping('this is a list'))
})

const widened = (widen: string) => edited('', '', `targets: [{ name: x, vendor: a, out: x, widen: { ${widen} } }]\n`)

test.for([
  [
    'maxPrefixes: 100',
    {
      maxPrefixes: { ipv4: 100, ipv6: 100 },
      per: 'rule',
      within: undefined,
      never: '',
      minPrefixLength: { ipv4: 8, ipv6: 16 },
    },
  ],
  [
    'maxPrefixes: { ipv6: 5 }, per: target, within: AzureCloud, never: [20.0.0.0/8, "2603::1"], minPrefixLength: { ipv4: 12 }',
    {
      maxPrefixes: { ipv6: 5 },
      per: 'target',
      within: 'AzureCloud',
      never: '20.0.0.0/8 2603::1/128',
      minPrefixLength: { ipv4: 12, ipv6: 16 },
    },
  ],
] as const)('reads what a target may be widened to: %s', ([text, want]) => {
  const [target] = parse(widened(text)).targets
  expect({ ...target?.widen, never: target?.widen && show(target.widen.never) }).toEqual(want)
})

const NOT_VALID = 'UserErrors: tagwall.yaml is not a valid policy'

const REFUSED: [what: string, text: string][] = [
  ['no rules', 'cloud: public'],
  ['an empty list of rules', 'rules: []'],
  ['rules that are no list', 'rules: 1'],
  ['a rule that is no mapping', 'rules: [1]'],
  ['a rule without a name', edited('name: Web', 'priority: 1').replace('    priority: 150\n', '')],
  ['a rule without a direction', edited('    direction: outbound\n')],
  ['a rule without ports', edited('    ports: [443]\n')],
  ['a direction that is none', edited('outbound', 'out')],
  ['a protocol that is none', edited('tcp', 'sctp')],
  ['ports of a protocol that has none', edited('tcp', 'icmp')],
  ['a name that is a number', edited('Web', '7')],
  ['a name that is empty', edited('Web', '""')],
  ['a name that is too long', edited('Web', 'x'.repeat(201))],
  ...(
    [
      ['a line break', '"a\\nb"'],
      ['an escape', '"\\e[31m"'],
      ['a line separator', '"\\L"'],
      ['a control character of Latin-1', '"a\\x9bb"'],
      ['marks of direction', '"a\\u202Eb\\u2066c\\u200Fd\\u061Ce"'],
      ['what is not seen', '"a\\u200Bb\\u00ADc\\u3164d"'],
      ['marks that show nothing', '"a\\u034Fb\\uFE0Fc\\U000E0100"'],
      ['a mark behind many letters', `"${'a'.repeat(190)}\\u202E"`],
      ['half a character', '"a\\uD83D"'],
      ['what is no letter', 'a → “b”'],
      ['a space that is no space', '"a\\u00A0b"'],
    ] as const
  ).map(([what, name]): [string, string] => [`${what} in a name`, edited('Web', name)]),
  ['no tags', edited('[Sql]', '[]')],
  ['a prefix with host bits', edited('[Sql]', '[Sql]\n    prefixes: [10.0.0.1/8]')],
  ['a host name among the tags', edited('[Sql]', '[mcr.microsoft.com]')],
  ['a host name among the prefixes', edited('[Sql]', '[Sql]\n    prefixes: ["*.data.mcr.microsoft.com"]')],
  ['host names by a key of their own', edited('[Sql]', '[Sql]\n    fqdns: [mcr.microsoft.com]')],
  ['an exception that is neither', edited('[Sql]', '[Sql]\n    except: [a/b]')],
  ['a description that could end a quoted text', edited('[Sql]', '[Sql]\n    description: say "hello"')],
  ['a tag that is no list', edited('[Sql]', 'Sql')],
  ['a selector that is none', edited('[Sql]', '[Storage, Sql*]')],
  ['any', edited('[Sql]', '["*"]')],
  ['optional that is a text', edited('[Sql]', '[Sql]\n    optional: china')],
  ['local addresses with host bits', edited('[Sql]', '[Sql]\n    local: [10.20.0.0/8, foo, 10.0.0.0/8]')],
  ['a local side that is a text', edited('[Sql]', '[Sql]\n    local: 10.0.0.0/8')],
  ['a guard that is no percentage', edited('', '', 'guards: { maxGrow: lots }\n')],
  ['a file that is a folder', edited('', '', 'targets: [{ name: x, vendor: a, out: rules/ }]\n')],
  ['no ports', edited('[443]', '[]')],
  ['port 0', edited('[443]', '[0]')],
  ['port 65536', edited('[443]', '[443, 65536]')],
  ['half a port', edited('[443]', '[1.5]')],
  ['a port that is text', edited('[443]', '[https]')],
  ['an open range', edited('[443]', '["1024-"]')],
  ['a port in quotes', edited('[443]', '["443"]')],
  ['ports that are text', edited('[443]', '""')],
  ['a direction in other case', edited('outbound', 'OUTBOUND')],
  ...['~/x', '$HOME/x', 'a/$b', '%TEMP%/x', '-x'].map((out): [string, string] => [
    `the file ${out}`,
    edited('', '', `targets: [{ name: x, vendor: a, out: ${JSON.stringify(out)} }]\n`),
  ]),
  ['a range from 0', edited('[443]', '["0-9"]')],
  ['a range to 65536', edited('[443]', '["9-65536"]')],
  ['a range that runs backwards', edited('[443]', '["9-8"]')],
  ['a port twice', edited('[443]', '[443, 443]')],
  ['ranges that overlap', edited('[443]', '["400-443", "443-500"]')],
  ['a priority that is none', edited('150', '0')],
  ['half a priority', edited('150', '1.5')],
  ['a cloud that is none', edited('', '', 'cloud: publik\n')],
  ['an unknown key', edited('', '', 'rulez: []\n')],
  ['an unknown key of a rule', edited('    ports', '    prots: [1]\n    ports')],
  ['a key like nothing else', edited('', '', 'x: 1\n')],
  ['a key of another section', edited('', '', '    vendor: nsg\n')],
  ['a merge key', edited('', '', '<<: {cloud: china}\n')],
  ['a test of nothing', edited('', '', 'tests: [{direction: inbound, port: 1}]\n')],
  ['a test both ways', edited('', '', 'tests: [{allow: 192.0.2.1, deny: 192.0.2.1, direction: inbound, port: 1}]\n')],
  ['a test of no address', edited('', '', 'tests: [{allow: 192.0.2, direction: inbound, port: 1}]\n')],
  ['a test in both directions', edited('', '', 'tests: [{allow: 192.0.2.1, direction: both, port: 1}]\n')],
  ['an unknown key of a test', edited('', '', 'tests: [{deny: 192.0.2.1, direction: inbound, port: 1, prot: udp}]\n')],
  ['a target whose name is a path', edited('', '', 'targets: [{name: ../x, vendor: nsg, out: x}]\n')],
  ['an unknown key of a target', edited('', '', 'targets: [{name: x, vendor: nsg, out: x, famly: ipv4}]\n')],
  [
    'an option that JavaScript treats alone',
    edited('', '', 'targets: [{name: x, vendor: nsg, out: x, options: {__proto__: 5}}]\n'),
  ],
  [
    'a limit that JavaScript treats alone',
    edited('', '', 'targets: [{name: x, vendor: nsg, out: x, limits: {__proto__: 5}}]\n'),
  ],
  ['a budget of nothing', widened('')],
  ['a budget of no prefix', widened('maxPrefixes: 0')],
  ['a budget that is text', widened('maxPrefixes: many')],
  ['a budget of no family', widened('maxPrefixes: {}')],
  ['a budget of an unknown family', widened('maxPrefixes: { ip: 3, ipv4: 3 }')],
  ['a budget for what is not known', widened('maxPrefixes: 9, per: group')],
  ['a selector to widen within', widened('maxPrefixes: 9, within: Azure.*')],
  ['what is never admitted, but is no CIDR', widened('maxPrefixes: 9, never: [10.0.0/8]')],
  ['a prefix length that no family has', widened('maxPrefixes: 9, minPrefixLength: { ipv4: 33 }')],
  ['an unknown key of widening', widened('maxPrefixes: 9, witin: AzureCloud')],
  ['an unknown family of a length', widened('maxPrefixes: 9, minPrefixLength: { ip4: 9 }')],
  ['a path with a NUL', edited('', '', 'targets: [{name: x, vendor: nsg, out: "x\\0"}]\n')],
  [
    'two rules of one name',
    edited('', '', '  - {name: WEB, tags: [Sql], direction: outbound, ports: [1], priority: 151}\n'),
  ],
  [
    'two targets of one name',
    edited('', '', 'targets: [{name: x, vendor: a, out: x}, {name: X, vendor: b, out: y}]\n'),
  ],
  [
    'two rules of one priority and direction',
    edited('', '', '  - {name: B, tags: [Sql], direction: both, ports: [1], priority: 150}\n'),
  ],
]

test('refuses with a sentence', async () => {
  await expectPage(
    'refusals.txt',
    REFUSED.map(([what, text]) => [what, problem(text)]),
  )
})

test.for(['$(touch x) `&|;"\\', 'Büro Zürich 2', 'правило', '規則１', 'नियम', 'قاعدة ٣', 'e\u0301te'])(
  'takes the name %s',
  (name) => expect(parse(edited('Web', JSON.stringify(name))).rules[0]?.name).toBe(name),
)

test('two names that are one when they are read are one', () => {
  const one = (name: string, priority: number) =>
    `  - { name: "${name}", tags: [Sql], direction: outbound, ports: [443], priority: ${priority} }\n`
  expect(problem(`rules:\n${one('\u00e9te', 1)}${one('E\u0301te', 2)}`)).toBe(
    `${INVALID}: tagwall.yaml:3:5: duplicate rule name "E\u0301te"; the first is at tagwall.yaml:2:5`,
  )
})

test('lets rules of different directions share a priority', () => {
  const text = edited('', '', '  - {name: B, tags: [Sql], direction: inbound, ports: [1], priority: 150}\n')
  expect(lines(parse(text)).length).toBe(3)
})

test('names every problem at once, with its position', () => {
  const text = edited('outbound', 'out', 'tests: [{allow: x, direction: inbound, port: 0}]\ncloud: mars\n')
  expect(problem(text.replace('[Sql]', '[S-l]'))).toBe(
    [
      `${NOT_VALID}:`,
      '  tagwall.yaml:9:1: "cloud": expected public, usgov or china, not "mars"',
      '  tagwall.yaml:3:12: "tags": invalid tag "S-l"; expected a name such as Storage.WestEurope, or a selector such as Storage.*',
      '  tagwall.yaml:4:5: "direction": expected inbound, outbound or both, not "out"; did you mean "outbound"?',
      '  tagwall.yaml:8:10: "allow": "x" is not an IPv4 or IPv6 address',
      '  tagwall.yaml:8:40: "port": expected at least 1',
    ].join('\n'),
  )
})
