import { describe, expect, test } from 'vitest'
import { readingsFrom } from '../../src/model/device.ts'
import { checkedReaders, contractOf, loadedDevice } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { moduleIn } from '../../src/vendor/reader.ts'
import { folderWith } from '../cli/harness.ts'
import { expectEach, expectPage } from '../golden-page.ts'
import { problemOf } from '../notation.ts'

// A reading that a vendor's reader returns is checked at the door, field by field.

const FILES = ['rules', 'more'].map((part) => ({ part, family: undefined, text: 'one\ntwo\n' }))
const CONTEXT = { options: {}, purpose: 'prove', narrow: {}, kit: KIT } as const

/** The readers of a vendor `asa` whose reader.js has this text. */
async function readersOf(text: string) {
  const module = await moduleIn(folderWith({ 'reader.js': text }), 'asa')
  return checkedReaders(contractOf('asa', ['chain', 'interface']), module)
}

const PREPARE = `
  const place = { part: 'rules', line: 2 }
  const remote = { addresses: kit.everything(), tags: [] }
  const ports = [{ first: 443, last: 443 }]
  const rule = { name: 'x', place, direction: 'outbound', action: 'allow', protocol: 'tcp', ports, coverage: 'whole', remote }
  const note = { place, text: 'line', reason: 'is not understood' }
  const list = { part: 'more', addresses: kit.empty }
  const prefix = kit.parsePrefix('10.0.0.0/8')
  const member = { name: 'x', place, prefix }
  const reading = { rules: [rule, rule, rule], lists: [list], notes: [note], scopes: { chain: ['INPUT'] } }
`
const returning = (expression: string) => `export default (files, { kit }) => {${PREPARE} return (${expression}) }`

test('is refused', async () => {
  await expectEach('refused-readings.txt', async (expression) => {
    const { read } = await readersOf(returning(expression))
    return problemOf(() => read(FILES, CONTEXT)).replace('UserError: the reader of asa', '')
  })
})

test('a reading that says everything passes as it is, with the same sets', async () => {
  const about = '{ direction: "inbound", protocol: "any", ports, remote }'
  const { read } = await readersOf(`
    export const kept = []
    export default (files, { kit }) => {${PREPARE}
      kept.push({
        rules: [rule, { ...rule, coverage: 'part', isPartByZone: true, members: [member], place: { part: 'more', line: 3 } }],
        lists: [list],
        notes: [{ ...note, text: '', about: [${about}], isForeign: true, isHarmless: false }],
        scopes: { interface: ['wan'], chain: [] },
      })
      return kept.at(-1)
    }`)
  const reading = read(FILES, CONTEXT)
  expect(reading.rules[0]?.remote.addresses).toBe(KIT.everything())
  expect(reading.rules[1]).toMatchObject({ coverage: 'part', isPartByZone: true, members: [{ name: 'x' }] })
  expect(reading.scopes).toEqual({ interface: ['wan'], chain: [] })
})

test('what a reader changes later changes nothing', async () => {
  const { read } = await readersOf(`
    let last
    export default (files, { kit }) => {${PREPARE}
      if (last) last.rules[0].action = 'deny'
      last = reading
      return reading
    }`)
  const first = read(FILES, CONTEXT)
  read(FILES, CONTEXT)
  expect(first.rules[0]?.action).toBe('allow')
})

