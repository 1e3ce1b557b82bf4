import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lazy } from '../src/model/lazy.ts'
import { folderWith } from './cli/harness.ts'
import { ROOT } from './fixtures.ts'

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

/** What npm would publish of a checkout that is built, as a file in `folder`. */
function pack(folder: string, checkout = ROOT): Packed {
  const argv = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  return JSON.parse(
    execFileSync('npm', argv, {
      cwd: checkout,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 100_000,
    }),
  )[0]
}

/** The package of this checkout, made once: what npm says of it, and its bytes. */
const published = lazy(() => {
  const folder = mkdtempSync(join(tmpdir(), 'tagwall-package-'))
  const packed = pack(folder)
  const bytes = readFileSync(join(folder, packed.filename))
  rmSync(folder, { recursive: true })
  return { ...packed, bytes }
})

/** The source of readers that ships as examples for whoever writes one. */
const EXAMPLE = /^vendors\/(?:mikrotik|cisco-ios|_cisco|_kit)\/[\w-]+\.ts$/

describe('the published package', () => {
  const { files } = published()
  const paths = files.map(({ path }) => path)
  const sizeOf = (isMeant: (path: string) => boolean) =>
    files.filter(({ path }) => isMeant(path)).reduce((sum, { size }) => sum + size, 0)

  test('holds the program, the library and what they read, but neither sources nor tests', () => {
    const unwanted = /^(src|test|bench|build|node_modules)\/|\/expected\/|^vendors\/.*\.[jt]s$|\.(tgz|node|map)$/
    expect(paths.filter((path) => unwanted.test(path) && !EXAMPLE.test(path))).toEqual([])
    for (const path of [
      'LICENSE',
      'README.md',
      'dist/main.cjs',
      'dist/library.js',
      'dist/LICENSES.txt',
      'dist/sbom.cdx.json',
      'dist/types/reader.d.ts',
      'vendors/list/vendor.json',
      'policies/arc-servers.yaml',
      'policies/endpoints/arc-servers/china.json',
    ])
      expect(paths).toContain(path)
  })

  test('holds the source of two readers as examples, with what they import, in 100 kB', () => {
    const examples = paths.filter((path) => EXAMPLE.test(path))
    expect(examples).toEqual(expect.arrayContaining(['vendors/mikrotik/reader.ts', 'vendors/cisco-ios/reader.ts']))
    const imported = examples.flatMap((path) =>
      [...readFileSync(join(ROOT, path), 'utf8').matchAll(/ from '(\.[^']+)'/g)].map(([, name = '']) =>
        join(dirname(path), name),
      ),
    )
    expect(imported.filter((path) => !examples.includes(path))).toEqual([])
    expect(sizeOf((path) => EXAMPLE.test(path))).toBeLessThan(100_000)
  })

  const VENDOR = /^(?:dist\/vendor-([\w-]+)\.cjs|vendors\/([\w-]+)\/.*)$/

  test('is small: 2.6 MB beside the snapshots and the vendors, and a vendor 70 kB on average', () => {
    const others = /^(?:snapshots\/|docs\/schemas\/|dist\/library-core\.js$)/
    expect(sizeOf((path) => !others.test(path) && !VENDOR.test(path) && !EXAMPLE.test(path))).toBeLessThan(2_600_000)
    const names = new Set(paths.flatMap((path) => /^vendors\/([\w-]+)\/vendor\.json$/.exec(path)?.[1] ?? []))
    expect(sizeOf((path) => VENDOR.test(path) && !EXAMPLE.test(path)) / names.size).toBeLessThan(70_000)
  })

  test('has the part for bundlers in 400 kB, and the schemas of --json in 80 kB', () => {
    expect(sizeOf((path) => path === 'dist/library-core.js')).toBeLessThan(400_000)
    expect(sizeOf((path) => path.startsWith('docs/schemas/'))).toBeLessThan(80_000)
  })

  test('declares every type that its declarations import', () => {
    const missing = paths
      .filter((path) => path.endsWith('.d.ts'))
      .flatMap((path) =>
        [...readFileSync(join(ROOT, path), 'utf8').matchAll(/['"](\.{1,2}\/[^'"]+)\.[jt]s['"]/g)].map(([, name = '']) =>
          join(dirname(path), `${name}.d.ts`),
        ),
      )
      .filter((path) => !paths.includes(path))
    expect(missing).toEqual([])
  })

  test('has no page with a relative link to a file that it lacks', () => {
    const pages = paths.filter((path) => path.endsWith('.md'))
    const broken = pages.flatMap((page) => {
      const text = readFileSync(join(ROOT, page), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '')
      return [...text.matchAll(/\]\(([^)\s#]+)[^)\s]*\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^https?:/.test(link))
        .map((link) => join(dirname(page), link))
        .filter((path) => !paths.some((packed) => packed === path || packed.startsWith(`${path.replace(/\/$/, '')}/`)))
        .map((path) => `${page}: ${path}`)
    })
    expect(pages.length).toBeGreaterThan(20)
    expect(broken).toEqual([])
  })

  test('has links to the repository for what only a checkout has, and each leads to a file there', () => {
    const links = paths
      .filter((path) => path.endsWith('.md'))
      .flatMap((page) => [
        ...readFileSync(join(ROOT, page), 'utf8').matchAll(
          /github\.com\/tagwall\/tagwall\/(?:blob|raw|tree)\/main\/([^)\s#]+)/g,
        ),
      ])
      .map(([, path = '']) => path)
    expect(links.length).toBeGreaterThan(10)
    expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })
})

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test('two clones make the same package, byte for byte', { timeout: 120_000 }, () => {
  const clone = join(folderWith(), 'a folder with another name')
  // With what tsc wrote, which takes long and knows no folders; the bundles are made anew.
  cpSync(ROOT, clone, {
    recursive: true,
    filter: (path) => !/^(node_modules|\.git|test)$/.test(relative(ROOT, path)),
  })
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'))
  for (const file of readdirSync(join(clone, 'dist')).filter((file) => /\.cjs$|^library\.js$|^types$/.test(file)))
    rmSync(join(clone, 'dist', file), { recursive: true })
  execFileSync(process.execPath, ['build/bundle.mjs'], { cwd: clone, stdio: 'inherit' })

  const folder = folderWith()
  const { filename } = pack(folder, clone)
  expect(hashOf(readFileSync(join(folder, filename)))).toBe(hashOf(published().bytes))
})

// Unpacked into an empty folder, where nothing else of the repository is.
test('the published package works in an empty folder', { timeout: 120_000 }, () => {
  const folder = folderWith()
  const home = join(folder, 'work')
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{ "private": true }')
  // Without a cache, so what npm cannot find in the package, it would ask a registry for.
  const install = [
    'install',
    '--offline',
    '--ignore-scripts',
    '--cache',
    join(folder, 'cache'),
    '--no-audit',
    '--no-fund',
  ]
  const { filename, bytes } = published()
  writeFileSync(join(folder, filename), bytes)
  execFileSync('npm', [...install, join(folder, filename)], {
    cwd: home,
    stdio: 'ignore',
    timeout: 100_000,
  })
  expect(readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['tagwall'])
  const run = (...argv: string[]) =>
    spawnSync(join(home, 'node_modules/.bin/tagwall'), argv, { cwd: home, encoding: 'utf8', timeout: 100_000 })

  expect(run('emit', 'fortigate').stdout).toMatch(/^# Azure service tags Public .*\nconfig firewall address\n/)
  expect(run('emit', 'iptables', '--family', 'ipv6').stdout).toMatch(/^# Azure service tags Public .*\n#.*\n\*filter\n/)
  expect(run('emit', 'nosuch')).toMatchObject({ status: 2, stdout: '' })
  expect(run('--help')).toMatchObject({ status: 0, stderr: '' })

  // A vendor that changes one template keeps the reader, which is only inside the program.
  const template = readFileSync(join(home, 'node_modules/tagwall/vendors/paloalto/_set-rule.hbs'), 'utf8')
  mkdirSync(join(home, 'mine/ours'), { recursive: true })
  writeFileSync(join(home, 'mine/ours/vendor.json'), '{ "extends": "paloalto", "title": "Ours" }')
  const emitOurs = (text: string) => {
    writeFileSync(join(home, 'mine/ours/_set-rule.hbs'), text)
    return run('emit', 'ours', '--vendors', 'mine', '--require-proof')
  }
  expect(emitOurs(template)).toMatchObject({ status: 0, stdout: run('emit', 'paloalto').stdout })
  expect(emitOurs(template.replaceAll('{{action}}', 'deny'))).toMatchObject({ status: 2, stdout: '' })

  writeFileSync(
    join(home, 'own.mjs'),
    `import { build, parsePolicy, parsePrefix, parseSnapshot, PrefixSet } from 'tagwall'
const policy = parsePolicy('rules: [{ name: A, prefixes: [10.0.0.0/8], direction: outbound, ports: [443], priority: 100 }]\\ntargets: [{ name: edge, vendor: nsg, out: edge.json }]', 'mine', 'mine.yaml')
const document = { cloud: 'public', published: '2025-11-10', changeNumber: 1, source: 'none', sha256: '', tags: new Map() }
const { targets } = await build(policy, document)
console.log(PrefixSet.of(['10.0.0.0/9', '10.128.0.0/9'].map(parsePrefix)).count, targets[0].proof.rules)`,
  )
  const own = spawnSync(process.execPath, ['own.mjs'], { cwd: home, encoding: 'utf8' })
  expect(own).toMatchObject({ status: 0, stdout: '16777216n 1\n', stderr: '' })

  writeFileSync(join(home, 'own.mts'), TYPED)
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions: STRICT, files: ['own.mts'] }))
  for (const compiler of ['typescript', 'typescript-api']) {
    const argv = [join(ROOT, 'node_modules', compiler, 'bin/tsc'), '--project', home]
    const { status, stdout } = spawnSync(process.execPath, argv, { cwd: home, encoding: 'utf8' })
    expect({ compiler, status, stdout }).toEqual({ compiler, status: 0, stdout: '' })
  }
})

/** The options of a stranger who checks the declarations of every package, and has the types of no other. */
const STRICT = {
  strict: true,
  skipLibCheck: false,
  noEmit: true,
  module: 'NodeNext',
  target: 'ES2022',
  lib: ['ES2023'],
  types: [],
}
const TYPED = `
import { type Audit, build, type Policy, parsePolicy, parsePrefix, PrefixSet, parseSnapshot } from 'tagwall'
import type { Reader, ReaderKit } from 'tagwall/reader'
const policy: Policy = parsePolicy('rules: []', 'mine', 'mine.yaml')
const count: bigint = PrefixSet.of([parsePrefix('10.0.0.0/8')]).count
const title: string | undefined = (await build(policy, parseSnapshot('', 'none'))).targets[0]?.vendor
export type All = [Reader, ReaderKit, Audit]
// @ts-expect-error: types that could not be found would be "any", which has every property
export const wrong = [policy.rulez, count, title]
`
