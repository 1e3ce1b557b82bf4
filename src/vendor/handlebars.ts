import { createRequire } from 'node:module'
import type Handlebars from 'handlebars'

// The build compiles the shipped templates, so only vendors of users need the compiler, which is slow to load. In the published
// program, build/bundle.mjs replaces this module: the compiler is a file beside it.
const require = createRequire(import.meta.url)

/** Handlebars with its compiler, loaded on first use. */
export const handlebars = (): typeof Handlebars => require('handlebars')
