import type {
  AddressFamily,
  Direction,
  FoundRule,
  Note,
  PortRange,
  Prefix,
  PrefixSet,
  ReaderKit,
  RuleMember,
  Traffic,
} from 'tagwall/reader'
import type { Doubt, Doubts } from './reader-doubts.ts'
import type { Rule } from './reader-rule.ts'
import type { Chain } from './reader-tables.ts'
import { EVERY_PORT, EVERY_PROTOCOL, subtractPorts } from './reader-values.ts'

/** Where connections of one direction come in. */
export interface Entry {
  readonly chain: string
  readonly direction: Direction
  /** Whether only connections of that direction come there; where both do, a rule's addresses tell which it is about. */
  readonly isDecided: boolean
  /** The interfaces that they have, where somebody said. */
  readonly interfaces: { readonly in?: string | undefined; readonly out?: string | undefined }
}

interface Walk {
  readonly entry: Entry
  readonly table: string
  readonly doubts: Doubts
  readonly chains: ReadonlyMap<string, Chain>
  readonly rules: ReadonlyMap<string, readonly Rule[]>
  readonly family: AddressFamily
  readonly part: string
  readonly kit: ReaderKit
  readonly notes: Note[]
}

/** Connections that rules may still be asked about. */
interface Box {
  readonly protocols: number
  readonly ports: readonly PortRange[]
  readonly source: PrefixSet | undefined
  readonly destination: PrefixSet | undefined
  /** What makes it a part of the connections that the rest describes: an interface that nobody said, or anything else. */
  readonly part: 'no' | 'interface' | 'other'
}

const EVERY_CONNECTION: Box = {
  protocols: EVERY_PROTOCOL,
  ports: EVERY_PORT,
  source: undefined,
  destination: undefined,
  part: 'no',
}

/** Chains that fork and fork again have no end that a person could wait for. */
const MOST_STEPS = 1_000_000

/**
 * The rules that connections meet from an entry on, in order, without chains: a jump stands for the rules behind it,
 * each only as far as the jump goes; a RETURN takes what it matches from the rest of its chain.
 */
export function walk({ entry, table, doubts, chains, rules, family, part, kit, notes }: Walk): FoundRule[] {
  const found: FoundRule[] = []
  const everything = kit.everything(family)
  let steps = 0
  follow(chains.get(entry.chain) as Chain, [EVERY_CONNECTION], undefined, [])
  const { policy, line, name } = chains.get(entry.chain) as Chain
  if (table !== 'filter') {
    const doubt = { text: `policy of ${name}`, reason: `drops in the table ${table}, which is not followed` }
    if (policy === 'DROP') doubts.add({ part, line }, doubt, trafficOf([EVERY_CONNECTION]))
  } else if (policy === 'ACCEPT' || policy === 'DROP') {
    emit([EVERY_CONNECTION], { action: policy === 'ACCEPT' ? 'allow' : 'deny', line, name: `policy of ${name}` })
  } else if (policy !== undefined)
    notes.push({ place: { part, line }, text: name, reason: `has the policy ${policy}, which is not understood` })
  return found

  function follow(
    chain: Chain,
    arriving: readonly Box[],
    inherited: string | undefined,
    trail: readonly string[],
  ): void {
    let boxes = arriving
    for (const rule of rules.get(chain.name) ?? []) {
      if (boxes.length === 0) return
      steps += boxes.length
      if (steps > MOST_STEPS) {
        tooMuch(chain)
        return
      }
      const condition = conditionOf(rule)
      if (!condition) continue
      for (const doubt of rule.doubts) noteDoubt(doubt, rule, condition, boxes)
      const inside = boxes.flatMap((box) => intersect(box, condition) ?? [])
      if (inside.length === 0) continue
      const { verdict, line } = rule
      const name = rule.name ?? inherited
      if (verdict.kind === 'allow' || verdict.kind === 'deny') {
        if (rule.lines) emitLines(inside, rule, verdict.kind, inherited ?? chain.name)
        else emit(inside, { action: verdict.kind, line, name: name ?? chain.name })
        continue
      }
      if ('chain' in verdict) {
        if (trail.includes(verdict.chain) || verdict.chain === chain.name) {
          notes.push({ place: { part, line }, text: verdict.chain, reason: 'is a chain that leads back to itself' })
          continue
        }
        follow(chains.get(verdict.chain) as Chain, inside, name, [...trail, chain.name])
      }
      // What a goto took away does not come back to this chain.
      if (verdict.kind !== 'jump') boxes = boxes.flatMap((box) => without(box, condition, everything))
    }
  }

  function conditionOf(rule: Rule): Box | undefined {
    if (rule.isToSelf && entry.direction === 'outbound') return undefined
    let part: Box['part'] = rule.isPart ? 'other' : 'no'
    for (const { side, name, isNegated } of rule.interfaces) {
      const actual = entry.interfaces[side]
      if (actual === undefined) part = worse(part, 'interface')
      else if (isNegated === isInterface(name, actual)) return undefined
    }
    return { ...rule, part }
  }

  function noteDoubt(doubt: Doubt, { line }: Rule, condition: Box, boxes: readonly Box[]): void {
    if (doubt.direction !== undefined && doubt.direction !== entry.direction) return
    const outline = doubt.side ? { ...condition, [doubt.side]: undefined } : condition
    doubts.add({ part, line }, doubt, trafficOf(boxes.flatMap((box) => intersect(box, outline) ?? [])))
  }

  /** Rules that are alike but for a name and an address: as one, if that address is the far one. */
  function emitLines(boxes: readonly Box[], rule: Rule, action: FoundRule['action'], otherwise: string): void {
    const members = (rule.lines ?? []).map(({ line, name = otherwise, prefix }) => ({
      name,
      place: { part, line },
      prefix,
    }))
    const farSide = entry.direction === 'outbound' ? 'destination' : 'source'
    if (rule.side === farSide) emit(boxes, { action, line: rule.line, name: rule.name ?? otherwise, members })
    else
      for (const { name, place, prefix } of members) emit(only(boxes, rule, prefix), { action, line: place.line, name })
  }

  function only(boxes: readonly Box[], { side }: Rule, prefix: Prefix): Box[] {
    const own = { ...EVERY_CONNECTION, [side as 'source' | 'destination']: kit.setOf([prefix]) }
    return boxes.flatMap((box) => intersect(box, own) ?? [])
  }

  function emit(
    boxes: readonly Box[],
    {
      action,
      line,
      name,
      members,
    }: { action: FoundRule['action']; line: number; name: string; members?: readonly RuleMember[] },
  ): void {
    for (const { near, part: why, ...traffic } of sidesOf(boxes)) {
      found.push({
        name,
        place: { part, line },
        action,
        ...traffic,
        near: why !== 'no' || near ? 'part' : 'whole',
        ...(why === 'interface' && !near && { isPartByZone: true }),
        ...(members && { members }),
      })
    }
  }

  /** Boxes as they are seen in the direction of the entry. */
  function sidesOf(boxes: readonly Box[]): (Traffic & Pick<Box, 'part'> & { readonly near: PrefixSet | undefined })[] {
    const { direction, isDecided } = entry
    return boxes.flatMap(({ protocols, ports, source, destination, part }) => {
      const [near, far] = direction === 'outbound' ? [source, destination] : [destination, source]
      // Where both directions pass, a rule that only asks where connections come from is about the other one.
      if (!isDecided && near && !far) return []
      const protocol = protocols === EVERY_PROTOCOL ? 'any' : protocols === 1 ? 'tcp' : 'udp'
      return [{ direction, protocol, ports, far: { addresses: far ?? everything, tags: [] }, near, part }]
    })
  }

  function trafficOf(boxes: readonly Box[]): Traffic[] {
    return sidesOf(boxes).map(({ direction, protocol, ports, far }) => ({ direction, protocol, ports, far }))
  }

  function tooMuch({ line, name }: Chain): void {
    const reason = 'is a chain that is jumped to too often to follow'
    if (!notes.some((note) => note.reason === reason)) notes.push({ place: { part, line }, text: name, reason })
  }
}

