import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
// @ts-expect-error: a script without types
import { billOfMaterials, nodeComponent } from '../../build/bill.mjs'
// @ts-expect-error: a script without types
import { licenceTexts } from '../../build/bundled.mjs'
import { folderWith } from '../cli/harness.ts'
import { ROOT } from '../fixtures.ts'

// What ships inside of the program, by the bundler's own report, and what the package says about it.

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

interface Output {
  readonly imports: readonly { readonly path: string; readonly external?: boolean }[]
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>
}
const outputs: Readonly<Record<string, Output>> = JSON.parse(read('dist/metafile.json')).outputs
const SHIPPED_FILES = readdirSync(join(ROOT, 'dist')).filter(
  (file) => /\.cjs$|^library-core\.js$/.test(file) && file !== 'main.cjs',
)

/** `NAME@VERSION` of every package of which the bundler put a byte into a file that ships. */
const inside = (() => {
  const files = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs))
  const folders = files
    .filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && path.includes('node_modules/'))
    .map(([path]) => path.split('/').slice(0, path.split('/').lastIndexOf('node_modules') + 3))
    .map((parts) => (parts.at(-2)?.startsWith('@') ? parts : parts.slice(0, -1)).join('/'))
  return [...new Set(folders)].map((folder) => {
    const { name, version } = JSON.parse(read(`${folder}/package.json`))
    return `${name}@${version}`
  })
})().sort()

const bill = JSON.parse(read('dist/sbom.cdx.json'))
const components: readonly Record<string, string>[] = bill.components

test('the report of the bundler is about every file that ships', () => {
  expect(Object.keys(outputs).sort()).toEqual(SHIPPED_FILES.map((file) => `dist/${file}`).sort())
})

test('the bill of materials lists the packages inside, each at its version, and no other', () => {
  expect(inside.length).toBeGreaterThan(10)
  expect(components.map(({ name, version }) => `${name}@${version}`).sort()).toEqual(inside)
  for (const name of ['@clack/prompts', 'commander', 'handlebars', 'ip-address', 'undici', 'yaml', 'zod'])
    expect(components.map((component) => component.name)).toContain(name)
})

test('each component has a purl, a licence, and the hash that npm checked', () => {
  expect(components.find(({ name }) => name === '@clack/core')).toEqual({
    'bom-ref': expect.stringMatching(/^pkg:npm\/%40clack\/core@[\d.]+$/),
    type: 'library',
    name: '@clack/core',
    version: expect.stringMatching(/^[\d.]+$/),
    purl: expect.stringMatching(/^pkg:npm\/%40clack\/core@[\d.]+$/),
    licenses: [{ license: { id: 'MIT' } }],
    hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
  })
  expect(components.filter(({ hashes, licenses }) => !hashes || !licenses)).toEqual([])
})

test('every reference of the bill is one of its components', () => {
  const refs = [bill.metadata.component, ...components].map((one) => one['bom-ref'])
  const dependencies: { ref: string; dependsOn: string[] }[] = bill.dependencies
  expect(dependencies.map(({ ref }) => ref)).toEqual(refs)
  expect(dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.includes(ref))).toEqual([])
})

test('the bill is the same for the same build, and names the Node of an executable', () => {
  expect(billOfMaterials(ROOT)).toBe(read('dist/sbom.cdx.json'))
  const { components: more } = JSON.parse(billOfMaterials(ROOT, [nodeComponent('26.1.0')]))
  expect(more.slice(0, -1)).toEqual(components)
  expect(more.at(-1)).toMatchObject({ type: 'platform', name: 'node', version: '26.1.0' })
})

test('the licence of each package inside ships', () => {
  const titles = [...read('dist/LICENSES.txt').matchAll(/^((?:@[\w-]+\/)?[\w-]+ \d+\.\d+\.\d+)\n\n/gm)].map(
    ([, title]) => title,
  )
  expect(titles.map((title) => title?.replace(' ', '@')).sort()).toEqual(inside)
  const folder = folderWith({ 'package.json': '{}' })
  expect(() => licenceTexts([{ name: 'a', version: '1.0.0', folder }])).toThrow(
    /^a 1\.0\.0 has no file with its licence/,
  )
})

describe('at run time', () => {
  test('the program loads nothing but itself and Node', () => {
    const loaded = Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
    const others = [...new Set(loaded)].filter((path) => !path.startsWith('node:') && !isBuiltin(path))
    expect(others.filter((path) => !SHIPPED_FILES.includes(path.replace('./', '')))).toEqual([])
    expect(others.filter((path) => path.includes('package-')).sort()).toEqual([
      './package-clack-prompts.cjs',
      './package-handlebars.cjs',
      './package-undici.cjs',
    ])
  })

  test('so npm installs no other package with it', () => {
    const { dependencies, optionalDependencies, peerDependencies, bundleDependencies } = JSON.parse(
      read('package.json'),
    )
    expect({ dependencies, optionalDependencies, peerDependencies, bundleDependencies }).toEqual({})
  })

  // The report names an import only if the bundler sees it; a "require" that code makes for itself would be missed.
  test('no file makes a "require" of its own', () => {
    const files = SHIPPED_FILES.filter((file) => read(`dist/${file}`).includes('createRequire'))
    expect(files).toEqual([])
  })
})
