import { describe, expect, test } from 'vitest'
import { device } from '../../vendors/arista-eos/reader.ts'
import { type Golden, harnessOf } from './harness.ts'
import { show } from './reading-text.ts'

const HARNESS = harnessOf('arista-eos', device)

const audit = (text: string, options: Record<string, string> = {}) =>
  show(HARNESS.auditOf(text, { options })).map((line) => line.replace(/^\d+:? /, ''))

const SETS = `! device: leaf1 (EOS-4.32.1F)
hostname leaf1
!
traffic-policies
   counter interface per-interface ingress
   field-set ipv4 prefix WEB
      192.0.2.0/25 198.51.100.7/32
      except 192.0.2.64/26
   !
   field-set ipv6 prefix WEB6
      2001:db8::/48
   !
   field-set ipv4 prefix NONE
   !
   field-set l4-port PORTS
      80,440-450
   !
   traffic-policy tagwall-outbound
      counter DROPS
`
const INBOUND = '   traffic-policy tagwall-inbound\n'
const WEB = '192.0.2.0/26,198.51.100.7/32'
const OPEN = (direction: string) => [
  `ipv4-all-default: ${direction} allow any any4`,
  `ipv6-all-default: ${direction} allow any any6`,
]

describe('one match of IPv4', () => {
  test.for<[lines: string, want: string[]]>([
    ['destination prefix field-set WEB', [`m: out allow any ${WEB}`]],
    ['destination prefix 192.0.2.0/24 198.51.100.0/24', ['m: out allow any 192.0.2.0/24,198.51.100.0/24']],
    ['destination prefix 192.0.2.1', ['m: out allow any 192.0.2.1/32']],
    ['destination prefix field-set WEB; source prefix 10.0.0.0/8', [`m: out allow any local 10.0.0.0/8 ${WEB}`]],
    ['destination prefix field-set WEB; actions; drop; log', [`m: out deny any ${WEB}`]],
    ['destination prefix field-set WEB; actions; count DROPS; set dscp 60', [`m: out allow any ${WEB}`]],
    [
      'destination prefix field-set WEB; protocol tcp destination port 443, 8000-8080',
      [`m: out allow tcp 443,8000-8080 ${WEB}`],
    ],
    ['protocol tcp destination port field-set PORTS', ['m: out allow tcp 80,440-450 any4']],
    ['protocol tcp udp destination port 53', ['m: out allow tcp 53 any4', 'm: out allow udp 53 any4']],
    ['protocol tcp; protocol icmp', ['m: out allow tcp any4', 'm: out allow icmp any4']],
    ['protocol 6,47', ['m: out allow tcp any4', 'm: out allow other part any4']],
    ['protocol tcp source port 1 destination port 443', ['m: out allow tcp 443 part any4']],
    ['protocol tcp source port all destination port all', ['m: out allow tcp any4']],
    ['protocol tcp flags established', ['m: out allow tcp part any4']],
    ['protocol icmp type echo-reply code all', ['m: out allow icmp part any4']],
    ['destination prefix field-set WEB; ttl 10, 20-30', [`m: out allow any part ${WEB}`]],
    ['destination prefix field-set MISSING', ['m: out allow any ', 'is a field-set of m that does not exist']],
    ['destination prefix field-set NONE', ['m: out allow any ', 'is a field-set of m that is empty']],
    ['protocol tcp destination port field-set MISSING', ['is a field-set of m that does not exist']],
    [
      'destination prefix 2001:db8::/48; protocol tcp',
      ['m: out allow tcp part any4', 'names addresses that are not ipv4'],
    ],
    ['protocol tcp; protocol icmpv6', ['m: out allow tcp part any4', 'names a protocol that ipv4 does not have']],
    ['protocol tcp; protocol udp destination port 70000', ['m: out allow tcp part any4', 'has wrong ports']],
    [
      'protocol tcp; protocol icmp destination port 1',
      ['m: out allow tcp part any4', 'has ports of a protocol without ports'],
    ],
    ['protocol tcp; cos 5', ['m: out allow tcp part any4', 'is not understood']],
    ['protocol tcp; actions; fly', ['m: out allow tcp part any4', 'is not understood']],
    [
      'protocol tcp; actions; redirect next-hop group A',
      ['m: out allow tcp any4', 'redirects packets, which is not followed'],
    ],
    ['actions; drop', ['m: out deny any any4', 'is a match without addresses and protocols, which is not understood']],
  ])('%s', ([lines, want]) => {
    const text = `${SETS}      match m ipv4\n${lines.replaceAll(/(?:^|; )/g, '\n         ')}\n      !\n${INBOUND}`
    const isRule = (line: string) => /: (?:out|in) /.test(line)
    const found = audit(text)
    expect(found.filter(isRule)).toEqual([...want.filter(isRule), ...OPEN('out'), ...OPEN('in')])
    expect(found.filter((line) => !isRule(line))).toEqual(want.filter((line) => !isRule(line)))
  })
})

