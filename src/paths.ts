import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The shipped folders. This file is one level below the package, in `src` and in `dist`. */
export const SHIPPED = {
  ci: join(import.meta.dirname, '../docs/ci'),
  docs: join(import.meta.dirname, '../docs'),
  endpoints: join(import.meta.dirname, '../policies/endpoints'),
  newVendor: join(import.meta.dirname, '../docs/vendor'),
  page: join(import.meta.dirname, '../docs/page'),
  policies: join(import.meta.dirname, '../policies'),
  shell: join(import.meta.dirname, '../docs/shell'),
  snapshots: join(import.meta.dirname, '../snapshots'),
  vendors: join(import.meta.dirname, '../vendors'),
} as const

/** The names of the built-in policies. */
export function builtInPolicies(): string[] {
  return readdirSync(SHIPPED.policies)
    .flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort()
}

/** The shipped pages by name: those of `docs`, and the one on a vendor of one's own. */
export const pages = (): ReadonlyMap<string, string> =>
  new Map([
    ...readdirSync(SHIPPED.docs)
      .sort()
      .flatMap((file): [string, string][] => {
        const name = /^([a-z-]+)\.md$/.exec(file)?.[1]
        return name === undefined ? [] : [[name, join(SHIPPED.docs, file)]]
      }),
    ['vendor', join(SHIPPED.vendors, 'README.md')],
  ])

/** The names of the built-in tables of endpoints: a folder each, with a file for each cloud. */
export const builtInEndpoints = (): string[] => readdirSync(SHIPPED.endpoints).sort()
