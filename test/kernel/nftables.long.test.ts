import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type {} from '../../src/change/commands/delta-files.ts'
import { renderDelta } from '../../src/change/commands/render-delta.ts'
import { compile } from '../../src/compile/compile.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { CHANGES, changeOf } from '../deltas/changes.ts'
import { commandsOf, fullLoad } from '../deltas/cleaned.ts'
import { formFor } from '../deltas/forms.ts'
import { shippedRulesets } from '../deltas/history.ts'
import { ROOT } from '../fixtures.ts'
import { documentOf, policyOf, randomOf } from '../notation.ts'
import { someOf } from '../thorough.ts'
import { auditOf, GOLDEN, showUnplaced } from '../vendors/nftables-harness.ts'
import { kernel } from './kernel.ts'
import type { Namespace } from './namespace.ts'
import { nftReasonToSkip } from './nft.ts'

// What nftables is given, loaded into the kernel in a network of its own.

const REASON = nftReasonToSkip()
if (REASON) console.log(`nftables: skipped, ${REASON}`)
const FORMS = [{}, { form: 'chains', table: 'filter' }, { hook: 'router', others: 'drop' }]

/** What nft refuses to check it would refuse to load. */
const load = (namespace: Namespace, text: string) =>
  void namespace.run(['sh', '-ec', 'text=$(cat); echo "$text" | nft -c -f -; echo "$text" | nft -f -'], text)

/** All that the kernel holds, without handles and counts, in an order that does not depend on what came first. */
function stateOf(namespace: Namespace): string[] {
  const { nftables } = JSON.parse(namespace.run(['nft', '-s', '-j', 'list', 'ruleset'])) as { nftables: object[] }
  const rulesIn = new Map<string, number>()
  return nftables
    .map((item) => {
      const [[kind, value] = ['', {}]] = Object.entries(item) as [string, Record<string, unknown>][]
      const { handle: _, ...rest } = value
      const chain = `${rest.family} ${rest.table} ${rest.chain}`
      const place = kind === 'rule' ? (rulesIn.get(chain) ?? 0) : 0
      if (kind === 'rule') rulesIn.set(chain, place + 1)
      return JSON.stringify([kind, place, rest])
    })
    .sort()
}

/** What somebody else has, beside our table and in the one that ours is put into. */
const FOREIGN = `table inet filter {
	set mine { type ipv4_addr; elements = { 192.0.2.1 }; }
	chain output { type filter hook output priority filter; policy drop; ip daddr @mine accept; }
}
table ip nat {
	chain postrouting { type nat hook postrouting priority srcnat; oifname "wan0" accept; }
}
`

