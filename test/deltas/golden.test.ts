import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor } from '../../src/vendor/vendor.ts'
import { deltaCasesOf, deltaFile, renderDeltaCase } from './golden.ts'

const VENDORS = [...listVendors([SHIPPED.vendors]).keys()].map((name) => readVendor(name, [SHIPPED.vendors]))

const CASES = VENDORS.map((vendor) => [vendor.name, vendor, deltaCasesOf(vendor)] as const)

describe.for(CASES.filter(([, , cases]) => cases.length > 0))('%s', ([, vendor, cases]) => {
  // A case may have no file: nothing is to be removed.
  const written = new Set<string>()

  test.for(cases)('$number: $change, with $setting', async (one) => {
    const files = await renderDeltaCase(vendor, one)
    for (const file of files) {
      const path = deltaFile(one, file)
      written.add(path)
      expect(file.text).not.toMatch(/undefined|null,|\[object|\r|[ \t]\n/)
      if (path.endsWith('.json')) JSON.parse(file.text)
      if (path.endsWith('.jsonl')) for (const line of file.text.trim().split('\n')) JSON.parse(line)
      await expect(file.text).toMatchFileSnapshot(path)
    }
  })

  test('has no golden file that nothing renders', () => {
    const folder = join(import.meta.dirname, 'expected', vendor.name)
    const there = existsSync(folder) ? readdirSync(folder) : []
    expect(there.filter((file) => !written.has(join(folder, file)))).toEqual([])
  })
})
