import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GAP } from '../../src/model/artefact.ts'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor } from '../../src/vendor/vendor.ts'
import { DOCUMENT, folderWith, tagwall } from '../cli/harness.ts'

// The runbook of every vendor and form: of a week with a delta, and of a policy that changed, which has none. Each step of each manifest is in
// one of them. Those with sentences that no other has are files to read; test/cli/change-window.test.ts has the rare ones.

const OCTOBER = 'ServiceTags_Public_20251006.json'
const NOVEMBER = 'ServiceTags_Public_20251110.json'
const NEWER = DOCUMENT.replace('"52.60.113.64/27"', '"52.60.113.96/27"')

const RULES = `  - { name: Manage, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 150 }
  - { name: Front, tags: [AzureFrontDoor.FirstParty], direction: both, ports: [443], priority: 160 }
`
const FORMS: readonly (readonly [vendor: string, options: string, family?: string])[] = [
  ['iptables', ''],
  ['iptables', 'match: ipset, outboundHook: FORWARD'],
  ['nftables', ''],
  ['nftables', 'form: chains, table: filter'],
  ['paloalto', 'protectedZone: [trust, dmz], internetZone: [untrust], vsys: vsys2'],
  ['paloalto', 'form: xml'],
  ['paloalto', 'form: xml, vsys: vsys2'],
  ['paloalto', 'form: xml, scope: shared, rulebase: post'],
  ['paloalto', 'form: xml, scope: device-group, deviceGroup: Branch Offices'],
  ['paloalto', 'form: api'],
  ['paloalto', 'form: edl'],
  ['fortigate', 'srcintf: [lan], dstintf: [wan1], vdom: edge'],
  ['fortigate', 'form: feed'],
  ['nsg', ''],
  ['nsg', 'mode: prefixes'],
  ['nsg', 'mode: prefixes, form: rules'],
  ['nsg', 'mode: prefixes, form: array'],
  ['azure-firewall', '', 'ipv4'],
  ['azure-firewall', 'ipv6: inline'],
  ['azure-route-table', ''],
  ['azure-route-table', 'form: routes'],
  ['checkpoint', ''],
  ['terraform', 'form: nsg'],
  ['cisco-asa', ''],
  ['cisco-asa', 'load: lines'],
  ['kubernetes', ''],
  ['kubernetes', 'form: calico'],
  ['kubernetes', 'form: networkpolicy, namespace: shop'],
  ['juniper-srx', ''],
  ['juniper-srx', 'form: text'],
  ['definitions', ''],
  ['mikrotik', ''],
  ['cisco-ios', ''],
  ['arista-eos', ''],
  ['pf', ''],
  ['json', ''],
  ['list', ''],
  ['list', 'form: sets'],
]

const policyOf = (rules: string, vendor: string, options: string, family?: string) =>
  `rules:\n${rules}guards: { maxShrink: 100% }\ntargets:\n  - { name: edge, vendor: ${vendor}, out: rules/edge, options: { ${options} }${family ? `, family: ${family}` : ''} }\n`

/** The runbooks that are files to read, by their forms. */
const READ: Readonly<Record<string, readonly ('delta' | 'policy')[]>> = {
  'paloalto form: xml': ['delta'],
  'fortigate srcintf: [lan], dstintf: [wan1], vdom: edge': ['policy'],
  'nsg ': ['delta', 'policy'],
  'kubernetes ': ['policy'],
  'list form: sets': ['policy'],
}

const written = new Map<string, string>()

test.for(FORMS)('%s %s', async ([vendor, options, family]) => {
  const folder = folderWith({
    'tagwall.yaml': policyOf(RULES, vendor, options, family),
    [OCTOBER]: DOCUMENT,
    [NOVEMBER]: NEWER,
  })
  const update = async (document: string, name: 'delta' | 'policy') => {
    const { code, err } = await tagwall(folder, ['update', '--from', document])
    expect(code, err).toBe(0)
    const path = join(folder, 'rules/edge.change.md')
    const text = existsSync(path) ? readFileSync(path, 'utf8') : 'no runbook\n'
    expect(text).not.toMatch(/undefined|null|\[object|\r|[ \t]\n|\{[a-z]+[A-Za-z]*\}/)
    written.set(vendor, `${written.get(vendor) ?? ''}${text}`)
    if (READ[`${vendor} ${options}`]?.includes(name))
      await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'expected/runbooks', `${vendor}.${name}.md`))
  }
  await tagwall(folder, ['update', '--from', OCTOBER])
  expect(existsSync(join(folder, 'rules/edge.change.md'))).toBe(false)
  await update(NOVEMBER, 'delta')
  // One rule for another.
  writeFileSync(
    join(folder, 'tagwall.yaml'),
    policyOf(
      RULES.replace('Manage, tags: [AzureResourceManager]', 'New, tags: [AzureActiveDirectory]').replace('150', '155'),
      vendor,
      options,
      family,
    ),
  )
  await update(NOVEMBER, 'policy')
})

