import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type Handlebars from 'handlebars'
import { unlessFailed } from '../errors.ts'
import { lazy } from '../model/lazy.ts'
import type { Template } from '../model/vendor.ts'
import { refuseLinkOut } from '../places.ts'
import { byCodeUnit } from '../text/numbers.ts'
import { handlebars } from './handlebars.ts'

const HELPERS = { json: true, xml: true, join: true, add: true, uuid: true, oneLine: true }
/** The helpers that need not know where a template calls them. */
const KNOWN = new Set(['if', 'unless', 'each', 'with', ...Object.keys(HELPERS)])

const OPTIONS: CompileOptions = {
  noEscape: true,
  assumeObjects: true,
  knownHelpersOnly: true,
  knownHelpers: HELPERS,
  explicitPartialContext: false,
}

/** The texts of the templates in a folder, by file name. */
export function readTemplates(folder: string): Map<string, string> {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.hbs'))
    .sort(byCodeUnit)
  for (const file of files) refuseLinkOut(join(folder, file), dirname(folder))
  return new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
}

/**
 * A template that is compiled on first use, which throws an `Error` if the text is invalid. An object that it prints is an error with its place
 * and name.
 */
export const templateOf = (text: string): (() => Template) =>
  lazy(() => {
    const library = compiler(true)
    return library.compile(programOf(text, library, true), OPTIONS)
  })

/** The template as JavaScript, for Handlebars' runtime. Shipped templates are tested, so these look for no objects. */
export function templateCode(text: string): string {
  const library = compiler(false)
  return String(library.precompile(programOf(text, library, false), OPTIONS))
}

/** The names of the partials that a template calls; undefined if the text is invalid, or computes a name. */
export const partialsIn = (text: string): string[] | undefined =>
  unlessFailed(() => {
    const names: string[] = []
    eachNode(handlebars().parse(text), (node) => {
      if (!isPartial(node)) return
      if (!('original' in node.name)) throw new Error('a name is computed')
      names.push(String(node.name.original))
    })
    return names
  })

/** Calls `look` with every node of a parsed template, which JSON has all of. */
const eachNode = (program: hbs.AST.Program, look: (node: hbs.AST.Node) => void) =>
  JSON.stringify(program, (_, node) => {
    if (typeof node?.type === 'string') look(node)
    return node
  })

const isPartial = (node: hbs.AST.Node): node is hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement =>
  node.type === 'PartialStatement' || node.type === 'PartialBlockStatement'

// Replaces the indent, which only a partial on a separate line has.
const WITHIN = '\0within'

/** A template as `compiler` needs it. */
function programOf(text: string, library: typeof Handlebars, isChecked: boolean): hbs.AST.Program {
  const program = library.parse(text)
  const lines = text.split('\n')
  eachNode(program, (node) => {
    if (node.type === 'PartialStatement') {
      // Marks partials within a line, because a newline at the end of their files does not end that line.
      const { start, end } = node.loc
      const before = lines[start.line - 1]?.slice(0, start.column) ?? ''
      const after = lines[end.line - 1]?.slice(end.column) ?? ''
      if (`${before}${after}`.trim() !== '') Object.assign(node, { indent: WITHIN })
    } else if (CALLS.includes(node.type)) {
      const { type, path, loc } = node as Call
      if (type === 'BlockStatement' || !isChecked) withoutPlace(node as Call)
      else if (type === 'MustacheStatement' && 'original' in path)
        Object.assign(loc, { printed: String(path.original) })
    }
  })
  return program
}

type Call = hbs.AST.BlockStatement | hbs.AST.MustacheStatement | hbs.AST.SubExpression
const CALLS = ['BlockStatement', 'MustacheStatement', 'SubExpression']

/** Handlebars writes the position of every call into the code, and only `lookup` uses it. Fields record their own positions. */
function withoutPlace(call: Call): void {
  if ('original' in call.path && KNOWN.has(String(call.path.original))) Object.assign(call, { loc: undefined })
}

/**
 * Handlebars with templates that read every field through `fields.read`, which refuses unknown fields. Plain Handlebars prints
 * nothing for an unknown argument, or for an inherited name.
 */
function compiler(isChecked: boolean): typeof Handlebars {
  const library = handlebars().create() as unknown as CompilerLibrary
  library.JavaScriptCompiler = class StrictCompiler extends library.JavaScriptCompiler {
    override compiler = StrictCompiler
    override nameLookup(parent: unknown, name: string, type: string): unknown {
      // Every helper is known, so none is inherited.
      if (type === 'helper') return `helpers.${name}`
      if (type !== 'context' && type !== 'data') return super.nameLookup(parent, name, type)
      const { line, column } = this.source.currentLocation.start
      return [this.aliasable('helpers.fields.read'), '(', parent, `,${JSON.stringify(name)},"${line}:${column}")`]
    }
    // A view has no functions.
    override resolvePossibleLambda(): void {}
    override append(): void {
      const value = this.popStack()
      const { printed, start: { line, column } = {} } = this.source.currentLocation ?? {}
      const text =
        isChecked && printed !== undefined
          ? ['helpers.fields.printed(', value, `,${JSON.stringify(printed)},"${line}:${column}")`]
          : ['(', value, ' ?? "")']
      this.pushSource(this.appendToBuffer(text))
    }
    // The runtime always has it; Handlebars would write a substitute for older ones into every block.
    override lookupPropertyFunctionVarDeclaration(): string {
      return 'lookupProperty = container.lookupProperty'
    }
    override invokePartial(isDynamic: boolean, name: unknown, indent: string): void {
      super.invokePartial(isDynamic, name, indent === WITHIN ? '' : indent)
      if (indent === WITHIN) this.push(['helpers.fields.within(', this.popStack(), ')'])
    }
  }
  return library
}

/** Documented parts of Handlebars' compiler that its types lack. */
interface CompilerLibrary extends Omit<typeof Handlebars, 'JavaScriptCompiler'> {
  JavaScriptCompiler: new () => {
    compiler: unknown
    readonly source: { readonly currentLocation: hbs.AST.SourceLocation & { readonly printed?: string } }
    aliasable(code: string): unknown
    nameLookup(parent: unknown, name: string, type: string): unknown
    resolvePossibleLambda(): void
    append(): void
    appendToBuffer(code: unknown): unknown
    pushSource(code: unknown): void
    lookupPropertyFunctionVarDeclaration(): string
    invokePartial(isDynamic: boolean, name: unknown, indent: string): void
    push(code: unknown): void
    popStack(): unknown
  }
}
