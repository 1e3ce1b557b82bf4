import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contentsOf, DOCUMENT, folderWith, tagwall } from './harness.ts'

// The runbooks that update writes, from the command line. What is in them: test/deltas/runbooks.test.ts.

const OCTOBER = 'ServiceTags_Public_20251006.json'
const NOVEMBER = 'ServiceTags_Public_20251110.json'
const DECEMBER = 'ServiceTags_Public_20251201.json'
const NEWER = DOCUMENT.replace('"52.60.113.64/27"', '"52.60.113.96/27"')
const RULE = '  - { name: Manage, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 150 }\n'
const EDGE = '  - { name: edge, vendor: paloalto, out: rules/edge.txt }\n'
const NAMES = '  - { name: cloud, vendor: nsg, out: rules/nsg.json }\n'

const policyOf = (targets: string, rules = RULE) => `rules:\n${rules}guards: { maxShrink: 100% }\ntargets:\n${targets}`

const workplace = (targets: string) =>
  folderWith({
    'tagwall.yaml': policyOf(targets),
    [OCTOBER]: DOCUMENT,
    [NOVEMBER]: NEWER,
    [DECEMBER]: DOCUMENT,
  })

const update = (folder: string, document: string, ...more: string[]) =>
  tagwall(folder, ['update', '--from', document, ...more], { date: '2025-12-02' })

async function updated(targets = EDGE): Promise<string> {
  const folder = workplace(targets)
  for (const document of [OCTOBER, NOVEMBER]) expect(await update(folder, document)).toMatchObject({ code: 0 })
  return folder
}

const rulesIn = (folder: string) => Object.keys(contentsOf(join(folder, 'rules')))
const textOf = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8')

