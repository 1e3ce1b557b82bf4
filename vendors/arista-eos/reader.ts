import type { AddressFamily, Device, Item, Place, ReaderContext } from 'tagwall/reader'
import { bindKit, kit } from '../_kit/kit.ts'
import { boundRules, noteMissing, type OwnPolicies, ownRules } from './reader-bound.ts'
import { loadFile } from './reader-modes.ts'
import { newSwitch } from './reader-switch.ts'

/** A switch, which takes a file in a configuration session: all of it takes effect at the commit. */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const { options, purpose } = context
  const own: OwnPolicies = { outbound: String(options.outboundPolicy), inbound: String(options.inboundPolicy) }
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
      const { interfaces, hasPolicies } = state
      const notes = kit.notes()
      notes.addAll(heard.all)
      if (purpose === 'audit' && !hasPolicies)
        notes.add(start, 'configuration', 'has no traffic policies, and access lists are not read', {
          isForeign: interfaces.size === 0,
        })
      if (hasPolicies) noteMissing(own, state, start, notes)
      const rules = interfaces.size > 0 ? boundRules(own, state, context, notes) : ownRules(own, state, notes)
      const names = [...interfaces.keys()]
      const scopes = purpose === 'audit' && names.length > 0 ? { scopes: { fromZone: names, toZone: names } } : {}
      return { rules, lists: [], notes: notes.all, ...scopes }
    },
    // Each full load makes the policies anew. A field-set stays when no rule has it any more.
    items: () =>
      [...state.sets.values()]
        .filter(({ kind }) => kind !== 'l4-port')
        .map(({ kind, name }): Item => ({ kind: 'set', family: kind.slice(0, 4) as AddressFamily, name, fields: {} })),
  }
}
