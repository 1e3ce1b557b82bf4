import { parsePrefixOrAddress } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { memo } from '../../src/model/lazy.ts'
import type { Reading } from '../../src/model/reading.ts'
import type { Flow } from '../../src/model/traffic.ts'
import { allowedFor } from '../../src/verify/compare.ts'
import { onPart } from '../../src/verify/local-parts.ts'
import type { Peer } from './namespace.ts'

// What an audit makes of a random ruleset, against what the kernel does with packets: whatever surely is allowed passes, and
// whatever passes possibly is allowed. The world is small, so that rules overlap all the time and all of it is tried.

export const ADDRESSES = [
  ...Array.from({ length: 8 }, (_, index) => `20.0.0.${index}`),
  ...Array.from({ length: 4 }, (_, index) => `2001:db8::${index}`),
]
export const PORTS = [1, 2, 3, 4, 5, 6]

export const NETWORK = `
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

/** Packets that the kernel treated otherwise than the audit says, and how many there were. */
export async function wrongPackets(reading: Reading, peer: Peer) {
  const [surely, possibly] = [expectedOf(reading, 'surely'), expectedOf(reading, 'possibly')]
  const passed = await peer.probe(OWN, PROBES)
  return {
    sharp: surely.filter((is, index) => is === possibly[index]).length,
    allowed: surely.filter(Boolean).length,
    all: PROBES.length,
    wrong: passed.flatMap((isPassed, index) => {
      const isRight = isPassed ? possibly[index] : !surely[index]
      return isRight ? [] : [`${PROBES[index]?.join(' ')} ${isPassed ? 'passes' : 'does not pass'}`]
    }),
  }
}
