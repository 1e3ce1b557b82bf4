import { expect, test } from 'vitest'
import type { Flow } from '../../src/model/traffic.ts'
import { type FlowDifference, joinFlows } from '../../src/verify/allowed.ts'
import { setOf } from '../audit/notation.ts'

/** `out tcp 1-2 -192.0.2.0/24 +#Sql`: the flow, what is missing and what is extra. */
function differenceOf(text: string): FlowDifference {
  const [direction, protocol, ports = '', ...sides] = text.split(' ')
  const [first = 0, last = first] = ports.split('-').map(Number)
  const side = (sign: string) => {
    const words = sides.filter((word) => word.startsWith(sign)).map((word) => word.slice(1))
    const [tags, prefixes] = [
      words.filter((word) => word.startsWith('#')),
      words.filter((word) => !word.startsWith('#')),
    ]
    return { addresses: setOf(prefixes.join()), tags: new Set(tags.map((tag) => tag.slice(1))) }
  }
  const flow: Flow = {
    direction: direction === 'in' ? 'inbound' : 'outbound',
    protocol: protocol as Flow['protocol'],
    ports: { first, last },
  }
  return { flow, missing: side('-'), extra: side('+') }
}

const shown = ({ flow: { direction, protocol, ports } }: FlowDifference) =>
  `${direction} ${protocol} ${ports.first}-${ports.last}`

const FIRST = 'out tcp 1-2 -192.0.2.0/24 +203.0.113.0/24'

test.for<[name: string, next: string, want: string[]]>([
  ['joins what follows and differs alike', 'out tcp 3-9 -192.0.2.0/24 +203.0.113.0/24', ['outbound tcp 1-9']],
  ['keeps the other direction', 'in tcp 3-9 -192.0.2.0/24 +203.0.113.0/24', ['outbound tcp 1-2', 'inbound tcp 3-9']],
  ['keeps another protocol', 'out udp 3-9 -192.0.2.0/24 +203.0.113.0/24', ['outbound tcp 1-2', 'outbound udp 3-9']],
  ['keeps ports with a gap', 'out tcp 4-9 -192.0.2.0/24 +203.0.113.0/24', ['outbound tcp 1-2', 'outbound tcp 4-9']],
  [
    'keeps where less is missing',
    'out tcp 3-9 -192.0.2.0/25 +203.0.113.0/24',
    ['outbound tcp 1-2', 'outbound tcp 3-9'],
  ],
  [
    'keeps where more is missing',
    'out tcp 3-9 -192.0.2.0/23 +203.0.113.0/24',
    ['outbound tcp 1-2', 'outbound tcp 3-9'],
  ],
  ['keeps where less is extra', 'out tcp 3-9 -192.0.2.0/24 +203.0.113.0/25', ['outbound tcp 1-2', 'outbound tcp 3-9']],
  ['keeps where a tag is extra', `${FIRST.replace('1-2', '3-9')} +#Sql`, ['outbound tcp 1-2', 'outbound tcp 3-9']],
])('%s', ([, next, want]) => {
  expect(joinFlows([FIRST, next].map(differenceOf)).map(shown)).toEqual(want)
})

test('joins any number in a row, and keeps what else a difference says', () => {
  const differences = ['1-1', '2-2', '3-3', '5-5'].map((ports) => ({
    ...differenceOf(FIRST.replace('1-2', ports)),
    note: ports,
  }))
  expect(joinFlows(differences).map((one) => [shown(one), one.note])).toEqual([
    ['outbound tcp 1-3', '1-1'],
    ['outbound tcp 5-5', '5-5'],
  ])
  expect(joinFlows([])).toEqual([])
})

test('joins each of several differences that end at the same port', () => {
  const [one, other] = [FIRST, `${FIRST} +#Sql`]
  const all = [one, other, one.replace('1-2', '3-9'), other.replace('1-2', '3-9')]
  expect(joinFlows(all.map(differenceOf)).map(shown)).toEqual(['outbound tcp 1-9', 'outbound tcp 1-9'])
})
