import { handlebars, once } from '../packages.ts'

const OPTIONS: CompileOptions = {
  strict: true,
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: { json: true, xml: true, join: true, add: true },
  explicitPartialContext: false,
}

/**
 * A function that renders a template out of `templates`, texts by file name. A file that begins with an underscore is a
 * partial, named without it. A field that the view does not have is an error, also where Handlebars would print nothing.
 */
export function handlebarsOf(
  templates: ReadonlyMap<string, unknown>,
  helpers: object,
): (template: string, view: object) => string {
  const library = handlebars().create()
  library.registerHelper(helpers as Record<string, Handlebars.HelperDelegate>)
  for (const [file, text] of templates) {
    const partial = /^_(.+)\.hbs$/.exec(file)?.[1]
    if (partial && typeof text === 'string') library.registerPartial(partial, library.compile(parse(text), OPTIONS))
  }
  const compiled = new Map<string, HandlebarsTemplateDelegate>()
  return (template, view) => {
    const render = compiled.get(template) ?? library.compile(parse(templates.get(template)), OPTIONS)
    compiled.set(template, render)
    return render(guard(view))
  }
}

/**
 * A template in which every path is strict, also in the arguments of blocks and helpers: without it `{{#if @frist}}` and,
 * among texts, `{{#if nmae}}` would be false and nothing more. A block's own names (`as |rule|`) are left to `guard`.
 */
function parse(text: unknown): hbs.AST.Program {
  const program = handlebars().parse(text as string)
  strictPaths().accept(program)
  return program
}

const strictPaths = once(() => {
  class StrictPaths extends handlebars().Visitor {
    override PathExpression(path: hbs.AST.PathExpression & { strict?: boolean }): void {
      path.strict = true
    }
  }
  return new StrictPaths()
})

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
