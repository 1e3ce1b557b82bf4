// What tsc has built becomes the program as it is published: one CommonJS file that begins at once, with what only some runs need
// in files beside it: a vendor each (its manifest checked, its templates compiled, its reader), and the larger packages.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'
import { builtInPolicies, SHIPPED } from '../dist/paths.js'
import { parsePolicy } from '../dist/source/policy.js'
import { listSnapshots } from '../dist/source/snapshot.js'
import { listVendors, readVendor } from '../dist/source/vendor.js'
import { PRELUDE, templateCode } from './template-code.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DIST = join(ROOT, 'dist')

const vendors = [...listVendors([SHIPPED.vendors]).keys()].map((name) => readVendor(name, [SHIPPED.vendors]))
const options = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'warning',
  legalComments: 'none',
  // Names stay: they are what a stack trace shows.
  minifySyntax: true,
  minifyWhitespace: true,
}
const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

const LATE = /^(?:node:(?:child_process|crypto|os|timers\/promises|zlib)|ip-address|fastest-levenshtein)$/

await Promise.all([
  program(),
  start(),
  ...vendors.map(vendorFile),
  zodFile(),
  ...['yaml', 'handlebars', 'ip-address', 'fastest-levenshtein'].map(packageFile),
])
recordCaches()

/**
 * The command line (program.cjs), what all commands do (commands.cjs), and what both of them need (shared.cjs). esbuild splits
 * ES modules only, so it does that first, and then turns each part into CommonJS.
 */
async function program() {
  const { outputFiles } = await build({
    ...options,
    format: 'esm',
    splitting: true,
    entryPoints: { program: 'src/main.ts', commands: 'all-commands' },
    chunkNames: 'shared',
    outdir: DIST,
    write: false,
    external: ['./*.cjs', 'undici', '@clack/prompts'],
    define: { 'import.meta.dirname': '__dirname' },
    plugins: [
      {
        name: 'parts of the program',
        setup({ onLoad, onResolve }) {
          // One part for all that is loaded late: commands share nearly everything.
          onResolve({ filter: /^all-commands$|^\.\/.*\.ts$/ }, ({ path, kind }) =>
            path === 'all-commands' || kind === 'dynamic-import'
              ? { path: 'all-commands', namespace: 'commands' }
              : undefined,
          )
          onLoad({ filter: /.*/, namespace: 'commands' }, () => ({
            contents: allCommands(),
            resolveDir: join(ROOT, 'src'),
          }))
          // Found beside the program instead of in node_modules.
          onLoad({ filter: /src\/packages\.ts$/ }, ({ path }) => ({
            contents: readFileSync(path, 'utf8')
              .replace(/^const load = .*$/m, '')
              .replaceAll(/\bload\('(\w+)'\)/g, "require('./$1.cjs')"),
            loader: 'ts',
          }))
          // What a command itself would load late is in the same part.
          onLoad({ filter: /src\/commands\/[\w-]+\.ts$/ }, ({ path }) => {
            const names = []
            const text = readFileSync(path, 'utf8').replaceAll(/\bimport\('(\.\/[\w-]+\.ts)'\)/g, (_, name) => {
              names.push(name)
              return `late${names.length}`
            })
            const head = names.map((name, index) => `import * as late${index + 1} from '${name}'`).join('; ')
            return { contents: `${head}\n${text}`, loader: 'ts' }
          })
          // V8 forgets where code from a cache may import from, so build/start.cjs does that.
          onLoad({ filter: /src\/(?:source\/(?:reader|download)|prompts)\.ts$/ }, ({ path }) => ({
            contents: readFileSync(path, 'utf8').replace(/(await|=>) import\(/, '$1 require.import('),
            loader: 'ts',
          }))
          onLoad({ filter: /src\/version\.ts$/ }, () => ({
            contents: `export const VERSION = ${JSON.stringify(VERSION)}`,
          }))
          onLoad({ filter: /src\/source\/prepared\.ts$/ }, () => ({ contents: prepared(), loader: 'js' }))
          // Loading these takes longer than most commands do. Their members are looked up when they are first used.
          onResolve({ filter: LATE }, ({ path, namespace }) =>
            namespace === 'late' ? { path, external: true } : { path, namespace: 'late' },
          )
          onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({ contents: late(path), loader: 'js' }))
        },
      },
    ],
  })
  for (const { path, text } of outputFiles) {
    const part = basename(path, '.js')
    if (part !== 'program' && /(?<!\.)\bimport\(/.test(text))
      throw new Error(`${part} imports by itself, which a cache forgets`)
    const { platform, target, minifySyntax, minifyWhitespace } = options
    const { code } = await transform(text.replace(/^#!.*\n/, ''), {
      format: 'cjs',
      platform,
      target,
      minifySyntax,
      minifyWhitespace,
      supported: { 'dynamic-import': false },
    })
    writePart(`${part}.cjs`, code.replaceAll(/\brequire\("\.\/(\w+)\.js"\)/g, 'require("./$1.cjs")'))
  }
}

/** Writes a part, in the function that Node would put around it, so that build/start.cjs need not. */
function writePart(file, code) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is about all of ASCII.
  if (!/^[\x00-\x7f]*$/.test(code)) throw new Error(`${file} is not ASCII`)
  writeFileSync(join(DIST, file), `(function (exports, require, module, __filename, __dirname) {${code}\n})`)
}

