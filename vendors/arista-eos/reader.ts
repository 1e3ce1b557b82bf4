import type { AddressFamily, Device, Direction, Item, Place, ReaderContext } from 'tagwall/reader'
import { allTraffic, bindKit, kit } from '../_kit/kit.ts'
import { loadFile } from './reader-modes.ts'
import { rulesOf } from './reader-rules.ts'
import { newSwitch } from './reader-switch.ts'

/** A switch, which takes a file in a configuration session: all of it takes effect at the commit. */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const { options, purpose } = context
  const own: readonly (readonly [string, Direction])[] = [
    [String(options.outboundPolicy), 'outbound'],
    [String(options.inboundPolicy), 'inbound'],
  ]
  const state = newSwitch()
  const heard = kit.notes()
  let start: Place = { part: '', line: 1 }
  return {
    *load(files) {
      for (const file of files) {
        if (start.part === '') start = { part: file.part, line: 1 }
        loadFile(file, state, purpose === 'prove', heard)
        yield
      }
    },
    reading() {
      const { policies, interfaces, hasPolicies } = state
      const notes = kit.notes()
      notes.addAll(heard.all)
      if (purpose === 'audit' && !hasPolicies)
        notes.add(start, 'configuration', 'has no traffic policies, and access lists are not read', {
          isForeign: interfaces.length === 0,
        })
      const rules = own.flatMap(([name, direction]) => {
        const policy = policies.get(name)
        const about = [allTraffic(direction)]
        if (hasPolicies && !policy) {
          const there = kit.inShort([...policies.keys()].join(', ') || 'none')
          notes.add(start, name, `is a traffic policy that does not exist; there are: ${there}`, { about })
        }
        if (policy && interfaces.length > 0 && !interfaces.some((bound) => bound.includes(name)))
          notes.add(policy.place, name, 'is a traffic policy that no interface has', { about })
        return policy ? rulesOf(policy, direction, state, notes) : []
      })
      return { rules, lists: [], notes: notes.all }
    },
    // Each full load makes the policies anew. A field-set stays when no rule has it any more.
    items: () =>
      [...state.sets.values()]
        .filter(({ kind }) => kind !== 'l4-port')
        .map(({ kind, name }): Item => ({ kind: 'set', family: kind.slice(0, 4) as AddressFamily, name, fields: {} })),
  }
}
