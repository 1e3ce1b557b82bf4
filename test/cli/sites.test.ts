import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectPage } from '../golden-page.ts'
import { published } from '../notation.ts'
import { contentsOf, folderWith, tagwall } from './harness.ts'

// Policies of several files, and for several sites, from the command line.

const rules = (name: string, priority: number) =>
  `rules:\n  - { name: ${name}, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: ${priority} }\n`

const POLICY = `include: [shared/rules.yaml]
targets:
  - { name: edge, vendor: paloalto, out: "rules/{site}/edge.txt", options: { protectedZone: "{lan}" } }
  - { name: branch, vendor: list, out: "rules/{site}/branch" }
sites: sites.yaml
`
const FILES = {
  'tagwall.yaml': POLICY,
  'shared/rules.yaml': rules('Web', 150),
  'sites.yaml': `- { name: berlin, vars: { lan: berlin-lan } }
- { name: munich, vars: { lan: trust }, targets: [edge] }
`,
}

const filesOf = (folder: string) => Object.keys(contentsOf(join(folder, 'rules')))

describe('build', () => {
  test.for<[argv: string[], files: string[]]>([
    [[], ['berlin/branch', 'berlin/edge.txt', 'munich/edge.txt']],
    [['edge'], ['berlin/edge.txt', 'munich/edge.txt']],
    [['edge@munich'], ['munich/edge.txt']],
    [['edge', '--site', 'berlin'], ['berlin/edge.txt']],
    [['--site', 'munich'], ['munich/edge.txt']],
    [
      ['edge@munich', 'branch'],
      ['berlin/branch', 'munich/edge.txt'],
    ],
  ])('of %j writes %j', async ([argv, files]) => {
    const folder = folderWith(FILES)
    expect(await tagwall(folder, ['build', ...argv])).toMatchObject({ code: 0 })
    expect(filesOf(folder)).toEqual(files)
  })
})

describe('list sites', () => {
  test('shows the targets and variables of each', async () => {
    const policy = POLICY.replace(
      'sites: sites.yaml',
      'sites: [{ name: berlin, vars: { lan: a }, local: [10.1.0.0/16] }]',
    )
    const folder = folderWith({ ...FILES, 'one.yaml': policy })
    expect(await tagwall(folder, ['list', 'sites'])).toEqual({
      code: 0,
      err: '',
      out: `site    targets       variables
berlin  edge, branch  lan=berlin-lan
munich  edge          lan=trust
`,
    })
    expect((await tagwall(folder, ['list', 'sites', '--policy', 'one.yaml'])).out).toBe(`site    targets       variables
berlin  edge, branch  lan=a, local: 10.1.0.0/16
`)
    expect(JSON.parse((await tagwall(folder, ['list', 'sites', 'munich', '--json'])).out)).toEqual({
      formatVersion: 1,
      policy: 'tagwall.yaml',
      sites: [{ name: 'munich', vars: { lan: 'trust' }, local: null, targets: ['edge'] }],
    })
    expect((await tagwall(folder, ['list', 'sites', '--names'])).out).toBe('berlin\nmunich\n')
  })

  test.for([
    [['munch'], 'policy tagwall.yaml has no site "munch"; did you mean "munich"?'],
    [['--policy', 'arc-servers'], 'policy arc-servers has no sites; a policy lists them under "sites": docs/sites.md'],
  ] as const)('%j is refused: %s', async ([argv, want]) => {
    expect(await tagwall(folderWith(FILES), ['list', 'sites', ...argv])).toEqual({
      code: 2,
      out: '',
      err: `tagwall: ${want}\n`,
    })
  })
})

test('explain says what is different at a site', async () => {
  const folder = folderWith(FILES)
  expect((await tagwall(folder, ['explain', 'munich'])).out).toBe(`munich: a site of tagwall.yaml, with 1 target

In its targets {lan} is trust.

edge@munich (paloalto) writes rules/munich/edge.txt.

To build only this site: "tagwall build --site munich". All sites: "tagwall list sites".

  docs/sites.md
`)
  expect((await tagwall(folder, ['explain'])).out).toContain('\nsites of tagwall.yaml\n  berlin and munich\n')
  expect((await tagwall(folder, ['explain', 'munch'])).err).toBe(
    'tagwall: "munch" is not a rule or site of tagwall.yaml, a finding, a guard, a limit, a page or a known tag; did you mean "munich"?\n',
  )
})

