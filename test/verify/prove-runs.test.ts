import { expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import type { AddressList, Reading } from '../../src/model/reading.ts'
import { KIT } from '../../src/verify/kit.ts'
import { proveDelta } from '../../src/verify/prove-delta.ts'
import { follow as followTables } from '../../vendors/iptables/reader.ts'
import { follow as followList } from '../../vendors/list/reader.ts'
import { documentOf, policyOf, randomOf, setOf } from '../notation.ts'

// A run of commands that only add to one set, or only take out of it, has one reading. It must show what a reading after
// each command would.

const BLOCKS = Array.from({ length: 8 }, (_, index) => `20.0.${2 * index}.0/24`)
const CONTEXT = { options: {}, purpose: 'prove', narrow: {}, kit: KIT } as const

const rulesetOf = (blocks: readonly string[]) => {
  const document = documentOf(`Sql=${blocks.join()}`)
  return compile(policyOf('100 Web: Sql outbound tcp 443'), { document, names: ['Sql'], where: '' }).ruleset
}

/** What the list holds after each line by itself. */
function* slowly(before: readonly string[], added: readonly string[], removed: readonly string[]): Generator<Reading> {
  const lines = new Set(before)
  const state = (): Reading => {
    const list: AddressList = { part: 'all', addresses: setOf([...lines].join(' ')) }
    return { rules: [], lists: [list], notes: [] }
  }
  yield state()
  for (const line of added) {
    lines.add(line)
    yield state()
  }
  for (const line of removed) {
    lines.delete(line)
    yield state()
  }
}

test('a list is proved, or not, as if each line were looked at', () => {
  const random = randomOf(11)
  const some = () => BLOCKS.filter(() => random(2) === 0)
  const seen = { proved: 0, not: 0 }
  for (let round = 0; round < 600; round++) {
    const [before, after] = [
      [BLOCKS[0] as string, ...some()],
      [BLOCKS[1] as string, ...some()],
    ].map((blocks) => [...new Set(blocks)]) as [string[], string[]]
    // Most deltas are right; in some a line is missing, or too many.
    const spoilt = (lines: string[]) => {
      const how = random(12)
      if (how === 0) return lines.slice(1)
      return how === 1 ? [...lines, BLOCKS[random(BLOCKS.length)] as string] : lines
    }
    const added = spoilt(after.filter((block) => !before.includes(block)))
    const removed = spoilt(before.filter((block) => !after.includes(block)))
    const claim = { target: 'edge', by: 'addresses', before: rulesetOf(before), after: rulesetOf(after) } as const
    const file = (part: string, lines: readonly string[]) => ({
      part,
      family: undefined,
      text: lines.map((line) => `${line}\n`).join(''),
    })
    const quick = proveDelta(
      claim,
      followList([file('all', before)], [file('added', added), file('removed', removed)], CONTEXT),
    )
    const slow = proveDelta(claim, slowly(before, added, removed))
    expect(quick.findings.length > 0, `round ${round}`).toBe(slow.findings.length > 0)
    expect(quick.proof).toEqual(slow.proof)
    seen[quick.proof ? 'proved' : 'not']++
  }
  expect(Math.min(seen.proved, seen.not)).toBeGreaterThan(20)
})

test('of sets, each run of lines has one reading, which says how many lines it stands for', () => {
  const file = (part: string, text: string) => ({ part, family: undefined, text })
  const rules = `*filter
:TAGWALL-OUT - [0:0]
:TAGWALL-OUT-100 - [0:0]
:TAGWALL-OUT-101 - [0:0]
:TAGWALL-IN - [0:0]
-A TAGWALL-OUT -p tcp --dport 443 -m conntrack --ctstate NEW -j TAGWALL-OUT-100
-A TAGWALL-OUT -p udp --dport 443 -m conntrack --ctstate NEW -j TAGWALL-OUT-101
-A TAGWALL-OUT-100 -m set --match-set one dst -m comment --comment "One" -j ACCEPT
-A TAGWALL-OUT-101 -m set --match-set two dst -m comment --comment "Two" -j ACCEPT
COMMIT
`
  const sets = `create one hash:net family inet maxelem 131072 -exist
create two hash:net family inet maxelem 131072 -exist
flush one
flush two
add one 20.0.0.0/24
add two 20.0.0.0/24
`
  const delta = `add one 20.0.2.0/24 -exist
add one 20.0.4.0/24 -exist
add two 20.0.2.0/24 -exist
del one 20.0.0.0/24 -exist
# comment
del one 20.0.2.0/24 -exist
add one 20.0.6.0/24 -exist
`
  const rulesFile = { ...file('rules', rules), family: 'ipv4' as const }
  const readings = [
    ...followTables([file('sets', sets), rulesFile], [file('sets', delta)], {
      ...CONTEXT,
      options: { chain: 'TAGWALL', match: 'ipset' },
    }),
  ]
  expect(readings.flatMap(({ notes }) => notes)).toEqual([])
  const shown = readings.map(({ rules, commands }) => [
    commands,
    ...rules.map(({ far }) => far.addresses.texts.join(' ')),
  ])
  expect(shown).toEqual([
    [undefined, '20.0.0.0/24', '20.0.0.0/24'],
    [2, '20.0.0.0/24 20.0.2.0/24 20.0.4.0/24', '20.0.0.0/24'],
    [1, '20.0.0.0/24 20.0.2.0/24 20.0.4.0/24', '20.0.0.0/24 20.0.2.0/24'],
    [2, '20.0.4.0/24', '20.0.0.0/24 20.0.2.0/24'],
    [1, '20.0.4.0/24 20.0.6.0/24', '20.0.0.0/24 20.0.2.0/24'],
  ])
})