describe('a policy', () => {
  const both = `${SETS}      match six ipv6
         destination prefix field-set WEB6
         protocol icmpv6
      match ipv4-all-default ipv4
         actions
            drop
   traffic-policy tagwall-inbound
      match web ipv4
         source prefix field-set WEB
         destination prefix 10.0.0.0/8
         protocol tcp destination port 443
      match ipv6-all-default ipv6
         actions
            drop
!
`
  const rules = [
    'six: out allow icmp 2001:db8::/48',
    'ipv4-all-default: out deny any any4',
    'ipv6-all-default: out allow any any6',
    `web: in allow tcp 443 local 10.0.0.0/8 ${WEB}`,
    'ipv4-all-default: in allow any any4',
    'ipv6-all-default: in deny any any6',
  ]
  test('has sources as remote sides where it is inbound', () => {
    expect(audit(both)).toEqual(rules)
  })

  test.for<[title: string, text: string, options: Record<string, string>, want: string[]]>([
    [
      'that an interface has',
      'interface Ethernet1\n   traffic-policy input tagwall-outbound\ninterface Vlan2\n   traffic-policy input tagwall-inbound\n',
      {},
      [],
    ],
    [
      'that no interface has',
      'interface Ethernet1\n   traffic-policy input tagwall-outbound\n',
      {},
      ['is a traffic policy that no interface has'],
    ],
    [
      'beside other parts',
      'router bgp 1\n   neighbor 192.0.2.1 remote-as 2\nroute-map x\n   match ip address y\n',
      {},
      [],
    ],
  ])('%s', ([, text, options, want]) => {
    expect(audit(both + text, options).slice(rules.length)).toEqual(want)
  })

  test('that does not exist lets a direction be unknown', () => {
    expect(audit(both, { inboundPolicy: 'EDGE' })).toEqual([
      ...rules.slice(0, 3),
      'is a traffic policy that does not exist; there are: tagwall-outbound, tagwall-inbound',
    ])
  })

  test.for([
    ['hostname leaf1\n', 'has no traffic policies, and access lists are not read'],
    ['interface Ethernet1\n', 'has no traffic policies, and access lists are not read'],
  ])('%s', ([text = '', want]) => {
    expect(audit(text)).toEqual([want])
  })
})

// What the proof refuses beside what vendor check edits.
describe('a file for a switch', () => {
  const first = HARNESS.goldens()[0] as Golden
  const [file] = first.files
  const objectionsTo = (text: string) =>
    HARNESS.objectionsTo(first, [{ part: 'commands', family: undefined, text }]).length

  test('means the policy', () => {
    expect(objectionsTo(file?.text ?? '')).toBe(0)
  })

  test.for([
    ['      match ipv4-all-default ipv4\n', '      match ipv4-all-default ipv4\n         protocol tcp\n'],
    [/( +destination prefix field-set )(\S+)\n/, '$1$2\n$1Other-v4\n'],
    [/( +protocol tcp destination port 443)\n/, '$1 source port 1\n'],
    [/ +protocol tcp destination port 443\n/, '$&         ttl 1\n'],
    [/ +protocol tcp destination port 443\n/, '$&         actions\n            redirect next-hop group A\n'],
    ['            drop\n', '            drop\n            count\n'],
    ['traffic-policies\n', 'traffic-policies\ninterface Ethernet1\n'],
    ['   traffic-policy ', '   counter A\n   traffic-policy '],
  ] as const)('%s -> %s', ([before, after]) => {
    const text = file?.text.replace(before, after) ?? ''
    expect(text).not.toBe(file?.text)
    expect(objectionsTo(text)).toBeGreaterThan(0)
  })
})
