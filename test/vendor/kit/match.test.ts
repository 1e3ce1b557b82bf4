import { expect, test } from 'vitest'
import {
  combinedPart,
  commonMatch,
  EVERY_CONNECTION,
  type Match,
  type MatchedObject,
  withoutMatch,
} from '../../../src/vendor/kit/chain-values.ts'
import { KIT } from '../../../src/vendor/kit/kit.ts'

// Connections of a small universe: two protocols, three ports, two sources, two destinations.

const ADDRESSES = ['192.0.2.0', '198.51.100.0'].map((text) => KIT.setOf([KIT.parsePrefix(`${text}/24`)]))
const EVERYTHING = KIT.everything('ipv4')
const PROTOCOLS = ['tcp', 'udp'] as const
const PORTS = [0, 443, 65535]
const SIDES = [undefined, ...ADDRESSES, EVERYTHING.subtract(ADDRESSES[0] as typeof EVERYTHING)]
const LISTS = [
  KIT.everyPort,
  [{ first: 443, last: 443 }],
  [{ first: 0, last: 442 }],
  [
    { first: 0, last: 0 },
    { first: 443, last: 65535 },
  ],
]

const MATCHES: Match[] = (['any', ...PROTOCOLS] as const).flatMap((protocol) =>
  LISTS.flatMap((ports) =>
    SIDES.flatMap((source) =>
      SIDES.map((destination): Match => ({ protocol, ports, source, destination, part: 'no' })),
    ),
  ),
)

const CONNECTIONS = PROTOCOLS.flatMap((protocol) =>
  PORTS.flatMap((port) =>
    ADDRESSES.flatMap((source) => ADDRESSES.map((destination) => ({ protocol, port, source, destination }))),
  ),
)

/** For each connection, whether it matches. */
function met({ protocol, ports, source, destination }: Match): boolean[] {
  return CONNECTIONS.map(
    (one) =>
      (protocol === 'any' || protocol === one.protocol) &&
      ports.some(({ first, last }) => first <= one.port && one.port <= last) &&
      (source?.contains(one.source) ?? true) &&
      (destination?.contains(one.destination) ?? true),
  )
}
const MET = MATCHES.map(met)

test('every two matches: what both match, and what the first matches alone, once', () => {
  for (const [i, a] of MATCHES.entries()) {
    for (const [j, b] of MATCHES.entries()) {
      // One in seven of the second, another seventh each time.
      if ((i + j) % 7 !== 0) continue
      const both = commonMatch(a, b)
      const pieces = withoutMatch(a, b, EVERYTHING).map(met)
      const inBoth = both ? met(both) : []
      for (const k of CONNECTIONS.keys()) {
        const [inA, inB] = [MET[i]?.[k] as boolean, MET[j]?.[k] as boolean]
        const held = pieces.filter((piece) => piece[k]).length
        if ((inBoth[k] ?? false) !== (inA && inB) || held !== (inA && !inB ? 1 : 0))
          expect([inBoth[k], held], JSON.stringify([a, b, CONNECTIONS[k]])).toEqual([inA && inB, inA && !inB ? 1 : 0])
      }
    }
  }
})

test('everything matches everything, and nothing is left of it', () => {
  expect(met(EVERY_CONNECTION)).toEqual(CONNECTIONS.map(() => true))
  for (const [i, match] of MATCHES.entries()) {
    expect(met(commonMatch(match, EVERY_CONNECTION) as Match)).toEqual(MET[i])
    expect(withoutMatch(match, EVERY_CONNECTION, EVERYTHING)).toEqual([])
  }
})

test('of what is taken in part only, all may be there still', () => {
  const [tcp, part] = [
    { ...EVERY_CONNECTION, protocol: 'tcp' } as const,
    { ...EVERY_CONNECTION, part: 'other' } as const,
  ]
  expect(withoutMatch(tcp, part, EVERYTHING)).toEqual([{ ...tcp, part: 'other' }])
  expect(commonMatch(tcp, part)?.part).toBe('other')
})

test.for([
  ['no', 'no', 'no'],
  ['no', 'zone', 'zone'],
  ['no', 'other', 'other'],
  ['zone', 'zone', 'zone'],
  ['zone', 'other', 'other'],
  ['other', 'other', 'other'],
] as const)('%s and %s are %s', ([a, b, found]) => {
  expect([combinedPart(a, b), combinedPart(b, a)]).toEqual([found, found])
})

const LAN: MatchedObject = { side: 'source', name: 'lan', addresses: undefined }
const DMZ: MatchedObject = { ...LAN, name: 'dmz' }

test.for<[a: MatchedObject | undefined, b: MatchedObject | undefined, object: MatchedObject | undefined, part: string]>(
  [
    [undefined, undefined, undefined, 'no'],
    [LAN, undefined, LAN, 'no'],
    [undefined, LAN, LAN, 'no'],
    [LAN, LAN, LAN, 'no'],
    // Some addresses of the first, which has no name of its own.
    [LAN, DMZ, LAN, 'other'],
    [LAN, { ...LAN, side: 'destination' }, LAN, 'other'],
  ],
)(
  'of the objects of two matches (%#), one is kept, and the match is a part if the other limits it',
  ([a, b, object, part]) => {
    const both = commonMatch({ ...EVERY_CONNECTION, object: a }, { ...EVERY_CONNECTION, object: b })
    expect([both?.object, both?.part]).toEqual([object, part])
  },
)

test.for<[ports: Match['ports'], left: string[]]>([
  [KIT.everyPort, ['udp', 'icmp', 'other', 'tcp']],
  [[{ first: 443, last: 443 }], ['udp']],
])('the protocols without some ports of tcp, of ports %j', ([ports, left]) => {
  const tcp: Match = { ...EVERY_CONNECTION, protocol: 'tcp', ports: [{ first: 443, last: 443 }] }
  const pieces = withoutMatch({ ...EVERY_CONNECTION, ports }, tcp, EVERYTHING)
  expect(pieces.map(({ protocol }) => protocol)).toEqual(left)
})
