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
const CLUSTER = '{ name: k, vendor: kubernetes, out: rules/k.yaml, options: { form: cilium } }'
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
  text.split('\n').filter((line) => /cleanup| alone leaves? |keeps/.test(line) && !/ {2}/.test(line))

test('a rule that allows the same as another is not told as one that nothing uses', async () => {
  const target = '{ name: edge, vendor: cisco-asa, out: rules/edge.txt }'
  const folder = folderWith({ 'tagwall.yaml': policy(RULE, target), [NAME]: DOCUMENT })
  await tagwall(folder, BUILD)
  writeFileSync(join(folder, 'tagwall.yaml'), policy(RULE.replace('Login', 'SignIn'), target))
  const { out } = await tagwall(folder, BUILD)
  expect(linesAbout(out)).toEqual([
    'rules/edge.txt alone leaves 1 rule that changes nothing yet and 1 group on the device; load rules/edge.delta.txt after it, or instead of it',
  ])
})

test('chains and sets that nothing uses are removed by the delta', async () => {
  const folder = await afterARuleLeft(SETS)
  const { out, err } = await tagwall(folder, BUILD)
  expect(err).toBe('')
  expect(linesAbout(out)).toEqual([
    'the full files alone leave 1 chain and 1 set that nothing uses on the device; load rules/edge.delta.ipset, rules/edge.delta.v4, rules/edge.delta.v6 and rules/edge.delta.gone.ipset in this order after them, or instead of them',
  ])
})

test('rules that still allow are said, and removed by name', async () => {
  const folder = await afterARuleLeft(GROUP)
  const { out } = await tagwall(folder, BUILD)
  expect(linesAbout(out)).toEqual([
    'rules/nsg.json alone leaves 1 rule that still allows more than the policy on the device; load rules/nsg.delta.json and rules/nsg.delta.removed.json in this order after it, or instead of it',
  ])
  expect(JSON.parse(textOf(folder, 'nsg.delta.removed.json'))).toEqual({ removeRules: ['Old'] })
})

test('a rule that still denies never allows more than the policy', async () => {
  const folder = await afterARuleLeft(GROUP, {}, DENIAL)
  const { out } = await tagwall(folder, BUILD)
  expect(linesAbout(out)[0]).toMatch(
    /^rules\/nsg\.json alone leaves 1 rule that still denies what the policy allows on the device; load /,
  )
})

test('the cleanup of a change that was written is no change of a target later', async () => {
  const folder = await afterARuleLeft(CLUSTER)
  await tagwall(folder, BUILD)
  expect(namesIn(folder)).toContain('k.cleanup.yaml')
  const other = '{ name: edge, vendor: json, out: rules/edge.json }'
  writeFileSync(join(folder, 'tagwall.yaml'), policy(RULE, `${CLUSTER}\n  - ${other}`))
  await tagwall(folder, ['plan', '--snapshot', NAME, '--report', 'out'])
  const body = readFileSync(join(folder, 'out/body.md'), 'utf8')
  expect(body).toContain('The files of 1 target')
  expect(body).not.toContain('rules/k.')
})

test('a form without deltas has a file that removes what a full load leaves', async () => {
  const folder = await afterARuleLeft(CLUSTER)
  const { out } = await tagwall(folder, BUILD)
  expect(linesAbout(out)).toEqual([
    'rules/k.yaml alone leaves 1 set that nothing uses on the device; load rules/k.cleanup.yaml after it',
  ])
  expect(textOf(folder, 'k.cleanup.yaml').split('\n').slice(1).join('\n')).toBe(`---
apiVersion: cilium.io/v2
kind: CiliumCIDRGroup
metadata:
  name: tagwall-old
`)
})

test('a FortiGate policy that left the policy file is deleted first, then what it used', async () => {
  const folder = await afterARuleLeft(
    '{ name: edge, vendor: fortigate, out: rules/edge.conf, options: { vdom: root } }',
  )
  const { out } = await tagwall(folder, BUILD)
  expect(linesAbout(out)).toEqual([
    'rules/edge.conf alone leaves 1 rule that still allows more than the policy, 1 group, 3 objects and 1 service on the device; load rules/edge.delta.conf after it, or instead of it',
  ])
  const deletes = textOf(folder, 'edge.delta.conf').match(/(?<=delete ).*/g)
  expect(deletes?.slice(0, 3)).toEqual(['44160', '"tcp-8443"', '"Old-v4"'])
})

