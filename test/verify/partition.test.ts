import { expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import type { PrefixSet } from '../../src/address/prefix-set.ts'
import { memo } from '../../src/model/lazy.ts'
import type { FoundRule } from '../../src/model/reading.ts'
import { type Cell, type Partition, partitionEach, partitionOf, placesOnPort } from '../../src/verify/partition.ts'
import { readingOf, setOf } from '../audit/notation.ts'
import { expectPage } from '../golden-page.ts'
import { randomFrom } from '../random.ts'

const OWN = [
  'allow out tcp 1-9 local=10.0.0.0/31 192.0.2.0/24',
  'deny out tcp 5+7-8+7 local=10.0.0.0/32 192.0.2.0/25',
  'allow in udp 5 198.51.100.0/24',
]
const FOUND = ['allow out any 3-6 local=10.0.0.1/32 192.0.2.0/24', 'deny out icmp * 192.0.2.0/24']
const lists = [OWN, FOUND].map((lines) => readingOf(...lines).rules)

const cells = (about?: readonly FoundRule[]) => {
  const { parts, cellsOf } = partitionOf(lists, about)
  return parts.flatMap(cellsOf).map(shown)
}

function shown({ part, flow, rules }: Cell): string {
  const { prefixes } = part.addresses
  const local = prefixes.length > 1 ? 'the rest' : prefixes.map(formatPrefix).join()
  const names = rules.map((own) => own.map(({ name }) => name).join('+')).join(' | ')
  return `${local} ${flow.direction} ${flow.protocol} ${flow.ports.first}-${flow.ports.last}: ${names}`
}

test('a cell has the rules that decide about it, each once and in order', async () => {
  await expectPage('cells.txt', [[[...OWN, ...FOUND].join('\n'), cells()]])
})

test('a port has the rules of its ranges, each once', () => {
  const { rules } = readingOf('allow out tcp 1-9+7 any', 'allow out tcp 443 any')
  const namesOn = (port: number) => placesOnPort(rules)(port).map((place) => rules[place]?.name)
  expect([0, 1, 7, 9, 10, 443, 444].map((port) => namesOn(port).join())).toEqual(['', 'r1', 'r1', 'r1', '', 'r2', ''])
})

test('about some rules, the cells are those that one of them meets, and have the rules of all lists', () => {
  for (const about of [...lists.flat().map((rule) => [rule]), [], lists.flat()]) {
    const names = new Set(about.map((rule) => `${lists.findIndex((own) => own.includes(rule))} ${rule.name}`))
    const met = partitionOf(lists)
    const want = met.parts
      .flatMap(met.cellsOf)
      .filter(({ rules }) => rules.some((own, list) => own.some(({ name }) => names.has(`${list} ${name}`))))
    expect(cells(about)).toEqual(want.map(shown))
  }
})

/** All of a rule but its name and place. */
const textOf = (rule: FoundRule | undefined) => JSON.stringify({ ...rule, name: '', place: '' })

/** The rules without those that say again what one in front of them says: these decide nothing. */
const deciding = (rules: readonly FoundRule[]) =>
  rules.filter((rule, index) => rules.findIndex((other) => textOf(other) === textOf(rule)) === index)

/** What each cell of a small universe holds: the rules of each list that decide, by action and remote side. */
function points({ parts, cellsOf }: Partition): ReadonlyMap<string, string> {
  const cells = parts.flatMap(cellsOf)
  return new Map(
    cells.flatMap(({ part, flow, rules }) =>
      ['10.0.0.0', '10.0.0.1', '10.9.9.9']
        .filter((address) => part.addresses.contains(setOf(`${address}/32`)))
        .flatMap((address) =>
          Array.from({ length: 10 }, (_, port) => port)
            .filter((port) => flow.ports.first <= port && port <= flow.ports.last)
            .map((port): [string, string] => [
              `${flow.direction} ${flow.protocol} ${port} ${address}`,
              rules
                .map((own) =>
                  deciding(own)
                    .map(({ action, remote }) => `${action} ${remote.addresses.texts}`)
                    .join('+'),
                )
                .join(' | '),
            ]),
        ),
    ),
  )
}

test('of one state after the other, the cells are those that a rule which changed is about', () => {
  const next = randomFrom(11)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(next() * items.length)] as Item
  let count = 0
  const sets = memo((_: string, addresses: PrefixSet) => addresses)
  const newRule = () => {
    const [rule] = readingOf(
      `${pick(['allow', 'deny'])} ${pick(['out', 'in'])} ${pick(['tcp', 'udp', 'any'])} ${pick(['1-9', '5', '5+7-8', '*'])} ${pick(['', 'local=10.0.0.0/31 ', 'local=10.0.0.1/32 '])}${pick(['192.0.2.0/24', '198.51.100.0/24'])} n${count++}`,
    ).rules as [FoundRule]
    const { addresses, tags } = rule.remote
    // A device holds the addresses of rules that name one set once.
    return { ...rule, remote: { addresses: sets(addresses.texts.join(), addresses), tags } }
  }
  for (let round = 0; round < 40; round++) {
    let rules = Array.from({ length: 5 }, newRule)
    const partitionNext = partitionEach(lists)
    let before = points(partitionNext(rules))
    let at = 0
    for (let step = 0; step < 16; step++) {
      // Commands often change a rule again.
      if (next() < 0.6) at = Math.floor(next() * rules.length)
      at = Math.min(at, rules.length - 1)
      const edit =
        rules.length < 2 ? 'add' : pick(['add', 'repeat', 'repeat', 'refill', 'refill', 'remove', 'replace', 'swap'])
      const others = rules
      const isMore = edit === 'add' || edit === 'repeat'
      const more = () => {
        if (edit === 'repeat') return { ...pick(others), name: `n${count++}` }
        return edit === 'refill' ? { ...(others[at] as FoundRule), remote: newRule().remote } : newRule()
      }
      if (edit === 'swap') rules = [...rules.slice(at), ...rules.slice(0, at)]
      else rules = rules.toSpliced(at, isMore ? 0 : 1, ...(edit === 'remove' ? [] : [more()]))
      const one = (isMore ? rules : others)[at] as FoundRule
      const same = [...rules, undefined].findIndex((rule, index) => textOf(rule) !== textOf(others[index]))
      const isSaid = rules.slice(0, same).some((rule) => textOf(rule) === textOf(one))
      const last = rules.findLastIndex((rule, index) => textOf(rule) !== textOf(others[index]))
      const without = (list: readonly FoundRule[], place: number) => list.toSpliced(place, 1).map(textOf).join()
      const ways = [[same, last] as const, [last, same] as const]
      const moved = ways.find(([from, to]) => from !== to && without(others, from) === without(rules, to))
      const changed =
        isMore || edit === 'remove'
          ? [one].filter(() => !isSaid)
          : moved
            ? [rules[moved[1]] as FoundRule]
            : rules.flatMap((rule, index) =>
                textOf(rule) === textOf(others[index]) ? [] : [rule, others[index] as FoundRule],
              )
      // A rule that stays is the same object, or another one that says the same.
      rules = rules.map((rule) => (next() < 0.5 ? rule : { ...rule }))
      const [all, some] = [points(partitionOf([...lists, rules])), points(partitionNext(rules))]
      expect([...all].filter(([point, held]) => (some.get(point) ?? before.get(point)) !== held)).toEqual([])
      expect([...some.keys()].sort()).toEqual([...points(partitionOf([changed])).keys()].sort())
      before = all
    }
  }
})
