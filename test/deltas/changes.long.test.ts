import { expect, test } from 'vitest'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { renderDelta } from '../../src/change/commands/render-delta.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { explain } from '../../src/finding/finding.ts'
import { readingsFrom } from '../../src/model/device.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { loadedDevice } from '../../src/vendor/checked-device.ts'
import type { Readers } from '../../src/vendor/kit/reader-api.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { expectationOf } from '../../src/verify/expectation.ts'
import { prove } from '../../src/verify/prove.ts'
import { proveDelta } from '../../src/verify/prove-delta.ts'
import { randomOf } from '../notation.ts'
import { shapeOf, someOfEach, THOROUGH } from '../thorough.ts'
import { CHANGES, changeOf, SMALL } from './changes.ts'
import { contextOf, devicesOf, formsWith } from './forms.ts'
import { shippedRulesets } from './history.ts'

// Random changes, deltas that lost a line, and how short deltas of large sets are, in every form.

/** How many of the sixty random changes must be proved of vendors whose deltas cannot add a rule, or give one other tags. */
const FEWEST: Readonly<Record<string, number>> = { mikrotik: 3, 'cisco-asa': 9, 'cisco-ios': 9 }

test.for(SMALL.map((form) => [form.name, form] as const))(
  '%s: random changes are proved, or refused',
  async ([, form]) => {
    const random = randomOf(7)
    const tag = (name: string) => {
      const prefixes = Array.from({ length: 1 + random(6) }, () =>
        `20.0.${random(8)}.0/${22 + random(3)}`
          .replace(/\.(\d+)\.0\/22/, (_, n) => `.${n & 4}.0/22`)
          .replace(/\.(\d+)\.0\/23/, (_, n) => `.${n & 6}.0/23`),
      )
      if (random(3) === 0) prefixes.push(`2603:${1000 + random(4)}::/48`)
      return `${name}=${prefixes.join(',')}`
    }
    const world = () =>
      ['Sql', 'Front', ...(random(3) > 0 ? ['Storage.A'] : []), ...(random(3) === 0 ? ['Storage.B'] : [])]
        .map(tag)
        .join(' ')
    const loaded = await devicesOf(form)
    // Where few are proved, the refusals are quick.
    const rounds = THOROUGH || form.target in FEWEST ? 60 : 20
    const [proved, refused] = [[] as number[], [] as string[]]
    for (let round = 0; round < rounds; round++) {
      const change = changeOf(world(), world())
      const { files, findings } = await renderDelta(change, form, true)
      if (files.length === 0) {
        refused.push(...findings.map(explain))
        continue
      }
      proved.push(round)
      const twice = loaded([renderAll(change.before, form).files], [files, 'delta'], [files, 'delta'])
      expect(prove(expectationOf(form, change.after), twice.reading()).findings.map(explain)).toEqual([])
    }
    const fewest = FEWEST[form.target] ?? (form.by === 'tags' ? 5 : 10)
    expect(proved.length).toBeGreaterThan((fewest * rounds) / 60)
    // Whatever is refused is refused with the way out.
    for (const sentence of refused) expect(sentence).toContain('has no delta, so load the full file: ')
  },
)

/** Lines whose loss leaves something behind, makes nothing that counts, or orders rules that all allow: it changes no address. */
const HARMLESS: Readonly<Record<string, RegExp>> = {
  iptables: /^#|^(?:create|flush|destroy) \S+-n\b/,
  paloalto:
    /^move |<move |^delete (?:\S+ )*?(?:address|address-group|service) "?[^ "]+"?$|description|log-end|^<\?xml|^<!--|<delete xpath="[^"]*\/(?:address|address-group|service)\/entry\[@name='[^']*'\]"|^\{"action": "(?:move"|delete", "xpath": "[^"]*\/(?:address|address-group|service)\/entry\[@name='[^']*'\]"\}$)/,
  fortigate: /^#|^ {4}move |^ {4}next$|^ {4}delete "|set (?:name|logtraffic|comments|status)|unset (?:src|dst)addr/,
  nsg: /"description"/,
  json: /^$/,
  nftables: /^#/,
  'juniper-srx':
    /^#|^insert |^delete security address-book \S+ address \S+$|^delete .* (?:match|then)$|^set .* (?:description|then log) /,
  // The same section may be open already.
  mikrotik: /^#|^\/ip firewall address-list$/,
  'cisco-asa': /^!|^ description |^ ?exit$/,
  // A rule that comes last may come into the policy as it is, and a new field-set is not there yet.
  'arista-eos': /^!|^ *log$|^ *no (?:traffic-policy|field-set) /,
  'cisco-ios': /^!|^ description |^ ?exit$|^ deny ip host 0\.0\.0\.0 host 0\.0\.0\.0$/,
  list: /^$/,
}

test.for(SMALL.map((form) => [form.name, form] as const))(
  '%s: a delta without one of its lines is not proved',
  async ([, form]) => {
    const { device } = (await loadReader(form.vendor)) as Readers
    const changes = ['one prefix for another', 'a chunk is split', 'a rule appears'].map((title) => {
      const [, before = '', after = ''] = CHANGES.find(([known]) => known === title) ?? []
      return changeOf(before, after)
    })
    let caught = 0
    for (const { before, after } of changes) {
      const full = renderAll(before, form).files
      const { files } = await renderDelta({ before, after }, form, true)
      for (const [at, file] of files.entries()) {
        const lines = file.text.split('\n').slice(0, -1)
        const harmful = [...lines.entries()].filter(([, line]) => !HARMLESS[form.target]?.test(line))
        for (const [index, line] of someOfEach(harmful, ([, line]) => shapeOf(line))) {
          const text = `${lines.toSpliced(index, 1).join('\n')}\n`
          const mutant = files.map((other, place) => (place === at ? { ...other, text } : other))
          const expectation = { target: form.name, by: form.by, before, after }
          const led = loadedDevice(device, full, contextOf(form))
          const { findings } = proveDelta(expectation, readingsFrom(led, mutant, 'delta'))
          expect(findings, `without line ${index + 1} of ${file.part}: ${line}`).not.toEqual([])
          caught++
        }
      }
    }
    console.log(`${form.name}: ${caught} deltas with a line missing, all refused`)
  },
)

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
