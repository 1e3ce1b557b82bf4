import { existsSync, readdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { explain } from '../../src/finding/finding.ts'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor } from '../../src/vendor/vendor.ts'
import { proveFiles } from '../../src/verify/prove-files.ts'
import { type Case, casesOf, goldenCasesOf, goldenFile, renderCase } from './golden.ts'

// Every policy against every vendor folder. The folder's presence is the registration: a new vendor is tested as soon as it is there.
// `expected/cases.json` lists more option values to try, `expected/policies/` holds more policies, and `expected/golden.json` says which
// of both have golden files, beside it: at least one case for each branch of each template (branches.test.ts). The policies that a vendor
// cannot carry are in `expected/refused.txt`, with what tagwall says of them.

for (const [name, folder] of listVendors([SHIPPED.vendors])) {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const keyOf = ({ policy, number }: Case) => `${policy} ${number}`
  const golden = goldenCasesOf(folder)
  const isGolden = new Set(golden.map(keyOf))
  const cases = new Map([...casesOf(folder), ...golden].map((one) => [keyOf(one), one]))
  describe(name, () => {
    const refused: string[] = []
    const written = new Set<string>()

    test.for([...cases.values()])('$policy with $title means the policy', async (one) => {
      const { ruleset, job, files, findings } = renderCase(vendor, one)
      if (findings.length > 0) {
        refused.push(...findings.map((finding) => `${keyOf(one)}: ${explain(finding)}\n`))
        expect(isGolden).not.toContain(keyOf(one))
        return
      }
      expect(renderCase(vendor, one).files, 'rendered twice').toEqual(files)
      expect(files.length).toBeGreaterThan(0)
      for (const rendered of files) {
        const path = goldenFile(folder, one, rendered)
        expect(rendered.text).toMatch(/\n$/)
        expect(rendered.text).not.toMatch(/undefined|null,|\[object|\r|[ \t]\n/)
        if (path.endsWith('.json')) JSON.parse(rendered.text)
        if (path.endsWith('.xml')) expect(XMLValidator.validate(rendered.text)).toBe(true)
        if (!isGolden.has(keyOf(one))) continue
        written.add(relative(join(folder, 'expected'), path))
        await expect(rendered.text).toMatchFileSnapshot(path)
      }
      expect((await proveFiles(ruleset, job, files, true)).findings).toEqual([])
    })

    test('refuses what it cannot carry', async () => {
      const file = join(folder, 'expected/refused.txt')
      if (refused.length > 0) await expect(refused.join('')).toMatchFileSnapshot(file)
      else expect(existsSync(file)).toBe(false)
    })

    test('has no golden file that nothing renders', () => {
      const there = readdirSync(join(folder, 'expected'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && basename(entry.parentPath) !== 'policies')
        .map((entry) => relative(join(folder, 'expected'), join(entry.parentPath, entry.name)))
        .filter((file) => !['cases.json', 'golden.json', 'refused.txt'].includes(file))
      expect(there.filter((file) => !written.has(file))).toEqual([])
    })
  })
}
