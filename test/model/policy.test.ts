import { expect, test } from 'vitest'
import { holdsText, localText, type PolicyLocal, type Rule, ruleTraffic } from '../../src/model/policy.ts'
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

function port(first: number, last = first) {
  return { first, last }
}
