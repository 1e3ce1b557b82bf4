import { expect, test } from 'vitest'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import type { BrokenJson, LocatedJson } from '../../../src/vendor/kit/located-json.ts'

const plain = (value: LocatedJson): unknown =>
  value.kind === 'list'
    ? value.items.map(plain)
    : value.kind === 'object'
      ? Object.fromEntries(Array.from(value.fields, ([name, one]) => [name, plain(one)]))
      : value.value

const show = (one: LocatedJson | BrokenJson) =>
  one.kind === 'broken' ? `${one.line} ${one.text} ${one.reason}` : plain(one)

test('knows the line of every value', () => {
  const [first, second] = KIT.readYaml('# a comment\na:\n  - 1\n  - b: c\n---\n---\n{\n"d": [\n2]}\n') as LocatedJson[]
  const [one, two] = KIT.itemsOf(KIT.fieldOf(first, 'a'))
  expect([first?.line, one?.line, two?.line, KIT.fieldOf(two, 'b')?.line]).toEqual([2, 3, 4, 4])
  const list = KIT.fieldOf(second, 'd')
  expect([second?.line, list?.line, KIT.itemsOf(list)[0]?.line]).toEqual([7, 8, 9])
})

test.for<[text: string, want: unknown[]]>([
  ['', []],
  ['# nothing\n', []],
  ['---\n---\n', []],
  ['a: 1\n---\nb: "1"\n...\n---\nc: [x, null, true, 1.5]\n', [{ a: 1 }, { b: '1' }, { c: ['x', null, true, 1.5] }]],
  ['a:\nb: ~\n', [{ a: null, b: null }]],
  ['{ a, b: 2603:1000::/48 }', [{ a: null, b: '2603:1000::/48' }]],
  ['- 2603:1000::/48\n- ::1/128\n- 10.0.0.0/8\n', [['2603:1000::/48', '::1/128', '10.0.0.0/8']]],
  ['"on": "yes"', [{ on: 'yes' }]],
  ['a: |\n  b: c\n', [{ a: 'b: c\n' }]],
  ['__proto__: 1', [JSON.parse('{"__proto__": 1}')]],
  ['5\n---\n""\n---\n~\n---\n', [5, '', null]],
])('reads %j', ([text, want]) => {
  expect(KIT.readYaml(text).map(show)).toEqual(want)
})

test.for<[text: string, want: string]>([
  ['a: 1\na: 2', '2 a appears twice in one object'],
  ['a: [1', '1  is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]'],
  ['a: &x 1\nb: *x', '1 &x is an anchor, which is not followed'],
  ['a:\n- *x', '2 *x is an alias, which is not followed'],
  ['a: !!binary aGk=', '1 tag:yaml.org,2002:binary is a tag, which is not followed'],
  ['a: !own 1', '1 !own is a tag, which is not followed'],
  ['1: a', '1  is a key, but not text'],
  ['? [a]\n: b', '1  is a key, but not text'],
  ['!!str a: 1', '1  is a key, but not text'],
  ['&x a: 1', '1  is a key, but not text'],
  ['<<: {a: 1}', '1 << is another value in YAML 1.1: put it in quotes'],
  ['a: .inf', '1 .inf is not a JSON value'],
  ...['yes', 'NO', 'on', 'Off', 'y', '0755', '0o17', '0b1', '1_000', '1:20', '2020-01-01', '='].map(
    (word): [string, string] => [`a:\n- ${word}`, `2 ${word} is another value in YAML 1.1: put it in quotes`],
  ),
])('says what is wrong with %j', ([text, want]) => {
  expect(KIT.readYaml(text).map(show)[0]).toBe(want)
})

test('reads on behind a document that is broken, and is not led astray by depth', () => {
  expect(KIT.readYaml('a: yes\n---\nb: 1').map(show)).toEqual([
    '1 yes is another value in YAML 1.1: put it in quotes',
    { b: 1 },
  ])
  const nested = (levels: number, open: string, close: string) =>
    KIT.readYaml(open.repeat(levels) + close.repeat(levels)).map(({ kind }) => kind)
  expect([nested(201, '[', ']'), nested(202, '[', ']')]).toEqual([['list'], ['broken']])
  expect([nested(200, '{a: ', '}'), nested(201, '{a: ', '}')]).toEqual([['object'], ['broken']])
})
