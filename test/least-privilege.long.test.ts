import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS as COMMAND_TABLE } from '../src/commands/table.ts'
import { lazy } from '../src/model/lazy.ts'
import { contentsOf, DOCUMENT, folderWith } from './cli/harness.ts'
import { PROGRAM, ROOT } from './fixtures.ts'
import { someOf } from './thorough.ts'

// What docs/least-privilege.md shows, on the lines of Node that it names. "npm run nodes" installs them.

const BLOCKS = [...readFileSync(join(ROOT, 'docs/least-privilege.md'), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
const [setUp = '', ...COMMANDS] = BLOCKS.map(([, text = '']) => text)
const POLICY = `
rules:
  - { name: Login, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 150 }
guards: { maxShrink: 100% }
targets:
  - { name: nsg, vendor: nsg, out: rules/nsg.json }
  - { name: iptables, vendor: iptables, out: rules/iptables }
  - { name: edge, vendor: fortigate, out: rules/edge.conf, options: { srcintf: internal, dstintf: wan1 } }
`

/** Runs all commands of the page with this Node; the program has no other files around it than its package. */
function session(node: string, isConfined: boolean) {
  const home = folderWith({
    'work/tagwall.yaml': POLICY,
    'work/ServiceTags_Public_20251117.json': DOCUMENT.replace(/"changeNumber": \d+/, '"changeNumber": 999'),
    'bin/npm': '#!/bin/sh\necho "$HOME/global"\n',
    'bin/node': `#!/bin/sh\n${isConfined ? '' : `while [ "\${1#--}" != "$1" ]; do shift; done\n`}exec "${node}" "$@"\n`,
  })
  for (const name of ['npm', 'node']) chmodSync(join(home, 'bin', name), 0o755)
  mkdirSync(join(home, 'global'))
  symlinkSync(ROOT, join(home, 'global/tagwall'))
  const runs = COMMANDS.map((command) => {
    const { status, stdout, stderr } = spawnSync('bash', ['-euc', `${setUp}${command}`], {
      cwd: join(home, 'work'),
      encoding: 'utf8',
      timeout: 100_000,
      env: { ...process.env, HOME: home, PATH: `${join(home, 'bin')}:${process.env.PATH}` },
    })
    return { command, status, stdout, stderr }
  })
  return { runs, files: contentsOf(join(home, 'work')) }
}

const binaryOf = (line: number) => join(ROOT, `node_modules/.cache/nodes/node_modules/node-${line}/bin/node`)

/** The flag of each line of Node. */
const FLAGS: Readonly<Record<number, string>> = {
  20: '--experimental-permission',
  22: '--experimental-permission',
  24: '--permission',
  26: '--permission',
}

/** Where the mutex and the journal are, which every command may read. */
const STATE = realpathSync(process.env.XDG_STATE_HOME as string)

/** Everything in the folder of the policy. */
const ALL = './'
/** What a command needs that makes rules of a policy, one by one. */
const FOR_RULES = 'tagwall.yaml snapshots/'

/** Commands with what they may read in the folder, and the kind of what Node then refuses. The lines of Node ask in another order for the rest. */
const REFUSED: readonly (readonly [command: string, allowed: string, kind: string])[] = [
  ['aggregate list.txt', '', 'FileSystemRead'],
  ['adopt nsg list.txt --from document.json', '', 'FileSystemRead'],
  ['audit nsg list.txt', '', 'FileSystemRead'],
  ['audit nsg list.txt', FOR_RULES, 'FileSystemRead'],
  ['audit nsg list.txt --baseline base.json', `${FOR_RULES} list.txt`, 'FileSystemRead'],
  ['build', '', 'FileSystemRead'],
  ['build', ALL, 'FileSystemWrite'],
  ['diff 2025-06-09 2025-07-07', '', 'FileSystemRead'],
  ['diff old.json new.json --policy arc-servers', 'snapshots/', 'FileSystemRead'],
  ['doctor', '', 'FileSystemRead'],
  ['doctor --policy arc-servers', ALL, 'FileSystemRead'],
  ['doctor --policy arc-servers --read seen.json', 'snapshots/', 'FileSystemRead'],
  ['emit nsg', '', 'FileSystemRead'],
  ['emit nsg', 'tagwall.yaml', 'FileSystemRead'],
  ['emit nsg', 'tagwall.yaml snapshots/', 'FileSystemRead'],
  ['emit nsg --policy arc-servers', '', 'FileSystemRead'],
  ['emit nsg --since git:HEAD', ALL, 'ChildProcess'],
  ['emit mine --vendors vendors', FOR_RULES, 'FileSystemRead'],
  ['explain shrink', '', 'FileSystemRead'],
  ['fetch --from document.json', ALL, 'FileSystemWrite'],
  ['fetch --from document.json', '', 'FileSystemRead'],
  ['init --yes --vendor list', '', 'FileSystemRead'],
  ['list targets', '', 'FileSystemRead'],
  ['list vendors --vendors vendors', '', 'FileSystemRead'],
  ['lookup 20.190.128.1', '', 'FileSystemRead'],
  ['lookup 20.190.128.1', 'tagwall.yaml', 'FileSystemRead'],
  ['plan', '', 'FileSystemRead'],
  ['plan', FOR_RULES, 'FileSystemRead'],
  ['plan', `${FOR_RULES} tagwall.lock.json`, 'FileSystemRead'],
  ['propose --to github --report report', ALL, 'ChildProcess'],
  ['update --from document.json', '', 'FileSystemRead'],
  ['vendor check vendors/mine', '', 'FileSystemRead'],
  ['widen --max 100', '', 'FileSystemRead'],
]

test('every command but those without files is in that table', () => {
  const named = new Set(REFUSED.map(([command]) => command.split(' ')[0]))
  expect(Object.keys(COMMAND_TABLE).filter((name) => !named.has(name))).toEqual(['completion'])
})

/** The folder of a policy after its first build; what commands read there beside it. */
const HOME = lazy(() => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tagwall-refused-')))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'tagwall.yaml'), POLICY)
  for (const name of ['list.txt', 'base.json', 'seen.json', 'old.json', 'new.json', 'document.json'])
    writeFileSync(join(folder, name), '')
  mkdirSync(join(folder, 'snapshots'))
  cpSync(join(ROOT, 'vendors/json'), join(folder, 'vendors/mine'), { recursive: true })
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'build'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 100_000,
  })
  expect({ status, stderr }).toMatchObject({ status: 0 })
  return folder
})

