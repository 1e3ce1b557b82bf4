import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DOCUMENTS, HAS_DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'
import { contentsOf, DOCUMENT, folderWith, tagwall } from './harness.ts'

const FILE = 'ServiceTags_Public_20251110.json'

const workplace = (targets: string) =>
  folderWith({
    'tagwall.yaml': `rules:
  - { name: Manage, tags: [AzureResourceManager, AzureActiveDirectory], direction: outbound, ports: [443, 80, 8080-8090], priority: 150 }
  - { name: Other, tags: [AzureResourceManager], direction: inbound, ports: [443], priority: 160 }
targets:
${targets}`,
    [FILE]: DOCUMENT,
  })

describe('a target that does not fit', () => {
  const TARGETS = `  - { name: azure, vendor: nsg, out: nsg.json, options: { mode: prefixes }, limits: { prefixesPerSide: 2, rules: 1, bytes: 900 } }
  - { name: linux, vendor: iptables, out: linux, limits: { portSlots: 3 } }
  - { name: palo, vendor: paloalto, out: palo.txt, options: { groupMembers: 9 }, limits: { groupMembers: 2, objects: 3, groups: 1 } }
  - { name: edl, vendor: paloalto, out: edl, options: { form: edl }, limits: { sets: 1, totalLines: 5 } }
  - { name: forti, vendor: fortigate, out: forti.txt, limits: { familyObjects: 2 } }
  - { name: feed, vendor: fortigate, out: feed, options: { form: feed }, limits: { lines: 2, bytes: 20 } }
  - { name: fits, vendor: json, out: fits.json }
`

  test.for([
    ['build', '--snapshot', FILE],
    ['update', '--from', FILE],
    ['build', '--dry-run', '--snapshot', FILE],
  ])('is reported all at once, and nothing is written: %j', async (argv) => {
    const folder = workplace(TARGETS)
    const before = contentsOf(folder)
    const { code, out, err } = await tagwall(folder, argv)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    await expect(err).toMatchFileSnapshot('limits.expected.txt')
    expect(contentsOf(folder)).toEqual(before)
  })

  test('fits when the numbers are large enough', async () => {
    const folder = workplace(TARGETS.replaceAll(/limits: \{[^}]*\}/g, 'limits: {}'))
    const { code } = await tagwall(folder, ['build', '--snapshot', FILE])
    expect(code).toBe(0)
  })
})

describe('a model', () => {
  test('counts in emit too, and for a target comes before its own', async () => {
    const folder = workplace('  - { name: pf, vendor: list, out: x, model: pfsense }\n')
    const known = await tagwall(folder, ['emit', 'list', '--model', 'pan-os', '--snapshot', FILE])
    expect(known.code).toBe(0)
    expect((await tagwall(folder, ['emit', 'pf', '--model', 'pan-os', '--snapshot', FILE])).out).toBe(known.out)
    const unknown = await tagwall(folder, ['emit', 'pf', '--model', 'panos', '--snapshot', FILE])
    expect(unknown).toEqual({
      code: 2,
      out: '',
      err: 'tagwall: tagwall.yaml:5:5: list has no model "panos"; did you mean "pan-os"?\n',
    })
  })

  test('has groups that fit it, without another setting', async () => {
    const folder = workplace('  - { name: p, vendor: paloalto, out: p.txt, limits: { groupMembers: 4 } }\n')
    const { out } = await tagwall(folder, ['emit', 'p', '--snapshot', FILE])
    const sizes = new Map<string, number>()
    for (const [, name] of out.matchAll(/^set address-group "([^"]+)" static/gm))
      sizes.set(name as string, (sizes.get(name as string) ?? 0) + 1)
    expect([...sizes.keys()].some((name) => name.includes('_'))).toBe(true)
    expect(Math.max(...sizes.values())).toBeLessThanOrEqual(4)
  })
})

describe('a file in parts', () => {
  const TARGET = '  - { name: p, vendor: paloalto, out: fw/p.xml, options: { form: xml }, limits: { bytes: 3000 } }\n'

  test('is written in parts, proved together, and accepted by an audit of all parts', async () => {
    const folder = workplace(TARGET)
    const { code, out } = await tagwall(folder, ['build', '--snapshot', FILE])
    expect(code).toBe(0)
    const files = readdirSync(join(folder, 'fw'))
    expect(files).toEqual(['p-01.xml', 'p-02.xml', 'p-03.xml', 'p-04.xml'].slice(0, files.length))
    expect(files.length).toBeGreaterThan(2)
    for (const file of files)
      expect(out).toMatch(new RegExp(`^p +paloalto +fw/${file} +\\d+ +proved: 2 rules, \\d+ prefixes$`, 'm'))
    const emitted = await tagwall(folder, ['emit', 'p', '--part', 'config-02', '--snapshot', FILE])
    expect(emitted).toMatchObject({ code: 0, out: readFileSync(join(folder, 'fw/p-02.xml'), 'utf8') })

    const paths = files.map((file) => `fw/${file}`)
    expect((await tagwall(folder, ['audit', 'p', ...paths, '--snapshot', FILE])).code).toBe(0)
    expect((await tagwall(folder, ['audit', 'p', ...paths.slice(1), '--snapshot', FILE])).code).not.toBe(0)
  })

  test('emit asks which part to print', async () => {
    const { code, err } = await tagwall(workplace(TARGET), ['emit', 'p', '--snapshot', FILE])
    expect(code).toBe(2)
    expect(err).toContain('choose one:\n  --part config-01\n  --part config-02\n')
  })
})

describe('a published document', () => {
  if (!HAS_DOCUMENTS) {
    test.skip(WITHOUT_DOCUMENTS, () => {})
    return
  }

  test('a tag that an NSG cannot hold by its prefixes, but by its name', async () => {
    const folder = folderWith({
      'tagwall.yaml': `rules:
  - { name: Cloud, tags: [AzureCloud], direction: outbound, ports: [443], priority: 150 }
  - { name: Data, tags: [AzureMonitor, Sql, Storage], direction: outbound, ports: [443, 1433], priority: 151 }
targets:
  - { name: azure, vendor: nsg, out: nsg.json, options: { mode: prefixes } }
  - { name: small, vendor: fortigate, out: f.txt, options: { groupMembers: 4 } }
  - { name: old, vendor: paloalto, out: p.txt, options: { groupMembers: 1000 }, model: pan-os-6 }
  - { name: other, vendor: iptables, out: linux }
`,
    })
    const document = join(DOCUMENTS, FILE)
    const { code, err } = await tagwall(folder, ['build', '--snapshot', document])
    expect(code).toBe(2)
    await expect(err).toMatchFileSnapshot('limits-published.expected.txt')
    const tags = await tagwall(folder, ['emit', 'nsg', '--snapshot', document])
    expect(tags.code).toBe(0)
  })
})
