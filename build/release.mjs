// Prepares a release: package.json, the lockfile and every page name the new version.
//   npm run release -- 0.2.0
// It commits nothing: date the section of CHANGELOG.md, look at the diff, run .ci/run, commit, and push the tag.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** A page that names the package or the image of one version, with those of another. */
export const pageOf = (text, from, to) =>
  text.replaceAll(`tagwall-${from}`, `tagwall-${to}`).replaceAll(`tagwall:${from}`, `tagwall:${to}`)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const before = versionOf()
  execFileSync('npm', ['version', '--no-git-tag-version', process.argv[2] ?? ''], { cwd: ROOT, stdio: 'inherit' })
  const version = versionOf()
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true }).map((file) => join('docs', file))
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'action.yml',
    ...docs.filter((file) => /\.(md|yml|yaml)$|Containerfile$/.test(file)),
  ]
  for (const page of pages) edit(page, (text) => pageOf(text, before, version))
  console.log(`\n${before} -> ${version}. Run "npm run docs" and .ci/run, commit, and push the tag v${version}.`)
}

function versionOf() {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version
}

function edit(file, change) {
  const path = join(ROOT, file)
  const before = readFileSync(path, 'utf8')
  const after = change(before)
  if (after !== before) writeFileSync(path, after)
}
