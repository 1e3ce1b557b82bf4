import { everything, type PrefixSet } from '../../address/prefix-set.ts'
import type { Place } from '../../model/reading.ts'
import type { ChainRule, Doubt, Match, MatchedObject, Verdict } from './chain-values.ts'
import { inShort, type Notes } from './notes.ts'
import type { EntryService } from './ports.ts'
import { Resolver } from './resolver.ts'

/** A line of a group or a list, as it was typed. */
export interface Line {
  readonly words: readonly string[]
  readonly text: string
  readonly place: Place
}

/** A named group of lines. */
export interface LineGroup<Found> {
  readonly name: string
  /** Keyed by the text that identifies a line. */
  readonly lines: ReadonlyMap<string, Line>
  /** The value of its lines, cached if they have no faults and refer to no other group; code that changes a line must reset it to undefined. */
  held: Found | undefined
  /** Joins its lines, and reads only new ones again from one time to the next. Undefined once one has a fault or refers to another group. */
  union?: { of(lines: readonly Line[], changed: Iterable<string>, read: (line: Line) => Found): Found } | undefined
}

/** The value of a group, and all faults on the way, circles and depth included: they must become notes. */
export interface GroupValue<Found> {
  readonly found: Found
  readonly faults: readonly string[]
}

/** The functions that a line's reader gets: look up a group, report a fault. */
export interface InGroup<Found, Group> {
  /** The members of a group that the line names. */
  of(group: Group): Found
  /** Reports a fault. */
  fault(reason: string): void
}

/** The functions and names for reading lines of groups. */
export interface GroupSyntax<Found, Group extends LineGroup<Found>> {
  /** The name of the lines' owner in notes: `an object`. */
  readonly what: string
  /** The value of a line; undefined if the line is invalid or unknown. */
  read(line: Line, group: Group, inGroup: InGroup<Found, Group>): Found | undefined
  /** Joins the values of several lines; an empty list gives the empty value. */
  join(parts: readonly Found[]): Found
}

/** The source or destination of an entry. */
export interface EntrySide {
  /** Undefined: any address. */
  readonly addresses: PrefixSet | undefined
  /** An undefined object, or one that is compared by name only. */
  readonly object: Omit<MatchedObject, 'side'> | undefined
  readonly faults: readonly string[]
}

/** An entry of an access list. */
export interface ListEntry {
  readonly action: 'allow' | 'deny'
  readonly services: readonly EntryService[]
  readonly source: EntrySide
  readonly destination: EntrySide
  /** True if anything other than addresses and ports limits the entry. */
  readonly isPart: boolean
  /** Faults of the entry and of its sides: doubts of its rules, or notes if it has no service. */
  readonly faults: readonly string[]
}

/** The place of an entry in its list and file. */
export interface EntryPlace {
  readonly name: string
  readonly place: Place
  /** The text as typed, for notes. */
  readonly text: string
  /** The list that connections meet after this one permits them. */
  readonly next: string | undefined
  /** True if interfaces limit the traffic of the list. */
  readonly isLimited: boolean
}

/** Resolves groups of lines, which may refer to each other, such as object groups. */
export class GroupReader<Found, Group extends LineGroup<Found>> {
  private readonly resolver: Resolver<GroupValue<Found>>

  constructor(private readonly syntax: GroupSyntax<Found, Group>) {
    this.resolver = new Resolver((name, why) => ({
      found: syntax.join([]),
      faults: [`names ${inShort(name)}, which ${why === 'circle' ? 'leads back to itself' : 'is nested too deep'}`],
    }))
  }

  of(group: Group): GroupValue<Found> {
    if (group.held !== undefined) return { found: group.held, faults: [] }
    return this.resolver.of(group.name, () => this.read(group))
  }

  private read(group: Group): GroupValue<Found> {
    const { what, read, join } = this.syntax
    const faults: string[] = []
    let isNested = false
    const inGroup = {
      of: (other: Group) => {
        isNested = true
        const held = this.of(other)
        for (const fault of held.faults) faults.push(fault)
        return held.found
      },
      fault: (reason: string) => void faults.push(reason),
    }
    const partOf = (line: Line) => {
      const part = read(line, group, inGroup)
      if (part === undefined) faults.push(`names ${what} with "${inShort(line.text)}", which is not understood`)
      return part ?? join([])
    }
    const lines = Array.from(group.lines.values())
    const found = group.union ? group.union.of(lines, [], partOf) : join(lines.map(partOf))
    if (faults.length === 0 && !isNested) group.held = found
    else group.union = undefined
    // Groups that name each other twice on many levels would say a fault more often than anything can hold.
    return { found, faults: [...new Set(faults)] }
  }
}

/** Turns an entry of an access list into rules of a chain, one for each service. Permitted connections go on to the next list, if there is one. */
export function entryRules(entry: ListEntry, at: EntryPlace, notes: Notes): ChainRule[] {
  const { action, services, source, destination } = entry
  const { name, place, text, next, isLimited } = at
  const verdict: Verdict = next !== undefined && action === 'allow' ? { kind: 'goto', chain: next } : { kind: action }
  const object = source.object
    ? { side: 'source' as const, ...source.object }
    : destination.object && { side: 'destination' as const, ...destination.object }
  const isVague = entry.isPart || (source.object && destination.object)
  const part: Match['part'] = isVague ? 'other' : isLimited ? 'zone' : 'no'
  // An unknown address may be any address.
  const side = source.faults.length > 0 ? 'source' : destination.faults.length > 0 ? 'destination' : undefined
  const faults = new Set(entry.faults)
  const doubts = Array.from(faults, (reason): Doubt => ({ reason, side }))
  // No service: no rule that could have a doubt.
  if (services.length === 0) for (const reason of faults) notes.add(place, text, reason)
  return services.map(({ protocol, ports, family, isPart }): ChainRule => {
    const within = (addresses: PrefixSet | undefined) =>
      family ? (addresses ?? everything(family)).family(family) : addresses
    const match: Match = {
      protocol,
      ports,
      ...(object && { object }),
      source: within(source.addresses),
      destination: within(destination.addresses),
      part: isPart ? 'other' : part,
    }
    return { name, place, text, matches: [match], verdict, doubts }
  })
}
