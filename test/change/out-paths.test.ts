import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { plainPath } from '../../src/policy/value-schema.ts'
import { folderWith, tagwall } from '../cli/harness.ts'
import { documentText } from './pairs.ts'
import { FIRST, gitIn, policyOf, TAGS, WEB } from './story.ts'

// However a policy writes the place of a file, the lock, the disk and git have it there.

const EDGE = (out: string) =>
  `  - { name: edge, vendor: fortigate, out: "${out}", options: { srcintf: lan, dstintf: wan1 } }\n`
const ENV = { PATH: process.env.PATH ?? '' }
const ARGV = ['--allow-outside', '--snapshots', './snapshots/']

/** A first week in the folder `site` of a repository, with its lock, and a plan in that folder. */
async function committed(out: string) {
  const top = folderWith({ [`site/${FIRST}`]: documentText(TAGS, 1), 'site/tagwall.yaml': policyOf(WEB, EDGE(out)) })
  const run = async (folder: string, ...argv: string[]) => {
    const ran = await tagwall(join(folder, 'site'), [...argv, ...ARGV], { date: '2025-12-03', env: ENV })
    return ran.err + ran.out
  }
  await run(top, 'update', '--from', FIRST)
  gitIn(top, 'init', '--quiet', '--initial-branch', 'main')
  gitIn(top, 'add', '--all')
  gitIn(top, 'commit', '--quiet', '--message', 'First week')
  const { targets } = JSON.parse(readFileSync(join(top, 'site/tagwall.lock.json'), 'utf8'))
  return { top, run, files: Object.keys(targets.edge.files), out: targets.edge.target.out }
}

test('a plain path is the shortest one of its file', () => {
  const names = ['', '.', '..', 'a', 'b', '.c', '...']
  const all = [names, names, names, names].reduce<string[]>(
    (starts, own) => starts.flatMap((start) => own.map((name) => `${start}/${name}`)),
    ['', '.', 'a', '..'],
  )
  expect(all.filter((path) => plainPath(path) !== posix.normalize(path).replace(/(?<=.)\/$/, ''))).toEqual([])
})

test.for([
  ['rules/edge.conf', 'rules/edge.conf'],
  ['./rules/edge.conf', 'rules/edge.conf'],
  ['rules//x/../edge.conf', 'rules/edge.conf'],
  ['../rules/edge.conf', '../rules/edge.conf'],
  ['.././rules/edge.conf', '../rules/edge.conf'],
])('%s is known to be as the last run wrote it', async ([written, want]) => {
  const { top, run, files, out } = await committed(written as string)
  expect({ files, out }).toEqual({ files: [want], out: want })
  // Another checkout has the same lock.
  const other = folderWith({})
  cpSync(top, other, { recursive: true })
  for (const folder of [top, other])
    for (const argv of [['plan'], ['plan', '--since', 'git:HEAD']])
      expect((await run(folder, ...argv)).split('\n')[0]).toBe('nothing changes')
  writeFileSync(join(top, 'site/tagwall.yaml'), policyOf(WEB.replace('443', '8443'), EDGE(written as string)))
  for (const since of [[], ['--since', 'git:HEAD']]) {
    const told = await run(top, 'plan', ...since)
    expect(told).not.toContain('warning:')
    expect(told).toContain(`${want?.replace('.conf', '.delta.conf')} `)
  }
})
