import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderAll } from '../../src/compile/render-target.ts'
import { hasErrors } from '../../src/finding/finding.ts'
import { applies, type OptionValue } from '../../src/model/option.ts'
import type { Option } from '../../src/model/vendor.ts'
import { THOROUGH } from '../thorough.ts'
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

const POLICIES = ['base', 'a denial in between', 'a local side of both directions']

/** The options that have each outcome. */
async function outcomesOf(form: Form): Promise<ReadonlyMap<string, readonly string[]>> {
  const outcomes = new Map<string, string[]>()
  let turn = 0
  for (const [name, option] of Object.entries(form.vendor.options)) {
    const now = form.options[name] as OptionValue
    if (!applies(option.when ?? {}, form.options)) continue
    for (const value of othersOf(name, option, now)) {
      const to = { ...form, options: { ...form.options, [name]: value } }
      const isCarried = (policy: string) => {
        const ruleset = rulesetFor(policy)
        return carries(form, ruleset) && !hasErrors(renderAll(ruleset, to).findings)
      }
      const first = turn++ % POLICIES.length
      const inTurn = [...POLICIES.slice(first), ...POLICIES.slice(0, first)]
      const tried = THOROUGH ? POLICIES.filter(isCarried) : [inTurn.find(isCarried)]
      for (const policy of tried) {
        if (policy === undefined) continue
        const way = await wayBetween(form, { [name]: value }, policy)
        const outcome = way
          .replace(/^\d+, back \d+$/, 'a delta, and a rollback')
          .replaceAll(new RegExp(`\\b${name}\\b`, 'g'), 'it')
        const known = outcomes.get(outcome) ?? []
        outcomes.set(outcome, known.includes(name) ? known : [...known, name])
      }
    }
  }
  return outcomes
}

const EXPECTED = join(import.meta.dirname, 'expected/options.txt')

test('each option, from one value to another', { timeout: 600_000 }, async () => {
  const known = readFileSync(EXPECTED, 'utf8').split(/^(?=\S)/m)
  const texts: string[] = []
  for (const [index, form] of formsWith().entries()) {
    const outcomes = await outcomesOf(form)
    const lines = [...outcomes].map(([outcome, names]) => `  ${names.join(', ')}: ${outcome}\n`)
    texts.push(`${form.name}\n${lines.join('')}`)
    // Each value with one policy shows some of the outcomes.
    for (const [outcome, names] of outcomes) {
      const line = known[index]?.split('\n').find((line) => line.endsWith(`: ${outcome}`)) ?? ''
      expect(line.replace(`: ${outcome}`, '').trim().split(', '), `${form.name}: ${outcome}`).toEqual(
        expect.arrayContaining([...names]),
      )
    }
  }
  if (THOROUGH) await expect(texts.join('')).toMatchFileSnapshot(EXPECTED)
})
