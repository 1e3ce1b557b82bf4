import { expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import { failedTests } from '../../src/compile/policy-tests.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { documentOf, policyOf, setOf, show } from '../notation.ts'

const POLICY = `
  150 Web: Sql outbound tcp 443,8000-8080
  151 Dns: Sql,Storage outbound udp 53
  152 Door: Storage both tcp 443`
const TAGS = 'Sql=192.0.2.0/24,2001:db8::/32 Storage=192.0.2.128/25,198.51.100.0/24'

/** `holds`, or the addresses for which the test does not hold and the rules that allow any of them, or deny all. */
function outcome(line: string): string {
  const [expected, remote, direction, protocol, port] = line.split(' ') as [string, string, string, string, string]
  const policy = policyOf(POLICY, { tests: [{ [expected]: remote, direction, protocol, port: Number(port) }] })
  const { ruleset } = compile(policy, { document: documentOf(TAGS), names: [], where: '' })
  const [failed] = failedTests(policy.tests, ruleset)
  if (failed === undefined) return 'holds'
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
  ['allow 192.0.2.0/23 outbound tcp 443', '192.0.3.0/24 []'],
  ['allow 192.0.2.0/24 inbound tcp 443', '192.0.2.0/25 []'],
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

const BLOCK = 'deny 192.0.2.8/29'
const WEB = 'allow 192.0.2.0/24'

/** Rules such as `deny 192.0.2.8/29 of 10.0.0.0/8`, R0 first: for which addresses a test of `deny 192.0.2.8/31` fails, which rules allow them, and which deny them in part. */
test.for<[rules: string[], want: string, locals?: string[]]>([
  [[BLOCK, WEB], 'holds'],
  [[`${BLOCK} of 10.0.0.9`, WEB], '192.0.2.8/31 [R1] R0'],
  [[`${BLOCK} of 10.0.0.9`, `${WEB} of 10.0.0.9`], 'holds'],
  [[`${BLOCK} of 10.0.0.0/8`, `${WEB} of 10.0.0.9`], 'holds'],
  [[`${BLOCK} of 10.0.0.9`, `${WEB} of 10.0.0.0/8`], '192.0.2.8/31 [R1] R0'],
  // Two denials together, of local or of remote addresses.
  [[`${BLOCK} of 0.0.0.0/1`, `${BLOCK} of 128.0.0.0/1`, WEB], 'holds'],
  [['deny 192.0.2.8/32', 'deny 192.0.2.9/32', WEB], 'holds'],
  [['deny 192.0.2.8/32 of 0.0.0.0/1', 'deny 192.0.2.9/32 of 128.0.0.0/1', WEB], '192.0.2.8/31 [R2] R0,R1'],
  [['deny 192.0.2.8/32', 'deny 192.0.2.9/32 of 10.0.0.9', WEB], '192.0.2.9/32 [R2] R1'],
  // A rule that allows before the denial, or before more of them.
  [[`${WEB} of 10.0.0.9`, BLOCK], '192.0.2.8/31 [R0]'],
  [[`${BLOCK} of 10.0.0.9`, WEB, BLOCK, BLOCK], '192.0.2.8/31 [R1] R0'],
  // No connection has addresses of two families.
  [[`${BLOCK} of 10.0.0.0/8 2001:db8::/32`, `${WEB} of 10.0.0.0/8`], 'holds'],
  [[`${BLOCK} of 10.0.0.9`, `${WEB} of 10.0.0.9 2001:db8::/32`], 'holds'],
  // Objects.
  [[`${BLOCK} of @nodes`, `${WEB} of @nodes`], 'holds'],
  [[BLOCK, `${WEB} of @nodes`], 'holds'],
  [[`${BLOCK} of @nodes`, `${WEB} of @others`], '192.0.2.8/31 [R1] R0'],
  [[`${BLOCK} of 10.0.0.0/8`, `${WEB} of @nodes`], '192.0.2.8/31 [R1] R0'],
  [[`${BLOCK} of @nodes`, `${WEB} of 10.0.0.0/8`], '192.0.2.8/31 [R1] R0'],
  // The local sides of the targets, where a rule has none.
  [[`${BLOCK} of 10.0.0.0/8`, WEB], 'holds', ['10.1.0.0/16']],
  [[`${BLOCK} of 10.0.0.0/8`, WEB], '192.0.2.8/31 [R1] R0', ['10.1.0.0/16', '11.0.0.0/8']],
  [[BLOCK, `${WEB} of 11.0.0.0/8`], '192.0.2.8/31 [R1] R0', ['10.1.0.0/16']],
  [[WEB], 'holds', ['2001:db8::/32']],
])('a denial for some local addresses: %s %s', ([lines, want, locals]) => {
  const localOf = (text: string | undefined) =>
    text?.startsWith('@') ? { object: text.slice(1) } : text?.split(' ').filter(Boolean)
  const rules = lines.map((line, index) => {
    const [, action, prefix, local] = /^(\w+) (\S+)(?: of (.+))?$/.exec(line) as unknown as string[]
    const match = { direction: 'outbound', protocol: 'tcp', ports: [443] }
    return { name: `R${index}`, priority: 100 + index, action, prefixes: [prefix], ...match, local: localOf(local) }
  })
  const tests = [{ deny: '192.0.2.8/31', direction: 'outbound', port: 443 }]
  const policy = parsePolicy(JSON.stringify({ rules, tests }), 'test', 'tagwall.yaml')
  const { ruleset } = compile(policy, { document: documentOf(''), names: [], where: '' })
  const fallbacks = locals?.map((text) => ({ prefixes: setOf(text) }))
  const [failed] = failedTests(policy.tests, ruleset, fallbacks)
  const found = failed
    ? `${show(failed.offending)} [${failed.rules}]${failed.partly ? ` ${failed.partly}` : ''}`
    : 'holds'
  expect(found).toBe(want)
})

test.for<[what: string, asked: object, rules: string[], want: string]>([
  ['any protocol', { allow: '192.0.2.8', port: 443 }, [`allow any 192.0.2.0/24`], 'holds'],
  ['any protocol, without a port', { allow: '192.0.2.8', protocol: 'icmp' }, [`allow any 192.0.2.0/24`], 'holds'],
  ['a protocol without ports', { allow: '192.0.2.8', protocol: 'icmp' }, [`allow icmp 192.0.2.0/24`], 'holds'],
  ['another protocol', { deny: '192.0.2.8', port: 443 }, [`allow icmp 192.0.2.0/24`], 'holds'],
  // The first rule that has an address decides.
  [
    'a denial before the permission',
    { allow: '192.0.2.8/31', port: 443 },
    ['deny any 192.0.2.9/32', 'allow any 192.0.2.0/24'],
    '192.0.2.9/32 [R0]',
  ],
  [
    'a denial of a part of what nothing allows',
    { allow: '192.0.2.8/31', port: 443 },
    ['deny any 192.0.2.9/32'],
    '192.0.2.8/31 []',
  ],
  [
    'a denial after it',
    { allow: '192.0.2.8/31', port: 443 },
    ['allow any 192.0.2.0/24', 'deny any 192.0.2.9/32'],
    'holds',
  ],
])('%s: %j', ([, asked, lines, want]) => {
  const rules = lines.map((line, index) => {
    const [action, protocol, prefix] = line.split(' ')
    return { name: `R${index}`, priority: 100 + index, action, protocol, prefixes: [prefix], direction: 'outbound' }
  })
  const tests = [{ direction: 'outbound', ...asked }]
  const policy = parsePolicy(JSON.stringify({ rules, tests }), 'test', 'tagwall.yaml')
  const { ruleset } = compile(policy, { document: documentOf(''), names: [], where: '' })
  const [failed] = failedTests(policy.tests, ruleset)
  expect(failed ? `${show(failed.offending)} [${failed.rules}]` : 'holds').toBe(want)
})
