import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { readVendor } from '../../src/vendor/vendor.ts'
import { checkVendor } from '../../src/vendor-check/check-vendor.ts'
import { expectPage } from '../golden-page.ts'
import { tagwall as program } from './built.ts'
import { folderWith, tagwall } from './harness.ts'
import {
  type BrokenVendor,
  type Files,
  findingsOf,
  findsWhatIsBroken,
  replace,
  smallVendor,
  vendorWith,
} from './small-vendor.ts'

// A small vendor that is right, and a broken vendor for each thing that the check is to find; vendor-check-edits.long.test.ts has more whose edits or
// hostile texts tell.

describe('a vendor', () => {
  test('has no finding that it accepts with a reason', async () => {
    const accepted = '[{ "check": "folder", "finding": "^there is no README", "why": "a draft" }]'
    const folder = vendorWith({ 'README.md': undefined, 'accepted.json': accepted })
    const depth = { edits: 20, editsOfFile: 20, history: 2, only: ['folder'] } as const
    const { checks } = await checkVendor(readVendor('small', [folder]), depth)
    expect(checks.map(({ findings }) => findings)).toEqual([[]])
    expect(checks[0]?.notes).toContain('accepted "^there is no README": a draft')
  })

  test('is not told that nothing uses a partial which a template calls as a block', async () => {
    const [head, rules] = ['# {{> @partial-block}}', replace('# {{header}}', '{{#> head}}{{header}}{{/head}}')]
    expect(await findingsOf({ '_head.hbs': head, 'rules.hbs': rules }, ['folder'])).toEqual({})
  })

  // A cleanup that names what only an older file made, and one that is applied as a whole.
  test.for(['azure-route-table', 'kubernetes'])('has a cleanup that loads twice: %s', async (name) => {
    const vendor = readVendor(name, [SHIPPED.vendors])
    const { checks } = await checkVendor(vendor, { history: 0, only: ['reload'] })
    expect(checks.map(({ findings }) => findings)).toEqual([[]])
  })

  test('is not told that changes to rules which it refuses have no delta', async () => {
    const priority = '"order": "runs", "priority": { "min": 100, "max": 405 }'
    expect(await findingsOf({ 'vendor.json': replace('"order": "runs"', priority) }, ['deltas'])).toEqual({})
  })

  test('is not told that a reason is unneeded because few edits were tried', async () => {
    const depth = { edits: 1, editsOfFile: 1, history: 0, only: ['edits'] } as const
    const { checks } = await checkVendor(readVendor('small', [vendorWith({})]), depth)
    expect(checks.map(({ findings }) => findings)).toEqual([[]])
  })

  test('is told that the order of commands is not proved if each file takes effect at once', async () => {
    const notesOf = async (changes: Files) => {
      const vendor = readVendor('small', [vendorWith(changes)])
      const { checks } = await checkVendor(vendor, { edits: 20, editsOfFile: 20, history: 0, only: ['deltas'] })
      return checks.flatMap(({ notes }) => notes).filter((note) => note.includes('at once'))
    }
    expect(await notesOf({})).toEqual([])
    // It says when a whole file is loaded, and not when a command is.
    const whole = replace(/ {10}yield\n {8}\}\n/, '        }\n      yield\n')
    expect(await notesOf({ 'reader.js': whole })).toEqual([
      'each file takes effect at once, so the order of its commands is not proved; a reader yields after each command that takes effect',
    ])
  })

  test.for<BrokenVendor>([
    ['without a README', { 'README.md': undefined }, { folder: /^there is no README\.md: / }],
    [
      'without a reader',
      { 'reader.js': undefined, 'unnoticed.json': undefined },
      { folder: /^there is no reader\.js: no file is proved/ },
    ],
    [
      'whose template has a misspelt field in one branch',
      {
        'vendor.json': replace(
          '"list":',
          '"log": { "type": "choice", "help": "x", "default": "no", "choices": { "no": "x", "yes": "x" } }, "list":',
        ),
        'rules.hbs': replace('list {{', '{{#if is.log.yes}}# {{hedaer}}{{/if}}\nlist {{'),
      },
      { files: /rules\.hbs: unknown field "hedaer" .*did you mean "header"/ },
    ],
    [
      'whose template calls a helper that is not there',
      { '_set.hbs': replace('{{cidr}}', '{{upper cidr}}') },
      {
        files:
          /_set\.hbs: unknown helper "upper" at 2:16; expected if, unless, each, with, json, xml, join, add, uuid, oneLine, lookup$/,
      },
    ],
    [
      'whose template does not end a block',
      { 'rules.hbs': replace('{{/each}}\n', '') },
      { files: /rules\.hbs: Parse error on line 8: \S.*; a block has no end, such as \{\{\/each\}\}$/ },
    ],
    [
      'whose file has spaces at the end of a line',
      { 'rules.hbs': replace('{{header}}', '{{header}} ') },
      { files: /^a line ends in a space$/ },
    ],
    [
      'that prints another port',
      { '_rule.hbs': replace('{{text}}', '{{first}}') },
      { proof: /does not match the policy: outbound tcp ports 8001 to 8080/ },
    ],
    [
      'whose device keeps what an older file said',
      {
        'reader.js': replace("if (kind === 'full') clear()", ''),
        'vendor.json': replace('[{ "part": "rules" }]', '[]'),
      },
      { reload: /which allows more than the policy/ },
    ],
    [
      'whose delta takes nothing out',
      { 'vendor.json': (text) => text.replace('"unset {{name}}"', '"# {{name}}"').replace('"unset "', '"# "') },
      { deltas: /the delta is not proved: .*allowed, but not in the policy/ },
    ],
    [
      'whose delta may not be loaded twice',
      {
        'reader.js': replace(
          "if (kind === 'full') clear()",
          "if (kind === 'full') clear()\n      else if (rules.isOld) notes.push({ place: { part: files[0].part, line: 1 }, text: '', reason: 'is there' })\n      else rules.isOld = true",
        ),
      },
      { deltas: /^has no delta, .* does not end with .*, or not when it is loaded twice$/ },
    ],
    [
      'whose reader does not look at the action',
      {
        'reader.js': replace('place, direction, action, protocol', "place, direction, action: 'allow', protocol"),
      },
      { edits: /^not noticed: `rule outbound deny tcp .*` in place of `rule outbound allow tcp / },
    ],
    [
      'whose deltas look like nothing that it recognises',
      { 'vendor.json': replace('"^(?:un)?(?:set|rule) [A-Za-z]"', '"^rule "') },
      { deltas: /^no pattern of "recognise" matches a delta, so an outdated one would not be removed$/ },
    ],
    [
      'whose reader skips lines of deltas that it does not know',
      { 'reader.js': replace('= take(line)', "= (kind === 'full' || /^(un)?set /.test(line.text)) && take(line)") },
      { edits: /^not noticed in a delta: the line `(?:un)?setq \S+ \S+` after `(?:un)?set / },
    ],
    [
      'that accepts an edit which is noticed',
      {
        'unnoticed.json': replace('[{', '[{ "edits": ["drop"], "lines": "^rule ", "why": "no" }, {'),
      },
      { edits: /^unnoticed\.json accepts drop of lines that match \^rule , but each is noticed$/ },
    ],
    [
      'that accepts a finding which is not there',
      { 'accepted.json': '[{ "check": "folder", "finding": "^there is no README", "why": "a draft" }]' },
      { folder: /^accepted\.json accepts "\^there is no README", which is not found$/ },
    ],
    [
      'whose names may hold spaces',
      { 'vendor.json': (text) => text.replaceAll('[A-Za-z0-9-]*$', '[A-Za-z0-9 -]*$') },
      { hostile: /^the name of a rule may be "Web 1" .*: the file is not proved then: / },
    ],
    [
      'whose cases have an option that it lacks',
      { 'expected/cases.json': '[{ "lst": "blue" }]' },
      { files: /^these options: small has no option "lst"; did you mean "list"\?$/ },
    ],
  ])('%s', findsWhatIsBroken)
})

