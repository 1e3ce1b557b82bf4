import * as oracle from './oracle.ts'
import { commas, type Documents, FAMILIES, type Piece } from './seen.ts'
import type { Told } from './texts.ts'

export const keyOf = ({ opens, cause, rule, traffic, local, addresses, names, more }: Told, most: number) =>
  JSON.stringify([
    opens,
    cause,
    rule,
    traffic,
    local,
    addresses,
    names.slice(0, most),
    more + Math.max(0, names.length - most),
  ])

/** The facts of a piece in the words of texts. */
export function toldOf(piece: Piece, documents: Documents): Told {
  const { opens, cause, direction, traffic, list, remote } = piece
  const beside = besideOf(piece, documents)
  const of = remote.partOf.length > 0 ? ` of ${tagsText(remote.partOf)}` : ''
  const addresses = addressesOf(beside)
  return {
    ...{ opens, cause },
    rule: ruleOf(piece),
    traffic: list === null ? `${direction === 'inbound' ? 'inbound ' : ''}${trafficOf(traffic)}` : `list ${list}`,
    local: localsText([piece, ...(piece.others ?? [])]),
    addresses: [remote.tags.length > 0 && tagsText(remote.tags), addresses && `${addresses}${of}`]
      .filter(Boolean)
      .join(' and '),
    names: [...remote.tags, ...beside.ipv4, ...beside.ipv6],
    more: 0,
  }
}

/** The same in a table, which counts tags. */
export function rowOf(piece: Piece, documents: Documents): Told {
  const { tags } = piece.remote
  const count = tags.length > 0 && `${tags.length} tag${tags.length > 1 ? 's' : ''}`
  return {
    ...toldOf(piece, documents),
    addresses: [count, addressesOf(besideOf(piece, documents))].filter(Boolean).join(', '),
  }
}

const tagsText = (tags: readonly string[]) =>
  `the tag${tags.length > 1 ? 's' : ''} ${tags.length > 3 ? `${tags.slice(0, 3).join(', ')} and ${tags.length - 3} more` : tags.join(', ')}`

type Beside = Record<(typeof FAMILIES)[number], readonly string[]>

/** The prefixes that none of the named tags holds. */
function besideOf({ remote }: Piece, documents: Documents): Beside {
  const held = documents.flatMap((tags) => remote.tags.flatMap((tag) => tags[tag] ?? []))
  const of = (family: (typeof FAMILIES)[number]) => {
    if (remote.tags.length === 0) return remote[family].prefixes
    const own = held.filter((text) => oracle.familyOf(text) === family).map(oracle.runOf)
    return oracle.prefixesOf(oracle.without(remote[family].prefixes.map(oracle.runOf), own), family)
  }
  return { ipv4: of('ipv4'), ipv6: of('ipv6') }
}

const countOf = (prefixes: readonly string[]) => String(oracle.sizeOf(prefixes.map(oracle.runOf)))

const addressesOf = ({ ipv4, ipv6 }: Beside) =>
  [counted(countOf(ipv4), ''), counted(countOf(ipv6), 'IPv6 ')].filter(Boolean).join(' and ')

const localsText = (pieces: readonly Piece[]) =>
  pieces.length > 3
    ? `${localText(pieces[0] as Piece)} and ${pieces.length - 1} more local sides`
    : pieces.map(localText).join(' and ')

function localText({ local, localWithin, localExcept: except }: Piece): string {
  if (!local) return ''
  const { objects } = local
  const prefixes = localWithin ?? local.prefixes
  const list = (texts: readonly string[]) =>
    texts.length > 3 ? `${texts.slice(0, 3).join(', ')} and ${texts.length - 3} more` : texts.join(', ')
  const families = FAMILIES.filter((family) => prefixes.some((text) => oracle.familyOf(text) === family))
  const others = families.flatMap((family) => {
    const own = prefixes.filter((text) => oracle.familyOf(text) === family).map(oracle.runOf)
    return oracle.prefixesOf(oracle.without(oracle.anyAddress(family), own), family)
  })
  const [inside, outside] = others.length < prefixes.length ? [[], others] : [prefixes, []]
  const not = [...outside, ...except]
  if (objects.length > 0)
    return `${list(objects)}${inside.length > 0 ? ` in ${list(inside)}` : ''}${not.length > 0 ? ` outside ${list(not)}` : ''}`
  if (inside.length > 0) return `${list(inside)}${except.length > 0 ? ` but not ${list(except)}` : ''}`
  const family = families.length === 1 ? `${families[0] === 'ipv4' ? 'IPv4' : 'IPv6'} ` : ''
  return `all ${family}but ${list(not)}`
}

function ruleOf({ opens, from, to, list }: Piece): string {
  if (list !== null) return ''
  if (opens) return to ?? ''
  return [from, to === null ? '' : `denied by ${to}`].filter(Boolean).join(', ')
}

const counted = (digits: string, family: string) =>
  digits === '0' ? '' : `${commas(digits)} ${family}address${digits === '1' ? '' : 'es'}`

/** The same words as the texts, for the ports and protocols of these tests. */
function trafficOf(traffic: Piece['traffic']): string {
  const { icmp, other, ...ranges } = traffic as NonNullable<Piece['traffic']>
  const [tcp, udp] = [ranges.tcp, ranges.udp].map((list) =>
    list.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)),
  ) as [string[], string[]]
  const isAll = (ports: readonly string[]) => ports.join() === '0-65535'
  if (isAll(tcp) && isAll(udp) && icmp && other) return 'every port of every protocol'
  const ports = (name: string, list: readonly string[]) => {
    if (list.length === 0) return ''
    if (isAll(list)) return `all ${name}`
    const gaps = list.flatMap((text, index) => {
      const end = Number(text.split('-').at(-1))
      const next = list[index + 1]
      const to = next === undefined ? 65535 : Number(next.split('-')[0]) - 1
      return end < to ? [end + 1 === to ? `${to}` : `${end + 1}-${to}`] : []
    })
    const low = Number(list[0]?.split('-')[0])
    const before = low > 1 ? [low === 2 ? '0-1' : `0-${low - 1}`] : []
    const size = list.reduce((sum, text) => {
      const [first = '', last = first] = text.split('-')
      return sum + Number(last) - Number(first) + 1
    }, 0)
    const but = [...before, ...gaps]
    return size > 32768 && but.length <= 4
      ? `every ${name} port but ${but.join(' and ')}`
      : `${name} ${list.length > 8 ? `${list.slice(0, 8).join(', ')} and ${list.length - 8} more` : list.join(', ')}`
  }
  const rest = other ? (icmp ? 'other protocols' : 'other protocols but icmp') : icmp ? 'icmp' : ''
  return [ports('tcp', tcp), ports('udp', udp), rest].filter(Boolean).join(', ')
}