/** What loads the parts. */
async function start() {
  const { code } = await transform(readFileSync(join(ROOT, 'build/start.cjs'), 'utf8'), { minifyWhitespace: true })
  writeFileSync(join(DIST, 'main.cjs'), code, { mode: 0o755 })
}

/**
 * Runs commands so that V8 compiles what they use, and keeps that, in the folders where build/start.cjs looks. Each begins with
 * what those before it left there.
 */
function recordCaches() {
  const cwd = mkdtempSync(join(tmpdir(), 'tagwall-'))
  const snapshots = listSnapshots(SHIPPED.snapshots, 'public')
  const documents = [snapshots.at(-3), snapshots.at(-1)].map(({ path, published }) => {
    const document = `ServiceTags_Public_${published.replaceAll('-', '')}.json`
    writeFileSync(join(cwd, document), publishedForm(JSON.parse(readFileSync(path, 'utf8'))))
    return document
  })
  const updates = documents.map((document) => ['update', '--from', document])
  const emits = vendors.map(({ name }) => ['emit', name])
  // A policy of one's own, which yaml and zod read.
  copyFileSync(join(SHIPPED.policies, `${builtInPolicies()[0]}.yaml`), join(cwd, 'own.yaml'))
  const withOwn = (argv) => [...argv, '--policy', 'own.yaml']
  const prefixes = JSON.parse(readFileSync(snapshots.at(-1).path, 'utf8')).tags.flatMap(({ prefixes }) => prefixes)
  writeFileSync(join(cwd, 'prefixes.txt'), prefixes.join('\n'))
  const runs = {
    all: [...updates, ['--help'], withOwn(['build', '--dry-run'])],
    aggregate: [['aggregate', 'prefixes.txt']],
    diff: [withOwn(['diff']), ['diff', '--all-tags', ...documents], ['diff']],
    emit: [withOwn(emits[0]), ...emits],
  }
  for (const [folder, commands] of Object.entries(runs)) {
    for (const argv of commands) {
      const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'build/record.cjs'), folder, ...argv], { cwd })
      // 2 is an answer too: some vendors want to be told which part.
      if (status !== 0 && status !== 2) throw new Error(`${argv.join(' ')}: ${stderr}`.slice(-1000))
    }
  }
  rmSync(cwd, { recursive: true })
}

/** A snapshot as Microsoft would publish its tags. */
function publishedForm({ changeNumber, tags }) {
  const values = tags.map(({ name, prefixes, ...properties }) => ({
    name,
    id: name,
    properties: { ...properties, addressPrefixes: prefixes },
  }))
  return JSON.stringify({ changeNumber, cloud: 'Public', values }, null, 2).replaceAll('\n', '\r\n')
}

/** A module with everything that the command line loads when it is needed: commands, and questions to a person. */
function allCommands() {
  const loaded = ['cli.ts', 'io.ts'].flatMap((file) => [
    ...readFileSync(join(ROOT, 'src', file), 'utf8').matchAll(/\bimport\('(\.\/[\w/-]+\.ts)'\)/g),
  ])
  return [...new Set(loaded.map(([, file]) => file))].map((file) => `export * from '${file}'`).join('\n')
}

