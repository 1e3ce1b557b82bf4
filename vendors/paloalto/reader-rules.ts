import type { Direction, FoundRule, Notes, PrefixSet, ReaderContext, Value } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Objects } from './reader-objects.ts'
import type { Entry } from './reader-scopes.ts'
import type { RULEBASES } from './reader-sections.ts'
import { sideReader } from './reader-sides.ts'
import type { Tree } from './reader-tree.ts'

/** Panorama's rules go around those of the firewall, the outermost first and last. */
export function entriesInOrder(tree: Tree, chain: readonly string[]): Entry[] {
  const of = (scope: string, rulebase: (typeof RULEBASES)[number]) => tree.scopes.entriesOf(scope, rulebase)
  return [
    ...[...chain].reverse().flatMap((scope) => of(scope, 'pre-rulebase')),
    ...chain.flatMap((scope) => of(scope, 'rulebase')),
    ...chain.flatMap((scope) => of(scope, 'post-rulebase')),
  ]
}

/** Traffic between zones that no rule matches is denied, unless that has been changed. */
export function defaultRules(tree: Tree, chain: readonly string[], everything: PrefixSet): FoundRule[] {
  const entry = chain
    .map((scope) => tree.scopes.section(scope, 'default-rules')?.get('interzone-default'))
    .find((found) => found)
  if (entry?.fields.get('action')?.[0]?.text !== 'allow') return []
  const { name, place } = entry
  const rule = {
    name,
    place,
    action: 'allow',
    protocol: 'any',
    ports: [{ first: 0, last: 65535 }],
    coverage: 'whole',
  } as const
  return DIRECTIONS.map((direction) => ({ ...rule, direction, remote: { addresses: everything, tags: [] } }))
}

const DIRECTIONS: readonly Direction[] = ['outbound', 'inbound']
/** The fields that a rule needs before it can be committed. */
export const REQUIRED = 'from to source destination application service action'.split(' ')
const ACTIONS: Readonly<Record<string, FoundRule['action']>> = {
  allow: 'allow',
  deny: 'deny',
  drop: 'deny',
  'reset-client': 'deny',
  'reset-server': 'deny',
  'reset-both': 'deny',
}
/** Fields that limit a rule to some of the traffic if their value is not `any`. */
const NARROWING = [
  ...['application', 'source-user', 'category', 'hip-profiles', 'source-hip', 'destination-hip', 'schedule'],
  ...['source-imsi', 'source-imei', 'source-nw-slice', 'devices', 'saas-tenant-list', 'saas-user-list'],
]

/** The rules that an entry is, in each direction and protocol. */
export function rulesOf(entry: Entry, objects: Objects, context: ReaderContext, notes: Notes): FoundRule[] {
  const { name, place, fields, scope } = entry
  const proves = context.purpose === 'prove'
  const valuesOf = (field: string): readonly Value[] => fields.get(field) ?? []
  const textOf = (field: string) => valuesOf(field)[0]?.text
  const note = (text: string, reason: string, at = place) => notes.add(at, text, reason)
  const isYes = (field: string) => {
    const [value] = valuesOf(field)
    if (value && value.text !== 'yes' && value.text !== 'no')
      note(value.text, `is not a value of ${field}`, value.place)
    return value?.text === 'yes'
  }
  if (isYes('disabled')) return []
  if (textOf('rule-type') === 'intrazone' && !proves) return []
  const missing = REQUIRED.filter((field) => valuesOf(field).length === 0)
  if (missing.length > 0) {
    notes.addAll(entry.notes)
    note(name, `has no ${missing.join(', ')}`)
    return []
  }
  for (const field of REQUIRED) {
    const values = valuesOf(field)
    const any = values.find(({ text }) => text === 'any')
    if (any && values.length > 1) note(name, `has "any" beside others in ${field}`, any.place)
  }
  const { narrow, options } = context
  const [from = [], to = []] = REQUIRED.map((field) => valuesOf(field).map(({ text }) => text))
  const asked = {
    local: narrow.fromZone ? [narrow.fromZone] : [options.protectedZone].flat().map(String),
    remote: narrow.toZone ? [narrow.toZone] : [options.internetZone].flat().map(String),
  }
  const zones = kit.directionsBetween({ from, to }, asked, proves)
  if (zones.length === 0) {
    if (proves) note(name, 'is between zones that the options do not name')
    return []
  }
  notes.addAll(entry.notes)
  const actionText = textOf('action') as string
  const action = Object.hasOwn(ACTIONS, actionText) ? ACTIONS[actionText] : undefined
  if (!action) {
    note(actionText, 'is not an action', valuesOf('action')[0]?.place)
    return []
  }
  const narrowing = NARROWING.filter((field) => valuesOf(field).some(({ text }) => text !== 'any'))
  if (valuesOf('target').some(({ text }) => !/^(?:negate no|devices|tags)$/.test(text))) narrowing.push('target')
  const type = textOf('rule-type') ?? 'universal'
  if (type !== 'universal' && (proves || type !== 'interzone')) narrowing.push('rule-type')
  if (proves) for (const field of narrowing) note(name, `is limited by its ${field}`, valuesOf(field)[0]?.place)
  const isDefault = valuesOf('service').some(({ text }) => text === 'application-default')
  if (isDefault && action === 'allow' && !narrowing.includes('application')) {
    note(
      'application-default',
      'allows every application on its default ports, which are unknown',
      valuesOf('service')[0]?.place,
    )
  }
  const negated = new Set(['source', 'destination'].filter((field) => isYes(`negate-${field}`)))
  for (const field of negated) {
    if (valuesOf(field).some(({ text }) => text === 'any')) note(name, `negates "any" in ${field}`)
  }
  const sides = sideReader(entry, negated, objects, context)
  const found = sides.among(zones).flatMap((zone) => {
    const own = sides.of(zone.direction)
    return own ? [{ ...zone, ...own }] : []
  })
  return objects.portsOf(valuesOf('service'), scope).flatMap(({ protocol, ports, isPart }) =>
    found.map(({ direction, isWhole, local, remote, isPart: isSidePart }): FoundRule => {
      const isWholeButZones = !isSidePart && !isPart && narrowing.length === 0
      const traffic = { direction, action, protocol, ports, remote: { addresses: remote, tags: [] } }
      const rule = { name, place, ...traffic, ...(local && { local }) }
      if (isWhole && isWholeButZones) return { ...rule, coverage: 'whole' }
      return { ...rule, coverage: 'part', isPartByZone: isWholeButZones }
    }),
  )
}
