import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomOf } from '../notation.ts'
import { auditOf, showUnplaced } from '../vendors/nftables-harness.ts'
import { NETWORK, wrongPackets } from './audited-packets.ts'
import { Namespace, Peer, reasonToSkip } from './namespace.ts'
import { nftReasonToSkip } from './nft.ts'
import { randomRuleset } from './nftables-rulesets.ts'

const REASON = reasonToSkip() ?? nftReasonToSkip()
if (REASON) console.log(`nftables audit: skipped, ${REASON}`)
const ROUNDS = 150

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

      const { wrong, ...seen } = await wrongPackets(reading, peer as Peer)
      expect(wrong, about).toEqual([])
      count.sharp += seen.sharp
      count.allowed += seen.allowed
      count.all += seen.all
    }
    console.log(
      `nftables audit: ${ROUNDS} rulesets, ${count.all} packets; ${count.sharp} were known beforehand, ${count.allowed} of them to pass`,
    )
    // Else this shows little.
    expect(count.sharp / count.all).toBeGreaterThan(0.7)
    expect(count.allowed / count.all).toBeGreaterThan(0.1)
  })
})
