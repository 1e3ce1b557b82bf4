import { expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import type { Readers } from '../../src/vendor/kit/reader-api.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'

/** More words than a call has arguments. */
const many = (word: string) => Array.from({ length: 150_000 }, () => word).join(' ')

test.for<[vendor: string, words: string, text: string]>([
  ['pf', 'interfaces', `pass in quick on { ${many('em0')} } proto tcp from any to any port 443\n`],
  ['pf', 'protocols', `pass in quick proto { ${many('tcp')} } from any to any port 443\n`],
  [
    'arista-eos',
    'prefixes',
    `traffic-policies\n traffic-policy X\n  match A ipv4\n   source prefix ${many('10.0.0.0/8')}\n`,
  ],
  [
    'arista-eos',
    'sets',
    `traffic-policies\n traffic-policy X\n  match A ipv4\n   source prefix field-set ${many('A')}\n`,
  ],
])('a line of %s may have very many %s', async ([name, , text]) => {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const { read } = (await loadReader(vendor)) as Readers
  const context = { options: resolveOptions(vendor, {}, 'test'), purpose: 'audit', narrow: {}, kit: KIT } as const
  expect(() => read([{ part: 'running', family: undefined, text }], context)).not.toThrow()
})
