import { sanitize } from '../../model/text/sanitize.ts'

/** HTML that is safe to put into a page as it is. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | number | undefined | readonly Value[]

/** A piece of HTML; whatever is put into it is escaped, unless it is HTML already. Undefined is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(textOf)))
}

function textOf(value: Value): string {
  if (value === undefined) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escapeHtml(value)
  return value.map(textOf).join('')
}

/** Text for elements and quoted attributes. */
const escapeHtml = (text: string) =>
  sanitize(text).replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
