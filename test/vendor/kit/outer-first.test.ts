import { expect, test } from 'vitest'
import { KIT } from '../../../src/vendor/kit/kit.ts'

const SUBSETS = ['', 'a', 'b', 'c', 'ab', 'ac', 'bc', 'abc']

test('every graph of three names: each is there once, and before those that it holds, unless these lead back', () => {
  for (const a of SUBSETS)
    for (const b of SUBSETS)
      for (const c of SUBSETS) {
        const graph: Record<string, string> = { a, b, c }
        const reach = (name: string) => {
          const seen = new Set([...(graph[name] as string)])
          for (const one of seen) for (const inner of graph[one] as string) seen.add(inner)
          return seen
        }
        const order = KIT.outerFirst(['a', 'b', 'c'], (name) => [...(graph[name] as string), 'elsewhere'])
        expect([...order].sort(), JSON.stringify(graph)).toEqual(['a', 'b', 'c'])
        for (const outer of order)
          for (const inner of graph[outer] as string)
            if (!reach(inner).has(outer))
              expect(order.indexOf(outer), JSON.stringify(graph)).toBeLessThan(order.indexOf(inner))
      }
})

test('takes a long line of names, and names twice', () => {
  const names = Array.from({ length: 50_000 }, (_, index) => `${index}`)
  expect(KIT.outerFirst(names, (name) => [`${Number(name) - 1}`]).slice(0, 2)).toEqual(['49999', '49998'])
  expect(KIT.outerFirst(['a', 'b', 'a'], () => ['b', 'b'])).toEqual(['a', 'b'])
  expect(KIT.outerFirst([], () => [])).toEqual([])
})
