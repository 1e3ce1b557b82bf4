import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contentsOf, DOCUMENT, folderWith, tagwall } from './harness.ts'

const OCTOBER = 'ServiceTags_Public_20251006.json'
const NOVEMBER = 'ServiceTags_Public_20251110.json'
const NEWER = DOCUMENT.replace('"52.60.113.64/27"', '"52.60.113.96/27"')

const POLICY = `rules:
  - { name: Manage, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 150 }
guards: { maxShrink: 100% }
targets:
  - { name: edge, vendor: paloalto, out: rules/edge.conf, options: { internetZone: [untrust] } }
  - { name: plain, vendor: list, out: rules/plain.txt }
`

const workplace = (policy = POLICY) => folderWith({ 'tagwall.yaml': policy, [OCTOBER]: DOCUMENT, [NOVEMBER]: NEWER })

/** A folder that was at October's rules, and then updated to November's. */
async function updated(policy = POLICY): Promise<string> {
  const folder = workplace(policy)
  await tagwall(folder, ['update', '--from', OCTOBER])
  await tagwall(folder, ['update', '--from', NOVEMBER])
  return folder
}

const read = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8')

const THERE = `set address az-52.60.113.96_27 ip-netmask 52.60.113.96/27
set address-group "Manage" static "az-52.60.113.96_27"
delete address-group "Manage" static "az-52.60.113.64_27"
delete address az-52.60.113.64_27
`
const BACK = THERE.replaceAll('.96', '.X').replaceAll('.64', '.96').replaceAll('.X', '.64')

describe('update', () => {
  test('writes the delta next to each full file', async () => {
    const folder = await updated()
    expect(read(folder, 'rules/edge.delta.conf')).toBe(THERE)
    expect(read(folder, 'rules/plain.delta.added.txt')).toBe('52.60.113.96/27\n')
    expect(read(folder, 'rules/plain.delta.removed.txt')).toBe('52.60.113.64/27\n')
  })

  test('starts from full files whose ends of lines git changed', async () => {
    const folder = workplace(POLICY)
    await tagwall(folder, ['update', '--from', OCTOBER])
    for (const name of readdirSync(join(folder, 'rules'))) {
      const path = join('rules', name)
      writeFileSync(join(folder, path), read(folder, path).replaceAll('\n', '\r\n'))
    }
    const { err } = await tagwall(folder, ['update', '--from', NOVEMBER])
    expect(err).not.toContain('rules/')
    expect(read(folder, 'rules/edge.delta.conf')).toBe(THERE)
    expect(read(folder, 'rules/plain.delta.added.txt')).toBe('52.60.113.96/27\n')
  })

  test('writes none the first time, silently', async () => {
    const folder = workplace()
    const { err } = await tagwall(folder, ['update', '--from', OCTOBER])
    expect(err).not.toContain('delta')
    expect(existsSync(join(folder, 'rules/edge.delta.conf'))).toBe(false)
  })

  test('changes nothing the second time', async () => {
    const folder = await updated()
    const before = contentsOf(folder)
    const { code } = await tagwall(folder, ['update', '--from', NOVEMBER, '--exit-code'])
    expect(code).toBe(0)
    expect(contentsOf(folder)).toEqual(before)
  })

  test('leads to the rules of build, from any week', async () => {
    const folder = await updated()
    const full = read(folder, 'rules/edge.conf')
    await tagwall(folder, ['build'])
    expect(read(folder, 'rules/edge.conf')).toBe(full)
  })

  test('has no delta if an option changed too that says where rules go, and removes the older delta', async () => {
    const folder = await updated()
    writeFileSync(join(folder, 'tagwall.yaml'), POLICY.replace('internetZone', 'vsys: vsys2, internetZone'))
    writeFileSync(join(folder, 'ServiceTags_Public_20251117.json'), DOCUMENT)
    const { code, err } = await tagwall(folder, [
      ...['update', '--from', 'ServiceTags_Public_20251117.json'],
      ...['--accept', 'rollback'],
    ])
    expect(code).toBe(0)
    expect(err).toContain(
      'warning: target "edge" has no delta, so load the full file: another value of vsys changes how or where the device loads its files, not what they make there\n',
    )
    expect(existsSync(join(folder, 'rules/edge.delta.conf'))).toBe(false)
    expect(read(folder, 'rules/plain.delta.added.txt')).toBe('52.60.113.64/27\n')
  })

  test('has no delta for a file that somebody edited', async () => {
    const folder = workplace()
    await tagwall(folder, ['update', '--from', OCTOBER])
    writeFileSync(join(folder, 'rules/edge.conf'), `${read(folder, 'rules/edge.conf')}# mine\n`)
    const { err } = await tagwall(folder, ['update', '--from', NOVEMBER])
    expect(err).toContain(
      'target "edge": a file in place was edited by hand, or written by another version (rules/edge.conf): tagwall cannot read it',
    )
    expect(existsSync(join(folder, 'rules/edge.delta.conf'))).toBe(false)
  })

  test('is silent about a list, which a firewall loads as a whole', async () => {
    const folder = workplace(POLICY.replace('internetZone: [untrust]', 'form: edl'))
    await tagwall(folder, ['update', '--from', OCTOBER])
    const { err } = await tagwall(folder, ['update', '--from', NOVEMBER])
    expect(err).not.toContain('no delta')
    expect(err).not.toContain('edge.delta')
  })

  test('gives a target in several parts its delta', async () => {
    const many = Array.from({ length: 200 }, (_, index) => `"20.151.${index}.0/25"`).join(', ')
    const wide = (text: string) => text.replace('"20.151.100.0/30"', `${many}`)
    const folder = folderWith({
      'tagwall.yaml': POLICY.replace('internetZone: [untrust] }', 'form: xml }, limits: { bytes: 14000 }').replaceAll(
        '.conf',
        '.xml',
      ),
      [OCTOBER]: wide(DOCUMENT),
      [NOVEMBER]: wide(NEWER),
    })
    const first = await tagwall(folder, ['update', '--from', OCTOBER])
    expect(first.code).toBe(0)
    expect(existsSync(join(folder, 'rules/edge-02.xml'))).toBe(true)
    const { err } = await tagwall(folder, ['update', '--from', NOVEMBER])
    expect(err).not.toContain('no delta')
    expect(read(folder, 'rules/edge.delta.xml')).toContain('<entry name="az-52.60.113.96_27">')
  })

  test('gives a widened target the way from the older cover to the newer one', async () => {
    const folder = await updated(POLICY.replace('options:', 'widen: { maxPrefixes: 2 }, options:'))
    const delta = read(folder, 'rules/edge.delta.conf')
    expect(delta).toMatch(/^set address az-/)
    const full = read(folder, 'rules/edge.conf')
    for (const [, name] of delta.matchAll(/^set address (\S+)/gm)) expect(full).toContain(`address ${name} `)
    for (const [, name] of delta.matchAll(/^delete address (\S+)/gm)) expect(full).not.toContain(`address ${name} `)
  })
})

