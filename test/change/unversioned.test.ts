import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { folderWith, tagwall } from '../cli/harness.ts'
import { documentText } from './pairs.ts'
import { FIRST, POLICY, SECOND, TAGS } from './story.ts'

const env = { PATH: process.env.PATH ?? '' }
const SAID = /^no version control: .*$/gm

test.for<[name: string, isVersioned: boolean, argv: string[], want: number]>([
  ['without version control', false, ['update', '--from', FIRST], 1],
  ['in a repository', true, ['update', '--from', FIRST], 0],
  ['by a run that writes nothing', false, ['plan'], 0],
])('what is lost is said %s', async ([, isVersioned, argv, want]) => {
  const folder = folderWith({
    'tagwall.yaml': POLICY,
    [FIRST]: documentText(TAGS, 1),
    [SECOND]: documentText({ ...TAGS, Contoso: ['20.40.3.0/27'] }, 2),
  })
  if (isVersioned) execFileSync('git', ['init', '--quiet'], { cwd: folder })
  const run = async (argv: readonly string[]) => (await tagwall(folder, argv, { date: '2025-12-03', env })).out
  expect((await run(argv)).match(SAID) ?? []).toHaveLength(want)
  expect((await run(['update', '--from', SECOND, '--accept', 'shrink'])).match(SAID) ?? []).toHaveLength(
    argv[0] === 'plan' ? 1 : 0,
  )
})
