import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parsePrefixOrAddress } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { memo } from '../../src/model/lazy.ts'
import type { Reading } from '../../src/model/reading.ts'
import type { Flow } from '../../src/model/traffic.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { allowedFor } from '../../src/verify/compare.ts'
import { onPart } from '../../src/verify/local-parts.ts'
import { randomOf } from '../notation.ts'
import { Namespace, Peer } from './namespace.ts'
import type { Random } from './nftables-rulesets.ts'

// What an audit makes of a random ruleset, against what the kernel does with packets: whatever surely is allowed passes, and
// whatever passes possibly is allowed. The world is small, so that rules overlap all the time and all of it is tried.

export const ADDRESSES = [
  ...Array.from({ length: 8 }, (_, index) => `20.0.0.${index}`),
  ...Array.from({ length: 4 }, (_, index) => `2001:db8::${index}`),
]
export const PORTS = [1, 2, 3, 4, 5, 6]

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

const OWN = { 4: '10.9.0.1', 6: 'fd09::1' } as const

/** Whether each probe is allowed. */
function expectedOf({ rules }: Reading, mode: 'surely' | 'possibly'): boolean[] {
  const own = memo((version: 4 | 6) =>
    onPart(rules, { addresses: setOf(OWN[version]), objects: new Set(), known: new Set() }),
  )
  const sets = memo((_: string, flow: Flow, version: 4 | 6) => allowedFor(flow, own(version), mode).addresses)
  return PROBES.map(([protocol, address, port]) => {
    const version = address.includes(':') ? 6 : 4
    const flow = { direction: 'outbound', protocol, ports: { first: port, last: port } } as const
    return sets(`${protocol} ${port} ${version}`, flow, version).contains(setOf(address))
  })
}

const setOf = (address: string) => PrefixSet.of([parsePrefixOrAddress(address)])

/** A firewall of the kernel, with rulesets of its own. */
interface Firewall {
  readonly name: string
  /** Why it cannot be asked here. */
  readonly reason: string | undefined
  /** Loads the next ruleset, and prints it. */
  next(host: Namespace, random: Random): string
  audit(text: string, narrow: ReaderContext['narrow']): Reading
}

const ROUNDS = 150

/** A suite that compares audits of random rulesets with the kernel. */
export function compareAudits({ name, reason, next, audit }: Firewall): void {
  if (reason) console.log(`${name} audit: skipped, ${reason}`)
  describe.skipIf(reason)(`audits${reason ? ` (skipped: ${reason})` : ''}`, { timeout: 600_000 }, () => {
    let [host, peer]: [Namespace?, Peer?] = []
    beforeAll(async () => {
      host = await Namespace.create()
      host.sh(NETWORK)
      peer = await Peer.start(host, [])
    })
    afterAll(() => {
      peer?.close()
      host?.close()
    })

    test('the kernel does with packets what an audit says', async () => {
      const random = randomOf(3)
      const count = { sharp: 0, allowed: 0, all: 0 }
      for (let round = 0; round < ROUNDS; round++) {
        const text = next(host as Namespace, random)
        // Where the interface is known, rules about it are known too.
        const narrow = random(2) === 0 ? { toZone: 'd0' } : {}
        const reading = audit(text, narrow)
        const about = `round ${round}, ${JSON.stringify(narrow)}:\n${text}`
        expect(reading.notes, about).toEqual([])
        const [surely, possibly] = [expectedOf(reading, 'surely'), expectedOf(reading, 'possibly')]
        const passed = await (peer as Peer).probe(OWN, PROBES)
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
        `${name} audit: ${ROUNDS} rulesets, ${count.all} packets; ${count.sharp} were known beforehand, ${count.allowed} of them to pass`,
      )
      // Else this shows little.
      expect(count.sharp / count.all).toBeGreaterThan(0.7)
      expect(count.allowed / count.all).toBeGreaterThan(0.1)
    })
  })
}

/** Loads a text without the lines that the kernel refuses, whose numbers `refusedIn` reads in its message. */
export function loadTaken(load: (text: string) => void, text: string, refusedIn: (message: string) => number[]): void {
  for (let lines = text.split('\n'); ; ) {
    try {
      load(lines.join('\n'))
      return
    } catch (error) {
      const refused = refusedIn((error as Error).message)
      if (refused.length === 0) throw error
      lines = lines.filter((_, index) => !refused.includes(index + 1))
    }
  }
}
