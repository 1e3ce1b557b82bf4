import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Rulesets } from '../../src/change/commands/delta-files.ts'
import { type RenderedDelta, renderDelta } from '../../src/change/commands/render-delta.ts'
import { compile } from '../../src/compile/compile.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { explain } from '../../src/finding/finding.ts'
import { memo } from '../../src/model/lazy.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { resolveOptions } from '../../src/vendor/vendor.ts'
import { expectationOf } from '../../src/verify/expectation.ts'
import { prove } from '../../src/verify/prove.ts'
import { documentOf } from '../notation.ts'
import { SMALL } from './changes.ts'
import { fullLoad } from './cleaned.ts'
import { devicesOf, type Form } from './forms.ts'

// Deltas, rollbacks, reloads and cleanups of policies with local sides and rules that deny, in every form that carries them. The
// golden file says for each whether there is a delta and how long it is, or why there is none: read it as you would read code.

const LAN = ['10.20.0.0/16', '2001:db8:20::/48']
const POLICY = {
  rules: [
    { name: 'NoA', tags: ['Storage.*'], optional: true, action: 'deny', protocol: 'any', priority: 140 },
    { name: 'Web', tags: ['Sql'], ports: [443], priority: 150, local: LAN },
    { name: 'NoFront', tags: ['Front'], action: 'deny', protocol: 'any', priority: 155, local: ['10.20.9.0/24'] },
    { name: 'Door', tags: ['Front'], direction: 'both', ports: [443], priority: 160, local: LAN },
    {
      name: 'More',
      tags: ['Cosmos.*'],
      optional: true,
      ports: [53],
      protocol: 'udp',
      priority: 165,
      local: ['10.20.9.1'],
    },
    { name: 'NoB', tags: ['Redis.*'], optional: true, action: 'deny', protocol: 'any', priority: 170, local: LAN },
    { name: 'Any', tags: ['Sql', 'Front'], protocol: 'any', priority: 180, local: LAN },
  ].map((rule) => ({ direction: 'outbound', ...rule })),
}

const BASE = 'Sql=20.0.0.0/24,20.0.4.0/24,2603:1000::/48 Front=20.1.0.0/24,2603:1001::/48'
const CHANGES: readonly (readonly [title: string, before: string, after: string])[] = [
  ['one prefix for another', BASE, BASE.replace('20.0.4.0/24', '20.0.8.0/24')],
  ['a prefix that one rule denies and others allow is another', BASE, BASE.replace('20.1.0.0/24', '20.7.0.0/24')],
  ['the last IPv6 prefix leaves a set', BASE, BASE.replace(',2603:1000::/48', '')],
  ['a rule that denies appears before all others', BASE, `${BASE} Storage.A=20.0.0.0/25`],
  ['a rule that denies appears between others', BASE, `${BASE} Redis.A=20.0.4.0/25,2603:1001::/64`],
  ['a rule that allows appears between others', BASE, `${BASE} Cosmos.A=20.5.0.0/24`],
  ['all three appear', BASE, `${BASE} Storage.A=20.0.0.0/25 Redis.A=20.0.4.0/25 Cosmos.A=20.5.0.0/24`],
  ['a rule that denies grows', `${BASE} Storage.A=20.0.0.0/25`, `${BASE} Storage.A=20.0.0.0/24`],
]

const PARSED = parsePolicy(JSON.stringify(POLICY), 'edge', 'edge.yaml')
function rulesetFor(tags: string, published: string): Ruleset {
  const document = documentOf(tags, 'public', published)
  return compile(PARSED, { document, names: [...document.tags.keys()], where: '' }).ruleset
}
const changeOf = (before: string, after: string): Rulesets => ({
  before: rulesetFor(before, '2025-11-03'),
  after: rulesetFor(after, '2025-11-10'),
})
const back = ({ before, after }: Rulesets): Rulesets => ({ before: after, after: before })

