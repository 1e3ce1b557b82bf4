import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contentsOf, DOCUMENT, folderWith, tagwall } from './harness.ts'

// What a whole file leaves on the device of the one before, and what removes it, from the command line.

const NAME = 'ServiceTags_Public_20251110.json'
const RULE = '  - { name: Login, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 150 }\n'
const OLD = '  - { name: Old, tags: [AzureResourceManager], direction: outbound, ports: [8443], priority: 160 }\n'
const DENIAL =
  '  - { name: Old, action: deny, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 140 }\n'
const policy = (rules: string, target: string) => `rules:\n${rules}targets:\n  - ${target}\n`
const SETS = '{ name: edge, vendor: iptables, out: rules/edge, options: { match: ipset } }'
const GROUP = '{ name: cloud, vendor: nsg, out: rules/nsg.json, options: { form: rules } }'

/** A folder whose files were built with a rule that has left the policy since. */
async function afterARuleLeft(
  target: string,
  files: Readonly<Record<string, string>> = {},
  old = OLD,
): Promise<string> {
  const folder = folderWith({ 'tagwall.yaml': policy(RULE + old, target), [NAME]: DOCUMENT, ...files })
  expect(await tagwall(folder, BUILD)).toMatchObject({ code: 0 })
  writeFileSync(join(folder, 'tagwall.yaml'), policy(RULE, target))
  return folder
}

const BUILD = ['build', '--snapshot', NAME]
const namesIn = (folder: string) => Object.keys(contentsOf(join(folder, 'rules')))
const textOf = (folder: string, name: string) => readFileSync(join(folder, 'rules', name), 'utf8')
/** What is said of cleanups, beside the tables. */
const linesAbout = (text: string) =>
  text.split('\n').filter((line) => /cleanup|leaves|keeps/.test(line) && !/ {2}/.test(line))

test('chains and sets that nothing uses have files that remove them', async () => {
  const folder = await afterARuleLeft(SETS)
  const { out, err } = await tagwall(folder, BUILD)
  expect(err).toBe('')
  expect(linesAbout(out)).toEqual([
    'rules/edge.cleanup.v4 and rules/edge.cleanup.ipset remove 1 chain and 1 set that nothing uses; load them after the full files',
  ])
  const header =
    '# Azure service tags Public 2025-11-10 (change number 7), policy tagwall.yaml: what loading the full file over the earlier one leaves\n'
  expect(
    textOf(folder, 'edge.cleanup.v4'),
  ).toBe(`${header}# Load with: iptables-restore --noflush (the .v6 file: ip6tables-restore --noflush), after the full files. Safe to load again.
*filter
:TAGWALL-OUT-160 - [0:0]
-X TAGWALL-OUT-160
COMMIT
`)
  expect(
    textOf(folder, 'edge.cleanup.ipset'),
  ).toBe(`${header}# Load with: ipset restore, after the full files and the other cleanup files. Safe to load again: a set that has gone is made first.
create tagwall-out-160-v4 hash:net family inet hashsize 1024 maxelem 131072 -exist
destroy tagwall-out-160-v4
`)
})

test('rules that still allow are said, and removed by name', async () => {
  const folder = await afterARuleLeft(GROUP)
  const { out } = await tagwall(folder, BUILD)
  expect(linesAbout(out)).toEqual([
    'rules/nsg.cleanup.json removes 1 rule that still allows more than the policy; load it after rules/nsg.json',
  ])
  expect(JSON.parse(textOf(folder, 'nsg.cleanup.json'))).toEqual({ removeRules: ['Old'] })
})

test('a rule that still denies never allows more than the policy', async () => {
  const folder = await afterARuleLeft(GROUP, {}, DENIAL)
  const { out } = await tagwall(folder, BUILD)
  expect(linesAbout(out)).toEqual([
    'rules/nsg.cleanup.json removes 1 rule that still denies what the policy allows; load it after rules/nsg.json',
  ])
})