test('--json has what a full load leaves, beside the files that remove it', async () => {
  const folder = await afterARuleLeft(GROUP)
  const { files } = JSON.parse((await tagwall(folder, [...BUILD, '--json'])).out)
  const left = { removes: [{ kind: 'rule', family: null, name: 'Old' }], allowing: true, denying: false }
  expect(files.map(({ path, cleanup }: { path: string; cleanup: unknown }) => [path, cleanup])).toMatchObject([
    ['rules/nsg.json', null],
    ['rules/nsg.delta.json', left],
    ['rules/nsg.delta.removed.json', left],
    ['rules/nsg.rollback.json', null],
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
  const folder = await afterARuleLeft(CLUSTER)
  expect(await tagwall(folder, ['update', '--from', NAME, '--report', 'report'])).toMatchObject({ code: 0 })
  expect(namesIn(folder).filter((name) => name.includes('cleanup'))).toHaveLength(1)
  expect(readFileSync(join(folder, 'report/files.txt'), 'utf8')).toContain('rules/k.cleanup.yaml\n')
  expect(readFileSync(join(folder, 'report/body.md'), 'utf8')).toContain(
    '<code>rules/k.cleanup.yaml, rules/k.change.md</code> | cleanup (load it last), runbook',
  )
  // A second run changes nothing, and is still about them.
  const before = contentsOf(join(folder, 'rules'))
  expect(await tagwall(folder, ['update', '--from', NAME, '--report', 'report'])).toMatchObject({ code: 0 })
  expect(contentsOf(join(folder, 'rules'))).toEqual(before)
  expect(readFileSync(join(folder, 'report/files.txt'), 'utf8')).toContain('rules/k.cleanup.yaml\n')
})

test('they stay while nothing changes, and go when the whole files are others', async () => {
  const folder = await afterARuleLeft(CLUSTER)
  await tagwall(folder, BUILD)
  const made = namesIn(folder)
  expect((await tagwall(folder, BUILD)).out).not.toContain('removed')
  expect(namesIn(folder)).toEqual(made)
  writeFileSync(join(folder, 'tagwall.yaml'), policy(RULE.replace('443', '444'), CLUSTER))
  const { out } = await tagwall(folder, BUILD)
  expect(out.match(/^removed .*cleanup.*$/gm)).toHaveLength(1)
  expect(namesIn(folder)).toEqual(made.filter((name) => !name.includes('cleanup')))
})

describe('what options lead elsewhere is not called nothing', () => {
  const UNKNOWN =
    'tagwall cannot tell what these files leave on the device of the older ones, which may be elsewhere there.'
  test.for<[what: string, before: string, after: string, want: string]>([
    ['a hook of the chains', '{ name: edge, vendor: iptables, out: rules/edge }', 'outboundHook: FORWARD', UNKNOWN],
    ['a VDOM', '{ name: edge, vendor: fortigate, out: rules/edge.conf }', 'vdom: dmz', UNKNOWN],
    [
      'a zone less',
      '{ name: edge, vendor: juniper-srx, out: rules/edge.txt, options: { internetZone: wan, protectedZone: "lan,dmz" } }',
      'internetZone: wan, protectedZone: lan',
      'Alone, these files leave 1 rule that may still decide on the device.',
    ],
    // Its policy is in the same line of the older and of the newer file.
    [
      'another zone',
      '{ name: edge, vendor: juniper-srx, out: rules/edge.txt, options: { internetZone: wan, protectedZone: lan } }',
      'internetZone: wan, protectedZone: dmz',
      'Alone, these files leave 1 rule that may still decide on the device.',
    ],
  ])('%s', async ([, before, options, want]) => {
    const folder = folderWith({ 'tagwall.yaml': policy(RULE, before), [NAME]: DOCUMENT })
    await tagwall(folder, BUILD)
    const after = before.replace(/, options: .*\}| \}$/, `, options: { ${options} } }`)
    writeFileSync(join(folder, 'tagwall.yaml'), policy(RULE, after))
    const { code, out } = await tagwall(folder, BUILD)
    expect([code, out.includes('nothing yet')]).toEqual([0, false])
    const runbook = textOf(folder, 'edge.change.md')
    expect(runbook).toContain(want)
    // The way back by the older files leads elsewhere, too.
    expect(runbook.includes('on the device of the newer ones')).toBe(want === UNKNOWN)
    expect(namesIn(folder).filter((name) => name.includes('manual'))).toEqual([])
  })
})

