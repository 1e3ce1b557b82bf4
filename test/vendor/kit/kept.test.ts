import { expect, test } from 'vitest'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import { randomFrom } from '../../random.ts'

// Sources are objects that name one or two letters; the value of a source is a list of its letters with their numbers. A letter comes up not at all or twice
// for some numbers.

interface Source {
  readonly names: string
}

const LENGTHS = [1, 1, 1, 2, 1, 0, 1, 1, 1, 1, 2, 1, 1, 0, 0, 1, 1, 2, 2, 1, 1]

test('after any changes, the values and their lists are those of a new reading, and only what changed is read', () => {
  const next = randomFrom(11)
  const below = (most: number) => Math.floor(next() * most)
  const letter = () => 'abcdef'[below(6)] as string
  for (let round = 0; round < 200; round++) {
    const kept = KIT.kept<Source, { readonly words: readonly string[] }>()
    const numbers = new Map(Array.from('abcdef', (name) => [name, 0]))
    const wordsOf = ({ names }: Source): { readonly words: readonly string[] } => {
      const words = Array.from(names, (name) =>
        new Array(LENGTHS[numbers.get(name) as number]).fill(`${name}${numbers.get(name)}`),
      )
      return { words: words.flat() }
    }
    let sources: Source[] = []
    let held: Readonly<Record<'list' | 'copy', readonly string[]>> = { list: [], copy: [] }
    let before = { sources: [...sources], values: [] as readonly ReturnType<typeof wordsOf>[] }
    for (let step = 0; step < 20; step++) {
      const at = below(sources.length + 1)
      const edit = below(5)
      if (edit === 0) sources.splice(at, 0, { names: letter() + letter() })
      else if (edit === 1) sources = sources.toSpliced(at, 1)
      else if (edit === 2) sources = [...sources.slice(at), ...sources.slice(0, at)]
      else if (edit === 3 && sources.length > 0)
        sources = sources.toSpliced(at, 0, sources[below(sources.length)] as Source)
      const changed = [below(2) === 0 ? letter() : 'in no source']
      for (const name of changed) numbers.set(name, step + 1)
      const asked: Source[] = []
      const { values, gone, come } = kept.of(sources, changed, (fresh, uses) =>
        fresh.map((source) => {
          asked.push(source)
          for (const name of source.names) uses(source, name)
          return wordsOf(source)
        }),
      )
      expect(values).toEqual(sources.map(wordsOf))
      expect(kept.values).toBe(values)
      if (below(4) > 0) {
        const words = kept.joined('words')
        expect(words).toEqual(sources.flatMap((source) => wordsOf(source).words))
        expect(kept.joined('words')).toBe(words)
        // A list that somebody has stays as it is.
        expect(held.list).toEqual(held.copy)
        held = { list: words, copy: [...words] }
      }
      const mayBeAsked = (source: Source) =>
        changed.some((name) => source.names.includes(name)) ||
        sources.filter((one) => one === source).length > before.sources.filter((one) => one === source).length
      expect(asked.filter((source) => !mayBeAsked(source))).toEqual([])
      expect(come).toEqual(asked.map(wordsOf))
      // In the order of the list.
      let place = 0
      for (const source of asked) {
        place = sources.indexOf(source, place) + 1
        expect(place).toBeGreaterThan(0)
      }
      // What went and what came leads from the values before to those now.
      const texts = (all: readonly ReturnType<typeof wordsOf>[]) => all.map(({ words }) => words.join(' ')).sort()
      expect(texts([...values, ...gone])).toEqual(texts([...before.values, ...come]))
      if (step > 0 && changed[0] === 'in no source' && edit > 3) expect(values).toBe(before.values)
      before = { sources: [...sources], values }
    }
  }
})

test('of the lists that are joined, only those are looked at that changed, if they are as long as before', () => {
  const kept = KIT.kept<string, { readonly words: readonly string[] }>()
  const looks = new Set<string>()
  const wordsOf = new Map(Array.from('abcdefgBDF', (source) => [source, [source]]))
  const seen = (sources: string, changed = '') => {
    looks.clear()
    kept.of([...sources], changed, (fresh, uses) =>
      fresh.map((source) => {
        uses(source, source)
        const words = wordsOf.get(source) as string[]
        return Object.defineProperty({ words }, 'words', { get: () => looks.add(source) && words })
      }),
    )
    expect(kept.joined('words')).toEqual(Array.from(sources, (source) => wordsOf.get(source)).flat())
    return [...looks].sort().join('')
  }
  expect([seen('abcdef'), seen('abcDef'), seen('abcDefg')]).toEqual(['abcdef', 'Dd', 'Dabcefg'])
  expect([seen('aBcDeFg'), seen('aBcDeFg', 'g')]).toEqual(['BDFbcef', 'g'])
  wordsOf.set('c', ['c', 'C'])
  expect(seen('aBcDeFg', 'c')).toBe('BDFaceg')
})
