import { describe, test } from 'vitest'
import { replacingDevice } from '../../src/vendor/checked-device.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { read } from '../../vendors/pf/reader.ts'
import { expectEach, expectOutcomes } from '../golden-page.ts'
import { expectNeeded, type Golden, harnessOf } from './harness.ts'
import { show } from './reading-text.ts'

const HARNESS = harnessOf('pf', replacingDevice(read))

const audit = (text: string, narrow: ReaderContext['narrow'] = {}, part?: string) =>
  show(HARNESS.auditOf(text, { narrow, localObjects: ['nodes'], part }))

const TABLES = `table <web> persist { 192.0.2.0/24, 198.51.100.7
  2001:db8::/48 }
table <file> persist file "/etc/web"
table <not> { 192.0.2.0/24 !192.0.2.1 }
table <empty> persist
table <filled> persist { 192.0.2.7 }
pass in quick on lo0 proto tcp to port 22 keep state (max-src-conn-rate 3/30, overload <filled> flush global)
`

describe('one rule', () => {
  const RULES = [
    'pass out quick proto tcp to <web> port 443',
    'pass out quick proto tcp from any to <web> port = https flags S/SA keep state',
    'pass out inet proto tcp to <web> port { 80 8000:8080, 443 } label "a b"',
    'pass in quick proto { tcp udp } from <web>',
    'block return out quick to 192.0.2.0/24',
    'pass out quick from 10.0.0.0/8 to 192.0.2.0/24',
    'pass out quick to !192.0.2.0/24',
    'pass out quick on em0 to 192.0.2.0/24',
    // The interface of the target's options.
    'pass out quick on egress to 192.0.2.0/24',
    'pass out quick inet proto icmp to 192.0.2.0/24',
    'pass out quick inet6 proto icmp to any',
    'pass out quick proto tcp from any port 53 to 192.0.2.0/24',
    'pass out quick to 192.0.2.0/24 user root',
    'pass out quick to 192.0.2.0/24 user { root, >= 1000 } keep state',
    'pass out quick to 192.0.2.0/24 tagged X',
    'pass out quick to 192.0.2.0/24 ! tagged X',
    'pass out quick to 192.0.2.0/24 rtable 1',
    // These change neither what a rule matches nor what it decides.
    'pass out quick to 192.0.2.0/24 no state allow-opts tag lan set prio 5 queue std',
    'pass in quick proto tcp to any port 22 synproxy state (max 5)',
    // Only interfaces and hosts know their addresses: on the local side they are objects.
    'pass out quick from (egress) to 192.0.2.0/24',
    'pass in quick proto tcp to ( em0 ) port 443',
    'pass out quick from ! (egress:network:0) to 192.0.2.0/24',
    // A host is not the table of the same name, which the policy has.
    'pass out quick from nodes to 192.0.2.0/24',
    'pass out quick from <nodes> to 192.0.2.0/24',
    'pass in quick from em1:network',
    'pass quick from em1:network to any',
    'pass in quick to <file>',
    'pass in quick from { (em0) 192.0.2.1 }',
    'block in quick from urpf-failed',
    'pass out quick to $azure',
    'pass out quick to <file>',
    'pass out quick to <empty>',
    'pass out quick to !<empty>',
    'block out quick to !<empty>',
    'block out quick to <file>',
    'block out quick to <empty>',
    'block in quick on em7 from <empty>',
    'pass out quick to <filled>',
    'block out quick to <filled>',
    'pass out quick to <not>',
    'pass out quick to ! <web>',
    'pass out quick to !<web>',
    'pass out quick to { 10/8, 172.16/12 }',
    'pass out quick to 192.0.2.1 - 192.0.2.2',
    // Numbers of protocols; one that has no name here is a part of the others.
    'pass out quick proto 6 to 192.0.2.0/24',
    'pass out quick proto { 17 58 } to 2001:db8::/48',
    'pass out quick proto esp to 192.0.2.0/24',
    'pass out quick inet proto icmp to any icmp-type { echoreq, unreach } code 3',
    // Operators of ports.
    'pass out quick proto tcp to port != 443',
    'pass out quick proto udp to any port { mdns dhcpv6-client }',
    'pass out quick proto tcp to any port { <22 >= 1024 }',
    'pass out quick proto tcp to any port 1024 >< 2048',
    'pass out quick proto tcp to any port 1024<>2048',
    'pass out quick proto tcp to any port < 0',
    'pass out quick proto tcp to any port 1:2 >< 9',
    'block return-icmp(port-unr) out quick to 192.0.2.0/24',
    'pass out quick to 192.0.2.0/24 flags S/SAFR',
    'pass out quick to 192.0.2.0/24 flags A/SA',
    // No remote side is behind the loopback interface.
    'pass quick on lo0 all',
    'pass out quick on !lo to 192.0.2.0/24',
    'pass out quick on ! em0 to 192.0.2.0/24',
    'pass out quick on any to 192.0.2.0/24',
    'pass out quick to <gone>',
    'pass out quick to www.example.com',
    'pass out quick to { 192.0.2.0/24',
  ]

  test('is read', async () => {
    await expectEach('pf-rule.txt', RULES, (rule) => audit(`${TABLES}${rule}\n`))
  })
})

