import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { renderAll } from '../../src/compile/render-target.ts'
import { onlyFamily } from '../../src/model/vendor.ts'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { rulesetOf } from '../fixtures.ts'
import { casesOf, DOCUMENT, goldenFile, PUBLISHED } from './golden.ts'

// Every policy against every vendor folder. The folder's presence is the registration: a new vendor is tested as soon
// as it is there. `expected/cases.json` lists more option values to try, `expected/policies/` holds more policies; the
// golden files lie beside them. A policy that a vendor cannot carry has what tagwall finds as its golden file.

for (const [name, folder] of listVendors([SHIPPED.vendors])) {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const cases = casesOf(folder)
  describe(name, () => {
    test.for(cases.map((one) => [one.policy, one.title, one] as const))(
      'renders %s with %s as expected',
      async ([policy, title, one]) => {
        const ruleset = rulesetOf(one.file, policy, DOCUMENT, PUBLISHED)
        const options = resolveOptions(vendor, one.setting, 'case')
        const job = { target: name, vendor, options, family: onlyFamily(vendor, options) }
        const { files, findings } = renderAll(ruleset, job)
        if (findings.length > 0) {
          const refused = join(folder, 'expected', policy, `${title}.refused.json`)
          await expect(`${JSON.stringify(findings, null, 2)}\n`).toMatchFileSnapshot(refused)
          return
        }
        expect(renderAll(ruleset, job).files, 'rendered twice').toEqual(files)
        expect(files.length).toBeGreaterThan(0)
        for (const rendered of files) {
          const golden = goldenFile(folder, one, rendered)
          expect(rendered.text).toMatch(/\n$/)
          expect(rendered.text).not.toMatch(/undefined|null,|\[object|\r|[ \t]\n/)
          if (golden.endsWith('.json')) JSON.parse(rendered.text)
          if (golden.endsWith('.xml')) expect(XMLValidator.validate(rendered.text)).toBe(true)
          await expect(rendered.text).toMatchFileSnapshot(golden)
        }
      },
    )

    test('has no golden file that nothing renders', () => {
      const strays = readdirSync(join(folder, 'expected'), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && entry.name !== 'policies')
        .flatMap(({ name }) => readdirSync(join(folder, 'expected', name)).map((file) => [name, file] as const))
        .filter(([policy, file]) => !cases.some((one) => one.policy === policy && file.startsWith(one.title)))
      expect(strays).toEqual([])
    })
  })
}
