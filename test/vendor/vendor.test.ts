import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Vendor } from '../../src/model/vendor.ts'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { expectOutcomes } from '../golden-page.ts'
import { problemOf } from '../notation.ts'

const root = mkdtempSync(join(tmpdir(), 'tagwall-vendor-'))
afterAll(() => rmSync(root, { recursive: true }))

/** A folder of vendors, each with a manifest (text is written as it is) and templates of no content. */
function vendorsIn(folder: string, manifests: Readonly<Record<string, unknown>>, templates = ['rules.hbs']): string {
  for (const [name, manifest] of Object.entries(manifests)) {
    mkdirSync(join(root, folder, name), { recursive: true })
    const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest)
    writeFileSync(join(root, folder, name, 'vendor.json'), text)
    for (const template of templates) writeFileSync(join(root, folder, name, template), `${folder} ${template}`)
  }
  return join(root, folder)
}

const RULES = { part: 'rules', template: 'rules.hbs', when: {} }
const manifest = (more: object = {}) => ({ title: 'A firewall', artefacts: [RULES], ...more })

const INTEGER = { type: 'integer', help: 'h', default: 1, min: 0, max: 9 }

let folders = 0
/** A vendor called `acme` with such a manifest. */
const read = (content: unknown) => readVendor('acme', [vendorsIn(`${folders++}`, { acme: content })])

/** What is wrong with a manifest, without the name of its file. */
const problem = (content: unknown) => problemOf(() => read(content)).replace(/^(\w+: ).*vendor\.json[ :]/, '$1')

test('behind its own entries a manifest has the least that a vendor carries', () => {
  const { carries } = read(manifest({ carries: { actions: ['allow', 'deny'] } }))
  expect(carries.map(({ actions }) => actions)).toEqual([['allow', 'deny'], ['allow']])
})

test('fills in the defaults of a manifest', () => {
  const { folder, templates, ...vendor } = read(manifest())
  const checks = { when: {}, max: 255, pattern: '^[^\\u0000-\\u001f]+$', shorten: false, reserved: {} }
  const name = { ...checks, prefix: '', replace: {}, lower: false }
  const least = {
    ...{ when: {}, actions: ['allow'], protocols: ['tcp', 'udp'], directions: ['outbound', 'inbound', 'both'] },
    ...{ local: [], objectFamilies: 'together', addressFamilies: ['ipv4', 'ipv6'], hint: '' },
  }
  expect(vendor).toEqual({
    name: 'acme',
    title: 'A firewall',
    kind: 'other',
    carries: [least],
    options: {},
    words: {},
    families: [],
    setBySet: [],
    listPerDirection: [],
    split: [{ when: {}, by: 'none' }],
    names: { rule: [name], set: [name], service: [name], object: { prefix: undefined, replace: {} } },
    priority: [],
    closing: [],
    groups: undefined,
    limits: {},
    models: {},
    order: 'each',
    lines: {},
    items: [],
    deltas: [],
    cleanup: [],
    init: { ask: [], extension: '' },
    recognise: [],
    unaudited: [],
    narrows: {},
    runbook: { prepare: [], load: [], print: [], confirm: [], abort: [], audit: {} },
    artefacts: [
      { ...RULES, family: undefined, each: undefined, suffix: '', parts: false, object: undefined, entry: undefined },
    ],
  })
  expect([...templates].map(([file, template]) => [file, template()({}, {})])).toEqual([
    ['rules.hbs', `${folder.split('/').at(-2)} rules.hbs`],
  ])
})

const INVALID = 'UserErrors: is not a valid vendor manifest'
const MODE = { mode: { type: 'choice', default: 'a', choices: { a: 'x', b: 'y' }, help: 'h' } }
const derived = (more: object) => {
  const items = [{ each: 'rules', make: 'rules.hbs', gone: 'rules.hbs', ...more }]
  return manifest({ recognise: ['^set'], items, deltas: [{ part: 'rules' }] })
}
const option = (more: object) => manifest({ options: { mode: { help: 'h', ...more } } })

test('a case of a limit without a hint uses the hint of the limit', () => {
  const cases = [{ when: { mode: 'b' }, max: 5, source: 'b' }]
  const { limits } = read(manifest({ options: MODE, limits: { rules: { max: 9, source: 's', hint: 'h', cases } } }))
  expect(limits).toEqual({
    rules: {
      when: {},
      max: 9,
      source: 's',
      hint: 'h',
      unverified: false,
      cases: [{ when: { mode: 'b' }, max: 5, source: 'b', hint: 'h', unverified: false }],
    },
  })
})

