import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

// Packages that most runs do without: what ships was checked when the program was built, and what is sound needs no explanation.
// build/bundle.mjs reads these lines.

/** The schema library. */
export const zod = (): typeof import('zod') => load('zod')

export const yaml = (): typeof import('yaml') => load('yaml')

export const handlebars = (): typeof import('handlebars') => load('handlebars')

/** A function that makes its value when it is first asked for. */
export function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
