import type { Entry, FoundRule, Notes, OptionValues, PrefixSet } from 'tagwall/reader'
import { FAMILIES, kit } from '../_kit/kit.ts'
import { isHarmless } from './reader-fields.ts'
import type { ServiceTable } from './reader-services.ts'
import { isOn, nameOf, PolicySides, type SideParts } from './reader-sides.ts'

interface PolicyParts extends SideParts {
  readonly services: ServiceTable
  /** Denials that do not hold for all that they name: traffic to virtual IPs goes on to a policy after them. */
  readonly skipped?: ReadonlySet<Entry>
}

/** A policy in one direction. */
interface Part extends Pick<FoundRule, 'direction' | 'coverage' | 'local'> {
  readonly isPartByZone: boolean
  readonly addresses: PrefixSet
}

const PART_KEYS = ['direction', 'coverage', 'isPartByZone'] as const

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
    return this.rulesOf(entry, action, this.directed(entry, between), isLimited)
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

  /** The policy in each direction that its interfaces leave. */
  private directed(entry: Entry, between: ReturnType<typeof kit.directionsBetween>): Part[] {
    const directions = between.map(({ direction }) => direction)
    const parts = FAMILIES.flatMap((family) =>
      new PolicySides(this.parts, entry, family).in(directions).map(({ direction, local, remote, isPart }): Part => {
        const isWhole = between.some((zone) => zone.direction === direction && zone.isWhole)
        const isOfSome = isPart || (direction === 'inbound' && this.parts.skipped?.has(entry) === true)
        const coverage = isWhole && !isOfSome ? 'whole' : 'part'
        return { direction, local, coverage, isPartByZone: !isWhole && !isOfSome, addresses: remote }
      }),
    )
    if (parts.length === 0 && this.proves) this.note(entry, 'matches no addresses')
    return this.merge(parts)
  }

  private rulesOf(
    entry: Entry,
    action: FoundRule['action'],
    directed: readonly Part[],
    isLimited: boolean,
  ): FoundRule[] {
    const { services, notes } = this.parts
    const service = entry.fields.get('service') as NonNullable<ReturnType<typeof entry.fields.get>>
    return services.of(service, isOn(entry, 'service-negate', notes)).flatMap(({ protocol, ports, family, ...found }) =>
      directed.flatMap(({ direction, local, coverage, isPartByZone, addresses: all }): FoundRule[] => {
        const remote = family ? all.family(family) : all
        if (remote.isEmpty) return []
        const traffic = { direction, action, protocol, ports, remote: { addresses: remote, tags: [] } }
        const rule = { name: nameOf(entry), place: entry.place, ...traffic, ...(local && { local }) }
        const isPart = isLimited || found.isPart
        if (coverage === 'whole' && !isPart) return [{ ...rule, coverage }]
        return [{ ...rule, coverage: 'part', isPartByZone: isPartByZone && !isPart }]
      }),
    )
  }

  /** The parts of both families as one where they differ in nothing else: no connection has addresses of two families. */
  private merge(parts: readonly Part[]): Part[] {
    const merged: Part[] = []
    for (const part of parts) {
      const index = merged.findIndex(
        (other) => PART_KEYS.every((key) => other[key] === part[key]) && this.join(other, part),
      )
      const same = merged[index]
      if (same) merged[index] = { ...same, ...this.join(same, part) }
      else merged.push(part)
    }
    return merged
  }

  /** Undefined if the local sides stay apart: each object goes with the remote addresses of its own family. */
  private join(a: Part, b: Part): Pick<Part, 'local' | 'addresses'> | undefined {
    const { addresses } = this.parts
    const both = { addresses: addresses.union(a.addresses, b.addresses) }
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
