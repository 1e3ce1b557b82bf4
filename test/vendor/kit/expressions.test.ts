import { expect, test } from 'vitest'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import type { LocatedJson } from '../../../src/vendor/kit/located-json.ts'

const scalar = (value: string | number): LocatedJson => ({ kind: 'scalar', line: 3, value })
const jsonOf = (value: unknown) => KIT.readJson(JSON.stringify(value)) as LocatedJson

const PARAMETERS = {
  a: { defaultValue: 'A' },
  b: { defaultValue: "[concat(parameters('a'), 'b')]" },
  none: { type: 'string' },
  n: { defaultValue: 7 },
}
const VARIABLES = { v: "[parameters('b')]", list: ['x'], round: "[variables('round')]", odd: '[copyIndex()]' }
const reader = () => KIT.expressions({ parameters: jsonOf(PARAMETERS), variables: jsonOf(VARIABLES) })
const textOf = (text: string) => KIT.textOf(reader()(scalar(text)))

test.for<[text: string, value: string | undefined]>([
  ['plain', 'plain'],
  ['', ''],
  ['[open', '[open'],
  ['close]', 'close]'],
  ['[[escaped]', '[escaped]'],
  ["['text']", 'text'],
  ["['it''s']", "it's"],
  ["[parameters('a')]", 'A'],
  ["[ parameters ( 'a' ) ]", 'A'],
  ["[parameters('a') ]", 'A'],
  ["[PARAMETERS('a')]", 'A'],
  ["[parameters('b')]", 'Ab'],
  ["[variables('v')]", 'Ab'],
  ["[concat(parameters('a'), '/', variables('v'))]", 'A/Ab'],
  ["[format('{1}-{0}', 'x', parameters('a'))]", 'A-x'],
  ["[format('{0}{0}', 'x')]", 'xx'],
  ["[resourceId('Microsoft.Network/ipGroups', 'web')]", 'Microsoft.Network/ipGroups web'],
  ["[resourceId('Microsoft.Network/a/b', 'x', 'y')]", 'Microsoft.Network/a/b x/y'],
  // What is not understood.
  ["[parameters('missing')]", undefined],
  ["[parameters('none')]", undefined],
  ["[parameters('a', 'b')]", undefined],
  ["[parameters('a').b]", undefined],
  ["[variables('round')]", undefined],
  ["[variables('odd')]", undefined],
  ["[concat(variables('odd'), 'x')]", undefined],
  ["[concat(parameters('n'), 'x')]", undefined],
  ["[format('{1}', 'x')]", undefined],
  ["[format('{0}{1}', 'x')]", undefined],
  ["[format('{{0}}', 'x')]", undefined],
  ["[format('{0:N}', 'x')]", undefined],
  ['[concat()]', undefined],
  ["[concat('a',)]", undefined],
  ["[concat(,'a')]", undefined],
  ["[concat('a' 'b')]", undefined],
  ["[concat('a')", "[concat('a')"],
  ["[concat('a')) ]", undefined],
  ["[concat('a'] ]", undefined],
  ["['a' 'b']", undefined],
  ['[]', undefined],
  ['[a]', undefined],
  ["['open]", undefined],
  ["[uniqueString('a')]", undefined],
])('%s is %s', ([text, value]) => {
  expect(reader()(scalar(text))).toEqual(value === undefined ? undefined : expect.objectContaining({ value }))
})

test('values that are no texts are themselves, and lists come from parameters and variables', () => {
  const list = jsonOf(['x'])
  expect(reader()(scalar(7))).toEqual(scalar(7))
  expect(reader()(list)).toBe(list)
  expect(reader()(scalar("[variables('list')]"))).toMatchObject({ kind: 'list' })
  expect(reader()(scalar("[parameters('n')]"))).toMatchObject({ value: 7 })
  expect(reader()(scalar("[concat('a', 'b')]"))).toEqual({ kind: 'scalar', line: 3, value: 'ab' })
})

// Every expression that the grammar makes, up to three calls deep, and what it stands for; and every row of up to six tokens, of which
// only those have a value.
test('every expression of a small grammar has its value, and every other row of tokens has none', () => {
  const texts = new Map([
    ["'x'", 'x'],
    ["'y'", 'y'],
  ])
  let known = new Map(texts)
  for (let depth = 0; depth < 3; depth++) {
    const next = new Map(known)
    for (const [one, value] of known) {
      next.set(`concat(${one})`, value)
      for (const [two, other] of depth === 0 ? known : texts) next.set(`concat(${one},${two})`, value + other)
    }
    known = next
  }
  for (const [expression, value] of known) if (textOf(`[${expression}]`) !== value) expect(expression).toBe(value)
  const tokens = ["'x'", "'y'", 'concat', '(', ')', ',']
  let rows = ['']
  let found = 0
  for (let length = 1; length <= 6; length++) {
    rows = rows.flatMap((row) => tokens.map((token) => row + token))
    for (const row of rows) {
      // Two texts side by side are one with a quote in it.
      if (/''|concatconcat/.test(row)) continue
      const value = textOf(`[${row}]`)
      if (value !== undefined) found++
      if (value !== known.get(row)) expect({ row, value }).toEqual({ row, value: known.get(row) })
    }
  }
  expect(found).toBe(8)
})

test('hostile templates end soon, and throw nothing', () => {
  /** What a name stands for, if each name is a call with the one before it. */
  const lookUp = (name: string, call: (before: string) => string) => {
    const others = Array.from({ length: 60 }, (_, at) => [`v${at + 1}`, `[${call(`variables('v${at}')`)}]`])
    const variables = jsonOf(Object.fromEntries([['v0', 'x'], ...others]))
    return KIT.textOf(KIT.expressions({ variables })(scalar(`[variables('${name}')]`)))
  }
  const twice = (before: string) => `concat(${before}, ${before})`
  expect(['v11', 'v12', 'v59'].map((name) => lookUp(name, twice))).toEqual(['x'.repeat(2048), undefined, undefined])
  expect(lookUp('v20', (before) => `format('x'${`, ${before}`.repeat(99)})`)).toBe('x')
  expect(lookUp('v59', (before) => before)).toBeUndefined()
  expect(textOf(`[${'concat('.repeat(2000)}'x'${')'.repeat(2000)}]`)).toBeUndefined()
})

test('names that lead to names, calls in calls, expressions and their values have a limit', () => {
  const named = (levels: number) => {
    const names = Array.from({ length: levels }, (_, at) => [`v${at}`, `[variables('v${at + 1}')]`])
    const variables = jsonOf(Object.fromEntries([...names, [`v${levels}`, 'x']]))
    return KIT.textOf(KIT.expressions({ variables })(scalar("[variables('v0')]")))
  }
  expect([named(20), named(21)]).toEqual(['x', undefined])
  const nested = (levels: number) => textOf(`[${'concat('.repeat(levels)}'x'${')'.repeat(levels)}]`)
  expect([nested(21), nested(22)]).toEqual(['x', undefined])
  const long = (length: number) => textOf(`['${'x'.repeat(length - 4)}']`)?.length
  expect([long(4000), long(4001)]).toEqual([3996, undefined])
  const joined = (length: number) =>
    textOf(`[format('{0}{0}${'x'.repeat(length - 2000)}', '${'x'.repeat(1000)}')]`)?.length
  expect([joined(4000), joined(4001)]).toEqual([4000, undefined])
})