describe('a week in which the rules change', () => {
  test('has a runbook that quotes the name of a file for the prompt of a device', async () => {
    const folder = await updated('  - { name: edge, vendor: mikrotik, out: "rules/new edge; reset" }\n')
    const imports = textOf(folder, 'rules/new edge; reset.change.md').match(/^\/import .*$/gm)
    expect(imports).toContain('/import file-name="new edge; reset.delta"')
    expect(imports).toContain('/import file-name="new edge; reset.rollback"')
  })

  test('has a delta, its rollback and a runbook', async () => {
    const folder = workplace(EDGE)
    await update(folder, OCTOBER)
    expect(rulesIn(folder)).toEqual(['edge.txt'])
    const { out } = await update(folder, NOVEMBER)
    expect(rulesIn(folder)).toEqual([...['edge.change.md', 'edge.delta.txt', 'edge.rollback.txt', 'edge.txt']])
    expect(out).toContain('\nhow to load, check and roll back: rules/edge.change.md\n')
    expect(textOf(folder, 'rules/edge.rollback.txt')).toBe(`set address az-52.60.113.64_27 ip-netmask 52.60.113.64/27
set address-group "Manage" static "az-52.60.113.64_27"
delete address-group "Manage" static "az-52.60.113.96_27"
delete address az-52.60.113.96_27
`)
  })

  test('has commands that name the policy and the cloud', async () => {
    const folder = workplace(EDGE)
    writeFileSync(join(folder, 'office.yaml'), policyOf(EDGE))
    for (const document of [OCTOBER, NOVEMBER])
      await update(folder, document, '--policy', 'office.yaml', '--cloud', 'public')
    expect(textOf(folder, 'rules/edge.change.md')).toContain(
      '\ntagwall build edge --since git:REV --policy office.yaml --cloud public\n',
    )
  })

  test('has no commands for a target that is new', async () => {
    const folder = await updated()
    writeFileSync(join(folder, 'tagwall.yaml'), policyOf(`${EDGE}${NAMES}`))
    expect(await tagwall(folder, ['emit', 'cloud', '--since', 'tagwall.lock.json'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /tagwall: tagwall\.lock\.json: there are no older full files of this target; nothing is emitted\n$/,
      ),
    })
  })

  test('is followed by a plan without changes since its lock, of which there may be a copy', async () => {
    const folder = await updated()
    writeFileSync(join(folder, 'copy.lock.json'), textOf(folder, 'tagwall.lock.json'))
    for (const lock of ['tagwall.lock.json', 'copy.lock.json']) {
      const { code, out } = await tagwall(folder, ['plan', '--since', lock, '--exit-code'], { date: '2025-12-02' })
      expect([code, out.split('\n')[0]]).toEqual([0, 'nothing changes'])
    }
  })

  test('is followed by one without changes, which keeps them', async () => {
    const folder = await updated()
    const before = contentsOf(folder)
    expect(await update(folder, NOVEMBER, '--exit-code')).toMatchObject({ code: 0 })
    expect(contentsOf(folder)).toEqual(before)
  })

  test('is followed by the way back, which replaces them', async () => {
    const folder = await updated()
    const [there, back] = ['delta', 'rollback'].map((way) => textOf(folder, `rules/edge.${way}.txt`))
    expect(await update(folder, DECEMBER, '--accept', 'rollback')).toMatchObject({ code: 0 })
    expect([textOf(folder, 'rules/edge.rollback.txt'), textOf(folder, 'rules/edge.delta.txt')]).toEqual([there, back])
    expect(textOf(folder, 'rules/edge.change.md')).toContain('from 2025-11-10 (change number 7) to 2025-12-01')
  })

  test('has audits that pass: with the new rules, and after the rollback with the old ones', async () => {
    const folder = workplace(EDGE)
    await update(folder, OCTOBER)
    const old = textOf(folder, 'rules/edge.txt')
    await update(folder, NOVEMBER)
    const audits = [...textOf(folder, 'rules/edge.change.md').matchAll(/^tagwall (audit .*)$/gm)].map(([, argv]) =>
      (argv as string).split(' '),
    )
    // The first checks the base of the delta, the others follow the load and the rollback.
    expect(audits).toHaveLength(3)
    const [base, after, back] = audits as [string[], string[], string[]]
    expect(base).toEqual(back)
    for (const [running, codes] of [
      [textOf(folder, 'rules/edge.txt'), [0, 1]],
      [old, [1, 0]],
    ] as const) {
      writeFileSync(join(folder, 'running.txt'), running)
      const results = [await tagwall(folder, after), await tagwall(folder, back)]
      expect(results.map(({ code }) => code)).toEqual(codes)
    }
  })

  test('names the files in JSON, and in the report', async () => {
    const folder = workplace(EDGE)
    await update(folder, OCTOBER)
    const { out } = await update(folder, NOVEMBER, '--json', '--report', 'report')
    const { files, runbooks } = JSON.parse(out)
    expect(runbooks).toEqual([{ target: 'edge', path: 'rules/edge.change.md', changed: true }])
    expect(files.map(({ path, way }: { path: string; way: unknown }) => [path, way])).toEqual([
      ['rules/edge.txt', null],
      ['rules/edge.delta.txt', 'delta'],
      ['rules/edge.rollback.txt', 'rollback'],
    ])
    const listed = 'rules/edge.change.md\nrules/edge.delta.txt\nrules/edge.rollback.txt\nrules/edge.txt\n'
    expect(textOf(folder, 'report/files.txt')).toContain(listed)
    for (const name of ['report/body.md', 'report/report.html']) {
      expect(textOf(folder, name)).toMatch(/edge\.rollback\.txt.*edge\.change\.md.*delta, rollback, runbook/)
    }
    // A quiet week proposes the same files.
    await update(folder, NOVEMBER, '--report', 'again')
    expect(textOf(folder, 'again/files.txt')).toContain(listed)
    expect(textOf(folder, 'again/title.txt')).toBe('tagwall: nothing changes on Public 2025-11-10\n')
  })

  test('writes nothing in a dry run', async () => {
    const folder = workplace(EDGE)
    await update(folder, OCTOBER)
    const before = contentsOf(folder)
    await update(folder, NOVEMBER, '--dry-run')
    expect(contentsOf(folder)).toEqual(before)
  })

  test('repeats the options that choose the policy', async () => {
    const folder = workplace(EDGE)
    writeFileSync(join(folder, 'my site.yaml'), textOf(folder, 'tagwall.yaml'))
    for (const document of [OCTOBER, NOVEMBER])
      await update(folder, document, '--policy', 'my site.yaml', '--snapshots', 'kept')
    expect(textOf(folder, 'rules/edge.change.md')).toContain(
      "tagwall audit edge running.txt --snapshot 2025-11-10 --policy 'my site.yaml' --snapshots kept\n",
    )
  })
})

