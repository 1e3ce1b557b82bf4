import { describe, expect, test } from 'vitest'
import {
  type Item,
  type ItemDifference,
  itemDifference,
  itemKey,
  leftoversAmong,
  NO_LEFTOVERS,
  RULE_ORDERS,
  sameItems,
} from '../../src/model/item.ts'
import { randomFrom } from '../random.ts'

describe('the key of a thing on a device', () => {
  const item: Item = { kind: 'group', name: 'a', fields: {} }
  const of = { kind: 'rule', name: 'r', field: 'source' } as const
  const others: readonly Partial<Item>[] = [
    { kind: 'rule' },
    { name: 'b' },
    { family: 'ipv4' },
    { family: 'ipv6' },
    { id: '7' },
    { list: 'in' },
    { list: 'out' },
    { list: '2:in', id: 'a' },
    { of },
    { of: { ...of, kind: 'group' } },
    { of: { ...of, name: 's' } },
    { of: { ...of, field: 'service' } },
  ]

  test('tells things apart by all that names them', () => {
    const things = [item, ...others.map((other) => ({ ...item, ...other }))]
    expect(new Set(things.map(itemKey)).size).toBe(things.length)
    for (const one of things)
      for (const other of things) expect(sameItems([one], [{ ...other }], 'none')).toBe(one === other)
  })

  test('is the same for the same thing: an identifier counts before a name, and the fields do not count', () => {
    expect(itemKey({ ...item, fields: { comment: 'x' } })).toBe(itemKey(item))
    const [one, other] = ['a', 'b'].map((name): Item => ({ ...item, name, id: '7' })) as [Item, Item]
    expect(itemKey(one)).toBe(itemKey(other))
    expect(sameItems([one], [other], 'none')).toBe(true)
  })
})

// An item is `NAME`, or `NAME field=value field=v,w`; a rule stands in a list, `LIST/NAME`, and a capital letter denies.
const itemOf = (text: string): Item => {
  const [path = '', ...words] = text.split(' ')
  const [name = '', list] = path.split('/').reverse()
  const given = words.map((word): [string, string | string[]] => {
    const [field = '', value = ''] = word.split('=')
    return [field, value.includes(',') ? value.split(',').filter(Boolean) : value]
  })
  if (list === undefined) return { kind: 'object', name, fields: Object.fromEntries(given) }
  const action = /^[A-Z]/.test(name) ? 'deny' : 'permit'
  return { kind: 'rule', name, list, fields: { action, ...Object.fromEntries(given) } }
}
const itemsOf = (text: string) => text.split('; ').filter(Boolean).map(itemOf)

const namesOf = (items: readonly Item[]) => items.map(({ name, list }) => (list ? `${list}/${name}` : name))
const shown = ({ added, removed, changed, moved }: ItemDifference) =>
  [
    ...namesOf(added).map((name) => `+${name}`),
    ...namesOf(removed).map((name) => `-${name}`),
    ...changed.map(
      ({ item, fields }) =>
        `${item.name} ${fields.map(({ name, before, after }) => `${name}: ${before} -> ${after}`).join(', ')}`,
    ),
    ...namesOf(moved).map((name) => `>${name}`),
  ].join('; ')

