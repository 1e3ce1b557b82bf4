import { UserError } from '../errors.ts'
import type { Vendor } from '../model/vendor.ts'

/** What templates may call, beside Handlebars' own blocks. */
export const HELPERS = {
  /** JSON text of a value: quotes and escapes what a JSON file needs. */
  json: (value: unknown) => JSON.stringify(value),
  /** Text for XML content and attributes. */
  xml: (value: unknown) => escapeXml(String(value)),
  /** A list in one line: `{{join list ","}}`. */
  join: (list: readonly unknown[], separator: string) => list.join(separator),
  /** The sum of whole numbers: `{{add options.firstId priority}}`. The last argument is Handlebars' own. */
  add: (...terms: unknown[]) => terms.slice(0, -1).reduce((sum: number, term) => sum + wholeNumber(term), 0),
  /** By which compiled templates read every field. No function, since Handlebars would wrap it, and no template can call it. */
  fields: { read: ownField },
  lookup: (value: unknown, name: unknown, { loc: { start } }: { loc: hbs.AST.SourceLocation }) =>
    ownField(value, String(name), `${start.line}:${start.column}`),
}

/** A field of the value itself: never what JavaScript has in every value. */
function ownField(value: unknown, name: string, at: string): unknown {
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  if (found === undefined) throw new Error(`unknown field "${name}" at ${at}`)
  return found
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
  '`': '&#x60;',
  '=': '&#x3D;',
}
const escapeXml = (text: string) => text.replaceAll(/[&<>"'`=]/g, (character) => ENTITIES[character] as string)

function wholeNumber(term: unknown): number {
  if (!Number.isSafeInteger(term)) throw new Error(`add: ${JSON.stringify(term)} is not a whole number`)
  return term as number
}

export type Render = (template: string, view: object) => string

/**
 * A function that renders the templates of one vendor. A file that begins with an underscore is a partial, named without it. A
 * field that the view does not have is an error. The function throws `UserError` with the template's name and place.
 */
export function templatesOf({ folder, templates }: Vendor): Render {
  const called = [...templates].flatMap(([file, template]) => {
    const name = /^_(.+)\.hbs$/.exec(file)?.[1]
    return name === undefined ? [] : [[name, (view: object, options: object) => template()(view, options)]]
  })
  const options = { helpers: HELPERS, partials: Object.fromEntries(called) }
  return (file, view) => {
    try {
      const template = templates.get(file)
      if (!template) throw new Error('the file does not exist')
      return template()(view, options)
    } catch (error) {
      const problem = (error as Error).message.replaceAll(/\s+/g, ' ')
      throw new UserError(`cannot render the template ${folder}/${file}: ${problem}`)
    }
  }
}
