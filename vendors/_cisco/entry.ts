import type {
  EntryService,
  EntrySide,
  GroupValue,
  ListEntry,
  PortRange,
  PrefixSet,
  ReaderContext,
  Words,
} from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Entry } from './groups.ts'
import type { Services } from './services.ts'

export const ANY: EntrySide = { addresses: undefined, object: undefined, faults: [] }

/** The side that a group of addresses is; without the group, an object on the device, or `missing` as its fault. */
export function sideOfGroup(
  name: string,
  group: GroupValue<PrefixSet> | undefined,
  missing: string,
  { localObjects, purpose }: ReaderContext,
): EntrySide {
  if (localObjects?.includes(name) || (purpose === 'prove' && !group))
    return { ...ANY, object: { name, addresses: group?.found } }
  return { ...ANY, addresses: group?.found ?? kit.empty, faults: group?.faults ?? [missing] }
}

/** One side of an entry, with a flag if the entry covers only some of it. */
export type Side = EntrySide & { readonly isPart?: boolean }

/** The parts of an entry, in the order in which a device has them. Each is undefined where it is not understood. */
export interface EntrySyntax {
  protocol(words: Words): Services | undefined
  side(words: Words, end: 'source' | 'destination'): Side | undefined
  /** Ports after an address; `none` where another word comes next. */
  ports(words: Words): Services | 'none' | 'unknown'
  /** Takes the types of an entry about ICMP; true if there are any. */
  takeType(words: Words): boolean
  /** Takes the words after the sides. `isIdle`: the entry says nothing of new connections. */
  takeTail(words: Words): { readonly isPart: boolean; readonly isIdle: boolean }
  /** True if a name is that of a group of addresses. */
  isGroup(name: string): boolean
}

/** An entry for the kit; undefined if it is not about new connections; a text if it is not understood. */
export function readEntry(
  words: Words,
  { missing }: Entry,
  syntax: EntrySyntax,
  { purpose }: ReaderContext,
): ListEntry | string | undefined {
  const verb = words.take('permit', 'deny')
  if (!verb) return 'is not understood'
  const services = syntax.protocol(words)
  if (!services) return 'has an unknown protocol'
  const source = syntax.side(words, 'source')
  if (!source) return 'has an unknown source'
  const sourcePorts = syntax.ports(words)
  if (sourcePorts === 'unknown') return 'has unknown ports'
  const destination = syntax.side(words, 'destination')
  if (!destination) return 'has an unknown destination'
  const ports = syntax.ports(words)
  if (ports === 'unknown') return 'has unknown ports'
  const isType = services.found[0]?.protocol === 'icmp' && syntax.takeType(words)
  const tail = syntax.takeTail(words)
  if (tail.isIdle) return undefined
  const rest = words.rest()
  const early = purpose === 'prove' ? missing.filter((name) => syntax.isGroup(name)) : []
  const isPart = [isType, tail.isPart, source.isPart, destination.isPart, sourcePorts !== 'none', rest.length > 0]
  return {
    action: verb === 'permit' ? 'allow' : 'deny',
    services: ports === 'none' ? services.found : withPorts(services.found, ports),
    source,
    destination,
    isPart: isPart.includes(true),
    faults: [
      ...early.map((name) => `names ${name}, which is only defined after it`),
      ...services.faults,
      ...(ports === 'none' ? [] : ports.faults),
      ...[...source.faults, ...destination.faults],
      ...(rest.length > 0 ? [`has "${kit.inShort(rest.join(' '))}", which is not understood`] : []),
    ],
  }
}

/** Ports of any protocol. */
export function portsAlone(ports: readonly PortRange[] | 'none' | 'unknown'): Services | 'none' | 'unknown' {
  return typeof ports === 'string' ? ports : { found: [{ protocol: 'any', ports, isPart: false }], faults: [] }
}

/** The services that `services` and `ports` have in common. */
function withPorts(services: readonly EntryService[], ports: Services): EntryService[] {
  return services.flatMap((service) =>
    ports.found.flatMap((own): EntryService[] => {
      const protocol = own.protocol === 'any' ? service.protocol : own.protocol
      if (service.protocol !== 'any' && service.protocol !== protocol) return []
      const common = kit.commonPorts(service.ports, own.ports)
      return common.length === 0 ? [] : [{ ...service, protocol, ports: common, isPart: service.isPart || own.isPart }]
    }),
  )
}
