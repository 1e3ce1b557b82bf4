import { expect, test } from 'vitest'
import type { Vendor } from '../../../src/model/vendor.ts'
import { templatesOf } from '../../../src/vendor/render/render.ts'
import { templateOf } from '../../../src/vendor/templates.ts'

const VIEW = {
  header: 'Tags & "more"',
  count: 0,
  rules: [
    { name: 'Web', isInbound: false, tags: ['Sql', 'Storage'], set: { id: 'out-150' }, none: [] },
    { name: 'Door', isInbound: true, tags: ['Redis'], set: { id: 'in-151' }, none: [] },
  ],
  options: { zone: 'lan', log: true },
}

const PARTIALS = {
  '_line.hbs': '{{header}}\n {{options.zone}}\n',
  '_outer.hbs': '({{> rule}})\n',
  '_rule.hbs': '{{name}}:{{set.id}};',
  '_slip.hbs': '{{#if nmae}}{{/if}}',
  '_whole.hbs': '  {{options}}',
}

const renderOf = (texts: Readonly<Record<string, string>>) => {
  const templates = new Map(Object.entries(texts).map(([file, text]) => [file, templateOf(text)]))
  return templatesOf({ folder: 'acme', templates, lines: {} } as unknown as Vendor)
}

/** The text of a template, or what is wrong with it. */
function rendered(template: string): string {
  try {
    return renderOf({ ...PARTIALS, 'rules.hbs': template })('rules.hbs', VIEW)
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

test.for([
  ['a\n {{options}}', '{{options}} at 2:1 prints an object: print one of its fields (zone, log)'],
  [
    '{{#each rules}}{{../options}}{{/each}}',
    '{{../options}} at 1:15 prints an object: print one of its fields (zone, log)',
  ],
  ['{{#with options}}{{this}}{{/with}}', '{{this}} at 1:17 prints an object: print one of its fields (zone, log)'],
  [
    '{{lookup rules 1}}',
    '{{lookup}} at 1:0 prints an object: print one of its fields (name, isInbound, tags, set, none)',
  ],
  ['set {{xml options}} b', '{{xml}} at 1:4 prints an object: print one of its fields (zone, log)'],
  ['{{#if (xml options)}}{{/if}}', '{{xml}} at 1:6 prints an object: print one of its fields (zone, log)'],
  [
    '{{join rules ","}}',
    '{{join}} at 1:0 prints an object: print one of its fields (name, isInbound, tags, set, none)',
  ],
  [
    '{{rules}}',
    '{{rules}} at 1:0 prints a list of objects: go through it with {{#each}}, and print a field of each (name, isInbound, tags, set, none)',
  ],
])('%s prints an object, which is an error', ([template, want]) => {
  expect(rendered(template as string)).toBe(`UserError: cannot render the template acme/rules.hbs: ${want}`)
})

test('a text like that of an object is printed as any other', () => {
  expect(renderOf({ 'rules.hbs': '{{header}}' })('rules.hbs', { header: '[object Object]' })).toBe('[object Object]')
})

test.for([
  ['{{> slip}}', 'slip', 'unknown field "nmae" at 1:6'],
  ['{{> slip set=count}}', 'slip', 'unknown field "nmae" at 1:6'],
  ['{{> whole}}', 'whole', '{{options}} at 1:2 prints an object: print one of its fields (zone, log)'],
])('an error in a partial names its file: %s', ([template, partial, want]) => {
  expect(rendered(template as string)).toBe(`UserError: cannot render the template acme/_${partial}.hbs: ${want}`)
})

test.for([
  ['nothing', 'nothing'],
  ['{{header}}', 'Tags & "more"'],
  ['{{json header}}', '"Tags & \\"more\\""'],
  ['{{xml header}}', 'Tags &amp; &quot;more&quot;'],
  ['{{json rules.[0].tags}} {{json options}}', '["Sql","Storage"] {"zone":"lan","log":true}'],
  ['{{#each rules}}{{join tags ", "}}|{{/each}}', 'Sql, Storage|Redis|'],
  ['{{add count 7 8}}', '15'],
  ['{{count}} {{#if count}}some{{else}}none{{/if}}', '0 none'],
  ['{{#each rules}}{{@index}}{{#if @first}}first{{/if}}{{#unless @last}}, {{/unless}}{{/each}}', '0first, 1'],
  [
    '{{#each rules}}{{#each tags}}{{@../index}}{{this}}{{../name}}{{@root.options.zone}} {{/each}}{{/each}}',
    '0SqlWeblan 0StorageWeblan 1RedisDoorlan ',
  ],
  [
    '{{#each rules as |rule|}}{{#each rule.tags as |tag|}}{{rule.name}} {{tag}};{{/each}}{{/each}}',
    'Web Sql;Web Storage;Door Redis;',
  ],
  ['{{#each options}}{{@key}}={{this}} {{/each}}', 'zone=lan log=true '],
  ['{{#each rules}}{{#each none}}x{{else}}-{{/each}}{{/each}}', '--'],
  ['{{#with options}}{{zone}}{{/with}}', 'lan'],
  ['{{#each rules}}{{> rule}}{{/each}}', 'Web:out-150;Door:in-151;'],
  ['{{#each rules}}{{> rule set=@root.rules.[1].set}}{{/each}}', 'Web:in-151;Door:in-151;'],
  // The end of a partial's file is no end of the line that the partial stands in.
  ['<{{> line}}>', '<Tags & "more"\n lan>'],
  ['{{> line}}\n>', 'Tags & "more"\n lan\n>'],
  ['<\n  {{> line}}\n>', '<\n  Tags & "more"\n   lan\n>'],
  ['<{{#each rules}}{{> outer}} {{/each}}>', '<(Web:out-150;) (Door:in-151;) >'],
  ['{{#each rules}}\n{{> outer}}\n{{/each}}\n', '(Web:out-150;)\n(Door:in-151;)\n'],
  ['{{#*inline "own"}}\na\n{{/inline}}\n<{{> own}}>', '<a>'],
  ['{{lookup options "zone"}}', 'lan'],
  ['a {{#oneLine}}<b>\n  {{header}}\n</b>\n{{/oneLine}} c', 'a <b>Tags & "more"</b> c'],
  ['{{uuid "6ba7b810-9dad-11d1-80b4-00c04fd430c8" "www." "example.com"}}', '2ed6657d-e927-568b-95e1-2665a8aea6a2'],
  ['{{#if options.log}}a{{else if count}}b{{/if}}', 'a'],
])('%s', ([template, want]) => {
  expect(rendered(template as string)).toBe(want)
})

// A misspelt field must never render less: it could be a firewall without rules.
test.for([
  ['{{nmae}}', 'unknown field "nmae" at 1:2'],
  ['{{options.zoen}}', 'unknown field "zoen" at 1:2; did you mean "zone"?'],
  ['{{optoins.zone}}', 'unknown field "optoins" at 1:2; did you mean "options"?'],
  ['{{#each rulse}}x{{/each}}', 'unknown field "rulse" at 1:8; did you mean "rules"?'],
  ['{{#each rulse}}x{{else}}none{{/each}}', 'unknown field "rulse" at 1:8; did you mean "rules"?'],
  ['{{#if nmae}}x{{/if}}', 'unknown field "nmae" at 1:6'],
  ['{{#if count}}x{{else if nmae}}y{{/if}}', 'unknown field "nmae" at 1:24'],
  ['{{#unless nmae}}x{{/unless}}', 'unknown field "nmae" at 1:10'],
  ['{{#with optoins}}x{{/with}}', 'unknown field "optoins" at 1:8; did you mean "options"?'],
  ['{{#rulse}}x{{/rulse}}', 'unknown field "rulse" at 1:3; did you mean "rules"?'],
  ['{{^rulse}}x{{/rulse}}', 'unknown field "rulse" at 1:3; did you mean "rules"?'],
  ['{{json nmae}}', 'unknown field "nmae" at 1:7'],
  ['{{xml nmae}}', 'unknown field "nmae" at 1:6'],
  ['{{join rulse ","}}', 'unknown field "rulse" at 1:7; did you mean "rules"?'],
  ['{{add count nmae}}', 'unknown field "nmae" at 1:12'],
  ['{{uuid header "x"}}', 'uuid: "Tags & \\"more\\"" is not a UUID'],
  ['{{add header}}', 'add: "Tags & \\"more\\"" is not a whole number'],
  ['{{lookup options "zoen"}}', 'unknown field "zoen" at 1:0; did you mean "zone"?'],
  ['{{json (lookup options "zoen")}}', 'unknown field "zoen" at 1:7; did you mean "zone"?'],
  ['{{#if @root.options.zoen}}x{{/if}}', 'unknown field "zoen" at 1:6; did you mean "zone"?'],
  ['{{#each rules}}{{#if ../optoins}}x{{/if}}{{/each}}', 'unknown field "optoins" at 1:21; did you mean "options"?'],
  ['{{#each rules}}{{#if set.di}}x{{/if}}{{/each}}', 'unknown field "di" at 1:21; did you mean "id"?'],
  ['{{#each rules}}{{#if @frist}}x{{/if}}{{/each}}', 'unknown field "frist" at 1:21; did you mean "first"?'],
  ['{{#each rules}}{{@indx}}{{/each}}', 'unknown field "indx" at 1:17; did you mean "index"?'],
  // A forgotten `../`: a tag is a text, and has no fields.
  ['{{#each rules}}{{#each tags}}{{isInbound}}{{/each}}{{/each}}', 'unknown field "isInbound" at 1:31'],
  ['{{#each rules}}{{#each tags}}{{#if isInbound}}x{{/if}}{{/each}}{{/each}}', 'unknown field "isInbound" at 1:35'],
  [
    '{{#each rules as |rule|}}{{#if rule.nmae}}x{{/if}}{{/each}}',
    'unknown field "nmae" at 1:31; did you mean "name" or "none"?',
  ],
  ['{{#each rules as |rule|}}{{rule.nmae}}{{/each}}', 'unknown field "nmae" at 1:27; did you mean "name" or "none"?'],
  ['{{> ruel}}', 'unknown partial "ruel"; did you mean "rule"?'],
  ['{{> closing}}', 'unknown partial "closing", which would be the file _closing.hbs'],
  ['{{> rule set=nmae}}', 'unknown field "nmae" at 1:13'],
  // What JavaScript has in every object, list or text is no field.
  ['{{constructor}}', 'unknown field "constructor" at 1:2'],
  ['{{toString}}', 'unknown field "toString" at 1:2'],
  ['{{__proto__}}', 'unknown field "__proto__" at 1:2'],
  ['{{#if constructor}}x{{/if}}', 'unknown field "constructor" at 1:6'],
  ['{{#toString}}x{{/toString}}', 'unknown field "toString" at 1:3'],
  ['{{rules.map}}', 'unknown field "map" at 1:2'],
  ['{{options.constructor.name}}', 'unknown field "constructor" at 1:2'],
  ['{{lookup rules "__proto__"}}', 'unknown field "__proto__" at 1:0'],
  ['{{lookup options "constructor"}}', 'unknown field "constructor" at 1:0'],
  ['{{lookup header "length"}}', 'unknown field "length" at 1:0'],
  ['{{"constructor"}}', 'unknown field "constructor" at 1:2'],
  ['{{@constructor}}', 'unknown field "constructor" at 1:2'],
  ['{{#each rules}}{{@toString}}{{/each}}', 'unknown field "toString" at 1:17'],
  ['{{#each rules as |rule|}}{{rule.constructor}}{{/each}}', 'unknown field "constructor" at 1:27'],
  ['{{#each rules}}{{#each tags as |tag|}}{{tag.trim}}{{/each}}{{/each}}', 'unknown field "trim" at 1:40'],
  ['{{#each rules}}{{#each tags as |tag|}}{{tag.nmae}}{{/each}}{{/each}}', 'unknown field "nmae" at 1:40'],
  ['{{fields.read}}', 'unknown field "fields" at 1:2'],
  ['{{jsno header}}', 'unknown helper "jsno" at 1:0; did you mean "json"?'],
  ['{{#if (jsno header)}}x{{/if}}', 'unknown helper "jsno" at 1:6; did you mean "json"?'],
])('refuses %s', ([template, want]) => {
  expect(rendered(template as string)).toBe(`UserError: cannot render the template acme/rules.hbs: ${want}`)
})

test.for(['{{#each rules}}', '{{header', '{{/each}}', '{{#if count}}x{{/each}}'])(
  'refuses %s, which is cut or crossed',
  (template) => {
    expect(rendered(template)).toMatch(/^UserError: cannot render the template acme\/rules\.hbs: [^\n]+$/)
  },
)

test('refuses a template that is not there', () => {
  const render = renderOf({})
  expect(() => render('rules.hbs', VIEW)).toThrow(/^cannot render the template acme\/rules\.hbs: /)
})

test('renders the same text twice', () => {
  const render = renderOf({ 'a.hbs': '{{header}}' })
  expect(render('a.hbs', VIEW)).toBe(render('a.hbs', VIEW))
})
