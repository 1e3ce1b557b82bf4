import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith } from './cli/harness.ts'
import { ROOT } from './fixtures.ts'

// What npm would publish, unpacked into an empty folder where nothing else of the repository is.
test('the published package works in an empty folder', { timeout: 120_000 }, () => {
  const folder = folderWith()
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: ROOT,
      encoding: 'utf8',
    }),
  )
  const files = (packed.files as { path: string }[]).map(({ path }) => path)
  expect(files.filter((path) => /^(src|test|bench)\/|\/expected\/|^vendors\/.*\.ts$/.test(path))).toEqual([])
  for (const path of [
    'LICENSE',
    'README.md',
    'dist/main.cjs',
    'vendors/list/reader.js',
    'policies/arc-servers.yaml',
    'policies/endpoints/arc-servers/china.json',
  ])
    expect(files).toContain(path)

  const home = join(folder, 'work')
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{ "private": true }')
  execFileSync('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed.filename)], {
    cwd: home,
    stdio: 'ignore',
    env: { ...process.env, NODE_EXTRA_CA_CERTS: process.env.CERTIFICATES_OF_NPM },
  })
  const run = (...argv: string[]) =>
    spawnSync(join(home, 'node_modules/.bin/tagwall'), argv, { cwd: home, encoding: 'utf8' })

  expect(run('emit', 'fortigate').stdout).toMatch(/^# Azure service tags Public .*\nconfig firewall address\n/)
  expect(run('emit', 'iptables', '--family', 'ipv6').stdout).toMatch(/^# Azure service tags Public .*\n#.*\n\*filter\n/)
  expect(run('emit', 'nosuch')).toMatchObject({ status: 2, stdout: '' })
  expect(run('--help')).toMatchObject({ status: 0, stderr: '' })
})
