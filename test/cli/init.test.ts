import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { PACKAGE_FILE } from '../../src/init/init-jobs.ts'
import type { Prompts } from '../../src/io.ts'
import { SHIPPED } from '../../src/paths.ts'
import { CI_HOSTS } from '../../src/propose/ci-host.ts'
import { listVendors } from '../../src/vendor/vendor.ts'
import { PROGRAM, ROOT } from '../fixtures.ts'
import { expectPage } from '../golden-page.ts'
import { contentsOf, DOCUMENT, folderWith, tagwall } from './harness.ts'

const VENDORS = [...listVendors([SHIPPED.vendors]).keys()]
const SCHEMA = JSON.parse(readFileSync(join(ROOT, 'policies/policy.schema.json'), 'utf8'))
const isPolicy = new Ajv2020({ strict: false }).compile(SCHEMA)

const read = (folder: string, file: string) => readFileSync(join(folder, file), 'utf8')
const vendorFlags = (names: readonly string[]) => names.flatMap((name) => ['--vendor', name])

/** Each vendor with the next. */
const PAIRS = VENDORS.slice(1).map((other, index) => [VENDORS[index] as string, other])

describe('the written files', () => {
  const init = async (names: readonly string[]) => {
    const folder = folderWith()
    const { code, err } = await tagwall(folder, ['init', '--ci', 'none', ...vendorFlags(names)])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    return folder
  }

  test.for([...VENDORS.map((name) => [name]), VENDORS].map((names) => [names.join(' '), names] as const))(
    'builds: %s',
    async ([, names]) => {
      const built = await tagwall(await init(names), ['build', '--dry-run', '--require-proof', '--json'])
      expect(built.code).toBe(0)
      const targets = JSON.parse(built.out).files.map(({ target }: { target: string }) => target)
      expect([...new Set(targets)].sort()).toEqual(names)
    },
  )

  test('has the same target for a vendor, whatever other vendor it has', async () => {
    const policyOf = async (names: readonly string[]) => parse(read(await init(names), 'tagwall.yaml'))
    const all = await policyOf(VENDORS)
    for (const names of PAIRS) {
      const targets = all.targets.filter(({ vendor }: { vendor: string }) => names.includes(vendor))
      expect(await policyOf(names)).toEqual({ ...all, targets })
    }
  })

  test.for(
    ['public', 'usgov', 'china'].flatMap((cloud) =>
      ['arc-kubernetes', 'arc-kubernetes-public', 'arc-servers'].map((policy) => [cloud, policy] as const),
    ),
  )('builds on the cloud %s with the rules of %s, and is what the schema asks', async ([cloud, policy]) => {
    const folder = folderWith()
    await tagwall(folder, ['init', '--yes', '--cloud', cloud, '--policy', policy])
    expect(isPolicy(parse(read(folder, 'tagwall.yaml')))).toBe(true)
    expect((await tagwall(folder, ['build'])).code).toBe(0)
  })

  test('reads as in init.expected.yaml', async () => {
    const folder = folderWith()
    await tagwall(folder, [
      ...['init', '--cloud', 'usgov', '--policy', 'arc-servers', ...vendorFlags(['fortigate', 'list'])],
      ...'--set fortigate.srcintf=lan,dmz --set fortigate.vdom=true --set fortigate.firstPolicyId=50000'.split(' '),
      ...['--set', 'list.form=sets'],
    ])
    const text = read(folder, 'tagwall.yaml')
    await expect(text).toMatchFileSnapshot('init.expected.yaml')
    expect(parse(text).targets[0].options).toEqual({
      srcintf: ['lan', 'dmz'],
      dstintf: ['any'],
      vdom: 'true',
      firstPolicyId: 50000,
    })
  })

  test.for<[what: string, policy: string]>([
    [
      'rules, tests and guards',
      `cloud: china
rules:
  - { name: 'Web: "all"', tags: [Storage.*, Sql], direction: inbound, protocol: udp, ports: [53, 8000-8080], priority: 7, optional: true }
tests:
  - { allow: 40.126.0.0/18, direction: inbound, protocol: udp, port: 53 }
guards: { maxShrink: 10%, maxGrow: 7% }
`,
    ],
    [
      'what a rule denies, its own prefixes, its exceptions, its local side, and its notes',
      `cloud: public
local: [10.0.0.0/8, '2001:db8::/32']
rules:
  - { name: Not these, tags: [Sql], prefixes: [192.0.2.0/24], except: [Sql.WestEurope, 198.51.100.0/24], direction: outbound, action: deny, local: { object: lan, object6: lan6 }, protocol: tcp, ports: [1433], priority: 7, description: 'Why: audit', ticket: 'CHG-1 #2', owner: net@example.com }
  - { name: Nobody, prefixes: ['2001:db8::/32'], direction: both, action: deny, local: [10.1.0.0/16], protocol: any, priority: 8 }
tests:
  - { deny: 192.0.2.1/32, direction: outbound, protocol: tcp, port: 1433 }
guards: { maxShrink: 25%, maxGrow: 100% }
`,
    ],
    [
      'protocols without ports',
      `cloud: public
rules:
  - { name: Ping, tags: [Sql], direction: outbound, protocol: icmp, priority: 7 }
  - { name: All, tags: [Storage], direction: outbound, protocol: any, priority: 8 }
tests:
  - { deny: 192.0.2.1/32, direction: outbound, protocol: icmp }
guards: { maxShrink: 25%, maxGrow: 100% }
`,
    ],
  ])('keeps of the policy that it begins with: %s', async ([, policy]) => {
    const folder = folderWith({ 'mine.yaml': policy })
    const { err } = await tagwall(folder, ['init', '--policy', 'mine.yaml', '--vendor', 'json', '--ci', 'none'])
    expect(err).toBe('')
    const { targets: _, ...written } = parse(read(folder, 'tagwall.yaml'))
    expect(written).toEqual(parse(policy))
  })

  test('points editors at the installed schema, if there is one', async () => {
    const folder = folderWith({ 'node_modules/tagwall/policies/policy.schema.json': '{}' })
    await tagwall(folder, ['init', '--vendor', 'json'])
    expect(read(folder, 'tagwall.yaml').split('\n')[0]).toBe(
      '# yaml-language-server: $schema=./node_modules/tagwall/policies/policy.schema.json',
    )
  })
})

