import { expect, test } from 'vitest'
import type { Traffic } from '../../../src/model/reading.ts'
import { KIT } from '../../../src/vendor/kit/kit.ts'

const place = { part: 'f', line: 3 }
const traffic = (first: number): Traffic => ({
  direction: 'outbound',
  protocol: 'tcp',
  ports: [{ first, last: first }],
  remote: { addresses: KIT.empty, tags: [] },
})

test('keeps each note once, in order', () => {
  const notes = KIT.notes()
  notes.add(place, 'a', 'is b')
  notes.add({ ...place }, 'a', 'is b')
  notes.add({ ...place, line: 4 }, 'a', 'is b')
  notes.add({ ...place, part: 'g' }, 'a', 'is b')
  notes.add(place, 'a is', 'b')
  notes.add(place, 'a', 'is b', { isHarmless: true })
  notes.addAll([
    { place, text: 'a', reason: 'is b' },
    { place, text: 'c', reason: 'is d' },
  ])
  expect(notes.all).toEqual([
    { place, text: 'a', reason: 'is b' },
    { place: { part: 'f', line: 4 }, text: 'a', reason: 'is b' },
    { place: { part: 'g', line: 3 }, text: 'a', reason: 'is b' },
    { place, text: 'a is', reason: 'b' },
    { place, text: 'a', reason: 'is b', isHarmless: true },
    { place, text: 'c', reason: 'is d' },
  ])
})

test('of the same about different traffic one is kept, about all of it; one about everything is another', () => {
  const notes = KIT.notes()
  const about = [traffic(1)]
  notes.add(place, 'a', 'is b', { about })
  notes.add(place, 'a', 'is b', { about: [traffic(2), traffic(3)] })
  notes.add(place, 'a', 'is b')
  expect(notes.all).toEqual([
    { place, text: 'a', reason: 'is b', about: [traffic(1), traffic(2), traffic(3)] },
    { place, text: 'a', reason: 'is b' },
  ])
  expect(about).toHaveLength(1)
})

test.for([
  ['set address x', 'set address x'],
  ['a\n\tb\r\n c', 'a b c'],
  ['a\u001b[31m\u0007\u009bb', 'a [31m b'],
  ['x'.repeat(80), 'x'.repeat(80)],
  ['x'.repeat(81), `${'x'.repeat(79)}…`],
  [`${' '.repeat(400)}x`, ' '],
  ['', ''],
])('shows %j in short', ([text, short]) => {
  expect(KIT.inShort(text as string)).toBe(short)
})

test.for<[text: string, shown: string]>([
  ['', ''],
  ['\n \r\n\t', ''],
  ['\ufeff\n{ \n}', '{'],
  ['  a\u001b[1mb\r\nc', 'a [1mb'],
  ['x'.repeat(200), `${'x'.repeat(79)}…`],
])('a file of another kind is shown by its first line: %j', ([text, shown]) => {
  expect(KIT.foreignNote({ part: 'f', text }, 'is no b')).toEqual({
    place: { part: 'f', line: 1 },
    text: shown,
    reason: 'is no b',
    isForeign: true,
  })
})
