import Handlebars from 'handlebars'
import { UserError } from '../errors.ts'
import type { Vendor } from '../model/vendor.ts'

const HELPERS = {
  /** JSON text of a value: quotes and escapes what a JSON file needs. */
  json: (value: unknown) => JSON.stringify(value),
  /** Text for XML content and attributes. */
  xml: (value: unknown) => Handlebars.escapeExpression(String(value)),
  /** A list in one line: `{{join list ","}}`. */
  join: (list: readonly unknown[], separator: string) => list.join(separator),
  /** The sum of whole numbers: `{{add options.firstId priority}}`. The last argument is Handlebars' own. */
  add: (...terms: unknown[]) => terms.slice(0, -1).reduce((sum: number, term) => sum + wholeNumber(term), 0),
}

function wholeNumber(term: unknown): number {
  if (!Number.isSafeInteger(term)) throw new Error(`add: ${JSON.stringify(term)} is not a whole number`)
  return term as number
}

export type Render = (template: string, view: object) => string

/**
 * A function that renders the templates of one vendor. A file that begins with an underscore is a partial, named
 * without it. A field that the view does not have is an error, also where Handlebars would print nothing.
 * The function throws `UserError` with the template's name and place.
 */
export function templatesOf({ folder, templates }: Vendor): Render {
  const handlebars = Handlebars.create()
  handlebars.registerHelper(HELPERS)
  for (const [file, text] of templates) {
    const partial = /^_(.+)\.hbs$/.exec(file)?.[1]
    if (partial) handlebars.registerPartial(partial, handlebars.compile(parse(text), OPTIONS))
  }
  const compiled = new Map<string, HandlebarsTemplateDelegate>()
  return (template, view) => {
    try {
      const render = compiled.get(template) ?? handlebars.compile(parse(templates.get(template)), OPTIONS)
      compiled.set(template, render)
      return render(guard(view))
    } catch (error) {
      const problem = (error as Error).message
        .replaceAll(/\s+/g, ' ')
        .replace(/^"(.+)" not defined in .* - (\d+:\d+)$/, 'unknown field "$1" at $2')
      throw new UserError(`the template ${folder}/${template} cannot be rendered: ${problem}`)
    }
  }
}

const OPTIONS: CompileOptions = {
  strict: true,
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: { json: true, xml: true, join: true, add: true },
  explicitPartialContext: false,
}

/**
 * A template in which every path is strict, also in the arguments of blocks and helpers: without it `{{#if @frist}}` and,
 * among texts, `{{#if nmae}}` would be false and nothing more. A block's own names (`as |rule|`) are left to `guard`.
 */
function parse(text: string | undefined): hbs.AST.Program {
  const program = Handlebars.parse(text as string)
  new StrictPaths().accept(program)
  return program
}

class StrictPaths extends Handlebars.Visitor {
  override PathExpression(path: hbs.AST.PathExpression & { strict?: boolean }): void {
    path.strict = true
  }
}

/**
 * The same value, in which reading an unknown field throws. Handlebars' strict mode does not cover the arguments of
 * blocks and helpers: `{{#each rulse}}` would render nothing, which is an empty firewall (seen with 4.7.10).
 */
function guard<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  return new Proxy(value as object, {
    get(target, key) {
      // `toJSON` is how JSON.stringify asks, `then` never comes from a template.
      if (typeof key === 'string' && key !== 'toJSON' && !(key in target)) throw new Error(`unknown field "${key}"`)
      return guard(Reflect.get(target, key))
    },
  }) as Value
}
