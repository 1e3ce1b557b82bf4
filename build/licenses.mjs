// Checks that every package that ships with the program is under a licence that we may pass on:
//   npm run licenses [-- FOLDER]
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundledPackages, packageAt } from './bundled.mjs'

/** Licences that ask for no more than their text in copies. To add one, read it first. */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT']

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The packages that ship with what is built in a folder: those inside of the program, and those that npm would install beside it. */
export function shippedPackages(folder = ROOT) {
  return [...bundledPackages(folder), ...dependencies(folder)]
}

/** The packages that a folder with a lockfile needs to run, as installed: not those for development. */
function dependencies(folder) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))
  return Object.entries(packages)
    .filter(([path, { dev, optional }]) => path !== '' && !dev && !(optional && !existsSync(join(folder, path))))
    .map(([path]) => {
      if (!existsSync(join(folder, path, 'package.json')))
        throw new Error(`${path} is in package-lock.json, but not installed: run "npm ci"`)
      return packageAt(join(folder, path))
    })
}

/** Whether an SPDX expression leaves a choice that is allowed, such as "(MIT OR GPL-3.0-only)". What we cannot read is not. */
export function isAllowed(license) {
  if (typeof license !== 'string') return false
  const choices = license.replace(/^\((.*)\)$/, '$1').split(' OR ')
  return choices.some((choice) => choice.split(' AND ').every((name) => ALLOWED.includes(name)))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const packages = shippedPackages(process.argv[2])
  const refused = packages.filter(({ license }) => !isAllowed(license))
  for (const { name, version, license } of refused)
    console.error(`${name} ${version}: licence ${JSON.stringify(license)} is not one of ${ALLOWED.join(', ')}`)
  if (refused.length > 0) process.exit(1)
  console.log(`${packages.length} packages: ${summary(packages)}`)
}

/** Such as "15 MIT, 1 ISC". */
function summary(packages) {
  const counts = new Map()
  for (const { license } of packages) counts.set(license, (counts.get(license) ?? 0) + 1)
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([license, count]) => `${count} ${license}`)
    .join(', ')
}