describe.skipIf(REASON)(`a kernel${REASON ? ` (skipped: ${REASON})` : ''}`, () => {
  test.for(GOLDEN.map((golden) => [golden.title, golden] as const))(
    'takes %s, again and beside other rules, and says back what it means',
    { timeout: 60_000 },
    async ([, { files, options }]) => {
      const text = files[0]?.text as string
      const empty = await kernel()
      const nothing = stateOf(empty)
      empty.run(['nft', '-c', '-f', '-'], text)
      expect(stateOf(empty), 'a check loads nothing').toEqual(nothing)
      load(empty, text)
      const once = stateOf(empty)
      load(empty, text)
      expect(stateOf(empty)).toEqual(once)

      const { form, hook, outside } = options
      const asked = { form, hook, ...(hook === 'router' && { outside }) }
      const listed = empty.run(['nft', 'list', 'ruleset'])
      expect(showUnplaced(auditOf(listed, asked))).toEqual(showUnplaced(auditOf(text, asked)))

      const other = await kernel()
      load(other, FOREIGN)
      const foreign = stateOf(other)
      load(other, text)
      expect(stateOf(other)).toEqual([...new Set([...foreign, ...once])].sort())
    },
  )

  test('lists a ruleset of many kinds of rules so that it reads as expected', async () => {
    const namespace = await kernel()
    const folder = join(ROOT, 'test/vendors/nftables')
    load(namespace, readFileSync(join(folder, 'written.nft'), 'utf8'))
    const listed = showUnplaced(auditOf(namespace.run(['nft', 'list', 'ruleset'])))
    const stored = readFileSync(join(folder, 'reading.txt'), 'utf8').split('\n')
    const rulesOf = (lines: readonly string[]) => lines.filter((line) => / (?:allow|deny) /.test(line))
    expect(rulesOf(listed)).toEqual(rulesOf(stored).map((line) => line.replace(/^\d+ /, '')))
  })

  test.for(FORMS)('comes by deltas to what full files make: %j', { timeout: 300_000 }, async (setting) => {
    const job = formFor('nftables', setting)
    const rulesets = shippedRulesets()
    const walk = [...someOf([...rulesets.keys()], 3), 0, rulesets.length - 1]
    const full = (at: number) => renderAll(rulesets[at] as Ruleset, job).files[0]?.text as string
    const device = await kernel()
    load(device, full(0))
    for (const [index, at] of walk.slice(1).entries()) {
      const [before, after] = [rulesets[walk[index] as number] as Ruleset, rulesets[at] as Ruleset]
      const [delta] = (await renderDelta({ before, after }, job, true)).files
      const fresh = await loaded(full(at))
      const wanted = stateOf(fresh)
      fresh.close()
      for (const times of ['once', 'twice']) {
        load(device, delta?.text as string)
        expect(stateOf(device), `${before.published} to ${after.published}, ${times}`).toEqual(wanted)
      }
    }
    // And the full file over what another one left.
    load(device, full(0))
    load(device, full(walk.length - 3))
    expect(stateOf(device)).toEqual(stateOf(await loaded(full(walk.length - 3))))
  })

  test('is rid of what a full load leaves by the cleanup, loaded twice', async () => {
    const job = formFor('nftables', { form: 'chains', table: 'filter' })
    const [, older, younger] = CHANGES.find(([title]) => title === 'a rule disappears') as (typeof CHANGES)[number]
    const change = changeOf(older, younger)
    const made = await fullLoad(change, job)
    const { before, after } = made
    const [cleanup] = commandsOf(made)
    const device = await loaded(before[0]?.text as string)
    load(device, after[0]?.text as string)
    const fresh = stateOf(await loaded(after[0]?.text as string))
    expect(stateOf(device)).not.toEqual(fresh)
    for (const times of ['once', 'twice']) {
      load(device, cleanup?.text as string)
      expect(stateOf(device), times).toEqual(fresh)
    }
  })

  test('takes the deltas between rulesets that share blocks cut differently', { timeout: 300_000 }, async () => {
    const random = randomOf(11)
    const job = formFor('nftables')
    const device = await kernel()
    let before = randomRuleset(random)
    load(device, renderAll(before, job).files[0]?.text as string)
    let replaced = 0
    for (let round = 0; round < 40; round++) {
      const after = randomRuleset(random)
      const [delta] = (await renderDelta({ before, after }, job, true)).files
      if (/^flush set/m.test(delta?.text ?? '')) replaced++
      const fresh = await loaded(renderAll(after, job).files[0]?.text as string)
      const wanted = stateOf(fresh)
      fresh.close()
      for (const times of ['once', 'twice']) {
        load(device, delta?.text as string)
        expect(stateOf(device), `round ${round}, ${times}:\n${delta?.text}`).toEqual(wanted)
      }
      before = after
    }
    expect(replaced).toBeGreaterThan(8)
    expect(replaced).toBeLessThan(40)
  })
})

/** Three rules, of which the last comes and goes, with few blocks in many sizes. */
function randomRuleset(random: (below: number) => number): Ruleset {
  const tag = (name: string, second: number) => {
    const prefixes = Array.from({ length: 1 + random(3) }, () => {
      const length = 22 + random(4)
      const block = random(1 << (length - 20)) << (32 - length)
      return `20.${second}.${(block >> 8) & 255}.${block & 255}/${length}`
    })
    if (random(3) === 0)
      prefixes.push(`2603:100${second}:${random(2)}::/${47 + random(2)}`.replace(':1::/47', ':0::/47'))
    return `${name}=${prefixes.join(',')}`
  }
  const tags = [tag('Sql', 0), tag('Front', 1), ...(random(3) > 0 ? [tag('Storage.A', 2)] : [])].join(' ')
  const document = documentOf(tags, 'public', '2025-11-10')
  const policy = policyOf(`150 Web: Sql outbound tcp 443
160 Door: Front both tcp 443,8000-8080
170 More: Storage.* outbound udp 53 optional`)
  return compile(policy, { document, names: [...document.tags.keys()], where: '' }).ruleset
}

async function loaded(text: string): Promise<Namespace> {
  const namespace = await kernel()
  load(namespace, text)
  return namespace
}
