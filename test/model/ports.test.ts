import { expect, test } from 'vitest'
import { formatService } from '../../src/compile/fit/collisions.ts'
import {
  commonPorts,
  containsPorts,
  countPorts,
  formatPorts,
  joinPorts,
  otherPorts,
  type PortRange,
  portTexts,
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
