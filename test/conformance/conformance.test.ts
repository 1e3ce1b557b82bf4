import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { type Rendered, renderAll } from '../../src/commands/artefacts.ts'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor, resolveOptions } from '../../src/source/vendor.ts'
import { ROOT, rulesetOf } from '../fixtures.ts'

// Every policy against every vendor folder. The folder's presence is the registration: a new vendor is tested as soon
// as it is there. `expected/cases.json` lists more option values to try; the golden files lie beside it.

const POLICIES = [
  ['arc-kubernetes', join(ROOT, 'policies/arc-kubernetes.yaml')],
  ['several', join(ROOT, 'test/conformance/policies/several.yaml')],
  ['one-rule', join(ROOT, 'test/conformance/policies/one-rule.yaml')],
] as const

const DOCUMENT = join(ROOT, 'test/conformance/document.json')

type Setting = Readonly<Record<string, unknown>>

function settingsOf(folder: string): Setting[] {
  const file = join(folder, 'expected/cases.json')
  return [{}, ...(existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Setting[]) : [])]
}

// Titles are file names, on every system.
const titleOf = (setting: Setting) =>
  Object.entries(setting)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
    .replaceAll(/[^A-Za-z0-9=,._-]/g, '_') || 'default'

/** The extension that the vendor's own tools would expect. */
function extensionOf({ suffix, text }: Rendered): string {
  if (/\.[a-z0-9]+$/.test(suffix)) return ''
  return /^[{[]/.test(text) ? '.json' : text.startsWith('<') ? '.xml' : '.txt'
}

for (const [name, folder] of listVendors([SHIPPED.vendors])) {
  const vendor = readVendor(name, [SHIPPED.vendors])
  describe(name, () => {
    const cases = POLICIES.flatMap(([policy, file]) =>
      settingsOf(folder).map((setting) => [policy, titleOf(setting), file, setting] as const),
    )
    test.for(cases)('renders %s with %s as expected', async ([policy, title, file, setting]) => {
      const ruleset = rulesetOf(file, policy, DOCUMENT, '2025-11-10')
      const job = { target: name, vendor, options: resolveOptions(vendor, setting, 'case'), family: undefined }
      const { files, findings } = renderAll(ruleset, job)
      expect(findings).toEqual([])
      expect(renderAll(ruleset, job).files, 'rendered twice').toEqual(files)
      expect(files.length).toBeGreaterThan(0)
      for (const rendered of files) {
        const extension = extensionOf(rendered)
        expect(rendered.text).toMatch(/\n$/)
        expect(rendered.text).not.toMatch(/undefined|null,|\[object|\r|[ \t]\n/)
        if (extension === '.json') JSON.parse(rendered.text)
        if (extension === '.xml') expect(XMLValidator.validate(rendered.text)).toBe(true)
        await expect(rendered.text).toMatchFileSnapshot(
          join(folder, 'expected', policy, `${title}${rendered.suffix}${extension}`),
        )
      }
    })

    test('has no golden file that nothing renders', () => {
      const known = new Set(POLICIES.map(([policy]) => policy as string))
      const titles = settingsOf(folder).map(titleOf)
      const strays = readdirSync(join(folder, 'expected'), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .flatMap(({ name }) => readdirSync(join(folder, 'expected', name)).map((file) => [name, file] as const))
        .filter(([policy, file]) => !known.has(policy) || !titles.some((title) => file.startsWith(title)))
      expect(strays).toEqual([])
    })
  })
}
