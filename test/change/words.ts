import * as oracle from './oracle.ts'
import { commas, FAMILIES, type Piece } from './seen.ts'
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

export const runbookKey = ({ opens, cause, rule, traffic, local, addresses, names, more }: Told) =>
  JSON.stringify([
    opens,
    cause,
    rule,
    traffic,
    local,
    addresses,
    names.length > 5 || more > 0 ? '' : [...names].sort(),
    names.length + more,
  ])

/** The facts of a piece in the words of texts. */
export function toldOf(piece: Piece): Told {
  const { opens, cause, direction, traffic, list, local, remote } = piece
  return {
    ...{ opens, cause },
    rule: ruleOf(piece),
    traffic: list === null ? `${direction === 'inbound' ? 'inbound ' : ''}${trafficOf(traffic)}` : `list ${list}`,
    local: localText(local),
    addresses: [counted(remote.ipv4.addresses, ''), counted(remote.ipv6.addresses, 'IPv6 ')]
      .filter(Boolean)
      .join(' and '),
    names: [...remote.tags, ...remote.ipv4.prefixes, ...remote.ipv6.prefixes],
    more: 0,
  }
}

function localText(local: Piece['local']): string {
  if (!local) return ''
  const { objects, except } = local
  const prefixes = local.within ?? local.prefixes
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

export function runbookOf(piece: Piece): Told {
  const { ipv4, ipv6 } = piece.remote
  const sizes = [ipv4, ipv6].map(({ addresses }, index) =>
    addresses === '0' ? '' : `${commas(addresses)} IPv${index === 0 ? 4 : 6}`,
  )
  return { ...toldOf(piece), addresses: sizes.filter(Boolean).join(', ') }
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
  const { tcp, udp, icmp, other } = traffic as NonNullable<Piece['traffic']>
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
