import { describe, expect, test } from 'vitest'
import { replacingDevice } from '../../src/vendor/checked-device.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { read } from '../../vendors/pf/reader.ts'
import { type Golden, harnessOf } from './harness.ts'
import { show } from './reading-text.ts'

const HARNESS = harnessOf('pf', replacingDevice(read))

const audit = (text: string, narrow: ReaderContext['narrow'] = {}, part?: string) =>
  show(HARNESS.auditOf(text, { narrow, localObjects: ['nodes'], part })).map((line) => line.replace(/^\d+:? /, ''))

const TABLES = `table <web> persist { 192.0.2.0/24, 198.51.100.7
  2001:db8::/48 }
table <file> persist file "/etc/web"
table <not> { 192.0.2.0/24 !192.0.2.1 }
table <empty> persist
table <filled> persist { 192.0.2.7 }
pass in quick on lo0 proto tcp to port 22 keep state (max-src-conn-rate 3/30, overload <filled> flush global)
`

describe('one rule', () => {
  test.for<[rule: string, want: string[]]>([
    ['pass out quick proto tcp to <web> port 443', [': out allow tcp 443 192.0.2.0/24,198.51.100.7/32,2001:db8::/48']],
    [
      'pass out quick proto tcp from any to <web> port = https flags S/SA keep state',
      [': out allow tcp 443 192.0.2.0/24,198.51.100.7/32,2001:db8::/48'],
    ],
    [
      'pass out inet proto tcp to <web> port { 80 8000:8080, 443 } label "a b"',
      ['a b: out allow tcp 80,443,8000-8080 192.0.2.0/24,198.51.100.7/32'],
    ],
    [
      'pass in quick proto { tcp udp } from <web>',
      [
        ': in allow tcp 192.0.2.0/24,198.51.100.7/32,2001:db8::/48',
        ': in allow udp 192.0.2.0/24,198.51.100.7/32,2001:db8::/48',
      ],
    ],
    ['block return out quick to 192.0.2.0/24', [': out deny any 192.0.2.0/24']],
    ['pass out quick from 10.0.0.0/8 to 192.0.2.0/24', [': out allow any local 10.0.0.0/8 192.0.2.0/24']],
    ['pass out quick to !192.0.2.0/24', [': out allow any NOT']],
    ['pass out quick on em0 to 192.0.2.0/24', [': out allow any part-by-interface 192.0.2.0/24']],
    // The interface of the target's options.
    ['pass out quick on egress to 192.0.2.0/24', [': out allow any 192.0.2.0/24']],
    ['pass out quick inet proto icmp to 192.0.2.0/24', [': out allow icmp 192.0.2.0/24']],
    ['pass out quick proto tcp from any port 53 to 192.0.2.0/24', [': out allow tcp part 192.0.2.0/24']],
    ['pass out quick to 192.0.2.0/24 user root', [': out allow any part 192.0.2.0/24']],
    ['pass out quick to 192.0.2.0/24 user { root, >= 1000 } keep state', [': out allow any part 192.0.2.0/24']],
    ['pass out quick to 192.0.2.0/24 tagged X', [': out allow any part 192.0.2.0/24']],
    ['pass out quick to 192.0.2.0/24 ! tagged X', [': out allow any part 192.0.2.0/24']],
    ['pass out quick to 192.0.2.0/24 rtable 1', [': has an unsupported condition: rtable']],
    // These change neither what a rule matches nor what it decides.
    [
      'pass out quick to 192.0.2.0/24 no state allow-opts tag lan set prio 5 queue std',
      [': out allow any 192.0.2.0/24'],
    ],
    ['pass in quick proto tcp to any port 22 synproxy state (max 5)', [': in allow tcp 22 any']],
    // Only interfaces and hosts know their addresses: on the local side they are objects.
    ['pass out quick from (egress) to 192.0.2.0/24', [': out allow any local (egress) 192.0.2.0/24']],
    ['pass in quick proto tcp to ( em0 ) port 443', [': in allow tcp 443 local (em0) any']],
    [
      'pass out quick from ! (egress:network:0) to 192.0.2.0/24',
      [': out allow any local !(egress:network:0) 192.0.2.0/24'],
    ],
    // A host is not the table of the same name, which the policy has.
    ['pass out quick from nodes to 192.0.2.0/24', [': out allow any local (nodes) 192.0.2.0/24']],
    ['pass out quick from <nodes> to 192.0.2.0/24', [': out allow any local nodes 192.0.2.0/24']],
    ['pass in quick from em1:network', [': has an address that is unknown: em1:network']],
    [
      'pass quick from em1:network to any',
      [': out allow any local em1:network any', ': has an address that is unknown: em1:network'],
    ],
    ['pass in quick to <file>', [': in allow any local <file> any']],
    ['pass in quick from { (em0) 192.0.2.1 }', [': has an address that is unknown: (em0)']],
    ['block in quick from urpf-failed', [': in deny any part any']],
    ['pass out quick to $azure', [': has an address that is unknown: $azure']],
    ['pass out quick to <file>', [': names the table file, whose addresses are unknown']],
    ['pass out quick to <empty>', [': names the table empty, whose addresses are unknown']],
    ['pass out quick to !<empty>', [': names the table empty, whose addresses are unknown']],
    ['block out quick to !<empty>', [': names the table empty, whose addresses are unknown']],
    ['block out quick to <file>', [': names the table file, whose addresses are unknown']],
    ['block out quick to <empty>', []],
    ['block in quick on em7 from <empty>', []],
    ['pass out quick to <filled>', [': names the table filled, which a rule fills (overload)']],
    ['block out quick to <filled>', [': names the table filled, which a rule fills (overload)']],
    [
      'pass out quick to <not>',
      [
        ': out allow any 192.0.2.0/32,192.0.2.2/31,192.0.2.4/30,192.0.2.8/29,192.0.2.16/28,192.0.2.32/27,192.0.2.64/26,192.0.2.128/25',
      ],
    ],
    ['pass out quick to ! <web>', [': out allow any NOT']],
    ['pass out quick to !<web>', [': out allow any NOT']],
    ['pass out quick to { 10/8, 172.16/12 }', [': out allow any 10.0.0.0/8,172.16.0.0/12']],
    ['pass out quick to 192.0.2.1 - 192.0.2.2', [': out allow any 192.0.2.1/32,192.0.2.2/32']],
    // Numbers of protocols; one that has no name here is a part of the others.
    ['pass out quick proto 6 to 192.0.2.0/24', [': out allow tcp 192.0.2.0/24']],
    [
      'pass out quick proto { 17 58 } to 2001:db8::/48',
      [': out allow udp 2001:db8::/48', ': out allow icmp 2001:db8::/48'],
    ],
    ['pass out quick proto esp to 192.0.2.0/24', [': out allow other part 192.0.2.0/24']],
    ['pass out quick inet proto icmp to any icmp-type { echoreq, unreach } code 3', [': out allow icmp part any4']],
    // Operators of ports.
    ['pass out quick proto tcp to port != 443', [': out allow tcp 0-442,444-65535 any']],
    ['pass out quick proto udp to any port { mdns dhcpv6-client }', [': out allow udp 546,5353 any']],
    ['pass out quick proto tcp to any port { <22 >= 1024 }', [': out allow tcp 0-21,1024-65535 any']],
    ['pass out quick proto tcp to any port 1024 >< 2048', [': out allow tcp 1025-2047 any']],
    ['pass out quick proto tcp to any port 1024<>2048', [': out allow tcp 0-1023,2049-65535 any']],
    ['pass out quick proto tcp to any port < 0', [': has unknown ports']],
    ['pass out quick proto tcp to any port 1:2 >< 9', [': has unknown ports']],
    ['block return-icmp(port-unr) out quick to 192.0.2.0/24', [': out deny any 192.0.2.0/24']],
    ['pass out quick to 192.0.2.0/24 flags S/SAFR', [': out allow any 192.0.2.0/24']],
    ['pass out quick to 192.0.2.0/24 flags A/SA', [': has an unsupported condition: flags']],
    // No remote side is behind the loopback interface.
    ['pass quick on lo0 all', []],
    ['pass out quick on !lo to 192.0.2.0/24', [': out allow any 192.0.2.0/24']],
    ['pass out quick on ! em0 to 192.0.2.0/24', [': out allow any part-by-interface 192.0.2.0/24']],
    ['pass out quick on any to 192.0.2.0/24', [': out allow any 192.0.2.0/24']],
    ['pass out quick to <gone>', [': names the table gone, which does not exist']],
    ['pass out quick to www.example.com', [': has an address that is unknown: www.example.com']],
    ['pass out quick to { 192.0.2.0/24', [': is a list that does not end']],
  ])('%s', ([rule, want]) => {
    const shown = audit(`${TABLES}${rule}\n`).map((line) => line.replace(/ 0\.0\.0\.0\/1,.*/, ' NOT'))
    expect(shown).toEqual(want.map((line) => (/ (?:allow|deny) /.test(line) ? line : line.replace(/^: /, ''))))
  })

  test('quick rules decide before all others, and of these the last one does', () => {
    const text = 'pass out to 192.0.2.0/24\nblock out to 192.0.2.0/25\npass out quick to 192.0.2.0/26\n'
    expect(audit(text)).toEqual([
      ': out allow any 192.0.2.0/26',
      ': out deny any 192.0.2.0/25',
      ': out allow any 192.0.2.0/24',
    ])
  })

  test('a main ruleset passes what no rule is about, and what is not followed is reported', () => {
    const pass = ['no rule: out allow any any', 'no rule: in allow any any']
    expect(audit(`set skip on lo # fast\n${TABLES}block all\n`)).toEqual([
      ': out deny any any',
      ': in deny any any',
      ...pass,
    ])
    for (const line of [
      ...['anchor "other"', 'match out nat-to (egress)', 'set skip on em0', 'match out scrub (no-df) nat-to (egress)'],
      ...['match in rdr-to 10.0.0.1', 'match in all scrub', 'match in all rtable 1'],
    ])
      expect(audit(`${TABLES}${line}\n`), line).toEqual([...pass, 'is not followed'])
    for (const line of [
      ...['match in all scrub (no-df)', 'match on egress inet scrub (no-df random-id max-mss 1440)'],
      ...[
        'match out proto tcp to port 22 set prio 6',
        'match out queue (std, ack)',
        'match log to <gone> set (prio 1)',
        'match out to 192.0.2.0/24 tag x',
      ],
    ])
      expect(audit(`${TABLES}${line}\n`), line).toEqual(pass)
  })

  test.for(['pf.conf', '/etc/pf.conf', 'C:\\edge\\pf.conf'])('%s is a main ruleset, whatever is in it', (part) => {
    const pass = ['no rule: out allow any any', 'no rule: in allow any any']
    expect(audit('pass out quick to 192.0.2.0/24\n', {}, part)).toEqual([': out allow any 192.0.2.0/24', ...pass])
  })

  test('antispoof only blocks, so that it is mentioned', () => {
    expect(audit('block all\nantispoof quick for em0\n').at(-1)).toBe('is not followed (harmless)')
  })

  test('a backslash at the end of a comment makes the next line one too', () => {
    expect(audit('block out\n# off: \\\npass out quick to 192.0.2.0/24\n')).toEqual([': out deny any any'])
  })

  test('macros stand for what they were given, and for nothing else', () => {
    const lines = [
      'web = "192.0.2.0/24"',
      'all = "{" $web 198.51.100.7 "}"',
      'ports = "{ 443, 8000:8080 }"',
      'pass out on egress proto tcp to $all port $ports',
      'pass out to $gone',
      'web = "203.0.113.0/24"',
      'pass out to $web',
    ]
    expect(audit(lines.join('\n')).slice(0, 2)).toEqual([
      ': out allow any 203.0.113.0/24',
      ': out allow tcp 443,8000-8080 192.0.2.0/24,198.51.100.7/32',
    ])
    expect(audit(lines.join('\n')).slice(4)).toEqual(['has an address that is unknown: $gone'])
  })

  test('a macro may be the beginning of a word', () => {
    expect(audit('lan = "em1"\npass out from $lan:network to 192.0.2.0/24\n')).toEqual([
      ': out allow any local em1:network 192.0.2.0/24',
      'no rule: out allow any any',
      'no rule: in allow any any',
    ])
  })

  test('a rule of an interface that was not asked for has no note', () => {
    const text = 'pass in on em1 from em1:network\npass in on em1 rtable 1\n'
    expect(audit(text, { interface: 'em0' })).toEqual([])
    expect(audit(text, { interface: 'em1' })).toEqual([
      'has an unsupported condition: rtable',
      'has an address that is unknown: em1:network',
    ])
  })

  test('macros that grow without an end are not followed', () => {
    const lines = ['a = "1 2"', ...Array.from({ length: 60 }, () => 'a = $a $a'), 'pass out to { $a }']
    expect(audit(lines.join('\n')).at(-1)).toBe('has an address that is unknown: $a')
  })

  test('an interface may be one of a group, and others are not', () => {
    const rules = ['em0', 'em1', 'em', 'egress', '!em0', '!em1', '! lo0'].map(
      (on, at) => `pass out on ${on} to 192.0.2.${at}`,
    )
    expect(audit(rules.toReversed().join('\n'), { interface: 'em0' })).toEqual([
      ': out allow any 192.0.2.0/32',
      ': out allow any 192.0.2.2/32',
      ': out allow any part-by-interface 192.0.2.3/32',
      ': out allow any 192.0.2.5/32',
      ': out allow any 192.0.2.6/32',
    ])
  })

  test('an interface can be asked for', () => {
    const text = 'pass out quick on em0 to 192.0.2.0/24\n'
    expect(audit(text, { interface: 'em0' })).toEqual([': out allow any 192.0.2.0/24'])
    expect(audit(text, { interface: 'em1' })).toEqual([])
    expect(audit('hello\n')).toEqual(['is not a pf ruleset'])
  })
})

describe('what tagwall writes', () => {
  const golden = HARNESS.goldens()
  const objections = (one: Golden, text: string) => HARNESS.objectionsTo(one, [{ part: 'x', family: undefined, text }])
  const textOf = ({ files }: Golden) => files[0]?.text ?? ''

  test('a file without any one of its lines is refused, and so are lines of others', () => {
    const one = golden.find(({ title }) => title === 'one-rule {}') as Golden
    const lines = textOf(one).split('\n').slice(0, -1)
    for (const [index, line] of lines.entries())
      if (!line.startsWith('#'))
        expect(objections(one, `${lines.toSpliced(index, 1).join('\n')}\n`), line).not.toEqual([])
    for (const more of ['pass', 'pass out to any', 'set skip on egress', 'anchor "x"', 'include "/etc/x"'])
      expect(objections(one, `${textOf(one)}${more}\n`), more).not.toEqual([])
  })
})
