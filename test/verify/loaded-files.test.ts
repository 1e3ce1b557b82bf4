import { expect, test } from 'vitest'
import { type Device, loadWhole } from '../../src/model/device.ts'
import type { Item } from '../../src/model/item.ts'
import type { ReadFile } from '../../src/model/reading.ts'
import type { Job } from '../../src/model/vendor.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { LoadedFiles, Loads, PairDevice } from '../../src/verify/loaded-files.ts'

const fileOf = (text: string, part = 'conf'): ReadFile[] => [{ part, family: undefined, text }]

/** A device with a rule for each word, and the texts that were loaded onto any. */
function counted() {
  const texts: string[] = []
  const device = (): Device => {
    const names: string[] = []
    return {
      *load(files) {
        for (const { text } of files) {
          texts.push(text)
          names.push(...text.split(' '))
          yield
        }
      },
      reading: () => ({ rules: [], lists: [], notes: names.map((text) => noteOf(text)) }),
      items: () => names.map((name): Item => ({ kind: 'rule', name, fields: {} })),
    }
  }
  return { texts, device }
}

const noteOf = (text: string) => ({ place: { part: 'conf', line: 1 }, text, reason: '' })
const namesOf = (device: Device) => device.items().map(({ name }) => name)

test('one load answers everything, and is the device of the first caller', () => {
  const { texts, device } = counted()
  const loaded = new LoadedFiles(fileOf('A B'), device)
  expect(loaded.reading().notes.map(({ text }) => text)).toEqual(['A', 'B'])
  expect(loaded.items()).toHaveLength(2)
  expect(namesOf(loaded.take())).toEqual(['A', 'B'])
  expect(texts).toEqual(['A B'])
})

test('a caller that changes its device changes nothing for others', () => {
  const { texts, device } = counted()
  const loaded = new LoadedFiles(fileOf('A B'), device)
  loaded.items()
  const [first, second] = [loaded.take(), loaded.take()]
  loadWhole(first, fileOf('C'))
  expect([first, second].map(namesOf)).toEqual([
    ['A', 'B', 'C'],
    ['A', 'B'],
  ])
  expect(loaded.items()).toHaveLength(2)
  expect(loaded.reading().notes).toHaveLength(2)
  expect(texts).toEqual(['A B', 'A B', 'C', 'A B'])
})

test('a device that was let go is loaded again only for a caller who takes one', () => {
  const { texts, device } = counted()
  const loaded = new LoadedFiles(fileOf('A B'), device)
  loaded.release()
  expect([loaded.items(), loaded.reading().notes].map((all) => all.length)).toEqual([2, 2])
  expect(texts).toEqual(['A B'])
  expect(namesOf(loaded.take())).toEqual(['A', 'B'])
  expect(texts).toEqual(['A B', 'A B'])
})

test('a device that commands led here is the next one; what the files make stays what they make', () => {
  const { texts, device } = counted()
  const [before, after] = ['A', 'A B'].map((text) => new LoadedFiles(fileOf(text), device)) as [
    LoadedFiles,
    LoadedFiles,
  ]
  const led = before.take()
  loadWhole(led, fileOf('B'))
  after.give(led)
  expect(texts).toEqual(['A', 'B', 'A B'])
  const taken = after.take()
  expect(taken).toBe(led)
  loadWhole(taken, fileOf('C'))
  expect(after.items()).toHaveLength(2)
  expect(after.reading().notes).toHaveLength(2)
  expect(namesOf(after.take())).toEqual(['A', 'B'])
})

test('equal files of one device are loaded once; other texts, parts, options or vendors are other loads', () => {
  const { texts, device } = counted()
  const readers = { ...readersOf(device), device }
  const loads = new Loads()
  const jobOf = (folder: string, options: Job['options']) => ({ vendor: { folder }, options }) as Job
  const of = (files: readonly ReadFile[], folder = 'v', options = {}) =>
    loads.of(files, readers, jobOf(folder, options))
  const first = of(fileOf('A'))
  expect(of(fileOf('A'))).toBe(first)
  const two = of([...fileOf('A'), ...fileOf('B')])
  expect(of([...fileOf('A'), ...fileOf('B')])).toBe(two)
  for (const one of [first, two]) one.items()
  loads.keepOnly(two)
  expect([two, first].map((one) => namesOf(one.take()))).toEqual([['A', 'B'], ['A']])
  expect(texts).toEqual(['A', 'A', 'B', 'A'])
  expect(of([...fileOf('A'), ...fileOf('C')])).not.toBe(two)
  expect(of([{ part: 'conf', family: 'ipv4', text: 'A' }])).not.toBe(first)
  expect(namesOf(two.take())).toEqual(['A', 'B'])
  const others = [
    two,
    of(fileOf('B')),
    of(fileOf('A', 'other')),
    of(fileOf('A'), 'w'),
    of(fileOf('A'), 'v', { zone: 'a' }),
  ]
  expect(new Set([first, ...others]).size).toBe(6)
})

test('commands from other options lead a device of both; its options are those of each job', () => {
  const { device } = counted()
  const asked: unknown[] = []
  const readers = {
    ...readersOf(device),
    device: ({ options }: { readonly options: unknown }) => {
      asked.push(options)
      return device()
    },
  }
  const jobOf = (options: Job['options']) => ({ vendor: { folder: 'v' }, options }) as Job
  const [older, newer] = [jobOf({ zone: 'a' }), jobOf({ zone: 'b' })]
  const isPair = (from?: Job) => new Loads().of(fileOf('A'), readers, newer, from).take() instanceof PairDevice
  expect([isPair(older), isPair(), isPair(newer)]).toEqual([true, false, false])
  expect(asked).toEqual([{ zone: 'a' }, { zone: 'b' }, { zone: 'b' }, { zone: 'b' }])
})
