import { expect, test } from 'vitest'
import { byTarget } from '../../src/model/group-by.ts'

test('the items of each target, in their order; none for a target without', () => {
  const items = ['a1', 'b1', 'a2', 'c1', 'b2'].map((name) => ({ target: name[0] as string, name }))
  const of = byTarget(items)
  expect(['a', 'b', 'c', 'd'].map((target) => of(target).map(({ name }) => name))).toEqual([
    ['a1', 'a2'],
    ['b1', 'b2'],
    ['c1'],
    [],
  ])
})