test('tries nothing with files that cannot be made or proved, and says so', async () => {
  const statesOf = async (changes: Files) => {
    const { code, out } = await tagwall(vendorWith(changes), ['vendor', 'check', 'small'])
    expect(code).toBe(1)
    return out.split('\n').slice(2, 10)
  }
  const misspelt = { '_set.hbs': replace('{{cidr}}', '{{cdir}}') }
  expect(await statesOf(misspelt)).toEqual([
    'ok         folder   without limits',
    '1 finding  files    0 files of 11 policies under 1 setting',
    ...['proof  ', 'reload ', 'deltas ', 'edits  ', 'audit  ', 'hostile'].map(
      (check) => `-          ${check}  not tried, because no file can be made`,
    ),
  ])
  const spaced = { '_set.hbs': replace('set {{../name}} {{cidr}}', 'set  {{../name}} {{cidr}}') }
  expect(await statesOf(spaced)).toEqual([
    'ok          folder   without limits',
    'ok          files    11 files of 11 policies under 1 setting',
    '2 findings  proof    full files on an empty device, 39 rules read back',
    ...['reload ', 'deltas ', 'edits  ', 'audit  ', 'hostile'].map(
      (check) => `-           ${check}  not tried, because no file is proved`,
    ),
  ])
})

test('runs only the checks that are named, and says which did not run', async () => {
  const folder = vendorWith({ 'README.md': undefined })
  const check = async (...argv: string[]) => {
    const { code, out, err } = await tagwall(folder, ['vendor', 'check', 'small', ...argv])
    return { code, text: code === 2 ? err : out }
  }
  expect(await check('--only', 'proof,files', '--only', 'proof')).toEqual({
    code: 0,
    text: `small: A small firewall

ok  files  11 files of 11 policies under 1 setting
ok  proof  full files on an empty device, 39 rules read back

no findings
not run: folder, reload, deltas, edits, audit, hostile
`,
  })
  const { code, text } = await check('--only', 'folder', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(text)).toMatchObject({
    checks: [{ check: 'folder' }],
    notRun: ['files', 'proof', 'reload', 'deltas', 'edits', 'audit', 'hostile'],
  })
  expect(await check('--only', 'prof')).toEqual({
    code: 2,
    text: 'tagwall: unknown check "prof"; did you mean "proof"?\n',
  })
  expect(await check('--only', 'x')).toEqual({
    code: 2,
    text: 'tagwall: unknown check "x"; expected folder, files, proof, reload, deltas, edits, audit, hostile\n',
  })
})

