import { expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import type { Policy } from '../../src/model/policy.ts'
import { formatPorts } from '../../src/model/traffic.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
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
const BUDGET = 'expected a number of prefixes such as 100, or one for each family such as { ipv4: 100, ipv6: 50 }'

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

const HOST_NAME =
  'is a host name, but rules match addresses: use the service tag that holds them ("tagwall lookup ADDRESS" names it), or a rule by FQDN on the device'
const NOT_VALID = 'UserErrors: tagwall.yaml is not a valid policy'
const PORT = '"ports": expected a port from 1 to 65535, or a range such as "8000-8080"'

test.for<[what: string, text: string, want: string]>([
  ['no rules', 'cloud: public', '1:1: "rules" is missing'],
  ['an empty list of rules', 'rules: []', '1:1: "rules": is empty'],
  ['rules that are no list', 'rules: 1', '1:1: "rules": expected a list, not 1'],
  ['a rule that is no mapping', 'rules: [1]', '1:9: "rules": expected an object, not 1'],
  [
    'a rule without a name',
    edited('name: Web', 'priority: 1').replace('    priority: 150\n', ''),
    '2:5: "name" is missing',
  ],
  ['a rule without a direction', edited('    direction: outbound\n'), '2:5: "direction" is missing'],
  [
    'a rule without ports',
    edited('    ports: [443]\n'),
    '2:5: "ports": expected at least one port such as 443; only icmp and any have none',
  ],
  [
    'a direction that is none',
    edited('outbound', 'out'),
    '4:5: "direction": expected inbound, outbound or both, not "out"; did you mean "outbound"?',
  ],
  [
    'a protocol that is none',
    edited('tcp', 'sctp'),
    '5:5: "protocol": expected tcp, udp, icmp or any, not "sctp"; did you mean "icmp" or "tcp"?',
  ],
  [
    'ports of a protocol that has none',
    edited('tcp', 'icmp'),
    '6:5: "ports": icmp and any have no ports; leave them out, or name tcp or udp as the protocol',
  ],
  ['a name that is a number', edited('Web', '7'), '2:5: "name": expected text, not 7; put it in quotes: "7"'],
  ['a name that is empty', edited('Web', '""'), '2:5: "name": is empty'],
  ['a name that is too long', edited('Web', 'x'.repeat(201)), '2:5: "name": expected at most 200 characters'],
  ...(
    [
      ['a line break', '"a\\nb"', 'U+000A'],
      ['an escape', '"\\e[31m"', 'U+001B'],
      ['a line separator', '"\\L"', 'U+2028'],
      ['a control character of Latin-1', '"a\\x9bb"', 'U+009B'],
      ['marks of direction', '"a\\u202Eb\\u2066c\\u200Fd\\u061Ce"', 'U+202E, U+2066, U+200F'],
      ['what is not seen', '"a\\u200Bb\\u00ADc\\u3164d"', 'U+200B, U+00AD, U+3164'],
      ['marks that show nothing', '"a\\u034Fb\\uFE0Fc\\U000E0100"', 'U+034F, U+FE0F, U+E0100'],
      ['half a character', '"a\\uD83D"', 'U+D83D'],
      ['what is no letter', 'a → “b”', 'U+2192, U+201C, U+201D'],
      ['a space that is no space', '"a\\u00A0b"', 'U+00A0'],
    ] as const
  ).map(([what, name, characters]): [string, string, string] => [
    `${what} in a name`,
    edited('Web', name),
    `2:5: "name": invalid characters ${characters}; expected printable ASCII, or letters and digits of any script`,
  ]),
  ['no tags', edited('[Sql]', '[]'), '3:5: "tags": a rule needs "tags", "prefixes", or both'],
  [
    'a prefix with host bits',
    edited('[Sql]', '[Sql]\n    prefixes: [10.0.0.1/8]'),
    '4:16: "prefixes": "10.0.0.1/8" has host bits set: the prefix is 10.0.0.0/8',
  ],
  [
    'a host name among the tags',
    edited('[Sql]', '[mcr.microsoft.com]'),
    `3:12: "tags": "mcr.microsoft.com" ${HOST_NAME}`,
  ],
  [
    'a host name among the prefixes',
    edited('[Sql]', '[Sql]\n    prefixes: ["*.data.mcr.microsoft.com"]'),
    `4:16: "prefixes": "*.data.mcr.microsoft.com" ${HOST_NAME}`,
  ],
  [
    'host names by a key of their own',
    edited('[Sql]', '[Sql]\n    fqdns: [mcr.microsoft.com]'),
    '4:5: unknown key "fqdns"; rules match addresses: use the service tag that holds them ("tagwall lookup ADDRESS" names it), or a rule by FQDN on the device',
  ],
  [
    'an exception that is neither',
    edited('[Sql]', '[Sql]\n    except: [a/b]'),
    '4:14: "except": invalid tag "a/b"; expected a name such as Storage.WestEurope, or a selector such as Storage.*',
  ],
  [
    'a description that could end a quoted text',
    edited('[Sql]', '[Sql]\n    description: say "hello"'),
    '4:5: "description": expected letters, digits, spaces and any of . , : ; / ( ) _ # + @ % = -',
  ],
  ['a tag that is no list', edited('[Sql]', 'Sql'), '3:5: "tags": expected a list, not text'],
  [
    'a selector that is none',
    edited('[Sql]', '[Storage, Sql*]'),
    '3:21: "tags": invalid tag "Sql*"; expected a name such as Storage.WestEurope, or a selector such as Storage.*',
  ],
  [
    'any',
    edited('[Sql]', '["*"]'),
    '3:12: "tags": invalid tag "*"; expected a name such as Storage.WestEurope, or a selector such as Storage.*',
  ],
  [
    'optional that is a text',
    edited('[Sql]', '[Sql]\n    optional: china'),
    '4:5: "optional": expected true, false, or a list of clouds such as [usgov, china]; there are public, usgov, china',
  ],
  [
    'local addresses with host bits',
    edited('[Sql]', '[Sql]\n    local: [10.20.0.0/8, foo, 10.0.0.0/8]'),
    '4:5: "local": "10.20.0.0/8" has host bits set: the prefix is 10.0.0.0/8; "foo" is not an IPv4 or IPv6 address',
  ],
  [
    'a local side that is a text',
    edited('[Sql]', '[Sql]\n    local: 10.0.0.0/8'),
    '4:5: "local": expected CIDRs such as [10.20.0.0/16], or an object on the device such as { object: k8s-nodes }',
  ],
  [
    'a guard that is no percentage',
    edited('', '', 'guards: { maxGrow: lots }\n'),
    '8:11: "maxGrow": expected a percentage such as "25%"',
  ],
  [
    'a file that is a folder',
    edited('', '', 'targets: [{ name: x, vendor: a, out: rules/ }]\n'),
    '8:33: "out": "rules/" is a folder; expected a file, such as rules/rules.txt',
  ],
  ['no ports', edited('[443]', '[]'), '6:5: "ports": is empty'],
  ['port 0', edited('[443]', '[0]'), `6:13: ${PORT}, not 0`],
  ['port 65536', edited('[443]', '[443, 65536]'), `6:18: ${PORT}, not 65536`],
  ['half a port', edited('[443]', '[1.5]'), `6:13: ${PORT}, not 1.5`],
  ['a port that is text', edited('[443]', '[https]'), `6:13: ${PORT}, not "https"`],
  ['an open range', edited('[443]', '["1024-"]'), `6:13: ${PORT}, not "1024-"`],
  ['a port in quotes', edited('[443]', '["443"]'), `6:13: ${PORT}; remove the quotes: 443`],
  ['ports that are text', edited('[443]', '""'), '6:5: "ports": expected a list, not text'],
  [
    'a direction in other case',
    edited('outbound', 'OUTBOUND'),
    '4:5: "direction": expected inbound, outbound or both, not "OUTBOUND"; did you mean "outbound"?',
  ],
  ...['~/x', '$HOME/x', 'a/$b', '%TEMP%/x', '-x'].map((out): [string, string, string] => [
    `the file ${out}`,
    edited('', '', `targets: [{ name: x, vendor: a, out: ${JSON.stringify(out)} }]\n`),
    '8:33: "out": expected the path itself: tagwall replaces only variables of sites such as {site}, not "~", $NAME or %NAME%, and a path must not begin with "-"',
  ]),
  [
    'a range from 0',
    edited('[443]', '["0-9"]'),
    '6:5: "ports": invalid port range "0-9"; expected ports from 1 to 65535, the lower one first',
  ],
  [
    'a range to 65536',
    edited('[443]', '["9-65536"]'),
    '6:5: "ports": invalid port range "9-65536"; expected ports from 1 to 65535, the lower one first',
  ],
  [
    'a range that runs backwards',
    edited('[443]', '["9-8"]'),
    '6:5: "ports": invalid port range "9-8"; expected ports from 1 to 65535, the lower one first',
  ],
  ['a port twice', edited('[443]', '[443, 443]'), '6:5: "ports": port 443 is listed twice'],
  ['ranges that overlap', edited('[443]', '["400-443", "443-500"]'), '6:5: "ports": port 443 is listed twice'],
  ['a priority that is none', edited('150', '0'), '7:5: "priority": expected at least 1'],
  ['half a priority', edited('150', '1.5'), '7:5: "priority": expected a whole number, not 1.5'],
  [
    'a cloud that is none',
    edited('', '', 'cloud: publik\n'),
    '8:1: "cloud": expected public, usgov or china, not "publik"; did you mean "public"?',
  ],
  ['an unknown key', edited('', '', 'rulez: []\n'), '8:1: unknown key "rulez"; did you mean "rules"?'],
  [
    'an unknown key of a rule',
    edited('    ports', '    prots: [1]\n    ports'),
    '6:5: unknown key "prots"; did you mean "ports"?',
  ],
  ['a key like nothing else', edited('', '', 'x: 1\n'), '8:1: unknown key "x"'],
  ['a key of another section', edited('', '', '    vendor: nsg\n'), '8:5: unknown key "vendor"'],
  [
    'a merge key',
    edited('', '', '<<: {cloud: china}\n'),
    '8:1: unknown key "<<": tagwall does not support merge keys; write the keys here, or use an alias for a whole value',
  ],
  [
    'a test of nothing',
    edited('', '', 'tests: [{direction: inbound, port: 1}]\n'),
    '8:9: "tests": expected either "allow" or "deny"',
  ],
  [
    'a test both ways',
    edited('', '', 'tests: [{allow: 192.0.2.1, deny: 192.0.2.1, direction: inbound, port: 1}]\n'),
    '8:9: "tests": expected either "allow" or "deny"',
  ],
  [
    'a test of no address',
    edited('', '', 'tests: [{allow: 192.0.2, direction: inbound, port: 1}]\n'),
    '8:10: "allow": "192.0.2" is not an IPv4 or IPv6 address',
  ],
  [
    'a test in both directions',
    edited('', '', 'tests: [{allow: 192.0.2.1, direction: both, port: 1}]\n'),
    '8:28: "direction": expected inbound or outbound, not "both"',
  ],
  [
    'an unknown key of a test',
    edited('', '', 'tests: [{deny: 192.0.2.1, direction: inbound, port: 1, prot: udp}]\n'),
    '8:56: unknown key "prot"; did you mean "protocol" or "port"?',
  ],
  [
    'a target whose name is a path',
    edited('', '', 'targets: [{name: ../x, vendor: nsg, out: x}]\n'),
    '8:12: "name": expected a name of letters, digits, ".", "_" and "-", at most 63 characters',
  ],
  [
    'an unknown key of a target',
    edited('', '', 'targets: [{name: x, vendor: nsg, out: x, famly: ipv4}]\n'),
    '8:42: unknown key "famly"; did you mean "family"?',
  ],
  ['a budget of nothing', widened(''), `8:41: "maxPrefixes": ${BUDGET}`],
  ['a budget of no prefix', widened('maxPrefixes: 0'), `8:50: "maxPrefixes": ${BUDGET}`],
  ['a budget that is text', widened('maxPrefixes: many'), `8:50: "maxPrefixes": ${BUDGET}`],
  ['a budget of no family', widened('maxPrefixes: {}'), `8:50: "maxPrefixes": ${BUDGET}`],
  [
    'a budget of an unknown family',
    widened('maxPrefixes: { ip: 3, ipv4: 3 }'),
    '8:65: unknown key "ip"; did you mean "ipv4" or "ipv6"?',
  ],
  [
    'a budget for what is not known',
    widened('maxPrefixes: 9, per: group'),
    '8:66: "per": expected rule or target, not "group"',
  ],
  [
    'a selector to widen within',
    widened('maxPrefixes: 9, within: Azure.*'),
    '8:66: "within": expected the name of one tag, such as AzureCloud',
  ],
  [
    'what is never admitted, but is no CIDR',
    widened('maxPrefixes: 9, never: [10.0.0/8]'),
    '8:74: "never": "10.0.0/8" is not an IPv4 or IPv6 prefix',
  ],
  [
    'a prefix length that no family has',
    widened('maxPrefixes: 9, minPrefixLength: { ipv4: 33 }'),
    '8:85: "ipv4": expected a prefix length from 1 to 32',
  ],
  [
    'an unknown key of widening',
    widened('maxPrefixes: 9, witin: AzureCloud'),
    '8:66: unknown key "witin"; did you mean "within"?',
  ],
  [
    'an unknown family of a length',
    widened('maxPrefixes: 9, minPrefixLength: { ip4: 9 }'),
    '8:85: unknown key "ip4"; did you mean "ipv4" or "ipv6"?',
  ],
  [
    'a path with a NUL',
    edited('', '', 'targets: [{name: x, vendor: nsg, out: "x\\0"}]\n'),
    '8:34: "out": contains a control character, a line break or an invisible character',
  ],
  [
    'two rules of one name',
    edited('', '', '  - {name: WEB, tags: [Sql], direction: outbound, ports: [1], priority: 151}\n'),
    '8:5: duplicate rule name "WEB"; the first is at tagwall.yaml:2:5',
  ],
  [
    'two targets of one name',
    edited('', '', 'targets: [{name: x, vendor: a, out: x}, {name: X, vendor: b, out: y}]\n'),
    '8:41: duplicate target name "X"; the first is at tagwall.yaml:8:11',
  ],
  [
    'two rules of one priority and direction',
    edited('', '', '  - {name: B, tags: [Sql], direction: both, ports: [1], priority: 150}\n'),
    '8:5: "B" and "Web" (tagwall.yaml:2:5) both have priority 150 outbound; give each its own',
  ],
])('refuses %s', ([, text, want]) => {
  expect(problem(text)).toBe(`${NOT_VALID}: tagwall.yaml:${want}`)
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