test.for<[what: string, before: string, after: string, each: string, runs?: string]>([
  ['nothing', '', '', ''],
  ['the same', 'x a=1; in/a; in/b', 'x a=1; in/a; in/b', ''],
  ['something new and something gone', 'x; in/a', 'y; in/b', '+y; +in/b; -x; -in/a'],
  ['another word', 'x a=1 b=2', 'x a=1 b=3', 'x b: 2 -> 3'],
  ['a field more and one less', 'x a=1', 'x b=1', 'x b: undefined -> 1, a: 1 -> undefined'],
  ['the name of a field that every object has', 'x', 'x toString=1', 'x toString: undefined -> 1'],
  ['another word, and something gone', 'x a=1; y', 'x a=2', '-y; x a: 1 -> 2'],
  ['a member', 'x m=1,2,', 'x m=1,3,', 'x m: 1,2 -> 1,3'],
  ['a member more', 'x m=1,', 'x m=1,2,', 'x m: 1 -> 1,2'],
  ['members in another order', 'x m=1,2,', 'x m=2,1,', ''],
  ['other members in another order', 'x m=2,1,', 'x m=3,1,', 'x m: 1,2 -> 1,3'],
  ['a list of one, and a text', 'x m=1,', 'x m=1', 'x m: 1 -> 1'],
  ['a text, and a list of one', 'x m=1', 'x m=1,', 'x m: 1 -> 1'],
  ['objects in another order', 'x; y', 'y; x', ''],
  ['rules in another order', 'in/a; in/b', 'in/b; in/a', '>in/a', ''],
  ['a rule that goes to the end', 'in/a; in/b; in/c; in/d', 'in/b; in/c; in/d; in/a', '>in/a', ''],
  ['all the other way round', 'in/a; in/b; in/c', 'in/c; in/b; in/a', '>in/b; >in/a', ''],
  ['a denial that changes sides', 'in/a; in/D; in/b', 'in/a; in/b; in/D', '>in/D', '>in/D'],
  ['neighbours of a denial change sides', 'in/a; in/D; in/b', 'in/b; in/D; in/a', '>in/D; >in/a', '>in/D; >in/a'],
  ['rules that change places beside a denial', 'in/a; in/b; in/D', 'in/b; in/a; in/D', '>in/a', ''],
  ['a new rule in front', 'in/a; in/b', 'in/c; in/a; in/b', '+in/c'],
  ['a new rule between those that change places', 'in/a; in/b', 'in/b; in/c; in/a', '+in/c; >in/a', '+in/c'],
  ['the rules of two lists', 'in/a; out/b', 'out/b; in/a', ''],
  ['a rule that changes its list', 'in/a', 'out/a', '+out/a; -in/a'],
  ['a rule twice', 'in/a; in/b', 'in/a; in/b; in/a', '+in/a'],
  ['one of two', 'in/a; in/a', 'in/a', '-in/a'],
  ['the first of two, behind another', 'x m=1; x m=2; y', 'y; x m=1', '-x'],
])('the difference, by each order: %s', ([, before, after, each, runs = each]) => {
  const sides = [itemsOf(before), itemsOf(after)] as const
  const none = each.split('; ').filter((one) => one !== '' && !one.startsWith('>'))
  const wanted = { each, runs, none: none.join('; ') }
  for (const order of RULE_ORDERS) {
    expect(shown(itemDifference(...sides, order)), order).toBe(wanted[order])
    expect(sameItems(...sides, order), order).toBe(wanted[order] === '')
  }
})

test('after any edit, with items held twice, the difference is that by key', () => {
  const next = randomFrom(5)
  const below = (most: number) => Math.floor(next() * most)
  const made = (): Item => itemOf(`${below(3) === 0 ? 'in/' : ''}${below(30)} m=${below(3)}`)
  const keysOf = (items: readonly Item[]) => items.map(itemKey).sort()
  // As many of each key as one side has more than the other.
  const surplus = (items: readonly Item[], others: readonly Item[]) => {
    const left = keysOf(others)
    return keysOf(items).filter((key) => {
      const at = left.indexOf(key)
      if (at >= 0) left.splice(at, 1)
      return at < 0
    })
  }
  for (let round = 0; round < 2000; round++) {
    const before = Array.from({ length: below(60) }, made)
    let after = before
    for (let edits = below(5); edits > 0; edits--) {
      const [at, length] = [below(after.length + 1), below(12)]
      const part = after.slice(at, at + length)
      const others = [Array.from({ length }, made), part.toReversed(), [], part.map(() => made())][below(4)] ?? []
      after = after.toSpliced(at, length, ...others)
      if (below(8) === 0) after = [...after.slice(at), ...after.slice(0, at)]
    }
    const { added, removed, changed } = itemDifference(before, after, 'none')
    expect(keysOf(added)).toEqual(surplus(after, before))
    expect(keysOf(removed)).toEqual(surplus(before, after))
    const once = (items: readonly Item[], key: string) => {
      const [item, ...more] = items.filter((one) => itemKey(one) === key)
      return more.length === 0 ? item : undefined
    }
    const isOther = (item: Item) => {
      const [was, is] = [before, after].map((items) => once(items, itemKey(item)))
      return was !== undefined && is !== undefined && was.fields.m !== is.fields.m
    }
    const isOnce = (item: Item) => once(before, itemKey(item)) && once(after, itemKey(item))
    expect(changed.map(({ item }) => item).filter(isOnce)).toEqual(after.filter(isOther))
  }
})

