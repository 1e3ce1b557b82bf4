import { expect, test } from 'vitest'
import type { LineGroup } from '../../../src/vendor/kit/access-lists.ts'
import { KIT } from '../../../src/vendor/kit/kit.ts'

// Groups are named by letters. A line is a letter, which names a group; a digit, which is what it stands for; or `?`, which nobody
// understands. What a group stands for is the sorted text of its digits.

type Group = LineGroup<string>

function groupsOf(lines: Readonly<Record<string, string>>) {
  const reads: string[] = []
  const groups = new Map(
    Object.entries(lines).map(([name, text]): [string, Group] => [
      name,
      {
        name,
        lines: new Map(
          [...text].map((one, at) => [`${at}`, { words: [one], text: one, place: { part: 'f', line: at + 1 } }]),
        ),
        held: undefined,
      },
    ]),
  )
  const reader = () =>
    KIT.groupReader<string, Group>({
      what: 'a group',
      read: ({ words: [word = ''] }, { name }, inGroup) => {
        reads.push(`${name}${word}`)
        if (/\d/.test(word)) return word
        if (word === '?') return undefined
        const other = groups.get(word)
        if (other) return inGroup.of(other)
        inGroup.fault(`names ${word}, which is not there`)
        return ''
      },
      join: (parts) => [...new Set(parts.join(''))].sort().join(''),
    })
  return { groups, reads, reader, of: (name: string) => groups.get(name) as Group }
}

/** The slow, obvious way: the groups that can be reached, and what their lines say. */
function oracle(lines: Readonly<Record<string, string>>, name: string) {
  const seen = new Set([name])
  for (const one of seen) for (const next of lines[one] ?? '') if (next in lines) seen.add(next)
  const all = [...seen].map((one) => lines[one]).join('')
  return { found: [...new Set(all.replaceAll(/\D/g, ''))].sort().join(''), reached: seen, all }
}

const ITEMS = ['a', 'b', 'c', '1', '2', '?', 'x']
const TEXTS = ['', ...ITEMS, ...ITEMS.flatMap((one) => ITEMS.map((two) => one + two))]

test('every three groups of up to two lines stand for what can be reached, and whatever is not understood is a fault', () => {
  for (const a of TEXTS) {
    for (const b of TEXTS.filter((_, index) => index % 3 === 0 || index < 8)) {
      for (const c of ['', '1', 'a', 'b', 'a2', '?']) {
        const lines = { a, b, c }
        const { reader, of } = groupsOf(lines)
        const read = reader()
        for (const name of ['a', 'b', 'c']) {
          const { found, faults } = read.of(of(name))
          const { reached, all, ...wanted } = oracle(lines, name)
          if (found !== wanted.found) expect({ lines, name, found }).toEqual({ lines, name, found: wanted.found })
          const isCircle = [...reached].some((one) =>
            [...((lines as Record<string, string>)[one] ?? '')].some(
              (next) => next in lines && oracle(lines, next).reached.has(one),
            ),
          )
          const isWrong = isCircle || /[?x]/.test(all)
          if (faults.length > 0 !== isWrong) expect({ lines, name, faults }).toEqual({ lines, name, isWrong })
        }
      }
    }
  }
})

test('the faults say what is wrong', () => {
  const { reader, of } = groupsOf({ a: '1?bx', b: 'c', c: 'b' })
  expect(reader().of(of('a'))).toEqual({
    found: '1',
    faults: [
      'names a group with "?", which is not understood',
      'names b, which leads back to itself',
      'names x, which is not there',
    ],
  })
})

test('groups that are nested too deep are a fault', () => {
  const nameAt = (at: number) => String.fromCharCode(0x4e00 + at)
  const { reader, of } = groupsOf(
    Object.fromEntries(Array.from({ length: 120 }, (_, at) => [nameAt(at), nameAt(at + 1)])),
  )
  expect(reader().of(of(nameAt(0))).faults).toEqual([expect.stringMatching(/^names ., which is nested too deep$/)])
})

test('another reader takes what a group holds that names no other, until a line changes', () => {
  const { reader, of, reads } = groupsOf({ a: '12', b: 'a3', c: '?1', d: '' })
  const ask = () => ['a', 'b', 'c', 'd'].map((name) => reader().of(of(name)).found)
  expect(ask()).toEqual(['12', '123', '1', ''])
  expect(['a', 'b', 'c', 'd'].map((name) => of(name).held)).toEqual(['12', undefined, undefined, ''])
  reads.length = 0
  expect(ask()).toEqual(['12', '123', '1', ''])
  expect(reads).toEqual(['ba', 'b3', 'c?', 'c1'])
  const changed = of('a')
  ;(changed.lines as Map<string, unknown>).delete('0')
  changed.held = undefined
  expect(ask()).toEqual(['2', '23', '1', ''])
})