describe('tagwall vendor', () => {
  const refused = async (argv: readonly string[], files: Record<string, string> = {}) => {
    const { code, out, err } = await tagwall(folderWith(files), ['vendor', ...argv])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    return err
  }

  test('is refused a folder that is no vendor, and an unknown task', async () => {
    expect(await refused(['check', 'nowhere'])).toBe(
      'tagwall: nowhere is not a vendor: expected a folder with a file vendor.json\n',
    )
    expect(await refused(['chek', 'nowhere'])).toBe('tagwall: unknown task "chek"; did you mean "check"?\n')
  })

  test('starts a vendor with a name that is free, and overwrites none', async () => {
    const folder = folderWith({ 'taken/small/vendor.json': '{}', file: '' })
    const run = async (...argv: string[]) => {
      const { code, out, err } = await tagwall(folder, ['vendor', 'new', ...argv])
      return code === 0 ? out : err
    }
    expect(await run('small', '--dir', 'my vendors')).toBe(`wrote my vendors/small/README.md
wrote my vendors/small/_rule.hbs
wrote my vendors/small/_set.hbs
wrote my vendors/small/package.json
wrote my vendors/small/reader.js
wrote my vendors/small/rules.hbs
wrote my vendors/small/unnoticed.json
wrote my vendors/small/vendor.json

next:
  tagwall vendor check 'my vendors/small'
  tagwall emit small --vendors 'my vendors'
`)
    const made = join(folder, 'my vendors/small')
    expect(readdirSync(made).sort()).toEqual(Object.keys(smallVendor()).sort())
    for (const [name, text] of Object.entries(smallVendor())) expect(readFileSync(join(made, name), 'utf8')).toBe(text)
    expect(await run('small', '--dir', 'taken')).toBe(
      'tagwall: taken/small exists, and is not overwritten; nothing was written\n',
    )
    expect(readdirSync(join(folder, 'taken/small'))).toEqual(['vendor.json'])
    for (const name of ['Small', 'a/b', '..', '_a', 'nul', 'a'.repeat(41)])
      expect(await run(name)).toBe(
        `tagwall: "${name}" is not the name of a vendor: expected 1 to 40 lower-case letters, digits and "-"; --dir says where its folder goes\n`,
      )
    expect(await run('list')).toBe(
      'tagwall: list is a shipped vendor: choose another name, or change the shipped one with "extends" in a vendor.json of your own\n',
    )
    expect(await run('small', '--dir', 'file')).toMatch(
      /^tagwall: file\/small cannot be written: .*; nothing was written\n$/,
    )
    expect(readdirSync(folder).sort()).toEqual(['file', 'my vendors', 'taken'])
  })

  test('names what is wrong with a manifest, and the nearest right key', async () => {
    const err = await refused(['check', 'small'], {
      'small/vendor.json': '{\n "title": "x",\n "artefacts": [{ "part": "a", "tmplate": "a.hbs" }]\n}\n',
    })
    expect(err).toMatch(/vendor\.json.*is not a valid vendor manifest/)
    expect(err).toMatch(/"tmplate".*"template"/)
  })
})

