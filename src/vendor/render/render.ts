import type Handlebars from 'handlebars'
import { UserError } from '../../errors.ts'
import { isTemplate } from '../../model/made-item.ts'
import type { Template, Vendor } from '../../model/vendor.ts'
import { nameUuid } from '../../text/hashes.ts'
import { didYouMean, meantOrExpected } from '../../text/nearest.ts'

/** The helpers for templates, besides Handlebars' own blocks. */
export const HELPERS = {
  /** A value as JSON, quoted and escaped. */
  json: (value: unknown) => JSON.stringify(value),
  /** Escapes text for XML content and attributes. */
  xml: (value: unknown, called?: Call) => escapeXml(String(printed(value, 'xml', placeOf(called)))),
  /** Joins a list: `{{join list ","}}`. */
  join: (list: readonly unknown[], separator: string, called?: Call) =>
    list.map((item) => printed(item, 'join', placeOf(called))).join(separator),
  /** The sum of whole numbers: `{{add options.firstId priority}}`. The last argument is Handlebars' own. */
  add: (...terms: unknown[]) => terms.slice(0, -1).reduce((sum: number, term) => sum + wholeNumber(term), 0),
  /** The UUID of a name, whose parts are joined, in a namespace: `{{uuid options.namespace name}}`. */
  uuid: (namespace: unknown, ...name: unknown[]) => uuidOf(String(namespace), name.slice(0, -1).join('')),
  /** A block in one line, without the blanks that begin its lines: `{{#oneLine}}{{> rule}}{{/oneLine}}`. */
  oneLine(this: unknown, { fn }: Handlebars.HelperOptions): string {
    return fn(this).replaceAll(/\n */g, '')
  },
  /**
   * Compiled templates read every field through `read`, and print partials that stand within a line through `within`. An object,
   * because Handlebars would wrap a function as a helper.
   */
  fields: { read: ownField, printed, within: (text: string) => text.replace(/\n$/, '') },
  lookup: (value: unknown, name: unknown, called: Call) => ownField(value, String(name), placeOf(called)),
}

/** The last argument of a helper. Shipped templates say the place of `lookup` only. */
interface Call {
  readonly loc?: hbs.AST.SourceLocation
}

const placeOf = ({ loc }: Call = {}) => (loc ? `${loc.start.line}:${loc.start.column}` : '')

/** The helpers that a template may call; `fields` is for the compiled code. */
const NAMES = ['if', 'unless', 'each', 'with', ...Object.keys(HELPERS).filter((name) => name !== 'fields')]

/** An own field of the value; never an inherited one. */
function ownField(value: unknown, name: string, at: string): unknown {
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  if (found === undefined)
    throw new Error(`unknown field "${name}" at ${at}${isObject(value) ? didYouMean(name, Object.keys(value)) : ''}`)
  return found
}

/** The value that `{{name}}` prints. Throws for an object, which JavaScript would print as "[object Object]". */
function printed(value: unknown, name: string, at: string): unknown {
  const found = Array.isArray(value) ? value.find(isObject) : isObject(value) ? value : undefined
  if (found === undefined) return value ?? ''
  const what = found === value ? 'an object' : 'a list of objects'
  const advice = found === value ? 'print one of its fields' : 'go through it with {{#each}}, and print a field of each'
  throw new Error(`{{${name}}}${at && ` at ${at}`} prints ${what}: ${advice} (${Object.keys(found).join(', ')})`)
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

function uuidOf(namespace: string, name: string): string {
  const uuid = nameUuid(namespace, name)
  if (uuid === undefined) throw new Error(`uuid: ${JSON.stringify(namespace)} is not a UUID`)
  return uuid
}

function wholeNumber(term: unknown): number {
  if (!Number.isSafeInteger(term)) throw new Error(`add: ${JSON.stringify(term)} is not a whole number`)
  return term as number
}

/** `root` is what a template of one thing reaches as `@root`; without one, the view itself. */
export type Render = (template: string, view: object, root?: object) => string

/**
 * Returns a function that renders the templates of one vendor. A file that begins with an underscore is a partial. An unknown
 * field is an error: the function throws `UserError` with the template's name and position.
 */
export function templatesOf({ folder, templates, base, lines }: Vendor): Render {
  // A template keeps the last view that its inline partials saw, which may be large: none outlives the files of one target.
  const made = new Map<string, Template>()
  const renderFile = (file: string, view: object, options: object): string => {
    try {
      const template = made.get(file) ?? templates.get(file)?.()
      if (!template) throw new Error('the file does not exist')
      made.set(file, template)
      return template(view, options)
    } catch (error) {
      // The innermost file has the fault.
      if (error instanceof UserError) throw error
      const inherited = base?.templates.get(file)
      const home = inherited && inherited === templates.get(file) ? base?.folder : folder
      const line = lines[partialName(file) ?? ''] ?? file
      const where = isTemplate(line) ? `${home}/${file}` : `${JSON.stringify(line)} of ${home}/vendor.json`
      throw new UserError(`cannot render the template ${where}: ${problemOf((error as Error).message, partials)}`)
    }
  }
  const partials = [...templates.keys()].flatMap((file) => partialName(file) ?? [])
  const called = partials.map((name) => [
    name,
    (view: object, options: object) => renderFile(`_${name}.hbs`, view, options),
  ])
  const options = { helpers: HELPERS, partials: Object.fromEntries(called) }
  return (file, view, root = view) => renderFile(file, view, { ...options, data: { root } })
}

const partialName = (file: string) => /^_(.+)\.hbs$/.exec(file)?.[1]

/** The message of Handlebars, reworded for the author of a template. */
function problemOf(message: string, partials: readonly string[]): string {
  const partial = /^The partial (.+) could not be found$/.exec(message)?.[1]
  if (partial !== undefined)
    return `unknown partial "${partial}"${didYouMean(partial, partials) || `, which would be the file _${partial}.hbs`}`
  const helper = /^You specified knownHelpersOnly, but used the unknown helper (\S+) - (\S+)$/.exec(message)
  if (helper) {
    const [, name, at] = helper
    return `unknown helper "${name}" at ${at}${meantOrExpected(name ?? '', NAMES)}`
  }
  const [first = '', near = '', , expecting = ''] = message.split('\n')
  if (!/^Parse error on line \d+:$/.test(first)) return message.replaceAll(/\s+/g, ' ')
  const why = expecting.endsWith("got 'EOF'") ? '; a block has no end, such as {{/each}}' : ''
  return `${first} ${near.trim()}${why}`
}
