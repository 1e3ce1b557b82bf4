import type { FoundRule, Notes, ReaderContext, Value } from 'tagwall/reader'
import { DIRECTIONS, type End, kit, openRule } from '../_kit/kit.ts'
import { endOf, type PolicyEnd, rulesOfPolicy, zonesAsked } from '../_policies/rules.ts'
import type { Objects } from './reader-objects.ts'
import { type Entry, valuesIn } from './reader-scopes.ts'
import type { RULEBASES } from './reader-sections.ts'
import type { Tree } from './reader-tree.ts'

/** Panorama's rules go around those of the firewall, the outermost first and last. */
export function entriesInOrder(tree: Tree, chain: readonly string[]): readonly Entry[] {
  const of = (scope: string, rulebase: (typeof RULEBASES)[number]) => tree.inOrder(tree.scopes.section(scope, rulebase))
  // One by one would take long for thousands of rules.
  return ([] as Entry[]).concat(
    ...[...chain].reverse().map((scope) => of(scope, 'pre-rulebase')),
    ...chain.map((scope) => of(scope, 'rulebase')),
    ...chain.map((scope) => of(scope, 'post-rulebase')),
  )
}

/** Traffic between zones that no rule matches is denied, unless that has been changed. */
export function defaultRules(tree: Tree, chain: readonly string[]): FoundRule[] {
  const entry = chain
    .map((scope) => tree.scopes.section(scope, 'default-rules')?.get('interzone-default'))
    .find((found) => found?.fields.action)
  if (!entry || valuesIn(entry, 'action')[0]?.text !== 'allow') return []
  const { name, place } = entry
  return DIRECTIONS.map((direction) => openRule(direction, name, place))
}

/** The fields that a rule needs before it can be committed. */
export const REQUIRED = 'from to source destination application service action'.split(' ')
const DENIALS = new Set('deny drop reset-client reset-server reset-both'.split(' '))
/** Fields that limit a rule to some of the traffic if their value is not `any`. */
const NARROWING = [
  ...['application', 'source-user', 'category', 'hip-profiles', 'source-hip', 'destination-hip', 'schedule'],
  ...['source-imsi', 'source-imei', 'source-nw-slice', 'devices', 'saas-tenant-list', 'saas-user-list'],
]

/** Expands a rulebase entry: one rule per direction and protocol. */
export function rulesOf(entry: Entry, objects: Objects, context: ReaderContext): FoundRule[] {
  const { name, place } = entry
  const { notes } = objects
  const proves = context.purpose === 'prove'
  if (isYes(entry, 'disabled', notes)) return []
  if (textOf(entry, 'rule-type') === 'intrazone' && !proves) return []
  const missing = REQUIRED.filter((field) => valuesIn(entry, field).length === 0)
  if (missing.length > 0) {
    notes.addAll(entry.notes ?? [])
    notes.add(place, name, `has no ${missing.join(', ')}`)
    return []
  }
  for (const field of REQUIRED) {
    const values = valuesIn(entry, field)
    const any = values.find(({ text }) => text === 'any')
    if (any && values.length > 1) notes.add(any.place, name, `has "any" beside others in ${field}`)
  }
  const [from = [], to = []] = ['from', 'to'].map((field) => valuesIn(entry, field).map(({ text }) => text))
  const zones = kit.directionsBetween({ from, to }, zonesAsked(context), proves)
  if (zones.length === 0) {
    const reason = 'is between zones that the options do not name'
    if (proves) notes.add(place, name, reason, { isByOptions: true })
    return []
  }
  notes.addAll(entry.notes ?? [])
  const [said] = valuesIn(entry, 'action') as [Value]
  const action = said.text === 'allow' ? 'allow' : DENIALS.has(said.text) ? 'deny' : undefined
  if (!action) {
    notes.add(said.place, said.text, 'is not an action')
    return []
  }
  const narrowing = narrowingOf(entry, proves)
  if (proves)
    for (const field of narrowing)
      notes.add(valuesIn(entry, field)[0]?.place ?? place, name, `is limited by its ${field}`)
  const services = valuesIn(entry, 'service')
  const isDefault = services.some(({ text }) => text === 'application-default')
  if (isDefault && action === 'allow' && !narrowing.includes('application')) {
    const reason = 'allows every application on its default ports, which are unknown'
    notes.add((services[0] as Value).place, 'application-default', reason)
  }
  const ends = { source: endAt('source', entry, objects), destination: endAt('destination', entry, objects) }
  const ports = objects.portsOf(services, entry.scope)
  return rulesOfPolicy({ name, place, action, zones, ends, services: ports, isPart: narrowing.length > 0 }, context)
}

const textOf = (entry: Entry, field: string) => valuesIn(entry, field)[0]?.text

function isYes(entry: Entry, field: string, notes: Notes): boolean {
  const [value] = valuesIn(entry, field)
  if (value && value.text !== 'yes' && value.text !== 'no')
    notes.add(value.place, value.text, `is not a value of ${field}`)
  return value?.text === 'yes'
}

/** The fields that limit a rule to some of the traffic. */
function narrowingOf(entry: Entry, proves: boolean): string[] {
  const narrowing = NARROWING.filter((field) => valuesIn(entry, field).some(({ text }) => text !== 'any'))
  if (valuesIn(entry, 'target').some(({ text }) => !/^(?:negate no|devices|tags)$/.test(text))) narrowing.push('target')
  const type = textOf(entry, 'rule-type') ?? 'universal'
  if (type !== 'universal' && (proves || type !== 'interzone')) narrowing.push('rule-type')
  return narrowing
}

function endAt(end: End, entry: Entry, objects: Objects): PolicyEnd {
  const { name, scope, place } = entry
  const { notes } = objects
  const values = valuesIn(entry, end)
  const isNegated = isYes(entry, `negate-${end}`, notes)
  if (isNegated && values.some(({ text }) => text === 'any')) notes.add(place, name, `negates "any" in ${end}`)
  return endOf(values, {
    isNegated,
    everything: kit.everything(),
    isObject: (value) => objects.isLocalObject(value, scope),
    // Without the "-in" of an inbound rule.
    isOwn: ({ text }) => text === name || `${text}-in` === name,
    sideOf: (some) => objects.addressesOf(some, scope),
  })
}
