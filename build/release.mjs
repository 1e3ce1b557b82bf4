// Prepares a release: the changesets become a version and a section of CHANGELOG.md, and every page names the new package.
//   npm run release
// It commits nothing: look at the diff, run .ci/run, commit, and push the tag.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The changelog with the lines of the new version's section and of "Unreleased" as one dated list, as its other sections are. */
export function changelogOf(text, version, date) {
  const [head = '', ...sections] = text.split(/^(?=## )/m)
  const isNew = (section) => section.startsWith(`## ${version}\n`) || section.startsWith('## Unreleased\n')
  const lines = sections
    .filter(isNew)
    .flatMap((section) => section.split('\n').slice(1))
    .filter((line) => line !== '' && !line.startsWith('### '))
  const older = sections.filter((section) => !isNew(section))
  return `${[`${head.trim()}\n`, `## ${version} (${date})\n\n${lines.join('\n')}\n`, ...older].join('\n').trim()}\n`
}

/** A page that names the package or the image of one version, with those of another. */
export const pageOf = (text, from, to) =>
  text.replaceAll(`tagwall-${from}`, `tagwall-${to}`).replaceAll(`tagwall:${from}`, `tagwall:${to}`)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const before = versionOf()
  execFileSync(process.execPath, [join(ROOT, 'node_modules/@changesets/cli/bin.js'), 'version'], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  const version = versionOf()
  if (version === before) {
    console.error('no changeset asks for a release: add one with "npx changeset"')
    process.exit(2)
  }
  edit('CHANGELOG.md', (text) => changelogOf(text, version, new Date().toISOString().slice(0, 10)))
  edit('package-lock.json', (text) => text.replace(/("name": "tagwall",\n\s*"version": )"[^"]*"/g, `$1"${version}"`))
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
