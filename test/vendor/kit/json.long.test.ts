import { expect, test } from 'vitest'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import type { BrokenJson, LocatedJson } from '../../../src/vendor/kit/located-json.ts'

const plain = (value: LocatedJson | BrokenJson): unknown => {
  if (value.kind === 'broken') return undefined
  if (value.kind === 'scalar') return value.value
  if (value.kind === 'list') return value.items.map(plain)
  return Object.fromEntries(Array.from(value.fields, ([key, one]) => [key, plain(one)]))
}

test('every short text is JSON for it where it is for JSON.parse, and means the same', () => {
  const LETTERS = ['{', '}', '[', ']', ',', ':', '"a"', '1', 'null', ' ', '\n', '"']
  const check = (text: string, length: number) => {
    let wanted: unknown
    try {
      wanted = JSON.parse(text)
    } catch {}
    const found = KIT.readJson(text)
    // Of two fields of one name programs disagree on which counts.
    const isTwice = found.kind === 'broken' && found.reason === 'appears twice in one object'
    if (!isTwice && JSON.stringify(plain(found)) !== JSON.stringify(wanted)) expect(plain(found), text).toEqual(wanted)
    if (length > 0) for (const letter of LETTERS) check(text + letter, length - 1)
  }
  check('', 4)
  check('{"a":', 3)
  check('[1,', 3)
})
