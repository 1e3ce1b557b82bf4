import type { Note, Place } from 'tagwall/reader'

/** A token of nft. `text` of a string is without its quotes. */
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
  /** The default element `*`: matches if no other element of the set does. */
  | { readonly kind: 'others' }

export interface Element {
  readonly value: Value
  readonly verdict: Verdict | undefined
  /** True if the element has a timeout. */
  readonly expires: boolean
  readonly line: number
}

export type Verdict =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  /** Accept or drop: a program decides, or the file does not show it. */
  | { readonly kind: 'either' }

/** The left side of a match: `tcp dport`, `ip saddr . tcp dport`, `tcp flags & (syn | ack)`. */
export interface Selector {
  readonly keys: readonly string[]
  readonly mask?: Value | undefined
}

/** The reply of a reject, which limits the connections that it can match; `any` has a reply for each. */
export type Reject = 'any' | 'ipv4' | 'ipv6' | 'tcp'

export type Clause =
  | { readonly kind: 'match'; readonly left: Selector; readonly operator: string; readonly right: Value }
  | { readonly kind: 'map'; readonly left: Selector; readonly right: Value }
  | { readonly kind: 'verdict'; readonly verdict: Verdict; readonly reject?: Reject }
  /** A limit, a quota or the like, whose result does not depend on addresses. */
  | { readonly kind: 'part' }
  /** A statement that counts, logs or marks, and lets every packet continue. */
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
  /** The shortened text of the rule. */
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
  /** True if elements have a timeout by default. */
  readonly expires: boolean
}

export interface TableName {
  readonly family: TableFamily
  readonly name: string
}

export type Making = 'add' | 'create'
export type Removal = 'delete' | 'destroy' | 'flush'

/** One command on one object. */
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

/** The parsed commands of a text, and remarks about unknown lines. */
export interface Parsed {
  readonly statements: readonly Statement[]
  readonly remarks: readonly Note[]
}
