import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ROOT } from '../fixtures.ts'
import { folderWith, tagwall as inProcess } from './harness.ts'

// The built program in a shell, with a small policy and a document.

export const MAIN = join(ROOT, 'dist/main.cjs')
export const DOCUMENT =
  '{"changeNumber":7,"cloud":"Public","values":[{"name":"Sql","properties":{"addressPrefixes":["20.40.2.0/24"]}}]}'
export const FILES = {
  'tagwall.yaml': `rules:
  - { name: Web, tags: [Sql], direction: outbound, protocol: tcp, ports: [443], priority: 100 }
targets:
  - { name: plain, vendor: list, out: rules.txt }
`,
  'ServiceTags_Public_20251110.json': DOCUMENT,
}

interface Run {
  readonly env?: Record<string, string>
  /** Shell syntax that follows the command line. */
  readonly to?: string
  /** A module that is loaded first. */
  readonly hook?: string
}

/** Runs the built program through a shell. */
export function tagwall(folder: string, argv: string, { env = {}, to = '', hook }: Run = {}) {
  const node = `'${process.execPath}' ${hook ? `--require '${hook}'` : ''}`
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `${node} '${MAIN}' ${argv} ${to}`], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 100_000,
    env: { ...process.env, TAGWALL_DEBUG: '', ...env },
  })
  return { status, stdout, stderr: stderr.replaceAll(folder, '.') }
}

/** A folder after a first run, which needs no process of its own. */
export const established = async () => {
  const folder = folderWith(FILES)
  const { code } = await inProcess(folder, ['update', '--from', 'ServiceTags_Public_20251110.json'])
  expect(code).toBe(0)
  return folder
}

export const isLinux = existsSync('/dev/full')
