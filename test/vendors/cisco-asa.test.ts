import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { device } from '../../vendors/cisco-asa/reader.ts'
import { ROOT } from '../fixtures.ts'
import { harnessOf } from './harness.ts'
import { expectEntries, expectReadings } from './reading-text.ts'

const { goldens, objectionsTo, auditOf } = harnessOf('cisco-asa', device)
const GOLDEN = goldens()

// What an ASA runs, in short. The files have configurations, and below each what is read from it: read it as you would read code.

const FOLDER = join(ROOT, 'test/vendors/cisco-asa')

test('reads each kind of entry as expected', async () => {
  const around = ['access-list in ', '\naccess-group in in interface inside\n'] as const
  await expectEntries(join(FOLDER, 'entries.txt'), around, auditOf)
})

test('reads whole configurations as expected', async () => {
  await expectReadings(join(FOLDER, 'configurations.txt'), auditOf)
})

// What the proof must refuse: each is the first golden file with an edit.

const [FIRST] = GOLDEN.filter(({ title }) => title === 'one-rule {}') as [(typeof GOLDEN)[number]]
const [FILE] = FIRST.files as [(typeof FIRST.files)[number]]
const ENTRY = /^access-list .*\n/m

test.for([
  ['a session that is never committed', /commit.*\n/, ''],
  ['another session', /session tagwall/, 'session other'],
  ['commands before the session', /(configure.*\n)((?:.*\n)*?)(access-list)/, '$2$1$3'],
  ['an entry before its group', /(object-group network(?:.*\n)*?)(access-list .*\n)/, '$2$1'],
  ['a line of a group after an entry', ENTRY, '$& network-object host 192.0.2.9\n'],
  ['a group that is left twice', ENTRY, ' exit\n exit\n$&'],
  [
    'a group that the session made, entered again',
    ENTRY,
    'object-group network OnlyV4\n network-object host 192.0.2.9\n$&',
  ],
  ['an entry that denies before it', ENTRY, 'access-list tagwall-outbound extended deny ip any any\n$&'],
  [
    'an entry that permits more behind it',
    ENTRY,
    '$&access-list tagwall-outbound extended permit tcp any any eq 443\n',
  ],
  ['an entry that was put out of action', /( eq 443)$/m, '$1 inactive'],
  ['an entry for some hours', /( eq 443)$/m, '$1 time-range night'],
  ['a group in a group', / network-object/, ' group-object other\n network-object'],
  ['host bits', /network-object (\d+\.\d+\.\d+)\.\d+ 255/, 'network-object $1.77 255'],
  ['an access list of others', /tagwall-outbound/, 'inside_in'],
  ['an entry that is removed again', ENTRY, '$&no $&'],
  ['an access list that is bound', /commit/, 'access-group tagwall-outbound in interface inside\ncommit'],
  ['a description that the ASA would cut', /(description )/, `$1${'x'.repeat(200)}`],
] as const)('refuses %s', ([, pattern, text]) => {
  const edited = FILE.text.replace(pattern, text)
  expect(edited).not.toBe(FILE.text)
  expect(objectionsTo(FIRST, [{ ...FILE, text: edited }])).not.toEqual([])
})

test('a file with "exit" behind each group means the same', () => {
  const text = FILE.text.replaceAll(/^( network-object .*\n)(?! )/gm, '$1 exit\n')
  expect(text).not.toBe(FILE.text)
  expect(objectionsTo(FIRST, [{ ...FILE, text }])).toEqual([])
})

test('a session takes effect at its commit, and lines one by one', () => {
  const steps = (load: string) => {
    const golden = GOLDEN.find(
      ({ title }) => title === (load === 'session' ? 'one-rule {}' : `one-rule {"load":"lines"}`),
    )
    const model = device({ options: golden?.options ?? {}, purpose: 'prove', narrow: {}, kit: KIT })
    return [...model.load(golden?.files ?? [], 'full')].length
  }
  const members = FILE.text.match(/network-object /g)?.length ?? 0
  expect([steps('session'), steps('lines')]).toEqual([1, members + 1])
})