/** A module with the functions and classes of `name`, which is loaded when the first of them is called. */
function late(name) {
  const from = name.startsWith('node:') ? name : `./${name}.cjs`
  const members = Object.entries(createRequire(import.meta.url)(name)).filter(
    ([, member]) => typeof member === 'function',
  )
  return `const load = () => require(${JSON.stringify(from)})
${members
  .map(
    ([member]) =>
      `export function ${member}(...args) { return new.target ? new (load().${member})(...args) : load().${member}(...args) }`,
  )
  .join('\n')}`
}

/** The module src/source/prepared.ts, with something in it. */
function prepared() {
  const policies = builtInPolicies().map((name) => {
    const file = join(SHIPPED.policies, `${name}.yaml`)
    return [file, parsePolicy(readFileSync(file, 'utf8'), name, `the built-in policy ${name}`)]
  })
  return `
import { join } from 'node:path'
import { SHIPPED } from '../paths.ts'
const policies = { ${policies.map(([file, policy]) => `${JSON.stringify(basename(file))}: () => (${literal(policy)})`).join(',\n')} }
const vendors = { ${vendors.map(({ name }) => `${JSON.stringify(name)}: () => require(${JSON.stringify(`./${fileOf(name)}`)})`).join(',\n')} }
const found = (parts, folder, path) => Object.entries(parts).find(([name]) => join(folder, name) === path)?.[1]()
export const preparedPolicy = (path) => found(policies, SHIPPED.policies, path)
export const preparedVendor = (folder) => found(vendors, SHIPPED.vendors, folder)
`
}

/** One vendor: what its manifest says, with functions for texts of templates, and the reader. */
function vendorFile(vendor) {
  const { folder, templates, name, ...manifest } = vendor
  const whole = [...templates.keys()].filter((file) => !file.startsWith('_'))
  const code = new Map(whole.map((file) => [file, templateCode(file, templates)]))
  // Partials are part of the functions; only what is left to Handlebars needs them as texts.
  const isComplete = ![...code.values()].includes(undefined)
  const files = isComplete ? whole : [...templates.keys()]
  const compiled = files.map(
    (file) => `[${JSON.stringify(file)}, ${code.get(file) ?? JSON.stringify(templates.get(file))}]`,
  )
  const contents = `
import * as reader from './reader.js'
${PRELUDE}
export const manifest = ${literal(manifest)}
export const templates = new Map([${compiled.join(',\n')}])
export const readers = { read: reader.default, follow: reader.follow }
`
  return buildPart(fileOf(name), { contents, resolveDir: folder, sourcefile: `${name}.js` })
}

function fileOf(vendor) {
  return `vendor-${vendor}.cjs`
}

/** One package as src/packages.ts knows it. */
function packageFile(name) {
  const contents = `module.exports = require(${JSON.stringify(name)})`
  return buildPart(`${name}.cjs`, { contents, resolveDir: ROOT })
}

/** What src/ calls of zod, which is a fifth of it; and `NEVER`, which is no function. */
function zodFile() {
  const calls = sources().flatMap((text) => [...text.matchAll(/\bz\.(\w+)(?=\(|\.\w+\()/g)].map(([, name]) => name))
  const members = [...new Set(['NEVER', ...calls])].sort().map((name) => `${name}: zod.${name}`)
  const contents = `import * as zod from 'zod'\nmodule.exports = { z: { ${members.join(', ')} } }`
  return buildPart('zod.cjs', { contents, resolveDir: ROOT })
}

/** The texts of all modules of the program. */
function sources() {
  const folder = join(ROOT, 'src')
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.ts'))
  return files.map((file) => readFileSync(join(folder, file), 'utf8'))
}

async function buildPart(file, stdin) {
  const { outputFiles } = await build({ ...options, stdin, write: false })
  writePart(file, outputFiles[0].text)
}

/** JavaScript for plain data. Throws for what JSON would change without a word, but for fields that are undefined. */
function literal(value) {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === 'bigint' || typeof part === 'function' || part instanceof Map) throw new Error('not plain data')
    return part
  })
}
