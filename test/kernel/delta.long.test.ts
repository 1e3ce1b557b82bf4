import { describe, expect, test } from 'vitest'
import { parsePrefixOrAddress } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import type {} from '../../src/change/commands/delta-files.ts'
import { renderDelta } from '../../src/change/commands/render-delta.ts'
import { type Rendered, renderAll } from '../../src/compile/render-target.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { formFor } from '../deltas/forms.ts'
import { shippedRulesets } from '../deltas/history.ts'
import { someOf } from '../thorough.ts'
import { kernel } from './kernel.ts'
import { reasonToSkip } from './namespace.ts'
import { type Loadable, load, stateOf } from './state.ts'

// The deltas of the shipped history, one after the other, in a real kernel: each leads to what the full files would have
// made of an empty one. What ipset is told is told it line by line, and each set is looked at after every line.

const REASON = reasonToSkip()
if (REASON) console.log(`kernel deltas: skipped, ${REASON}`)
const RULESETS = shippedRulesets()
const LAST = RULESETS.length - 1
/** Every step of the history, then the long way back and forth. */
const WALK = [...someOf([...RULESETS.keys()], 3), 0, LAST]

const textsOf = (files: readonly Rendered[]): Loadable => {
  const text = (part: string, family?: string) =>
    files.find((file) => file.part === part && file.family === family)?.text ?? ''
  return { sets: text('sets'), ipv4: text('rules', 'ipv4'), ipv6: text('rules', 'ipv6') }
}

describe.skipIf(REASON !== undefined)('deltas in the kernel', () => {
  test.for(['rules', 'ipset'])('match=%s', { timeout: 300_000 }, async (match) => {
    const job = formFor('iptables', { match })
    const device = await kernel()
    load(device, textsOf(renderAll(RULESETS[0] as Ruleset, job).files))
    let commands = 0
    for (const [index, at] of WALK.slice(1).entries()) {
      const [before, after] = [RULESETS[WALK[index] as number] as Ruleset, RULESETS[at] as Ruleset]
      const delta = textsOf((await renderDelta({ before, after }, job, true)).files)
      const lines = delta.sets.split('\n').filter((line) => /^(?:add|del|create|flush|swap|destroy) /.test(line))
      const saves = device.run(['sh', '-ec', ONE_BY_ONE], lines.map((line) => `${line}\n`).join('')).split('next\n')
      commands += lines.length
      for (const [index, line] of lines.entries()) {
        for (const [name, held] of setsOf(saves[index] as string)) {
          const [was, is] = [before, after].map((ruleset) => setIn(ruleset, name)) as [PrefixSet, PrefixSet]
          expect(held.contains(was.intersect(is)), `${line}: ${name} lost what both have`).toBe(true)
          expect(was.union(is).contains(held), `${line}: ${name} holds what neither has`).toBe(true)
        }
      }
      load(device, { ...delta, sets: '' })
      const fresh = await kernel()
      load(fresh, textsOf(renderAll(after, job).files))
      const wanted = stateOf(fresh)
      fresh.close()
      expect(stateOf(device), `${before.published} to ${after.published}`).toEqual(wanted)
      // Once more changes nothing.
      load(device, delta)
      expect(stateOf(device)).toEqual(wanted)
    }
    console.log(`kernel deltas, match=${match}: ${WALK.length - 1} deltas, ${commands} ipset commands one by one`)
  })
})

/** Gives ipset the lines of stdin, and prints what all sets hold after each. */
const ONE_BY_ONE = 'while read -r line; do echo "$line" | ipset restore; ipset save; echo next; done'

/** What each set holds, by what "ipset save" prints. */
function setsOf(save: string): Map<string, PrefixSet> {
  const members = new Map<string, string[]>()
  for (const line of save.split('\n')) {
    const [, verb, name = '', member] = /^(create|add) (\S+) (\S+)/.exec(line) ?? []
    if (verb === 'create') members.set(name, [])
    else if (verb === 'add') members.get(name)?.push(member as string)
  }
  return new Map([...members].map(([name, list]) => [name, PrefixSet.of(list.map(parsePrefixOrAddress))]))
}

/** What the ruleset has for `tagwall-out-150-v4`. */
function setIn({ sets }: Ruleset, name: string): PrefixSet {
  const set = sets.find(({ id }) => name.includes(`-${id}-`))
  if (!set) throw new Error(`no set ${name}`)
  return set.prefixes.family(name.endsWith('-v6') ? 'ipv6' : 'ipv4')
}
