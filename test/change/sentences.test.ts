import { expect, test } from 'vitest'
import { fewOf, isRisk } from '../../src/change/tell/pieces.ts'
import { headline, pieceText, sharedPieces, shortHeadline } from '../../src/change/tell/sentences.ts'
import type { Piece, TargetChange } from '../../src/model/change.ts'
import { setOf } from '../audit/notation.ts'
import { expectOutcomes } from '../golden-page.ts'
import { OPENING } from './opening.ts'

const UNCHANGED: Omit<TargetChange, 'target'> = {
  vendor: 'acme',
  kind: 'bytes',
  before: 'lock',
  options: [],
  items: undefined,
  isPolicySame: false,
  edited: [],
  unfit: [],
  isByTag: false,
  pieces: [],
  droppedLists: [],
}
const LABEL = { cloud: 'public', published: '2025-11-10', changeNumber: 376 } as const

/** `edge@berlin 10.1.0.0/16 80`: what the target opens for a local side on a port; without one, for any. */
function changeOf(text: string): TargetChange {
  const [target = '', local, port = '80'] = text.split(' ')
  const reach = { addresses: setOf(local ?? ''), objects: [], within: undefined, except: [] }
  const ports = [{ first: Number(port), last: Number(port) }]
  const piece: Piece = {
    ...OPENING,
    traffic: { tcp: ports, udp: [], icmp: false, other: false },
    local: local === undefined ? undefined : reach,
    // Equal sets need not be one.
    remote: { addresses: setOf('192.0.2.0/24'), tags: [], beside: setOf('192.0.2.0/24'), partOf: [] },
  }
  return { ...UNCHANGED, target, kind: 'traffic', items: [], pieces: [piece] }
}

const many = ['berlin', 'munich', 'oslo', 'paris', 'rome'].map((site, index) => `${site} 10.${index}.0.0/16`)

const SHARED: Readonly<Record<string, readonly [given: string[], all: boolean]>> = {
  'equal changes of targets are one': [['edge 10.0.0.0/16', 'branch 10.0.0.0/16'], false],
  'sites with the same for local sides of their own are one': [
    many.flatMap((one) => [`edge@${one}`, `branch@${one}`]),
    false,
  ],
  'another change of one of the sites is not among them': [
    [...many.map((one) => `edge@${one}`), 'edge@turin 10.9.0.0/16 81', 'edge@vienna'],
    false,
  ],
  'each local side by itself with all of them': [many.map((one) => `edge@${one}`), true],
  'three sites are told together, with their local sides': [many.slice(0, 3).map((one) => `edge@${one}`), false],
  'targets without sites are told one by one': [
    ['a 10.0.0.0/16', 'b 10.1.0.0/16', 'c 10.2.0.0/16', 'd 10.3.0.0/16'],
    false,
  ],
}

test('equal pieces of targets are told once', async () => {
  await expectOutcomes('shared-pieces.txt', SHARED, ([given, all]) =>
    sharedPieces(given.map(changeOf), all).map((one) => `${pieceText(one)}: ${one.targets.join(', ')}`),
  )
})

test('the first line counts the sites', () => {
  const targets = many.map((one) => changeOf(`edge@${one}`))
  expect(headline({ since: '', before: undefined, after: LABEL, targets })).toBe(
    'opens tcp 80 to 256 addresses for 10.0.0.0/16 and 4 more local sides (Web, policy)',
  )
})

test('objects of which other addresses count are told apart', () => {
  const within = (target: string, addresses: string) => {
    const { pieces, ...change } = changeOf(target)
    const local = { addresses: undefined, objects: ['lan'], within: setOf(addresses), except: [] }
    return { ...change, pieces: pieces.map((piece) => ({ ...piece, local })) }
  }
  const given = [within('edge', '10.0.0.0/16'), within('branch', '10.1.0.0/16')]
  expect(sharedPieces(given).map((one) => `${pieceText(one)}: ${one.targets}`)).toEqual([
    'opens tcp 80 to 256 addresses for lan in 10.0.0.0/16 (Web, policy): edge',
    'opens tcp 80 to 256 addresses for lan in 10.1.0.0/16 (Web, policy): branch',
  ])
})

const EXCHANGED = {
  'one rule, other objects': ['opens Web servers', 'closes Web nodes'],
  'two rules': ['opens Web servers', 'closes Api nodes'],
  'an object less': ['opens Web servers', 'closes Web nodes', 'closes Web hosts'],
  'a denial': ['opens Web servers', 'closes Web nodes No'],
}

test('objects that are exchanged are one piece', async () => {
  await expectOutcomes('exchanged-objects.txt', EXCHANGED, (given) => {
    const pieces = given.map((text): Piece => {
      const [verb, rule, object = '', denial] = text.split(' ')
      const [piece] = changeOf('edge any').pieces as [Piece]
      const local = { addresses: undefined, objects: [object], within: undefined, except: [] }
      return verb === 'opens'
        ? { ...piece, to: rule, local }
        : { ...piece, opens: false, isNew: false, from: rule, to: denial, local }
    })
    return sharedPieces([{ target: 'edge', pieces }]).map((one) => pieceText(one))
  })
})

const LAN = { name: 'lan', before: 'in', after: 'any' }

