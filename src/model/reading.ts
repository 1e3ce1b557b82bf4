import type { PrefixSet } from '../address/prefix-set.ts'
import type { FoundRule, Note } from './found-rule.ts'

export type { FoundLocal, FoundRule, Note, Place, ReadFile, RemoteSide, RuleMember, Traffic } from './found-rule.ts'

/** A file of a form that holds addresses and no rules: a list, a feed, a table of routes. */
export interface AddressList {
  readonly part: string
  /** The address set that it holds, if the file has several. */
  readonly name?: string | undefined
  readonly addresses: PrefixSet
  /** Service tags in it, which the device resolves itself. */
  readonly tags?: readonly string[] | undefined
}

/** The result of a reader: the rules, lists and notes of a configuration. */
export interface Reading {
  /** In the order in which the device tries them: the first one that matches decides. */
  readonly rules: readonly FoundRule[]
  readonly lists: readonly AddressList[]
  /** When proving, one note is enough to refuse. */
  readonly notes: readonly Note[]
  /** When auditing: for each key of the manifest's `narrows`, the values that the configuration has. */
  readonly scopes?: Readonly<Partial<Record<string, readonly string[]>>>
}
