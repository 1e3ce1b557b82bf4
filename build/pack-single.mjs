// Makes one executable file of tagwall for Linux on x64, which needs no Node:
//   npm run pack:single [-- FILE]
// Node 26 puts the program and the data of the package into a copy of itself, as a file system to read from. "npm run nodes" installs it.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { billOfMaterials, nodeComponent } from './bill.mjs'
import { bundledPackages, licenceTexts, packageAt } from './bundled.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const NODE = join(ROOT, 'node_modules/.cache/nodes/node_modules/node-26')
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const output = resolve(process.env.INIT_CWD ?? process.cwd(), process.argv[2] ?? `tagwall-${version}-linux-x64`)

/** What the program reads. */
const DATA = ['dist', 'docs', 'package.json', 'policies', 'snapshots', 'vendors']

if (!existsSync(NODE)) {
  console.error('Node 26 is not installed: run "npm run nodes" first')
  process.exit(2)
}
const stage = mkdtempSync(join(tmpdir(), 'tagwall-single-'))
try {
  const main = join(stage, 'main.cjs')
  writeFileSync(main, "require('./dist/program.cjs').main()\n")
  const config = join(stage, 'sea.json')
  const assets = Object.fromEntries(packedFiles().map((path) => [path, join(ROOT, path)]))
  const sea = { main, output, disableExperimentalSEAWarning: true, useVfs: true, assets }
  writeFileSync(config, JSON.stringify(sea))
  execFileSync(join(NODE, 'bin/node'), ['--build-sea', config], { stdio: ['ignore', 'ignore', 'inherit'] })
  const node = { ...packageAt(NODE), name: 'Node.js' }
  writeFileSync(`${output}.LICENSES.txt`, licenceTexts([packageAt(ROOT), ...bundledPackages(), node]))
  writeFileSync(`${output}.cdx.json`, billOfMaterials(ROOT, [nodeComponent(node.version)]))
  console.log(relative(process.env.INIT_CWD ?? process.cwd(), output))
} finally {
  rmSync(stage, { recursive: true, force: true })
}

/** The files of the package that the program reads. */
function packedFiles() {
  const argv = ['pack', '--json', '--dry-run', '--ignore-scripts']
  const [{ files }] = JSON.parse(
    execFileSync('npm', argv, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  )
  return files
    .map(({ path }) => path)
    .filter(
      (path) =>
        (path.startsWith('docs/') || path === 'vendors/README.md' || !/\.(d\.ts|md|txt|cdx\.json)$/.test(path)) &&
        DATA.some((part) => path === part || path.startsWith(`${part}/`)),
    )
}
