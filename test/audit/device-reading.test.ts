import { expect, test } from 'vitest'
import { sanitizeReading } from '../../src/audit/device-reading.ts'
import type { FoundRule, Reading } from '../../src/model/reading.ts'
import { setOf } from '../notation.ts'

const place = { part: 'rules', line: 1 }
const [EVIL, SAFE] = ['a\u001b[31m\nb', 'a\\u001b[31m\\u000ab']

const rule = (text: string, more: Partial<FoundRule> = {}): FoundRule => ({
  ...{ name: text, place, direction: 'outbound', action: 'allow', coverage: 'whole', protocol: 'tcp' },
  ...{ ports: [{ first: 443, last: 443 }], remote: { addresses: setOf('192.0.2.0/24'), tags: [] } },
  ...more,
})

/** A reading with `text` wherever a configuration can put one. */
const readingWith = (text: string): Reading => ({
  rules: [
    rule(text),
    rule(text, { remote: { addresses: setOf('192.0.2.0/24'), tags: [text, 'Sql'] } }),
    rule(text, { local: { addresses: setOf('10.0.0.0/8'), objects: [text, 'web'] } }),
    rule(text, { members: [{ name: text, place, prefix: { family: 'ipv4', address: 1n, length: 32 } }] }),
  ],
  lists: [
    { part: 'list', addresses: setOf('192.0.2.0/24') },
    { part: 'list', name: text, addresses: setOf('192.0.2.0/24'), tags: [text] },
  ],
  notes: [{ place, text, reason: text }],
  scopes: { vsys: [text, 'vsys1'] },
})

test('no text of a configuration hides anything, wherever it stands', () => {
  expect(sanitizeReading(readingWith(EVIL))).toEqual(readingWith(SAFE))
})

test('a reading without such texts stays as it is', () => {
  expect(sanitizeReading(readingWith('plain'))).toEqual(readingWith('plain'))
})
