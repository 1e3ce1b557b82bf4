/** The title of a web page, as one short line; undefined when it has none. */
export function titleOf(page: string): string | undefined {
  const title = /<title\b[^<>]*>([^<]{1,80})/i.exec(page)?.[1]
  return title?.replaceAll(/[\s\p{C}]+/gu, ' ').trim() || undefined
}
