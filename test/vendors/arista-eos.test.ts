import { describe, expect, test } from 'vitest'
import { device } from '../../vendors/arista-eos/reader.ts'
import { expectEach, expectOutcomes } from '../golden-page.ts'
import { type Golden, harnessOf } from './harness.ts'
import { show } from './reading-text.ts'

const HARNESS = harnessOf('arista-eos', device)

const audit = (text: string, options: Record<string, string> = {}, narrow: Record<string, string> = {}) =>
  show(HARNESS.auditOf(text, { options, narrow }))

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

describe('one match of IPv4', () => {
  test('is read', async () => {
    await expectEach('arista-match.txt', (lines) =>
      audit(`${SETS}      match m ipv4\n${lines.replaceAll(/(?:^|; )/g, '\n         ')}\n      !\n${INBOUND}`),
    )
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
  const MORE = 'router bgp 1\n   neighbor 192.0.2.1 remote-as 2\nroute-map x\n   match ip address y\n'
  const GIVEN: Readonly<Record<string, readonly [text: string, options?: Record<string, string>]>> = {
    'has sources as remote sides where it is inbound': [both],
    'counts whatever else the configuration has': [both + MORE],
    'that does not exist lets a direction be unknown': [both, { inboundPolicy: 'EDGE' }],
    'of which there is none, beside a name': ['hostname leaf1\n'],
    'of which there is none, beside an interface': ['interface Ethernet1\n'],
  }
  test('is read', async () => {
    await expectOutcomes('arista-policies.txt', GIVEN, (given) => audit(...given))
  })
})

// A policy counts where it is bound: on the input of an interface that is up. LOCAL and REMOTE have tagwall's policies.
describe('an interface', () => {
  const POLICIES = `traffic-policies
   traffic-policy tagwall-outbound
      match web ipv4
         destination prefix 192.0.2.0/24
      match ipv4-all-default ipv4
         actions
            drop
      match ipv6-all-default ipv6
         actions
            drop
   traffic-policy tagwall-inbound
      match ipv4-all-default ipv4
         actions
            drop
      match ipv6-all-default ipv6
         actions
            drop
   traffic-policy OTHER
      match all ipv4
         protocol tcp
`
  const LOCAL = 'interface Ethernet1\n   ip address 10.0.0.1/24\n   traffic-policy input tagwall-outbound\n'
  const REMOTE = 'interface Ethernet2\n   ip address 198.51.100.2/24\n   traffic-policy input tagwall-inbound\n'
  const SIDES = { fromZone: 'Ethernet1', toZone: 'Ethernet2' }
  const THIRD = 'interface Ethernet3\n   ip address 10.0.3.1/24\n'

  const INTERFACES: Readonly<Record<string, readonly [interfaces: string, narrow?: Record<string, string>]>> = {
    'of each side': [LOCAL + REMOTE],
    'of each side, named': [LOCAL + REMOTE, SIDES],
    'that no packets pass through': [
      `${LOCAL}${REMOTE}interface Management1\n   ip address 10.9.0.1/24\ninterface Ethernet4\n   switchport\ninterface Loopback0\n   ip address 10.9.9.9/32\ninterface Ethernet5\n   ip address 10.5.0.1/24\n   shutdown\n`,
    ],
    'without a policy': [LOCAL + REMOTE + THIRD],
    'without a policy, on neither side': [LOCAL + REMOTE + THIRD, SIDES],
    'without a policy, on the local side': [LOCAL + REMOTE + THIRD, { fromZone: 'Ethernet3', toZone: 'Ethernet2' }],
    'with another policy': [`${LOCAL}${REMOTE}${THIRD}   traffic-policy input OTHER\n`],
    'whose last policy counts': [`${LOCAL}   traffic-policy input OTHER\n${REMOTE}`],
    'that comes up twice': [`${LOCAL}${REMOTE}interface Ethernet1\n   no traffic-policy input\n`, SIDES],
    'with a policy that does not exist': [
      `${LOCAL}${REMOTE}${THIRD}   traffic-policy input GONE\n`,
      { toZone: 'Ethernet2' },
    ],
    'with a policy on output only': [
      `interface Ethernet1\n   ip address 10.0.0.1/24\n   traffic-policy output tagwall-outbound\n${REMOTE}`,
      SIDES,
    ],
    'that takes commands from a profile': [
      `interface profile OPEN\n   command traffic-policy input GONE\n${LOCAL}   profile OPEN\n${REMOTE}`,
    ],
    'that is shut down': [`${LOCAL}   shutdown\n${REMOTE}`],
    'that is up again': [`${LOCAL}   shutdown\n   no shutdown\n${REMOTE}`],
    'of the remote side without a policy': [`${LOCAL}interface Ethernet2\n   ipv6 enable\n`, SIDES],
    alone: [LOCAL],
  }

  test('narrowed to interfaces', async () => {
    await expectOutcomes('arista-interfaces.txt', INTERFACES, ([text, narrow]) => audit(POLICIES + text, {}, narrow))
  })

  test('lists the interfaces to choose from', () => {
    const zones = ['Ethernet1', 'Ethernet2']
    expect(HARNESS.auditOf(POLICIES + LOCAL + REMOTE).scopes).toEqual({ fromZone: zones, toZone: zones })
  })

  test('may be opened by what changes the configuration', async () => {
    await expectEach('arista-agents.txt', (text) => audit(`${POLICIES}${LOCAL}${REMOTE}${text}\n`))
  })
})

// What the proof refuses beside what vendor check edits.
describe('a file for a switch', () => {
  const first = HARNESS.goldens()[0] as Golden
  const [file] = first.files
  const objectionsTo = (text: string) =>
    HARNESS.objectionsTo(first, [{ part: 'commands', family: undefined, text }]).length

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
