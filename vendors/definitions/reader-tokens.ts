import type { Place, ReadFile } from 'tagwall/reader'

/** A value of a token, and its place. */
export interface Value {
  readonly text: string
  readonly place: Place
}

/** A named list of addresses, ports, or other tokens. */
export interface Token {
  readonly name: string
  readonly place: Place
  readonly kind: 'networks' | 'services'
  readonly values: readonly Value[]
}

export type NoteIt = (place: Place, text: string, reason: string) => void

/** `443/tcp`, `8000-8080/udp`. */
export const PORTS = /^(\d{1,5}(?:-\d{1,5})?)\/([a-z]+)$/

/**
 * The tokens of lines as capirca reads them: `NAME = value value # comment`, and lines of more values. A token with ports is one
 * of services, any other one of networks, whatever the file is called.
 */
export function tokensOfLines({ part, text }: Pick<ReadFile, 'part' | 'text'>, note: NoteIt): Token[] {
  const tokens: { name: string; place: Place; values: Value[] }[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const place = { part, line: index + 1 }
    const line = raw.replace(/#.*/, '').trim()
    if (line === '') continue
    const [before = '', ...rest] = line.split('=')
    const name = before.trim()
    const isToken = rest.length === 1 && /^[A-Za-z0-9_-]+$/.test(name)
    if (rest.length > 0 && !isToken) {
      note(place, line, 'is not understood')
      continue
    }
    if (isToken) tokens.push({ name, place, values: [] })
    const token = tokens.at(-1)
    const values = (isToken ? (rest[0] as string) : line).split(/\s+/).filter((value) => value !== '')
    if (token) for (const text of values) token.values.push({ text, place })
    else note(place, line, 'comes before the first token')
  }
  return tokens.map((token): Token => {
    const isService = token.values.some(({ text }) => PORTS.test(text))
    return { ...token, kind: isService ? 'services' : 'networks' }
  })
}
