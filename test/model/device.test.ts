import { expect, test } from 'vitest'
import { type Device, loadWhole, readingsFrom, readingsWhile } from '../../src/model/device.ts'
import type { FoundRule, ReadFile, Reading } from '../../src/model/reading.ts'
import { loadedDevice, readersOf, replacingDevice } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import type { DeviceModel, ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { setOf, show } from '../notation.ts'

const CONTEXT: ReaderContext = { options: {}, purpose: 'prove', narrow: {}, kit: KIT }
const file = (text: string): ReadFile => ({ part: 'rules', family: undefined, text })

const ruleFor = (addresses: string): FoundRule => ({
  ...{ name: 'Web', place: { part: 'rules', line: 1 }, direction: 'outbound', action: 'allow', coverage: 'whole' },
  ...{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] },
  remote: { addresses: setOf(addresses), tags: [] },
})

const readingOf = (addresses: readonly string[], more: Partial<Reading> = {}): Reading => ({
  ...{ rules: addresses.map(ruleFor), lists: [], notes: [] },
  ...more,
})

/** A device of commands such as `+192.0.2.1`, `-192.0.2.1`, `?` (nothing), and `later 192.0.2.1`, which takes effect at the end. */
const commandsDevice: DeviceModel = (): Device => {
  const held = new Set<string>()
  return {
    *load(files, kind) {
      if (kind === 'full') held.clear()
      const later: string[] = []
      for (const line of files.flatMap(({ text }) => text.split('\n')).filter(Boolean)) {
        if (line.startsWith('later ')) later.push(line.slice(6))
        else {
          if (line.startsWith('+')) held.add(line.slice(1))
          if (line.startsWith('-')) held.delete(line.slice(1))
          yield
        }
      }
      for (const address of later) held.add(address)
    },
    reading: () => readingOf([...held].sort()),
    items: () => [],
  }
}

const shown = ({ rules }: Reading) => rules.map(({ remote }) => show(remote.addresses)).join(' ')

test.for<[what: string, text: string, want: string[]]>([
  ['nothing', '', []],
  ['a reading for each command, though nothing changes', '+192.0.2.1\n?', ['192.0.2.1/32', '192.0.2.1/32']],
  ['and one more if the end differs', '+192.0.2.1\nlater 192.0.2.2', ['192.0.2.1/32', '192.0.2.1/32 192.0.2.2/32']],
  ['or if there is only an end', 'later 192.0.2.2', ['192.0.2.2/32']],
  ['but none if it is as before', '+192.0.2.1\nlater 192.0.2.1', ['192.0.2.1/32']],
])('readings while a device takes commands: %s', ([, text, want]) => {
  expect([...readingsWhile(commandsDevice(CONTEXT), [file(text)], 'delta')].map(shown)).toEqual(want)
})

test('a delta is followed from what the full files made', () => {
  const { read } = readersOf(commandsDevice)
  const full = [file('+192.0.2.1\n+192.0.2.2')]
  expect(shown(read(full, CONTEXT))).toBe('192.0.2.1/32 192.0.2.2/32')
  const led = loadedDevice(commandsDevice, full, CONTEXT)
  expect([...readingsFrom(led, [file('-192.0.2.1'), file('+192.0.2.3')], 'delta')].map(shown)).toEqual([
    '192.0.2.1/32 192.0.2.2/32',
    '192.0.2.2/32',
    '192.0.2.2/32 192.0.2.3/32',
  ])
})

/** A device that says `first` until it took everything, and `last` then. */
function turning(first: Reading, last: Reading): Device {
  let now = first
  return {
    *load() {
      yield
      now = last
    },
    reading: () => now,
    items: () => [],
  }
}

/** One rule, from these local addresses. */
function readingFrom(addresses: string | undefined): Reading {
  const local = addresses === undefined ? undefined : { addresses: setOf(addresses), objects: [] }
  return readingOf([], { rules: [{ ...ruleFor('192.0.2.1'), local }] })
}

const LIST = { part: 'list', addresses: setOf('192.0.2.1') }

test.for<[what: string, first: Reading, last: Reading, isSame: boolean]>([
  ['the same', readingOf(['192.0.2.1']), readingOf(['192.0.2.1']), true],
  ['other addresses', readingOf(['192.0.2.1']), readingOf(['192.0.2.2']), false],
  ['a rule more', readingOf(['192.0.2.1']), readingOf(['192.0.2.1', '192.0.2.1']), false],
  ['a rule less', readingOf(['192.0.2.1', '192.0.2.1']), readingOf(['192.0.2.1']), false],
  [
    'other lists',
    readingOf([], { lists: [LIST] }),
    readingOf([], { lists: [{ ...LIST, addresses: setOf('192.0.2.2') }] }),
    false,
  ],
  ['the same lists', readingOf([], { lists: [LIST] }), readingOf([], { lists: [{ ...LIST }] }), true],
  ['another local side', readingFrom('10.0.0.0/8'), readingFrom('10.0.0.0/9'), false],
  ['no local side any more', readingFrom('10.0.0.0/8'), readingFrom(undefined), false],
  ['a local side instead of none', readingFrom(undefined), readingFrom('10.0.0.0/8'), false],
  [
    'another port',
    readingOf(['192.0.2.1']),
    readingOf([], { rules: [{ ...ruleFor('192.0.2.1'), ports: [{ first: 443, last: 444 }] }] }),
    false,
  ],
  [
    'other members',
    readingOf([], { rules: [{ ...ruleFor('192.0.2.0/31'), members: [1n] }] } as never),
    readingOf([], { rules: [{ ...ruleFor('192.0.2.0/31'), members: [2n] }] } as never),
    false,
  ],
])('whether the end differs: %s', ([, first, last, isSame]) => {
  expect([...readingsWhile(turning(first, last), [], 'delta')].length).toBe(isSame ? 1 : 2)
})

test('a device without a model holds what was loaded last', () => {
  const device = replacingDevice((files) => readingOf(files.map(({ text }) => text)))(CONTEXT)
  expect(device.reading()).toEqual({ rules: [], lists: [], notes: [] })
  loadWhole(device, [file('192.0.2.1'), file('192.0.2.2')])
  expect(shown(device.reading())).toBe('192.0.2.1/32 192.0.2.2/32')
  loadWhole(device, [file('192.0.2.3')])
  expect(shown(device.reading())).toBe('192.0.2.3/32')
  expect(device.items()).toEqual([])
})
