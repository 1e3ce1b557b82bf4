import { createRequire } from 'node:module'

export { once } from './model/once.ts'

const load = createRequire(import.meta.url)

// Packages that most runs do without: what ships was checked when the program was built, and what is sound needs no explanation.

/** The schema library. */
export const zod = (): typeof import('zod') => load('zod')

export const yaml = (): typeof import('yaml') => load('yaml')

export const handlebars = (): typeof import('handlebars') => load('handlebars')