describe.each([20, 22, 24, 26])('on Node %i', (line) => {
  // Each command on one line of Node of each flag, and each line with every kind.
  const turn = Number(line === 22 || line === 26)
  test.for(someOf(REFUSED, 2, turn))(
    '%s, which may read "%s", names the %s that Node refused',
    ([command, allowed, kind], { skip }) => {
      const node = binaryOf(line)
      if (!existsSync(node)) skip('other lines of Node are not installed: npm run nodes')
      const here = HOME()
      const before = contentsOf(here)
      const may = allowed.split(' ').flatMap((name) => (name === '' ? [] : [join(here, name)]))
      const flags = [`${ROOT}/`, `${STATE}/`, ...may].map((path) => `--allow-fs-read=${path}`)
      const argv = [FLAGS[line] as string, ...flags, PROGRAM, ...command.split(' ')]
      const { status, stdout, stderr } = spawnSync(node, argv, { cwd: here, encoding: 'utf8', timeout: 100_000 })
      const said = stderr
        .replaceAll(/^.*ExperimentalWarning.*\n|^\(Use `node --trace-warnings.*\n/gm, '')
        .replaceAll(here, 'HERE')
        .replaceAll(STATE, 'STATE')
      const place = /(?: of (?:HERE|STATE|\/etc\/|git)\S*)?(?=; allow)/.exec(said)?.[0]
      const sentence = `tagwall: Node's permission model refused ${kind}${place}; allow it (docs/least-privilege.md), and run the command again\n`
      expect({ status, stdout, said }).toEqual({ status: 2, stdout: '', said: sentence })
      expect(contentsOf(here)).toEqual(before)
    },
  )
})

test.for([
  'fetch',
  'update',
  'lookup 20.190.160.4 --from https://download.microsoft.com/a.json',
  'doctor --policy arc-kubernetes',
])('on Node 26 without --allow-net, %s names that permission', (command, { skip }) => {
  const node = binaryOf(26)
  if (!existsSync(node)) skip('other lines of Node are not installed: npm run nodes')
  const here = HOME()
  const argv = ['--permission', '--allow-fs-read=*', '--allow-fs-write=*', PROGRAM, ...command.split(' ')]
  const { status, stdout, stderr } = spawnSync(node, argv, { cwd: here, encoding: 'utf8', timeout: 100_000 })
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toMatch(
    /Node's permission model refused Net.*; allow it with --allow-net \(docs\/least-privilege\.md\)/,
  )
})

test.for([24, 26])('on Node %i, the commands do under its limits what they do without', (line, { skip }) => {
  const node = binaryOf(line)
  if (!existsSync(node)) skip('other lines of Node are not installed: npm run nodes')
  const confined = session(node, true)
  expect(confined.runs.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
    COMMANDS.map(() => ({ status: 0, stderr: expect.not.stringMatching(/restricted|refused/) })),
  )
  expect(confined).toEqual(session(node, false))
  expect(Object.keys(confined.files).length).toBeGreaterThan(6)
})
