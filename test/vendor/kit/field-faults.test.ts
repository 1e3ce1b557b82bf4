import { expect, test } from 'vitest'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import type { LocatedJson } from '../../../src/vendor/kit/located-json.ts'

const NAMES = ['a', 'b', 'c', '__proto__']
/** Every list of some of the names. */
const SOME = Array.from({ length: 2 ** NAMES.length }, (_, bits) => NAMES.filter((_, at) => bits & (1 << at)))

test('every object of four fields, with every list of wanted and optional ones', () => {
  for (const there of SOME) {
    for (const empty of SOME.filter((names) => names.every((name) => there.includes(name)))) {
      const text = `{\n${there.map((name) => `"${name}": ${empty.includes(name) ? null : 1}`).join(',\n')}}`
      const value = KIT.readJson(text) as LocatedJson
      for (const wanted of SOME) {
        for (const optional of SOME) {
          for (const mayBeNull of [false, true]) {
            const faults = there.flatMap((name, index) => {
              const isKnown = [...wanted, ...optional].includes(name)
              const isNull = empty.includes(name)
              const line = index + 2
              if (isNull ? mayBeNull : isKnown) return []
              return isKnown
                ? [{ line, reason: `has null as "${name}"` }]
                : [{ line, reason: `has the field "${name}", which is not understood` }]
            })
            const missing = wanted.filter((name) => !there.includes(name))
            const found = KIT.fieldFaults(value, { wanted, optional, mayBeNull })
            const all = [...faults, ...missing.map((name) => ({ line: 1, reason: `has no field "${name}"` }))]
            if (JSON.stringify(found) !== JSON.stringify(all)) expect(found, text).toEqual(all)
          }
        }
      }
    }
  }
})

test('what is no object has one fault', () => {
  for (const text of ['[]', '1', 'null', '"a"'])
    expect(KIT.fieldFaults(KIT.readJson(`\n${text}`) as LocatedJson, { wanted: ['a'] })).toEqual([
      { line: 2, reason: 'is not an object' },
    ])
})

test('without lists and without a word about null, no field is known, and null is a fault', () => {
  const faultsOf = (names: Parameters<typeof KIT.fieldFaults>[1]) =>
    KIT.fieldFaults(KIT.readJson('{"a": null}') as LocatedJson, names).map(({ reason }) => reason)
  expect(faultsOf({})).toEqual(['has the field "a", which is not understood'])
  expect(faultsOf({ wanted: ['a'] })).toEqual(['has null as "a"'])
})
