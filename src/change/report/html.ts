import { sanitize } from '../../text/sanitize.ts'

/** HTML that is safe to insert into a page. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | number | undefined | readonly Value[]

/** Template tag for HTML: escapes every value except HTML; undefined becomes empty. */
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

/** Escapes text for elements and quoted attributes. */
const escapeHtml = (text: string) =>
  sanitize(text).replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
