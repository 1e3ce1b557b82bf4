import { expect, test } from 'vitest'
import { everything } from '../../src/model/address/prefix-set.ts'
import type { FoundRule } from '../../src/model/reading.ts'
import { audit } from '../../src/verify/audit/audit.ts'
import { expectedRules } from '../../src/verify/expectation.ts'
import { prove } from '../../src/verify/prove.ts'
import { randomFrom } from '../random.ts'
import { readingOf, rulesetOf, setOf } from './notation.ts'

// Small policies and small devices with local sides, at random, against asking for each packet what the first rule that matches it
// says. Beside four remote and four local addresses, there is one that no rule names.

const REMOTE = ['192.0.2.0', '192.0.2.1', '192.0.2.2', '192.0.2.3', '203.0.113.1'].map((host) => setOf(`${host}/32`))
const LOCAL = ['10.0.0.0', '10.0.0.1', '10.0.0.2', '10.0.0.3', '172.16.0.1'].map((host) => setOf(`${host}/32`))
// A port that rules name, one between two of them, and one of none, which rules for any protocol have as well.
const TRAFFIC = (['outbound', 'inbound'] as const).flatMap((direction) =>
  (['tcp', 'udp'] as const).flatMap((protocol) => [7, 80, 81, 443].map((port) => ({ direction, protocol, port }))),
)
const PACKETS = TRAFFIC.flatMap((traffic) =>
  REMOTE.flatMap((remote) => LOCAL.map((local) => ({ ...traffic, remote, local }))),
)

/** What the first rule that matches a packet does with it. */
function decide(rules: readonly FoundRule[], packet: (typeof PACKETS)[number]): 'allow' | 'deny' | 'none' {
  const first = rules.find(
    (rule) =>
      rule.direction === packet.direction &&
      (rule.protocol === 'any' || rule.protocol === packet.protocol) &&
      rule.ports.some(({ first, last }) => first <= packet.port && packet.port <= last) &&
      rule.remote.addresses.contains(packet.remote) &&
      (rule.local?.addresses ?? everything()).contains(packet.local),
  )
  return first?.action ?? 'none'
}

const random = randomFrom(20251128)
const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
const some = (base: string, most: number) =>
  pick([
    `${base}.0/30`,
    `${base}.0/31`,
    `${base}.2/31`,
    ...Array.from({ length: most }, (_, host) => `${base}.${host}/32`),
  ])
const local = () => (random() < 0.6 ? ` local=${some('10.0.0', 4)}` : '')
const several = <Item>(most: number, make: (index: number) => Item) =>
  Array.from({ length: 1 + Math.floor(random() * most) }, (_, index) => make(index))

function policyLine(index: number): string {
  const action = index === 0 && random() < 0.3 ? ' deny' : ''
  const [protocol, ports] = pick([
    ['tcp', '443'],
    ['tcp', '443'],
    ['udp', '443'],
    ['tcp', '80+443'],
  ])
  return `R${index} ${pick(['out', 'out', 'in'])} ${protocol} ${ports} ${some('192.0.2', 4)}${local()}${action}`
}

/** A device that has the policy's rules, changed a little, or others. */
function deviceLines(policy: readonly string[]): string[] {
  const own = policy.map((line) => {
    const action = line.endsWith(' deny') ? 'deny' : 'allow'
    const [, direction, protocol, ports, remote, side = ''] = line.replace(' deny', '').split(' ')
    return `${action} ${direction} ${protocol} ${ports} ${side} ${remote}`.replaceAll('  ', ' ')
  })
  const other = () =>
    `${pick(['allow', 'deny'])} ${pick(['out', 'out', 'in'])} ${pick(['tcp 443', 'any *', 'tcp 80-443'])}${local()} ${some('192.0.2', 4)}`
  const kept = own.filter(() => random() < 0.9)
  return random() < 0.4 ? kept : [...(random() < 0.5 ? [other()] : []), ...kept, ...several(2, other)]
}

test('a proof and an audit agree with what happens to each packet', () => {
  const seen = { proved: 0, missing: 0, complete: 0, open: 0, shut: 0 }
  for (let round = 0; round < 200; round++) {
    const policy = several(2, policyLine)
    const device = deviceLines(policy)
    const what = `round ${round}: ${policy.join('; ')} | ${device.join('; ')}`
    const [ruleset, reading] = [rulesetOf(...policy), readingOf(...device)]
    const wanted = expectedRules(ruleset, { by: 'addresses' })
    const decided = PACKETS.map((packet) => [decide(wanted, packet), decide(reading.rules, packet)] as const)

    const isProved = decided.every(([asked, found]) => (asked === 'none' ? found !== 'allow' : asked === found))
    expect(prove({ target: 't', ruleset, by: 'addresses' }, reading).findings.length === 0, what).toBe(isProved)
    if (isProved) seen.proved++

    const isMissing = decided.some(([asked, found]) => asked === 'allow' && found !== 'allow')
    const found = audit({ ruleset, older: [], ownNames: [], tagPrefixes: () => undefined }, reading)
    expect(found.missing.length > 0, what).toBe(isMissing)
    seen[isMissing ? 'missing' : 'complete']++

    // Addresses of a rule of the policy, from its local side, are not let through in another way without a finding.
    const isOwn = ({ remote, local }: (typeof PACKETS)[number]) =>
      wanted.some((rule) => {
        return rule.remote.addresses.contains(remote) && (rule.local?.addresses ?? everything()).contains(local)
      })
    const isOpen = PACKETS.some((packet, index) => {
      const [asked, found] = decided[index] as (typeof decided)[number]
      return isOwn(packet) && asked !== 'allow' && found === 'allow'
    })
    const more = [found.stale, found.wider, found.opened].flat()
    if (isOpen) expect(more.length, what).toBeGreaterThan(0)
    seen[isOpen ? 'open' : 'shut']++
  }
  expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(20)
})