function isInterface(pattern: string, actual: string): boolean {
  return pattern.endsWith('+') ? actual.startsWith(pattern.slice(0, -1)) : actual === pattern
}

function worse(a: Box['part'], b: Box['part']): Box['part'] {
  return a === 'no' ? b : b === 'no' ? a : a === b ? a : 'other'
}

function intersect(a: Box, b: Box): Box | undefined {
  const protocols = a.protocols & b.protocols
  const ports = commonPorts(a.ports, b.ports)
  const source = common(a.source, b.source)
  const destination = common(a.destination, b.destination)
  if (protocols === 0 || ports.length === 0 || source?.isEmpty || destination?.isEmpty) return undefined
  return { protocols, ports, source, destination, part: worse(a.part, b.part) }
}

/** What is left of `box` when what `taken` matches has gone; in pieces that do not overlap. */
function without(box: Box, taken: Box, everything: PrefixSet): Box[] {
  const inside = intersect(box, taken)
  if (!inside) return [box]
  const { protocols, ports, source, destination } = inside
  const pieces: Box[] = [
    { ...box, protocols: box.protocols & ~protocols },
    { ...box, protocols, ports: subtractPorts(box.ports, ports) },
    { ...box, protocols, ports, source: rest(box.source, source) },
    { ...box, protocols, ports, source, destination: rest(box.destination, destination) },
  ]
  // A part of what matches went, and it is not known which.
  if (taken.part !== 'no') pieces.push(inside)
  return pieces.filter(({ protocols, ports, source, destination }) => {
    return protocols !== 0 && ports.length > 0 && !source?.isEmpty && !destination?.isEmpty
  })

  function rest(all: PrefixSet | undefined, some: PrefixSet | undefined): PrefixSet {
    return some ? (all ?? everything).subtract(some) : everything.subtract(everything)
  }
}

function common(a: PrefixSet | undefined, b: PrefixSet | undefined): PrefixSet | undefined {
  return a && b ? a.intersect(b) : (a ?? b)
}

function commonPorts(a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] {
  if (a === EVERY_PORT) return b
  return b === EVERY_PORT ? a : subtractPorts(a, subtractPorts(EVERY_PORT, b))
}
