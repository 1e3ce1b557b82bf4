import type { AddressList, Notes, PrefixSet, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { bindKit, kit } from '../_kit/kit.ts'
import { PORTS, type Token, tokensOfLines, tokensOfYaml } from './reader-tokens.ts'

/**
 * Definitions: the tokens of networks with our prefix are the address sets. A service token has its ports in its name, because nothing else names the
 * expected ports.
 */
export function read(files: readonly ReadFile[], { kit: given, options, purpose }: ReaderContext): Reading {
  bindKit(given)
  const isStrict = purpose === 'prove'
  const notes = kit.notes()
  const tokens = files.flatMap((file) => {
    const isYaml = /^(?:networks|services):/m.test(file.text)
    const found = isYaml ? tokensOfYaml(file, notes) : tokensOfLines(file, notes)
    for (const { name, kind, place } of found) {
      const isElsewhere = (file.part === 'networks' || file.part === 'services') && kind !== file.part
      if (isStrict && isElsewhere) notes.add(place, name, `is not one of ${file.part}`)
    }
    if (!isStrict && found.length === 0)
      notes.add({ part: file.part, line: 1 }, 'the file', 'has no definitions', { isForeign: true })
    return found
  })
  const byName = new Map<string, Token>()
  for (const token of tokens) {
    const key = `${token.kind} ${token.name}`
    if (byName.has(key)) notes.add(token.place, token.name, 'is a token that is defined twice')
    if (token.values.length === 0) notes.add(token.place, token.name, 'is a token without values')
    byName.set(key, token)
  }
  const prefix = `${options.prefix}`
  const isOurs = ({ name }: Token) => name.startsWith(prefix)
  if (isStrict) {
    for (const token of tokens) if (!isOurs(token)) notes.add(token.place, token.name, `does not begin with ${prefix}`)
  }
  for (const token of tokens)
    if (token.kind === 'services' && (isStrict || isOurs(token))) checkPorts(token, prefix, isStrict, notes)
  const addresses = addressesIn(byName, isStrict, notes)
  const networks = [...byName.values()].filter(({ kind }) => kind === 'networks')
  const lists = networks.filter(isOurs).map((token): AddressList => {
    return { part: token.place.part, name: token.name.slice(prefix.length), addresses: addresses(token) }
  })
  if (!isStrict && lists.length === 0 && networks[0])
    notes.add(networks[0].place, networks[0].name, `and all others do not begin with ${prefix}`)
  return { rules: [], lists, notes: notes.all }
}

/** The addresses of a token, and of those that it names. */
function addressesIn(byName: ReadonlyMap<string, Token>, isStrict: boolean, notes: Notes): (token: Token) => PrefixSet {
  const known = kit.resolver<PrefixSet>((name, why) => {
    const token = byName.get(`networks ${name}`)
    if (token) notes.add(token.place, name, why === 'circle' ? 'leads back to itself' : 'is nested too deep')
    return kit.empty
  })
  const of = (token: Token): PrefixSet =>
    known.of(token.name, () => {
      const seen = new Set<string>()
      const sets = token.values.map(({ text, place }): PrefixSet => {
        if (isStrict && seen.has(text)) notes.add(place, text, 'appears twice in one token')
        seen.add(text)
        const inner = /^[A-Za-z0-9_-]+$/.test(text) && !isStrict ? byName.get(`networks ${text}`) : undefined
        if (inner) return of(inner)
        const block = isStrict ? kit.setOfTexts([text]) : undefined
        const loose = isStrict ? undefined : kit.blockOf(text)
        if (!block && !loose)
          notes.add(place, text, isStrict ? 'is not a CIDR' : 'is neither a CIDR nor a token of this file')
        return block ?? (loose ? kit.setOfRanges([loose]) : kit.empty)
      })
      return kit.union(sets)
    })
  return of
}

/** A service token is named after its ports; in an audit, one of another name may hold any. */
function checkPorts({ name, place, values }: Token, prefix: string, isStrict: boolean, notes: Notes): void {
  const parts = values.map(({ text }) => PORTS.exec(text))
  const [protocol, ...others] = new Set(parts.map((match) => match?.[2]))
  const held = parts.map((match) => match?.[1])
  const wanted = `${prefix}${protocol}-${held.join('_')}`
  if (isStrict && (others.length > 0 || wanted !== name)) notes.add(place, name, `holds the ports of ${wanted}`)
  const [, own, ports = ''] = /^(tcp|udp)-([\d_-]+)$/.exec(name.slice(prefix.length)) ?? []
  if (isStrict || own === undefined) return
  const isSame = JSON.stringify(kit.portList(held.join())) === JSON.stringify(kit.portList(ports.replaceAll('_', ',')))
  if (others.length > 0 || own !== protocol || !isSame)
    notes.add(place, name, `holds other ports than its name says: ${values.map(({ text }) => text).join(' ')}`)
}