describe('existing files', () => {
  test('stays, and is named; the second run writes nothing', async () => {
    const folder = folderWith()
    expect((await tagwall(folder, ['init', '--vendor', 'list'])).out).toMatch(
      /^wrote tagwall\.yaml\nwrote \.github\/workflows\/tagwall\.yml\nwrote \.github\/workflows\/tagwall-plan\.yml\nwrote \.gitignore\n\nnext:\n/,
    )
    const before = contentsOf(folder)
    const { code, out } = await tagwall(folder, ['init'])
    expect(code).toBe(0)
    expect(out).toMatch(
      /^tagwall\.yaml exists: unchanged\n\.github\/workflows\/tagwall\.yml exists: unchanged\n\.github\/workflows\/tagwall-plan\.yml exists: unchanged\n\nnext:\n/,
    )
    expect(contentsOf(folder)).toEqual(before)
  })

  test.for(['tagwall.yaml', 'tagwall.yml', 'tagwall.json'])('%s stays beside new jobs', async (file) => {
    const folder = folderWith({ [file]: 'mine' })
    const { out } = await tagwall(folder, ['init', '--ci', 'gitlab'])
    expect(out).toMatch(/^wrote \.gitlab\/tagwall\.yml\nwrote \.gitlab\/tagwall-plan\.yml\nwrote \.gitignore\n/)
    expect(read(folder, file)).toBe('mine')
  })

  test.for([
    ['', '# tagwall: temporary files, and the date of the last check\n.tagwall-*\n'],
    ['a\n', 'a\n\n# tagwall: temporary files, and the date of the last check\n.tagwall-*\n'],
    ['a', 'a\n\n# tagwall: temporary files, and the date of the last check\n.tagwall-*\n'],
    ['a\n.tagwall-*\nb', 'a\n.tagwall-*\nb'],
    ['a\r\n.tagwall-*\r\n', 'a\r\n.tagwall-*\r\n'],
  ])('a .gitignore of %j becomes %j', async ([before, after]) => {
    const folder = folderWith({ '.gitignore': before as string })
    await tagwall(folder, ['init', '--vendor', 'list', '--ci', 'none'])
    expect(read(folder, '.gitignore')).toBe(after)
  })

  test('git ignores the leftovers of a killed run, and none of its results', async () => {
    const folder = folderWith()
    await tagwall(folder, ['init', '--yes'])
    await tagwall(folder, ['build'])
    writeFileSync(join(folder, 'rules/.tagwall-12-0.tmp'), '')
    spawnSync('git', ['init', '-q'], { cwd: folder })
    const { stdout } = spawnSync('git', ['status', '--porcelain', '-uall'], { cwd: folder, encoding: 'utf8' })
    expect(stdout).not.toContain('.tagwall-')
    expect(stdout).toContain('rules/nsg.json')
  })
})

