import { expect, test } from 'vitest'
import { folderWith, tagwall } from './harness.ts'

// Rules without a local side hold for any local address; the summary says so where the policy could limit them.

const policyOf = (vendor: string, local: { top?: string; rule?: string; target?: string }, options = '{}') =>
  `${local.top ? `local: ${local.top}\n` : ''}rules:
  - { name: Web, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 150${local.rule ? `, local: ${local.rule}` : ''} }
  - { name: Peer, prefixes: [192.0.2.0/24], direction: outbound, ports: [443], priority: 160 }
targets:
  - { name: edge, vendor: ${vendor}, out: rules/edge, options: ${options}${local.target ? `, local: ${local.target}` : ''} }
`

test.for<[says: boolean, ...Parameters<typeof policyOf>]>([
  [true, 'iptables', {}],
  [true, 'iptables', { rule: '[10.20.0.0/16]' }],
  [false, 'iptables', { top: '[10.20.0.0/16]' }],
  [false, 'iptables', { target: '[10.20.0.0/16]' }],
  [true, 'json', {}],
  // Files that have only addresses cannot limit them.
  [false, 'paloalto', {}, '{ form: edl }'],
  [true, 'paloalto', {}],
  [false, 'list', {}],
  [false, 'list', {}, '{ form: sets }'],
  [false, 'definitions', {}],
  [false, 'checkpoint', {}],
  [true, 'terraform', {}, '{ form: tfvars }'],
])('the summary says %j that rules hold for any local address: %s %j %s', async ([says, ...policy]) => {
  const folder = folderWith({ 'tagwall.yaml': policyOf(...policy) })
  const { code, out } = await tagwall(folder, ['build'])
  expect(code).toBe(0)
  const line = 'the rules hold for any local address; `local` in the policy limits them\n'
  expect(out.split(line).length - 1).toBe(says ? 1 : 0)
  expect(JSON.parse((await tagwall(folder, ['build', '--json'])).out).anyLocal).toBe(says)
  const since = ['build', '--since', '2025-10-06', '--dry-run', '--json']
  expect(JSON.parse((await tagwall(folder, since)).out || '{}')).not.toHaveProperty('anyLocal')
})
