import { expect, test } from 'vitest'
import { FAMILIES } from '../../src/address/prefix.ts'
import { GAPS, gapsIn, loadsFile } from '../../src/model/artefact.ts'

test.for<[text: string, want: string[]]>([
  ['load {file} as {name}', ['file', 'name']],
  ['{file}{file}', ['file', 'file']],
  ['{vsys2} {2x} {} {a-b} { file }', ['vsys2']],
  ['nothing', []],
])('the gaps in %j are %j', ([text, want]) => expect(gapsIn(text)).toEqual(want))

test('a step may name the file, its name and the configuration', () => {
  expect(GAPS).toEqual(['file', 'name', 'running'])
})

const STEP = { say: '', run: [], source: '', unverified: false, when: {}, of: ['full' as const] }

test('the gaps of a step, and the files that it loads', () => {
  expect(gapsIn('load {file} with {A1}, not {1a}, { name} or {}')).toEqual(['file', 'A1'])
  const loads = (part: string | undefined, ...files: readonly string[]) =>
    files.map((one) => loadsFile({ ...STEP, part }, 'full', { part: one, family: undefined }))
  expect(loads(undefined, 'ipv4', 'any')).toEqual([true, true])
  expect(loads('ipv4', 'ipv4', 'ipv4-2', 'ipv6', 'ipv42')).toEqual([true, true, false, false])
  const ofFamily = FAMILIES.map((family) => loadsFile({ ...STEP, family: 'ipv6' }, 'full', { part: 'all', family }))
  expect(ofFamily).toEqual([false, true])
})
