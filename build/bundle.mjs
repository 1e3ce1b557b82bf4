// What tsc has built becomes the package as it is published: one CommonJS file that is the program and the library; beside it a file
// for each package that is rarely needed, and a file for each vendor, with its manifest checked, its templates compiled, and its
// reader; the library, and its part without files as a module of its own; the types; the licences and the bill of materials of the packages inside.
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { linesIn } from '../dist/model/made-item.js'
import { builtInPolicies, SHIPPED } from '../dist/paths.js'
import { parsePolicy } from '../dist/policy/policy.js'
import { readTemplates, templateCode } from '../dist/vendor/templates.js'
import { listVendors, readVendor } from '../dist/vendor/vendor.js'
import { billOfMaterials } from './bill.mjs'
import { bundledPackages, licenceTexts } from './bundled.mjs'

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
  // A stack trace names a place in the published file. Names of functions would be set again whenever one is made: 7% of the CPU of a plan.
  minify: true,
  // What Node loads of it looks for its files when it runs, where a bundle has none.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  metafile: true,
}

/** Packages that few commands need, and that are slow to load: each is a file beside the program, with the part that we use. */
const RARE = {
  undici: "export { Client } from 'undici'\n",
  '@clack/prompts': "export { autocompleteMultiselect, isCancel, select, text } from '@clack/prompts'\n",
  handlebars: "module.exports = require('handlebars/dist/cjs/handlebars.js').default\n",
}

const reports = await Promise.all([program(), ...Object.keys(RARE).map(rareFile), ...vendors.map(vendorFile)])
writeFileSync(join(DIST, 'prepared.js'), prepared())
reports.push(await library())
materials(reports.map(({ metafile }) => metafile))

/** The program, and what npm links as `tagwall`. */
async function program() {
  cpSync(join(ROOT, 'build/main.cjs'), join(DIST, 'main.cjs'))
  chmodSync(join(DIST, 'main.cjs'), 0o755)
  const contents = "exports.main = () => require('./src/main.ts')\nexports.library = () => require('./src/index.ts')\n"
  return build({
    ...options,
    stdin: { contents, resolveDir: ROOT, sourcefile: 'program.js' },
    outfile: join(DIST, 'program.cjs'),
    external: ['./vendor-*.cjs'],
    define: { 'import.meta.dirname': '__dirname', 'import.meta.url': '__filename' },
    plugins: [
      {
        name: 'what is prepared',
        setup({ onLoad }) {
          onLoad({ filter: /src\/vendor\/prepared\.ts$/ }, () => ({ contents: prepared(), loader: 'js' }))
        },
      },
      {
        name: 'packages in files beside the program',
        setup({ onLoad, onResolve }) {
          onResolve({ filter: /^(?:undici|@clack\/prompts|handlebars)$/ }, ({ path }) => ({
            path: `./${rareName(path)}`,
            external: true,
          }))
          const contents = "export const handlebars = () => require('handlebars')"
          onLoad({ filter: /src\/vendor\/handlebars\.ts$/ }, () => ({ contents, loader: 'js' }))
        },
      },
    ],
  })
}

/** `package-undici.cjs`. */
function rareName(name) {
  return `package-${name.replaceAll(/[^a-z]+/g, '-').replace(/^-/, '')}.cjs`
}

/** One of the packages that are rarely needed. */
function rareFile(name) {
  return build({
    ...options,
    stdin: { contents: RARE[name], resolveDir: ROOT, sourcefile: `${name}.js` },
    outfile: join(DIST, rareName(name)),
  })
}

/** The bundler's report, which does not ship, and what it says is inside: the licences and the bill of materials, which do. */
function materials(metafiles) {
  const outputs = Object.assign({}, ...metafiles.map(({ outputs }) => outputs))
  writeFileSync(join(DIST, 'metafile.json'), JSON.stringify({ outputs }))
  writeFileSync(join(DIST, 'LICENSES.txt'), licenceTexts(bundledPackages(ROOT)))
  writeFileSync(join(DIST, 'sbom.cdx.json'), billOfMaterials(ROOT))
}