const REFUSED: Readonly<Record<string, unknown>> = {
  'that is cut': '{"title": ',
  'that is a list': [],
  'without artefacts': manifest({ artefacts: [] }),
  'with an unknown key': manifest({ titel: 'x' }),
  'with words for what we do not say': manifest({ words: { alow: 'permit', '-': ':', deny: 'drop' } }),
  'with an unknown limit': manifest({ limits: { rulez: { max: 1, source: 's', hint: 'h' } } }),
  'with a limit of unknown source': manifest({ limits: { rules: { max: 1, source: '', hint: 'h' } } }),
  'with a limit that says no way out': manifest({ limits: { rules: { max: 1, source: 's' } } }),
  'whose limit has a case that never holds': manifest({
    options: MODE,
    limits: { rules: { source: 's', hint: 'h', when: { mode: 'c' } } },
  }),
  'with a model whose limit it does not have': manifest({
    models: { big: { help: 'h', limits: { rules: { max: 1, source: 's' } } } },
  }),
  'with a model without a number': manifest({ models: { big: { help: 'h', limits: { rules: { source: 's' } } } } }),
  'with parts of unknown size': manifest({ artefacts: [{ ...RULES, parts: true }] }),
  'with entries of a request that no line is': manifest({
    limits: { requestEntries: { max: 9, source: 's', hint: 'h' } },
  }),
  'with objects that begin nowhere': manifest({ artefacts: [{ ...RULES, object: '(' }] }),
  'with an extension that is none': manifest({ deltas: [{ ...RULES, extension: 'sh' }] }),
  'that narrows an audit to what nobody describes': manifest({ narrows: { interface: { isZone: true } } }),
  'with parts of one file for each set': manifest({
    artefacts: [{ ...RULES, parts: true, each: 'set' }],
    limits: { bytes: { source: 's', hint: 'h' } },
  }),
  'that splits by what is not there': manifest({ split: [{ when: {}, by: 'port' }] }),
  'whose template is a path': manifest({ artefacts: [{ ...RULES, template: '../x.hbs' }] }),
  'whose suffix is a path': manifest({ artefacts: [{ ...RULES, suffix: '/../x' }] }),
  'whose template is not there': manifest({ artefacts: [{ ...RULES, template: 'rule.hbs' }] }),
  'whose cleanup has no template': manifest({
    recognise: ['^set'],
    cleanup: [{ part: 'sets', template: 'clean.hbs' }],
  }),
  'whose deltas could be files of anyone': manifest({ items: [{ each: 'cover', make: '{{cidr}}' }], deltas: [RULES] }),
  'whose items are made and never go': derived({ gone: undefined }),
  'whose entries are made and never go': derived({ each: 'entries' }),
  'whose items stand in a block that nothing closes': derived({ within: ['config firewall policy'] }),
  'whose members begin in no valid way': derived({ members: { line: '^(', add: 'append', take: 'unselect' } }),
  'whose items have a template that is not there': derived({ place: 'place.hbs' }),
  'whose groups have a place': derived({ each: 'groups', place: 'rules.hbs' }),
  'whose whole goes': derived({ each: 'once' }),
  'whose groups overlap': derived({ each: 'groups', members: { list: 'members', add: 'rules.hbs', apart: true } }),
  'whose items belong into a file that no delta has': derived({ part: 'rule', gonePart: 'rules' }),
  'whose delta comes from nothing': manifest({ recognise: ['^set'], deltas: [{ part: 'rules' }] }),
  'whose delta is a template with lines around it': manifest({
    recognise: ['^set'],
    items: [{ each: 'cover', make: '{{cidr}}' }],
    deltas: [{ ...RULES, begin: 'rules.hbs' }],
  }),
  'whose condition names an option that is not there': manifest({
    options: MODE,
    artefacts: [{ ...RULES, when: { mood: 'a' } }],
  }),
  'whose condition can never hold': manifest({ options: MODE, artefacts: [{ ...RULES, when: { mode: 'c' } }] }),
  'with an option that can never have an effect': manifest({
    options: { ...MODE, x: { type: 'boolean', default: false, help: 'h', when: { mode: ['a', 'c'] } } },
  }),
  'with an option that hangs on one that is not there': option({ ...MODE.mode, when: { form: 'a' } }),
  'whose split can never apply': manifest({
    options: { log: { type: 'boolean', default: true, help: 'h' } },
    split: [{ when: { log: 'true' }, by: 'tag' }],
  }),
  'whose families hang on an option that is not there': manifest({
    families: [{ when: { form: 'a' }, families: ['ipv4'] }],
  }),
  'whose runbook prepares a file': manifest({ runbook: { prepare: [{ run: ['copy {name} flash:'], source: 's' }] } }),
  'whose runbook fills in what nobody knows': manifest({
    runbook: { prepare: [{ run: ['copy {nmae}'], source: 's' }] },
  }),
  'whose offset is not there': manifest({ priority: { min: 1, max: 9, ipv6Offset: 'offset' } }),
  'whose group size is no number': manifest({ options: MODE, groups: { members: 'mode', families: 'apart' } }),
  'whose object prefix is not there': manifest({ names: { object: { prefix: 'p' } } }),
  'with a default that is no choice': option({ ...MODE.mode, default: 'c' }),
  'with a default out of range': option({ type: 'integer', default: 10, min: 1, max: 9 }),
  'with a default against its pattern': option({ type: 'string', default: 'a b', pattern: '^[a-z]+$' }),
  'with a pattern that is none': option({ type: 'string', default: '', pattern: '(' }),
  'with an option of no type': option({ type: 'colour', default: 'red' }),
}