test.for([...listVendors([SHIPPED.vendors]).keys()])('each step of the manifest of %s is in a runbook', (name) => {
  const { runbook } = readVendor(name, [SHIPPED.vendors])
  const { prepare, load, print, confirm, abort } = runbook
  const texts = [prepare, load, print, confirm, abort].flat().flatMap(({ say, run }) => [say, ...run])
  const missing = texts.filter((text) => {
    const parts = text.split(GAP).map((part, index) => (index % 2 === 0 ? escapeRegExp(part) : '.*'))
    return !new RegExp(`^(?:\\*Not verified\\.\\* )?${parts.join('')}$`, 'm').test(written.get(name) ?? '')
  })
  expect(missing).toEqual([])
})

const escapeRegExp = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

test.for(['fortigate', 'paloalto', 'json'])(
  '%s: the runbook has the local side of each change, and denials count',
  async (vendor) => {
    const rules = `  - { name: NoManage, tags: [AzureResourceManager], direction: outbound, protocol: any, action: deny, priority: 140, local: [10.1.0.0/16, 10.3.0.0/16, 10.5.0.0/16, 10.7.0.0/16] }
  - { name: Manage, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 150, local: { object: nodes, object6: nodes6 } }
  - { name: Any, tags: [AzureResourceManager], direction: outbound, ports: [80], priority: 160 }
`
    const folder = folderWith({ 'tagwall.yaml': policyOf(rules, vendor, ''), [OCTOBER]: DOCUMENT, [NOVEMBER]: NEWER })
    await tagwall(folder, ['update', '--from', OCTOBER])
    const { code, err } = await tagwall(folder, ['update', '--from', NOVEMBER])
    expect(code, err).toBe(0)
    const rowsOf = () =>
      readFileSync(join(folder, 'rules/edge.change.md'), 'utf8')
        .split('\n')
        .filter((line) => /^\| (?:opens|\*\*opens\*\*|closes) /.test(line))
        .map((line) => line.split(' | ').slice(0, 4).join(' | '))
    const others = '10.1.0.0/16, 10.3.0.0/16, 10.5.0.0/16 and 1 more'
    expect(rowsOf()).toEqual([
      `| opens | tcp 80 | all IPv4 but ${others} | \`Any\``,
      `| opens | tcp 443 | nodes outside ${others} | \`Manage\``,
      `| closes | tcp 80 | all IPv4 but ${others} | \`Any\``,
      `| closes | tcp 443 | nodes outside ${others} | \`Manage\``,
    ])
    writeFileSync(join(folder, 'tagwall.yaml'), policyOf(rules.replace('10.7.0.0/16', '10.9.0.0/16'), vendor, ''))
    expect((await tagwall(folder, ['update', '--from', NOVEMBER])).code).toBe(0)
    expect(rowsOf()).toEqual([
      '| **opens** | tcp 80 | 10.7.0.0/16 | `Any`',
      '| **opens** | tcp 443 | nodes in 10.7.0.0/16 | `Manage`',
      '| closes | tcp 80 | 10.9.0.0/16 | `Any, denied by NoManage`',
      '| closes | tcp 443 | nodes in 10.9.0.0/16 | `Manage, denied by NoManage`',
    ])
  },
)

test('fortigate: a runbook leaves out rules about objects that stay as they are', async () => {
  const rules = `  - { name: Manage, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 150, local: { object: nodes, object6: nodes6 } }
  - { name: Any, tags: [AzureResourceManager], direction: outbound, ports: [80], priority: 160 }
`
  const folder = folderWith({ 'tagwall.yaml': policyOf(rules, 'fortigate', ''), [OCTOBER]: DOCUMENT })
  await tagwall(folder, ['update', '--from', OCTOBER])
  writeFileSync(join(folder, 'tagwall.yaml'), policyOf(rules.replace('[80]', '[81]'), 'fortigate', ''))
  expect((await tagwall(folder, ['update', '--from', OCTOBER])).code).toBe(0)
  const text = readFileSync(join(folder, 'rules/edge.change.md'), 'utf8')
  expect(text).toContain('| **opens** | tcp 81 |')
  expect(text).not.toContain('| tcp 443 |')
})

test('names with a bar stay whole: escaped in a table, as they are elsewhere', async () => {
  const policy = policyOf(RULES.replace('Manage', "'a|b'"), 'json', '').replace('rules/edge', "'rules/x|y.json'")
  const folder = folderWith({ 'tagwall.yaml': policy, [OCTOBER]: DOCUMENT, [NOVEMBER]: NEWER })
  for (const document of [OCTOBER, NOVEMBER]) await tagwall(folder, ['update', '--from', document])
  const text = readFileSync(join(folder, 'rules/x|y.change.md'), 'utf8')
  expect(text.match(/^.*(?:a\\?\|b|x\\?\|y).*$/gm)).toEqual([
    '| opens | tcp 443 | `a\\|b` | document | 32 addresses | 52.60.113.96/27 |',
    '| closes | tcp 443 | `a\\|b` | document | 32 addresses | 52.60.113.64/27 |',
    'Load `rules/x|y.delta.json`.',
    'Load `rules/x|y.json`.',
    'Load `rules/x|y.rollback.json`.',
  ])
})
