import { describe, expect, test } from 'vitest'
import { checkedReaders } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { moduleIn } from '../../src/vendor/reader-module.ts'
import { folderWith } from '../cli/harness.ts'
import { expectPage } from '../golden-page.ts'
import { problemOf } from '../notation.ts'

// A reading that a vendor's reader returns is checked at the door, field by field.

const FILES = ['rules', 'more'].map((part) => ({ part, family: undefined, text: 'one\ntwo\n' }))
const CONTEXT = { options: {}, purpose: 'prove', narrow: {}, kit: KIT } as const

/** The readers of a vendor `asa` whose reader.js has this text. */
async function readersOf(text: string) {
  const module = await moduleIn(folderWith({ 'reader.js': text }), 'asa')
  const readers = module && checkedReaders({ name: 'asa', narrows: ['chain', 'interface'] }, module)
  if (!readers) throw new Error('no reader')
  return readers
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
/** A reading whose third rule is another in some fields. */
const third = (fields: string) => `{ ...reading, rules: [rule, rule, { ...rule, ${fields} }] }`
const SETS = 'expected a set that the kit made'
const PORT = 'expected a whole number from 0 to 65535'

const REFUSED: readonly (readonly [reading: string, problem: string])[] = [
  // The whole.
  ['undefined', ' returned undefined; expected { rules, lists, notes }'],
  ['null', ' returned null; expected { rules, lists, notes }'],
  ['"rules"', ' returned a text; expected { rules, lists, notes }'],
  ['[]', ' returned a list; expected { rules, lists, notes }'],
  ['() => reading', ' returned a function; expected { rules, lists, notes }'],
  ['Promise.resolve(reading)', ' returned a promise; expected a function without async'],
  ['Promise.reject(new Error("late"))', ' returned a promise; expected a function without async'],
  ['{}', ': rules is missing; expected a list'],
  ['{ ...reading, rules: undefined }', ': rules is missing; expected a list'],
  [
    '{ ...reading, rules: { 0: rule } }',
    `: rules is {"0":{"name":"x","place":{"part":"rules","line":2},"directi…; expected a list`,
  ],
  ['{ ...reading, notes: null }', ': notes is null; expected a list'],
  ['{ ...reading, note: [] }', ': unknown field "note"; did you mean "notes"?'],
  ['{ ...reading, everything: 1 }', ': unknown field "everything"; expected rules, lists, notes or scopes'],
  // Rules.
  ['{ ...reading, rules: [rule, undefined] }', ': rule 2: it is missing; expected an object'],
  ['{ ...reading, rules: [rule, , rule] }', ': rule 2: it is missing; expected an object'],
  ['{ ...reading, rules: ["permit any"] }', ': rule 1: it is "permit any"; expected an object'],
  [third('action: "permit"'), ': rule 3 "x": action "permit" is not allow or deny'],
  [third('action: "Allow"'), ': rule 3 "x": action "Allow" is not allow or deny'],
  [third('action: undefined'), ': rule 3 "x": action is missing; expected allow or deny'],
  [third('action: Symbol("allow")'), ': rule 3 "x": action Symbol(allow) is not allow or deny'],
  [third('direction: "Outbound"'), ': rule 3 "x": direction "Outbound" is not outbound or inbound'],
  [third('direction: "both"'), ': rule 3 "x": direction "both" is not outbound or inbound'],
  [third('protocol: "TCP"'), ': rule 3 "x": protocol "TCP" is not tcp, udp, icmp, other or any'],
  [third('protocol: 6'), ': rule 3 "x": protocol 6 is not tcp, udp, icmp, other or any'],
  [third('coverage: "any"'), ': rule 3 "x": coverage "any" is not whole or part'],
  [third('coverage: null'), ': rule 3 "x": coverage null is not whole or part'],
  [third('isPartByZone: "yes"'), ': rule 3 "x": isPartByZone is "yes"; expected true or false'],
  [third('name: 7'), ': rule 3: name is 7; expected text'],
  [third('protocl: "tcp"'), ': rule 3 "x": unknown field "protocl"; did you mean "protocol"?'],
  // Ports.
  [third('ports: []'), ': rule 3 "x": ports is []; expected at least one range; every port is 0 to 65535'],
  [third('ports: undefined'), ': rule 3 "x": ports is missing; expected a list'],
  [third('ports: "443"'), ': rule 3 "x": ports is "443"; expected a list'],
  [third('ports: [443]'), ': rule 3 "x": ports[0] is 443; expected an object'],
  [third('ports: [{ first: 443 }]'), `: rule 3 "x": ports[0].last is missing; ${PORT}`],
  [third('ports: [{ first: "443", last: "443" }]'), `: rule 3 "x": ports[0].first is "443"; ${PORT}`],
  [third('ports: [{ first: 1.5, last: 2 }]'), `: rule 3 "x": ports[0].first is 1.5; ${PORT}`],
  [third('ports: [{ first: NaN, last: NaN }]'), `: rule 3 "x": ports[0].first is NaN; ${PORT}`],
  [third('ports: [{ first: -1, last: 2 }]'), `: rule 3 "x": ports[0].first is -1; ${PORT}`],
  [third('ports: [{ first: 0, last: 65536 }]'), `: rule 3 "x": ports[0].last is 65536; ${PORT}`],
  [third('ports: [{ first: 0, last: Infinity }]'), `: rule 3 "x": ports[0].last is Infinity; ${PORT}`],
  [
    third('ports: [{ first: 443, last: 80 }]'),
    ': rule 3 "x": ports[0] is {"first":443,"last":80}; expected the first port to be at most the last',
  ],
  [
    third('ports: [{ first: 80, last: 80 }, { first: 22, last: 22 }]'),
    ': rule 3 "x": ports is [{"first":80,"last":80},{"first":22,"last":22}]; expected ranges in order that do not overlap',
  ],
  [
    third('ports: [{ first: 80, last: 90 }, { first: 90, last: 99 }]'),
    ': rule 3 "x": ports is [{"first":80,"last":90},{"first":90,"last":99}]; expected ranges in order that do not overlap',
  ],
  [third('ports: [{ first: 1, last: 2, to: 3 }]'), ': rule 3 "x": unknown field "ports[0].to"; expected first or last'],
  // Remote sides.
  [third('remote: undefined'), ': rule 3 "x": remote is missing; expected an object'],
  [third('remote: kit.everything()'), ': rule 3 "x": remote.addresses is missing; expected a set that the kit made'],
  [third('remote: { addresses: undefined, tags: [] }'), `: rule 3 "x": remote.addresses is missing; ${SETS}`],
  [
    third('remote: { addresses: ["10.0.0.0/8"], tags: [] }'),
    `: rule 3 "x": remote.addresses is ["10.0.0.0/8"]; ${SETS}`,
  ],
  [
    third('remote: { addresses: Object.create(Object.getPrototypeOf(kit.empty)), tags: [] }'),
    `: rule 3 "x": remote.addresses is {}; ${SETS}`,
  ],
  [third('remote: { addresses: kit.empty }'), ': rule 3 "x": remote.tags is missing; expected a list'],
  [third('remote: { addresses: kit.empty, tags: "Sql" }'), ': rule 3 "x": remote.tags is "Sql"; expected a list'],
  [
    third('remote: { addresses: kit.empty, tags: [""] }'),
    ': rule 3 "x": remote.tags[0] is ""; expected text with at least one character',
  ],
  [third('remote: { ...remote, tag: [] }'), ': rule 3 "x": unknown field "remote.tag"; did you mean "tags"?'],
  // Places.
  [third('place: undefined'), ': rule 3 "x": place is missing; expected an object'],
  [
    third('place: { part: "other", line: 1 }'),
    ': rule 3 "x": place.part is "other"; expected one of the files that were given: "rules", "more"',
  ],
  [third('place: { part: "rules", line: 0 }'), ': rule 3 "x": place.line is 0; expected the number of a line, from 1'],
  [
    third('place: { part: "rules", line: 1.5 }'),
    ': rule 3 "x": place.line is 1.5; expected the number of a line, from 1',
  ],
  [third('place: { part: "rules", line: 4 }'), ': rule 3 "x": place.line is 4; expected a line of that file'],
  // Members.
  [third('members: [member, { ...member, name: 1 }]'), ': rule 3 "x": members[1].name is 1; expected text'],
  [
    third('members: [{ ...member, prefix: "10.0.0.0/8" }]'),
    ': rule 3 "x": members[0].prefix is "10.0.0.0/8"; expected a prefix that the kit made',
  ],
  [
    third('members: [{ ...member, prefix: { ...prefix, length: 33 } }]'),
    ': rule 3 "x": members[0].prefix is {"family":"ipv4","address":"167772160","length":33}; expected a prefix that the kit made',
  ],
  [
    third('members: [{ ...member, prefix: { ...prefix, address: 1n } }]'),
    ': rule 3 "x": members[0].prefix is {"family":"ipv4","address":"1","length":8}; expected a prefix that the kit made',
  ],
  [
    third('members: [{ ...member, prefix: { ...prefix, family: "v4" } }]'),
    ': rule 3 "x": members[0].prefix.family "v4" is not ipv4 or ipv6',
  ],
  [
    third('members: [{ ...member, ports }]'),
    ': rule 3 "x": unknown field "members[0].ports"; expected name, place or prefix',
  ],
  // Lists.
  ['{ ...reading, lists: [kit.empty] }', ': list 1: part is missing; expected text'],
  [
    '{ ...reading, lists: [{ part: "edge", addresses: kit.empty }] }',
    ': list 1: part is "edge"; expected one of the files that were given: "rules", "more"',
  ],
  ['{ ...reading, lists: [list, { part: "more", addresses: [] }] }', `: list 2: addresses is []; ${SETS}`],
  ['{ ...reading, lists: [{ ...list, names: "x" }] }', ': list 1: unknown field "names"; did you mean "name"?'],
  ['{ ...reading, lists: [{ ...list, name: "" }] }', ': list 1: name is ""; expected text with at least one character'],
  // Notes.
  ['{ ...reading, notes: ["line 3"] }', ': note 1: it is "line 3"; expected an object'],
  [
    '{ ...reading, notes: [note, { ...note, reason: "" }] }',
    ': note 2: reason is ""; expected text with at least one character',
  ],
  ['{ ...reading, notes: [{ ...note, text: undefined }] }', ': note 1: text is missing; expected text'],
  ['{ ...reading, notes: [{ ...note, place: { line: 1 } }] }', ': note 1: place.part is missing; expected text'],
  ['{ ...reading, notes: [{ ...note, isHarmless: 1 }] }', ': note 1: isHarmless is 1; expected true or false'],
  [
    '{ ...reading, notes: [{ ...note, isForeing: true }] }',
    ': note 1: unknown field "isForeing"; did you mean "isForeign"?',
  ],
  [
    '{ ...reading, notes: [{ ...note, about: [{ direction: "out", protocol: "any", ports, remote }] }] }',
    ': note 1: about[0].direction "out" is not outbound or inbound',
  ],
  // Scopes.
  ['{ ...reading, scopes: { chain: "INPUT" } }', ': scopes.chain is "INPUT"; expected a list'],
  ['{ ...reading, scopes: { vdom: [] } }', ': unknown field "scopes.vdom"; expected chain or interface'],
  ['{ ...reading, scopes: { chains: [] } }', ': unknown field "scopes.chains"; did you mean "chain"?'],
  // Code that fails.
  [
    'files.none.length',
    " failed: TypeError: Cannot read properties of undefined (reading 'length') (reader.js line 11); TAGWALL_DEBUG=1 shows where",
  ],
  ['(() => { throw "tired" })()', ' failed: tired; TAGWALL_DEBUG=1 shows where'],
  ['(() => { throw undefined })()', ' failed: it threw undefined; TAGWALL_DEBUG=1 shows where'],
  ['(() => { throw null })()', ' failed: it threw null; TAGWALL_DEBUG=1 shows where'],
  ['(() => { throw Symbol("odd") })()', ' failed: it threw a symbol; TAGWALL_DEBUG=1 shows where'],
  ['(() => { throw { message: "odd" } })()', ' failed: it threw an object; TAGWALL_DEBUG=1 shows where'],
  ['(() => { throw { get stack() { throw 1 } } })()', ' failed: it threw a value that cannot be read'],
  [
    '(() => { throw Object.defineProperty(new Error(), "message", { get() { throw 1 } }) })()',
    ' failed: it threw a value that cannot be read',
  ],
  [
    '(() => { throw new Proxy({}, { getPrototypeOf() { throw 1 } }) })()',
    ' failed: it threw a value that cannot be read',
  ],
  [
    '(() => { throw Object.freeze(new Error("cold")) })()',
    ' failed: Error: cold (reader.js line 11); TAGWALL_DEBUG=1 shows where',
  ],
  [
    '(() => { throw new Error("x".repeat(1e6)) })()',
    ` failed: Error: ${'x'.repeat(299 - 'Error: '.length)}… (reader.js line 11); TAGWALL_DEBUG=1 shows where`,
  ],
  [
    'kit.parsePrefix("all")',
    ' failed: Error: "all" is not a CIDR: the /length is missing (reader.js line 11); TAGWALL_DEBUG=1 shows where',
  ],
  // Values that never end.
  ['new Proxy(reading, {})', ' returned a Proxy; expected plain objects and lists'],
  ['{ ...reading, rules: new Proxy([], {}) }', ' returned a Proxy; expected plain objects and lists'],
  ['{ ...reading, rules: [new Proxy(rule, {})] }', ' returned a Proxy; expected plain objects and lists'],
  [
    '{ ...reading, rules: new Array(1e9) }',
    ' returned more than 2,000,000 values; expected { rules, lists, notes } of its files',
  ],
  [
    '{ ...reading, rules: [{ ...rule, name: "x".repeat(1e6), action: "permit" }] }',
    `: rule 1 "${'x'.repeat(58)}…: action "permit" is not allow or deny`,
  ],
  [
    '{ ...reading, rules: [{ ...rule, ["x".repeat(1e6)]: 1 }] }',
    `: rule 1 "x": unknown field "${'x'.repeat(59)}…"; expected name, place, action, direction, protocol, ports, remote, local, coverage, isPartByZone or members`,
  ],
  [
    '{ get rules() { throw new RangeError("no") } }',
    ' failed: RangeError: no (reader.js line 11); TAGWALL_DEBUG=1 shows where',
  ],
  [
    '(function again() { return again() })()',
    ' failed: RangeError: Maximum call stack size exceeded (reader.js line 11); TAGWALL_DEBUG=1 shows where',
  ],
  [
    '(files[0].text = "", reading)',
    " failed: TypeError: Cannot assign to read only property 'text' of object '#<Object>' (reader.js line 11); TAGWALL_DEBUG=1 shows where",
  ],
]

test.for(REFUSED)('%s is refused', async ([expression, problem]) => {
  const { read } = await readersOf(returning(expression))
  expect(problemOf(() => read(FILES, CONTEXT))).toBe(`UserError: the reader of asa${problem}`)
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
    const { follow } = await readersOf(
      make(`
      *load(files, kind) { held = kind === 'delta' ? [{ part: 'new', addresses: kit.empty }] : []; yield },
      reading: () => ({ rules: [], lists: held, notes: [] }),`),
    )
    expect([...(follow?.(FILES, FILES, CONTEXT) ?? [])].at(-1)?.lists).toMatchObject([{ part: 'new' }])
  })

  test('is what a reader reads and follows by', async () => {
    const readers = await readersOf(make(''))
    expect(readers.read(FILES, CONTEXT).rules).toMatchObject([{ name: 'x' }])
    expect([...(readers.follow?.(FILES, FILES, CONTEXT) ?? [])]).toHaveLength(3)
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
    expect(readers.follow).toBeUndefined()
  })

  test('one that says more at the end than after its last step is looked at once more', async () => {
    const { follow } = await readersOf(
      make(`
      *load(files, kind) { yield; held = kind === 'delta' ? [note] : [] },
      reading: () => ({ rules: [], lists: [], notes: held }),`),
    )
    expect([...(follow?.(FILES, FILES, CONTEXT) ?? [])].map(({ notes }) => notes.length)).toEqual([0, 0, 1])
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
