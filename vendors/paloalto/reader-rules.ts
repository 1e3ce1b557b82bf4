import type { FoundRule, Notes, ReaderContext, Value } from 'tagwall/reader'
import { DIRECTIONS, type End, kit, openRule, zonesAsked } from '../_kit/kit.ts'
import { endOf, type PolicyEnd, rulesOfPolicy } from '../_policies/rules.ts'
import type { Objects } from './reader-objects.ts'
import { type Entry, valuesIn } from './reader-scopes.ts'
import type { RULEBASES } from './reader-sections.ts'
import type { Tree } from './reader-tree.ts'

/** Panorama's rules go around those of the firewall, the outermost first and last. */
export function entriesInOrder(tree: Tree, chain: readonly string[]): Entry[] {
  const of = (scope: string, rulebase: (typeof RULEBASES)[number]) => tree.inOrder(tree.scopes.section(scope, rulebase))
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
    .find((found) => found?.fields.action)
  if (!entry || valuesIn(entry, 'action')[0]?.text !== 'allow') return []
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
      notes.addAll(entry.notes ?? [])
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
    notes.addAll(entry.notes ?? [])
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
    return rulesOfPolicy(
      {
        name,
        place,
        action,
        zones,
        ends: { source: this.endAt('source'), destination: this.endAt('destination') },
        services: this.objects.portsOf(this.valuesOf('service'), entry.scope),
        isPart: narrowing.length > 0,
      },
      this.context,
    )
  }

  private valuesOf(field: string): readonly Value[] {
    return valuesIn(this.entry, field)
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

  private endAt(end: End): PolicyEnd {
    const { name, scope } = this.entry
    const values = this.valuesOf(end)
    const isNegated = this.isYes(`negate-${end}`)
    if (isNegated && values.some(({ text }) => text === 'any')) this.note(name, `negates "any" in ${end}`)
    return endOf(values, {
      isNegated,
      everything: kit.everything(),
      isObject: (value) => this.objects.isLocalObject(value, scope),
      // Without the "-in" of an inbound rule.
      isOwn: ({ text }) => text === name || `${text}-in` === name,
      sideOf: (some) => ({ addresses: this.objects.addressesOf(some, scope) }),
    })
  }
}