describe('a ruleset', () => {
  const MACROS = [
    'web = "192.0.2.0/24"',
    'all = "{" $web 198.51.100.7 "}"',
    'ports = "{ 443, 8000:8080 }"',
    'pass out on egress proto tcp to $all port $ports',
    'pass out to $gone',
    'web = "203.0.113.0/24"',
    'pass out to $web',
  ]
  const GROWING = ['a = "1 2"', ...Array.from({ length: 60 }, () => 'a = $a $a'), 'pass out to { $a }']
  const ON_INTERFACES = ['! lo0', '!em1', '!em0', 'egress', 'em', 'em1', 'em0'].map(
    (on, at) => `pass out on ${on} to 192.0.2.${at}\n`,
  )
  const OTHERS = 'pass in on em1 from em1:network\npass in on em1 rtable 1\n'
  const ONE = 'pass out quick on em0 to 192.0.2.0/24\n'
  const RULESETS: Readonly<Record<string, readonly [text: string, narrow?: ReaderContext['narrow'], part?: string]>> = {
    'quick rules decide before all others, and of these the last one does': [
      'pass out to 192.0.2.0/24\nblock out to 192.0.2.0/25\npass out quick to 192.0.2.0/26\n',
    ],
    'a main ruleset passes what no rule is about': [`set skip on lo # fast\n${TABLES}block all\n`],
    'pf.conf is a main ruleset': ['pass out quick to 192.0.2.0/24\n', {}, 'pf.conf'],
    '/etc/pf.conf is a main ruleset': ['pass out quick to 192.0.2.0/24\n', {}, '/etc/pf.conf'],
    'pf.conf of a folder of Windows is a main ruleset': ['pass out quick to 192.0.2.0/24\n', {}, 'C:\\edge\\pf.conf'],
    'antispoof only blocks, so that it is mentioned': ['block all\nantispoof quick for em0\n'],
    'a backslash at the end of a comment makes the next line one too': [
      'block out\n# off: \\\npass out quick to 192.0.2.0/24\n',
    ],
    'macros stand for what they were given, and for nothing else': [MACROS.join('\n')],
    'a macro may be the beginning of a word': ['lan = "em1"\npass out from $lan:network to 192.0.2.0/24\n'],
    'macros that grow without an end are not followed': [GROWING.join('\n')],
    'a rule of an interface that was not asked for has no note': [OTHERS, { interface: 'em0' }],
    'a rule of an interface that was asked for has its notes': [OTHERS, { interface: 'em1' }],
    'an interface may be one of a group, and others are not': [ON_INTERFACES.join(''), { interface: 'em0' }],
    'the interface that was asked for': [ONE, { interface: 'em0' }],
    'another interface than the one that was asked for': [ONE, { interface: 'em1' }],
    'something else': ['hello\n'],
  }

  test('is read', async () => {
    await expectOutcomes('pf-rulesets.txt', RULESETS, (given) => audit(...given))
  })

  const LINES = [
    ...['anchor "other"', 'match out nat-to (egress)', 'set skip on em0', 'match out scrub (no-df) nat-to (egress)'],
    ...['match in rdr-to 10.0.0.1', 'match in all scrub', 'match in all rtable 1', 'match in all scrub (no-df)'],
    ...['match on egress inet scrub (no-df random-id max-mss 1440)', 'match out proto tcp to port 22 set prio 6'],
    ...['match out queue (std, ack)', 'match log to <gone> set (prio 1)', 'match out to 192.0.2.0/24 tag x'],
  ]
  test('may have lines that are not followed, or change nothing', async () => {
    await expectEach('pf-lines.txt', LINES, (line) => audit(`${TABLES}${line}\n`))
  })
})

test('a file without any one of its lines is refused, and so are lines of others', () => {
  const golden = HARNESS.goldens().find(({ title }) => title === 'one-rule {}') as Golden
  const more = ['pass', 'pass out to any', 'set skip on egress', 'anchor "x"', 'include "/etc/x"']
  expectNeeded({ golden, isFree: (line) => line.startsWith('#'), more }, HARNESS.objectionsTo)
})
