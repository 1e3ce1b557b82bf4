import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../fixtures.ts'
import { contentsOf, folderWith, tagwall as run } from './harness.ts'

// Edits of a policy whose ways forward and back once ended in prose, from the command line.

const MORE = resolve(ROOT, '../shared/more-documents')
const [JULY_6, JULY_13] = ['20260706', '20260713'].map((date) => join(MORE, `ServiceTags_China_${date}.json`))
const HAS_MORE = existsSync(MORE)
const tagwall = (folder: string, argv: readonly string[]) => run(folder, argv, { date: '2026-07-14' })

const target = (vendor: string, options = '') =>
  `  - { name: ${vendor}, vendor: ${vendor}, out: rules/${vendor}.txt${options && `, options: ${options}`} }\n`
const CISCO = `${target('cisco-asa', '{ load: lines }')}${target('cisco-ios')}`
const policy = (cloud: string, rules: readonly string[], targets: string) =>
  `cloud: ${cloud}\nrules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}targets:\n${targets}`

const filesIn = (folder: string) => Object.keys(contentsOf(join(folder, 'rules')))
const textOf = (folder: string, name: string) => readFileSync(join(folder, 'rules', name), 'utf8')
const write = (folder: string, text: string) => writeFileSync(join(folder, 'tagwall.yaml'), text)

const AAD = 'AAD, tags: [AzureActiveDirectory], direction: outbound'
const NO_UDP = `{ name: NoUdp, tags: [AzureActiveDirectory], direction: outbound, action: deny, protocol: udp, ports: [1-1023], priority: 130 }`

describe.skipIf(!HAS_MORE)(
  `with published documents${HAS_MORE ? '' : ' (skipped: none in ../shared/more-documents)'}`,
  () => {
    test('a tag that one rule denies and a later one allows grows, with a delta and a rollback', async () => {
      const rules = [NO_UDP, `{ name: ${AAD}, protocol: any, priority: 140 }`]
      const folder = folderWith({ 'tagwall.yaml': policy('china', rules, `${CISCO}${target('mikrotik')}`) })
      expect(await tagwall(folder, ['update', '--from', JULY_6 as string])).toMatchObject({ code: 0 })
      expect(await tagwall(folder, ['update', '--from', JULY_13 as string])).toMatchObject({ code: 0 })
      expect(filesIn(folder)).toEqual(
        ['cisco-asa', 'cisco-ios', 'mikrotik'].flatMap((name) =>
          ['change.md', 'delta.txt', 'rollback.txt', 'txt'].map((end) => `${name}.${end}`),
        ),
      )
      const groups = (way: string) =>
        [...textOf(folder, `cisco-asa.${way}.txt`).matchAll(/^object-group network (\S+)$/gm)].map(([, name]) => name)
      expect(groups('delta')).toEqual(['NoUdp', 'AAD'])
      expect(groups('rollback')).toEqual(['AAD', 'NoUdp'])
    })

    test('without a delta, a list has all that stays, in the order in which it can be removed', async () => {
      const rules = [NO_UDP, `{ name: ${AAD}, protocol: any, priority: 140 }`]
      const targets = target('cisco-asa', '{ load: lines }')
      const two = targets + targets.replaceAll(' cisco-asa, vendor', ' other, vendor').replace('.txt', '.cfg')
      const folder = folderWith({ 'tagwall.yaml': policy('china', rules, two) })
      await tagwall(folder, ['build', '--snapshot', JULY_6 as string])
      rmSync(join(folder, 'snapshots'), { recursive: true })
      const { out } = await tagwall(folder, ['build', '--snapshot', JULY_13 as string])
      const name = 'cisco-asa.txt.rollback.manual.txt'
      // Targets whose files differ in the extension have a list each.
      for (const one of [name, 'cisco-asa.cfg.rollback.manual.txt'])
        expect(out).toContain(
          `rules/${one} lists 12 items to remove by hand after the older full files, which is not proved\n`,
        )
      expect(textOf(folder, 'cisco-asa.txt.change.md')).toContain(
        `These files do not remove what the change added: 12 items. \`rules/${name}\` lists all of it in the order to remove it by hand, which is not proved.`,
      )
      const [first, ...lines] = textOf(folder, name).split('\n')
      expect(first).toBe(
        'NOT PROVED by tagwall: remove this by hand after the older full files are loaded, from the first line to the last.',
      )
      const groups = lines.flatMap((line) => /^member .* of group "(\w+)"$/.exec(line)?.[1] ?? [])
      expect(groups).toEqual([...Array.from({ length: 6 }, () => 'AAD'), ...Array.from({ length: 6 }, () => 'NoUdp')])
      write(folder, policy('china', rules, two.replace('cisco-asa.cfg', 'moved.cfg')))
      await tagwall(folder, ['build', '--prune'])
      expect(filesIn(folder).filter((file) => file.includes('manual'))).toEqual([name])
    })

    test('a denial before a rule that stays is put in front of it, by the delta and after a full load', async () => {
      const allow = `{ name: ${AAD}, ports: [443], priority: 150 }`
      const block =
        '{ name: Block, prefixes: [40.162.129.0/28], action: deny, protocol: any, direction: outbound, priority: 100 }'
      const folder = folderWith({ 'tagwall.yaml': policy('china', [allow], CISCO) })
      await tagwall(folder, ['update', '--from', JULY_13 as string])
      write(folder, policy('china', [allow, block], CISCO))
      const { code, out, err } = await tagwall(folder, ['build'])
      expect(code).toBe(0)
      expect(err).not.toContain('by hand')
      expect(out.split('\n').filter((line) => line.includes('; load '))).toEqual(
        ['cisco-asa', 'cisco-ios'].map(
          (name) =>
            `rules/${name}.txt alone makes another order of rules, which allows more than the policy, on the device; load rules/${name}.delta.txt after it, or instead of it`,
        ),
      )
      const entries = (name: string) =>
        textOf(folder, name)
          .split('\n')
          .filter((line) => /^(?:no )?access-list/.test(line))
      const entry = (action: string, group: string) =>
        `access-list tagwall-outbound extended ${action} object-group ${group}${action === 'deny ip any' ? '' : ' eq 443'}`
      const [denial, rule] = [
        (end = '') => entry('deny ip any', `Block${end}`),
        (end = '') => entry('permit tcp any', `AAD${end}`),
      ]
      expect(entries('cisco-asa.delta.txt')).toEqual([
        ...[denial('-next'), rule('-next'), `no ${rule()}`],
        ...[denial(), rule(), `no ${rule('-next')}`, `no ${denial('-next')}`],
      ])
    })
  },
)

