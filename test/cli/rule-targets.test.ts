import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DOCUMENT, folderWith, tagwall } from './harness.ts'

const policy = (more: { ping?: string; web?: string; tests?: string } = {}) => `cloud: public
rules:
  - { name: Web, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 100${more.web ?? ''} }
  - { name: Ping, tags: [AzureActiveDirectory], direction: outbound, protocol: icmp, priority: 110${more.ping ?? ', targets: [edge]'} }
${more.tests ?? ''}targets:
  - { name: edge, vendor: fortigate, out: rules/edge.conf }
  - { name: branch, vendor: paloalto, out: rules/branch.txt }
`

/** A folder with this policy and a snapshot. */
async function folderOf(text: string): Promise<string> {
  const folder = folderWith({ 'tagwall.yaml': text, 'ServiceTags_Public_20251103.json': DOCUMENT })
  await tagwall(folder, ['fetch', '--from', 'ServiceTags_Public_20251103.json'])
  return folder
}

test('a rule that one vendor cannot hold is on the other target only, and proved there', async () => {
  const refused = await tagwall(await folderOf(policy({ ping: '' })), ['build'])
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('branch')])
  const folder = await folderOf(policy())
  const { code, out } = await tagwall(folder, ['build'])
  expect(code).toBe(0)
  expect(out).toContain('branch does not have the rule Ping, which names other targets\n')
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  expect(read('rules/edge.conf')).toContain('Ping')
  expect(read('rules/branch.txt')).not.toContain('Ping')
  expect(JSON.parse(read('tagwall.lock.json')).states).toEqual({
    [Object.keys(JSON.parse(read('tagwall.lock.json')).states)[0] as string]: expect.objectContaining({
      rules: [
        expect.not.objectContaining({ targets: expect.anything() }),
        expect.objectContaining({ name: 'Ping', targets: ['edge'] }),
      ],
    }),
  })
  // The lock is read back, so nothing changes.
  expect((await tagwall(folder, ['plan', '--exit-code'])).code).toBe(0)
  // An audit compares each target with its own rules.
  expect((await tagwall(folder, ['audit', 'edge', 'rules/edge.conf'])).code).toBe(0)
  expect((await tagwall(folder, ['audit', 'branch', 'rules/branch.txt'])).code).toBe(0)
  const json = JSON.parse((await tagwall(folder, ['build', '--json'])).out)
  expect(json.resolved.map(({ name, targets }: { name: string; targets: unknown }) => [name, targets])).toEqual([
    ['Web', null],
    ['Ping', ['edge']],
  ])
  expect((await tagwall(folder, ['explain', 'Ping'])).out).toContain('Only these targets have it: edge.')
})

test('taking a target out of a rule closes its traffic there, by the policy', async () => {
  const folder = await folderOf(policy({ web: '' }))
  await tagwall(folder, ['build'])
  writeFileSync(join(folder, 'tagwall.yaml'), policy({ web: ', targets: [branch]' }))
  const { out } = await tagwall(folder, ['plan'])
  expect(out.split('\n')[0]).toMatch(/^closes tcp 443 to .* addresses.*\(Web, policy\)$/)
  const { change } = JSON.parse((await tagwall(folder, ['plan', '--json'])).out)
  expect(change.byTarget.map(({ target, kind }: { target: string; kind: string }) => [target, kind])).toEqual([
    ['edge', 'traffic'],
    ['branch', 'same'],
  ])
})

test.for<[what: string, text: string, want: string]>([
  [
    'a target that the policy does not have',
    policy({ ping: ', targets: [egde]' }),
    'tagwall.yaml:4:5: rule "Ping" is for the target "egde", which the policy does not have; did you mean "edge"?',
  ],
  [
    'a test of such a target',
    policy({ tests: 'tests:\n  - { deny: 8.8.8.8, direction: outbound, port: 443, targets: [core] }\n' }),
    'tagwall.yaml:6:5: a test is for the target "core", which the policy does not have; it has edge, branch',
  ],
  [
    'a target without a rule',
    policy({ web: ', targets: [edge]' }),
    'tagwall.yaml:7:5: no rule is for target "branch": every rule names other targets',
  ],
  [
    'a test that fails on one target',
    policy({ tests: 'tests:\n  - { allow: 20.40.2.1, direction: outbound, protocol: icmp }\n' }),
    'expected outbound icmp 20.40.2.1/32 on target "branch" to be allowed, but no rule allows 20.40.2.1/32',
  ],
])('refuses %s', async ([, text, want]) => {
  const folder = folderWith({ 'tagwall.yaml': policy(), 'ServiceTags_Public_20251103.json': DOCUMENT })
  await tagwall(folder, ['fetch', '--from', 'ServiceTags_Public_20251103.json'])
  mkdirSync(join(folder, 'rules'), { recursive: true })
  writeFileSync(join(folder, 'tagwall.yaml'), text)
  const { code, err } = await tagwall(folder, ['build'])
  expect([code, err]).toEqual([2, expect.stringContaining(want)])
})

test('a test that names targets is only about them', async () => {
  const tests = `tests:\n  - { allow: 20.40.2.1, direction: outbound, protocol: icmp, targets: [edge] }\n`
  expect((await tagwall(await folderOf(policy({ tests })), ['build'])).code).toBe(0)
})
