import { expect, test } from 'vitest'
import type { Vendor } from '../../../src/model/vendor.ts'
import { templatesOf } from '../../../src/vendor/render/render.ts'
import { templateOf } from '../../../src/vendor/templates.ts'
import { expectEach } from '../../golden-page.ts'

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

test('a text like that of an object is printed as any other', () => {
  expect(renderOf({ 'rules.hbs': '{{header}}' })('rules.hbs', { header: '[object Object]' })).toBe('[object Object]')
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

test('refuses a template with a sentence', async () => {
  await expectEach('template-refusals.txt', (template) =>
    rendered(template).replace(/^UserError: cannot render the template acme\//, ''),
  )
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