test('refuses a manifest', async () => {
  await expectOutcomes('manifest-refusals.txt', REFUSED, (content) => problem(content))
})

test('names every problem at once', () => {
  expect(problem(manifest({ title: '', artefacts: [{ ...RULES, part: 'A part' }] }))).toBe(
    [
      `${INVALID}:`,
      '  line 1: title: is empty',
      '  line 1: artefacts[0].part: expected text that matches /^[a-z0-9][a-z0-9-]{0,39}$/',
    ].join('\n'),
  )
})

test("counts the user's folder over the shipped one", () => {
  const shipped = vendorsIn('shipped', { nsg: manifest(), iptables: manifest({ title: 'shipped' }) })
  const own = vendorsIn('own', { iptables: manifest({ title: 'own' }), acme: manifest(), _family: manifest() })
  mkdirSync(join(own, 'no-manifest'))
  writeFileSync(join(own, 'README.md'), '')
  expect([...listVendors([shipped, own])]).toEqual([
    ['acme', join(own, 'acme')],
    ['iptables', join(own, 'iptables')],
    ['nsg', join(shipped, 'nsg')],
  ])
  expect(problemOf(() => readVendor('_family', [own]))).toMatch(/^UserError: unknown vendor "_family"/)
  expect(readVendor('iptables', [shipped, own]).title).toBe('own')
  expect(readVendor('iptables', [own, shipped]).title).toBe('shipped')
  expect(readVendor('iptables', [shipped, own]).templates.get('rules.hbs')?.()({}, {})).toBe('own rules.hbs')
})

test('names the vendor that was meant, or all', () => {
  const folder = vendorsIn('two', { fortigate: manifest(), nsg: manifest() })
  expect(problemOf(() => readVendor('fortigat', [folder], 'tagwall.yaml:3:4'))).toBe(
    'UserError: tagwall.yaml:3:4: unknown vendor "fortigat"; did you mean "fortigate"?',
  )
  expect(problemOf(() => readVendor('pf-sense', [folder]))).toBe(
    'UserError: unknown vendor "pf-sense"; expected fortigate, nsg',
  )
})

test('takes what a folder lacks from the vendor that it extends, in an earlier folder', () => {
  const choices = { options: { a: INTEGER, b: INTEGER }, words: { allow: 'permit' }, recognise: ['^x'] }
  const shipped = vendorsIn('base', { acme: manifest(choices) }, ['rules.hbs', '_line.hbs'])
  const changes = { options: { a: { default: 7 }, b: null }, recognise: ['^y'] }
  const own = vendorsIn('changed', { acme: { extends: 'acme', title: 'Ours', ...changes } }, ['_line.hbs'])
  const further = vendorsIn('further', { ours: { extends: 'acme', title: 'Further' } }, [])
  const vendor = readVendor('ours', [shipped, own, further])
  expect(vendor).toMatchObject({ name: 'ours', title: 'Further', words: { allow: 'permit' }, recognise: ['^y'] })
  expect(vendor.options).toEqual({ a: { when: {}, ...INTEGER, default: 7 } })
  expect(Array.from(vendor.templates, ([file, template]) => [file, template()({}, {})]).sort()).toEqual([
    ['_line.hbs', 'changed _line.hbs'],
    ['rules.hbs', 'base rules.hbs'],
  ])
  expect([vendor.base?.folder, vendor.base?.base?.folder]).toEqual([join(own, 'acme'), join(shipped, 'acme')])
})