const HEADLINES: Readonly<Record<string, (Partial<TargetChange> & { readonly target: string })[]>> = {
  'other bytes of two': [{ target: 'a' }, { target: 'b' }],
  'unknown before, beside other bytes': [{ target: 'a', before: 'unknown' }, { target: 'b' }],
  'options of one': [{ target: 'a', options: [LAN, { name: 'most', before: 1, after: 5 }] }, { target: 'b' }],
  'traffic and options of one': [{ ...changeOf('a'), options: [LAN] }, { target: 'b' }],
  'options of sites': [...many.map((one) => `edge@${one.split(' ')[0]}`), 'core'].map((target) => ({
    target,
    options: [LAN],
  })),
  'options of many': [
    { target: 'a', options: [{ name: 'zones', before: [], after: ['x', 'y'] }] },
    ...['b', 'c', 'd', 'e'].map((target, index) => ({
      target,
      options: [{ name: 'n', before: index + 1, after: index + 2 }],
    })),
  ],
  'many options of one': [
    { target: 'a', options: [1, 2, 3, 4].map((index) => ({ name: `n${index}`, before: 1, after: 2 })) },
  ],
  'options without other bytes': [{ target: 'a', kind: 'same', options: [LAN] }],
  'unknown before': [{ target: 'a', before: 'unknown' }],
  'options of an unknown one': [{ target: 'a', before: 'unknown', options: [LAN] }],
  'a new one, and one that is gone': [
    { target: 'a', kind: 'new' },
    { target: 'b', kind: 'gone' },
  ],
  'a list less': [{ target: 'a', droppedLists: ['Mail'] }],
  'lists less, beside traffic and options': [{ ...changeOf('a'), droppedLists: ['Mail', 'Web'], options: [LAN] }],
  nothing: [{ target: 'a', kind: 'same' }],
}

test('the first line', async () => {
  await expectOutcomes('headlines.txt', HEADLINES, (given) => {
    const targets = given.map((one): TargetChange => ({ ...UNCHANGED, ...one }))
    return headline({ since: 'git:main', before: undefined, after: LABEL, targets })
  })
})

/** `new inbound 80`: a piece of that port, of as many addresses as its port says. */
function pieceOf(text: string): Piece {
  const words = text.split(' ')
  const [piece] = changeOf(`a 10.0.0.0/16 ${words.at(-1)}`).pieces as [Piece]
  const addresses = setOf(`10.0.0.0/${words.at(-1)}`)
  return {
    ...piece,
    local: undefined,
    opens: !words.includes('closes'),
    isNew: words.includes('new'),
    direction: words.includes('inbound') ? 'inbound' : 'outbound',
    cause: words.includes('document') ? 'document' : 'policy',
    list: words.includes('list') ? 'Web' : undefined,
    remote: { ...piece.remote, addresses, beside: addresses },
  }
}

const ORDER = [
  ...['new inbound 16', 'new inbound document 24', 'new 9', 'new document 32', 'inbound document 8', 'inbound 30'],
  ...['document 8', '9', 'list 8', 'closes inbound 24', 'closes 32', 'closes list 8'],
]

test('pieces are in the order of their risk, then of their size', () => {
  const all = ORDER.map(pieceOf)
  const shuffled = [...all.slice(5), ...all.slice(0, 5)]
  const target = { target: 'a', pieces: shuffled }
  const got = sharedPieces([target]).map(({ piece }) => ORDER[all.findIndex((one) => same(one, piece))])
  expect(got).toEqual(ORDER)
  expect(ORDER.filter((_, index) => isRisk(all[index] as Piece))).toEqual([...ORDER.slice(0, 6), ...['9', 'list 8']])
})

const same = (a: Piece, b: Piece) =>
  a.opens === b.opens &&
  a.isNew === b.isNew &&
  a.direction === b.direction &&
  a.cause === b.cause &&
  a.list === b.list &&
  a.remote.addresses.equals(b.remote.addresses)

test.for<[opens: number, closes: number, most: number, want: string]>([
  [3, 2, 20, '3 and 2'],
  [30, 30, 20, '10 and 10'],
  [30, 4, 20, '16 and 4'],
  [4, 30, 20, '4 and 16'],
  [30, 0, 20, '20 and 0'],
  [0, 30, 20, '0 and 20'],
])('of %d openings and %d closings, %d are %s', ([opens, closes, most, want]) => {
  const pieces = [...Array(opens).fill(pieceOf('9')), ...Array(closes).fill(pieceOf('closes 9'))]
  const few = fewOf(pieces, most, (one: Piece) => one)
  const count = few.filter((piece) => piece.opens).length
  expect(`${count} and ${few.length - count}`).toBe(want)
})

test.for<[room: number, want: string]>([
  [
    500,
    `opens tcp 80 to 8,388,608 addresses (${'W'.repeat(70)}, policy); closes tcp 80 to 1 address (${'W'.repeat(70)}, policy); the policy no longer has b`,
  ],
  [
    230,
    `opens tcp 80 to 8,388,608 addresses (${'W'.repeat(70)}, policy); closes tcp 80 to 1 address (${'W'.repeat(70)}, policy); …`,
  ],
  [
    220,
    `opens tcp 80 to 8,388,608 addresses (${'W'.repeat(59)}…, policy); closes tcp 80 to 1 address (${'W'.repeat(59)}…, policy); …`,
  ],
])('in %d characters, both answers stand', ([room, want]) => {
  const name = 'W'.repeat(70)
  const pieces = [
    { ...pieceOf('9'), to: name },
    { ...pieceOf('closes 32'), from: name, to: undefined },
  ]
  const targets: TargetChange[] = [
    {
      ...changeOf('a'),
      pieces: pieces.map((piece) => ({
        ...piece,
        traffic: { tcp: [{ first: 80, last: 80 }], udp: [], icmp: false, other: false },
      })),
    },
    { ...changeOf('b'), kind: 'gone', pieces: [] },
  ]
  const text = shortHeadline({ since: 'git:main', before: undefined, after: LABEL, targets }, room)
  expect(text).toBe(want)
  expect(text.length).toBeLessThanOrEqual(room)
})