const WRONG: readonly [what: string, changes: Files][] = [
  ['a key of the manifest', { 'vendor.json': replace('"rule": { "max"', '"rule": { "mx": 1, "max"') }],
  ['a form of the manifest', { 'vendor.json': replace('"recognise"', '"families": ["ipv5"],\n  "recognise"') }],
  ['a comma', { 'vendor.json': replace('firewall",', 'firewall"') }],
  ['a doubled key', { 'vendor.json': replace('"names"', '"title": "x",\n  "names"') }],
  ['the name of a template', { 'vendor.json': replace('"rules.hbs"', '"rule.hbs"') }],
  ['a vendor of the same folder to extend', { 'vendor.json': '{ "extends": "other" }', '../other/vendor.json': '{}' }],
  ['an object in a template', { '_rule.hbs': replace('{{set.name}}', '{{set}}') }],
  [
    'a line of the manifest',
    {
      'vendor.json': replace('"items"', '"lines": { "port": "eq {{first}}" }, "items"'),
      '_rule.hbs': replace('{{action}}', '{{action}} {{> port}}'),
    },
  ],
  ['a partial', { 'rules.hbs': replace('list {{', '{{> heading}}\nlist {{'), '_heading2.hbs': '' }],
  ['a reader that is not built', { 'reader.js': undefined, 'reader.ts': 'export const read = 1' }],
  ['a function of the kit', { 'reader.js': replace('kit.portList', 'kit.protList') }],
  ['a field of a reading', { 'reader.js': replace('lists: []', 'list: []') }],
]

test('what is wrong in a vendor is one sentence', async () => {
  const rows: [name: string, text: string][] = []
  for (const [what, changes] of WRONG) {
    const folder = vendorWith(changes)
    const { code, out, err } = await tagwall(folder, ['emit', 'small', '--vendors', '.'])
    expect({ what, code, out }).toEqual({ what, code: 2, out: '' })
    rows.push([what, err.trimEnd().split('\n').at(-1)?.replaceAll(`${folder}/`, '') ?? ''])
  }
  await expectPage('wrong-vendors.txt', rows)
})