test('rules without an action are no run', () => {
  const rules = ['a', 'b'].map((name): Item => ({ kind: 'rule', name, fields: {} }))
  expect(sameItems(rules, rules.toReversed(), 'runs')).toBe(false)
})

describe('every order of up to four rules', () => {
  const ORDERS: Readonly<Record<(typeof RULE_ORDERS)[number], (before: string, after: string) => boolean>> = {
    each: (before, after) => before === after,
    // Each denial has the same rules before it.
    runs: (before, after) =>
      [...before].every((name) => {
        const [own, others] = [before, after].map((rules) => {
          const ahead = [...rules.slice(0, rules.indexOf(name))].filter((other) => isDenial(other) !== isDenial(name))
          return ahead.sort().join('')
        })
        return own === others
      }),
    none: () => true,
  }
  const isDenial = (name: string) => name === name.toUpperCase()
  const permutations = (names: string): string[] =>
    names.length === 0
      ? ['']
      : [...names].flatMap((name) => permutations(names.replace(name, '')).map((rest) => name + rest))
  const rulesOf = (names: string) => itemsOf([...names].map((name) => `in/${name}`).join('; '))

  test.for(['a', 'ab', 'aB', 'AB', 'abc', 'abC', 'aBC', 'abcd', 'abcD', 'abCD', 'aBCD'])('%s', (names) => {
    for (const before of permutations(names))
      for (const after of permutations(names))
        for (const order of RULE_ORDERS) {
          const what = `${before} ${after} ${order}`
          const { moved } = itemDifference(rulesOf(before), rulesOf(after), order)
          expect(moved.length === 0, what).toBe(ORDERS[order](before, after))
          // Without those that move, the others stand as they stood; with one less, they do not.
          const without = (gone: readonly string[]) => {
            const kept = (rules: string) => [...rules].filter((name) => !gone.includes(name)).join('')
            return ORDERS[order](kept(before), kept(after))
          }
          const gone = moved.map(({ name }) => name)
          expect(without(gone), what).toBe(true)
          if (order === 'each')
            for (const name of gone) expect(without(gone.filter((other) => other !== name)), what).toBe(false)
        }
  })
})

test('what differs after a load in another way: what stays, what is missing, other texts, and other places', () => {
  const rule = (name: string, fields: Item['fields'] = {}): Item => ({ kind: 'rule', name, list: 'policy', fields })
  const fresh = [rule('A', { log: 'all', note: 'n' }), rule('B', { sources: ['a', 'b'] }), rule('C')]
  const device = [rule('B', { sources: ['a', 'c'] }), rule('A', { log: 'start', tag: 'x' }), rule('D')]
  const { stays, lacks, reworded, moved } = leftoversAmong(device, fresh, 'each')
  const namesOf = (items: readonly Item[]) =>
    items.map(({ kind, name, of }) => `${kind} ${name}${of ? ` of ${of.kind} ${of.name} ${of.field}` : ''}`)
  expect({ stays: namesOf(stays), lacks: namesOf(lacks), moved: namesOf(moved) }).toEqual({
    stays: ['member c of rule B sources', 'rule D'],
    lacks: ['rule C', 'member b of rule B sources'],
    moved: ['rule A'],
  })
  expect(reworded.map(({ item, fields }) => [item.name, ...fields.map(({ name }) => name)])).toEqual([
    ['A', 'log', 'tag', 'note'],
  ])
  expect(leftoversAmong(fresh, fresh, 'each')).toEqual(NO_LEFTOVERS)
})
