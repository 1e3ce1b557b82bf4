import type { LocatedJson } from 'tagwall/reader'
import { fieldOf, textOf } from './values.ts'

const LONGEST = 4000
const CALL = /^\[\s*(\w+)\(([\s\S]*)\)\s*\]$/

/**
 * A text of an ARM template: itself, or what an expression such as `[concat(parameters('x'), '/y')]` stands for when nobody sets the
 * parameters. Undefined for one that is not understood.
 */
export function evaluate(text: string | undefined, parameters: LocatedJson | undefined): string | undefined {
  if (text === undefined || !text.startsWith('[')) return text
  const [, name = '', list = ''] = CALL.exec(text.length > LONGEST ? '' : text) ?? []
  const values = argumentsOf(list, parameters)
  const [first, ...others] = values ?? []
  if (first === undefined) return undefined
  switch (name.toLowerCase()) {
    case 'parameters':
      return others.length === 0 ? defaultOf(first, parameters) : undefined
    case 'concat':
      return [first, ...others].join('')
    case 'format':
      return first.replaceAll(/\{(\d)\}/g, (_, index) => others[Number(index)] ?? '')
    case 'resourceid':
      return [first, ...others].join('/')
    default:
      return undefined
  }
}

/** Texts and parameters between commas; undefined where there is anything else. */
function argumentsOf(list: string, parameters: LocatedJson | undefined): string[] | undefined {
  const argument = /\s*(?:'((?:[^']|'')*)'|parameters\('([^']+)'\))\s*(?:,|$)/y
  const values: string[] = []
  while (argument.lastIndex < list.length) {
    const match = argument.exec(list)
    const [, text, parameter = ''] = match ?? []
    const value = text === undefined ? match && defaultOf(parameter, parameters) : text.replaceAll("''", "'")
    if (value === undefined || value === null) return undefined
    values.push(value)
  }
  return values
}

function defaultOf(name: string, parameters: LocatedJson | undefined): string | undefined {
  const value = textOf(fieldOf(fieldOf(parameters, name), 'defaultValue'))
  return value?.startsWith('[') ? undefined : value
}
