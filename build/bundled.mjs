// The packages that ship inside of the program, as the bundler reported them: dist/metafile.json, which build/bundle.mjs writes.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The packages of which at least one byte is in a published file, by name: `{ name, version, license, dependencies, folder }`. */
export function bundledPackages(root = ROOT) {
  const report = join(root, 'dist/metafile.json')
  if (!existsSync(report)) throw new Error('dist/metafile.json is missing: run "npm run build"')
  const { outputs } = JSON.parse(readFileSync(report, 'utf8'))
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  )
  const folders = new Set(files.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []))
  return [...folders].map((path) => packageAt(join(root, path))).sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

/** An installed package: `{ name, version, license, dependencies, folder }`. */
export function packageAt(folder) {
  const { name, version, license, dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return { name, version, license, dependencies: Object.keys(dependencies ?? {}), folder }
}

/** The licences of these packages as one text, each as its package has it. Throws for a package without a licence text. */
export function licenceTexts(packages) {
  return packages
    .map(({ name, version, folder }) => {
      const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|notice)\b/i.test(basename(file)))
      if (files.length === 0) throw new Error(`${name} ${version} has no file with its licence, which copies must have`)
      const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim())
      return `${name} ${version}\n\n${texts.join('\n\n')}\n`
    })
    .join(`\n${'-'.repeat(80)}\n\n`)
}

const key = ({ name, version }) => `${name}@${version}`
