import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { resolveOptions } from '../../src/vendor/vendor.ts'
import { randomOf } from '../notation.ts'
import { read, VENDOR } from '../vendors/iptables-harness.ts'
import { NETWORK, wrongPackets } from './audited-packets.ts'
import { randomTable, SETS } from './iptables-rulesets.ts'
import { Namespace, Peer, reasonToSkip } from './namespace.ts'

const REASON = reasonToSkip()
if (REASON) console.log(`iptables audit: skipped, ${REASON}`)
const ROUNDS = 150

describe.skipIf(REASON)(`audits${REASON ? ` (skipped: ${REASON})` : ''}`, { timeout: 600_000 }, () => {
  let host: Namespace | undefined
  let peer: Peer | undefined

  beforeAll(async () => {
    host = await Namespace.create()
    host.sh(NETWORK)
    host.run(['ipset', 'restore'], SETS)
    peer = await Peer.start(host, [])
  })
  afterAll(() => {
    peer?.close()
    host?.close()
  })

  /** Loads what the kernel takes: not every match exists for IPv6. */
  function load(tool: string, text: string): void {
    for (let lines = text.split('\n'); ; ) {
      try {
        host?.run([tool, '-w', '5'], lines.join('\n'))
        return
      } catch (error) {
        const [, line] = /line:? (\d+)/.exec((error as Error).message) ?? []
        if (line === undefined || !lines[Number(line) - 1]?.startsWith('-A')) throw error
        lines = lines.filter((_, index) => index !== Number(line) - 1)
      }
    }
  }

  test('the kernel does with packets what an audit says', async () => {
    const random = randomOf(3)
    const count = { sharp: 0, allowed: 0, all: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      load('iptables-restore', randomTable(random, 'ipv4'))
      load('ip6tables-restore', randomTable(random, 'ipv6'))
      const saved = host?.sh('ipset save; iptables-save; ip6tables-save') as string
      // Where the interface is known, rules about it are known too.
      const narrow = random(2) === 0 ? { toZone: 'd0' } : {}
      const options = resolveOptions(VENDOR, {}, 'audit')
      const reading = read([{ part: 'device', family: undefined, text: saved }], {
        options,
        purpose: 'audit',
        narrow,
        kit: KIT,
      })
      const about = `round ${round}, ${JSON.stringify(narrow)}:\n${saved}`
      expect(reading.notes, about).toEqual([])
      const { wrong, ...seen } = await wrongPackets(reading, peer as Peer)
      expect(wrong, about).toEqual([])
      count.sharp += seen.sharp
      count.allowed += seen.allowed
      count.all += seen.all
    }
    console.log(
      `iptables audit: ${ROUNDS} rulesets, ${count.all} packets; ${count.sharp} were known beforehand, ${count.allowed} of them to pass`,
    )
    // Else this shows little.
    expect(count.sharp / count.all).toBeGreaterThan(0.7)
    expect(count.allowed / count.all).toBeGreaterThan(0.1)
  })
})
