import { UserError } from '../errors.ts'
import type { Vendor } from '../model/vendor.ts'
import { handlebarsOf } from './handlebars.ts'

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
}

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

/** Handlebars' functions, by the texts that they were made of: targets of one vendor share them, and so does a delta. */
const compiledBefore = new WeakMap<Vendor['templates'], Render>()

/**
 * A function that renders the templates of one vendor: by the functions that the build made of them, else through
 * Handlebars. A field that the view does not have is an error either way, also where Handlebars would print nothing.
 * The function throws `UserError` with the template's name and place.
 */
export function templatesOf({ folder, templates }: Vendor): Render {
  return (template, view) => {
    try {
      const compiled = templates.get(template)
      if (typeof compiled === 'function') return compiled(view, HELPERS)
      const throughHandlebars = compiledBefore.get(templates) ?? handlebarsOf(templates, HELPERS)
      compiledBefore.set(templates, throughHandlebars)
      return throughHandlebars(template, view)
    } catch (error) {
      const problem = (error as Error).message
        .replaceAll(/\s+/g, ' ')
        .replace(/^"([^"]+)" not defined in .* - (\d+:\d+)$/, 'unknown field "$1" at $2')
      throw new UserError(`the template ${folder}/${template} cannot be rendered: ${problem}`)
    }
  }
}