test('a FortiGate policy that left the policy file is deleted first, then what it used', async () => {
  const folder = await afterARuleLeft(
    '{ name: edge, vendor: fortigate, out: rules/edge.conf, options: { vdom: root } }',
  )
  const { out } = await tagwall(folder, BUILD)
  expect(linesAbout(out)).toEqual([
    'rules/edge.cleanup.conf removes 1 rule that still allows more than the policy, 1 group, 3 objects and 1 service; load it after rules/edge.conf',
  ])
  expect(textOf(folder, 'edge.cleanup.conf').split('\n').slice(1).join('\n')).toBe(`config vdom
edit "root"
config firewall policy
    delete 44160
end
config firewall addrgrp
    delete "Old-v4"
end
config firewall service custom
    delete "tcp-8443"
end
config firewall address
    delete "az-52.60.113.64_27"
    delete "az-20.151.100.8_32"
    delete "az-20.151.100.0_30"
end
end
`)
})

test('--json has what each file removes', async () => {
  const folder = await afterARuleLeft(GROUP)
  const { files } = JSON.parse((await tagwall(folder, [...BUILD, '--json'])).out)
  expect(files.filter(({ delta }: { delta: unknown }) => delta === null)).toMatchObject([
    { path: 'rules/nsg.json', cleanup: null },
    {
      path: 'rules/nsg.cleanup.json',
      changed: true,
      delta: null,
      proof: { commands: 1 },
      cleanup: { removes: [{ kind: 'rule', family: null, name: 'Old' }], allowing: true, denying: false },
    },
  ])
})

test('a dry run writes nothing', async () => {
  const folder = await afterARuleLeft(SETS)
  const before = contentsOf(folder)
  const { out } = await tagwall(folder, [...BUILD, '--dry-run'])
  expect(linesAbout(out)).toHaveLength(1)
  expect(contentsOf(folder)).toEqual(before)
})

test('update writes them in the same step, and its report names them', async () => {
  const folder = await afterARuleLeft(SETS)
  expect(await tagwall(folder, ['update', '--from', NAME, '--report', 'report'])).toMatchObject({ code: 0 })
  expect(namesIn(folder).filter((name) => name.includes('cleanup'))).toHaveLength(2)
  expect(readFileSync(join(folder, 'report/files.txt'), 'utf8')).toContain('rules/edge.cleanup.ipset\n')
  expect(readFileSync(join(folder, 'report/body.md'), 'utf8')).toContain(
    '<code>rules/edge.cleanup.ipset</code> | removes the leftovers',
  )
  // A second run changes nothing, and is still about them.
  const before = contentsOf(join(folder, 'rules'))
  expect(await tagwall(folder, ['update', '--from', NAME, '--report', 'report'])).toMatchObject({ code: 0 })
  expect(contentsOf(join(folder, 'rules'))).toEqual(before)
  expect(readFileSync(join(folder, 'report/files.txt'), 'utf8')).toContain('rules/edge.cleanup.ipset\n')
})

test('they stay while nothing changes, and go when the whole files are others', async () => {
  const folder = await afterARuleLeft(SETS)
  await tagwall(folder, BUILD)
  const made = namesIn(folder)
  expect((await tagwall(folder, BUILD)).out).not.toContain('removed')
  expect(namesIn(folder)).toEqual(made)
  writeFileSync(join(folder, 'tagwall.yaml'), policy(RULE.replace('443', '444'), SETS))
  const { out } = await tagwall(folder, BUILD)
  expect(out.match(/^removed .*cleanup.*$/gm)).toHaveLength(2)
  expect(namesIn(folder)).toEqual(made.filter((name) => !/cleanup|delta\.gone/.test(name)))
})

