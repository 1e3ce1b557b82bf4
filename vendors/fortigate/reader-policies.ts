import type { Entry, FoundRule, Notes, OptionValues } from 'tagwall/reader'
import { FAMILIES, kit } from '../_kit/kit.ts'
import { rulesOfPolicy } from '../_policies/rules.ts'
import { isHarmless } from './reader-fields.ts'
import type { ServiceTable } from './reader-services.ts'
import { isOn, nameOf, PolicyEnds, type SideParts } from './reader-sides.ts'

interface PolicyParts extends SideParts {
  readonly services: ServiceTable
  /** Denials that do not hold for all that they name: traffic to virtual IPs goes on to a policy after them. */
  readonly skipped?: ReadonlySet<Entry>
}

const ALIKE = ['direction', 'protocol', 'ports', 'coverage', 'isPartByZone'] as const

const SIDES = ['srcaddr', 'dstaddr', 'srcaddr6', 'dstaddr6']
const REQUIRED = ['srcintf', 'dstintf', 'service', 'schedule']
const UNLIMITING = new Set([...SIDES, ...REQUIRED, 'name', 'action', 'status', 'match-vip'])
/** Fields with which a policy covers only a part of the local side, but is otherwise understood. */
const PEOPLE = ['groups', 'users', 'fsso-groups']

/** Reads policies: the rules that each is, in each direction and protocol. */
export class PolicyReader {
  private readonly proves: boolean
  private readonly asked: { readonly local: readonly string[]; readonly remote: readonly string[] }

  constructor(private readonly parts: PolicyParts) {
    const { narrow, options, purpose } = parts.context
    const namesOf = (option: string) => [options[option] ?? 'any'].flat().map(String)
    this.proves = purpose === 'prove'
    this.asked = {
      local: narrow.fromZone ? [narrow.fromZone] : namesOf('srcintf'),
      remote: narrow.toZone ? [narrow.toZone] : namesOf('dstintf'),
    }
  }

  read(entry: Entry): FoundRule[] {
    const { notes } = this.parts
    if (isOn(entry, 'status', notes, 'disable', 'enable')) return []
    if (this.proves && !isOwn(entry, this.parts.context.options)) {
      this.leaveOut(entry, 'is not one of the ids that firstPolicyId sets aside')
      return []
    }
    const missing = REQUIRED.filter((field) => textsOf(entry, field).length === 0)
    const between = this.between(entry)
    if (between.length === 0 && !missing.some((field) => field.endsWith('intf'))) {
      if (this.proves) this.leaveOut(entry, 'is between interfaces that the options do not name')
      return []
    }
    notes.addAll(entry.notes)
    for (const field of ['srcintf', 'dstintf']) {
      const names = textsOf(entry, field)
      if (names.length > 1 && names.includes('any')) this.note(entry, `has "any" beside others in ${field}`)
    }
    const action: FoundRule['action'] = isOn(entry, 'action', notes, 'accept', 'deny') ? 'allow' : 'deny'
    if (action === 'deny' && !['deny', undefined].includes(textsOf(entry, 'action')[0])) return []
    const limits = [...entry.fields.keys()].filter(
      (field) => !UNLIMITING.has(field) && !isHarmless(field) && !field.endsWith('-negate'),
    )
    const database = limits.filter((field) => field.startsWith('internet-service'))
    if (database.length > 0) {
      this.note(entry, `matches by ${database.join(', ')}, whose addresses are not in the configuration`)
      return []
    }
    if (missing.length > 0) {
      this.note(entry, `has no ${missing.join(', ')}`)
      return []
    }
    for (const field of limits) {
      if (this.proves || !PEOPLE.includes(field)) this.note(entry, `is limited or widened by its ${field}`)
    }
    const isTimed = !this.isWantedSchedule(textsOf(entry, 'schedule')[0])
    if (isTimed && this.proves) {
      this.leaveOut(entry, 'has a schedule that the options do not name')
      return []
    }
    const isLimited = limits.length > 0 || isTimed
    return this.rulesOf(entry, action, between, isLimited)
  }

