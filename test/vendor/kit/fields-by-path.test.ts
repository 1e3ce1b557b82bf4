import { expect, test } from 'vitest'
import type { LocatedJson } from '../../../src/vendor/kit/located-json.ts'
import { fieldsByPath, readJson } from '../../../src/vendor/kit/located-json.ts'

test.for<[text: string, fields: object]>([
  ['{"a": "x", "b": 1, "c": true}', { a: 'x', b: '1', c: 'true' }],
  ['{"a": {"b": {"c": "x"}}}', { 'a.b.c': 'x' }],
  ['{"a": ["x", 1]}', { a: ['x', '1'] }],
  ['{"a": []}', { a: [] }],
  ['{"a": [{"b": 1}, {"b": 2, "c": ["x"]}]}', { 'a[0].b': '1', 'a[1].b': '2', 'a[1].c': ['x'] }],
  ['{"a": [["x"], ["y"]]}', { 'a[0]': ['x'], 'a[1]': ['y'] }],
  ['{"a": null, "b": {}}', {}],
  ['{"name": "x", "a": {"name": "y"}}', { 'a.name': 'y' }],
  ['["x"]', {}],
  ['1', {}],
])('%s', ([text, fields]) => {
  expect(fieldsByPath(readJson(text) as LocatedJson, ['name'])).toEqual(fields)
  expect(fieldsByPath(undefined)).toEqual({})
})
