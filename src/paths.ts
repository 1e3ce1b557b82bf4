import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The shipped folders. This file is one level below the package, in `src` and in `dist`. */
export const SHIPPED = {
  ci: join(import.meta.dirname, '../docs/ci'),
  endpoints: join(import.meta.dirname, '../policies/endpoints'),
  newVendor: join(import.meta.dirname, '../docs/vendor'),
  policies: join(import.meta.dirname, '../policies'),
  snapshots: join(import.meta.dirname, '../snapshots'),
  vendors: join(import.meta.dirname, '../vendors'),
} as const

/** The names of the built-in policies. */
export function builtInPolicies(): string[] {
  return readdirSync(SHIPPED.policies)
    .flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort()
}

/** The names of the built-in tables of endpoints: a folder each, with a file for each cloud. */
export const builtInEndpoints = (): string[] => readdirSync(SHIPPED.endpoints).sort()
