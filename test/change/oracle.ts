// What files allow, and what a change of them opens and closes: plain arithmetic on runs of addresses, which shares no code with the program.

/** An inclusive run of addresses, or of ports. */
export interface Run {
  readonly first: bigint
  readonly last: bigint
}

export type Runs = readonly Run[]
export type Family = 'ipv4' | 'ipv6'
export type Direction = 'inbound' | 'outbound'
export type Protocol = 'tcp' | 'udp' | 'icmp' | 'any'

/** A set of connections: every combination of its sides. */
export interface Box {
  readonly direction: Direction
  readonly family: Family
  readonly protocol: Protocol | 'other'
  /** Empty: all. */
  readonly ports: Runs
  readonly local: LocalSide
  readonly remote: Runs
}

/** A local side. An address may be in an object of the device: nobody knows what objects hold. */
export interface LocalSide {
  /** Where addresses differ. */
  readonly runs: Runs
  /** The objects that matter. */
  readonly objects: readonly string[]
  /** Whether an address is meant that is in one object, or in none. */
  has(address: bigint, object: string | undefined): boolean
}

/** One line of a file: in its order, the first that matches decides. */
export interface Entry extends Box {
  readonly name: string
  readonly allows: boolean
}

/** One direction, family, protocol, port and local address, in one object or in none. */
export interface Point {
  readonly direction: Direction
  readonly family: Family
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'other'
  readonly port: bigint
  readonly local: bigint
  /** The one object that holds the local address. */
  readonly object: string | undefined
}

const BITS = { ipv4: 32, ipv6: 128 } as const
/** Every address of a family. */
export const anyAddress = (family: Family): Runs => [{ first: 0n, last: (1n << BigInt(BITS[family])) - 1n }]

/** Any local side. */
export const ANY: LocalSide = { runs: [], objects: [], has: () => true }

/** These local addresses. */
export const addressesAt = (runs: Runs): LocalSide => ({ runs, objects: [], has: (address) => has(runs, address) })

/** The addresses that an object holds. */
export const objectAt = (name: string): LocalSide => ({
  runs: [],
  objects: [name],
  has: (_, object) => object === name,
})

export const familyOf = (text: string): Family => (text.includes(':') ? 'ipv6' : 'ipv4')

/** The addresses of `192.0.2.0/24` or `192.0.2.1`. */
export function runOf(text: string): Run {
  const [address = '', length] = text.split('/')
  const bits = BITS[familyOf(text)]
  const size = 1n << BigInt(bits - Number(length ?? bits))
  const first = numberOf(address)
  return { first, last: first + size - 1n }
}

/** An address as a number. */
export function numberOf(text: string): bigint {
  if (familyOf(text) === 'ipv4') return text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
  const [head = '', tail] = text.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const left = groups(head)
  const right = tail === undefined ? [] : groups(tail)
  const zeros = new Array(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right].reduce((sum, part) => sum * 65536n + BigInt(`0x${part}`), 0n)
}

/** The fewest prefixes of runs. */
export function prefixesOf(runs: Runs, family: Family): string[] {
  return tidy(runs).flatMap(({ first, last }) => {
    const texts: string[] = []
    let at = first
    while (at <= last) {
      let bits = 0
      while (bits < BITS[family] && at % (2n << BigInt(bits)) === 0n && at + (2n << BigInt(bits)) - 1n <= last) bits++
      texts.push(`${addressText(at, family)}/${BITS[family] - bits}`)
      at += 1n << BigInt(bits)
    }
    return texts
  })
}

function addressText(address: bigint, family: Family): string {
  const [count, width] = family === 'ipv4' ? [4, 8n] : [8, 16n]
  const parts = Array.from(
    { length: count },
    (_, index) => (address >> (width * BigInt(count - 1 - index))) & ((1n << width) - 1n),
  )
  if (family === 'ipv4') return parts.join('.')
  const groups = parts.map((part) => part.toString(16)).join(':')
  const [zeros] = [...groups.matchAll(/(?<![^:])0(?::0)+(?![^:])/g)].sort(([a], [b]) => b.length - a.length)
  if (!zeros) return groups
  const [left, right] = [groups.slice(0, zeros.index), groups.slice(zeros.index + zeros[0].length)]
  return `${left.replace(/:$/, '')}::${right.replace(/^:/, '')}`
}

