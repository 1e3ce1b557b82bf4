import { expect, test } from 'vitest'
import { gapsIn, isOfPart, type LoadStep } from '../../src/model/artefact.ts'
import { type LimitUse, paceText, useText } from '../../src/model/capacity.ts'
import { holdsText, localText, type PolicyLocal, type Rule, ruleTraffic } from '../../src/model/policy.ts'
import { TAG_PURPOSES } from '../../src/model/tag-purpose.ts'
import {
  EVERY_PORT,
  type FlowProtocol,
  flowText,
  type ProtocolPorts,
  portTexts,
  trafficText,
} from '../../src/model/traffic.ts'
import { type LimitNumber, limitText, settingsText } from '../../src/model/vendor.ts'
import { setOf } from '../notation.ts'

test.for<[local: PolicyLocal, want: string]>([
  [{ prefixes: setOf('2001:db8::/48 10.0.0.0/8') }, '10.0.0.0/8, 2001:db8::/48'],
  [{ object: 'k8s-nodes' }, 'the object k8s-nodes'],
  [{ object: 'nodes', object6: 'nodes6' }, 'the object nodes, nodes6 for IPv6'],
])('the local side %# reads %s', ([local, want]) => {
  expect(localText(local)).toBe(want)
})

test.for<[rule: Pick<Rule, 'action' | 'protocol' | 'ports'>, want: string]>([
  [{ action: 'allow', protocol: 'tcp', ports: [port(443), port(8000, 8080)] }, 'tcp 443,8000-8080'],
  [{ action: 'deny', protocol: 'any', ports: [] }, 'deny any'],
  [{ action: 'deny', protocol: 'udp', ports: [port(53)] }, 'deny udp 53'],
  [{ action: 'allow', protocol: 'icmp', ports: [] }, 'icmp'],
])('a rule of %j is %s in a table', ([rule, want]) => {
  expect(ruleTraffic(rule)).toBe(want)
})

test.for<[tags: string[], own: string, exceptTags: string[], exceptPrefixes: string, want: string]>([
  [['Storage'], '', [], '', 'Storage'],
  [['A', 'B', 'C', 'D'], '', [], '', 'A, B, C, D'],
  [[], '10.0.0.0/8 12.0.0.0/8', [], '', '2 own prefixes'],
  [['Storage'], '10.0.0.0/8', ['Storage.WestEurope'], '', 'Storage, 1 own prefix, with exceptions'],
  [['Storage'], '', [], '20.0.0.0/8', 'Storage, with exceptions'],
])('a rule of %j and "%s" without %j and "%s" holds %s', ([tags, own, names, others, want]) => {
  const except = { tags: names, prefixes: setOf(others).prefixes }
  expect(holdsText({ tags, prefixes: setOf(own).prefixes, except } as unknown as Rule)).toBe(want)
})

test.for<[use: Partial<LimitUse>, use: string, pace: string]>([
  [{ count: 780 }, '78% of 1,000 groups', ''],
  [{ count: 1000, of: 'ipv6' }, '100% of 1,000 groups (ipv6)', ''],
  [
    { count: 780, pace: pace(700, '2027-05') },
    '78% of 1,000 groups',
    'at the growth of the last 26 weeks full in 2027-05',
  ],
  [{ count: 780, pace: pace(781, undefined) }, '78% of 1,000 groups', 'no growth in the last 26 weeks'],
  [{ count: 780, pace: pace(780, undefined) }, '78% of 1,000 groups', 'no growth in the last 26 weeks'],
  // So slow that it takes more than a century.
  [{ count: 780, pace: pace(779, undefined) }, '78% of 1,000 groups', ''],
])('the use %j', ([facts, use, growth]) => {
  const all = { what: 'groups', of: '', limit: 1000, pace: undefined, ...facts } as LimitUse
  expect([useText(all), paceText(all)]).toEqual([use, growth])
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
  [{ tcp: [port(0, 442), port(444, 65535)] }, 'every tcp port but 443', ['tcp 0-442', 'tcp 444-65535']],
])('traffic %j', ([traffic, text, texts]) => {
  const all = { ...NOTHING, ...traffic }
  expect([trafficText(all), portTexts(all)]).toEqual([text, texts])
})

test('limits and settings in a table', () => {
  const limits: readonly LimitNumber[] = [
    { max: 1000, source: '', unverified: false },
    { max: 1000, source: '', unverified: true },
    { max: undefined, source: '', unverified: true },
  ]
  expect(limits.map(limitText)).toEqual(['at most 1,000', 'at most 1,000, unverified', 'unknown, not checked'])
  expect([settingsText({ form: 'set', scope: 'shared' }), settingsText({})]).toEqual(['form=set scope=shared', ''])
})

test('the gaps of a step, and the files that it loads', () => {
  expect(gapsIn('load {file} with {A1}, not {1a}, { name} or {}')).toEqual(['file', 'A1'])
  const loads = (part: string | undefined, ...files: readonly string[]) =>
    files.map((file) => isOfPart({ part } as LoadStep, file))
  expect(loads(undefined, 'ipv4', 'any')).toEqual([true, true])
  expect(loads('ipv4', 'ipv4', 'ipv4-2', 'ipv6', 'ipv42')).toEqual([true, true, false, false])
})

test('every purpose has a sentence, a direction and a page of Microsoft', () => {
  for (const [tag, { what, directions, sources }] of Object.entries(TAG_PURPOSES)) {
    expect([tag, what.length > 5, directions.length > 0, sources.length > 0]).toEqual([tag, true, true, true])
    for (const source of sources) expect(source).toMatch(/^https:\/\/learn\.microsoft\.com\/azure\//)
  }
})

function port(first: number, last = first) {
  return { first, last }
}

function pace(before: number, fullIn: string | undefined) {
  return { since: '2025-01-01', weeks: 26, before, fullIn }
}
