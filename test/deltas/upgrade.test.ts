import { expect, test } from 'vitest'
import { renderDelta } from '../../src/change/commands/render-delta.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { explain } from '../../src/finding/finding.ts'
import { itemDifference } from '../../src/model/item.ts'
import { rulesetFor } from './edits.ts'
import { devicesOf, formFor } from './forms.ts'

// Files in place that an older template worded otherwise: the delta starts from them, and makes those words again.

const OLD = 'Words of an older template'

/** Where the full files of each form have words of a rule, as in the first version of their templates. */
const WORDED: readonly (readonly [vendor: string, options: Record<string, string>, words: RegExp])[] = [
  ['paloalto', {}, /(?<=^set rulebase security rules "Web" description ")[^"]*/m],
  ['paloalto', { form: 'xml' }, /(?<=<entry name="Web">[\s\S]*?<description>)[^<]*/],
  ['fortigate', {}, /(?<=set name "Web"[\s\S]*?set comments ")[^"]*/],
  ['juniper-srx', {}, /(?<=policy Web description ")[^"]*/],
  ['nsg', { mode: 'prefixes', form: 'rules' }, /(?<="description": ")[^"]*/],
  ['json', {}, /(?<="description": ")[^"]*/],
  ['cisco-asa', { load: 'lines' }, /(?<=^ description ).*/m],
  ['cisco-ios', {}, /(?<=-v6\n description ).*/],
]

const CASES = WORDED.flatMap((one) => [[...one, 'one rule'] as const, [...one, 'a description'] as const])

test.for(CASES)('%s %o, words %s, to %s', async ([vendor, options, words, to]) => {
  const form = formFor(vendor, options)
  const change = { before: rulesetFor('a description'), after: rulesetFor(to) }
  const start = renderAll(change.before, form).files.map((file) => ({ ...file, text: file.text.replace(words, OLD) }))
  expect(start.map(({ text }) => text).join('')).toContain(OLD)
  const { files, findings } = await renderDelta(change, form, true, { start })
  expect(findings.map(explain)).toEqual([])

  const loaded = await devicesOf(form)
  const [device, fresh] = [loaded([start], [files, 'delta']), loaded([renderAll(change.after, form).files])]
  const { added, removed, changed, moved } = itemDifference(fresh.items(), device.items(), form.vendor.order)
  expect({ added, removed, changed, moved }).toEqual({ added: [], removed: [], changed: [], moved: [] })
})