test('emit prints a target of one site', async () => {
  const folder = folderWith(FILES)
  const whole = await tagwall(folder, ['emit', 'edge@berlin'])
  expect(whole.out).toContain(' from "berlin-lan"')
  expect((await tagwall(folder, ['emit', 'edge', '--site', 'berlin'])).out).toBe(whole.out)
  expect(JSON.parse((await tagwall(folder, ['emit', 'edge', '--site', 'berlin', '--json'])).out).target).toBe(
    'edge@berlin',
  )
})

test('audit compares with a target of one site', async () => {
  const folder = folderWith(FILES)
  writeFileSync(join(folder, 'running.txt'), (await tagwall(folder, ['emit', 'edge@berlin'])).out)
  expect(await tagwall(folder, ['audit', 'edge@berlin', 'running.txt'])).toMatchObject({ code: 0 })
  expect(await tagwall(folder, ['audit', 'edge', 'running.txt', '--site', 'berlin'])).toMatchObject({ code: 0 })
})

const REFUSED: readonly [what: string, argv: string[]][] = [
  ['an unknown site', ['build', '--site', 'munch']],
  ['an unknown site of a target', ['build', 'edge@x']],
  ['an unknown target', ['build', 'egde']],
  ['an unknown target of a site', ['build', 'egde@munich']],
  ['a target that the site leaves out', ['build', 'branch@munich']],
  ['a target that no named site has', ['emit', 'branch', '--site', 'munich']],
  ['a target of several sites where one is needed', ['emit', 'edge']],
  ['a site of a policy without sites', ['build', '--policy', 'arc-servers', '--site', 'x']],
]

test('refuses with a sentence', async () => {
  const rows: [name: string, text: string][] = []
  for (const [what, argv] of REFUSED) {
    const { code, out, err } = await tagwall(folderWith(FILES), argv)
    expect({ what, code, out }).toEqual({ what, code: 2, out: '' })
    rows.push([what, err])
  }
  await expectPage('sites-refusals.txt', rows)
})

describe('a policy of several files', () => {
  test.for<[what: string, include: string, want: string]>([
    ['an absolute path', '/etc/passwd', '/etc/passwd is an absolute path; expected a path relative to tagwall.yaml'],
    [
      'a path out of the checkout',
      '../secret.yaml',
      '../secret.yaml is outside the working directory and the folder of the policy; keep it below one of them',
    ],
    ['a link', 'link.yaml', 'link.yaml is a symbolic link, not a file'],
    ['a folder', 'shared', 'shared is a directory, not a file'],
    ['a file that is not there', 'shared/rule.yaml', 'there is no file shared/rule.yaml; did you mean "rules.yaml"?'],
  ])('is refused with %s', async ([, include, want]) => {
    const outer = folderWith({ 'secret.yaml': 'token: 1\n' })
    const folder = join(outer, 'site')
    mkdirSync(join(folder, 'shared'), { recursive: true })
    writeFileSync(join(folder, 'shared/rules.yaml'), rules('A', 1))
    writeFileSync(join(folder, 'tagwall.yaml'), `include: [${include}]\n`)
    symlinkSync('../secret.yaml', join(folder, 'link.yaml'))
    expect((await tagwall(folder, ['build'])).err).toBe(
      `tagwall: tagwall.yaml is not a valid policy: tagwall.yaml:1:11: ${want}\n`,
    )
  })

  test('is refused with a link to a folder outside, whose files could show in errors', async () => {
    const outer = folderWith({ 'private/x.yaml': 'token: 1\n', 'site/tagwall.yaml': 'include: [shared/x.yaml]\n' })
    symlinkSync('../private', join(outer, 'site/shared'))
    expect((await tagwall(join(outer, 'site'), ['build'])).err).toBe(
      `tagwall: tagwall.yaml is not a valid policy: tagwall.yaml:1:11: shared/x.yaml is outside the working directory and the folder of the policy, at ${join(outer, 'private/x.yaml')}; keep it below one of them\n`,
    )
  })

  test('may be in a folder beside what it includes, and elsewhere with all its files', async () => {
    const files = { 'policies/berlin.yaml': 'include: [../shared/rules.yaml]\n', 'shared/rules.yaml': rules('A', 1) }
    const emitted = async (folder: string, policy: string) =>
      (await tagwall(folder, [...'emit list --set form=all --family ipv4 --policy'.split(' '), policy])).code
    expect(await emitted(folderWith(files), 'policies/berlin.yaml')).toBe(0)
    const elsewhere = folderWith({ 'p.yaml': 'include: [rules.yaml]\n', 'rules.yaml': rules('A', 1) })
    expect(await emitted(folderWith(), join(elsewhere, 'p.yaml'))).toBe(0)
  })

  test('may include a built-in policy', async () => {
    const folder = folderWith({ 'tagwall.yaml': `include: [arc-servers]\n${rules('Mine', 10)}` })
    const { out } = await tagwall(folder, ['list', 'policies', 'tagwall.yaml'])
    expect(out.split('\n').map((line) => line.split(/ +/)[1])).toEqual([
      'rule',
      'AllowAADOutboundAccess',
      'AllowAzOutboundAccess',
      'Mine',
      undefined,
    ])
  })

  test.for(['shared/rules.yaml', 'sites.yaml'])('no target may write %s', async (out) => {
    const folder = folderWith({ ...FILES, 'tagwall.yaml': POLICY.replace('rules/{site}/branch', out) })
    expect((await tagwall(folder, ['build', '--overwrite', 'branch@berlin'])).err).toContain(
      `${join(folder, out)} is a file that the policy is read from; choose another "out"`,
    )
  })
})

