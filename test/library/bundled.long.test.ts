import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { build as esbuild } from 'esbuild'
import { build as vite } from 'vite'
import { expect, test } from 'vitest'
import { folderWith } from '../cli/harness.ts'
import { ROOT } from '../fixtures.ts'

// A program that bundlers take in, with the part of the library that reads no files.

const PROGRAM = `import { compile, diff, parseDocument, parsePolicy, parsePrefix, PrefixSet } from 'tagwall/core'
const policy = parsePolicy('rules: [{ name: A, tags: [Sql], direction: outbound, ports: [443], priority: 100 }]', 'mine', 'mine.yaml')
const bytes = new TextEncoder().encode(JSON.stringify({
  changeNumber: 7,
  cloud: 'Public',
  values: [{ name: 'Sql', properties: { addressPrefixes: ['20.0.0.0/25', '20.0.0.128/25'] } }],
}))
const { document, names } = parseDocument({ bytes, name: 'document.json', published: '2025-11-10' }, 'public', ['Sql'])
const { ruleset } = compile(policy, { document, names, where: 'document.json' })
const mine = PrefixSet.of([parsePrefix('20.0.0.0/24')])
console.log(ruleset.sets[0].prefixes.texts.join(), mine.equals(ruleset.sets[0].prefixes), diff(document, document).tags.length)
`

const BUNDLERS: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
  esbuild: (folder) =>
    esbuild({
      absWorkingDir: folder,
      entryPoints: ['program.mjs'],
      outfile: join(folder, 'out/program.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
    }),
  vite: (folder) =>
    vite({
      root: folder,
      logLevel: 'silent',
      configFile: false,
      ssr: { noExternal: true },
      build: { ssr: 'program.mjs', outDir: 'out', rollupOptions: { output: { entryFileNames: 'program.mjs' } } },
    }),
}

test.for(Object.entries(BUNDLERS))('%s bundles it into one file, which runs alone', async ([, bundle]) => {
  const folder = folderWith({ 'program.mjs': PROGRAM, 'package.json': '{ "type": "module" }' })
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/tagwall'))
  await bundle(folder)
  const run = spawnSync(process.execPath, [join(folder, 'out/program.mjs')], { cwd: '/', encoding: 'utf8' })
  expect({ out: run.stdout, err: run.stderr }).toEqual({ out: '20.0.0.0/24 true 0\n', err: '' })
})

test('it asks Node for nothing but hashes', async () => {
  const { metafile } = await esbuild({
    entryPoints: [join(ROOT, 'dist/library-core.js')],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
  })
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path))
  expect([...new Set(imports)]).toEqual(['node:crypto'])
})