test.for([
  ['a published document', NOVEMBER, '2025-11-10'],
  ['a shipped snapshot', '2025-09-01', '2025-09-01'],
])('build stores %s that its folder does not have, so the next change is known', async ([, snapshot, date]) => {
  const policy = POLICY.replace(/ {2}- \{ name: plain.*\n/, '')
  const folder = workplace(policy)
  await tagwall(folder, ['update', '--from', OCTOBER])
  expect(await tagwall(folder, ['build', '--snapshot', snapshot as string])).toMatchObject({ code: 0 })
  expect(existsSync(join(folder, `snapshots/public/${date}.json`))).toBe(true)
  writeFileSync(join(folder, 'tagwall.yaml'), policy.replace('[443]', '[443, 80]'))
  const { out } = await tagwall(folder, ['plan', '--snapshot', date as string])
  expect(out).toMatch(/^opens tcp 80 to .* \(Manage, policy\)\n.*\ncompared with tagwall.lock.json\n/)
})

describe('build --since', () => {
  test('writes the commands and the way back beside those of the last update', async () => {
    const folder = await updated()
    const before = contentsOf(folder)
    const { code, out } = await tagwall(folder, ['build', '--since', 'previous'])
    expect(code).toBe(0)
    expect(out.match(/^(edge|plain) .*/gm)).toEqual([
      'edge    paloalto  rules/edge.delta-since.conf                 4  proved: 4 commands, the rules after each',
      'plain   list      rules/plain.delta-since.added.txt           1  proved: 2 commands, the rules after each',
      'plain   list      rules/plain.delta-since.removed.txt         1  proved: 2 commands, the rules after each',
      'edge    paloalto  rules/edge.rollback-since.conf              4  proved: 4 commands, the rules after each',
      'plain   list      rules/plain.rollback-since.added.txt        1  proved: 2 commands, the rules after each',
      'plain   list      rules/plain.rollback-since.removed.txt      1  proved: 2 commands, the rules after each',
    ])
    const made = (name: string) => name.includes('-since.')
    const rest = Object.entries(contentsOf(folder)).filter(([name]) => !made(name))
    expect(Object.fromEntries(rest)).toEqual({ ...before, 'tagwall.lock.json': expect.any(String) })
    // From the same rules, they are the same.
    for (const [name, text] of Object.entries(contentsOf(folder)))
      if (made(name)) expect(text).toBe(before[name.replace('-since', '')])
    // The lock has their hashes, so nobody edited them.
    expect(await tagwall(folder, ['plan', '--exit-code'])).toMatchObject({ code: 0 })
  })

  test('writes only the way back with --rollback, and removes another one', async () => {
    const folder = await updated()
    const before = contentsOf(folder)
    await tagwall(folder, ['build', '--since', 'previous'])
    await tagwall(folder, ['build', '--since', 'previous', '--rollback'])
    const names = Object.keys(contentsOf(folder)).filter((name) => !(name in before))
    expect(names.sort()).toEqual([
      'rules/edge.rollback-since.conf',
      'rules/plain.rollback-since.added.txt',
      'rules/plain.rollback-since.removed.txt',
    ])
    expect(read(folder, 'rules/edge.rollback-since.conf')).toBe(BACK)
  })

  test('marks delta files in JSON', async () => {
    const folder = await updated()
    const { out } = await tagwall(folder, ['build', 'edge', '--since', '2025-10-06', '--json'])
    expect(JSON.parse(out).files).toEqual([
      {
        target: 'edge',
        site: null,
        vendor: 'paloalto',
        path: 'rules/edge.delta-since.conf',
        lines: 4,
        proof: { ruleCount: 1, prefixCount: 3, tagCount: 0, commandCount: 4 },
        changed: true,
        way: 'delta',
        cleanup: null,
      },
      expect.objectContaining({ path: 'rules/edge.rollback-since.conf', way: 'rollback' }),
    ])
  })

  test('writes nothing if no target has a delta', async () => {
    const folder = await updated(
      POLICY.replace('internetZone: [untrust]', 'form: edl').replace(/ {2}- \{ name: plain.*\n/, ''),
    )
    const before = contentsOf(folder)
    const { code, err } = await tagwall(folder, ['build', '--since', 'previous'])
    expect({ code, err }).toEqual({
      code: 2,
      err: 'tagwall: no target has a delta, so nothing is written: target "edge" has no delta, so load the full file: with these options, the device loads only full files\n',
    })
    expect(contentsOf(folder)).toEqual(before)
  })
})

describe('emit --since', () => {
  test.for<[argv: string[], out: string]>([
    [['edge', '--since', 'previous'], THERE],
    [['edge', '--since', 'previous', '--rollback'], BACK],
    [['edge', '--since', 'latest', '--snapshot', '2025-10-06'], BACK],
    [['plain', '--since', '2025-10-06', '--part', 'removed'], '52.60.113.64/27\n'],
    [
      ['iptables', '--since', OCTOBER, '--set', 'match=ipset', '--part', 'sets'],
      `# Azure service tags Public, the change from 2025-10-06 (change number 7) to 2025-11-10 (change number 7), policy tagwall.yaml
# Load with: ipset restore, before the rules. Safe to load again: what is to come is added before anything is taken out.
add tagwall-out-150-v4 52.60.113.96/27 -exist
del tagwall-out-150-v4 52.60.113.64/27 -exist
`,
    ],
  ])('%j', async ([argv, want]) => {
    const { code, out } = await tagwall(await updated(), ['emit', ...argv])
    expect({ code, out }).toEqual({ code: 0, out: want })
  })

  test.for<[argv: string[], problem: string]>([
    [['edge', '--rollback'], '--rollback needs --since with the snapshot to go back to'],
    [
      ['edge', '--since', '2024-01-02'],
      'there is no snapshot 2024-01-02 in snapshots/public; found 2, from 2025-10-06 to 2025-11-10',
    ],
    [['plain', '--since', 'previous'], 'plain makes 2 files; choose one:\n  --part added\n  --part removed'],
    [
      ['edge', '--since', 'previous', '--set', 'form=edl'],
      'tagwall.yaml:5:5 with --set form=edl: option "internetZone" of paloalto has no effect: it needs form=set or form=xml or form=api, but form is edl',
    ],
  ])('refuses %j', async ([argv, problem]) => {
    const { code, out, err } = await tagwall(await updated(), ['emit', ...argv])
    const last = err.slice(err.indexOf('tagwall: '))
    expect({ code, out, last }).toEqual({ code: 2, out: '', last: `tagwall: ${problem}\n` })
  })

  test('has the proof in JSON', async () => {
    const { out } = await tagwall(await updated(), ['emit', 'edge', '--since', '2025-10-06', '--json'])
    const [file] = JSON.parse(out).parts
    expect(file.proof).toEqual({ ruleCount: 1, prefixCount: 3, tagCount: 0, commandCount: 4 })
  })

  test('says so if nothing changes', async () => {
    const { out, err } = await tagwall(await updated(), ['emit', 'nsg', '--since', 'previous'])
    expect(out).toBe('')
    expect(err).toContain('note: nothing changes between 2025-10-06 and 2025-11-10, so there is nothing to load\n')
    // A later date has the rules of the newest snapshot.
    const later = await tagwall(await updated(), ['emit', 'nsg', '--since', '2025-11-12'])
    expect(later.err).toContain('note: nothing changes since the snapshot of 2025-11-10, so there is nothing to load\n')
  })
})