describe('with many sites', () => {
  const names = Array.from({ length: 6 }, (_, index) => `s${index}`)
  const MANY = {
    'tagwall.yaml': `include: [shared/rules.yaml]
targets:
  - { name: edge, vendor: paloalto, out: "rules/{site}/edge.txt", options: { protectedZone: "{lan}" } }
  - { name: branch, vendor: iptables, out: "rules/{site}/branch" }
sites: sites.yaml
`,
    'shared/rules.yaml': rules('Web', 150),
    'sites.yaml': names.map((name) => `- { name: ${name}, vars: { lan: ${name}-lan } }\n`).join(''),
  }

  test('one summary says what happened, and a second run that nothing did', async () => {
    const folder = folderWith(MANY)
    const first = await tagwall(folder, ['build', '--site', 's3', '--site', 's4'])
    expect(first.out).toContain('\nsites s3 and s4: 4 targets are new; 8 files written, all proved\n')
    const second = await tagwall(folder, ['build'])
    expect(second.out).toContain(`
site                        targets  files  written  warnings
s0, s1, s2 and 1 more site        8     16       16         0
2 sites unchanged\n8 targets are new, 4 stay; 16 files written, all proved
`)
    expect((await tagwall(folder, ['build'])).out).toContain(
      '\n1 rule and 12 targets as before, all proved (--all shows them)\n',
    )
    expect((await tagwall(folder, ['build', '--all'])).out).toContain(
      '\n6 sites unchanged\n12 targets stay; no file to write, all proved\n',
    )
    const json = JSON.parse((await tagwall(folder, ['build', '--json'])).out)
    expect(json.siteResults[1]).toEqual({
      site: 's1',
      targetCount: 2,
      fileCount: 4,
      changedCount: 0,
      unprovedCount: 0,
      warningCount: 0,
    })
    expect([json.files[4].site, json.files[4].target, json.files[4].path]).toEqual([
      's1',
      'edge@s1',
      'rules/s1/edge.txt',
    ])
  })

  test('a rule that differs in the local side only is one line, with a placeholder for it', async () => {
    const folder = folderWith({
      ...MANY,
      'tagwall.yaml': MANY['tagwall.yaml'].replace(/ {2}- { name: edge.*\n/, ''),
      'sites.yaml': '- { name: s0, local: [10.0.0.0/24] }\n- { name: s1, local: [10.0.1.0/24] }\n',
    })
    await tagwall(folder, ['build'])
    writeFileSync(join(folder, 'shared/rules.yaml'), rules('Web', 150).replace('ports: [443]', 'ports: [443, 80]'))
    expect((await tagwall(folder, ['plan'])).out).toContain(`
on the device of branch (2 sites)
  rule "TAGWALL-OUT-150": rule "-s {addresses} -p tcp --dport 443 -m conntrack --ctstate NEW -j TAGWALL-OUT-150" -> "-s {addresses} -p tcp -m multiport --dports 80,443 -m conntrack --ctstate NEW -j TAGWALL-OUT-150"
`)
  })

  test('a mistake that all sites share is one line', async () => {
    const from = (before: string, after: string) =>
      folderWith({ ...MANY, 'tagwall.yaml': MANY['tagwall.yaml'].replace(before, after) })
    expect((await tagwall(from('protectedZone', 'protectedZon'), ['build'])).err).toBe(
      'tagwall: several targets cannot be built, so nothing is written: tagwall.yaml:3:5, site "s0" (sites.yaml:1:3): paloalto has no option "protectedZon"; did you mean "protectedZone"? (also at s1, s2, s3 and 2 more sites)\n',
    )
    expect(
      (
        await tagwall(
          from('vendor: iptables', 'vendor: nsg, options: { mode: prefixes }, limits: { prefixesPerSide: 10 }'),
          ['build'],
        )
      ).err,
    ).toMatch(/^tagwall: .*target "branch@s0" .*\(also at s1, s2, s3 and 2 more sites\)\n$/s)
  })
})

test('update makes deltas and one report for all sites', async () => {
  const document = (prefixes: string) => published(`AzureActiveDirectory=${prefixes}`)
  const folder = folderWith({
    ...FILES,
    'ServiceTags_Public_20251103.json': document('20.40.2.0/24,20.41.2.0/24,20.42.0.0/24,20.43.0.0/24,20.44.0.0/24'),
    'ServiceTags_Public_20251110.json': document('20.40.2.0/24,20.41.2.0/24,20.42.0.0/24,20.43.0.0/24,20.45.0.0/24'),
  })
  const update = (date: string) =>
    tagwall(folder, ['update', '--from', `ServiceTags_Public_${date}.json`, '--report', 'out'])
  expect(await update('20251103')).toMatchObject({ code: 0 })
  const { out, code } = await update('20251110')
  expect(code).toBe(0)
  expect(out).toContain(`
site    targets  files  written  warnings
berlin        2      8        8         0
munich        1      3        3         0
3 targets change; 11 files written, all proved
rules/berlin/edge.txt alone leaves 1 object that nothing uses on the device; load rules/berlin/edge.delta.txt after it, or instead of it (also at munich)
how to load, check and roll back: rules/{site}/edge.change.md, rules/berlin/branch.change.md
`)
  expect(filesOf(folder)).toEqual([
    'berlin/branch',
    'berlin/branch.change.md',
    'berlin/branch.delta.added',
    'berlin/branch.delta.removed',
    'berlin/branch.rollback.added',
    'berlin/branch.rollback.removed',
    'berlin/edge.change.md',
    'berlin/edge.delta.txt',
    'berlin/edge.rollback.txt',
    'berlin/edge.txt',
    'munich/edge.change.md',
    'munich/edge.delta.txt',
    'munich/edge.rollback.txt',
    'munich/edge.txt',
  ])
  const body = readFileSync(join(folder, 'out/body.md'), 'utf8')
  expect(body.match(/^\| (edge|branch).*$|^\| {2}\| <code>rules.*$/gm)).toEqual([
    '| edge (2 sites) (paloalto) | <code>rules/{site}/edge.txt</code> | +2 −2 lines, 27 in all | groups 1 changed; objects +1 −1; 4 commands |',
    '|  | <code>rules/{site}/edge.delta.txt, rules/{site}/edge.rollback.txt, rules/{site}/edge.change.md</code> | delta, rollback, runbook |  |',
    '| branch@&#8203;berlin (list) | <code>rules/berlin/branch</code> | +1 −1 lines, 5 in all | sets 1 changed; 2 commands |',
    '|  | <code>rules/berlin/branch.delta.added, rules/berlin/branch.delta.removed, rules/berlin/branch.rollback.added, rules/berlin/branch.rollback.removed, rules/berlin/branch.change.md</code> | delta, rollback, runbook |  |',
  ])
  expect(readFileSync(join(folder, 'out/files.txt'), 'utf8').split('\n').length).toBe(17)
})

describe('a rule for one site', () => {
  const policy = (sites: string, test = 'deny: 20.40.2.1, direction: outbound, port: 80') => `rules:
  - { name: Web, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 150 }
  - { name: Ping, tags: [AzureActiveDirectory], direction: outbound, ports: [80], priority: 160, sites: [${sites}] }
tests:
  - { ${test}, sites: [munich] }
targets:
  - { name: edge, vendor: fortigate, out: "rules/{site}/edge.conf" }
  - { name: core, vendor: list, out: "rules/{site}/core" }
sites: [{ name: berlin }, { name: munich }]
`

  test('is in the targets of that site, in the lock and in the audit', async () => {
    const folder = folderWith({ ...FILES, 'tagwall.yaml': policy('berlin') })
    const { code, out } = await tagwall(folder, ['build'])
    expect(code).toBe(0)
    expect(out).toContain('edge@munich does not have the rule Ping, which names other targets\n')
    const has = (site: string) => readFileSync(join(folder, `rules/${site}/edge.conf`), 'utf8').includes('Ping')
    expect([has('berlin'), has('munich')]).toEqual([true, false])
    // The lock is read back, so nothing changes.
    expect((await tagwall(folder, ['plan', '--exit-code'])).code).toBe(0)
    const audit = (site: string) => tagwall(folder, ['audit', `edge@${site}`, `rules/${site}/edge.conf`])
    expect([(await audit('berlin')).code, (await audit('munich')).code]).toEqual([0, 0])
    expect((await tagwall(folder, ['list', 'rules', 'Ping'])).out).toMatch(/ at berlin\n$/)
    expect((await tagwall(folder, ['explain', 'Ping'])).out).toContain('Only these targets have it: at berlin.')
    const { resolved } = JSON.parse((await tagwall(folder, ['build', '--json'])).out)
    expect(resolved.map(({ name, sites }: { name: string; sites: unknown }) => [name, sites])).toEqual([
      ['Web', null],
      ['Ping', ['berlin']],
    ])
  })

  test('opens at its new site and closes at its old one', async () => {
    const folder = folderWith({ ...FILES, 'tagwall.yaml': policy('berlin') })
    await tagwall(folder, ['build'])
    writeFileSync(join(folder, 'tagwall.yaml'), policy('munich', 'allow: 20.190.128.1, direction: outbound, port: 80'))
    const { change } = JSON.parse((await tagwall(folder, ['plan', '--json'])).out)
    const pieces = change.pieces.map(({ opens, targets }: { opens: boolean; targets: string[] }) => [opens, targets])
    // The list of all addresses stays the same.
    expect(pieces).toEqual([
      [true, ['edge@munich']],
      [false, ['edge@berlin']],
    ])
  })

  test.for<[what: string, text: string, want: string]>([
    [
      'a site that the policy does not have',
      policy('munch'),
      'tagwall.yaml:3:5: rule "Ping" is for the site "munch", which the policy does not have; did you mean "munich"?',
    ],
    [
      'sites in a policy that has none',
      policy('berlin')
        .replace(/\{site\}/g, 'x')
        .replace(/^sites: .*\n/m, ''),
      'tagwall.yaml:3:5: rule "Ping" is for the site "berlin", which the policy does not have; it has none',
    ],
    [
      'a test that fails at its site',
      policy('berlin', 'allow: 20.190.128.1, direction: outbound, port: 80'),
      'on target "edge@munich"',
    ],
  ])('refuses %s', async ([, text, want]) => {
    const folder = folderWith({ ...FILES, 'tagwall.yaml': text })
    const { code, err } = await tagwall(folder, ['build'])
    expect([code, err]).toEqual([2, expect.stringContaining(want)])
  })
})
