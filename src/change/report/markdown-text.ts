import { sanitize } from '../../text/sanitize.ts'
import { linkParts } from './links.ts'

/** A sentence with working links to the pages of Microsoft. */
export const linked = (text: string) =>
  linkParts(text)
    .map(({ text, isLink }) => (isLink ? `<${text}>` : escaped(text)))
    .join('')

/** Text by a person or from a document, as inline code. */
export const code = (text: string) => `<code>${escaped(text)}</code>`

/**
 * Escapes text for Markdown and HTML with numeric references. GitHub still finds mentions and issues in the result, so a
 * zero-width space breaks those.
 */
export function escaped(text: string): string {
  return sanitize(text)
    .replaceAll(/[&<>`*_~[\]|\\$@#]|:\/\/|\bwww\./gi, (found) => {
      if (found === '@' || found === '#') return `${found}&#8203;`
      return found.length > 1
        ? `${found.slice(0, -1)}&#${found.charCodeAt(found.length - 1)};`
        : `&#${found.charCodeAt(0)};`
    })
    .replace(/^(?=([-+]|\d+[.)]|=+)(\s|$))/, '&#8203;')
}
