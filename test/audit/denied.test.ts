import { expect, test } from 'vitest'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { allowsBehind } from '../../src/audit/extra-traffic.ts'
import type { FoundRule } from '../../src/model/reading.ts'
import { FLOW_PROTOCOLS, hasPorts } from '../../src/model/traffic.ts'
import { matches } from '../../src/verify/compare.ts'
import { randomFrom } from '../random.ts'
import { readingOf } from './notation.ts'

// What earlier denies leave of a rule, port by port, against asking each deny.
test('what is left of a rule after denies is what none of them matches', () => {
  const random = randomFrom(20251127)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  const ruleOf = (action: string): FoundRule => {
    const protocol = pick(['tcp', 'udp', 'icmp', 'any', 'any'])
    const ports = protocol === 'icmp' ? '*' : pick(['*', '*', '80', '80-90', '0-80', '90-65535', '80+90', '0+65535'])
    const prefixes = pick(['192.0.2.0/24', '192.0.2.0/25', '192.0.2.64/26', '192.0.2.128/25,2001:db8::/32', 'any'])
    return readingOf(`${action} ${pick(['out', 'in'])} ${protocol} ${ports} ${prefixes}`).rules[0] as FoundRule
  }
  const PORTS = [0, 1, 79, 80, 81, 89, 90, 91, 65534, 65535]
  let tried = 0
  for (let round = 0; round < 300; round++) {
    const denies = Array.from({ length: Math.floor(random() * 4) }, () => ruleOf('deny'))
    const rule = ruleOf('allow')
    // Denials behind the rule take nothing away.
    const behind = Array.from({ length: Math.floor(random() * 2) }, () => ruleOf('deny'))
    const [found] = allowsBehind([...denies, rule, ...behind])
    const pieces = found?.left(rule.remote.addresses) ?? []
    for (const protocol of FLOW_PROTOCOLS)
      for (const port of hasPorts(protocol) ? PORTS : [undefined]) {
        const ports = port === undefined ? { first: 0, last: 65535 } : { first: port, last: port }
        const flow = { direction: rule.direction, protocol, ports }
        const gone = denies.filter((deny) => matches(deny, flow)).map(({ remote }) => remote.addresses)
        const want = matches(rule, flow) ? rule.remote.addresses.subtract(PrefixSet.union(gone)) : PrefixSet.empty
        const own = pieces.filter(
          (piece) => piece.protocol === protocol && piece.ports.first <= ports.first && ports.last <= piece.ports.last,
        )
        expect(own.length, `round ${round}, ${protocol} ${port}`).toBe(want.isEmpty ? 0 : 1)
        expect(PrefixSet.union(own.map(({ addresses }) => addresses)).equals(want)).toBe(true)
        tried++
      }
  }
  expect(tried).toBe(300 * 22)
})
