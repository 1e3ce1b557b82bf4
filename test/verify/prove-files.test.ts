import { expect, test } from 'vitest'
import type { Reading } from '../../src/model/reading.ts'
import type { Job, Vendor } from '../../src/model/vendor.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readVendor } from '../../src/vendor/vendor.ts'
import { proveFiles } from '../../src/verify/prove-files.ts'
import { readingOf, rulesetOf, setOf } from '../audit/notation.ts'

const LIST = readVendor('list', [SHIPPED.vendors])
const FILES = [{ part: 'conf', family: undefined, text: '', path: 'conf', extension: '.txt', setId: undefined }]
const RULESET = rulesetOf('Web out tcp 443 192.0.2.0/24')

/** A job whose reader answers with `reading`, or has none. */
function jobOf(reading?: Reading): Job {
  const readers = reading && { default: () => reading }
  const vendor = { ...LIST, folder: '/none', base: undefined, readers } as Vendor
  return { target: 't', vendor, options: {}, family: undefined }
}

const prove = (reading: Reading | undefined, isRequired = false) =>
  proveFiles(RULESET, jobOf(reading), FILES as never, isRequired)

test.for<[isRequired: boolean, severity: string]>([
  [false, 'warning'],
  [true, 'error'],
])('without a reader there is no proof; required: %s', async ([isRequired, severity]) => {
  expect(await prove(undefined, isRequired)).toEqual({
    proof: undefined,
    lists: [],
    findings: [{ code: 'NO_READER', severity, target: 't', vendor: 'list' }],
  })
})

test('files with rules are proved by them, and have no lists', async () => {
  const { proof, lists, findings } = await prove(readingOf('allow out tcp 443 192.0.2.0/24'))
  expect({ rules: proof?.rules, lists, findings }).toEqual({ rules: 1, lists: [], findings: [] })
  expect((await prove(readingOf('allow out tcp 443 192.0.2.0/25'))).findings).toMatchObject([
    { code: 'PROOF_FAILED', target: 't' },
  ])
})

test('files without rules are proved by their lists, which are given on', async () => {
  const list = { part: 'conf', name: 'Web', addresses: setOf('192.0.2.0/24'), tags: [] }
  const alone = await prove({ rules: [], notes: [], lists: [list] })
  expect({ lists: alone.lists, findings: alone.findings }).toEqual({ lists: [list], findings: [] })
  const both = await prove({ ...readingOf('allow out tcp 443 192.0.2.0/24'), lists: [list] })
  expect({ lists: both.lists, findings: both.findings }).toEqual({ lists: [], findings: [] })
})
