import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type Handlebars from 'handlebars'
import { lazy } from '../../model/lazy.ts'
import { byCodeUnit } from '../../model/text/order.ts'
import type { Template } from '../../model/vendor.ts'

// The build compiles the templates that ship, so only a vendor of one's own needs the compiler, which takes long to load.
const require = createRequire(import.meta.url)

const OPTIONS: CompileOptions = {
  noEscape: true,
  assumeObjects: true,
  knownHelpersOnly: true,
  knownHelpers: { json: true, xml: true, join: true, add: true },
  explicitPartialContext: false,
}

/** The texts of the templates in a folder, by file name. */
export function readTemplates(folder: string): Map<string, string> {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.hbs'))
    .sort(byCodeUnit)
  return new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
}

/** A template of that text, compiled when it is first asked for. It then throws an `Error` when the text is none. */
export const templateOf = (text: string): (() => Template) => lazy(() => compiler().compile(text, OPTIONS))

/** The same as JavaScript: an object that Handlebars' runtime makes a template of. */
export const templateCode = (text: string): string => String(compiler().precompile(text, OPTIONS))

/**
 * Handlebars, with templates that read every field by the helper `fields.read`, which refuses an unknown one. By itself it would print
 * nothing for one in an argument, nor for a name that every object of JavaScript has.
 */
function compiler(): typeof Handlebars {
  const library: CompilerLibrary = require('handlebars').create()
  library.JavaScriptCompiler = class StrictCompiler extends library.JavaScriptCompiler {
    override compiler = StrictCompiler
    override nameLookup(parent: unknown, name: string, type: string): unknown {
      if (type !== 'context' && type !== 'data') return super.nameLookup(parent, name, type)
      const { line, column } = this.source.currentLocation.start
      return ['helpers.fields.read(', parent, `,${JSON.stringify(name)},"${line}:${column}")`]
    }
  }
  return library
}

/** What the types of the package leave out, of what its documentation says about compilers of one's own. */
interface CompilerLibrary extends Omit<typeof Handlebars, 'JavaScriptCompiler'> {
  JavaScriptCompiler: new () => {
    compiler: unknown
    readonly source: { readonly currentLocation: hbs.AST.SourceLocation }
    nameLookup(parent: unknown, name: string, type: string): unknown
  }
}
