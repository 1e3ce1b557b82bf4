import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PrefixSet } from '../../src/model/address/prefix-set.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { explain } from '../../src/present/text/finding.ts'
import { proveDelta } from '../../src/verify/prove-delta.ts'
import { renderDelta } from '../../src/workflow/render-delta.ts'
import { BASE, CHANGES, changeOf, SMALL } from './changes.ts'
import { formsWith } from './forms.ts'
import { shippedRulesets } from './history.ts'

// What may happen between two documents, small, in every form. The golden file says for each whether there is a delta and
// how long it is, or why there is none: read it as you would read code.

test('each change in each form, as expected', async () => {
  const lines: string[] = []
  for (const [title, before, after] of CHANGES) {
    lines.push(`${title}`)
    for (const form of SMALL) {
      const { files, findings, proof, isEmpty } = await renderDelta(changeOf(before, after), form, true)
      const said = isEmpty ? 'nothing to do' : `${proof?.commands} commands`
      const sizes = files.map(({ text }) => text.split('\n').length - 1).join(' + ')
      lines.push(`  ${form.name.padEnd(50)} ${findings.map(explain)[0] ?? `${said}, ${sizes} lines`}`)
    }
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'expected/changes.txt'))
})

test('one prefix for another is at most two objects and two memberships, in every form', async () => {
  const real = shippedRulesets().at(-1) as Ruleset
  const without = (ruleset: Ruleset, prefix: PrefixSet): Ruleset => {
    const sets = new Map(ruleset.sets.map((set) => [set, { ...set, prefixes: set.prefixes.subtract(prefix) }]))
    return {
      ...ruleset,
      sets: [...sets.values()],
      rules: ruleset.rules.map((rule) => ({ ...rule, set: sets.get(rule.set) as (typeof rule)['set'] })),
    }
  }
  const [set] = real.sets
  const [one, other] = [7, 150].map((index) => PrefixSet.of(set?.prefixes.prefixes.slice(index, index + 1) ?? []))
  const change = { before: without(real, one as PrefixSet), after: without(real, other as PrefixSet) }
  // Where a chunk is full, one more cuts it in two: that is more, and not meant here.
  for (const form of formsWith().filter(({ name }) => !name.includes('groupMembers'))) {
    const { proof, findings } = await renderDelta(change, form, true)
    expect(findings.map(explain)).toEqual([])
    // iptables loads the file of each family, changed or not, and that is a command.
    expect(proof?.commands, form.name).toBeLessThanOrEqual(4)
  }
})

test('a reader that follows nothing proves nothing', () => {
  const { before, after } = changeOf(BASE, BASE.replace('20.0.4.0/24', '20.0.8.0/24'))
  const { findings } = proveDelta({ target: 'edge', by: 'addresses', before, after }, [])
  expect(findings.map(({ code }) => code)).toContain('PROOF_FAILED')
})

test.for([
  ['paloalto', 2000],
  ['paloalto form=xml', 2000],
  ['fortigate', 240],
] as const)('%s: a set that outgrows its group of %i sheds one small group', async ([name, most]) => {
  const form = formsWith().find((form) => form.name === name) as (typeof SMALL)[number]
  const prefixes = (count: number) =>
    Array.from({ length: count }, (_, index) => `20.${index >> 7}.${2 * (index & 127)}.0/24`).join(',')
  const change = changeOf(`Sql=${prefixes(most)} Front=20.1.0.0/24`, `Sql=${prefixes(most + 1)} Front=20.1.0.0/24`)
  for (const { before, after } of [change, { before: change.after, after: change.before }]) {
    const { proof, findings } = await renderDelta({ before, after }, form, true)
    expect(findings.map(explain)).toEqual([])
    expect(proof?.commands).toBeLessThan(270)
  }
})

test('no delta if a group cannot hold older and newer members together', async () => {
  const settings = (vendor: string): Record<string, string> => (vendor === 'fortigate' ? { groupMembers: '300' } : {})
  const form = formsWith(settings).find(({ name }) => name === 'fortigate')
  const prefixes = (second: number) => Array.from({ length: 200 }, (_, index) => `20.${second}.${index}.0/25`).join(',')
  const change = changeOf(`Sql=${prefixes(4)} Front=20.1.0.0/24`, `Sql=${prefixes(8)} Front=20.1.0.0/24`)
  const { files, findings } = await renderDelta(change, form as NonNullable<typeof form>, true)
  expect(files).toEqual([])
  expect(findings.map(explain)[0]).toMatch(
    /^target "fortigate" has no delta, so load the full file: the delta does not fit the limits of the device: .*400 members in one group \(Web-v4\); the limit is 300 /,
  )
})
