import type { Files } from './files.ts'
import type * as oracle from './oracle.ts'
import type { Tags, Target } from './pairs.ts'

/** A piece of `plan --json`. */
export interface Piece {
  readonly opens: boolean
  readonly new: boolean
  readonly cause: 'document' | 'policy' | 'unknown'
  readonly from: string | null
  readonly to: string | null
  readonly list: string | null
  readonly direction: oracle.Direction | null
  readonly traffic: { tcp: Ports[]; udp: Ports[]; icmp: boolean; other: boolean } | null
  readonly local: { prefixes: string[]; objects: string[] } | null
  readonly localWithin: string[] | null
  readonly localExcept: string[]
  /** The pieces of other sites that differ only in their local side, where a text tells them together. */
  readonly others?: readonly Piece[]
  readonly remote: { tags: string[]; partOf: string[]; ipv4: Prefixes; ipv6: Prefixes }
  readonly targets: readonly string[]
}

interface Ports {
  readonly first: number
  readonly last: number
}

interface Prefixes {
  readonly prefixes: string[]
  readonly more?: number
  readonly addresses: string
}

export interface Change {
  readonly headline: string
  readonly pieces: readonly Piece[]
  readonly byTarget: readonly {
    readonly target: string
    readonly kind: string
    readonly comparedWith: string
    readonly edited: readonly string[]
    readonly items: readonly { readonly kind: string; readonly name: string; readonly how: string }[] | null
    readonly optionChanges: readonly { readonly name: string; readonly was: unknown; readonly is: unknown }[]
  }[]
}

/** The files of each target, by its name. */
export type AllFiles = ReadonlyMap<string, { readonly target: Target; readonly files: Files }>

export type Held = { readonly target: Target; readonly files: Files }

/** A pair that no command makes rules of: its first side, or its second, is refused. */
export class Refused extends Error {}

/** What the tags are in each of the two documents, the newer one first. */
export type Documents = readonly [Tags, Tags]

/** Everything that was seen of one pair. */
export interface Seen {
  readonly documents: Documents
  readonly before: AllFiles
  readonly between: AllFiles
  readonly after: AllFiles
  readonly change: Change
  readonly title: string
  readonly body: string
  readonly terminal: string
  readonly runbooks: ReadonlyMap<string, string>
  /** Targets of which only the files in place are known. */
  readonly unknown: ReadonlySet<string>
  /** Files that were edited by hand. */
  readonly edited: readonly string[]
}

export const FAMILIES = ['ipv4', 'ipv6'] as const

/** The older files of a target: by name; or, where it was renamed, by its place. */
export function olderOf(all: AllFiles, name: string, { out, vendor }: Target) {
  const own = all.get(name)
  if (own) return own
  return [...all.values()].find(({ target }) => target.out === out && target.vendor === vendor)
}

/** Files of these vendors name rules as the policy does. */
export const isNamed = ({ vendor }: Target) => vendor === 'json' || vendor === 'iptables'

export const commas = (digits: string) =>
  digits.length > 15
    ? `${digits[0]}.${digits.slice(1, 3)}e${digits.length - 1}`
    : digits.replace(/\B(?=(\d{3})+$)/g, ',')