test.for([
  [{ extends: 'acne' }, 'vendor.json: "extends": unknown vendor "acne"; did you mean "acme"?'],
  [{ extends: 'ours' }, 'vendor.json: "extends": unknown vendor "ours"; expected acme'],
  [{ extends: ['acme'] }, 'vendor.json: "extends" is not the name of a vendor'],
  [{ extends: 'acme', artefacts: null }, 'vendor.json is not a valid vendor manifest: artefacts: is missing'],
  [{ extends: 'acme', colour: 1 }, 'vendor.json is not a valid vendor manifest: line 1: unknown key "colour"'],
])('refuses %j', ([content, want]) => {
  const shipped = vendorsIn(`${folders++}`, { acme: manifest() })
  const own = vendorsIn(`${folders++}`, { ours: content }, [])
  expect(problemOf(() => readVendor('ours', [shipped, own])).replace(/^\w+: .*vendor\.json/, 'vendor.json')).toBe(want)
})

test('a vendor cannot extend one of the same folder, or itself', () => {
  const folder = vendorsIn('same', { acme: { extends: 'acme' } })
  expect(problemOf(() => readVendor('acme', [folder]))).toBe(
    `UserError: ${join(folder, 'acme/vendor.json')}: "extends": unknown vendor "acme"; expected the name of a folder with vendor.json`,
  )
})

test.for(['nowhere', 'a-file', 'a-file/below'])('refuses %s as a folder of vendors', (name) => {
  writeFileSync(join(root, 'a-file'), '')
  const path = join(root, name)
  expect(problemOf(() => listVendors([path]))).toBe(`UserError: cannot find the vendor folder ${path}`)
})

const OPTIONS = {
  zone: { type: 'string', default: 'lan', pattern: '^[a-z]*$', help: 'h' },
  tags: { type: 'list', default: ['a'], pattern: '^[a-z]+$', min: 1, help: 'h' },
  first: { type: 'integer', default: 100, min: 1, max: 4096, help: 'h' },
  log: { type: 'boolean', default: false, help: 'h' },
  mode: { type: 'choice', default: 'tags', choices: { tags: 'x', prefixes: 'y' }, help: 'h' },
  ports: { type: 'list', default: ['any'], pattern: '^[a-z]+$', min: 1, exclusive: ['any', 'all'], help: 'h' },
  name: { type: 'string', default: '', pattern: '^[a-z]*$', expects: 'lower-case letters', help: 'h' },
  names: { type: 'list', default: [], pattern: '^[a-z]*$', expects: 'lower-case letters', min: 0, help: 'h' },
  offset: { type: 'integer', default: 5, min: 0, max: 9, help: 'h', when: { mode: 'prefixes', zone: ['wan', 'dmz'] } },
} as const
const VENDOR = {
  name: 'acme',
  options: Object.fromEntries(Object.entries(OPTIONS).map(([name, option]) => [name, { when: {}, ...option }])),
} as unknown as Vendor
const DEFAULTS = {
  zone: 'lan',
  tags: ['a'],
  first: 100,
  log: false,
  mode: 'tags',
  ports: ['any'],
  name: '',
  names: [],
  offset: 5,
}

test.for<[name: string, given: object, want: object]>([
  ['nothing', {}, {}],
  [
    'values of their types',
    { zone: '', tags: ['b', 'c'], first: 1, log: true, mode: 'prefixes' },
    { zone: '', tags: ['b', 'c'], first: 1, log: true, mode: 'prefixes' },
  ],
  [
    'text for each',
    { zone: 'wan', tags: 'b,c', first: '4096', log: 'true', mode: 'prefixes' },
    { zone: 'wan', tags: ['b', 'c'], first: 4096, log: true, mode: 'prefixes' },
  ],
  ['text for false', { log: 'false' }, { log: false }],
  ['several that are not exclusive', { ports: 'http,https' }, { ports: ['http', 'https'] }],
  ['an exclusive one', { ports: 'all' }, { ports: ['all'] }],
  [
    'one that has an effect',
    { offset: 9, mode: 'prefixes', zone: 'dmz' },
    { offset: 9, mode: 'prefixes', zone: 'dmz' },
  ],
  ['the default of one that has none', { offset: '5' }, {}],
])('reads %s', ([, given, want]) => {
  expect(resolveOptions(VENDOR, given as never, 'here')).toEqual({ ...DEFAULTS, ...want })
})