describe('CI jobs', () => {
  test.for(Object.entries(CI_HOSTS))(
    '%s are the files of docs/ci, and wait for their package',
    async ([name, host]) => {
      const folder = folderWith()
      const { out } = await tagwall(folder, ['init', '--vendor', 'list', '--ci', name])
      for (const { path, file } of host.jobs) expect(read(folder, path)).toBe(read(ROOT, join('docs/ci', file)))
      expect(out).toContain(
        `\n  for the jobs, commit these files, and:\n    - make ${PACKAGE_FILE} with "npm run pack:offline" in a checkout of tagwall, and commit it too\n    - ${host.next}\n`,
      )
    },
  )

  test.for(Object.entries(CI_HOSTS))(
    '%s install the file that --package names, and nothing else',
    async ([name, host]) => {
      const folder = folderWith({ 'tools/x': '' })
      writeFileSync(join(folder, 'tools/tagwall@1+2.tgz'), 'a package')
      const argv = ['init', '--vendor', 'list', '--ci', name, '--package', './tools/../tools/tagwall@1+2.tgz']
      const { code, out } = await tagwall(folder, argv)
      expect(code).toBe(0)
      expect(out).toContain(`\n  for the jobs, commit these files, and:\n    - ${host.next}\n`)
      for (const { path, file } of host.jobs)
        expect(read(folder, path)).toBe(
          read(ROOT, join('docs/ci', file)).replaceAll(PACKAGE_FILE, 'tools/tagwall@1+2.tgz'),
        )
    },
  )

  test.for(Object.keys(CI_HOSTS))('%s use the vendors that --vendors names', async (name) => {
    const folder = folderWith({ 'net/vendors/x': '' })
    const { jobs } = CI_HOSTS[name as keyof typeof CI_HOSTS]
    const argv = ['init', '--vendor', 'list', '--ci', name, '--vendors']
    const { out } = await tagwall(folder, [...argv, './net/vendors'])
    expect(out).toContain(
      '  every command needs --vendors ./net/vendors, and the jobs TAGWALL_VENDORS: ./net/vendors\n',
    )
    for (const { path } of jobs) expect(read(folder, path)).toMatch(/^ +TAGWALL_VENDORS: net\/vendors$/m)
  })

  test('stand in the root of a repository; below it there is none', async () => {
    const home = folderWith({ '.git/HEAD': '', 'net/x': '' })
    expect((await tagwall(join(home, 'net'), ['init', '--yes', '--ci', 'none'])).code).toBe(0)
    expect((await tagwall(home, ['init', '--yes'])).code).toBe(0)
  })

  test('several vendors may stand in one --vendor', async () => {
    const [commas, repeated] = [folderWith(), folderWith()]
    await tagwall(commas, ['init', '--vendor', 'nsg, list', '--vendor', 'pf', '--ci', 'none'])
    await tagwall(repeated, ['init', ...vendorFlags(['nsg', 'list', 'pf']), '--ci', 'none'])
    expect(read(commas, 'tagwall.yaml')).toBe(read(repeated, 'tagwall.yaml'))
  })

  test('the package of this version is used without --package', async () => {
    const folder = folderWith()
    writeFileSync(join(folder, PACKAGE_FILE), 'a package')
    const { out } = await tagwall(folder, ['init', '--yes'])
    expect(out).toContain(`commit these files, and:\n    - ${CI_HOSTS.github.next}\n`)
  })

  test('a link to a package elsewhere is refused, because git keeps only the link', async () => {
    const home = folderWith({ 'work/x': '' })
    writeFileSync(join(home, 'a.tgz'), 'a package')
    symlinkSync(join(home, 'a.tgz'), join(home, 'work/a.tgz'))
    const { code, err } = await tagwall(join(home, 'work'), ['init', '--yes', '--package', 'a.tgz'])
    expect({ code, err }).toEqual({
      code: 2,
      err: 'tagwall: --package a.tgz: it is not a regular file; nothing was written\n',
    })
  })

  test('an older weekly job stays, and gets the job for pull requests beside it', async () => {
    const folder = folderWith({ '.gitlab/tagwall.yml': 'mine' })
    writeFileSync(join(folder, 'a.tgz'), 'a package')
    const { code, out } = await tagwall(folder, ['init', '--yes', '--ci', 'gitlab', '--package', 'a.tgz'])
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('.gitlab/tagwall.yml exists: unchanged\n'),
    })
    expect(read(folder, '.gitlab/tagwall.yml')).toBe('mine')
    expect(read(folder, '.gitlab/tagwall-plan.yml')).toContain('    TAGWALL_PACKAGE: a.tgz\n')
  })
})

