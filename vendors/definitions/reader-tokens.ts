import type { LocatedJson, Notes, Place, ReadFile, Value } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

/** A named list of addresses, ports, or other tokens. */
export interface Token {
  readonly name: string
  readonly place: Place
  readonly kind: 'networks' | 'services'
  readonly values: readonly Value[]
}

/** `443/tcp`, `8000-8080/udp`. */
export const PORTS = /^(\d{1,5}(?:-\d{1,5})?)\/([a-z]+)$/

/**
 * The tokens of lines as capirca reads them: `NAME = value value # comment`, and lines of more values. A token with ports is one
 * of services, any other one of networks, whatever the file is called.
 */
export function tokensOfLines({ part, text }: Pick<ReadFile, 'part' | 'text'>, notes: Notes): Token[] {
  const tokens: { name: string; place: Place; values: Value[] }[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const place = { part, line: index + 1 }
    const line = raw.replace(/#.*/, '').trim()
    if (line === '') continue
    const [before = '', ...rest] = line.split('=')
    const name = before.trim()
    const isToken = rest.length === 1 && /^[A-Za-z0-9_-]+$/.test(name)
    if (rest.length > 0 && !isToken) {
      notes.add(place, line, 'is not understood')
      continue
    }
    if (isToken) tokens.push({ name, place, values: [] })
    const token = tokens.at(-1)
    const values = (isToken ? (rest[0] as string) : line).split(/\s+/).filter((value) => value !== '')
    if (token) for (const text of values) token.values.push({ text, place })
    else notes.add(place, line, 'comes before the first token')
  }
  return tokens.map((token): Token => {
    const isService = token.values.some(({ text }) => PORTS.test(text))
    return { ...token, kind: isService ? 'services' : 'networks' }
  })
}

/** The tokens of a file of aerleon: `networks` and `services` by name. */
export function tokensOfYaml({ part, text }: Pick<ReadFile, 'part' | 'text'>, notes: Notes): Token[] {
  const [root, ...others] = kit.readYaml(text)
  const at = (value: { readonly line: number } | undefined): Place => ({ part, line: value?.line ?? 1 })
  if (root?.kind === 'broken') notes.add(at(root), root.text, root.reason)
  for (const other of others) notes.add(at(other), 'the document', 'follows the first one')
  if (root?.kind !== 'object') return []
  return [...root.fields].flatMap(([kind, tokens]): Token[] => {
    if ((kind !== 'networks' && kind !== 'services') || tokens.kind !== 'object') {
      notes.add(at(tokens), kind, 'is not understood')
      return []
    }
    return [...tokens.fields].map(([name, value]): Token => {
      const list = kind === 'networks' ? kit.fieldOf(value, 'values') : value
      const known = kind === 'networks' ? ['values'] : []
      if (value.kind === 'object' && [...value.fields.keys()].some((field) => !known.includes(field)))
        notes.add(at(value), name, 'has an unknown field')
      if (list?.kind !== 'list') notes.add(at(value), name, 'has no list of values')
      const read = kind === 'networks' ? networkIn : serviceIn
      const values = kit.itemsOf(list).flatMap((item): Value[] => {
        const text = kit.textOf(item) ?? read(item)
        if (text === undefined) notes.add(at(item), name, 'has an unknown value')
        return text === undefined ? [] : [{ text, place: at(item) }]
      })
      return { name, kind, place: at(value), values }
    })
  })
}

const hasOnly = (item: LocatedJson, ...fields: readonly string[]) =>
  item.kind === 'object' && [...item.fields.keys()].every((field) => [...fields, 'comment'].includes(field))

function networkIn(item: LocatedJson): string | undefined {
  const field = ['address', 'name'].find((one) => hasOnly(item, one))
  return field && kit.textOf(kit.fieldOf(item, field))
}

function serviceIn(item: LocatedJson): string | undefined {
  if (hasOnly(item, 'name')) return kit.textOf(kit.fieldOf(item, 'name'))
  const port = kit.fieldOf(item, 'port')
  const protocol = kit.textOf(kit.fieldOf(item, 'protocol'))
  const text = kit.textOf(port) ?? kit.numberOf(port)
  return hasOnly(item, 'port', 'protocol') && text !== undefined && protocol ? `${text}/${protocol}` : undefined
}
