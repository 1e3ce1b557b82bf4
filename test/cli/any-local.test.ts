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

test.for<[says: string, ...Parameters<typeof policyOf>]>([
  ['the rules', 'iptables', {}],
  ['rules of edge', 'iptables', { rule: '[10.20.0.0/16]' }],
  ['', 'iptables', { top: '[10.20.0.0/16]' }],
  ['', 'iptables', { target: '[10.20.0.0/16]' }],
  ['the rules', 'json', {}],
  // Files that have only addresses cannot limit them.
  ['', 'paloalto', {}, '{ form: edl }'],
  ['the rules', 'paloalto', {}],
  ['', 'list', {}],
  ['', 'list', {}, '{ form: sets }'],
  ['', 'definitions', {}],
  ['', 'checkpoint', {}],
  ['the rules', 'terraform', {}, '{ form: tfvars }'],
])('the summary says %j that rules hold for any local address: %s %j %s', async ([says, ...policy]) => {
  const folder = folderWith({ 'tagwall.yaml': policyOf(...policy) })
  const { code, out } = await tagwall(folder, ['build'])
  expect(code).toBe(0)
  const [, said = ''] = /^(.*) hold for any local address; `local` in the policy limits them$/m.exec(out) ?? []
  expect(said).toBe(says)
  expect(JSON.parse((await tagwall(folder, ['build', '--json'])).out).anyLocal).toBe(says !== '')
  const since = ['build', '--since', '2025-10-06', '--dry-run', '--json']
  expect(JSON.parse((await tagwall(folder, since)).out || '{}')).not.toHaveProperty('anyLocal')
})

test('targets and sites whose rules have a local side are not among them', async () => {
  const policy = `sites: [{ name: berlin, local: [10.20.0.0/16] }, { name: paris }]
rules:
  - { name: Web, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 150 }
targets:
  - { name: edge, vendor: iptables, out: "rules/{site}/edge" }
`
  const { out } = await tagwall(folderWith({ 'tagwall.yaml': policy }), ['build'])
  expect(out).toContain('\nrules of edge@paris hold for any local address;')
})

test.for<[local: { top?: string; target?: string }, want: string]>([
  [{}, 'fails'],
  [{ top: '[10.20.0.9]' }, 'holds'],
  [{ top: '[10.20.0.9, 10.20.0.10]' }, 'fails'],
  [{ top: '[10.20.0.9]', target: '[10.20.0.0/16]' }, 'fails'],
])('a test of a denial for one local address, with %j, %s', async ([local, want]) => {
  const denial =
    '{ name: Not, action: deny, prefixes: [192.0.2.1], direction: outbound, ports: [443], priority: 100, local: [10.20.0.9] }'
  const more = `rules:\n  - ${denial}`
  const policy = `${policyOf('iptables', local).replace('rules:', more)}tests:\n  - { deny: 192.0.2.1, direction: outbound, port: 443 }\n`
  const { code, err } = await tagwall(folderWith({ 'tagwall.yaml': policy }), ['build'])
  const failed = 'but rule "Peer" allows 192.0.2.1/32; rule "Not" denies it only for some local addresses'
  expect([code, err.includes(failed)]).toEqual(want === 'holds' ? [0, false] : [2, true])
})