/** A policy that may name its target in a rule, `<rule>`, or in a test. */
const scoped = (rule: string, tests: string) =>
  `rules:\n  - ${rule.replace('<rule>', 'name: Web, prefixes: [192.0.2.0/24], direction: outbound, ports: [443], priority: 100')}\n${tests}targets:\n  - { name: edge, vendor: list, out: edge.txt }\n`

describe('without a terminal', () => {
  const PACKAGE = { 'a.tgz': 'a package' }
  const JOBS = { '.github/workflows/tagwall.yml': 'mine', '.github/workflows/tagwall-plan.yml': 'mine' }
  const REFUSED: readonly (readonly [line: string, files?: Readonly<Record<string, string | Buffer>>])[] = [
    [''],
    ['--vendor fortygate'],
    ['--vendor nsg,fortygate'],
    ['--vendor fortigate --set srcintf=lan'],
    ['--vendor fortigate,paloalto --set internetZone=wan'],
    ['--vendor fortigate --set fortigat.srcintf=lan'],
    ['--vendor fortigate --set fortigate.srcint=lan'],
    ['--vendor nsg --set nsg.mode=tag'],
    ['--yes --ports 443'],
    ['--yes --tag Sql --ports 443,70000'],
    ['--yes --tag Sql --local 10.0.0.1/8'],
    ['--vendor kubernetes,list --tag Sql --local 10.0.0.0/8'],
    ['--vendor azure-route-table,nsg --tag Sql --direction inbound'],
    ['--yes --tag my.blob.core.windows.net'],
    ['--yes --policy arc-kubernets'],
    ['--yes --policy rule.yaml', { 'rule.yaml': scoped('{ <rule>, targets: [edge] }', '') }],
    [
      '--yes --policy test.yaml',
      {
        'test.yaml': scoped(
          '{ <rule> }',
          'tests:\n  - { allow: 192.0.2.1, direction: outbound, port: 443, targets: [edge] }\n',
        ),
      },
    ],
    ['--vendor list', { 'tagwall.yaml': 'mine' }],
    ['--vendor list', { 'tagwall.yml': 'mine' }],
    ['--vendor list', { 'tagwall.json': 'mine' }],
    ['--vendor list --ci none', { '.gitignore': Buffer.from('caf\u00e9/\n', 'latin1') }],
    // As Windows PowerShell writes it.
    ['--vendor list --ci none', { '.gitignore': Buffer.from('\ufeffa\n', 'utf16le') }],
    ['--vendor list --ci none', { '.gitignore/x': '' }],
    ['--yes --vendors ../vendors', { '../vendors/x': '' }],
    // A service looks for jobs in the root only.
    ['--yes', { '../.git/HEAD': '' }],
    ['--vendor list --ci gitlab', { '../.git/HEAD': '' }],
    ['--yes --package=a.tgz'],
    ['--yes --package=../a.tgz', { '../a.tgz': 'a package' }],
    ['--yes --package=a.tgz', { 'a.tgz/x': '' }],
    ['--yes --package=a;b.tgz', { 'a;b.tgz': 'a package' }],
    // npm would take it for an option.
    ['--yes --package=./-a.tgz', { '-a.tgz': 'a package' }],
    ['--yes --package=a.tgz --ci none', PACKAGE],
    ['--yes --package=a.tgz --ci github', { ...PACKAGE, ...JOBS }],
  ]

  test('what is asked wrongly is refused, and nothing is written', async () => {
    const rows: [name: string, text: string][] = []
    for (const [line, files = {}] of REFUSED) {
      const home = folderWith({ 'work/x': '' })
      for (const [name, content] of Object.entries(files)) {
        const path = join(home, 'work', name)
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, content)
      }
      const before = contentsOf(home)
      const { code, out, err } = await tagwall(join(home, 'work'), ['init', ...line.split(' ').filter(Boolean)])
      expect({ line, code, out }).toEqual({ line, code: 2, out: '' })
      expect(contentsOf(home)).toEqual(before)
      const sentence = err
        .replace(VENDORS.toSorted().join(', '), 'VENDORS')
        .replaceAll(home, 'HOME')
        .replace(PACKAGE_FILE, 'PACKAGE')
      rows.push([[`init ${line}`.trim(), ...Object.keys(files)].join(', beside '), sentence])
    }
    await expectPage('init-refusals.txt', rows)
  })

  test('--tag makes a policy that allows these tags, in the spelling of the names that ship', async () => {
    const folder = folderWith()
    const flags = '--tag storage.westeurope,Sql,sql --tag NewService --ports 443,1433 --local 10.0.0.0/8'.split(' ')
    const { code, err } = await tagwall(folder, ['init', '--yes', '--vendor', 'list', '--ci', 'none', ...flags])
    expect({ code, err }).toEqual({
      code: 0,
      err: 'warning: Microsoft had no tag "NewService" on Public of 2025-11-10, and US Government and China of 2026-07-20; the first update checks it\n',
    })
    const { rules } = parse(read(folder, 'tagwall.yaml'))
    expect(
      rules.map(({ name, tags, ports }: { name: string; tags: string[]; ports: number[] }) => [name, tags, ports]),
    ).toEqual([
      ['Storage', ['Storage.WestEurope'], [443, 1433]],
      ['Sql', ['Sql'], [443, 1433]],
      ['NewService', ['NewService'], [443, 1433]],
    ])
  })

  test('--dry-run writes nothing, and --json tells in a shape', async () => {
    const folder = folderWith()
    const { out } = await tagwall(folder, ['init', '--yes', '--dry-run', '--json'])
    expect(JSON.parse(out)).toEqual({
      formatVersion: 1,
      writtenFiles: [
        'tagwall.yaml',
        '.github/workflows/tagwall.yml',
        '.github/workflows/tagwall-plan.yml',
        '.gitignore',
      ],
      keptFiles: [],
      dryRun: true,
    })
    expect(contentsOf(folder)).toEqual({})
  })
})

