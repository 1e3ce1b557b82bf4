import { createRequire } from 'node:module'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import { describe, expect, test } from 'vitest'
// @ts-expect-error the build's own script has no types
import { PRELUDE, templateCode } from '../../build/template-code.mjs'
import { type Job, renderAll } from '../../src/commands/artefacts.ts'
import { HELPERS, templatesOf } from '../../src/emit/render.ts'
import type { Vendor } from '../../src/model/vendor.ts'
import { SHIPPED } from '../../src/paths.ts'
import type { PreparedVendor } from '../../src/source/prepared.ts'
import { listVendors, readVendor, resolveOptions } from '../../src/source/vendor.ts'
import { casesOf, DOCUMENT, PUBLISHED } from '../conformance/golden.ts'
import { ROOT, rulesetOf } from '../fixtures.ts'

// The functions that the build makes of templates print what Handlebars prints, and refuse what it refuses.

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
  '_rule.hbs': '{{name}}:\n{{#each tags}}\n  {{this}} {{../name}}\n{{/each}}\n\nend',
  '_at.hbs': '{{#if @first}}1{{/if}}{{> inner}}',
}

const textsOf = (template: string) => new Map(Object.entries({ ...PARTIALS, 'rules.hbs': template }))

function byHandlebars(template: string): string {
  return templatesOf({ folder: 'acme', templates: textsOf(template) } as unknown as Vendor)('rules.hbs', VIEW)
}

function byCode(template: string): string | undefined {
  const code: string | undefined = templateCode('rules.hbs', textsOf(template))
  return code && new Function(`${PRELUDE}\nreturn ${code}`)()(VIEW, HELPERS)
}

test.for([
  'nothing',
  '{{header}} {{json header}} {{xml header}} {{! a comment }}',
  '{{json rules.[0].tags}} {{json options}} {{rules.[1].tags}}',
  '{{#each rules}}{{join tags ", "}}|{{/each}}',
  '{{add count 7 8}} {{count}} {{#if count}}some{{else}}none{{/if}}{{#unless count}}none{{/unless}}',
  '{{#each rules}}{{@index}}{{#if @first}}first{{/if}}{{#unless @last}}, {{/unless}}{{@key}}{{/each}}',
  '{{#each rules}}{{#each tags}}{{this}}{{../name}}{{@root.options.zone}} {{/each}}{{/each}}',
  '{{#each options}}{{@key}}={{this}} {{/each}}',
  '{{#each rules}}{{#each none}}x{{else}}-{{/each}}{{/each}}',
  '{{#with options}}{{zone}}{{../count}}{{/with}}{{#with rules.[0].none}}x{{else}}none{{/with}}{{#with count}}{{this}}{{/with}}',
  'a\n{{#each rules}}\n    {{> rule}}\n{{/each}}\nb',
  '{{#each rules}}\n  {{> rule}}\n\n{{/each}}',
  '{{#*inline "inner"}}{{@root.header}}{{/inline~}}\n{{#each rules}}{{> at}} {{/each}}',
  '{{#if options.log}}a{{else if count}}b{{else}}c{{/if}}{{#if count}}a{{else if options.log}}b{{/if}}',
  '\\{{name}} {{~count~}} x',
])('prints the same: %s', (template) => {
  expect(byCode(template)).toBe(byHandlebars(template))
})

test.for([
  '{{nmae}}',
  '{{options.zoen}}',
  '{{#each rulse}}x{{/each}}',
  '{{#if nmae}}x{{/if}}',
  '{{json nmae}}',
  '{{#each rules}}{{#if set.di}}x{{/if}}{{/each}}',
  '{{#each rules}}{{#each tags}}{{isInbound}}{{/each}}{{/each}}',
  '{{add header}}',
])('refuses the same: %s', (template) => {
  expect(() => byHandlebars(template)).toThrow()
  expect(() => byCode(template)).toThrow()
})

test.for([
  '{{#each rules as |rule|}}{{rule.name}}{{/each}}',
  '{{#rules}}x{{/rules}}',
  '{{lookup options "zone"}}',
  '{{json (lookup options "zone")}}',
  '{{> rule set=options}}',
  '{{> nowhere}}',
  '{{#each rules}}{{#each tags}}{{@../index}}{{/each}}{{/each}}',
  '{{jsno header}}',
  '{{../name}}',
])('leaves to Handlebars: %s', (template) => {
  expect(byCode(template)).toBeUndefined()
})

// What `npm run build` wrote for the published program, against the templates themselves.
describe('shipped vendors as they were built', () => {
  const built: (file: string) => PreparedVendor = createRequire(import.meta.url)
  for (const [name, folder] of listVendors([SHIPPED.vendors])) {
    const vendor = readVendor(name, [SHIPPED.vendors])
    const { manifest, templates, readers } = built(join(ROOT, `dist/vendor-${name}.cjs`))
    const prepared: Vendor = { ...manifest, name, folder, templates, readers }

    test(`${name}: the manifest`, () => {
      const { templates: _, ...rest } = vendor
      const { templates: __, readers: ___, ...same } = prepared
      expect(same).toEqual(rest)
      for (const template of templates.values()) expect(typeof template).toBe('function')
    })

    test.for(casesOf(folder).map((one) => [one.policy, one.title, one] as const))(
      `${name}: %s with %s`,
      ([policy, , { file, setting }]) => {
        const ruleset = rulesetOf(file, policy, DOCUMENT, PUBLISHED)
        const options = resolveOptions(vendor, setting, 'case')
        const render = (vendor: Vendor) =>
          renderAll(ruleset, { target: name, vendor, options, family: undefined } as Job)
        expect(render(prepared)).toEqual(render(vendor))
      },
    )
  }
})

test('escapes for XML as Handlebars does', () => {
  const text = `<a href="x">'&\`=é</a>`
  expect(HELPERS.xml(text)).toBe(Handlebars.escapeExpression(text))
})