  private note(entry: Entry, reason: string): void {
    this.parts.notes.add(entry.place, nameOf(entry), reason)
  }

  private leaveOut(entry: Entry, reason: string): void {
    this.parts.notes.add(entry.place, nameOf(entry), reason, { isByOptions: true })
  }

  private between(entry: Entry): ReturnType<typeof kit.directionsBetween> {
    const ends = { from: textsOf(entry, 'srcintf'), to: textsOf(entry, 'dstintf') }
    return kit.directionsBetween(ends, this.asked, this.proves)
  }

  private rulesOf(
    entry: Entry,
    action: FoundRule['action'],
    between: ReturnType<typeof kit.directionsBetween>,
    isLimited: boolean,
  ): FoundRule[] {
    const { services, notes, skipped, context } = this.parts
    const names = entry.fields.get('service') as NonNullable<ReturnType<typeof entry.fields.get>>
    const policy = {
      name: nameOf(entry),
      place: entry.place,
      action,
      services: services.of(names, isOn(entry, 'service-negate', notes)),
    }
    const rules = FAMILIES.flatMap((family) => {
      const read = new PolicyEnds(this.parts, entry, family).read(between)
      if (!read) return []
      // Traffic to a virtual IP may go on to a later policy.
      return rulesOfPolicy({ ...policy, ...read, isPart: isLimited }, context).map((rule): FoundRule => {
        const isPart = rule.direction === 'inbound' && skipped?.has(entry) === true
        return isPart ? { ...rule, coverage: 'part', isPartByZone: false } : rule
      })
    })
    if (rules.length === 0 && this.proves) this.note(entry, 'matches no addresses')
    return this.merge(rules)
  }

  /** The rules of both families as one where they differ in nothing else: no connection has addresses of two families. */
  private merge(rules: readonly FoundRule[]): FoundRule[] {
    const merged: FoundRule[] = []
    for (const rule of rules) {
      const index = merged.findIndex(
        (other) => ALIKE.every((key) => other[key] === rule[key]) && this.join(other, rule),
      )
      const same = merged[index]
      if (same) merged[index] = { ...same, ...this.join(same, rule) }
      else merged.push(rule)
    }
    return merged
  }

  /** Undefined if the local sides stay apart: each object goes with the remote addresses of its own family. */
  private join(a: FoundRule, b: FoundRule): Pick<FoundRule, 'local' | 'remote'> | undefined {
    const { addresses } = this.parts
    const both = { remote: { addresses: addresses.union(a.remote.addresses, b.remote.addresses), tags: [] } }
    if (!a.local || !b.local) return a.local || b.local ? undefined : both
    if (a.local.objects.length > 0 || b.local.objects.length > 0) return undefined
    return { ...both, local: { addresses: addresses.union(a.local.addresses, b.local.addresses), objects: [] } }
  }

  private isWantedSchedule(name: string | undefined): boolean {
    return name === (this.parts.context.options.schedule ?? 'always') || (!this.proves && name === 'always')
  }
}

const textsOf = ({ fields }: Entry, field: string) => (fields.get(field) ?? []).map(({ text }) => text)

/** True if a policy has an id that the options set aside. */
function isOwn({ name }: Entry, { firstPolicyId }: OptionValues): boolean {
  const before = Number(firstPolicyId)
  return /^\d+$/.test(name) && Number(name) > before && Number(name) < before + 10_000
}

/** A script may continue existing policies, so every field that it does not set keeps its old value. */
export function checkScript(policies: readonly Entry[], notes: Notes): void {
  const names = new Set<string>()
  for (const entry of policies) {
    const { name, fields, place } = entry
    const note = (reason: string) => notes.add(place, `edit ${name}`, reason)
    if (names.has(nameOf(entry))) note(`has the name of another policy, ${nameOf(entry)}`)
    names.add(nameOf(entry))
    const unsaid = ['name', ...SIDES, ...REQUIRED, 'action', 'status'].filter((field) => !fields.has(field))
    if (unsaid.length > 0) note(`neither sets nor unsets ${unsaid.join(', ')}`)
  }
}
