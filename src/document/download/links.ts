import { dateInName } from '../document.ts'

/** A link to a dated file. */
export interface Link {
  readonly url: string
  /** YYYY-MM-DD */
  readonly date: string
}

const MAX_LINKS = 100
const MAX_URL = 500

/** The dated files of a page, newest first, found by their form anywhere, because pages change: in attributes, scripts, JSON or another URL. */
export function linksIn(page: string, at: string, stem: string): Link[] {
  const text = unescaped(page)
  const links = new Map<string, Link>()
  for (const match of text.matchAll(
    new RegExp(String.raw`/${stem}\d{8}\.json(?![\w.])(?:\?[\w=&%.~-]{1,500})?`, 'gi'),
  )) {
    // The slash above is required, because pages also print the bare name as text.
    const start = startOfUrl(text, match.index)
    const url = urlOf(text.slice(start, match.index) + match[0], at)
    const date = url && dateInName(url.pathname.split('/').at(-1) as string)
    if (url && date) links.set(url.href, { url: url.href, date })
    if (links.size === MAX_LINKS) break
  }
  return [...links.values()].sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0))
}

/** The target of a meta refresh. */
export function refreshIn(page: string, at: string): string | undefined {
  const tags = page.match(/<meta\b[^<>]*>/gi) ?? []
  const tag = tags.find((text) => /\bhttp-equiv\s*=\s*["']?refresh\b/i.test(text))
  const target = tag && /\burl\s*=\s*['"]?([^'">\s]+)/i.exec(unescaped(tag))?.[1]
  return target ? urlOf(target, at)?.href : undefined
}

/** Extends a URL backwards from its last slash to its beginning, `https:` if present. */
function startOfUrl(text: string, end: number): number {
  let start = end
  while (start > 0 && end - start < MAX_URL && /[\w.~%:/-]/.test(text[start - 1] as string)) start--
  const scheme = text.slice(start, end).search(/https?:\/\/(?!.*https?:\/\/)/i)
  return scheme < 0 ? start : start + scheme
}

function unescaped(text: string): string {
  return text
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll('\\/', '/')
    .replaceAll(/&#x2f;|&#47;|&sol;|%2f/gi, '/')
    .replaceAll(/&#x3a;|&#58;|&colon;|%3a/gi, ':')
    .replaceAll(/&amp;/gi, '&')
}

function urlOf(text: string, at: string): URL | undefined {
  return URL.canParse(text, at) ? new URL(text, at) : undefined
}
