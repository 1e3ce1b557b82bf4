import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import Handlebars from 'handlebars'
import { describe, expect, test } from 'vitest'
import type { Vendor } from '../../../src/model/vendor.ts'
import { SHIPPED } from '../../../src/paths.ts'
import { HELPERS } from '../../../src/vendor/render/render.ts'
import { listVendors, readVendor } from '../../../src/vendor/vendor.ts'
import { goldenCasesOf, renderCase } from '../../conformance/golden.ts'
import { ROOT } from '../../fixtures.ts'

// From the build come only the vendors whose folders are named by their whole path (vitest.config.ts).
const FILES = [relative('.', SHIPPED.vendors)]

// What `npm run build` wrote for the published program and for the other tests, against the files themselves.
describe('shipped vendors as they were built', () => {
  const built = createRequire(import.meta.url)
  for (const [name, folder] of listVendors(FILES)) {
    const vendor = readVendor(name, FILES)
    const { manifest, templates, readers } = built(join(ROOT, `dist/vendor-${name}.cjs`))
    const compiled = Array.from(templates as Map<string, TemplateSpecification>, ([file, code]) => {
      return [file, () => Handlebars.template(code)] as const
    })
    const prepared: Vendor = { ...manifest, name, folder, templates: new Map(compiled), readers }

    test(`${name}: the manifest`, () => {
      const { templates: _, ...rest } = vendor
      const { templates: __, readers: ___, ...same } = prepared
      expect(same).toEqual(rest)
    })

    // They take every branch of the templates.
    test.for(goldenCasesOf(folder))(`${name}: $policy with $title`, (one) => {
      expect(renderCase(prepared, one).files).toEqual(renderCase(vendor, one).files)
    })
  }
})

test('escapes for XML as Handlebars does', () => {
  const text = `<a href="x">'&\`=é</a>`
  expect(HELPERS.xml(text)).toBe(Handlebars.escapeExpression(text))
})
