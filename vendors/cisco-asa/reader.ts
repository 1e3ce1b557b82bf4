import type { Device, Notes, OptionValues, ReaderContext, Statement } from 'tagwall/reader'
import { ADDRESSES, addressFault, anyOf, entryForm, isTooLong, NAME, portsFault, whole } from '../_cisco/forms.ts'
import { deviceOf, type System } from '../_cisco/running.ts'
import { bindKit } from '../_kit/kit.ts'
import { Configuration, itemsOf } from './reader-config.ts'
import { entryReader } from './reader-entry.ts'
import { auditOf, ownPaths } from './reader-paths.ts'
import { takeRunning } from './reader-running.ts'

/** Commands that only enter, describe or leave a group. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['object-group', 'description', 'exit'])

/**
 * A model of an ASA that loads tagwall's commands and the output of `show running-config`. The commands of a session count
 * together, at its commit; others count one by one. A group only loses removed lines, and an access list only entries that are removed by their text.
 */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const { options } = context
  const forms = formsOf(options)
  const config = new Configuration()

  function* loadCommands(statements: Iterable<Statement>, notes: Notes): Iterable<unknown> {
    const isSession = options.load === 'session'
    config.isSession = isSession
    // Changes count at the commit: nothing yields before it, and a session without one is a note.
    let isOpen = !isSession
    let last: Statement | undefined
    let previous: string | undefined
    for (const statement of statements) {
      const { words, place, text } = statement
      last = statement
      const note = (reason: string) => notes.add(place, text, reason)
      if (words[0] === 'object-group' && previous === 'object-group') note('follows an empty group')
      previous = words[0]
      const fault = strictFault(words, config.group !== undefined, forms)
      const [verb] = words
      if (!fault && (verb === 'configure' || verb === 'commit')) {
        if (!isSession || (verb === 'configure') === isOpen) note('is out of place')
        else {
          isOpen = !isOpen
          config.newGroups.clear()
          if (!isOpen) yield
        }
        config.group = undefined
        continue
      }
      const reason = fault ?? (isOpen ? config.apply(statement) : 'is outside the session')
      if (reason) note(reason)
      else if (!isSession && !WITHOUT_EFFECT.has(verb ?? '')) yield
    }
    if (isSession && isOpen && last) notes.add(last.place, last.text, 'ends a session without a commit')
  }

  const dialect = { config, loadCommands, takeRunning, ownPaths, entryReader, auditOf, itemsOf }
  return deviceOf(dialect, SYSTEM, context)
}

const SYSTEM: System = {
  comments: ['!', ':'],
  known: /^(?:access-list|access-group|object-group|object|interface|nameif) /,
  other: /^(?:ip access-list (?:extended|standard)|ip access-group|ipv6 traffic-filter) /,
  name: 'an ASA',
  otherName: 'IOS',
}

/**
 * The reason why tagwall never writes this command; undefined if it does. In a group, the ASA takes the commands of the mode around it
 * too, and leaves the group. Older files leave each group with `exit`.
 */
function strictFault(words: readonly string[], isInGroup: boolean, forms: RegExp): string | undefined {
  const isDescription = words[0] === 'description' || words.join(' ') === 'no description'
  if (!isDescription && !forms.test(words.join(' '))) return 'is not understood'
  const isOfGroup = words.includes('network-object') || isDescription || words[0] === 'exit'
  if (isOfGroup && !isInGroup) return 'is outside a group'
  if (isDescription) return isTooLong(words) ? 'is longer than an ASA allows' : undefined
  const at = words.indexOf('network-object')
  return at >= 0 ? addressFault(words.slice(at + 1)) : portsFault(words)
}

/** All the commands that tagwall writes under these options. */
function formsOf({ session, outboundAcl, inboundAcl }: OptionValues): RegExp {
  const changes = [
    `object-group network ${NAME}`,
    `network-object (?:${ADDRESSES.ipv4}|${ADDRESSES.ipv6})`,
    `access-list ${anyOf(outboundAcl, inboundAcl)} extended ${entryForm('ip|icmp|icmp6')}`,
  ]
  return whole(`configure session ${anyOf(session)}`, 'commit noconfirm', 'exit', `(?:no )?(?:${changes.join('|')})`)
}
