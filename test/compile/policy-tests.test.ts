import { expect, test } from 'vitest'
import { compile } from '../../src/compile/rules/compile.ts'
import { failedTests } from '../../src/compile/rules/policy-tests.ts'
import { documentOf, policyOf, show } from '../notation.ts'

const POLICY = `
  150 Web: Sql outbound tcp 443,8000-8080
  151 Dns: Sql,Storage outbound udp 53
  152 Door: Storage both tcp 443`
const TAGS = 'Sql=192.0.2.0/24,2001:db8::/32 Storage=192.0.2.128/25,198.51.100.0/24'

/** `holds`, or the addresses for which the test does not hold and the rules that reach any of them. */
function outcome(line: string): string {
  const [expected, remote, direction, protocol, port] = line.split(' ') as [string, string, string, string, string]
  const policy = policyOf(POLICY, { tests: [{ [expected]: remote, direction, protocol, port: Number(port) }] })
  const { ruleset } = compile(policy, { document: documentOf(TAGS), names: [], where: '' })
  const [failed] = failedTests(policy.tests, ruleset)
  if (failed?.code !== 'TEST_FAILED') return 'holds'
  return `${show(failed.offending)} [${failed.rules}]`
}

test.for([
  // The boundary of each port and block, and one past it.
  ['allow 192.0.2.0 outbound tcp 443', 'holds'],
  ['allow 192.0.1.255 outbound tcp 443', '192.0.1.255/32 []'],
  ['allow 192.0.2.127 outbound tcp 444', '192.0.2.127/32 []'],
  ['allow 192.0.2.1 outbound tcp 442', '192.0.2.1/32 []'],
  ['allow 192.0.2.1 outbound tcp 7999', '192.0.2.1/32 []'],
  ['allow 192.0.2.1 outbound tcp 8000', 'holds'],
  ['allow 192.0.2.1 outbound tcp 8080', 'holds'],
  ['allow 192.0.2.1 outbound tcp 8081', '192.0.2.1/32 []'],
  ['allow 2001:db8:ffff::/48 outbound tcp 443', 'holds'],
  // Directions and protocols.
  ['allow 192.0.2.1 inbound tcp 443', '192.0.2.1/32 []'],
  ['allow 192.0.2.129 inbound tcp 443', 'holds'],
  ['allow 192.0.2.1 outbound udp 443', '192.0.2.1/32 []'],
  ['allow 192.0.2.1 outbound udp 53', 'holds'],
  // All of a prefix, by one rule or by several.
  ['allow 192.0.2.0/24 outbound udp 53', 'holds'],
  ['allow 192.0.2.0/23 outbound tcp 443', '192.0.3.0/24 [Web,Door]'],
  ['allow 192.0.2.0/24 inbound tcp 443', '192.0.2.0/25 [Door-in]'],
  // None of a prefix.
  ['deny 203.0.113.1 outbound tcp 443', 'holds'],
  ['deny 192.0.2.1 outbound tcp 80', 'holds'],
  ['deny 192.0.2.1 inbound tcp 443', 'holds'],
  ['deny 192.0.2.1 outbound tcp 443', '192.0.2.1/32 [Web]'],
  ['deny 192.0.2.129 outbound tcp 443', '192.0.2.129/32 [Web,Door]'],
  ['deny 0.0.0.0/0 inbound tcp 443', '192.0.2.128/25 198.51.100.0/24 [Door-in]'],
  ['deny ::/0 inbound tcp 443', 'holds'],
])('%s: %s', ([line, want]) => {
  expect(outcome(line as string)).toBe(want)
})
