import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parsePrefixOrAddress } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import type { Reading } from '../../src/model/reading.ts'
import { allowedFor } from '../../src/verify/compare.ts'
import { randomOf } from '../notation.ts'
import { auditOf, showUnplaced } from '../vendors/nftables-harness.ts'
import { Namespace, Peer, reasonToSkip } from './namespace.ts'
import { nftReasonToSkip } from './nft.ts'
import { ADDRESSES, PORTS, randomRuleset } from './nftables-rulesets.ts'

// What an audit makes of a ruleset, against what the kernel does with packets: whatever surely is allowed passes, and
// whatever passes possibly is allowed. Random rulesets of most kinds of rules, in a small world that is tried whole.

const REASON = reasonToSkip() ?? nftReasonToSkip()
if (REASON) console.log(`nftables audit: skipped, ${REASON}`)
const ROUNDS = 150

const NETWORK = `
ip link set lo up
ip link add d0 type veth peer name d1
ip link set d0 up
ip link set d1 up
ip address add 10.9.0.1/24 dev d0
ip address add fd09::1/64 dev d0 nodad
ip route add default dev d0
ip -6 route add default dev d0
`

const PROBES = (['tcp', 'udp'] as const).flatMap((protocol) =>
  ADDRESSES.flatMap((address) => PORTS.map((port) => [protocol, address, port] as const)),
)

/** Whether each probe is allowed. */
function expectedOf({ rules }: Reading, mode: 'surely' | 'possibly'): boolean[] {
  const sets = new Map<string, PrefixSet>()
  return PROBES.map(([protocol, address, port]) => {
    const flow = { direction: 'outbound', protocol, ports: { first: port, last: port } } as const
    const key = `${protocol} ${port}`
    const allowed = sets.get(key) ?? allowedFor(flow, rules, mode).addresses
    sets.set(key, allowed)
    return allowed.contains(PrefixSet.of([parsePrefixOrAddress(address)]))
  })
}

describe.skipIf(REASON)(`audits${REASON ? ` (skipped: ${REASON})` : ''}`, { timeout: 600_000 }, () => {
  let host: Namespace | undefined
  let peer: Peer | undefined

  beforeAll(async () => {
    host = await Namespace.create()
    host.sh(NETWORK)
    peer = await Peer.start(host, [])
  })
  afterAll(() => {
    peer?.close()
    host?.close()
  })

  /** Loads what nft takes: rules that ask for two protocols at once are left out. */
  function load(text: string): void {
    for (let lines = `flush ruleset\n${text}`.split('\n'); ; ) {
      try {
        host?.run(['nft', '-f', '-'], lines.join('\n'))
        return
      } catch (error) {
        const refused = [...(error as Error).message.matchAll(/stdin:(\d+):.*conflicting/g)].map(([, line]) =>
          Number(line),
        )
        if (refused.length === 0) throw error
        lines = lines.filter((_, index) => !refused.includes(index + 1))
      }
    }
  }

  test('the kernel does with packets what an audit says', async () => {
    const random = randomOf(3)
    const count = { sharp: 0, allowed: 0, all: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      load(randomRuleset(random))
      const listed = host?.run(['nft', 'list', 'ruleset']) as string
      // Where the interface is known, rules about it are known too.
      const narrow = random(2) === 0 ? { toZone: 'd0' } : {}
      const reading = auditOf(listed, {}, narrow)
      const about = `round ${round}, ${JSON.stringify(narrow)}:\n${listed}\n${showUnplaced(reading).join('\n')}`
      expect(
        reading.notes.map(({ reason }) => reason),
        about,
      ).toEqual([])

      const [surely, possibly] = [expectedOf(reading, 'surely'), expectedOf(reading, 'possibly')]
      const passed = await (peer as Peer).probe({ 4: '10.9.0.1', 6: 'fd09::1' }, PROBES)
      const wrong = passed.flatMap((isPassed, index) => {
        if (surely[index] === possibly[index]) count.sharp++
        if (surely[index]) count.allowed++
        count.all++
        const isRight = isPassed ? possibly[index] : !surely[index]
        return isRight ? [] : [`${PROBES[index]?.join(' ')} ${isPassed ? 'passes' : 'does not pass'}`]
      })
      expect(wrong, about).toEqual([])
    }
    console.log(
      `nftables audit: ${ROUNDS} rulesets, ${count.all} packets; ${count.sharp} were known beforehand, ${count.allowed} of them to pass`,
    )
    // Else this shows little.
    expect(count.sharp / count.all).toBeGreaterThan(0.7)
    expect(count.allowed / count.all).toBeGreaterThan(0.1)
  })
})
