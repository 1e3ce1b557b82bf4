import type { Device, Direction, FoundRule, Item, Notes, Place, ReaderContext } from 'tagwall/reader'
import { allTraffic, bindKit, DIRECTIONS, FAMILIES, kit, openRule } from '../_kit/kit.ts'
import { loadFile } from './reader-modes.ts'
import { rulesOf } from './reader-rules.ts'
import { type Interface, Switch } from './reader-switch.ts'

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
      const ownRules = () => DIRECTIONS.flatMap((one) => rulesOf(state.policies.get(own[one]), one, state, notes))
      // A text without interfaces binds nothing: it is about tagwall's policies.
      const rules = interfaces.size > 0 ? boundRules(own, state, context, notes) : ownRules()
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
    ...ownPolicies.flatMap(({ name: list, inOrder }) =>
      inOrder.map(({ name, family, source, destination, lines, actions }): Item => {
        const sides = { ...(source && { source: source.text }), ...(destination && { destination: destination.text }) }
        const fields = { match: family, ...sides, protocol: [...lines], actions: [...actions] }
        return { kind: 'rule', name, list, fields }
      }),
    ),
    ...Array.from(sets.values(), ({ kind, name, lines }): Item => {
      const family = FAMILIES.find((one) => kind.startsWith(one))
      return { kind: 'set', family, name, fields: { [kind]: [...lines] } }
    }),
  ]
}

/** The names of tagwall's policies. */
type OwnPolicies = Readonly<Record<Direction, string>>

/** Interfaces whose packets do not pass to others. */
const APART = /^(?:Loopback|Management|Null|Vxlan)/i

function noteMissing(own: OwnPolicies, { policies }: Switch, start: Place, notes: Notes): void {
  const there = kit.inShort([...policies.keys()].join(', ') || 'none')
  for (const direction of DIRECTIONS)
    if (!policies.has(own[direction])) {
      const reason = `is a traffic policy that does not exist; there are: ${there}`
      notes.add(start, own[direction], reason, { about: [allTraffic(direction)] })
    }
}

/**
 * The rules of connections that come in at the interfaces of each side: those of `--narrow`, or else those that have tagwall's policies. Any
 * other interface may be on either side, so its rules come first and are partial matches.
 */
function boundRules(own: OwnPolicies, state: Switch, { narrow }: ReaderContext, notes: Notes): FoundRule[] {
  const up = [...state.interfaces.values()].filter(({ name, isClosed }) => !isClosed && !APART.test(name))
  const sides = { outbound: narrow.fromZone, inbound: narrow.toZone }
  const sideOf = (direction: Direction) =>
    up.filter((one) =>
      sides[direction] === undefined ? policyAt(one) === own[direction] : one.name === sides[direction],
    )
  const known = { outbound: sideOf('outbound'), inbound: sideOf('inbound') }
  const others = up.filter(
    (one) => (one.isRouted || one.policies.has('input')) && !DIRECTIONS.some((side) => known[side].includes(one)),
  )
  noteBindings(own, state, up, notes)
  return DIRECTIONS.flatMap((direction) => [
    ...(sides[direction] === undefined ? rulesAt(others, direction, state, notes).map(partOf) : []),
    ...rulesAt(known[direction], direction, state, notes),
  ])
}

const policyAt = ({ policies }: Interface) => policies.get('input')?.policy

/** Notes a policy of tagwall that no packet meets, and policies that packets meet where they leave. */
function noteBindings(own: OwnPolicies, { policies }: Switch, up: readonly Interface[], notes: Notes): void {
  for (const direction of DIRECTIONS) {
    const policy = policies.get(own[direction])
    if (policy && !up.some((one) => policyAt(one) === own[direction]))
      notes.add(policy.place, own[direction], 'is a traffic policy that no interface has on input', {
        about: [allTraffic(direction)],
      })
  }
  for (const { policies } of up) {
    const bound = policies.get('output')
    if (bound) notes.add(bound.place, bound.policy, 'is a traffic policy on output, which is not followed')
  }
}

/** The rules of the policies at some interfaces, each policy once; without a policy, everything comes in. */
function rulesAt(some: readonly Interface[], direction: Direction, state: Switch, notes: Notes): FoundRule[] {
  const names = new Set(some.flatMap((one) => policyAt(one) ?? []))
  const found = [...names].map((name) => {
    const policy = state.policies.get(name)
    const place = some.find((one) => policyAt(one) === name)?.policies.get('input')?.place as Place
    if (!policy) notes.add(place, name, 'is a traffic policy that does not exist')
    return policy ? rulesOf(policy, direction, state, notes) : [openRule(direction, `no traffic policy ${name}`, place)]
  })
  const without = some.filter((one) => policyAt(one) === undefined)
  const opened = without.map(({ name, place }) => openRule(direction, `no traffic policy at ${name}`, place))
  const all = [opened, ...found].filter((rules) => rules.length > 0)
  return all.length > 1 ? all.flat().map(partOf) : all.flat()
}

const partOf = (rule: FoundRule): FoundRule =>
  rule.coverage === 'whole' ? { ...rule, coverage: 'part', isPartByZone: true } : rule