test.for<[given: object, want: string]>([
  [{ zone: 'a b' }, 'option "zone" of acme: "a b" does not match ^[a-z]*$'],
  [{ name: 'B' }, 'option "name" of acme: "B" is invalid; expected lower-case letters'],
  [{ names: 'a,B' }, 'option "names" of acme: "B" is invalid; expected lower-case letters'],
  [{ zone: 'lan\n' }, 'option "zone" of acme: "lan\\n" does not match ^[a-z]*$'],
  [{ zone: 7 }, 'option "zone" of acme: expected text'],
  [{ zone: null }, 'option "zone" of acme: expected text'],
  [{ tags: 'b,,c' }, 'option "tags" of acme: "" does not match ^[a-z]+$'],
  [{ tags: [] }, 'option "tags" of acme: expected at least 1'],
  [{ tags: 7 }, 'option "tags" of acme: expected a list of texts'],
  [{ first: '0' }, 'option "first" of acme: expected a whole number from 1 to 4096'],
  [{ first: 4097 }, 'option "first" of acme: expected a whole number from 1 to 4096'],
  [{ first: '1e3' }, 'option "first" of acme: expected a whole number from 1 to 4096'],
  [{ first: '' }, 'option "first" of acme: expected a whole number from 1 to 4096'],
  [{ first: 1.5 }, 'option "first" of acme: expected a whole number from 1 to 4096'],
  [{ first: true }, 'option "first" of acme: expected a whole number from 1 to 4096'],
  [{ log: 'yes' }, 'option "log" of acme: expected true or false'],
  [{ log: 1 }, 'option "log" of acme: expected true or false'],
  [{ mode: 'prefix' }, 'option "mode" of acme: "prefix" is not one of tags, prefixes; did you mean "prefixes"?'],
  [{ mode: 'toString' }, 'option "mode" of acme: "toString" is not one of tags, prefixes'],
  [{ ports: 'http,any' }, 'option "ports" of acme: "any" stands for every value, so it must be the only one'],
  [{ ports: ['all', 'all'] }, 'option "ports" of acme: "all" stands for every value, so it must be the only one'],
  [{ offset: 6, zone: 'wan' }, 'option "offset" of acme has no effect: it needs mode=prefixes, but mode is tags'],
  [
    { offset: 6 },
    'option "offset" of acme has no effect: it needs mode=prefixes, and zone=wan or zone=dmz, but mode is tags and zone is lan',
  ],
  [{ zones: 'lan' }, 'acme has no option "zones"; did you mean "zone"?'],
  [
    { interface: 'x' },
    'acme has no option "interface"; it has zone, tags, first, log, mode, ports, name, names, offset',
  ],
  [
    { constructor: 'x' },
    'acme has no option "constructor"; it has zone, tags, first, log, mode, ports, name, names, offset',
  ],
])('refuses %j', ([given, want]) => {
  expect(problemOf(() => resolveOptions(VENDOR, given as never, 'tagwall.yaml:9:5'))).toBe(
    `UserErrors: tagwall.yaml:9:5: ${want}`,
  )
})

test('names every invalid option at once', () => {
  expect(problemOf(() => resolveOptions(VENDOR, { log: 'yes', mod: 'x', first: 0 }, 'here'))).toBe(
    [
      'UserErrors: here:',
      '  acme has no option "mod"; did you mean "mode" or "log"?',
      '  option "first" of acme: expected a whole number from 1 to 4096',
      '  option "log" of acme: expected true or false',
    ].join('\n'),
  )
})

test('says so if a vendor has no options', () => {
  const bare = { name: 'bare', options: {} } as unknown as Vendor
  expect(problemOf(() => resolveOptions(bare, { x: 1 }, 'here'))).toBe(
    'UserErrors: here: bare has no option "x"; it has none',
  )
})

test.for([...listVendors([SHIPPED.vendors]).keys()])('%s says what its audits do not look at', (name) => {
  expect(readVendor(name, [SHIPPED.vendors]).unaudited).not.toEqual([])
})

test('every option of a shipped vendor says which texts it accepts', () => {
  const silent = [...listVendors([SHIPPED.vendors]).keys()].flatMap((name) =>
    Object.entries(readVendor(name, [SHIPPED.vendors]).options)
      .filter(([, option]) => 'pattern' in option && option.expects === undefined)
      .map(([option]) => `${name} ${option}`),
  )
  expect(silent).toEqual([])
})
