import { expect, test } from 'vitest'
import { formatService } from '../../src/compile/fit/collisions.ts'
import {
  commonPorts,
  containsPorts,
  countPorts,
  EVERY_PORT,
  type FlowProtocol,
  flowText,
  formatPorts,
  joinPorts,
  otherPorts,
  type PortRange,
  type ProtocolPorts,
  portTexts,
  trafficText,
} from '../../src/model/traffic.ts'

/** `443`, `80-90`; nothing for no ports. */
const ports = (text: string): PortRange[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((range) => {
      const [first = '', last = first] = range.split('-')
      return { first: Number(first), last: Number(last) }
    })
const show = (ranges: readonly PortRange[]) => ranges.map(formatPorts).join(' ')

test.for([
  ['', '', '0-65535', 0],
  ['443', '443', '0-442 444-65535', 1],
  ['0-65535', '0-65535', '', 65536],
  ['0 65535', '0 65535', '1-65534', 2],
  ['1-65534', '1-65534', '0 65535', 65534],
  ['80-90 85-100', '80-100', '0-79 101-65535', 21],
  ['80-100 85-90', '80-100', '0-79 101-65535', 21],
  ['91-100 80-90', '80-100', '0-79 101-65535', 21],
  ['80-90 92-100', '80-90 92-100', '0-79 91 101-65535', 20],
  ['443 443', '443', '0-442 444-65535', 1],
] as const)('%j is %j, without %j, %d in all', ([given, joined, others, count]) => {
  expect([show(joinPorts(ports(given))), show(otherPorts(ports(given))), countPorts(ports(given))]).toEqual([
    joined,
    others,
    count,
  ])
})

test.for([
  ['80-90', '80-90', true],
  ['80-90', '85', true],
  ['80-90', '79-85', false],
  ['80-90', '85-91', false],
  ['80-85 86-90', '80-90', true],
  ['80-85 87-90', '80-90', false],
  ['80-90', '80 91', false],
  ['', '', true],
  ['', '1', false],
] as const)('%j contains %j: %j', ([outer, inner, want]) => {
  expect(containsPorts(ports(outer), ports(inner))).toBe(want)
})

test.for([
  ['80-90', '85-100', '85-90'],
  ['85-100', '80-90', '85-90'],
  ['80-90', '90-100', '90'],
  ['80-90', '91-100', ''],
  ['80-90', '82-85', '82-85'],
] as const)('%s and %s have %j in common', ([a, b, want]) => {
  const common = commonPorts(ports(a)[0] as PortRange, ports(b)[0] as PortRange)
  expect(common ? show([common]) : '').toBe(want)
})

test('ports are said by protocol, and a service is named after them', () => {
  expect(portTexts({ tcp: ports('80 443-444'), udp: ports('53'), icmp: true, other: true })).toEqual([
    'tcp 80',
    'tcp 443-444',
    'udp 53',
    'other',
  ])
  expect(portTexts({ tcp: [], udp: [], icmp: false, other: false })).toEqual([])
  expect(formatService({ protocol: 'udp', ports: ports('53 5000-5010') })).toBe('udp-53_5000-5010')
})

test.for<[protocol: FlowProtocol, want: string]>([
  ['tcp', 'outbound tcp 443'],
  ['udp', 'outbound udp 443'],
  ['icmp', 'outbound icmp'],
  ['other', 'outbound other protocols'],
])('a flow of %s is %s', ([protocol, want]) => {
  expect(flowText({ direction: 'outbound', protocol, ports: port(443) })).toBe(want)
})

const NOTHING: ProtocolPorts = { tcp: [], udp: [], icmp: false, other: false }

test.for<[traffic: Partial<ProtocolPorts>, text: string, texts: string[]]>([
  [{}, '', []],
  [{ tcp: [port(443)] }, 'tcp 443', ['tcp 443']],
  [{ icmp: true }, 'icmp', ['icmp']],
  [{ other: true }, 'other protocols but icmp', ['other but icmp']],
  [{ icmp: true, other: true }, 'other protocols', ['other']],
  [{ tcp: [EVERY_PORT] }, 'all tcp', ['tcp 0-65535']],
  [{ udp: [port(1, 65535)] }, 'all udp', ['udp 1-65535']],
  [
    { tcp: [EVERY_PORT], udp: [EVERY_PORT], icmp: true, other: true },
    'every port of every protocol',
    ['tcp 0-65535', 'udp 0-65535', 'other'],
  ],
  [
    { tcp: [EVERY_PORT], udp: [port(53)], icmp: true, other: true },
    'all tcp, udp 53, other protocols',
    ['tcp 0-65535', 'udp 53', 'other'],
  ],
  [
    { tcp: [EVERY_PORT], udp: [EVERY_PORT], other: true },
    'all tcp, all udp, other protocols but icmp',
    ['tcp 0-65535', 'udp 0-65535', 'other but icmp'],
  ],
  [
    { tcp: [EVERY_PORT], udp: [EVERY_PORT], icmp: true },
    'all tcp, all udp, icmp',
    ['tcp 0-65535', 'udp 0-65535', 'icmp'],
  ],
  [
    { tcp: [port(443)], udp: [EVERY_PORT], icmp: true, other: true },
    'tcp 443, all udp, other protocols',
    ['tcp 443', 'udp 0-65535', 'other'],
  ],
  [{ tcp: [port(0, 442), port(444, 65535)] }, 'every tcp port but 443', ['tcp 0-442', 'tcp 444-65535']],
])('traffic %j', ([traffic, text, texts]) => {
  const all = { ...NOTHING, ...traffic }
  expect([trafficText(all), portTexts(all)]).toEqual([text, texts])
})

test.for<[missing: string, text: string]>([
  ['10 20 30 40', 'every tcp port but 10 and 20 and 30 and 40'],
  ['10 20 30 40 50', 'tcp 0-9, 11-19, 21-29, 31-39, 41-49, 51-65535'],
  ['32768-65535', 'tcp 0-32767'],
])('most ports are named by those that are missing, if these are few: without %s', ([missing, text]) => {
  expect(trafficText({ ...NOTHING, tcp: otherPorts(ports(missing)) })).toBe(text)
})

function port(first: number, last = first) {
  return { first, last }
}