/** Someone who answers from a list, and whose questions are kept. */
function person(answers: Record<string, string | string[]>) {
  const asked: string[] = []
  const answer = (message: string) => {
    asked.push(message)
    const found = Object.entries(answers).find(([start]) => message.startsWith(start))
    if (!found) throw new Error(`no answer to ${message}`)
    return found[1]
  }
  const prompts: Prompts = {
    one: async (message, choices) => {
      const value = answer(message) as string
      expect(choices.map((choice) => choice.value)).toContain(value)
      return value
    },
    several: async (message) => answer(message) as string[],
    text: async (message, initial, problemOf) => {
      const value = answer(message) as string
      expect(problemOf(initial)).toBeUndefined()
      expect(problemOf(value)).toBeUndefined()
      return value
    },
  }
  return { asked, prompts }
}

describe('on a terminal', () => {
  const ANSWERS = {
    'Which cloud': 'china',
    'Which policy': 'arc-servers',
    'Which firewalls': ['paloalto', 'iptables'],
    'paloalto, protectedZone': 'trust',
    'paloalto, internetZone': 'untrust,dmz',
    'paloalto, form': 'set',
    'paloalto, scope': 'vsys',
    'paloalto, vsys': '',
    'iptables, match': 'ipset',
    'iptables, outboundHook': 'FORWARD',
    'iptables, inboundHook': 'FORWARD',
    'Where do': 'gitlab',
    'Which file': PACKAGE_FILE,
  }

  test('it asks for everything that no flag sets', async () => {
    const folder = folderWith()
    const { asked, prompts } = person(ANSWERS)
    expect((await tagwall(folder, ['init'], { prompts })).code).toBe(0)
    expect(asked).toHaveLength(13)
    const { cloud, rules, targets } = parse(read(folder, 'tagwall.yaml'))
    expect({ cloud, rules: rules.length }).toEqual({ cloud: 'china', rules: 2 })
    expect(targets).toEqual([
      {
        name: 'paloalto',
        vendor: 'paloalto',
        out: 'rules/paloalto.txt',
        options: { form: 'set', scope: 'vsys', vsys: '', protectedZone: ['trust'], internetZone: ['untrust', 'dmz'] },
      },
      {
        name: 'iptables',
        vendor: 'iptables',
        out: 'rules/iptables',
        options: { match: 'ipset', outboundHook: 'FORWARD', inboundHook: 'FORWARD' },
      },
    ])
    expect((await tagwall(folder, ['build'])).code).toBe(0)
  })

  test('it asks nothing that flags set, and nothing about an existing policy', async () => {
    const { asked, prompts } = person(ANSWERS)
    const argv = ['init', '--cloud', 'public', '--vendor', 'iptables', '--set', 'iptables.match=rules', '--ci', 'none']
    const folder = folderWith()
    await tagwall(folder, argv, { prompts })
    expect(asked.map((message) => message.split(':')[0])).toEqual([
      'Which policy do you want to start with?',
      'iptables, outboundHook',
      'iptables, inboundHook',
    ])
    asked.length = 0
    await tagwall(folder, ['init'], { prompts })
    expect(asked.map((message) => message.split(/[:?]/)[0])).toEqual([
      'Where do the CI jobs run',
      'Which file of this repository is the package that the jobs install',
    ])
    asked.length = 0
    await tagwall(folderWith(), ['init', '--yes'], { prompts })
    expect(asked).toEqual([])
  })

  test('it asks for no package that is there, and explains what is wrong with another', async () => {
    const folder = folderWith()
    writeFileSync(join(folder, 'a.tgz'), 'a package')
    const problems: (string | undefined)[] = []
    const { asked, prompts } = person({ ...ANSWERS, 'Which file': 'a.tgz' })
    const argv = ['init', '--ci', 'gitlab', '--vendor', 'list', '--set', 'list.form=sets', '--cloud', 'public']
    const text: Prompts['text'] = (message, initial, problemOf) => {
      problems.push(problemOf('b.tgz'))
      return prompts.text(message, initial, problemOf)
    }
    await tagwall(folder, argv, { prompts: { ...prompts, text } })
    expect(problems[0]).toMatch(/^--package b\.tgz: there is no such file; /)
    expect(read(folder, '.gitlab/tagwall.yml')).toContain('    TAGWALL_PACKAGE: a.tgz\n')
    asked.length = 0
    const other = folderWith()
    writeFileSync(join(other, PACKAGE_FILE), 'a package')
    await tagwall(other, argv, { prompts })
    expect(asked).toEqual(['Which policy do you want to start with?'])
  })

  test.for<[answers: Record<string, string | string[]>, asked: string[], options: object | undefined]>([
    [
      { 'paloalto, form': 'xml', 'paloalto, scope': 'device-group', 'paloalto, deviceGroup': 'Edge' },
      ['form', 'scope', 'deviceGroup', 'protectedZone', 'internetZone'],
      {
        form: 'xml',
        scope: 'device-group',
        deviceGroup: 'Edge',
        protectedZone: ['trust'],
        internetZone: ['untrust', 'dmz'],
      },
    ],
    [{ 'paloalto, form': 'edl' }, ['form'], { form: 'edl' }],
  ])('it asks only what the answers so far leave open: %j', async ([answers, names, options]) => {
    const folder = folderWith()
    const { asked, prompts } = person({ ...ANSWERS, ...answers })
    await tagwall(
      folder,
      ['init', '--vendor', 'paloalto', '--policy', 'arc-servers', '--cloud', 'china', '--ci', 'none'],
      {
        prompts,
      },
    )
    expect(asked.map((message) => /^paloalto, (\w+):/.exec(message)?.[1])).toEqual(names)
    expect(parse(read(folder, 'tagwall.yaml')).targets[0].options).toEqual(options)
  })

  test('rules of your own: it asks for tags of the document, direction, ports and local addresses', async () => {
    const folder = folderWith({ 'ServiceTags_Public_20251110.json': DOCUMENT })
    const { asked, prompts } = person({
      'Which service tags?': ['AzureFrontDoor.FirstParty', 'MicrosoftContainerRegistry', 'AzureFrontDoor.Frontend'],
      'Which direction': 'both',
      'Which TCP ports': '443, 8000-8080',
      'Which local addresses': '10.0.0.0/8',
    })
    const argv = ['--from', 'ServiceTags_Public_20251110.json', '--cloud', 'public', '--vendor', 'json', '--ci', 'none']
    const { code, out } = await tagwall(folder, ['init', ...argv], { prompts })
    expect({ code, asked }).toEqual({
      code: 0,
      asked: [
        'Which service tags?',
        'Which direction, seen from the local side?',
        'Which TCP ports? (such as 443,8000-8080)',
        'Which local addresses? (CIDRs; empty: any address)',
      ],
    })
    expect(out).not.toContain('tagwall build')
    const { rules, local } = parse(read(folder, 'tagwall.yaml'))
    expect({ rules, local }).toEqual({
      local: ['10.0.0.0/8'],
      rules: [
        {
          ...{ name: 'AzureFrontDoor', tags: ['AzureFrontDoor.FirstParty', 'AzureFrontDoor.Frontend'] },
          ...{ direction: 'both', protocol: 'tcp', ports: [443, '8000-8080'], priority: 100 },
        },
        {
          ...{ name: 'MicrosoftContainerRegistry', tags: ['MicrosoftContainerRegistry'] },
          ...{ direction: 'both', protocol: 'tcp', ports: [443, '8000-8080'], priority: 110 },
        },
      ],
    })
  })

  test('it offers the names that ship, and says how to choose regional ones', async () => {
    const folder = folderWith()
    const { asked, prompts } = person({
      'Which policy': 'my own',
      'Which service tags?': ['Storage'],
      'Which direction': 'outbound',
      'Which TCP ports': '443',
      'Which local addresses': '',
    })
    const offered: string[] = []
    const several: Prompts['several'] = (message, choices, initial) => {
      offered.push(...choices.map(({ value }) => value))
      return prompts.several(message, choices, initial)
    }
    await tagwall(folder, ['init', '--cloud', 'public', '--vendor', 'json', '--ci', 'none'], {
      prompts: { ...prompts, several },
    })
    expect(asked[1]).toBe(
      'Which service tags? (of Public of 2025-11-10, and US Government and China of 2026-07-20; with --from FILE also newer and regional ones, such as Storage.WestEurope)',
    )
    expect(offered).toContain('AzureFrontDoor.FirstParty')
    expect(offered.length).toBeGreaterThan(100)
    expect(parse(read(folder, 'tagwall.yaml')).rules).toEqual([
      { name: 'Storage', tags: ['Storage'], direction: 'outbound', protocol: 'tcp', ports: [443], priority: 100 },
    ])
  })

  test('no other run waits for the answers, and a policy that another run wrote meanwhile stays', async () => {
    const folder = folderWith()
    const { prompts } = person({})
    const { code, err } = await tagwall(
      folder,
      ['init', '--vendor', 'json', '--ci', 'none', '--policy', 'arc-servers'],
      {
        prompts: {
          ...prompts,
          one: async (_message, _choices, initial) => {
            expect((await tagwall(folder, ['init', '--yes', '--ci', 'none'])).code).toBe(0)
            return initial
          },
        },
      },
    )
    expect({ code, err }).toEqual({
      code: 2,
      err: 'tagwall: tagwall.yaml was made while init asked; nothing was written: run init again\n',
    })
    expect(parse(read(folder, 'tagwall.yaml')).targets).toHaveLength(4)
  })

  test('it explains an invalid value until the answer is valid', async () => {
    const problems: (string | undefined)[] = []
    const { prompts } = person(ANSWERS)
    const folder = folderWith()
    await tagwall(folder, ['init', '--vendor', 'fortigate'], {
      prompts: {
        ...prompts,
        text: async (_, initial, problemOf) => {
          problems.push(problemOf('lan;reboot'))
          return initial
        },
      },
    })
    expect(problems[0]).toMatch(/^option "srcintf" of fortigate: "lan;reboot" is invalid; expected 1 to 35 /)
    expect((await tagwall(folder, ['build'])).code).toBe(0)
  })
})

