import type { Direction, FoundLocal, FoundRule, Notes, PrefixSet, ReaderContext, Value } from 'tagwall/reader'
import { DIRECTIONS, ENDS, type End, kit, LOCAL_END, openRule, REMOTE_END, zonesAsked } from '../_kit/kit.ts'
import type { Objects } from './reader-objects.ts'
import type { Entry } from './reader-scopes.ts'
import type { RULEBASES } from './reader-sections.ts'
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
export function defaultRules(tree: Tree, chain: readonly string[]): FoundRule[] {
  const entry = chain
    .map((scope) => tree.scopes.section(scope, 'default-rules')?.get('interzone-default'))
    .find((found) => found)
  if (entry?.fields.get('action')?.[0]?.text !== 'allow') return []
  const { name, place } = entry
  return DIRECTIONS.map((direction) => openRule(direction, name, place))
}

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

/** Expands a rulebase entry: one rule per direction and protocol. */
export const rulesOf = (entry: Entry, objects: Objects, context: ReaderContext, notes: Notes): FoundRule[] =>
  new RuleReader(entry, objects, context, notes).rules()

class RuleReader {
  private readonly proves: boolean
  private readonly negated = new Set<End>()

  constructor(
    private readonly entry: Entry,
    private readonly objects: Objects,
    private readonly context: ReaderContext,
    private readonly notes: Notes,
  ) {
    this.proves = context.purpose === 'prove'
  }

  rules(): FoundRule[] {
    const { entry, notes, proves } = this
    const { name, place } = entry
    if (this.isYes('disabled')) return []
    if (this.textOf('rule-type') === 'intrazone' && !proves) return []
    const missing = REQUIRED.filter((field) => this.valuesOf(field).length === 0)
    if (missing.length > 0) {
      notes.addAll(entry.notes)
      this.note(name, `has no ${missing.join(', ')}`)
      return []
    }
    for (const field of REQUIRED) {
      const values = this.valuesOf(field)
      const any = values.find(({ text }) => text === 'any')
      if (any && values.length > 1) this.note(name, `has "any" beside others in ${field}`, any.place)
    }
    const zones = this.zones()
    if (zones.length === 0) {
      const reason = 'is between zones that the options do not name'
      if (proves) notes.add(entry.place, name, reason, { isByOptions: true })
      return []
    }
    notes.addAll(entry.notes)
    const actionText = this.textOf('action') as string
    const action = Object.hasOwn(ACTIONS, actionText) ? ACTIONS[actionText] : undefined
    if (!action) {
      this.note(actionText, 'is not an action', this.valuesOf('action')[0]?.place)
      return []
    }
    const narrowing = this.narrowing()
    if (proves)
      for (const field of narrowing) this.note(name, `is limited by its ${field}`, this.valuesOf(field)[0]?.place)
    const [service] = this.valuesOf('service')
    const isDefault = this.valuesOf('service').some(({ text }) => text === 'application-default')
    if (isDefault && action === 'allow' && !narrowing.includes('application')) {
      const reason = 'allows every application on its default ports, which are unknown'
      this.note('application-default', reason, service?.place)
    }
    for (const end of ENDS.filter((end) => this.isYes(`negate-${end}`))) {
      this.negated.add(end)
      if (this.valuesOf(end).some(({ text }) => text === 'any')) this.note(name, `negates "any" in ${end}`)
    }
    const end = zones.length > 1 ? this.localEnd() : undefined
    const found = zones.flatMap((zone) => {
      const own = !end || LOCAL_END[zone.direction] === end ? this.sidesIn(zone.direction) : undefined
      return own ? [{ ...zone, ...own }] : []
    })
    return this.objects.portsOf(this.valuesOf('service'), entry.scope).flatMap(({ protocol, ports, isPart }) =>
      found.map(({ direction, isWhole, local, remote, isPart: isSidePart }): FoundRule => {
        const isWholeButZones = !isSidePart && !isPart && narrowing.length === 0
        const traffic = { direction, action, protocol, ports, remote: { addresses: remote, tags: [] } }
        const rule = { name, place, ...traffic, ...(local && { local }) }
        if (isWhole && isWholeButZones) return { ...rule, coverage: 'whole' }
        return { ...rule, coverage: 'part', isPartByZone: isWholeButZones }
      }),
    )
  }

