import { expect, test } from 'vitest'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import { randomFrom } from '../../random.ts'

// Names are the letters a to c (or more); an object is a number, a group a text of names. A value is the set of the objects that a
// name leads to, as sorted text.

type Graph = Readonly<Record<string, string>>

/** The slow, obvious way: every name that can be reached. */
function oracle(graph: Graph, name: string): string {
  const seen = new Set([name])
  for (const one of seen) for (const next of graph[one] ?? '') seen.add(next)
  return [...seen].sort().join('')
}

function lookUp(graph: () => Graph) {
  const circles: string[] = []
  const reads: string[] = []
  const resolver = KIT.resolver<string>((key, why) => {
    circles.push(`${key} ${why}`)
    return ''
  })
  const of = (name: string): string =>
    resolver.of(name, () => {
      reads.push(name)
      if (name === 'c') resolver.leaveOpen()
      const inner = [...(graph()[name] ?? '')].map(of)
      return [...new Set([name, ...inner.join('')])].sort().join('')
    })
  const isOpen = (name: string) => resolver.isOpen(name)
  return { of, circles, reads, isOpen, forget: (name: string) => resolver.forget(name) }
}

const SUBSETS = ['', 'a', 'b', 'c', 'ab', 'ac', 'bc', 'abc']
const ORDERS = ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']
const isInCircle = (graph: Graph, name: string) =>
  [...(graph[name] ?? '')].some((next) => oracle(graph, next).includes(name))

test('every graph of three names, asked in every order, gives what can be reached, and says where a circle is', () => {
  for (const a of SUBSETS) {
    for (const b of SUBSETS) {
      for (const c of SUBSETS) {
        const graph = { a, b, c }
        for (const order of ORDERS) {
          const { of, circles, reads, isOpen } = lookUp(() => graph)
          const found = [...order].map((name) => `${name}: ${of(name)} ${isOpen(name)}`)
          expect(found, JSON.stringify(graph)).toEqual(
            [...order].map((name) => `${name}: ${oracle(graph, name)} ${oracle(graph, name).includes('c')}`),
          )
          expect(circles.length > 0, JSON.stringify(graph)).toBe([...'abc'].some((name) => isInCircle(graph, name)))
          // Without circles each is worked out once.
          if (circles.length === 0) expect(reads.sort().join('')).toBe('abc')
        }
      }
    }
  }
})

test('what is forgotten is worked out anew, with all that asked for it', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  for (const seed of [3, 4, 5]) {
    const next = randomFrom(seed)
    const pick = <Item>(items: readonly Item[]) => items[Math.floor(next() * items.length)] as Item
    const graph: Record<string, string> = { a: 'bc', b: 'c', c: '', d: 'c', e: '' }
    const { of, reads, forget } = lookUp(() => graph)
    for (let round = 0; round < 3000; round++) {
      const changed = pick(names)
      graph[changed] = pick(['', 'c', 'bc', 'd', 'abd', 'cd', 'b', 'e', 'ae'])
      forget(changed)
      reads.length = 0
      const where = () => `seed ${seed}, round ${round}: ${JSON.stringify(graph)}`
      for (const name of names) {
        const [found, wanted] = [of(name), oracle(graph, name)]
        if (found !== wanted) expect(found, where()).toBe(wanted)
      }
      if (!reads.includes(changed)) expect(reads, where()).toContain(changed)
    }
  }
})

test('keeps the very value of what did not change', () => {
  const of = (name: string): object => resolver.of(name, () => (name === 'a' ? { name, inner: of('b') } : { name }))
  const resolver = KIT.resolver<object>(() => ({}))
  const [a, b, c] = ['a', 'b', 'c'].map((name) => of(name))
  resolver.forget('a')
  expect([of('a') === a, of('b') === b, of('c') === c]).toEqual([false, true, true])
  resolver.forget('b')
  expect([of('a') === a, of('b') === b, of('c') === c]).toEqual([false, false, true])
})

