import type { Note, Place } from 'tagwall/reader'

/** What nft reads as one piece of a statement. `text` of a string is without its quotes. */
export interface Token {
  readonly kind: 'word' | 'string' | 'symbol' | 'set' | 'variable'
  readonly text: string
  readonly line: number
}

export const FAMILIES = ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'] as const
export type TableFamily = (typeof FAMILIES)[number]

/** The right side of a match, or an element's key. */
export type Value =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'list'; readonly elements: readonly Element[] }
  /** Bits of which one is enough (`a,b`), or that are taken together (`a | b`). */
  | { readonly kind: 'flags'; readonly words: readonly string[] }
  | { readonly kind: 'concat'; readonly parts: readonly Value[] }
  | { readonly kind: 'set'; readonly name: string }
  /** What matches where no other element of a set does. */
  | { readonly kind: 'others' }

export interface Element {
  readonly value: Value
  readonly verdict: Verdict | undefined
  /** Whether it goes away by itself. */
  readonly expires: boolean
  readonly line: number
}

export type Verdict =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  /** Either of accept and drop: a program decides, or nobody can say. */
  | { readonly kind: 'either' }

/** The left side of a match: `tcp dport`, `ip saddr . tcp dport`, `tcp flags & (syn | ack)`. */
export interface Selector {
  readonly keys: readonly string[]
  readonly mask?: Value | undefined
}

/** What a reject answers, and so which connections it can be about: `any` where it has an answer for each. */
export type Reject = 'any' | 'ipv4' | 'ipv6' | 'tcp'

export type Clause =
  | { readonly kind: 'match'; readonly left: Selector; readonly operator: string; readonly right: Value }
  | { readonly kind: 'map'; readonly left: Selector; readonly right: Value }
  | { readonly kind: 'verdict'; readonly verdict: Verdict; readonly reject?: Reject }
  /** A limit, a quota or the like: whether it lets a packet on is not a matter of addresses. */
  | { readonly kind: 'part' }
  /** It counts, logs or marks, and lets every packet on. */
  | { readonly kind: 'pass'; readonly what: 'counter' | 'other' }
  | { readonly kind: 'changes'; readonly set: string }
  /** Connections go elsewhere than they were sent to. */
  | { readonly kind: 'diverts'; readonly isEnd: boolean }
  /** The kernel does not track these connections, and the next rule is tried. */
  | { readonly kind: 'untracks' }
  | { readonly kind: 'doubt'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly text: string }

export interface Rule {
  readonly place: Place
  /** As it was read, in short. */
  readonly text: string
  readonly comment: string | undefined
  readonly clauses: readonly Clause[]
}

export interface Hook {
  readonly type: string
  readonly hook: string
  readonly priority: number
}

export interface SetForm {
  readonly isMap: boolean
  readonly type: string
  readonly flags: readonly string[]
  readonly isMerging: boolean
  /** Whether elements go away by themselves where they do not say otherwise. */
  readonly expires: boolean
}

export interface TableName {
  readonly family: TableFamily
  readonly name: string
}

export type Making = 'add' | 'create'
export type Removal = 'delete' | 'destroy' | 'flush'

/** One command, on one thing. */
export type Statement = { readonly place: Place; readonly text: string } & (
  | Command<'flush', 'ruleset', { family: TableFamily | undefined }>
  | Command<Making, 'table', { table: TableName; isDormant: boolean }>
  | Command<Removal, 'table', { table: TableName }>
  | Command<Making, 'chain', Named & { hook: Hook | undefined; policy: string | undefined }>
  | Command<Removal, 'chain', Named>
  | Command<Making, 'set', Named & { form: SetForm }>
  | Command<Removal, 'set', Named & { isMap: boolean }>
  | Command<Making | 'delete' | 'destroy', 'element', Named & { elements: readonly Element[] }>
  | Command<'add' | 'insert', 'rule', { table: TableName; chain: string; rule: Rule }>
)
type Command<Verb, What, More> = { readonly verb: Verb; readonly object: What } & Readonly<More>
type Named = { table: TableName; name: string }

/** What a text holds: commands, and what is none that is understood. */
export interface Parsed {
  readonly statements: readonly Statement[]
  readonly remarks: readonly Note[]
}