  private valuesOf(field: string): readonly Value[] {
    return this.entry.fields.get(field) ?? []
  }

  private textOf(field: string): string | undefined {
    return this.valuesOf(field)[0]?.text
  }

  private note(text: string, reason: string, at = this.entry.place): void {
    this.notes.add(at, text, reason)
  }

  private isYes(field: string): boolean {
    const [value] = this.valuesOf(field)
    if (value && value.text !== 'yes' && value.text !== 'no')
      this.note(value.text, `is not a value of ${field}`, value.place)
    return value?.text === 'yes'
  }

  private zones(): ReturnType<typeof kit.directionsBetween> {
    const [from = [], to = []] = ['from', 'to'].map((field) => this.valuesOf(field).map(({ text }) => text))
    return kit.directionsBetween({ from, to }, zonesAsked(this.context), this.proves)
  }

  /** The fields that limit the rule to some of the traffic. */
  private narrowing(): string[] {
    const narrowing = NARROWING.filter((field) => this.valuesOf(field).some(({ text }) => text !== 'any'))
    if (this.valuesOf('target').some(({ text }) => !/^(?:negate no|devices|tags)$/.test(text))) narrowing.push('target')
    const type = this.textOf('rule-type') ?? 'universal'
    if (type !== 'universal' && (this.proves || type !== 'interzone')) narrowing.push('rule-type')
    return narrowing
  }

  private without(end: End, addresses: PrefixSet): PrefixSet {
    return this.negated.has(end) ? kit.everything().subtract(addresses) : addresses
  }

  private localAt(end: End): FoundLocal & { readonly isPart: boolean } {
    const found = this.objects.localOf(this.valuesOf(end), this.entry.scope)
    const isPart = this.negated.has(end) && found.objects.length > 0
    return { addresses: this.without(end, found.addresses), objects: isPart ? [] : found.objects, isPart }
  }

  private isAny(end: End): boolean {
    const { addresses, objects, isPart } = this.localAt(end)
    const every = [kit.everything(), kit.everything('ipv4'), kit.everything('ipv6')]
    return objects.length === 0 && !isPart && every.some((set) => addresses.equals(set))
  }

  /** The local side if the zones allow both directions; undefined if unknown. */
  private localEnd(): End | undefined {
    const { name, scope } = this.entry
    const named = ENDS.filter((end) => this.valuesOf(end).some((value) => this.objects.isLocalObject(value, scope)))
    if (named.length === 1) return named[0]
    // The side that is restricted is the remote one, unless it is surely local.
    const open = ENDS.filter((end) => this.isAny(end))
    const [other] = ENDS.filter((end) => !open.includes(end))
    if (open.length === 1 && other && !kit.areLocal(this.localAt(other).addresses, this.context.remotes)) return open[0]
    // In tagwall's own files, the group with the remote side is named like the rule, or the rule without its "-in".
    const isOwn = ({ text }: Value) => text === name || `${text}-in` === name
    const own = ENDS.filter((end) => this.valuesOf(end).every(isOwn))
    return own.length === 1 ? ENDS.find((end) => end !== own[0]) : undefined
  }

  /** The sides in one direction; undefined if one of them has no address. `isPart`: only an unknown part of the local side. */
  private sidesIn(direction: Direction) {
    const { addresses, objects, isPart } = this.localAt(LOCAL_END[direction])
    const end = REMOTE_END[direction]
    const remote = this.without(end, this.objects.addressesOf(this.valuesOf(end), this.entry.scope))
    if (objects.length === 0 && addresses.isEmpty) return undefined
    const sides = kit.oneFamily({ addresses, objects }, remote)
    return sides.remote.isEmpty ? undefined : { ...sides, isPart }
  }
}