// A later week may give the rule an address of the denial, and its commands start from the order of the full file.
test('a denial is put in front of a rule that shares no address with it yet', async () => {
  const allow = `{ name: ${AAD}, ports: [443], priority: 150 }`
  const block =
    '{ name: Block, prefixes: [9.9.9.0/24], action: deny, protocol: any, direction: outbound, priority: 100 }'
  const vendors = ['cisco-asa', 'cisco-ios', 'fortigate', 'paloalto']
  const targets = vendors.map((vendor) => target(vendor)).join('')
  const folder = folderWith({ 'tagwall.yaml': policy('public', [allow], targets) })
  await tagwall(folder, ['build'])
  write(folder, policy('public', [allow, block], targets))
  const { out } = await tagwall(folder, ['build'])
  expect(out.match(/.*; load .*/g)).toEqual(
    // Full files of the others put their rules in order.
    ['cisco-asa', 'cisco-ios'].map(
      (name) =>
        `rules/${name}.txt alone makes another order of rules on the device; load rules/${name}.delta.txt after it, or instead of it`,
    ),
  )
  // A session loads them in one step.
  expect(textOf(folder, 'cisco-asa.delta.txt').match(/(?:no )?access-list .*/g)).toEqual([
    'access-list tagwall-outbound extended deny ip any object-group Block',
    'no access-list tagwall-outbound extended permit tcp any object-group AAD eq 443',
    'access-list tagwall-outbound extended permit tcp any object-group AAD eq 443',
  ])
})

test.for(['fortigate', 'paloalto'])('%s: a wide rule goes before the denial that limits it', async (vendor) => {
  const keep = `{ name: ${AAD}, ports: [443], priority: 150 }`
  const gone = [
    'Deny, prefixes: [10.1.0.0/24], action: deny, priority: 140',
    'Wide, prefixes: [10.0.0.0/8], priority: 141',
  ]
  const rules = gone.map((rule) => `{ name: ${rule}, protocol: any, direction: outbound }`)
  const folder = folderWith({ 'tagwall.yaml': policy('public', [keep, ...rules], target(vendor)) })
  await tagwall(folder, ['build'])
  write(folder, policy('public', [keep], target(vendor)))
  const { code, out } = await tagwall(folder, ['build'])
  expect(code).toBe(0)
  expect(out).toContain(
    `rules/${vendor}.txt alone leaves 2 rules that still allow more than the policy, 2 groups and 2 objects on the device; load rules/${vendor}.delta.txt after it, or instead of it\n`,
  )
  const removals = textOf(folder, `${vendor}.delta.txt`).match(/(?<=rules "|^ +delete )(?:Wide|Deny|44\d+)/gm)
  expect(removals).toEqual(vendor === 'fortigate' ? ['44141', '44140'] : ['Wide', 'Deny'])
})