describe('the files that are to be replaced may be anything', () => {
  const KEEPS =
    'warning: target "edge": the leftovers of a full load over rules/edge.ipset, rules/edge.v4, rules/edge.v6, rules/edge.hook.sh are unknown: '
  test.for<[what: string, file: string, edit: (text: string) => string, why: string]>([
    [
      'with a line of a person',
      'edge.v4',
      (text) => text.replace('COMMIT', '-A INPUT -j DROP\nCOMMIT'),
      'rules line 12 names the chain INPUT, which does not exist: -A INPUT -j DROP',
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
      `warning: target "edge": a file in place was edited by hand, or written by another version (rules/${file}): tagwall cannot read it, so the change is unknown`,
    )
    expect(lines[1]?.startsWith(KEEPS + why), err).toBe(true)
    expect(err.trimEnd().endsWith('Run "tagwall audit"')).toBe(true)
    expect(namesIn(folder).filter((name) => name.includes('cleanup'))).toEqual([])
  })

  test('with other ends of lines, as git makes them on Windows', async () => {
    const folder = await afterARuleLeft(SETS)
    for (const name of namesIn(folder))
      writeFileSync(join(folder, 'rules', name), textOf(folder, name).replaceAll('\n', '\r\n'))
    const { out, err } = await tagwall(folder, BUILD)
    expect(err).toBe('')
    expect(linesAbout(out)[0]).toMatch(/^the full files alone leave 1 chain and 1 set that nothing uses on the device/)
  })

  test('a name that no template gives is said, and in no commands', async () => {
    const folder = await afterARuleLeft(SETS)
    const text = textOf(folder, 'edge.v4').replaceAll('TAGWALL-OUT-160', 'TAGWALL-$(id)')
    writeFileSync(join(folder, 'rules/edge.v4'), text)
    const { code, err } = await tagwall(folder, BUILD)
    expect({ code, err }).toEqual({
      code: 0,
      err:
        'warning: target "edge": a file in place was edited by hand, or written by another version (rules/edge.v4): no delta, and the cause of the change is unknown\n' +
        'warning: target "edge": a full load leaves chain "TAGWALL-$(id)" (IPv4), set "tagwall-out-160-v4" (IPv4) on the device. Remove the items in rules/edge.cleanup.manual.txt by hand\n',
    })
    // The list for a person has it, in quotes, and so has the list of changes; no command does.
    expect(textOf(folder, 'edge.cleanup.manual.txt')).toContain('chain "TAGWALL-$(id)"')
    expect(textOf(folder, 'edge.change.md')).toContain(
      '\n\n`rules/edge.cleanup.manual.txt` lists 2 items to remove by hand after the full files, in this order, which is not proved.\n\n## 3. Check\n',
    )
    expect(textOf(folder, 'edge.change.md')).toContain('\n| removed chain "TAGWALL-$(id)" |\n')
    const commandsIn = (name: string) => {
      const text = textOf(folder, name)
      return name.endsWith('.md') ? Array.from(text.matchAll(/```\n(.*?)```/gs), ([block]) => block).join('') : text
    }
    const files = namesIn(folder).filter((name) => !name.endsWith('.manual.txt'))
    expect(files.map(commandsIn).join('')).not.toContain('$(id)')
  })
})

test('a file that is not one of ours is in the way', async () => {
  const folder = await afterARuleLeft(CLUSTER)
  writeFileSync(join(folder, 'rules/k.cleanup.yaml'), 'my own notes\nabout this host\n')
  const before = contentsOf(folder)
  const { code, err } = await tagwall(folder, BUILD)
  expect(code).toBe(2)
  expect(err).toContain('the cleanup of target "k": ')
  expect(contentsOf(folder)).toEqual(before)
})

test('emit says what it cannot know, where a cleanup could be', async () => {
  const folder = folderWith({ 'tagwall.yaml': policy(RULE, GROUP), [NAME]: DOCUMENT })
  const NOTE =
    'note: emit does not know what the device holds; leftovers of older files may stay there (docs/loading.md)\n'
  expect((await tagwall(folder, ['emit', 'cloud', '--snapshot', NAME])).err).toBe(NOTE)
  expect((await tagwall(folder, ['emit', 'cloud', '--snapshot', NAME, '--set', 'form=template'])).err).toBe('')
})
