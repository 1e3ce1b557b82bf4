import type { Device, Item, Place, ReaderContext } from 'tagwall/reader'
import { bindKit, DIRECTIONS, FAMILIES, kit } from '../_kit/kit.ts'
import { boundRules, noteMissing, type OwnPolicies, ownRules } from './reader-bound.ts'
import { loadFile } from './reader-modes.ts'
import { type Match, Switch } from './reader-switch.ts'

/** A switch, which takes a file in a configuration session: all of it takes effect at the commit. */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const { options, purpose } = context
  const own: OwnPolicies = { outbound: String(options.outboundPolicy), inbound: String(options.inboundPolicy) }
  const state = new Switch()
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
    items: () => itemsOf(own, state),
  }
}

/** The matches of tagwall's policies and the field-sets, in an order in which they can be removed. */
function itemsOf(own: OwnPolicies, { policies, sets }: Switch): Item[] {
  const ownPolicies = DIRECTIONS.flatMap((direction) => policies.get(own[direction]) ?? [])
  return [
    ...ownPolicies.flatMap((policy) => policy.inOrder.map((match) => matchItem(policy.name, match))),
    ...Array.from(sets.values(), ({ kind, name, lines }): Item => {
      const family = FAMILIES.find((one) => kind.startsWith(one))
      return { kind: 'set', family, name, fields: { [kind]: [...lines] } }
    }),
  ]
}

function matchItem(list: string, { name, family, source, destination, lines, actions }: Match): Item {
  const fields = {
    match: family,
    ...(source && { source: source.text }),
    ...(destination && { destination: destination.text }),
    protocol: [...lines],
    actions: [...actions],
  }
  return { kind: 'rule', name, list, fields }
}
