import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import type { Vendor } from '../../src/model/vendor.ts'
import { SHIPPED } from '../../src/paths.ts'
import { looksRemovable, looksWritten } from '../../src/store/likeness.ts'
import { listVendors, readVendor } from '../../src/vendor/vendor.ts'
import { casesOf, renderCase } from '../conformance/golden.ts'
import { ROOT } from '../fixtures.ts'

const vendors = [...listVendors([SHIPPED.vendors]).keys()].map((name) => readVendor(name, [SHIPPED.vendors]))

/** What a vendor writes, by setting and file: one form of one policy each. */
const madeBy = (vendor: Vendor) =>
  casesOf(vendor.folder).flatMap((one) =>
    renderCase(vendor, one).files.map(({ suffix, text }) => {
      return { path: `${one.policy} ${one.title}${suffix}`, form: `${one.title}${suffix}`, text }
    }),
  )

const FOREIGN: Record<string, string> = {
  'a shell profile': 'export PATH=$HOME/bin:$PATH\nalias ll="ls -l"\nif [ -f ~/.aliases ]; then\n  . ~/.aliases\nfi\n',
  'a policy': readFileSync(join(SHIPPED.policies, 'arc-kubernetes.yaml'), 'utf8'),
  'a text':
    '# Rules\n\nFor the firewall of the depot:\nadd the following lines to your firewall,\nand create a backup of 192.0.2.0/24:\n\n192.0.2.0/24\n',
  'a package': '{\n  "name": "site",\n  "version": "1.0.0",\n  "scripts": { "test": "true" }\n}\n',
  'a list with its reasons': '# the office, ask Ada\n192.0.2.0/24\n# the depot, ask Grace\n198.51.100.0/24\n',
  'a table of hosts': '127.0.0.1 localhost\n192.0.2.7 db db.example.net\n',
  'binary data': '\u0000\u0001\u0002\n\u0003\n',
}

test.each(vendors.map((vendor) => [vendor.name, vendor] as const))(
  'a file of %s looks like one of the same form in another policy, and nothing else does',
  (_, vendor) => {
    const files = madeBy(vendor)
    expect(files.length).toBeGreaterThan(2)
    for (const { path, form, text } of files) {
      for (const other of files.filter((one) => one.form === form))
        expect(looksWritten(other.text, text, vendor.recognise), `${other.path} for ${path}`).toBe(true)
      for (const [what, foreign] of Object.entries(FOREIGN))
        expect(looksWritten(foreign, text, vendor.recognise), `${what} for ${path}`).toBe(false)
    }
  },
)

test('a vendor without patterns is known by its lines', () => {
  const text = (rules: string[]) => `; made for site 7\n${rules.map((rule) => `permit ${rule} log\n`).join('')}`
  const looks = (found: string) => looksWritten(found, text(['192.0.2.0/24', '2001:db8::/32']), [])
  expect(looks(text(['198.51.100.7/32']))).toBe(true)
  expect(looks('')).toBe(true)
  expect(looks('\n  \n')).toBe(true)
  expect(looks(`${text(['198.51.100.7/32'])}deny any log\n`)).toBe(false)
  expect(looks(`${text(Array.from({ length: 30 }, () => '198.51.100.7/32'))}deny any log\n`)).toBe(true)
})

const DELTAS = join(ROOT, 'test/deltas/expected')

test('commands of a vendor with patterns are known by these alone', () => {
  const made = readdirSync(DELTAS, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath !== DELTAS && !/\.(?:md|refused\.txt)$/.test(entry.name))
    .map(({ name, parentPath }) => ({ path: join(parentPath, name), vendor: basename(parentPath).split(',')[0] }))
  const unknown = made.filter(({ path, vendor }) => {
    const recognise = vendors.find(({ name }) => name === vendor)?.recognise as readonly string[]
    return recognise.length > 0 && !looksRemovable(readFileSync(path, 'utf8'), recognise)
  })
  expect(made.length).toBeGreaterThan(40)
  expect(unknown.map(({ path }) => relative(DELTAS, path))).toEqual([])
})

test.for<[text: string, want: boolean]>([
  ['[]', true],
  ['[\n]\n', true],
  ['', true],
  ['add 192.0.2.0/24\n', true],
  ['# mine\nadd 192.0.2.0/24\n', true],
  ['[\n  "mine"\n]\n', false],
  ['# Azure service tags Public, the change from 2025-10-06\n# Load with: ipset restore\n', true],
  ['# Azure service tags Public, the change from 2025-10-06\nmine\n', false],
  ['# my notes on Azure service tags\n', false],
  ['my notes\n', false],
])('%j may be removed as an outdated file: %s', ([text, want]) => {
  expect(looksRemovable(text, ['^add '])).toBe(want)
})
