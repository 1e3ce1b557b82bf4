import type {
  AddressFamily,
  Direction,
  Entry,
  FoundRule,
  Notes,
  OptionValues,
  PrefixSet,
  ReaderContext,
  ReaderKit,
} from 'tagwall/reader'
import type { Addresses, Side } from './reader-objects.ts'
import type { ServiceTable } from './reader-services.ts'

export interface PolicyParts {
  readonly addresses: Addresses
  readonly services: ServiceTable
  readonly context: ReaderContext
  readonly notes: Notes
}

/** A policy in one direction. */
interface Part {
  readonly direction: Direction
  readonly coverage: FoundRule['coverage']
  readonly isPartByZone: boolean
  readonly addresses: PrefixSet
}

const PART_KEYS = ['direction', 'coverage', 'isPartByZone'] as const

const FAMILIES = [
  { family: 'ipv4', source: 'srcaddr', destination: 'dstaddr' },
  { family: 'ipv6', source: 'srcaddr6', destination: 'dstaddr6' },
] as const

const SIDES = ['srcaddr', 'dstaddr', 'srcaddr6', 'dstaddr6']
const REQUIRED = ['srcintf', 'dstintf', 'service', 'schedule']
const UNLIMITING = new Set([...SIDES, ...REQUIRED, 'name', 'action', 'status'])
/** With these a policy is about a part of the protected side; nothing else about it is in doubt. */
const PEOPLE = ['groups', 'users', 'fsso-groups']

/** Reads one policy: the rules that it is, in each direction and protocol. */
export function policyReader({ addresses, services, context, notes }: PolicyParts): (entry: Entry) => FoundRule[] {
  const { kit, narrow, options, purpose } = context
  const proves = purpose === 'prove'
  const namesOf = (option: string) => [options[option] ?? 'any'].flat().map(String)
  const asked = {
    local: narrow.fromZone ? [narrow.fromZone] : namesOf('srcintf'),
    remote: narrow.toZone ? [narrow.toZone] : namesOf('dstintf'),
  }
  const everything = { ipv4: kit.everything('ipv4'), ipv6: kit.everything('ipv6') }

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
    const action = isOn(entry, 'action', 'accept', 'deny') ? 'allow' : 'deny'
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
    const parts = FAMILIES.flatMap(({ family, source, destination }): Part[] => {
      const [from, to] = [sideOf(entry, family, source), sideOf(entry, family, destination)]
      if (from && to) return partsOf(entry, family, from, to, between)
      if (from || to) note(name, `has ${from ? source : destination} without ${from ? destination : source}`)
      return []
    })
    if (parts.length === 0 && proves) note(name, 'matches no addresses')
    const directed = merge(parts)
    return services.of(service, isOn(entry, 'service-negate')).flatMap(({ protocol, ports, isPart: isPartly }) =>
      directed.map(({ direction, coverage, isPartByZone, addresses }): FoundRule => {
        const rule: Omit<FoundRule, 'coverage'> = {
          name,
          place,
          direction,
          action,
          protocol,
          ports,
          remote: { addresses, tags: [] },
        }
        const isPart = isLimited || isPartly
        if (coverage === 'whole' && !isPart) return { ...rule, coverage }
        return { ...rule, coverage: 'part', isPartByZone: isPartByZone && !isPart }
      }),
    )
  }

  function isOn({ name, place, fields }: Entry, field: string, on = 'enable', off = 'disable'): boolean {
    const value = fields.get(field)?.[0]?.text ?? off
    if (value !== on && value !== off) {
      notes.add(place, `edit ${name}`, `has ${field} ${kit.inShort(value)}, which is not understood`)
    }
    return value === on
  }

  function sideOf(entry: Entry, family: AddressFamily, field: string): Side | undefined {
    const names = entry.fields.get(field)
    if (!names?.length) return undefined
    const side = addresses.of(family, names)
    if (isOn(entry, `${field}-negate`)) {
      return { ...side, addresses: everything[family].subtract(side.addresses) }
    }
    const v4Field = field.replace(/6$/, '')
    if (field === v4Field || entry.fields.has(`${field}-negate`) || !isOn(entry, `${v4Field}-negate`)) return side
    const reason = `has ${v4Field}-negate; whether that goes for ${field} too depends on the version`
    notes.add(entry.place, nameOf(entry), reason)
    return { ...side, isOpen: true }
  }

  function partsOf(
    { place }: Entry,
    family: AddressFamily,
    source: Side,
    destination: Side,
    found: ReturnType<ReaderKit['directionsBetween']>,
  ): Part[] {
    const isAny = ({ addresses, isOpen }: Side) => !isOpen && addresses.equals(everything[family])
    const isNothing = ({ addresses, isOpen }: Side) => !isOpen && addresses.isEmpty
    if (isNothing(source) || isNothing(destination)) return []
    // Where interfaces leave both directions, the side that is restricted is the remote one; a virtual IP is a local one.
    const isClear = destination.virtual !== undefined || isAny(source) !== isAny(destination)
    const clear = isAny(source) && destination.virtual === undefined ? 'outbound' : 'inbound'
    return found
      .filter(({ direction }) => found.length === 1 || !isClear || direction === clear)
      .flatMap(({ direction, isWhole }): Part[] => {
        const [local, remote] = direction === 'outbound' ? [source, destination] : [destination, source]
        if (remote.virtual !== undefined) {
          notes.add(place, remote.virtual, 'is a virtual IP on the remote side, which is not followed')
        }
        if (remote.addresses.isEmpty) return []
        const isPartByZone = !isWhole && isAny(local)
        return [
          {
            direction,
            coverage: isWhole && isAny(local) ? 'whole' : 'part',
            isPartByZone,
            addresses: remote.addresses,
          },
        ]
      })
  }

  /** The parts of both families as one where they differ in nothing else. */
  function merge(parts: readonly Part[]): Part[] {
    const merged: Part[] = []
    for (const part of parts) {
      const index = merged.findIndex((other) => PART_KEYS.every((key) => other[key] === part[key]))
      const same = merged[index]
      if (same) merged[index] = { ...same, addresses: addresses.union(same.addresses, part.addresses) }
      else merged.push(part)
    }
    return merged
  }

  function isWantedSchedule(name: string | undefined): boolean {
    return name === (options.schedule ?? 'always') || (!proves && name === 'always')
  }
}

/** The name of a policy. */
export const nameOf = ({ name, fields }: Entry) => fields.get('name')?.[0]?.text ?? `policy ${name}`

/** A script goes on with policies that may be there already: what it does not say would stay as it was. */
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