test('a name that is no key is forgotten too: all that used it is read again', () => {
  const resolver = KIT.resolver<object>(() => ({}))
  const of = (key: string, name: string): object =>
    resolver.of(key, () => {
      resolver.uses(name)
      return {}
    })
  resolver.uses('nobody asks')
  const [a, b] = [of('a', 'x'), of('b', 'y')]
  expect([...resolver.forget('x')]).toEqual(['x', 'a'])
  expect([of('a', 'x') === a, of('b', 'y') === b]).toEqual([false, true])
})

test('who asked for what was forgotten gets its last value, and what changed since', () => {
  const graph: Record<string, string> = { a: 'bc', b: '', c: '', d: 'a' }
  const seen: string[] = []
  let open = ''
  const resolver = KIT.resolver<string>(() => '')
  const of = (name: string): string =>
    resolver.of(name, (last) => {
      if (last) seen.push(`${name} was ${last.value}, changed ${[...last.changed]}`)
      if (name === open) resolver.leaveOpen()
      return [name, ...[...(graph[name] ?? '')].map(of)].join('')
    })
  expect(of('d')).toBe('dabc')
  resolver.forget('b')
  resolver.forget('c')
  expect(of('d')).toBe('dabc')
  expect(seen.splice(0)).toEqual([
    'd was dabc, changed a',
    'a was abc, changed b,c',
    'b was b, changed ',
    'c was c, changed ',
  ])
  graph.c = 'd'
  resolver.forget('c')
  of('d')
  seen.length = 0
  // A value that a circle cut short is no start.
  resolver.forget('c')
  of('d')
  expect(seen).toEqual(['d was dabc, changed a'])
  // One that leaves something out is none either: who starts with it would not say so again.
  open = 'b'
  graph.c = ''
  for (const name of 'bc') resolver.forget(name)
  of('d')
  seen.length = 0
  resolver.forget('c')
  of('d')
  expect(seen).toEqual(['c was c, changed '])
})

test('a value that is undefined is worked out once too, until it is forgotten', () => {
  const reads: string[] = []
  const resolver = KIT.resolver<undefined>(() => undefined)
  const of = (name: string): undefined =>
    resolver.of(name, () => {
      reads.push(name)
      return name === 'outer' ? of('inner') : undefined
    })
  for (const name of ['outer', 'inner', 'outer']) of(name)
  expect(reads).toEqual(['outer', 'inner'])
  resolver.forget('inner')
  of('outer')
  expect(reads).toEqual(['outer', 'inner', 'outer', 'inner'])
})

test('circles of many names end soon', () => {
  const names = [...'abcdefghijklmnop']
  const graph = Object.fromEntries(names.map((name) => [name, names.join('')]))
  const { of, reads } = lookUp(() => graph)
  for (const name of names) expect(of(name)).toBe(names.join(''))
  expect(reads.length).toBeLessThan(1000)
})

test('what lies too deep is said, and does not exhaust the stack', () => {
  const said: string[] = []
  const resolver = KIT.resolver<number>((key, why) => {
    said.push(`${key} ${why}`)
    return 0
  })
  const of = (depth: number): number => resolver.of(`${depth}`, () => (depth === 100_000 ? 1 : 1 + of(depth + 1)))
  expect(of(0)).toBe(100)
  expect(said).toEqual(['100 depth'])
  // A long chain that is worked out from its end is no depth, and is forgotten as a whole.
  for (let depth = 99_999; depth > 100; depth--) of(depth)
  expect(of(101)).toBe(99_900)
  resolver.forget('100000')
  expect(said).toHaveLength(1)
})

test('a circle may lead through more names than a call has arguments', () => {
  const resolver = KIT.resolver<number>(() => 0)
  const leaves = Array.from({ length: 200_000 }, (_, index) => `leaf ${index}`)
  const count = (name: string, inner: readonly string[]): number =>
    resolver.of(name, () => inner.reduce((sum, one) => sum + of(one), 1))
  const of = (name: string): number => count(name, { top: ['group'], group: leaves }[name] ?? ['top'])
  expect(of('top')).toBe(200_002)
})
