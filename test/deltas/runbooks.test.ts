import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DOCUMENT, folderWith, tagwall } from '../cli/harness.ts'

// The runbook of every vendor and form, as files to read: of a week with a delta, and of a policy that changed, which has none.

const OCTOBER = 'ServiceTags_Public_20251006.json'
const NOVEMBER = 'ServiceTags_Public_20251110.json'
const NEWER = DOCUMENT.replace('"52.60.113.64/27"', '"52.60.113.96/27"')

const RULES = `  - { name: Manage, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 150 }
  - { name: Front, tags: [AzureFrontDoor.FirstParty], direction: both, ports: [443], priority: 160 }
`
const FORMS: readonly (readonly [vendor: string, options: string])[] = [
  ['iptables', ''],
  ['iptables', 'match: ipset, outboundHook: FORWARD'],
  ['nftables', ''],
  ['nftables', 'form: chains, table: filter'],
  ['paloalto', 'protectedZone: [trust, dmz], internetZone: [untrust], vsys: vsys2'],
  ['paloalto', 'form: xml'],
  ['paloalto', 'form: xml, vsys: vsys2'],
  ['paloalto', 'form: xml, scope: shared, rulebase: post'],
  ['paloalto', 'form: xml, scope: device-group, deviceGroup: Branch Offices'],
  ['paloalto', 'form: edl'],
  ['fortigate', 'srcintf: [lan], dstintf: [wan1], vdom: edge'],
  ['fortigate', 'form: feed'],
  ['nsg', ''],
  ['nsg', 'mode: prefixes'],
  ['nsg', 'mode: prefixes, form: rules'],
  ['nsg', 'mode: prefixes, form: array'],
  ['checkpoint', ''],
  ['terraform', 'form: nsg'],
  ['cisco-asa', ''],
  ['cisco-asa', 'load: lines'],
  ['kubernetes', ''],
  ['kubernetes', 'form: networkpolicy, namespace: shop'],
  ['juniper-srx', ''],
  ['definitions', ''],
  ['mikrotik', ''],
  ['cisco-ios', ''],
  ['json', ''],
  ['list', ''],
  ['list', 'form: sets'],
]

const policyOf = (rules: string, vendor: string, options: string) =>
  `rules:\n${rules}guards: { maxShrink: 100% }\ntargets:\n  - { name: edge, vendor: ${vendor}, out: rules/edge, options: { ${options} } }\n`

test.for(FORMS)('%s %s', async ([vendor, options]) => {
  const folder = folderWith({
    'tagwall.yaml': policyOf(RULES, vendor, options),
    [OCTOBER]: DOCUMENT,
    [NOVEMBER]: NEWER,
  })
  const form = [vendor, ...options.split(/, (?=\w+:)/)]
    .filter(Boolean)
    .join(',')
    .replaceAll(': ', '=')
    .replaceAll(/[[\] ]/g, '')
  const update = async (document: string, name: string) => {
    const { code, err } = await tagwall(folder, ['update', '--from', document])
    expect(code, err).toBe(0)
    const path = join(folder, 'rules/edge.change.md')
    const text = existsSync(path) ? readFileSync(path, 'utf8') : 'no runbook\n'
    expect(text).not.toMatch(/undefined|null|\[object|\r|[ \t]\n|\{[a-z]+[A-Za-z]*\}/)
    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'expected/runbooks', `${form}.${name}.md`))
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
    ),
  )
  await update(NOVEMBER, 'policy')
})
