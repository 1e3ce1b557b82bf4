import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { lazy } from '../src/model/lazy.ts'
import { onlyFamily } from '../src/model/vendor.ts'
import { SHIPPED } from '../src/paths.ts'
import { listVendors, readVendor, resolveOptions } from '../src/vendor/vendor.ts'
import { DOCUMENT, folderWith } from './cli/harness.ts'
import { PROGRAM, ROOT } from './fixtures.ts'
import { THOROUGH } from './thorough.ts'

// The built program on every supported line of Node, and the oldest version of the oldest: the same bytes, exit codes and messages
// as on the Node that runs the tests. "npm run nodes" installs the other lines.

const binaryOf = (line: number) => join(ROOT, `node_modules/.cache/nodes/node_modules/node-${line}/bin/node`)
const LINES = [20, 22, 24, 26].filter((line) => binaryOf(line) !== process.execPath)

/**
 * Every shipped vendor with every case of its golden files, or the last where there are many, as the targets of one policy of outbound rules, which all of them hold.
 */
const TARGETS = [...listVendors([SHIPPED.vendors])].flatMap(([vendor, folder]) => {
  const file = join(folder, 'expected/cases.json')
  const more: Record<string, unknown>[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
  const cases = [{}, ...(THOROUGH ? more : more.slice(3).slice(-1))]
  const manifest = readVendor(vendor, [SHIPPED.vendors])
  return cases.map((options, index) => ({
    name: `${vendor}-${index}`,
    vendor,
    out: `rules/${vendor}-${index}`,
    options,
    family: onlyFamily(manifest, resolveOptions(manifest, options, vendor)),
  }))
})
const POLICY = stringify({
  rules: [
    { name: 'Login', tags: ['AzureActiveDirectory'], direction: 'outbound', ports: [443], priority: 150 },
    {
      name: 'FrontDoor',
      tags: ['AzureFrontDoor.FirstParty'],
      direction: 'outbound',
      ports: [443, '8000-8080'],
      priority: 151,
    },
  ],
  targets: TARGETS,
})

/** The targets whose deltas are made. */
const DELTAS = THOROUGH ? '' : 'iptables-0 juniper-srx-0 list-0 nsg-0 paloalto-0 '

/** With the exit code of each. */
const COMMANDS: readonly (readonly [code: number, line: string])[] = [
  [0, '--help'],
  [0, '--version'],
  [0, 'build'],
  [0, `build ${DELTAS}--since 2025-10-06 --json`],
  [0, 'update --from ServiceTags_Public_20251117.json --snapshots own --policy arc-servers --accept rollback,shrink'],
  [0, 'diff 2025-06-09 2025-07-07'],
  [0, 'diff 2025-06-09 2025-07-07 --format markdown --policy arc-servers'],
  [0, 'emit list --widen 150'],
  // A vendor of the user, whose reader is a file.
  [0, 'emit mine --vendors vendors --require-proof'],
  [0, 'widen --max 100 --policy arc-servers'],
  [0, 'lookup 20.190.128.1'],
  [0, 'list vendors list --json'],
  [0, 'explain shrink'],
  [1, 'audit list list.txt'],
  [0, 'aggregate list.txt'],
  [0, 'init --yes --ci github --dry-run'],
  [0, 'completion bash'],
  [2, 'emit lsit'],
  [2, 'build --policy broken.yaml'],
]

/** What these commands say, one after the other in one new folder, and the rules that they leave there. */
function session(program: readonly string[], lines = COMMANDS.map(([, line]) => line)) {
  const folder = folderWith({
    'tagwall.yaml': POLICY,
    'broken.yaml': 'rules: [',
    'list.txt': '20.190.128.0/18\n20.190.129.0/24\n2603:1006:2000::/48\n',
    'ServiceTags_Public_20251117.json': DOCUMENT,
    // Node before 20.19 would take a reader for CommonJS.
    'vendors/package.json': '{ "type": "module" }',
  })
  cpSync(join(SHIPPED.vendors, 'json'), join(folder, 'vendors/mine'), { recursive: true })
  for (const shared of ['_kit', '_json'])
    cpSync(join(SHIPPED.vendors, shared), join(folder, 'vendors', shared), { recursive: true })
  const [command = '', ...before] = program
  const runs = lines.map((line) => {
    const argv = [...before, ...line.split(' ')]
    const { status, stdout, stderr } = spawnSync(command, argv, { cwd: folder, encoding: 'utf8', timeout: 100_000 })
    return { line, status, stdout, stderr }
  })
  const rules = existsSync(join(folder, 'rules')) ? readdirSync(join(folder, 'rules')).sort() : []
  return {
    runs,
    files: Object.fromEntries(rules.map((file) => [file, readFileSync(join(folder, 'rules', file), 'utf8')])),
  }
}

const expected = lazy(() => session([process.execPath, PROGRAM]))

test('every line of Node says and writes the same', { timeout: 600_000 }, ({ skip }) => {
  expect(expected().runs.map(({ line, status }) => [status, line])).toEqual(COMMANDS)
  expect(Object.keys(expected().files).length).toBeGreaterThan(TARGETS.length)
  for (const line of LINES) {
    if (!existsSync(binaryOf(line))) skip('other lines of Node are not installed: npm run nodes')
    const { runs, files } = session([binaryOf(line), PROGRAM])
    expect(runs, `Node ${line}`).toEqual(expected().runs)
    expect(files, `Node ${line}`).toEqual(expected().files)
  }
})

test('compiled code is kept at home, not where another user could leave some for root', ({ skip }) => {
  for (const line of LINES) {
    if (!existsSync(binaryOf(line))) skip('other lines of Node are not installed: npm run nodes')
    const folder = folderWith()
    const env = { ...process.env, NODE_COMPILE_CACHE: undefined, TMPDIR: folder, TMP: folder, TEMP: folder }
    expect(spawnSync(binaryOf(line), [PROGRAM, '--version'], { cwd: folder, env }).status).toBe(0)
    expect(readdirSync(folder), `Node ${line}`).toEqual([])
  }
})

test('so does the single executable, which has no files around it', { timeout: 600_000 }, ({ skip }) => {
  if (!existsSync(binaryOf(26))) skip('Node 26 is not installed: npm run nodes')
  if (process.platform !== 'linux' || process.arch !== 'x64') skip('the executable is for Linux on x64')
  const single = join(folderWith(), 'tagwall')
  execFileSync(process.execPath, [join(ROOT, 'build/pack-single.mjs'), single], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  expect(readFileSync(`${single}.LICENSES.txt`, 'utf8')).toMatch(/^tagwall [\s\S]*\nzod [\s\S]*\nNode.js 26/)
  const { components } = JSON.parse(readFileSync(`${single}.cdx.json`, 'utf8'))
  expect(components.at(-1)).toMatchObject({ name: 'node', version: expect.stringMatching(/^26\./) })

  const asked = expected().runs.filter(({ line }) => /^(build|update|emit mine|audit)\b/.test(line))
  const { runs, files } = session(
    [single],
    asked.map(({ line }) => line),
  )
  expect(runs).toEqual(asked)
  expect(files).toEqual(expected().files)
})