describe('a device that resolves tags itself', () => {
  test('has nothing to load, whatever addresses change, and nothing is written', async () => {
    const folder = workplace(NAMES)
    await update(folder, OCTOBER)
    const before = contentsOf(folder)
    const { out } = await update(folder, NOVEMBER)
    expect(out.split('\n')[0]).toBe('nothing changes')
    expect(contentsOf(folder)).toEqual(before)
  })

  test('has a delta and a runbook if the policy changes', async () => {
    const folder = await updated(NAMES)
    writeFileSync(join(folder, 'tagwall.yaml'), policyOf(NAMES, RULE.replace('443', '8443')))
    const { out } = await update(folder, NOVEMBER)
    expect(out.split('\n')[0]).toBe(
      'opens tcp 8443 to the tag AzureResourceManager (Manage, policy); closes tcp 443 to the tag AzureResourceManager (Manage, policy)',
    )
    expect(rulesIn(folder)).toEqual(['nsg.change.md', 'nsg.delta.json', 'nsg.json', 'nsg.rollback.json'])
  })
})

describe('a rule that comes new', () => {
  const RULES = `${RULE}  - { name: Login, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 151, optional: true }\n`
  const GROUP = '  - { name: cloud, vendor: nsg, out: rules/nsg.json, options: { mode: prefixes, form: rules } }\n'

  test('has commands back, which remove it again', async () => {
    const without = JSON.parse(DOCUMENT)
    without.values = without.values.filter(({ name }: { name: string }) => name !== 'AzureActiveDirectory')
    const folder = folderWith({
      'tagwall.yaml': policyOf(GROUP, RULES),
      [OCTOBER]: JSON.stringify(without),
      [NOVEMBER]: DOCUMENT,
    })
    await update(folder, OCTOBER)
    const { err } = await update(folder, NOVEMBER)
    expect(err).not.toContain('has no rollback')
    expect(rulesIn(folder)).toEqual([
      ...['nsg.change.md', 'nsg.delta.json', 'nsg.json', 'nsg.rollback.json', 'nsg.rollback.removed.json'],
    ])
    const runbook = textOf(folder, 'rules/nsg.change.md')
    expect(runbook).toContain(
      'The rollback is proved like the delta. It starts from the newer rules, and also leads back from a delta that stopped on its way.',
    )
    expect(runbook).toContain(
      "jq -r '.removeRules[]' rules/nsg.rollback.removed.json | xargs -n 1 az network nsg rule delete",
    )
  })
})