describe('the files that are to be replaced may be anything', () => {
  const KEEPS =
    'warning: target "edge": what a full load leaves of rules/edge.ipset, rules/edge.v4, rules/edge.v6, rules/edge.hook.sh is unknown: '
  test.for<[what: string, file: string, edit: (text: string) => string, why: string]>([
    [
      'with a line of a person',
      'edge.v4',
      (text) => text.replace('COMMIT', '-A INPUT -j DROP\nCOMMIT'),
      'rules line 12 names the chain INPUT, which is not there: -A INPUT -j DROP',
    ],
    [
      'cut',
      'edge.v4',
      (text) => text.slice(0, text.length / 2),
      'rules line 8 does not end with a line break: ; rules line 3 does not end with COMMIT: *filter',
    ],
    ['of nothing', 'edge.ipset', () => '', 'sets line 1 is a file with neither a filter table nor sets: '],
  ])('%s', async ([, file, edit, why]) => {
    const folder = await afterARuleLeft(SETS)
    writeFileSync(join(folder, 'rules', file), edit(textOf(folder, file)))
    const { code, err } = await tagwall(folder, [...BUILD, '--overwrite'])
    expect(code).toBe(0)
    const lines = err.split('\n')
    expect(lines[0]).toBe(
      `warning: target "edge": a file in place was edited by hand, or written by another version (rules/${file}): nothing reads it, so the change is unknown`,
    )
    expect(lines[1]?.startsWith(KEEPS + why), err).toBe(true)
    expect(err.trimEnd().endsWith('Run "tagwall audit"')).toBe(true)
    expect(namesIn(folder).filter((name) => name.includes('cleanup'))).toEqual([])
  })

  test('with other ends of lines, as git makes them on Windows', async () => {
    const folder = await afterARuleLeft(SETS)
    for (const name of namesIn(folder))
      writeFileSync(join(folder, 'rules', name), textOf(folder, name).replaceAll('\n', '\r\n'))
    expect((await tagwall(folder, BUILD)).err).toBe('')
    expect(namesIn(folder).filter((name) => name.includes('cleanup'))).toHaveLength(2)
  })

  test('a name that no template gives is said, and not printed', async () => {
    const folder = await afterARuleLeft(SETS)
    const text = textOf(folder, 'edge.v4').replaceAll('TAGWALL-OUT-160', 'TAGWALL-$(id)')
    writeFileSync(join(folder, 'rules/edge.v4'), text)
    const { code, err } = await tagwall(folder, BUILD)
    expect({ code, err }).toEqual({
      code: 0,
      err:
        'warning: target "edge": a file in place was edited by hand, or written by another version (rules/edge.v4): no delta, and the cause of the change is unknown\n' +
        'warning: target "edge": a full load leaves chain "TAGWALL-$(id)" (IPv4) on the device. Remove what rules/edge.cleanup.manual.txt lists by hand: tagwall writes no such name\n' +
        'warning: target "edge": a full load leaves set "tagwall-out-160-v4" (IPv4) on the device. Remove what rules/edge.cleanup.manual.txt lists by hand: a cleanup cannot be proved\n',
    })
    // The list for a person has it, in quotes; no file with commands does.
    expect(textOf(folder, 'edge.cleanup.manual.txt')).toContain('chain "TAGWALL-$(id)"')
    expect(
      namesIn(folder)
        .filter((name) => !name.endsWith('.manual.txt'))
        .map((name) => textOf(folder, name))
        .join(''),
    ).not.toContain('$(id)')
  })
})

test('a file that is not one of ours is in the way', async () => {
  const folder = await afterARuleLeft(SETS)
  writeFileSync(join(folder, 'rules/edge.cleanup.v4'), 'my own notes\nabout this host\n')
  const before = contentsOf(folder)
  const { code, err } = await tagwall(folder, BUILD)
  expect(code).toBe(2)
  expect(err).toContain('the cleanup of target "edge": ')
  expect(contentsOf(folder)).toEqual(before)
})

test('emit says what it cannot know, where a cleanup could be', async () => {
  const folder = folderWith({ 'tagwall.yaml': policy(RULE, GROUP), [NAME]: DOCUMENT })
  const NOTE =
    'note: emit does not know what the device holds; leftovers of older files may stay there (docs/full-load.md)\n'
  expect((await tagwall(folder, ['emit', 'cloud', '--snapshot', NAME])).err).toBe(NOTE)
  expect((await tagwall(folder, ['emit', 'cloud', '--snapshot', NAME, '--set', 'form=template'])).err).toBe('')
})