/** A form whose files place the rules at one of somebody else's. */
const placed = (name: string, settings: Record<string, unknown>): Form => {
  const form = SMALL.find((form) => form.name === name) as Form
  const options = resolveOptions(form.vendor, { groupMembers: 4, ...settings }, 'test')
  return { ...form, name: `${name} ${JSON.stringify(settings)}`, options }
}
const PLACED = [
  placed('fortigate', { beforePolicy: 7 }),
  placed('fortigate', { afterPolicy: 7 }),
  placed('paloalto', { beforeRule: 'Deny all' }),
  placed('paloalto', { afterRule: 'Deny all' }),
]
const CARRIES = /^(?:iptables|nftables|paloalto|fortigate|nsg|json)$/
const CARRY = SMALL.filter(
  ({ target, name }) => CARRIES.test(target) && name !== 'nsg' && !/groupMembers=20/.test(name),
)
const FORMS = [...CARRY, ...PLACED]

/** What every test asks about: each change in each form with its delta and its rollback, made once. */
const walked = memo((form: Form) =>
  Promise.all(
    CHANGES.map(async ([title, before, after]) => {
      const change = changeOf(before, after)
      const [delta, rollback] = [await renderDelta(change, form, true), await renderDelta(back(change), form, true)]
      return { title, change, delta, rollback }
    }),
  ),
)

function saidOf({ files, findings, proof }: RenderedDelta): string {
  const sizes = files.map(({ text }) => text.split('\n').length - 1).join(' + ')
  return (
    findings
      .map(explain)[0]
      ?.replace(/^target "[^"]*" has no delta, so load the full file: /, 'none: ')
      .replace(/;.*/, '') ?? `${proof?.commands} commands, ${sizes} lines`
  )
}

test('each change, there and back', async () => {
  const lines: string[] = []
  for (const [index, [title]] of CHANGES.entries()) {
    lines.push(title)
    for (const form of FORMS) {
      const there = (await walked(form))[index]
      const [delta, rollback] = [there?.delta, there?.rollback].map((one) => one && saidOf(one))
      lines.push(`  ${form.name.padEnd(40)} ${delta}${rollback === delta ? '' : `; back ${rollback}`}`)
    }
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'expected/sides.txt'))
})

describe.for(FORMS.map((form) => [form.name, form] as const))('%s:', ([, form]) => {
  test('a delta and then its rollback end where they began', async () => {
    const loaded = await devicesOf(form)
    for (const { title, change, delta: there, rollback: again } of await walked(form)) {
      if (there.files.length === 0 || again.files.length === 0) continue
      const device = loaded([renderAll(change.before, form).files], [there.files, 'delta'], [again.files, 'delta'])
      expect(prove(expectationOf(form, change.before), device.reading()).findings.map(explain), title).toEqual([])
    }
  })

  test('a delta ends in the order of a full load', async () => {
    const loaded = await devicesOf(form)
    for (const { title, change, delta } of await walked(form)) {
      const { files } = delta
      if (files.length === 0) continue
      const [byDelta, fresh] = [
        loaded([renderAll(change.before, form).files], [files, 'delta']),
        loaded([renderAll(change.after, form).files]),
      ].map((device) => [...new Set(device.reading().rules.map(({ direction, name }) => `${direction} ${name}`))])
      expect(byDelta, title).toEqual(fresh)
    }
  })
})

test.for(
  [...PLACED, ...CARRY.filter(({ target }) => /nftables|iptables/.test(target))].map(
    (form) => [form.name, form] as const,
  ),
)('%s: a full load over an older one keeps the order, and a cleanup removes what is left', async ([, form]) => {
  for (const [title, before, after] of CHANGES) {
    for (const change of [changeOf(before, after), back(changeOf(before, after))]) {
      const { findings } = await fullLoad(change, form)
      expect(findings.map(explain), title).toEqual([])
    }
  }
})
