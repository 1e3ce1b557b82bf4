import type { Device, Item, Notes, OptionValues, ReaderContext, Statement } from 'tagwall/reader'
import { ADDRESSES, addressFault, anyOf, entryForm, isTooLong, NAME, portsFault, whole } from '../_cisco/forms.ts'
import { actionOf, groupItems } from '../_cisco/groups.ts'
import { deviceOf, type System } from '../_cisco/running.ts'
import { bindKit } from '../_kit/kit.ts'
import { Configuration, GUARDS } from './reader-config.ts'
import { entryReader } from './reader-entry.ts'
import { familyOf } from './reader-objects.ts'
import { auditOf, ownPaths } from './reader-paths.ts'
import { takeRunning } from './reader-running.ts'

/** Commands that only enter or leave a group or a list. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['object-group', 'ip', 'ipv6', 'exit'])

/**
 * A model of a router that loads tagwall's commands and the output of `show running-config`. Each line takes effect at once. A group and a list only
 * lose removed lines.
 */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const { options } = context
  const config = new Configuration()
  const forms = formsOf(options)

  /** Applies a command; a reason if the router would refuse. */
  function take(statement: Statement): string | undefined {
    const { words, place } = statement
    const [verb, ...rest] = words
    if (verb === 'exit') return config.leave()
    if (config.group) return config.changeGroup(statement, config.group)
    if (config.list) return config.changeList(statement, config.list)
    if (verb === 'no') return config.objectGroup(rest.slice(1), true)
    if (verb === 'object-group') return config.objectGroup(rest, false)
    const family = verb === 'ip' ? 'ipv4' : 'ipv6'
    return config.openList({ name: rest.at(-1) ?? '', family, isStandard: false }, place)
  }

  function* loadCommands(statements: Iterable<Statement>, notes: Notes): Iterable<unknown> {
    let wasOpened = false
    for (const statement of statements) {
      const { words, place, text } = statement
      const isTop = forms.top.test(words.join(' '))
      if (isTop) config.leave()
      const isOpened = isTop && words[0] !== 'no'
      if (isOpened && wasOpened) notes.add(place, text, 'follows an empty group or list')
      wasOpened = isOpened
      const room = config.group ? (config.group.kind as Room) : (config.list?.family ?? 'top')
      const fault = strictFault(words, room, forms)
      const reason = fault ?? take(statement)
      if (reason) notes.add(place, text, reason)
      else if (!WITHOUT_EFFECT.has(words[0] ?? '')) yield
    }
  }

  const dialect = { config, loadCommands, takeRunning, ownPaths, entryReader, auditOf, itemsOf }
  return deviceOf(dialect, SYSTEM, context)
}

const SYSTEM: System = {
  comments: ['!'],
  known: /^(?:ip access-list|ipv6 access-list|access-list \d|object-group|interface) /,
  other:
    /^(?:ASA Version |access-list \S+ (?:line \d+ )?extended |ip access-list (?!persistent |match-local-traffic )\S+ $)/,
  name: 'IOS',
  otherName: 'an ASA, EOS or NX-OS',
}

/** The context of a command: the top level, a group of a family, a list of a family. */
type Room = 'top' | 'network' | 'v6-network' | 'ipv4' | 'ipv6'

type Forms = Readonly<Record<Room, RegExp>>

/** The reason why tagwall never writes this command there; undefined if it does. Older files leave each group and list with `exit`. */
function strictFault(words: readonly string[], room: Room, forms: Forms): string | undefined {
  const isRemoval = words[0] === 'no'
  const own = isRemoval ? words.slice(1) : words
  const isGroup = room.endsWith('network')
  if (room !== 'top' && own[0] === 'exit') return isRemoval || words.length > 1 ? 'is not understood' : undefined
  const isDescription = words[0] === 'description' || words.join(' ') === 'no description'
  if (isGroup && isDescription) return isTooLong(words) ? 'is longer than the router allows' : undefined
  if (!forms[room].test(words.join(' '))) return 'is not understood'
  return isGroup ? addressFault(own) : portsFault(own)
}

/** The commands that tagwall writes under these options. In a group or list, those of the top level leave it. */
function formsOf({ outboundAcl, inboundAcl }: OptionValues): Forms {
  const lists = anyOf(outboundAcl, inboundAcl)
  const changes = (...forms: readonly string[]) => whole(`(?:no )?(?:${forms.join('|')})`)
  return {
    top: whole(
      `(?:no )?object-group (?:v6-)?network ${NAME}`,
      `ip access-list extended ${lists}`,
      `ipv6 access-list ${lists}-v6`,
    ),
    network: changes(ADDRESSES.ipv4),
    'v6-network': changes(ADDRESSES.ipv6),
    ipv4: changes(anyOf(GUARDS.ipv4), entryForm('ip|icmp')),
    ipv6: changes(anyOf(GUARDS.ipv6), entryForm('ipv6|icmp')),
  }
}

/** The entries of our access lists, the groups and their members, in an order in which they can be removed. */
function itemsOf({ groups, lists }: Configuration, { outboundAcl, inboundAcl }: OptionValues): Item[] {
  const names = [outboundAcl, inboundAcl].flatMap((name) => [String(name), `${name}-v6`])
  const networks = [...groups.values()].filter(familyOf)
  return [
    ...names.flatMap((name) => {
      const list = lists.get(name)
      // The guard stays as long as its list.
      const entries = list?.entries.filter(({ words }) => words.join(' ') !== GUARDS[list.family]) ?? []
      return entries.map(({ words }): Item => {
        const fields = { action: actionOf(words) }
        return { kind: 'rule', family: list?.family, name, id: words.join(' '), list: name, fields }
      })
    }),
    ...groupItems(networks, 'network', familyOf),
  ]
}
