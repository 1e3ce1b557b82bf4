import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** The folders that travel with the program. This file is one level below the package in `src` and in `dist` alike. */
export const SHIPPED = {
  ci: fileURLToPath(new URL('../docs/ci', import.meta.url)),
  policies: fileURLToPath(new URL('../policies', import.meta.url)),
  snapshots: fileURLToPath(new URL('../snapshots', import.meta.url)),
  vendors: fileURLToPath(new URL('../vendors', import.meta.url)),
} as const

/** The version of the package. For `--version` and `init`: what comes from a document never holds it. */
export const VERSION: string = createRequire(import.meta.url)('../package.json').version

/** The names of the built-in policies. */
export function builtInPolicies(): string[] {
  return readdirSync(SHIPPED.policies)
    .flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort()
}
