import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadWhole } from '../../src/model/device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { device } from '../../vendors/cisco-ios/reader.ts'
import { ROOT } from '../fixtures.ts'
import { harnessOf } from './harness.ts'
import { expectEntries, expectReadings, show } from './reading-text.ts'

const { goldens, objectionsTo, auditOf } = harnessOf('cisco-ios', device)
const GOLDEN = goldens()

// What a router runs, in short. The files have configurations, and below each what is read from it: read it as you would read code.

const FOLDER = join(ROOT, 'test/vendors/cisco-ios')

test('reads each kind of entry as expected', async () => {
  const around = ['ip access-list extended in\n ', '\n deny ip any any\n'] as const
  await expectEntries(join(FOLDER, 'entries.txt'), around, auditOf)
})

test('reads whole configurations as expected', async () => {
  await expectReadings(join(FOLDER, 'configurations.txt'), auditOf)
})

test('takes a group whose kind is a word of JavaScript for none of addresses', () => {
  const router = device({ options: FIRST.options, purpose: 'audit', narrow: {}, kit: KIT })
  loadWhole(router, [{ part: 'device', family: undefined, text: 'object-group constructor a\n' }])
  expect(router.items()).toEqual([])
})

// What the proof must refuse: each is the first golden file with an edit.

const [FIRST] = GOLDEN.filter(({ title }) => title === 'one-rule {}') as [(typeof GOLDEN)[number]]
const [FILE] = FIRST.files as [(typeof FIRST.files)[number]]
const ENTRY = /^ permit .*\n/m

test.for([
  [
    'an entry before its group',
    /(object-group network(?:.*\n)*?)(ip access-list(?:.*\n)*?)(?=ipv6 access-list|$)/,
    '$2$1',
  ],
  ['a member of a group in a list', ENTRY, '$& host 192.0.2.9\n'],
  ['a group that is left twice', /ip access-list/, ' exit\n exit\n$&'],
  ['an entry that denies before it', ENTRY, ' deny ip any any\n$&'],
  ['an entry that permits more behind it', ENTRY, '$& permit tcp any any eq 443\n'],
  ['an entry with a number', ENTRY, ' 10$&'],
  ['an entry for replies only', /( eq 443)$/m, '$1 established'],
  ['an entry for some hours', /( eq 443)$/m, '$1 time-range night'],
  ['a group in a group', /^ \d/m, ' group-object other\n$&'],
  ['host bits', /^ (\d+\.\d+\.\d+)\.\d+ 255/m, ' $1.77 255'],
  ['a wildcard in a group', /255\.255\.255\.\d+/, '0.0.0.255'],
  ['an access list of others', /tagwall-outbound/, 'LAN-IN'],
  ['an entry that is removed again', ENTRY, '$& no$&'],
  ['a list that is removed', /ip access-list extended tagwall-outbound\n/, 'no $&$&'],
  ['a description that the router would cut', /(description )/, `$1${'x'.repeat(200)}`],
] as const)('refuses %s', ([, pattern, text]) => {
  const edited = FILE.text.replace(pattern, text)
  expect(edited).not.toBe(FILE.text)
  expect(objectionsTo(FIRST, [{ ...FILE, text: edited }])).not.toEqual([])
})

test('a file with "exit" behind each group and list means the same', () => {
  const text = FILE.text.replaceAll(/^( .*\n)(?! )/gm, '$1 exit\n')
  expect(text).not.toBe(FILE.text)
  expect(objectionsTo(FIRST, [{ ...FILE, text }])).toEqual([])
})

test('a list whose last entry goes permits everything', () => {
  const model = device({ options: FIRST.options, purpose: 'prove', narrow: {}, kit: KIT })
  const text = FILE.text.replace(/ deny .*\n/, '')
  for (const _ of model.load([{ ...FILE, text }], 'full'));
  const entry = ENTRY.exec(text)?.[0].trim()
  const removal = `ip access-list extended tagwall-outbound\n no ${entry}\n`
  for (const _ of model.load([{ ...FILE, text: removal }], 'cleanup'));
  expect(show(model.reading()).map((line) => line.replace(/^\d+ /, ''))).toEqual([
    'empty access list tagwall-outbound: out allow any any4',
  ])
})