const PYTHON = spawnSync('python3', ['-c', 'import pty']).status === 0

// The built program on a pseudo-terminal, with keys pressed as a person would.
describe.skipIf(!PYTHON)('on a real terminal (python3 makes one)', () => {
  const press = (folder: string, keys: readonly string[]) =>
    spawnSync('python3', [join(ROOT, 'test/cli/press-keys.py'), ...keys, '--', process.execPath, PROGRAM, 'init'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', TERM: 'xterm' },
    })

  test('arrows, space and enter choose', () => {
    const folder = folderWith()
    // Public; the third built-in policy; two vendors of the list; the one question of the second; no job.
    const vendors = VENDORS.toSorted()
    const down = (from: string | undefined, to: string) =>
      'down '.repeat(vendors.indexOf(to) - (from === undefined ? 0 : vendors.indexOf(from)))
    const { status, stdout } = press(folder, [
      ...[
        'Which cloud',
        'enter',
        'Which policy',
        'down down enter',
        'Which firewalls',
        `${down(undefined, 'json')}space ${down('json', 'list')}space enter`,
      ],
      ...['how many files', 'enter', 'Where do', 'up enter'],
    ])
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('wrote tagwall.yaml') })
    const { rules, targets } = parse(read(folder, 'tagwall.yaml'))
    expect(rules).toHaveLength(2)
    expect(targets.map(({ vendor }: { vendor: string }) => vendor)).toEqual(['json', 'list'])
    expect(Object.keys(contentsOf(folder)).sort()).toEqual(['.gitignore', 'tagwall.yaml'])
  })

  test('a part of a name filters tags and firewalls', () => {
    const folder = folderWith()
    const { status, stdout } = press(folder, [
      ...['Which cloud', 'enter', 'Which policy', 'up enter', 'Which service tags', 'door.fi tab enter'],
      ...['Which direction', 'enter', 'Which TCP ports', '8443 enter', 'Which local addresses', 'enter'],
      ...['Which firewalls', 'mikrot tab enter', 'mikrotik, prefix', 'enter', 'Where do', 'up enter'],
    ])
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('wrote tagwall.yaml') })
    const { rules, targets } = parse(read(folder, 'tagwall.yaml'))
    expect(rules.map(({ tags }: { tags: string[] }) => tags)).toEqual([['AzureFrontDoor.FirstParty']])
    // What a person types replaces the default.
    expect(rules.map(({ ports }: { ports: number[] }) => ports)).toEqual([[8443]])
    expect(targets.map(({ vendor }: { vendor: string }) => vendor)).toEqual(['mikrotik'])
  })

  test('Ctrl+C writes nothing', () => {
    const folder = folderWith()
    const { status, stdout } = press(folder, ['Which cloud', 'enter', 'Which policy', 'interrupt'])
    expect({ status, stdout }).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('tagwall: cancelled; nothing was written'),
    })
    expect(contentsOf(folder)).toEqual({})
  })
})