describe('a device', () => {
  const make = (fields: string) => `
    export const device = ({ kit }) => {${PREPARE}
      let held = []
      const files = []
      return {
        *load(files, kind) { for (const { text } of files) { held = [...held, text.length]; yield } },
        reading: () => ({ rules: [{ ...rule, place: { part: 'rules', line: 1 } }], lists: [], notes: [] }),
        items: () => [{ kind: 'rule', name: 'x', list: 'in', fields: { port: '443', to: ['b', 'a', 'b'] } }, { kind: 'set', family: 'ipv4', name: 's', id: '7', fields: {} }],
        ${fields}
      }
    }`

  const WRONG: readonly [what: string, text: string][] = [
    ['nothing', 'export const device = () => {}'],
    ['a promise', 'export const device = async () => ({})'],
    ['a throw', 'export const device = () => { throw new Error("no") }'],
    ['no items', make('items: undefined')],
    ['a load that yields nothing', make('load: () => undefined')],
    ['an async load', make('async load() {}')],
    ['a load without an end', make('*load() { for (;;) yield }')],
    ['a load that fails midway', make('*load() { yield; throw new Error("lost") }')],
    ['a reading', make('reading: () => ({ ...reading, rules: [{ ...rule, coverage: 1 }] })')],
    [
      'a place in a file that was not loaded',
      make('reading: () => ({ ...reading, rules: [{ ...rule, place: { part: "edge", line: 1 } }] })'),
    ],
    ['items that are no list', make('items: () => ({})')],
    ['an item', make('items: () => ["x"]')],
    [
      'an unknown kind',
      make('items: () => [{ kind: "rule", name: "x", fields: {} }, { kind: "policy", name: "y", fields: {} }]'),
    ],
    ['an item without a name', make('items: () => [{ kind: "rule", name: "", fields: {} }]')],
    ['an item of another family', make('items: () => [{ kind: "rule", name: "x", family: "v4", fields: {} }]')],
    ['an unknown field of an item', make('items: () => [{ kind: "rule", name: "x", vdom: "y", fields: {} }]')],
    ['an item without fields', make('items: () => [{ kind: "rule", name: "x" }]')],
    ['a field that is a number', make('items: () => [{ kind: "rule", name: "x", fields: { port: 443 } }]')],
  ]

  test('is refused with a sentence', async () => {
    const rows: [name: string, text: string][] = []
    for (const [what, text] of WRONG) {
      const { device } = await readersOf(text)
      const work = () => {
        const model = device?.(CONTEXT)
        for (const _ of model?.load(FILES, 'full') ?? []) model?.reading()
        model?.items()
        model?.reading()
      }
      rows.push([what, problemOf(work)])
    }
    await expectPage('refused-models.txt', rows)
  })

  test('may return a frozen rule again, which is checked once; the others are checked each time', async () => {
    const { device } = await readersOf(
      make(`reading: (() => {
        const first = Object.freeze({ ...rule, place: { part: 'rules', line: 1 } })
        const coverages = ['whole', 'part', 1]
        return () => ({ rules: [first, { ...first, coverage: coverages.shift() }], lists: [], notes: [] })
      })()`),
    )
    const model = device?.(CONTEXT)
    const steps = model?.load(FILES, 'full')[Symbol.iterator]()
    const [one, two] = [0, 1].map(() => {
      steps?.next()
      return model?.reading().rules
    })
    expect(two?.[0]).toBe(one?.[0])
    expect(two?.map(({ coverage }) => coverage)).toEqual(['whole', 'part'])
    steps?.next()
    expect(problemOf(() => model?.reading())).toBe(
      'UserError: the reader of asa: rule 2 "x": coverage 1 is not whole or part',
    )
  })

  test('may have a frozen item again, which is checked once; the others are checked each time', async () => {
    const { device } = await readersOf(
      make(`items: (() => {
        const first = Object.freeze({ kind: 'set', name: 'a', fields: { to: ['b', 'a'] } })
        const kinds = ['rule', 'group', 'wall']
        return () => [{ ...first, kind: kinds.shift() }, first]
      })()`),
    )
    const model = device?.(CONTEXT)
    const [one, two] = [model?.items(), model?.items()]
    expect(two?.[1]).toBe(one?.[1])
    expect(two?.map(({ kind }) => kind)).toEqual(['group', 'set'])
    expect(problemOf(() => model?.items())).toMatch(/^UserError: the reader of asa: item 1: kind "wall" is not /)
  })

  test('may make lists by a delta that no file is named after', async () => {
    const { device } = await readersOf(
      make(`
      *load(files, kind) { held = kind === 'delta' ? [{ part: 'new', addresses: kit.empty }] : []; yield },
      reading: () => ({ rules: [], lists: held, notes: [] }),`),
    )
    expect([...readingsFrom(loadedDevice(device, FILES, CONTEXT), FILES, 'delta')].at(-1)?.lists).toMatchObject([
      { part: 'new' },
    ])
  })

  test('is what a reader reads and follows by', async () => {
    const readers = await readersOf(make(''))
    expect(readers.read(FILES, CONTEXT).rules).toMatchObject([{ name: 'x' }])
    expect([...readingsFrom(loadedDevice(readers.device, FILES, CONTEXT), FILES, 'delta')]).toHaveLength(3)
    expect(readers.device?.(CONTEXT).items()).toEqual([
      { kind: 'rule', name: 'x', list: 'in', fields: { port: '443', to: ['b', 'a'] } },
      { kind: 'set', family: 'ipv4', name: 's', id: '7', fields: {} },
    ])
  })

  test('is made of a function that only reads, for a dialect whose every load replaces the whole', async () => {
    const readers = await readersOf(`export const read = (files, { kit }) => {${PREPARE}
      return { ...reading, rules: files.map(({ part }) => ({ ...rule, place: { part, line: 1 } })) }
    }`)
    const model = readers.device?.(CONTEXT)
    expect(model?.reading().rules).toEqual([])
    for (const files of [FILES, FILES.slice(0, 1)]) for (const _ of model?.load(files, 'full') ?? []);
    expect(model?.reading().rules).toHaveLength(1)
    expect(model?.items()).toEqual([])
    expect(readers.follows).toBe(false)
  })

  test('one that says more at the end than after its last step is looked at once more', async () => {
    const { device } = await readersOf(
      make(`
      *load(files, kind) { yield; held = kind === 'delta' ? [note] : [] },
      reading: () => ({ rules: [], lists: [], notes: held }),`),
    )
    const readings = readingsFrom(loadedDevice(device, FILES, CONTEXT), FILES, 'delta')
    expect(Array.from(readings, ({ notes }) => notes.length)).toEqual([0, 0, 1])
  })
})

test.for([
  ['export const device = {}', 'exports "device", which is not a function'],
  ['export default {}', 'exports "default", which is not a function'],
  ["throw new Error('no kit')", 'cannot be loaded: no kit'],
  ['export const folow = () => {}', 'has no reader: expected it to export a function "device" or "read"'],
])('a module is refused: %s', async ([text, problem]) => {
  await expect(readersOf(text as string)).rejects.toThrow(problem as string)
})
