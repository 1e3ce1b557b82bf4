import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
// @ts-expect-error: a script without types
import { changelogOf, pageOf } from '../../build/release.mjs'
import { ROOT } from '../fixtures.ts'

const OLDER = '## 0.1.0 (2025-11-26)\n\n- First.\n'

test.for<[what: string, before: string, want: string]>([
  [
    'of changesets and of Unreleased become one list',
    `# Changelog\n\n## 0.2.0\n\n### Minor Changes\n\n- New.\n  More of it.\n\n### Patch Changes\n\n- Fixed.\n\n## Unreleased\n\n- Old way.\n\n${OLDER}`,
    `# Changelog\n\n## 0.2.0 (2026-12-01)\n\n- New.\n  More of it.\n- Fixed.\n- Old way.\n\n${OLDER}`,
  ],
  [
    'of changesets alone',
    `# Changelog\n\n## 0.2.0\n\n### Patch Changes\n\n- Fixed.\n\n${OLDER}`,
    `# Changelog\n\n## 0.2.0 (2026-12-01)\n\n- Fixed.\n\n${OLDER}`,
  ],
])('lines %s', ([, before, want]) => {
  expect(changelogOf(before, '0.2.0', '2026-12-01')).toBe(want)
})

test('pages name the new package and image, and addresses stay', () => {
  expect(pageOf('./tagwall-0.1.0.tgz tagwall:0.1.0 10.1.0.0/16', '0.1.0', '0.2.0')).toBe(
    './tagwall-0.2.0.tgz tagwall:0.2.0 10.1.0.0/16',
  )
})

test('a changeset is a line of the changelog as it stands', async () => {
  const { getReleaseLine } = createRequire(import.meta.url)(join(ROOT, '.changeset/changelog.cjs'))
  expect(await getReleaseLine({ summary: 'One thing:\nmore of it.\n' })).toBe('- One thing:\n  more of it.')
})

test('every changeset asks for a version of this package, and says why', () => {
  const files = readdirSync(join(ROOT, '.changeset')).filter((file) => file.endsWith('.md') && file !== 'README.md')
  for (const file of files) {
    const [, front = '', text = ''] =
      /^---\n([\s\S]*?)\n---\n\n([\s\S]+)$/.exec(readFileSync(join(ROOT, '.changeset', file), 'utf8')) ?? []
    expect(Object.entries(parse(front) ?? {}), file).toEqual([
      ['tagwall', expect.stringMatching(/^(?:major|minor|patch)$/)],
    ])
    expect(text.trim(), file).not.toBe('')
  }
})
