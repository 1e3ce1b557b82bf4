import type { Statement } from 'tagwall/reader'
import { automationOf } from '../_cisco/running.ts'
import type { Binding, Configuration, Interface } from './reader-config.ts'

const GROUPS: ReadonlySet<string> = new Set(['access-list', 'object', 'object-group'])

/** Commands that end an object or a group. */
const ENDS: ReadonlySet<string> = new Set(['interface', 'access-group', 'exit', 'commit', 'configure'])

/** Lines of an object or a group, also where a terminal lost the leading blank. */
const INNER =
  /^(?:network-object|group-object|service-object|port-object|protocol-object|icmp-object|host|subnet|range|fqdn)$/

/** Applies a line of a running configuration; a reason if it is not evaluated. Lines that do not affect access rules are ignored. */
export function takeRunning(statement: Statement, config: Configuration): string | undefined {
  const { words, isIndented } = statement
  const [verb = '', ...rest] = words
  const command = verb === 'no' ? (rest[0] ?? '') : verb
  if (GROUPS.has(command)) {
    config.interface = undefined
    return config.apply(statement)
  }
  const reason = automationOf(words) ?? openingOf(words, isIndented)
  if (reason || ENDS.has(verb) || (verb === 'nat' && !isIndented)) config.group = undefined
  if (reason) return reason
  if (verb === 'access-group') return bind(statement, config)
  if (verb === 'conduit' || verb === 'outbound') return 'is a rule of a PIX, which is not followed'
  if (verb === 'nat')
    return !isIndented && translates(words) ? 'translates destinations, which is not followed' : undefined
  if (verb === 'ipv6')
    return rest[0] === 'access-list' ? 'is an IPv6 access list of ASA 8, which is not followed' : undefined
  if (verb === 'ASA' || verb === 'interface') config.isWhole = true
  if (verb === 'ASA')
    return /^[0-8]\./.test(rest[1] ?? '') ? 'is older than 9.0, where any is IPv4 only: not followed' : undefined
  const plain: Interface = { name: '', level: undefined, isManagement: false }
  if (verb === 'interface') {
    config.interface = plain
    config.interfaces.push(plain)
  }
  // A line about no interface changes nothing.
  const own = config.interface ?? plain
  if (verb === 'nameif') own.name = rest[0] ?? ''
  else if (verb === 'security-level') own.level = /^\d{1,3}$/.test(rest[0] ?? '') ? Number(rest[0]) : own.level
  else if (verb === 'management-only') own.isManagement = true
  else if (verb === 'name') {
    if (rest[0] && rest[1]) config.names.set(rest[1], rest[0])
  } else if (verb === 'same-security-traffic') config.passesSameLevel ||= rest.join(' ') === 'permit inter-interface'
  else if (verb === 'no' && command === 'access-group') unbind(rest, config)
  else if (!ENDS.has(verb)) takeInner(statement, command, config)
  return undefined
}

/** A line of an object or a group, or one that ends it. */
function takeInner(statement: Statement, command: string, config: Configuration): void {
  const { words, isIndented } = statement
  if (!isIndented && !INNER.test(command) && words[0] !== 'description') config.group = undefined
  if (config.group) config.apply(statement)
}

/** The reason why a line lets traffic pass by other ways than access lists; undefined for most. */
function openingOf([verb, name]: readonly string[], isIndented: boolean): string | undefined {
  if (isIndented) return undefined
  if (verb === 'established') return 'lets connections in without an access list, which is not followed'
  if (verb === 'context' && name !== undefined)
    return 'is a context, whose configuration is not in the file: audit it by itself'
  return undefined
}

/** `access-group LIST in interface NAME`, `access-group LIST global`. */
function bind({ words, place }: Statement, config: Configuration): string | undefined {
  const [, list = '', side, keyword, name = '', ...more] = words
  // About traffic to the ASA itself.
  if (more.includes('control-plane') || (side === 'global' && keyword === 'control-plane')) return undefined
  const isSided = (side === 'in' || side === 'out') && keyword === 'interface' && name !== ''
  if (side !== 'global' && !isSided) return 'is not understood'
  config.bindings.push({ list, side, interface: isSided ? name : '', place })
  return more.includes('per-user-override') ? "gives way to users' own access lists, which are not followed" : undefined
}

/** `no access-group LIST in interface NAME`, `no access-group LIST global`. */
function unbind([, list, side, , name = '']: readonly string[], config: Configuration): void {
  const isGone = (one: Binding) => one.list === list && one.side === side && one.interface === name
  config.bindings = config.bindings.filter((one) => !isGone(one))
}

/** True for other destinations: access lists name addresses as they are before or after translation, which depends on more than is read here. */
function translates(words: readonly string[]): boolean {
  const at = words.indexOf('destination')
  const [, kind, mapped, real] = words.slice(at)
  return at >= 0 && (kind !== 'static' || mapped !== real)
}