// The tests load a reader in another way than Node.
test('the kind of a script that is wrong is one sentence', () => {
  const folder = vendorWith({ 'package.json': '{ "type": "commonjs" }' })
  const { status, stdout, stderr } = program(folder, 'emit small --vendors .')
  expect({ status, stdout, last: stderr.trimEnd().split('\n').at(-1) }).toEqual({
    status: 2,
    stdout: '',
    last: 'tagwall: ./small/reader.js is an ES module, but ./small/package.json says "type": "commonjs": put a package.json with { "type": "module" } beside the reader',
  })
})

test('a template that nothing uses is a finding', async () => {
  const lines = { 'vendor.json': replace('"items"', '"lines": { "loose": "z" }, "items"') }
  const findings = await findingsOf({ ...lines, '_stray.hbs': 'x', 'other.hbs': 'y' }, ['folder'])
  expect(findings).toEqual({
    folder: ['_stray.hbs', 'other.hbs', 'loose'].map(
      (file) => `nothing uses the template ${file}: remove or rename it`,
    ),
  })
  const used = { '_rule.hbs': replace('{{set.name}}', '{{> name}}'), '_name.hbs': '{{set.name}}' }
  expect(await findingsOf(used, ['folder'])).toEqual({})
})

describe('tagwall emit --view', () => {
  // No template of it is valid.
  const viewOf = async (...argv: string[]) => {
    const folder = vendorWith({ 'rules.hbs': '{{nothing' })
    const { code, out, err } = await tagwall(folder, ['emit', 'small', '--vendors', '.', '--view', ...argv])
    return code === 0 ? JSON.parse(out) : err
  }
  const namesOf = (rules: readonly { name: string }[]) => rules.map(({ name }) => name)

  test('prints what templates see before they are valid', async () => {
    const view = await viewOf('--set', 'list=blue', '--family', 'ipv4')
    expect(view).toMatchObject({ vendor: 'small', policy: 'arc-kubernetes', options: { list: 'blue' } })
    expect(namesOf(view.rules)).toContain('AllowMCROutboundAccess')
    expect(view.prefixes.length).toBeGreaterThan(100)
    expect(view.prefixes.filter(({ isIpv6 }: { isIpv6: boolean }) => isIpv6)).toEqual([])
  })

  test('of one rule, and with a policy', async () => {
    const view = await viewOf('--policy', 'arc-servers', '--rule', 'AllowAADOutboundAccess')
    expect(view.policy).toBe('arc-servers')
    expect(namesOf(view.rules)).toEqual(['AllowAADOutboundAccess'])
    expect(view.prefixes).toEqual(view.sets[0].prefixes)
    expect(await viewOf('--rule', 'AllowADOutboundAccess')).toBe(
      'tagwall: small has no rule "AllowADOutboundAccess"; did you mean "AllowAADOutboundAccess", "AllowAzOutboundAccess" or "AllowMCROutboundAccess"?\n',
    )
  })

  test('of a delta, and of a rollback', async () => {
    const forth = await viewOf('--since', '2025-11-03', '--rule', 'AllowAzOutboundAccess')
    expect(forth).toEqual({ header: expect.stringMatching(/2025-11-03.*2025-11-10/), changes: [] })
    const [wide, back] = [await viewOf('--since', '2025-10-06'), await viewOf('--since', '2025-10-06', '--rollback')]
    const namesOfChange = (change: string, { changes }: { changes: { change: string; name: string }[] }) =>
      changes.filter((one) => one.change === change).map(({ name }) => name)
    expect(namesOfChange('grow', wide).length).toBeGreaterThan(0)
    expect(namesOfChange('shrink', back).reverse()).toEqual(namesOfChange('grow', wide))
  })
})
