import { describe, expect, test } from 'vitest'
import type { AddressFamily } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { loadWhole } from '../../src/model/device.ts'
import type { Reading } from '../../src/model/reading.ts'
import { formatPorts } from '../../src/model/traffic.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { resolveOptions } from '../../src/vendor/vendor.ts'
import { checkFiles, checkProof } from '../../src/vendor-check/check-files.ts'
import { settingsOf } from '../../src/vendor-check/settings.ts'
import { conformanceSubjects } from '../../src/vendor-check/subjects.ts'
import { device } from '../../vendors/iptables/reader.ts'
import { singly } from '../audit/notation.ts'
import { expectPage } from '../golden-page.ts'
import { GOLDEN, type Golden, problemsOf, read, VENDOR } from './iptables-harness.ts'
import { setText, show as showReading } from './reading-text.ts'

// What a device runs, in short; each case is a whole text and all that is read from it.

const show = ({ rules, notes }: Reading) => showReading({ rules: singly(rules), lists: [], notes })

type Narrow = ReaderContext['narrow']

function audit(text: string, narrow: Narrow = {}, family?: AddressFamily, localObjects: string[] = []): string[] {
  return show(
    read([{ part: 'device', family, text }], {
      options: resolveOptions(VENDOR, {}, 'audit'),
      purpose: 'audit',
      narrow,
      localObjects,
      kit: KIT,
    }),
  )
}

