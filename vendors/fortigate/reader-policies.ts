import type { Entry, FoundRule, Notes, OptionValues, PrefixSet, ReaderContext } from 'tagwall/reader'
import { kit } from './kit.ts'
import type { Addresses } from './reader-objects.ts'
import type { ServiceTable } from './reader-services.ts'
import { flagReader, nameOf, sideReader } from './reader-sides.ts'

export interface PolicyParts {
  readonly addresses: Addresses
  readonly services: ServiceTable
  readonly context: ReaderContext
  readonly notes: Notes
  /** Denials that do not hold for all that they name: traffic to virtual IPs goes on to a policy after them. */
  readonly skipped?: ReadonlySet<Entry>
}

/** A policy in one direction. */
interface Part extends Pick<FoundRule, 'direction' | 'coverage' | 'local'> {
  readonly isPartByZone: boolean
  readonly addresses: PrefixSet
}

const PART_KEYS = ['direction', 'coverage', 'isPartByZone'] as const

const FAMILIES = ['ipv4', 'ipv6'] as const
const SIDES = ['srcaddr', 'dstaddr', 'srcaddr6', 'dstaddr6']
const REQUIRED = ['srcintf', 'dstintf', 'service', 'schedule']
const UNLIMITING = new Set([...SIDES, ...REQUIRED, 'name', 'action', 'status', 'match-vip'])
/** With these fields a policy covers only a part of the local side, but is otherwise understood. */
const PEOPLE = ['groups', 'users', 'fsso-groups']

/** Reads one policy: the rules that it is, in each direction and protocol. */
export function policyReader({
  addresses,
  services,
  context,
  notes,
  skipped,
}: PolicyParts): (entry: Entry) => FoundRule[] {
  const { narrow, options, purpose } = context
  const proves = purpose === 'prove'
  const namesOf = (option: string) => [options[option] ?? 'any'].flat().map(String)
  const asked = {
    local: narrow.fromZone ? [narrow.fromZone] : namesOf('srcintf'),
    remote: narrow.toZone ? [narrow.toZone] : namesOf('dstintf'),
  }
  const isOn = flagReader(notes)
  const sidesOf = sideReader(addresses, context, notes)

  return (entry) => {
    const { fields, place } = entry
    const name = nameOf(entry)
    const note = (text: string, reason: string) => notes.add(place, text, reason)
    const valuesOf = (field: string) => (fields.get(field) ?? []).map(({ text }) => text)
    if (isOn(entry, 'status', 'disable', 'enable')) return []
    const missing = REQUIRED.filter((field) => valuesOf(field).length === 0)
    const between = kit.directionsBetween({ from: valuesOf('srcintf'), to: valuesOf('dstintf') }, asked, proves)
    if (between.length === 0 && !missing.some((field) => field.endsWith('intf'))) {
      if (proves) note(name, 'is between interfaces that the options do not name')
      return []
    }
    notes.addAll(entry.notes)
    for (const field of ['srcintf', 'dstintf']) {
      if (valuesOf(field).length > 1 && valuesOf(field).includes('any'))
        note(name, `has "any" beside others in ${field}`)
    }
    const action: FoundRule['action'] = isOn(entry, 'action', 'accept', 'deny') ? 'allow' : 'deny'
    if (action === 'deny' && !['deny', undefined].includes(valuesOf('action')[0])) return []
    const limits = [...fields.keys()].filter((field) => !UNLIMITING.has(field) && !field.endsWith('-negate'))
    const database = limits.filter((field) => field.startsWith('internet-service'))
    if (database.length > 0) {
      note(name, `matches by ${database.join(', ')}, whose addresses are not in the configuration`)
      return []
    }
    const service = fields.get('service')
    if (missing.length > 0 || !service) {
      note(name, `has no ${missing.join(', ')}`)
      return []
    }
    for (const field of limits) {
      if (proves || !PEOPLE.includes(field)) note(name, `is limited or widened by its ${field}`)
    }
    const isLimited = limits.length > 0 || !isWantedSchedule(valuesOf('schedule')[0])
    const directions = between.map(({ direction }) => direction)
    const parts = FAMILIES.flatMap((family) =>
      sidesOf(entry, family, directions).map(({ direction, local, remote, isPart }): Part => {
        const isWhole = between.some((zone) => zone.direction === direction && zone.isWhole)
        const isOfSome = isPart || (direction === 'inbound' && skipped?.has(entry) === true)
        const coverage = isWhole && !isOfSome ? 'whole' : 'part'
        return { direction, local, coverage, isPartByZone: !isWhole && !isOfSome, addresses: remote }
      }),
    )
    if (parts.length === 0 && proves) note(name, 'matches no addresses')
    const directed = merge(parts)
    return services
      .of(service, isOn(entry, 'service-negate'))
      .flatMap(({ protocol, ports, isPart: isPartly, family }) =>
        directed.flatMap(({ direction, local, coverage, isPartByZone, addresses: all }): FoundRule[] => {
          const remote = family ? all.family(family) : all
          if (remote.isEmpty) return []
          const traffic = { direction, action, protocol, ports, remote: { addresses: remote, tags: [] } }
          const rule = { name, place, ...traffic, ...(local && { local }) }
          const isPart = isLimited || isPartly
          if (coverage === 'whole' && !isPart) return [{ ...rule, coverage }]
          return [{ ...rule, coverage: 'part', isPartByZone: isPartByZone && !isPart }]
        }),
      )
  }

  /** The parts of both families as one where they differ in nothing else: no connection has addresses of two families. */
  function merge(parts: readonly Part[]): Part[] {
    const merged: Part[] = []
    for (const part of parts) {
      const index = merged.findIndex((other) => PART_KEYS.every((key) => other[key] === part[key]) && join(other, part))
      const same = merged[index]
      if (same) merged[index] = { ...same, ...join(same, part) }
      else merged.push(part)
    }
    return merged
  }

  /** Undefined if the local sides stay apart: each object goes with the remote addresses of its own family. */
  function join(a: Part, b: Part): Pick<Part, 'local' | 'addresses'> | undefined {
    const both = { addresses: addresses.union(a.addresses, b.addresses) }
    if (!a.local || !b.local) return a.local || b.local ? undefined : both
    if (a.local.objects.length > 0 || b.local.objects.length > 0) return undefined
    return { ...both, local: { addresses: addresses.union(a.local.addresses, b.local.addresses), objects: [] } }
  }

  function isWantedSchedule(name: string | undefined): boolean {
    return name === (options.schedule ?? 'always') || (!proves && name === 'always')
  }
}

/** A script may continue existing policies, so every field that it does not set keeps its old value. */
export function checkScript(policies: readonly Entry[], options: OptionValues, notes: Notes): void {
  const before = Number(options.firstPolicyId)
  const names = new Set<string>()
  for (const entry of policies) {
    const { name, fields, place } = entry
    const note = (reason: string) => notes.add(place, `edit ${name}`, reason)
    const isOwn = /^\d+$/.test(name) && Number(name) > before && Number(name) < before + 10_000
    if (!isOwn) note('is not one of the ids that firstPolicyId sets aside')
    if (names.has(nameOf(entry))) note(`has the name of another policy, ${nameOf(entry)}`)
    names.add(nameOf(entry))
    const unsaid = ['name', ...SIDES, ...REQUIRED, 'action', 'status'].filter((field) => !fields.has(field))
    if (unsaid.length > 0) note(`neither sets nor unsets ${unsaid.join(', ')}`)
  }
}
