import { expect, test } from 'vitest'
import { formatPrefix, parsePrefix } from '../../src/address/prefix.ts'
import { blockName, contentsText, joinName, objectNameOf, refusal, tagSummary, wordOf } from '../../src/model/naming.ts'
import type { NameForm, Vendor } from '../../src/model/vendor.ts'
import { nameUuid } from '../../src/text/hashes.ts'
import { nameForm } from '../compile/acme.ts'
import { setOf } from '../notation.ts'

const vendorWith = (replace: Readonly<Record<string, string>>, prefix?: string) =>
  ({ names: { object: { prefix, replace } } }) as unknown as Vendor

test.for<[replace: Record<string, string>, name: string]>([
  [{}, '2001:db8::/32'],
  [{ '/': '_', ':': '-' }, '2001-db8--_32'],
  [{ '/': '_', ':': '-' }, '2001-db8--_32'],
  [{ '/': '-', ':': '_' }, '2001_db8__-32'],
  [{ '/': ':', ':': '/' }, '2001/db8//:32'],
  [{ ':': '$&', ']': 'x' }, '2001$&db8$&$&/32'],
])('uses the replacement characters of each vendor: %j', ([replace, name]) => {
  const prefix = parsePrefix('2001:db8::/32')
  const vendor = vendorWith(replace, 'objectPrefix')
  expect([blockName(prefix, vendor), objectNameOf(formatPrefix(prefix), vendor, { objectPrefix: 'az-' })]).toEqual([
    name,
    `az-${name}`,
  ])
})

test('has no prefix without an option for it', () => {
  expect(objectNameOf('20.0.0.0/8', vendorWith({ '/': '-' }), { objectPrefix: 'az-' })).toBe('20.0.0.0-8')
})

test('says a word as the vendor does, and others as they are', () => {
  const vendor = { words: { allow: 'permit' } } as unknown as Vendor
  expect((['allow', 'deny'] as const).map((word) => wordOf(vendor, word))).toEqual(['permit', 'deny'])
})

test.for<[base: string, suffix: string, max: number, shorten: boolean, want: string]>([
  ['Website', '-in', 10, true, 'Website-in'],
  ['Website', '-in', 9, true, 'Websit-in'],
  ['Website', '-in', 3, true, '-in'],
  ['Website', '-in', 2, true, '-in'],
  ['Website', '-in', 2, false, 'Website-in'],
])('joins %j and %j within %d characters, to shorten: %j', ([base, suffix, max, shorten, want]) => {
  expect(joinName(base, suffix, nameForm({ max, shorten }))).toBe(want)
})

const FORM = nameForm({ max: 5, pattern: '^[a-z][a-z0-9]*$' })

test.for<[name: string, form: NameForm, want: string | undefined]>([
  ['abcde', FORM, undefined],
  ['abcdef', FORM, 'it has 6 characters, and the limit is 5'],
  ['ab/c', FORM, 'it contains the character "/"'],
  ['a\u{1f600}', FORM, 'it contains the character "\u{1f600}"'],
  ['0abc', { ...FORM, pattern: '^[a-z]+[0-9]*[a-z]*$' }, 'it does not match ^[a-z]+[0-9]*[a-z]*$'],
])('a vendor is asked to carry %j', ([name, form, want]) => {
  expect(refusal(name, form)).toBe(want)
})

test.for<[contents: Parameters<typeof tagSummary>[0], want: string]>([
  [{ tags: ['Sql'] }, 'Sql'],
  [{ tags: ['Sql', 'Storage'] }, 'Sql, Storage'],
  [{ tags: ['Sql', 'Storage', 'Web'] }, 'Sql and 2 more'],
  [{ tags: [], own: setOf('10.0.0.0/8') }, 'own prefixes'],
  [{ tags: ['Sql'], own: setOf('10.0.0.0/8'), except: { cutsTags: true } }, 'Sql, own prefixes, with exceptions'],
])('what a set holds in a comment: %j', ([contents, want]) => {
  expect(tagSummary(contents)).toBe(want)
})

test.for<[contents: Parameters<typeof contentsText>[0], want: string]>([
  [{ tags: ['Sql'] }, 'Sql'],
  [{ tags: ['Sql', 'Storage'] }, 'Sql, Storage'],
  [{ tags: ['Sql', 'Storage', 'Web'] }, '3 tags'],
  [{ tags: [], own: setOf('10.0.0.0/8') }, '1 own prefix'],
  [{ tags: ['Sql'], own: setOf('10.0.0.0/8 12.0.0.0/8') }, 'Sql, 2 own prefixes'],
  [{ tags: ['Sql'], except: { cutsTags: true } }, 'Sql, with exceptions'],
  [{ tags: ['Sql'], except: { cutsTags: false } }, 'Sql'],
])('what a set is made of, for people: %j', ([contents, want]) => {
  expect(contentsText(contents as Parameters<typeof contentsText>[0], 2)).toBe(want)
})

test('a name that the device keeps for itself is refused before anything else', () => {
  const form = nameForm({ max: 3, pattern: '^[a-z]*$', reserved: { any: 'stands for all' } })
  expect(['any', 'anybody', 'toString', 'ab'].map((name) => refusal(name, form))).toEqual([
    'it stands for all',
    'it has 7 characters, and the limit is 3',
    'it has 8 characters, and the limit is 3',
    undefined,
  ])
})

test('a prefix of a name takes room too', () => {
  expect(joinName('Website', '-in', nameForm({ max: 9, shorten: true, prefix: 'az-' }))).toBe('az-Web-in')
})

const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'

// The first is the example of RFC 9562, appendix A.4; the others are what Python's uuid.uuid5 gives.
test.for([
  [DNS, 'www.example.com', '2ed6657d-e927-568b-95e1-2665a8aea6a2'],
  [DNS, 'tagwall-X', 'b96d6460-bdca-55d3-9819-95cf54b84081'],
  [DNS.toUpperCase(), 'tagwall-X', 'b96d6460-bdca-55d3-9819-95cf54b84081'],
  [DNS, '', '4ebd0208-8328-5d69-8c44-ec50939c0967'],
  [DNS, 'Größe', 'e1aa1205-d4e2-5710-a677-5c65f6628640'],
  ['', 'x', undefined],
  ['6ba7b810-9dad-11d1-80b4-00c04fd430c', 'x', undefined],
] as const)('in %s, %s has the UUID %s', ([namespace, name, want]) => {
  expect(nameUuid(namespace, name)).toBe(want)
})