describe('files beside the rules', () => {
  test('build replaces what no longer leads anywhere', async () => {
    const folder = await updated()
    writeFileSync(join(folder, 'tagwall.yaml'), policyOf(EDGE, RULE.replace('443', '8443')))
    await tagwall(folder, ['build'])
    expect(rulesIn(folder).filter((name) => name !== 'edge.delta.txt' && name !== 'edge.rollback.txt')).toEqual([
      ...['edge.change.md', 'edge.txt'],
    ])
    expect(textOf(folder, 'rules/edge.change.md')).toContain('| tcp 8443 |')
  })

  test('build --since keeps the runbook and its commands', async () => {
    const folder = await updated()
    const before = rulesIn(folder)
    await tagwall(folder, ['build', '--since', 'previous'])
    expect(rulesIn(folder).filter((name) => !name.includes('-since.'))).toEqual(before)
  })

  test('a text of a person is not replaced', async () => {
    const folder = workplace(EDGE)
    await update(folder, OCTOBER)
    writeFileSync(join(folder, 'rules/edge.change.md'), '# Our change process\n\nCall Eve first.\n')
    const before = contentsOf(folder)
    expect(await update(folder, NOVEMBER)).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /the runbook of target "edge": .*edge\.change\.md exists and does not look like a file/,
      ),
    })
    expect(contentsOf(folder)).toEqual(before)
    await tagwall(folder, ['build', '--snapshot', NOVEMBER])
    expect(textOf(folder, 'rules/edge.change.md')).toContain('Call Eve first.')
  })

  test('those of a target that writes elsewhere are named until they are pruned, also if it is renamed', async () => {
    const folder = await updated()
    const edit = (from: string, to: string) =>
      writeFileSync(join(folder, 'tagwall.yaml'), textOf(folder, 'tagwall.yaml').replace(from, to))
    const left = async (...more: string[]) =>
      (await tagwall(folder, ['build', ...more])).out.match(/^.* (?:edge|border), which .*?(?=;|$)/gm)
    const all = rulesIn(folder)
      .map((name) => `rules/${name}`)
      .join(', ')
    edit('out: rules', 'out: fw')
    const named = [`${all}: left by edge, which no longer writes them`]
    expect([await left(), await left()]).toEqual([named, named])
    edit('name: edge', 'name: border')
    expect([await left(), await left('--prune')]).toEqual([
      named,
      [`removed ${all} of border, which no longer writes them`],
    ])
    expect(rulesIn(folder)).toEqual([])
    expect(Object.keys(contentsOf(join(folder, 'fw')))).toEqual(['edge.delta.txt', 'edge.txt'])
  })

  test.for([
    ['moved', { 'rules/b': 'fw/b' }, ['a.json', 'b.json'], 'fw/b.delta.json'],
    ['renamed', { 'name: b': 'name: border' }, ['a.json', 'b.json'], 'rules/b.delta.json'],
  ] as const)('a target that is %s keeps files and lock until it is built itself', async ([, edits, want, delta]) => {
    const folder = workplace(
      ['a', 'b'].map((name) => `  - { name: ${name}, vendor: json, out: rules/${name}.json }\n`).join(''),
    )
    await update(folder, OCTOBER)
    const edit = (edits: object) => {
      const edited = Object.entries(edits).reduce(
        (text, [from, to]) => text.replace(from, to),
        textOf(folder, 'tagwall.yaml'),
      )
      writeFileSync(join(folder, 'tagwall.yaml'), edited)
    }
    edit(edits)
    expect((await tagwall(folder, ['build', 'a', '--prune'])).out).not.toContain('b.json')
    expect(rulesIn(folder)).toEqual(want)
    edit({ '443': '8443' })
    expect((await tagwall(folder, ['build'])).out).toContain(delta)
  })

  test('a target that only writes its files elsewhere has no runbook', async () => {
    const folder = workplace('  - { name: pf, vendor: pf, out: rules/pf.conf }\n')
    await update(folder, OCTOBER)
    writeFileSync(join(folder, 'tagwall.yaml'), textOf(folder, 'tagwall.yaml').replace('rules/pf', 'anchors/pf'))
    const { out } = await tagwall(folder, ['build'])
    expect(out.split('\n')[0]).toBe('rewrites pf: out "rules/pf.conf" -> "anchors/pf.conf"')
    expect(Object.keys(contentsOf(join(folder, 'anchors')))).toEqual(['pf.conf'])
  })

  test.for([
    ['in place', 'rules/edge.conf', []],
    ['beside them', 'rules/moved.conf', []],
    ['elsewhere, and the older ones are pruned', 'rules/moved.conf', ['--prune']],
  ] as const)('the older files come back from git if the newer ones are %s', async ([, out, prune]) => {
    const targetAt = (out: string) => `  - { name: edge, vendor: pf, out: ${out} }\n`
    const folder = workplace(targetAt('rules/edge.conf'))
    const git = (...argv: string[]) => execFileSync('git', ['-C', folder, ...argv])
    const commit = () => {
      git('add', '--all')
      git('-c', 'user.name=Jo', '-c', 'user.email=jo@example.com', 'commit', '--quiet', '--message', 'Rules')
    }
    git('init', '--quiet')
    for (const document of [OCTOBER, NOVEMBER]) {
      expect(await update(folder, document)).toMatchObject({ code: 0 })
      commit()
    }
    const older = textOf(folder, 'rules/edge.conf')
    writeFileSync(join(folder, 'tagwall.yaml'), policyOf(targetAt(out), RULE.replace('443', '80')))
    expect(await tagwall(folder, ['build', ...prune])).toMatchObject({ code: 0 })
    commit()
    const [, commands = ''] = /from git and compares .*:\n\n```\n([^`]+)```/.exec(
      textOf(folder, out.replace('.conf', '.change.md')),
    ) as RegExpExecArray
    execFileSync('sh', ['-ec', commands], { cwd: folder })
    expect(textOf(folder, 'rules/edge.conf.before')).toBe(older)
  })

  test('two targets that differ in their extension have two runbooks', async () => {
    const folder = await updated(`${EDGE}  - { name: list, vendor: list, out: rules/edge.lst }\n`)
    expect(rulesIn(folder).filter((name) => name.endsWith('.md'))).toEqual(['edge.lst.change.md', 'edge.txt.change.md'])
  })

  test('names of a policy cannot end a cell or a block', async () => {
    const folder = workplace('  - { name: a_b, vendor: json, out: rules/a.json }\n')
    writeFileSync(join(folder, 'tagwall.yaml'), textOf(folder, 'tagwall.yaml').replace('Manage', '"<b>``|x"'))
    for (const document of [OCTOBER, NOVEMBER]) expect(await update(folder, document)).toMatchObject({ code: 0 })
    const runbook = textOf(folder, 'rules/a.change.md')
    expect(runbook).toContain('# Change window: a\\_b (json)\n')
    expect(runbook).toContain('| ```<b>``\\|x``` | document |')
  })
})
