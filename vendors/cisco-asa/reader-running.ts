import type { Notes, Statement } from 'tagwall/reader'
import { automationOf } from '../_cisco/running.ts'
import type { Binding, Configuration } from './reader-config.ts'

const GROUPS: ReadonlySet<string> = new Set(['access-list', 'object', 'object-group'])

/** Lines of an object or a group, also where a terminal lost the leading blank. */
const INNER =
  /^(?:network-object|group-object|service-object|port-object|protocol-object|icmp-object|host|subnet|range|fqdn)$/

/** Applies a line of a running configuration. Lines that do not affect access rules are ignored. */
export function takeRunning(statement: Statement, config: Configuration, notes: Notes): void {
  const { words, place, text, isIndented } = statement
  const [verb = '', ...rest] = words
  const command = verb === 'no' ? (rest[0] ?? '') : verb
  if (GROUPS.has(command)) {
    config.interface = undefined
    const reason = config.apply(statement)
    if (reason) notes.add(place, text, reason)
    return
  }
  const reason = automationOf(words) ?? openingOf(words, isIndented)
  if (reason) {
    config.group = undefined
    notes.add(place, text, reason)
    return
  }
  switch (verb) {
    case 'interface':
      config.group = undefined
      config.interface = { name: '', level: undefined, isManagement: false }
      config.interfaces.push(config.interface)
      config.isWhole = true
      return
    case 'nameif':
      if (config.interface) config.interface.name = rest[0] ?? ''
      return
    case 'security-level':
      if (config.interface && /^\d{1,3}$/.test(rest[0] ?? '')) config.interface.level = Number(rest[0])
      return
    case 'management-only':
      if (config.interface) config.interface.isManagement = true
      return
    case 'access-group':
      config.group = undefined
      bind(statement, config, notes)
      return
    case 'no':
      if (command === 'access-group') unbind(rest, config)
      else takeInner(statement, command, config)
      return
    case 'name':
      if (rest[0] && rest[1]) config.names.set(rest[1], rest[0])
      return
    case 'same-security-traffic':
      if (rest.join(' ') === 'permit inter-interface') config.passesSameLevel = true
      return
    case 'ASA':
      config.isWhole = true
      if (/^[0-8]\./.test(rest[1] ?? ''))
        notes.add(place, text, 'is older than 9.0, where any is IPv4 only: not followed')
      return
    case 'ipv6':
      if (rest[0] === 'access-list') notes.add(place, text, 'is an IPv6 access list of ASA 8, which is not followed')
      return
    case 'conduit':
    case 'outbound':
      notes.add(place, text, 'is a rule of a PIX, which is not followed')
      return
    case 'nat':
      if (isIndented) return
      config.group = undefined
      doubtTranslation(statement, notes)
      return
    case 'exit':
    case 'commit':
    case 'configure':
      config.group = undefined
      return
    default:
      takeInner(statement, command, config)
  }
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
function bind({ words, place, text }: Statement, config: Configuration, notes: Notes): void {
  const [, list = '', side, keyword, name = '', ...more] = words
  // About traffic to the ASA itself.
  if (more.includes('control-plane') || (side === 'global' && keyword === 'control-plane')) return
  const binding: Binding | undefined =
    side === 'global'
      ? { list, side, interface: '', place }
      : (side === 'in' || side === 'out') && keyword === 'interface' && name !== ''
        ? { list, side, interface: name, place }
        : undefined
  if (!binding) {
    notes.add(place, text, 'is not understood')
    return
  }
  if (more.includes('per-user-override'))
    notes.add(place, text, "gives way to users' own access lists, which are not followed")
  config.bindings.push(binding)
}

/** `no access-group LIST in interface NAME`, `no access-group LIST global`. */
function unbind([, list, side, , name = '']: readonly string[], config: Configuration): void {
  const isGone = (one: Binding) => one.list === list && one.side === side && one.interface === name
  config.bindings = config.bindings.filter((one) => !isGone(one))
}

/** Access lists name addresses as they are before or after translation; which one, depends on more than is read here. */
function doubtTranslation({ words, place, text }: Statement, notes: Notes): void {
  const at = words.indexOf('destination')
  if (at < 0) return
  const [, kind, mapped, real] = words.slice(at)
  if (kind !== 'static' || mapped !== real) notes.add(place, text, 'translates destinations, which is not followed')
}