/** A filter table with policies of DROP; OUTPUT is where the lines go that name no chain. The first is line 5. */
function table(...lines: string[]): string {
  const rules = lines.map((line) => (/^(-[AID] |[:[#])/.test(line) ? line : `-A OUTPUT ${line}`))
  return ['*filter', ':INPUT DROP [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT DROP [0:0]', ...rules, 'COMMIT', ''].join(
    '\n',
  )
}

const DROPS = ['4 policy DROP of OUTPUT: out deny any any4', '2 policy DROP of INPUT: in deny any any4']
/** What lines in OUTPUT become, without the policies behind them. */
const inOutput = (...lines: string[]) => audit(table(...lines)).filter((line) => !DROPS.includes(line))

describe('one rule', () => {
  test.for<[string, string[]]>([
    ['-j ACCEPT', ['5 OUTPUT: out allow any any4']],
    [
      '-d 192.0.2.1/32 -p tcp -m tcp --dport 443 -m comment --comment web -j ACCEPT',
      ['5 web: out allow tcp 443 192.0.2.1/32'],
    ],
    ['-d 192.0.2.1 -p 6 --dport https -j ACCEPT', ['5 OUTPUT: out allow tcp 443 192.0.2.1/32']],
    ['-m comment --comment "a \\"b\\" -d c" -j ACCEPT', ['5 a "b" -d c: out allow any any4']],
    ["-m comment --comment 'a b' -j ACCEPT", ["5 'a: out allow any part any4", "5: has b', which is not understood"]],
    ['-d 192.0.2.77/255.255.255.128 -j ACCEPT', ['5 OUTPUT: out allow any 192.0.2.0/25']],
    ['-d 192.0.2.0/255.0.255.0 -j ACCEPT', ['5: has the address 192.0.2.0/255.0.255.0, which is not understood']],
    [
      '-d 192.0.2.0/25,198.51.100.9,203.0.113.0/24 -j DROP',
      ['5 OUTPUT: out deny any 192.0.2.0/25,198.51.100.9/32,203.0.113.0/24'],
    ],
    ['! -d 128.0.0.0/1 -j ACCEPT', ['5 OUTPUT: out allow any 0.0.0.0/1']],
    ['-d ! 128.0.0.0/1 -j ACCEPT', ['5 OUTPUT: out allow any 0.0.0.0/1']],
    ['-d 0.0.0.0/0 -j ACCEPT', ['5 OUTPUT: out allow any any4']],
    ['! -d 0.0.0.0/0 -j ACCEPT', []],
    ['-d example.com -j ACCEPT', ['5: has the address example.com, which is not understood']],
    ['-p icmp -d 192.0.2.1,192.0.2.2 -d 192.0.2.0/24 -j ACCEPT', ['5: has -d twice']],
    ['-d 192.0.2.1 --dst 192.0.2.0/24 -j ACCEPT', ['5: has --dst twice']],
    ['-s 192.0.2.0/24 -d 198.51.100.0/24 -j ACCEPT', ['5 OUTPUT: out allow any local 192.0.2.0/24 198.51.100.0/24']],
    ['-d 198.51.100.0/24 -s 192.0.2.0/24 -j ACCEPT', ['5 OUTPUT: out allow any local 192.0.2.0/24 198.51.100.0/24']],
    ['-m iprange --dst-range 192.0.2.0-192.0.2.2 -j ACCEPT', ['5 OUTPUT: out allow any 192.0.2.0/31,192.0.2.2/32']],
    ['-m iprange ! --dst-range 0.0.0.0-127.255.255.255 -j ACCEPT', ['5 OUTPUT: out allow any 128.0.0.0/1']],
    [
      '-m iprange --dst-range 192.0.2.9-192.0.2.2 -j ACCEPT',
      ['5: has the range 192.0.2.9-192.0.2.2, which is not understood'],
    ],
    ['-p tcp -m multiport --dports 80,443,8000:8080,80 -j ACCEPT', ['5 OUTPUT: out allow tcp 80,443,8000-8080 any4']],
    ['-p udp -m multiport ! --dports 1:65535 -j ACCEPT', ['5 OUTPUT: out allow udp 0 any4']],
    ['-p tcp --dport :1023 -j REJECT --reject-with tcp-reset', ['5 OUTPUT: out deny tcp 0-1023 any4']],
    ['-p tcp ! --dport 443 -j ACCEPT', ['5 OUTPUT: out allow tcp 0-442,444-65535 any4']],
    ['-p tcp --dport 444:443 -j ACCEPT', ['5: has the port 444:443, which is not understood']],
    ['--dport 443 -j ACCEPT', ['5 OUTPUT: out allow any part any4', '5: has --dport 443, which is not understood']],
    ['-m tcp --dport 443 -j ACCEPT', ['5: has the match tcp without its protocol']],
    ['-m multiport --dports 443 -j ACCEPT', ['5: matches ports without a protocol']],
    [
      '! -p tcp -j ACCEPT',
      ['5 OUTPUT: out allow udp any4', '5 OUTPUT: out allow icmp any4', '5 OUTPUT: out allow other any4'],
    ],
    [
      '! -p gre -d 192.0.2.1 -j DROP',
      [
        '5 OUTPUT: out deny tcp 192.0.2.1/32',
        '5 OUTPUT: out deny udp 192.0.2.1/32',
        '5 OUTPUT: out deny icmp 192.0.2.1/32',
        '5 OUTPUT: out deny other part 192.0.2.1/32',
      ],
    ],
    ['-p icmp -d 192.0.2.1 -j ACCEPT', ['5 OUTPUT: out allow icmp 192.0.2.1/32']],
    ['-p icmp --icmp-type any -j ACCEPT', ['5 OUTPUT: out allow icmp any4']],
    ['-p icmp -m icmp --icmp-type echo-reply -j ACCEPT', []],
    ['-p icmp -m icmp ! --icmp-type 8 -j ACCEPT', ['5 OUTPUT: out allow icmp part any4']],
    ['-m icmp --icmp-type 8 -j ACCEPT', ['5: has the match icmp without its protocol']],
    ['-p igmp -j ACCEPT', ['5 OUTPUT: out allow other part any4']],
    ['-p sctp -m multiport --dports 443 -j ACCEPT', ['5 OUTPUT: out allow other part any4']],
    ['! -p all -j ACCEPT', []],
    ['-p all -j ACCEPT', ['5 OUTPUT: out allow any any4']],
    ['-p icmp -m icmp --icmp-type 8 -j ACCEPT', ['5 OUTPUT: out allow icmp part any4']],
    ['-p 47 -j ACCEPT', ['5 OUTPUT: out allow other part any4']],
    ['-p foo -j ACCEPT', ['5: has the protocol foo, which is not understood']],
    ['-p udp --sport 53 -j ACCEPT', ['5 OUTPUT: out allow udp part any4', '5: matches source ports: 53']],
    ['-p tcp --sport 0:65535 -j ACCEPT', ['5 OUTPUT: out allow tcp any4']],
    ['-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', []],
    ['-m state --state NEW,ESTABLISHED -j ACCEPT', ['5 OUTPUT: out allow any any4']],
    ['-m conntrack --ctstate INVALID -j DROP', []],
    ['-m conntrack ! --ctstate INVALID -j ACCEPT', ['5 OUTPUT: out allow any any4']],
    ['-m conntrack --ctstate DNAT -j ACCEPT', ['5 OUTPUT: out allow any part any4']],
    [
      '-m conntrack --ctdir ORIGINAL -j ACCEPT',
      ['5 OUTPUT: out allow any part any4', '5: has --ctdir ORIGINAL, which is not understood'],
    ],
    ['-p tcp --syn -j ACCEPT', ['5 OUTPUT: out allow tcp any4']],
    ['-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j DROP', []],
    ['-p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE -j DROP', []],
    ['-f -j DROP', []],
    ['-o lo -j ACCEPT', []],
    ['! -o lo -j ACCEPT', ['5 OUTPUT: out allow any any4']],
    ['-o eth0 -j ACCEPT', ['5 OUTPUT: out allow any part-by-interface any4']],
    ['-m limit --limit 5/min -j ACCEPT', ['5 OUTPUT: out allow any part any4']],
    ['-m owner ! --uid-owner 0 -j DROP', ['5 OUTPUT: out deny any part any4']],
    [
      '-m rateless --fast yes -j ACCEPT',
      ['5 OUTPUT: out allow any part any4', '5: has the match rateless, which is not understood'],
    ],
    ['-m limit --limit 5/min -j LOG --log-prefix "-j ACCEPT "', []],
    ['-j MARK --set-xmark 0x1/0xffffffff', []],
    ['-d 192.0.2.1', []],
    ['-j NFQUEUE --queue-num 0', ['5: has the target NFQUEUE, which is not understood']],
    ['-j gone-chain', ['5: names the chain gone-chain, which does not exist']],
    ['-m set --match-set gone dst -j ACCEPT', ['5: names the set gone, which does not exist']],
    ['-m comment --comment "open -j ACCEPT', ['5: has a quote that does not end']],
    ['-j ACCEPT -d', ['5: ends after -d']],
  ])('reads %s', ([line, want]) => {
    expect(inOutput(line)).toEqual(want)
  })
})

describe('chains', () => {
  const RULES: readonly [string, string[]][] = [
    ['takes neighbours with one address each together', ['-d 192.0.2.0/25 -j ACCEPT', '-d 192.0.2.128/25 -j ACCEPT']],
    ['keeps a deny before an allow', ['-d 192.0.2.1 -j DROP', '-d 192.0.2.0/24 -j ACCEPT', '-d 192.0.2.2 -j DROP']],
    [
      'follows a jump as far as it goes, and its comment',
      [
        ':A - [0:0]',
        '-p tcp -m comment --comment azure -j A',
        '-A A -d 192.0.2.0/24 -j ACCEPT',
        '-A A -p udp -j ACCEPT',
      ],
    ],
    [
      'takes what returns from the rest of its chain only',
      [
        ':A - [0:0]',
        '-j A',
        '-d 192.0.2.1 -j ACCEPT',
        '-A A -d 192.0.2.0/31 -j RETURN',
        '-A A -d 192.0.2.0/30 -j ACCEPT',
      ],
    ],
    [
      'cuts what returns by protocol, port and address',
      [':A - [0:0]', '-d 192.0.2.0/31 -j A', '-A A -d 192.0.2.1 -p tcp --dport 443 -j RETURN', '-A A -j ACCEPT'],
    ],
    [
      'is not sure of what a part returns',
      [':A - [0:0]', '-j A', '-A A -d 192.0.2.0/24 -m limit --limit 1/s -j RETURN', '-A A -d 192.0.2.0/23 -j ACCEPT'],
    ],
    [
      'sends what returns from a built-in chain to the policy',
      ['-d 192.0.2.0/24 -j RETURN', '-d 192.0.2.0/23 -j ACCEPT'],
    ],
    [
      'does not come back from a goto',
      [':A - [0:0]', '-d 192.0.2.0/24 -g A', '-d 192.0.2.0/23 -j ACCEPT', '-A A -d 192.0.2.1 -j ACCEPT'],
    ],
    [
      'takes the gotos of firewalld for its default zone as one',
      [':IN - [0:0]', '-o eth0 -g IN', '-o eth1 -g IN', '-g IN', '-A IN -d 192.0.2.1 -j ACCEPT', '-A IN -j DROP'],
    ],
    [
      'says where chains lead back to themselves',
      [':A - [0:0]', ':B - [0:0]', '-j A', '-A A -j B', '-A B -j A', '-A B -d 192.0.2.1 -j ACCEPT'],
    ],
    ['says that a chain is not there', ['-A NOWHERE -j ACCEPT']],
    ['leaves chains out that nothing leads to', [':A - [0:0]', '-A A -j ACCEPT']],
    ['inserts', ['-d 192.0.2.1 -j ACCEPT', '-I OUTPUT -d 192.0.2.1 -p tcp -j DROP', '-I OUTPUT 2 -p udp -j DROP']],
    ['says what it does not understand', ['-D OUTPUT -j ACCEPT', '-A OUTPUT']],
    ['reads counters and comments', ['# mine', '[12:720] -A OUTPUT -d 192.0.2.1/32 -j ACCEPT']],
  ]

  test('reads rules of a save', async () => {
    await expectPage(
      'iptables-rules.txt',
      RULES.map(([name, lines]) => [name, inOutput(...lines)]),
    )
  })

  test('gives up on chains that fork and fork again', () => {
    const chains = Array.from({ length: 40 }, (_, index) => index)
    const lines = [
      ...chains.map((index) => `:C${index} - [0:0]`),
      '-j C0',
      ...chains
        .flatMap((index) => [`-A C${index} -j C${index + 1}`, `-A C${index} -p tcp -j C${index + 1}`])
        .slice(0, -2),
    ]
    expect(inOutput(...lines)).toEqual(['122: is a chain with too many jumps to it to follow'])
  })
})

describe('directions', () => {
  const forward = table(
    '-A FORWARD -d 192.0.2.1 -j ACCEPT',
    '-A FORWARD -s 192.0.2.2 -j ACCEPT',
    '-A FORWARD -s 192.0.2.3 -d 192.0.2.4 -j ACCEPT',
    '-A FORWARD -i lan0 -o wan0 -d 192.0.2.5 -j ACCEPT',
    '-A FORWARD -i wan+ ! -o wan0 -p udp -j ACCEPT',
    '-A INPUT -s 192.0.2.6 -d 192.0.2.7 -j ACCEPT',
  )
  test.for<[Narrow, string[]]>([
    [{}, [DROPS[0] as string, '10 INPUT: in allow any local 192.0.2.7/32 192.0.2.6/32', DROPS[1] as string]],
    [
      { chain: 'FORWARD' },
      [
        '5 FORWARD: out allow any 192.0.2.1/32',
        '7 FORWARD: out allow any local 192.0.2.3/32 192.0.2.4/32',
        '8 FORWARD: out allow any part-by-interface 192.0.2.5/32',
        '9 FORWARD: out allow udp part-by-interface any4',
        '3 policy DROP of FORWARD: out deny any any4',
        '6 FORWARD: in allow any 192.0.2.2/32',
        '7 FORWARD: in allow any local 192.0.2.4/32 192.0.2.3/32',
        '9 FORWARD: in allow udp part-by-interface any4',
        '3 policy DROP of FORWARD: in deny any any4',
      ],
    ],
    [
      { chain: 'FORWARD', fromZone: 'lan0', toZone: 'wan0' },
      [
        '5 FORWARD: out allow any 192.0.2.1/32',
        '6 FORWARD: out allow any local 192.0.2.2/32 any4',
        '7 FORWARD: out allow any local 192.0.2.3/32 192.0.2.4/32',
        '8 FORWARD: out allow any 192.0.2.5/32',
        '3 policy DROP of FORWARD: out deny any any4',
        '5 FORWARD: in allow any local 192.0.2.1/32 any4',
        '6 FORWARD: in allow any 192.0.2.2/32',
        '7 FORWARD: in allow any local 192.0.2.4/32 192.0.2.3/32',
        '9 FORWARD: in allow udp any4',
        '3 policy DROP of FORWARD: in deny any any4',
      ],
    ],
    [{ chain: 'INPUT' }, ['10 INPUT: in allow any local 192.0.2.7/32 192.0.2.6/32', DROPS[1] as string]],
    [{ chain: 'NONE' }, ['1: has no chain NONE']],
  ])('are seen with %j', ([narrow, want]) => {
    expect(audit(forward, narrow)).toEqual(want)
  })

  test('come from the built-in chain that leads to the one that is asked for', () => {
    const text = table(':A - [0:0]', ':B - [0:0]', '-j B', '-A B -j A', '-A A -j ACCEPT')
    expect(audit(text, { chain: 'A' })).toEqual(['9 A: out allow any any4'])
  })
})

describe('sets', () => {
  const rule = table('-m set --match-set a dst -j ACCEPT')
  const withSets = (...lines: string[]) => {
    return audit([...lines, rule].join('\n'))
      .filter((line) => !/ policy [A-Z]+ of /.test(line))
      .map((line) => line.replace(/^\d+ OUTPUT: out /, ''))
  }
  const CREATE = 'create a hash:net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xb3f5bd4f'
  const SETS: readonly [string, string[]][] = [
    ['added', [CREATE, 'add a 192.0.2.0/25', 'add a 192.0.2.128/25']],
    ['nothing in it', [CREATE]],
    [
      'comments with words of ipset in them',
      [CREATE, 'add a 192.0.2.0/24 comment "no nomatch, no timeout 1 -exist"', 'add a 192.0.2.7 comment "x" nomatch'],
    ],
    ['deleted', [CREATE, 'add a 192.0.2.0/25', 'add a 192.0.2.128/25', 'del a 192.0.2.0/25']],
    ['deleted without being there', [CREATE, 'del a 192.0.2.0/25']],
    ['flushed', [CREATE, 'add a 192.0.2.0/25', 'flush a', 'add a 192.0.2.1']],
    ['all flushed', [CREATE, 'add a 192.0.2.0/25', 'flush']],
    ['swapped', [CREATE, CREATE.replace(' a ', ' b '), 'add b 192.0.2.1', 'swap a b', 'destroy b']],
    ['renamed', [CREATE.replace(' a ', ' b '), 'add b 192.0.2.1', 'rename b a']],
    ['destroyed', [CREATE, 'destroy a']],
    ['swapped with another type', [CREATE, 'create b hash:ip', 'swap a b']],
    ['an exception', [CREATE, 'add a 192.0.2.0/24', 'add a 192.0.2.0/25 nomatch', 'add a 192.0.2.1']],
    [
      'counters and comments',
      ['create a hash:ip family inet counters comment', 'add a 192.0.2.1 packets 1 bytes 40 comment "b c"'],
    ],
    ['a range', ['create a hash:ip family inet', 'add a 192.0.2.0-192.0.2.2']],
    ['the other family', ['create a hash:net family inet6', 'add a 2001:db8::/32']],
    ['an address of the other family', [CREATE, 'add a 2001:db8::/32']],
    ['no address', [CREATE, 'add a example.com']],
    ['the default route', [CREATE, 'add a 0.0.0.0/0']],
    ['more than fits', ['create a hash:net maxelem 1', 'add a 192.0.2.1', 'add a 192.0.2.2']],
    ['ports in it', ['create a hash:ip,port family inet', 'add a 192.0.2.1,tcp:443']],
    ['a list of sets', [CREATE.replace(' a ', ' b '), 'create a list:set size 8', 'add b 192.0.2.1', 'add a b']],
    ['a list in itself', ['create a list:set size 8', 'add a a']],
    [
      'a list of sets of which one is not there',
      [CREATE.replace(' a ', ' b '), 'create a list:set size 8', 'add b 192.0.2.1', 'add a b', 'add a gone'],
    ],
    [
      'a list of sets of which one has ports',
      [
        CREATE.replace(' a ', ' b '),
        'create c hash:net,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xb7430bac',
        'create a list:set size 8',
        ...['add b 192.0.2.1', 'add c 20.0.4.0/24,tcp:443', 'add a b', 'add a c'],
      ],
    ],
    [
      'a list of sets of both families',
      [
        CREATE.replace(' a ', ' b '),
        'create c hash:net family inet6 hashsize 1024 maxelem 65536',
        'create a list:set size 8',
        ...['add b 192.0.2.1', 'add c 2001:db8::/32', 'add a b', 'add a c'],
      ],
    ],
    [
      'entries that expire, as ipset save prints them',
      [
        'create a hash:net family inet hashsize 1024 maxelem 65536 timeout 600 comment bucketsize 12 initval 0x6cc032c0',
        'add a 192.0.2.0/25 timeout 0 comment "x y"',
        'add a 192.0.2.128/25 timeout 599',
      ],
    ],
    [
      'entries that expire as all of the set do',
      ['create a hash:net timeout 600', 'add a 192.0.2.0/25', 'add a 192.0.2.128/25 timeout 0'],
    ],
    ['no entry that expires', ['create a hash:net timeout 600', 'add a 192.0.2.0/25 timeout 0']],
    [
      'a list whose members expire',
      ['create b hash:net timeout 600', 'create a list:set size 8', 'add b 192.0.2.0/25', 'add a b'],
    ],
    [
      'a member that expires',
      ['create b hash:net', 'create a list:set size 8 timeout 300', 'add b 192.0.2.0/25', 'add a b timeout 299'],
    ],
    ['created twice', [CREATE, CREATE]],
    ['created twice with -exist', [CREATE, 'add a 192.0.2.1', `${CREATE} -exist`]],
    ['not created', ['add a 192.0.2.1']],
  ]

  test('are read', async () => {
    await expectPage(
      'iptables-sets.txt',
      SETS.map(([what, lines]) => [what, withSets(...lines)]),
    )
  })

  test('are asked the other way round, and for the source', () => {
    const text = [
      CREATE,
      'add a 128.0.0.0/1',
      table('-m set ! --match-set a dst -j ACCEPT', '-A INPUT -m set --match-set a src -j ACCEPT'),
    ].join('\n')
    expect(audit(text).filter((line) => !/policy/.test(line))).toEqual([
      '7 OUTPUT: out allow any 0.0.0.0/1',
      '8 INPUT: in allow any 128.0.0.0/1',
    ])
  })
})

describe('objects of the policy', () => {
  const CREATE = 'create nodes hash:net family inet'
  const lines = [
    '-A OUTPUT -m set --match-set nodes src -d 192.0.2.0/24 -p icmp -j ACCEPT',
    '-A OUTPUT -m set --match-set nodes dst -j ACCEPT',
    '-A INPUT -s 10.0.0.0/8 -m set --match-set nodes dst -d 172.16.0.0/12 -p tcp -j DROP',
    '-A INPUT -m set ! --match-set nodes src -j ACCEPT',
  ]
  test.for<[name: string, sets: string[], objects: string[], want: string[]]>([
    [
      'are named on the local side, and resolved on the remote one',
      [CREATE, 'add nodes 198.51.100.0/24'],
      ['nodes'],
      [
        '7 OUTPUT: out allow icmp local nodes 192.0.2.0/24',
        '8 OUTPUT: out allow any 198.51.100.0/24',
        '9 INPUT: in deny tcp part local nodes 10.0.0.0/8',
      ],
    ],
    [
      'may be empty, or not be there',
      [],
      ['nodes'],
      [
        '5 OUTPUT: out allow icmp local nodes 192.0.2.0/24',
        '6 OUTPUT: out allow any part any4',
        '7 INPUT: in deny tcp part local nodes 10.0.0.0/8',
        '8: names the set nodes, which does not exist',
      ],
    ],
    [
      'are addresses like others where the policy does not name them',
      [CREATE, 'add nodes 198.51.100.0/24'],
      [],
      ['7 OUTPUT: out allow icmp local 198.51.100.0/24 192.0.2.0/24', '8 OUTPUT: out allow any 198.51.100.0/24'],
    ],
  ])('%s', ([, sets, objects, want]) => {
    const found = audit([...sets, table(...lines)].join('\n'), {}, undefined, objects)
    expect(found.filter((line) => !/policy [A-Z]+ of|INPUT: in allow/.test(line))).toEqual(want)
  })
})

describe('sets that rules change', () => {
  const SAVED = 'create dyn hash:ip family inet hashsize 1024 maxelem 65536 timeout 60 bucketsize 12 initval 0x38bceb9a'
  const note = (line: number) => `${line}: names the set dyn, which rules change as packets come`
  test.for<[name: string, text: string, want: string[]]>([
    [
      'ahead of their use',
      table(
        '-p tcp -m tcp --dport 443 -j SET --add-set dyn dst --exist --timeout 60',
        '-p tcp -m tcp --dport 443 -m set --match-set dyn dst -j ACCEPT',
      ),
      [...DROPS.map((line) => line.replace(/^\d+/, (n) => `${Number(n) + 1}`)), note(7)],
    ],
    [
      'in another table',
      `*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j SET --del-set dyn src\nCOMMIT\n${table('-m set --match-set dyn dst -j DROP')}`,
      [...DROPS.map((line) => line.replace(/^\d+/, (n) => `${Number(n) + 5}`)), note(10)],
    ],
    [
      'never, where a rule only looks them up',
      table('-j SET --map-set dyn dst --map-mark', '-m set --match-set dyn dst -j ACCEPT'),
      DROPS.map((line) => line.replace(/^\d+/, (n) => `${Number(n) + 1}`)),
    ],
  ])('%s', ([, text, want]) => {
    expect(audit(`${SAVED}\n${text}`)).toEqual(want)
  })
})

describe('other tables', () => {
  /** The notes of a save, with the traffic that each is about. */
  function doubts(tables: string, narrow: Narrow = {}): string[] {
    const text = `${tables}${table()}`
    const context = { options: resolveOptions(VENDOR, {}, 'audit'), purpose: 'audit', narrow, kit: KIT } as const
    return read([{ part: 'device', family: undefined, text }], context).notes.map(
      ({ place, text, reason, about }) =>
        `${place.line} ${text.slice(0, 40)}: ${reason}${(about ?? [])
          .map(({ direction, protocol, ports, remote }) => {
            return ` | ${direction} ${protocol} ${ports.map(formatPorts).join()} ${setText(remote.addresses)}`
          })
          .join('')}`,
    )
  }
  const other = (name: string, ...lines: string[]) => [`*${name}`, ...lines, 'COMMIT', ''].join('\n')
  const BUILT_IN = [':PREROUTING ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]']
  const FORWARD = { chain: 'FORWARD', fromZone: 'lan0', toZone: 'wan0' }

  const NOTED: readonly [name: string, text: string, narrow: Narrow][] = [
    [
      'a policy of DROP, as a kernel saves it',
      other('mangle', ':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT DROP [0:0]'),
      {},
    ],
    ['policies of DROP in both ways', other('raw', ':PREROUTING DROP [0:0]', ':OUTPUT DROP [0:0]'), {}],
    ['a policy of DROP that is not met', other('mangle', ':FORWARD DROP [0:0]'), {}],
    [
      'a drop of some, behind a jump and a return',
      other(
        'mangle',
        ...BUILT_IN,
        ':OWN - [0:0]',
        '-A POSTROUTING -p tcp -m tcp --dport 80:443 -j OWN',
        '-A OWN -d 192.0.2.0/25 -j RETURN',
        '-A OWN -d 192.0.2.0/24 -j DROP',
      ),
      {},
    ],
    [
      'what goes to a program, and what is only copied or marked',
      other(
        'mangle',
        ...BUILT_IN,
        '-A OUTPUT -p tcp -j NFQUEUE --queue-num 3',
        '-A OUTPUT -j TEE --gateway 10.0.0.1',
        '-A OUTPUT -j MARK --set-xmark 0x1/0x1',
      ),
      {},
    ],
    [
      'destinations that are changed, as a kernel saves them',
      other(
        'nat',
        ...BUILT_IN,
        '-A PREROUTING -d 192.0.2.0/24 -j NETMAP --to 10.0.0.0/24',
        '-A OUTPUT -d 20.0.0.0/8 -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.0.0.5:8443',
        '-A OUTPUT -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128',
        '-A POSTROUTING -o eth0 -j MASQUERADE',
      ),
      {},
    ],
    [
      'what passes a router',
      other(
        'nat',
        ...BUILT_IN,
        '-A PREROUTING -i wan0 -p tcp -m tcp --dport 443 -j DNAT --to-destination 192.168.1.10',
        '-A PREROUTING -i lan0 -p tcp -m tcp --dport 443 -j REDIRECT --to-ports 3129',
      ),
      FORWARD,
    ],
    [
      'no port that Docker publishes',
      other(
        'nat',
        ...BUILT_IN,
        ':DOCKER - [0:0]',
        '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
        '-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
        '-A DOCKER ! -i docker0 -p tcp -m tcp --dport 443 -j DNAT --to-destination 172.17.0.2:443',
      ),
      {},
    ],
    [
      'what is taken out of tracking',
      other(
        'raw',
        ...BUILT_IN,
        '-A PREROUTING -s 192.0.2.0/24 -p tcp -m tcp --dport 443 -j CT --notrack',
        '-A OUTPUT -d 192.0.2.0/24 -j NOTRACK',
        '-A OUTPUT -j CT --zone 1',
        '-A OUTPUT -d 192.0.2.0/25 -j DROP',
      ),
      {},
    ],
    ['a set that does not exist', other('raw', ...BUILT_IN, '-A OUTPUT -m set --match-set gone dst -j DROP'), {}],
  ]

  test('are not followed, but noted', async () => {
    await expectPage(
      'iptables-notes.txt',
      NOTED.map(([name, text, narrow]) => [name, doubts(text, narrow)]),
    )
  })
})

describe('a session of a terminal', () => {
  const session = [
    'Last login: Thu Nov 26 07:01:12 2026',
    '[root@gw ~]# ipset save; iptables-save',
    'create a hash:net',
    'ad a 192.0.2.0/24',
    'dad a 192.0.2.0/24',
    `${table('-m set --match-set a dst -j ACCEPT')}[root@gw ~]# exit`,
  ].join('\n')

  test('has lines around the save that allow nothing, and chains to ask for', () => {
    const context = { options: resolveOptions(VENDOR, {}, 'audit'), purpose: 'audit', narrow: {}, kit: KIT } as const
    const { notes, scopes } = read([{ part: 'device', family: undefined, text: session }], context)
    expect(notes.map(({ place, isHarmless }) => `${place.line}${isHarmless ? ' harmless' : ''}`)).toEqual([
      '1 harmless',
      '2 harmless',
      '4 harmless',
      '5 harmless',
      '12 harmless',
    ])
    expect(scopes).toEqual({ chain: ['INPUT', 'FORWARD', 'OUTPUT'] })
  })

  test.for<[line: string, isHarmless: boolean]>([
    ['[root@gw ~]# iptables -S', true],
    ['[root@gw ~]# iptables -I OUTPUT -j ACCEPT', false],
    ['iptables -P OUTPUT ACCEPT', false],
    ['/sbin/ip6tables -w -A OUTPUT -j ACCEPT', false],
    ['iptables-restore < more.v4', false],
    ['[root@gw ~]# ipset list', true],
    ['ipset -exist add a 0.0.0.0/1', false],
    ['nft add rule inet f o accept', false],
  ])('with the command %j is harmless only if that changes nothing', ([line, isHarmless]) => {
    const context = { options: resolveOptions(VENDOR, {}, 'audit'), purpose: 'audit', narrow: {}, kit: KIT } as const
    const { notes } = read([{ part: 'device', family: undefined, text: `${line}\n${table('-j DROP')}` }], context)
    expect(notes.map((note) => note.isHarmless === true)).toEqual([isHarmless])
  })

  test('proves nothing', () => {
    const [golden] = GOLDEN as [Golden]
    const files = golden.files.map((file) => ({ ...file, text: `Last login: Thu\n${file.text}` }))
    // Both families are files of one part, and say the same.
    expect(problemsOf(golden, files).length).toBe(new Set(files.map(({ part }) => part)).size)
  })
})

describe('a whole text', () => {
  const nat = '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -j DNAT --to-destination 192.0.2.9\nCOMMIT\n'
  const FOLLOWED: readonly [string, string][] = [
    [
      'saves of both families, one behind the other',
      `${nat}${table('-d 192.0.2.1 -j ACCEPT')}# Generated by ip6tables-save v1.8.11 (nf_tables) on Tue\n${table('-p tcp -j ACCEPT')}`,
    ],
    [
      'what -S prints, of both families and of other tables',
      [
        ...[
          '-P PREROUTING ACCEPT',
          '-P INPUT ACCEPT',
          '-P OUTPUT ACCEPT',
          '-P POSTROUTING ACCEPT',
          '-A OUTPUT -p tcp -j DNAT',
        ],
        ...['-P INPUT DROP', '-P OUTPUT DROP', '-A OUTPUT -d 192.0.2.1/32 -j ACCEPT'],
        ...['-P INPUT DROP', '-P OUTPUT DROP', '-A OUTPUT -d 2001:db8::1/128 -j ACCEPT'],
      ].join('\n'),
    ],
    ['two saves that do not say which', `${table()}${table()}`],
    ['a family three times', `${table()}${table()}${table()}`],
    ['a family that its addresses tell', table('-d 2001:db8::/32 -j ACCEPT').replaceAll('DROP', 'ACCEPT')],
    [
      'iptables -S',
      '-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT DROP\n-N A\n-A OUTPUT -j A\n-A A -d 192.0.2.1/32 -j ACCEPT\n',
    ],
    ['lines of Windows', table('-d 192.0.2.1 -j ACCEPT').replaceAll('\n', '\r\n')],
    [
      'a table that drops before',
      table().replace('*filter', '*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -s 192.0.2.1 -j DROP\nCOMMIT\n*filter'),
    ],
    [
      'rules in the other iptables',
      `# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n${table()}`,
    ],
    ['one that ends too early', '*filter\n:INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\n-A OUTPUT -d 192.0'],
    ['without the built-in chains', '*filter\n:A - [0:0]\nCOMMIT\n'],
    ['empty', ''],
    ['binary', '\u0000\u0001\ufffd\n\u0007'],
    ['of another vendor', 'config firewall address\n    edit "a"\n'],
    ['of nftables', 'table ip filter {\n  chain OUTPUT {\n  }\n}\n'],
    ['a policy of its own kind', table().replace('OUTPUT DROP', 'OUTPUT QUEUE')],
  ]

  test('reads chains', async () => {
    await expectPage(
      'iptables-chains.txt',
      FOLLOWED.map(([name, text]) => [name, audit(text)]),
    )
  })

  test.for([
    ['quotes within a word', '-d 192.0.2.0/24 -m comment --comm"ent" "a"b"c d" -j ACCEPT', 'abc d'],
    ['escapes within quotes', '-d 192.0.2.0/24 -m comment --comment "a \\"b\\" \\\\" -j ACCEPT', 'a "b" \\'],
    ['an empty comment', '-d 192.0.2.0/24 -m comment --comment "" -j ACCEPT', ''],
    ['tabs between words', '-d 192.0.2.0/24\t -m comment\t--comment a -j ACCEPT', 'a'],
    ['other blanks within a word', '-d 192.0.2.0/24 -m comment --comment a\u00a0b -j ACCEPT', 'a\u00a0b'],
  ])('has words with %s', ([, rule, name]) => {
    expect(audit(table(rule as string))[0]).toBe(`5 ${name}: out allow any 192.0.2.0/24`)
  })
})

test('what is kept between two readings is what reading everything again would find', () => {
  const rule = (chain: string, rest: string) => `-A ${chain} ${rest}\n`
  const table = (...lines: string[]) => `*filter\n${lines.join('')}COMMIT\n`
  const part = (text: string, family: 'ipv4' | 'ipv6' = 'ipv4') => [{ part: family, family, text }]
  const out = ':OUTPUT ACCEPT [0:0]\n'
  const web = table(':WEB - [0:0]\n', rule('WEB', '-d 192.0.2.0/24 -j ACCEPT'))
  const loads = [
    part(table(out, rule('OUTPUT', '-p tcp -j WEB'), rule('OUTPUT', '-d 203.0.113.0/24 -m frob -j DROP'))),
    // The jump leads somewhere now.
    part(web),
    part(web.replace('192.0.2.0/24', '198.51.100.0/24')),
    part(table(out, rule('OUTPUT', '-d 2001:db8::/32 -j DROP')), 'ipv6'),
    [{ part: 'sets', family: undefined, text: 'create s hash:net\nadd s 192.0.2.0/25\n' }],
    part(table(':WEB - [0:0]\n', rule('WEB', '-m set --match-set s dst -j ACCEPT'))),
    [{ part: 'sets', family: undefined, text: 'add s 198.51.100.0/24\n' }],
    part(table(':WEB - [0:0]\n')),
  ]
  const context = { options: resolveOptions(VENDOR, {}, 'kept'), purpose: 'audit', narrow: {}, kit: KIT } as const
  const text = (reading: unknown) =>
    JSON.stringify(reading, (_, value) =>
      PrefixSet.is(value) ? value.texts : typeof value === 'bigint' ? String(value) : value,
    )
  const kept = device(context)
  loads.forEach((files, index) => {
    loadWhole(kept, files)
    const anew = device(context)
    for (const earlier of loads.slice(0, index + 1)) loadWhole(anew, earlier)
    expect(text(kept.reading())).toBe(text(anew.reading()))
    // A second time, with nothing loaded in between.
    expect(text(kept.reading())).toBe(text(anew.reading()))
  })
  expect(text(kept.reading())).toContain('OUTPUT')
})

test('a set of every address is both halves, because ipset takes no length of 0', async () => {
  const { settings, findings } = settingsOf(VENDOR)
  const ipset = settings.filter(({ given }) => given.match === 'ipset')
  const subjects = conformanceSubjects(VENDOR).filter(({ policy }) => policy === 'everything')
  const { made, result } = await checkFiles(ipset.slice(0, 1), subjects, findings)
  expect(result.findings).toEqual([])
  expect((await checkProof(made)).result.findings).toEqual([])
  const added = made.flatMap(({ files }) => files.flatMap(({ text }) => text.match(/^add .*$/gm) ?? []))
  expect(added).toEqual([
    'add tagwall-out-400-v4-n 0.0.0.0/1',
    'add tagwall-out-400-v4-n 128.0.0.0/1',
    'add tagwall-out-400-v6-n ::/1',
    'add tagwall-out-400-v6-n 8000::/1',
    'add tagwall-in-410-v4-n 0.0.0.0/1',
    'add tagwall-in-410-v4-n 128.0.0.0/1',
  ])
})
