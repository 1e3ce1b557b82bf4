import { fileURLToPath } from 'node:url'

/** The program as it is published. */
export const MAIN = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url))
