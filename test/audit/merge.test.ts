import { expect, test } from 'vitest'
import { mergeFlows, mergeRules } from '../../src/audit/merge.ts'
import type { Excess } from '../../src/audit/values.ts'
import { flowText } from '../../src/model/traffic.ts'
import { setOf } from './notation.ts'

// The place of a rule is one value.
const places = new Map<string, Excess['place']>()
function placeOf(part: string, line: number): Excess['place'] {
  const place = places.get(`${part}:${line}`) ?? { part, line }
  places.set(`${part}:${line}`, place)
  return place
}

/** `x@7 out tcp 80-81 192.0.2.0/24 local=10.0.0.0/8`, or `local=@dmz`: what rule x on line 7 has too much. */
function excessOf(text: string): Excess {
  const [who = '', direction, protocol, ports = '', prefixes = '', local] = text.split(' ')
  const [rule = '', at = ''] = who.split('@')
  const [part = 'conf', line] = at.includes(':') ? at.split(':') : ['conf', at]
  const [first, last = first] = ports.split('-').map(Number) as [number, number?]
  const [addresses, place] = [setOf(prefixes), placeOf(part, Number(line))]
  return {
    rule,
    place,
    places: [place],
    flow:
      protocol === 'list'
        ? undefined
        : ({
            direction: direction === 'out' ? 'outbound' : 'inbound',
            protocol,
            ports: { first, last: last as number },
          } as NonNullable<Excess['flow']>),
    ...(local?.startsWith('local=@') && { localObjects: local.slice('local=@'.length).split('+') }),
    ...(local?.startsWith('local=@') === false && { local: setOf(local.replace('local=', '')) }),
    addresses,
    objects: addresses.prefixes,
  }
}

const show = ({ rule, place, flow, addresses, local }: Excess) =>
  [
    `${rule}@${place.line}`,
    flow ? flowText(flow) : 'list',
    ...addresses.texts,
    ...(local ? ['from', ...local.texts] : []),
  ].join(' ')

test.for<[entries: string[], want: string[]]>([
  [['x@1 out tcp 80 192.0.2.0/24', 'x@1 out tcp 81-90 192.0.2.0/24'], ['x@1 outbound tcp 80-90 192.0.2.0/24']],
  [
    ['x@1 out tcp 80 192.0.2.0/24 local=10.0.0.0/8', 'x@1 out tcp 81 192.0.2.0/24 local=10.0.0.0/8'],
    ['x@1 outbound tcp 80-81 192.0.2.0/24 from 10.0.0.0/8'],
  ],
  [
    ['x@1 out tcp 80 192.0.2.0/24 local=@dmz', 'x@1 out tcp 81 192.0.2.0/24 local=@dmz'],
    ['x@1 outbound tcp 80-81 192.0.2.0/24'],
  ],
  [
    [
      'x@1 out tcp 80 192.0.2.0/24',
      'y@2 out tcp 80 192.0.2.0/24',
      'x@1 out tcp 81 192.0.2.0/24',
      'y@2 out tcp 81 192.0.2.0/24',
    ],
    ['x@1 outbound tcp 80-81 192.0.2.0/24', 'y@2 outbound tcp 80-81 192.0.2.0/24'],
  ],
  [
    ['x@1 out tcp 80 192.0.2.0/24', 'x@1 out tcp 81 192.0.2.0/24', 'x@1 out tcp 82 192.0.2.0/24'],
    ['x@1 outbound tcp 80-82 192.0.2.0/24'],
  ],
])('entries of neighbouring ports are one: %j', ([entries, want]) => {
  expect(mergeFlows(entries.map(excessOf)).map(show)).toEqual(want)
})

