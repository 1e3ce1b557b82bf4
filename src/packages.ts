import { createRequire } from 'node:module'

export { once } from './model/once.ts'

const load = createRequire(import.meta.url)

export const handlebars = (): typeof import('handlebars') => load('handlebars')