/** Sorted, and joined where they touch. */
export function tidy(runs: Runs): Runs {
  const tidied: Run[] = []
  for (const run of [...runs].sort((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = tidied.at(-1)
    if (before && run.first <= before.last + 1n)
      tidied.splice(-1, 1, { first: before.first, last: later(before.last, run.last) })
    else tidied.push(run)
  }
  return tidied
}

const later = (a: bigint, b: bigint) => (a > b ? a : b)
const earlier = (a: bigint, b: bigint) => (a < b ? a : b)

export function without(runs: Runs, others: Runs): Runs {
  return others.reduce<Runs>(
    (rest, { first, last }) =>
      rest.flatMap((run) => {
        if (last < run.first || first > run.last) return [run]
        const left = first > run.first ? [{ first: run.first, last: first - 1n }] : []
        const right = last < run.last ? [{ first: last + 1n, last: run.last }] : []
        return [...left, ...right]
      }),
    runs,
  )
}

export const both = (runs: Runs, others: Runs): Runs =>
  tidy(
    runs.flatMap((run) =>
      others.flatMap(({ first, last }) => {
        const [from, to] = [later(first, run.first), earlier(last, run.last)]
        return from > to ? [] : [{ first: from, last: to }]
      }),
    ),
  )

export const sizeOf = (runs: Runs): bigint => tidy(runs).reduce((sum, { first, last }) => sum + last - first + 1n, 0n)

export const textOf = (runs: Runs): string =>
  tidy(runs)
    .map(({ first, last }) => `${first.toString(16)}-${last.toString(16)}`)
    .join(' ')

/** Whether a box is about connections of a point. */
export function meets({ direction, family, protocol, ports, local }: Box, at: Point): boolean {
  return (
    direction === at.direction &&
    family === at.family &&
    (protocol === 'any' || protocol === at.protocol) &&
    (ports.length === 0 || has(ports, at.port)) &&
    local.has(at.local, at.object)
  )
}

const has = (runs: Runs, point: bigint) => runs.some(({ first, last }) => first <= point && point <= last)

/** The remote addresses that the first entries that match decide, with their names, and the addresses that none decides. */
export function decisions(entries: readonly Entry[], at: Point): { name: string; allows: boolean; remote: Runs }[] {
  let rest = anyAddress(at.family)
  const decided = entries.flatMap((entry) => {
    if (!meets(entry, at)) return []
    const remote = both(rest, entry.remote)
    rest = without(rest, entry.remote)
    return [{ name: entry.name, allows: entry.allows, remote }]
  })
  return [...decided, { name: '', allows: false, remote: rest }]
}

/** The remote addresses that entries allow at a point. */
export const allowedAt = (entries: readonly Entry[], at: Point): Runs =>
  tidy(decisions(entries, at).flatMap(({ allows, remote }) => (allows ? remote : [])))

/** One point for each way in which boxes differ: between two of them, all boxes treat every connection alike. */
export function pointsOf(boxes: readonly Box[]): Point[] {
  const starts = (runs: readonly Run[]) => [...new Set([0n, ...runs.flatMap(({ first, last }) => [first, last + 1n])])]
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const own = boxes.filter((box) => box.family === family)
    const [{ last }] = anyAddress(family) as [Run]
    const locals = starts(own.flatMap(({ local }) => local.runs)).filter((address) => address <= last)
    const objects = [undefined, ...new Set(own.flatMap(({ local }) => local.objects))]
    const ports = starts(own.flatMap(({ ports }) => ports)).filter((port) => port <= 65535n)
    return (['inbound', 'outbound'] as const)
      .filter((direction) => own.some((box) => box.direction === direction))
      .flatMap((direction) =>
        (['tcp', 'udp', 'icmp', 'other'] as const).flatMap((protocol) =>
          (protocol === 'tcp' || protocol === 'udp' ? ports : [0n]).flatMap((port) =>
            locals.flatMap((local) => objects.map((object) => ({ direction, family, protocol, port, local, object }))),
          ),
        ),
      )
  })
}