test.for([
  [['x@1 out tcp 80 192.0.2.0/24', 'x@1 out tcp 82 192.0.2.0/24']],
  [['x@1 out tcp 80 192.0.2.0/24', 'x@1 out tcp 80 192.0.2.0/24']],
  [['x@1 out tcp 81 192.0.2.0/24', 'x@1 out tcp 80 192.0.2.0/24']],
  [['x@1 out tcp 80 192.0.2.0/24', 'x@1 out udp 81 192.0.2.0/24']],
  [['x@1 out tcp 80 192.0.2.0/24', 'x@1 in tcp 81 192.0.2.0/24']],
  [['x@1 out tcp 80 192.0.2.0/24', 'x@1 out tcp 81 192.0.2.0/25']],
  [['x@1 out tcp 80 192.0.2.0/24', 'y@1 out tcp 81 192.0.2.0/24']],
  [['x@1 out tcp 80 192.0.2.0/24 local=10.0.0.0/8', 'x@1 out tcp 81 192.0.2.0/24 local=10.0.0.0/9']],
  [['x@1 out tcp 80 192.0.2.0/24 local=10.0.0.0/8', 'x@1 out tcp 81 192.0.2.0/24']],
  [['x@1 out tcp 80 192.0.2.0/24 local=@dmz', 'x@1 out tcp 81 192.0.2.0/24']],
  [['x@1 out tcp 80 192.0.2.0/24', 'x@1 out tcp 81 192.0.2.0/24 local=@dmz']],
  [['x@1 out tcp 80 192.0.2.0/24 local=@dmz', 'x@1 out tcp 81 192.0.2.0/24 local=@dmz+guest']],
  [['x@1 out list 0 192.0.2.0/24', 'x@1 out list 0 192.0.2.0/24']],
  [['x@1 out list 0 192.0.2.0/24', 'x@1 out tcp 1 192.0.2.0/24']],
  [['x@1 out tcp 1 192.0.2.0/24', 'x@1 out list 0 192.0.2.0/24']],
  [['x@1 out tcp 80 192.0.2.0/24', 'x@2 out tcp 81 192.0.2.0/24']],
])('entries that differ in more stay apart: %j', ([entries = []]) => {
  expect(mergeFlows(entries.map(excessOf))).toEqual(entries.map(excessOf))
})

test('rules of one name that do the same are one, with every place', () => {
  const [first, second] = [excessOf('x@1 out tcp 80 192.0.2.0/25'), excessOf('x@2 out tcp 80 192.0.2.128/25')]
  expect(mergeRules([first, second])).toEqual([
    {
      ...first,
      places: [first.place, second.place],
      addresses: setOf('192.0.2.0/24'),
      objects: [...first.objects, ...second.objects],
    },
  ])
  expect(mergeRules([first])).toEqual([first])
  // Without objects, as in a list of rules outside, there are none afterwards.
  const [bare, other] = [first, second].map(({ objects: _, ...rest }) => rest) as [typeof first, typeof first]
  expect(mergeRules([bare, other])[0]).not.toHaveProperty('objects')
})

test('a rule that does the same in several parts is one entry, with its place and its prefixes once', () => {
  const entries = ['192.0.2.0/25', '192.0.2.0/24', '192.0.2.0/25'].map((text) => excessOf(`x@1 out tcp 80 ${text}`))
  const [first] = entries as [Excess]
  expect(mergeRules(entries)).toEqual([
    {
      ...first,
      places: [first.place],
      addresses: setOf('192.0.2.0/24'),
      objects: [...setOf('192.0.2.0/25').prefixes, ...setOf('192.0.2.0/24').prefixes],
    },
  ])
})

test.for([
  'y@2 out tcp 80 192.0.2.128/25',
  'x@2 in tcp 80 192.0.2.128/25',
  'x@2 out udp 80 192.0.2.128/25',
  'x@2 out tcp 81 192.0.2.128/25',
  'x@other:2 out tcp 80 192.0.2.128/25',
  'x@2 out tcp 80 192.0.2.128/25 local=10.0.0.0/8',
  'x@2 out tcp 80 192.0.2.128/25 local=@dmz',
  'x@2 out list 0 192.0.2.128/25',
])('rules that differ stay apart: %s', (text) => {
  expect(mergeRules(['x@1 out tcp 80 192.0.2.0/25', text].map(excessOf))).toHaveLength(2)
})
