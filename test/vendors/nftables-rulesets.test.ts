import { describe, expect, test } from 'vitest'
import { auditOf, show } from './nftables-harness.ts'

// Several tables, hooks, families and forms of text: each case is a whole text and all that is read from it.

const base = (name: string, hook: string, priority: string, policy: string, ...rules: string[]) =>
  `chain ${name} {\ntype filter hook ${hook} priority ${priority}; policy ${policy};\n${rules.join('\n')}\n}\n`
const table = (name: string, ...chains: string[]) => `table ${name} {\n${chains.join('')}}\n`

interface Whole {
  readonly title: string
  readonly given: readonly [text: string, options?: object, narrow?: object]
  readonly want: readonly string[]
}

describe('a whole ruleset', () => {
  test.for<Whole>([
    {
      title: 'accept in one table goes on to the next',
      want: [
        '10 o: out allow any 192.0.2.0/24',
        '8 policy of o: out deny any any',
        '1 no base chain at prerouting or input: in allow any any',
      ],
      given: [
        table('inet a', base('o', 'output', '0', 'accept', 'tcp dport 443 accept comment "mine"')) +
          table('inet b', base('o', 'output', '10', 'drop', 'ip daddr 192.0.2.0/24 accept')),
      ],
    },
    {
      title: 'drop in one is final',
      want: [
        '4 o: out deny tcp 443 any',
        '2 policy of o: out allow any 192.0.2.0/24',
        '8 policy of o: out deny any any',
        '1 no base chain at prerouting or input: in allow any any',
      ],
      given: [
        table('inet a', base('o', 'output', '0', 'accept', 'tcp dport 443 drop')) +
          table('inet b', base('o', 'output', '10', 'drop', 'ip daddr 192.0.2.0/24 accept')),
      ],
    },
    {
      title: 'both accept: the one that is named',
      want: [
        '4 named: out allow tcp 443 any6',
        '2 policy of o: out deny any any6',
        '4 named: out allow tcp 443 192.0.2.0/24',
        '2 policy of o: out deny any 192.0.2.0/24',
        '8 policy of o: out deny any any4',
        '1 no base chain at prerouting or input: in allow any any',
      ],
      given: [
        table('inet a', base('o', 'output', '10', 'drop', 'tcp dport 443 accept comment "named"')) +
          table('ip b', base('o', 'output', '0', 'drop', 'ip daddr 192.0.2.0/24 accept')),
      ],
    },
    {
      title: 'families',
      want: [
        '10 o: out deny tcp 22 any6',
        '2 policy of o: out allow any any6',
        '4 o: out allow tcp 443 any4',
        '2 policy of o: out deny any any4',
        '1 no base chain at prerouting or input: in allow any any',
      ],
      given: [
        table('ip a', base('o', 'output', '0', 'drop', 'tcp dport 443 accept')) +
          table('ip6 a', base('o', 'output', '0', 'accept', 'tcp dport 22 drop')),
      ],
    },
    {
      title: 'other hooks',
      want: [
        '12 q: out deny udp 53 any',
        '10 policy of q: out allow any any',
        '4 p: in deny tcp 22 any',
        '2 policy of p: in allow any any',
      ],
      given: [
        table(
          'inet a',
          base('p', 'prerouting', 'raw', 'accept', 'tcp dport 22 drop'),
          base('i', 'input', '0', 'accept'),
          base('q', 'postrouting', '0', 'accept', 'udp dport 53 drop'),
        ),
      ],
    },
    {
      title: 'nothing filters',
      want: [
        '1 no base chain at output or postrouting: out allow any any',
        '1 no base chain at prerouting or input: in allow any any',
      ],
      given: [table('inet a', 'chain c { accept; }\n')],
    },
    {
      title: 'dormant',
      want: [
        '1 no base chain at output or postrouting: out allow any any',
        '1 no base chain at prerouting or input: in allow any any',
        '1: is dormant, so that it filters nothing (harmless)',
      ],
      given: [`table inet a {\nflags dormant\n${base('o', 'output', '0', 'drop')}}\n`],
    },
    {
      title: 'router unknown interfaces',
      want: [
        '4 f: out allow any 192.0.2.0/24',
        '5 f: out allow any part any4',
        '6 f: out allow tcp 22 any',
        '2 policy of f: out deny any any',
        '4 f: in allow any part any4',
        '5 f: in allow any 192.0.2.0/24',
        '6 f: in allow tcp 22 any',
        '2 policy of f: in deny any any',
      ],
      given: [
        table(
          'inet f',
          base(
            'f',
            'forward',
            '0',
            'drop',
            'oifname "wan0" ip daddr 192.0.2.0/24 accept',
            'ip saddr 192.0.2.0/24 accept',
            'tcp dport 22 accept',
          ),
        ),
        { hook: 'router' },
      ],
    },
    {
      title: 'router, zones',
      want: [
        '4 f: out allow any 192.0.2.0/24',
        '6 f: out allow tcp 22 any',
        '2 policy of f: out deny any any',
        '5 f: in allow any 192.0.2.0/24',
        '6 f: in allow tcp 22 any',
        '2 policy of f: in deny any any',
      ],
      given: [
        table(
          'inet f',
          base(
            'f',
            'forward',
            '0',
            'drop',
            'iifname "lan0" oifname "eth1" ip daddr 192.0.2.0/24 accept',
            'iifname "eth1" ip saddr 192.0.2.0/24 accept',
            'tcp dport 22 accept',
          ),
        ),
        { hook: 'router' },
        { fromZone: 'lan0', toZone: 'eth1' },
      ],
    },
    {
      title: 'router, outside of the options',
      want: [
        '4 f: out allow any 192.0.2.0/24',
        '5 f: out allow any part-by-interface any',
        '6 f: out allow tcp 22 part any',
        '2 policy of f: out deny any any',
        '4 f: in allow any part any4',
        '5 f: in allow any part any',
        '6 f: in allow tcp 22 part-by-interface any',
        '2 policy of f: in deny any any',
      ],
      given: [
        table(
          'inet f',
          base(
            'f',
            'forward',
            '0',
            'drop',
            'oifname { "wan0", "wan1" } ip daddr 192.0.2.0/24 accept',
            'iifname "wan0" accept',
            'oifname "wan0" tcp dport 22 accept',
          ),
        ),
        { hook: 'router', outside: ['wan0', 'wan1'] },
      ],
    },
    {
      title: 'chain',
      want: ['3 mine: out allow any 192.0.2.0/24'],
      given: [
        table(
          'inet f',
          'chain mine {\nip daddr 192.0.2.0/24 accept\n}\n',
          base('o', 'output', '0', 'drop', 'jump mine'),
        ),
        {},
        { chain: 'mine' },
      ],
    },
    {
      title: 'chain of neither',
      want: ['3 mine: out allow any 192.0.2.0/24', '4 mine: in allow any 198.51.100.0/24'],
      given: [
        table('inet f', 'chain mine {\nip daddr 192.0.2.0/24 accept\nip saddr 198.51.100.0/24 accept\n}\n'),
        {},
        { chain: 'mine' },
      ],
    },
    {
      title: 'goto: what falls off comes to the policy',
      want: [
        '2 g: out allow tcp 1 any',
        '7 o: out allow tcp 2 any',
        '4 policy of o: out deny any any',
        '1 no base chain at prerouting or input: in allow any any',
      ],
      given: [
        table(
          'inet f',
          'chain g { tcp dport 1 accept; }\nchain mine { goto g; }\n',
          base('o', 'output', '0', 'drop', 'jump mine', 'tcp dport 2 accept'),
        ),
      ],
    },
    {
      title: 'return in a base chain',
      want: [
        '5 o: out allow any any6',
        '5 o: out allow any 0.0.0.0/1',
        '2 policy of o: out deny any any',
        '1 no base chain at prerouting or input: in allow any any',
      ],
      given: [table('inet f', base('o', 'output', '0', 'drop', 'ip daddr 128.0.0.0/1 return', 'accept'))],
    },
    {
      title: 'either',
      want: [
        '4 o: out allow tcp 443 part 192.0.2.0/24',
        '8 policy of o: out deny tcp 443 part any',
        '4 o: out deny tcp 443 part any',
        '2 policy of o: out allow tcp 443 192.0.2.0/24',
        '8 policy of o: out deny any any',
        '1 no base chain at prerouting or input: in allow any any',
        '4: hands connections to a program, which is not followed',
      ],
      given: [
        table('inet f', base('o', 'output', '0', 'accept', 'tcp dport 443 queue')) +
          table('inet g', base('o', 'output', '1', 'drop', 'tcp dport 443 ip daddr 192.0.2.0/24 accept')),
      ],
    },
    {
      title: 'bridge, netdev, arp, ingress',
      want: [
        '1 no base chain at output or postrouting: out allow any any',
        '1 no base chain at prerouting or input: in allow any any',
        '1: filters at the bridge, which is not followed',
        '7: filters at the device, which is not followed',
        '10: is about ARP, which is not followed (harmless)',
        '14: filters at the hook ingress, which is not followed',
      ],
      given: [
        table('bridge b', base('f', 'forward', '0', 'accept', 'drop')) +
          'table netdev n {\nchain i { type filter hook ingress device "eth0" priority 0; drop; }\n}\n' +
          'table arp a {\nchain i { type filter hook input priority 0; drop; }\n}\ntable inet x {\nchain g { type filter hook ingress device "eth0" priority 0; drop; }\n}\n',
      ],
    },
    {
      title: 'commands',
      want: [
        '7 o: out allow tcp 22 any',
        '6 o: out allow tcp 443 192.0.2.1/32',
        '2 policy of o: out deny any any',
        '1 no base chain at prerouting or input: in allow any any',
      ],
      given: [
        'add table inet t\nadd chain inet t o { type filter hook output priority filter; policy drop; }\nadd set inet t s { type ipv4_addr; }\nadd element inet t s { 192.0.2.1, 192.0.2.2 }\ndelete element inet t s { 192.0.2.2 }\nadd rule inet t o ip daddr @s tcp dport 443 accept\ninsert rule inet t o tcp dport 22 accept\n',
      ],
    },
    {
      title: 'failing commands',
      want: [
        '1 no base chain at output or postrouting: out allow any any',
        '1 no base chain at prerouting or input: in allow any any',
        '5: is not understood',
        '6: is not understood',
        '7: is not understood',
        '8: names another file, which is not read',
        '1: names the table inet t, which is not there',
        '4: names the set s, which is not there',
      ],
      given: [
        'add rule inet t o accept\nadd table inet t\nadd chain inet t o\ndelete element inet t s { 1.1.1.1 }\nadd rule inet t o position 5 accept\nrename chain inet t o p\nreplace rule inet t o handle 4 accept\ninclude "/etc/x.nft"\n',
      ],
    },
    {
      title: 'flush ruleset',
      want: [
        '11 o: out allow any any',
        '9 policy of o: out deny any any',
        '1 no base chain at prerouting or input: in allow any any',
      ],
      given: [
        table('inet a', base('o', 'output', '0', 'drop')) +
          'flush ruleset\n' +
          table('inet b', base('o', 'output', '0', 'drop', 'accept')),
      ],
    },
    {
      title: 'banner',
      want: [
        '5 o: out allow any any',
        '3 policy of o: out deny any any',
        '1 no base chain at prerouting or input: in allow any any',
        '1: is not understood (harmless)',
        '8: is not understood (harmless)',
      ],
      given: [
        'root@host:~# nft list ruleset\n' +
          table('inet b', base('o', 'output', '0', 'drop', 'accept')) +
          'root@host:~# exit\n',
      ],
    },
    {
      title: 'foreign',
      want: ['1: is not understood (harmless)', '2: is not understood (harmless)', '1: begins a file without a table'],
      given: ['-A OUTPUT -j ACCEPT\n*filter\n'],
    },
    {
      title: 'empty json',
      want: ['1: begins a file without a table'],
      given: ['{"nftables": [{"metainfo": {"version": "1.1.3"}}]}'],
    },
    {
      title: 'broken json',
      want: ['1: ends in the middle of the JSON', '1: begins a file without a table'],
      given: ['{"nftables": [{"metainfo": '],
    },
    {
      title: 'truncated',
      want: ['2: is not understood here', '1: is not understood', '1: begins a file without a table'],
      given: ['table inet b {\nchain o {\ntype filter hook output priority 0; policy drop;\naccept\n'],
    },
    {
      title: 'too many braces',
      want: [
        '4 o: out allow any part any',
        '2 policy of o: out deny any any',
        '1 no base chain at prerouting or input: in allow any any',
        '4: has tcp dport { { { { { { { { { { { { { { { { { { { { { { { { { { { { { { { { { { {\u2026, which is not understood',
      ],
      given: [
        'table inet b {\nchain o {\ntype filter hook output priority 0; policy drop;\ntcp dport ' +
          '{'.repeat(100) +
          '22' +
          '}'.repeat(100) +
          ' accept\n}\n}\n',
      ],
    },
    {
      title: 'odd members',
      want: [
        '1 no base chain at output or postrouting: out allow any any',
        '1 no base chain at prerouting or input: in allow any any',
        '2: is not understood here',
        '3: is not understood here',
        '5: is not understood here',
      ],
      given: [
        'table inet b {\nfrobnicate 5\nset s { type ipv4_addr; elements = { 1.1.1.1 2.2.2.2 }; }\nchain o {\ntype filter hook output priority what; policy drop;\naccept\n}\n}\n',
      ],
    },
    {
      title: 'json commands',
      want: [
        '1 o: out allow tcp 443 any',
        '1 o: out allow any part any',
        '1 o: out deny any part any',
        '1 policy of o: out deny any any',
        '1 no base chain at prerouting or input: in allow any any',
        '1: is not understood',
        '1: is not understood',
        '1: has {"frob": {"a": [1, 2]}}, which is not understood',
      ],
      given: [
        '{"nftables": [{"add": {"table": {"family": "inet", "name": "t"}}}, {"add": {"chain": {"family": "inet", "table": "t", "name": "o", "type": "filter", "hook": "output", "prio": 0, "policy": "drop"}}}, {"add": {"rule": {"family": "inet", "table": "t", "chain": "o", "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 443}}, {"accept": null}]}}}, {"delete": {"table": {"family": "inet", "name": "t"}}}, {"rule": {"family": "inet"}}, {"rule": {"family": "inet", "table": "t", "chain": "o", "expr": [{"frob": {"a": [1, 2]}}]}}]}',
      ],
    },
  ])('$title', ({ given: [text, options = {}, narrow = {}], want }) => {
    expect(show(auditOf(text, { ...options }, narrow))).toEqual(want)
  })
})
