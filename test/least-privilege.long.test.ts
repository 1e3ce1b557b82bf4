import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contentsOf, DOCUMENT, folderWith } from './cli/harness.ts'
import { ROOT } from './fixtures.ts'

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
      env: { ...process.env, HOME: home, PATH: `${join(home, 'bin')}:${process.env.PATH}` },
    })
    return { command, status, stdout, stderr }
  })
  return { runs, files: contentsOf(join(home, 'work')) }
}

const binaryOf = (line: number) => join(ROOT, `node_modules/.cache/nodes/node_modules/node-${line}/bin/node`)

test('what is not allowed is named in one sentence', ({ skip }) => {
  if (!existsSync(binaryOf(24))) skip('other lines of Node are not installed: npm run nodes')
  const folder = folderWith({ 'tagwall.yaml': POLICY })
  const argv = ['--permission', `--allow-fs-read=${ROOT}/`, join(ROOT, 'dist/main.cjs'), 'emit', 'nsg']
  const { status, stdout, stderr } = spawnSync(binaryOf(24), argv, { cwd: folder, encoding: 'utf8' })
  const sentence = `tagwall: Node's permission model refused FileSystemRead of ${folder}/tagwall.yaml; allow it (docs/least-privilege.md), and run the command again\n`
  expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: sentence })
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
