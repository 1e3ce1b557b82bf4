import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderAll } from '../../src/compile/render-target.ts'
import { hasErrors } from '../../src/finding/finding.ts'
import { applies, type OptionValue } from '../../src/model/option.ts'
import type { Option } from '../../src/model/vendor.ts'
import { carries, rulesetFor } from './edits.ts'
import { type Form, formsWith } from './forms.ts'
import { wayBetween } from './options.ts'

// Every option of every form that has deltas, with every other choice or one other value.

const VALUES: Readonly<Record<string, OptionValue>> = {
  firstPolicyId: 60000,
  groupMembers: 2,
  nearSide: '10.0.0.0/8',
  chain: 'AZURE',
}

function othersOf(name: string, option: Option, now: OptionValue): OptionValue[] {
  const value = VALUES[name]
  if (option.type === 'list') return [[`${value ?? 'other'}`]]
  if (value !== undefined) return [value]
  if (option.type === 'boolean') return [!now]
  if (option.type === 'integer') return [Number(now) + 100]
  return option.type === 'choice' ? Object.keys(option.choices).filter((choice) => choice !== now) : ['other']
}

/** A line for each outcome, with the options that have it. */
async function outcomesOf(form: Form): Promise<string> {
  const outcomes = new Map<string, string[]>()
  for (const [name, option] of Object.entries(form.vendor.options)) {
    const now = form.options[name] as OptionValue
    if (!applies(option.when ?? {}, form.options)) continue
    for (const value of othersOf(name, option, now)) {
      const to = { ...form, options: { ...form.options, [name]: value } }
      for (const policy of ['base', 'a denial in between', 'a local side of both directions']) {
        const ruleset = rulesetFor(policy)
        if (!carries(form, ruleset) || hasErrors(renderAll(ruleset, to).findings)) continue
        const way = await wayBetween(form, { [name]: value }, policy)
        const outcome = way
          .replace(/^\d+, back \d+$/, 'a delta, and a rollback')
          .replaceAll(new RegExp(`\\b${name}\\b`, 'g'), 'it')
          .replace(/(is not proved): .*$/, '$1')
        const known = outcomes.get(outcome) ?? []
        outcomes.set(outcome, known.includes(name) ? known : [...known, name])
      }
    }
  }
  return `${form.name}\n${[...outcomes].map(([outcome, names]) => `  ${names.join(', ')}: ${outcome}\n`).join('')}`
}

test('each option, from one value to another', { timeout: 600_000 }, async () => {
  const texts: string[] = []
  for (const form of formsWith()) texts.push(await outcomesOf(form))
  await expect(texts.join('')).toMatchFileSnapshot(join(import.meta.dirname, 'expected/options.txt'))
})
