import { expect, test } from 'vitest'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import { randomFrom } from '../../random.ts'

// Sources are objects that name one or two letters; the value of a source is the numbers of its letters.

interface Source {
  readonly names: string
}

test('after any changes, the values are those of a new reading, and only what changed is read', () => {
  const next = randomFrom(11)
  const below = (most: number) => Math.floor(next() * most)
  const letter = () => 'abcdef'[below(6)] as string
  for (let round = 0; round < 200; round++) {
    const kept = KIT.kept<Source, string>()
    const numbers = new Map(Array.from('abcdef', (name) => [name, 0]))
    const textOf = ({ names }: Source) => Array.from(names, (name) => `${name}${numbers.get(name)}`).join(' ')
    let sources: Source[] = []
    let before = { sources: [...sources], values: [] as readonly string[] }
    for (let step = 0; step < 20; step++) {
      const at = below(sources.length + 1)
      const edit = below(5)
      if (edit === 0) sources.splice(at, 0, { names: letter() + letter() })
      else if (edit === 1) sources = sources.toSpliced(at, 1)
      else if (edit === 2) sources = [...sources.slice(at), ...sources.slice(0, at)]
      else if (edit === 3 && sources.length > 0)
        sources = sources.toSpliced(at, 0, sources[below(sources.length)] as Source)
      const changed = below(2) === 0 ? [letter()] : []
      for (const name of changed) numbers.set(name, step + 1)
      const asked: Source[] = []
      const { values, gone, come } = kept.of(sources, changed, (fresh, uses) =>
        fresh.map((source) => {
          asked.push(source)
          for (const name of source.names) uses(source, name)
          return textOf(source)
        }),
      )
      expect(values).toEqual(sources.map(textOf))
      expect(kept.values).toBe(values)
      const mayBeAsked = (source: Source) =>
        changed.some((name) => source.names.includes(name)) ||
        sources.filter((one) => one === source).length > before.sources.filter((one) => one === source).length
      expect(asked.filter((source) => !mayBeAsked(source))).toEqual([])
      expect(come.map(([source]) => source)).toEqual(asked)
      // What went and what came leads from the values before to those now.
      const left = [...before.values, ...come.map(([, value]) => value)].sort()
      expect([...values, ...gone].sort()).toEqual(left)
      if (step > 0 && changed.length === 0 && edit > 3) expect(values).toBe(before.values)
      before = { sources: [...sources], values }
    }
  }
})