/**
 * What "import 'tagwall'" loads: the library inside the program, which "require" loads in half the time of "import"; and what
 * "import 'tagwall/core'" loads: the part without files, as one module that other bundlers can take in. With the declarations of both.
 */
async function library() {
  const names = Object.keys(await import('../dist/index.js'))
  const text = `import { createRequire } from 'node:module'
const { library } = createRequire(import.meta.url)('./program.cjs')
export const { ${names.join(', ')} } = library()
`
  writeFileSync(join(DIST, 'library.js'), text)
  const core = await build({
    ...options,
    entryPoints: ['src/core.ts'],
    outfile: join(DIST, 'library-core.js'),
    format: 'esm',
    // The module for Node asks for others when it runs.
    alias: { yaml: join(ROOT, 'node_modules/yaml/browser/index.js') },
  })
  for (const file of declarationsFrom('index.d.ts', 'core.d.ts', 'reader.d.ts')) {
    const copy = join(DIST, 'types', relative(DIST, file))
    mkdirSync(dirname(copy), { recursive: true })
    cpSync(file, copy)
  }
  return core
}

/** These declarations, and all that they import. */
function declarationsFrom(...names) {
  const found = new Set(names.map((name) => join(DIST, name)))
  // A set that grows is walked to its new end.
  for (const file of found) {
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/['"](\.{1,2}\/[^'"]+)\.[jt]s['"]/g))
      found.add(join(dirname(file), `${path}.d.ts`))
  }
  return found
}

/** The module src/vendor/prepared.ts, with something in it. */
function prepared() {
  const policies = builtInPolicies().map((name) => {
    const file = join(SHIPPED.policies, `${name}.yaml`)
    return [file, parsePolicy(readFileSync(file, 'utf8'), name, `the built-in policy ${name}`)]
  })
  return `
import { join } from 'node:path'
import Handlebars from 'handlebars/runtime.js'
import { SHIPPED } from '../paths.ts'
const policies = { ${policies.map(([file, policy]) => `${JSON.stringify(basename(file))}: () => (${literal(policy)})`).join(',\n')} }
const vendors = { ${vendors.map(({ name }) => `${JSON.stringify(name)}: () => require(${JSON.stringify(`./${fileOf(name)}`)})`).join(',\n')} }
const found = (parts, folder, path) => Object.entries(parts).find(([name]) => join(folder, name) === path)?.[1]()
export const preparedPolicy = (path) => found(policies, SHIPPED.policies, path)
export const preparedVendor = (folder) => {
  const vendor = found(vendors, SHIPPED.vendors, folder)
  return vendor && { ...vendor, templates: new Map(Array.from(vendor.templates, ([file, code]) => [file, () => Handlebars.template(code)])) }
}
`
}

/** One vendor: what its manifest says, its templates as Handlebars compiles them, and the reader. */
function vendorFile({ folder, name, templates: _, ...manifest }) {
  const templates = [...linesIn(manifest), ...readTemplates(folder)].map(
    ([file, text]) => `[${JSON.stringify(file)}, ${templateCode(text)}]`,
  )
  const contents = `
import * as reader from './reader.js'
export const manifest = ${literal(manifest)}
export const templates = new Map([${templates.join(',\n')}])
export const readers = { ...reader }
`
  return build({
    ...options,
    stdin: { contents, resolveDir: folder, sourcefile: `${name}.js` },
    outfile: join(DIST, fileOf(name)),
  })
}

function fileOf(vendor) {
  return `vendor-${vendor}.cjs`
}

/** JavaScript for plain data. Throws for what JSON would change without a word, but for fields that are undefined. */
function literal(value) {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === 'bigint' || typeof part === 'function' || part instanceof Map) throw new Error('not plain data')
    return part
  })
}
