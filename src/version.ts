import { createRequire } from 'node:module'

/** The version of the package. For `--version` only: outputs never hold it. The built program has it as a text (build/bundle.mjs). */
export const VERSION: string = createRequire(import.meta.url)('../package.json').version
