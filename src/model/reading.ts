import type { PrefixSet } from './address/prefix-set.ts'
import type { FoundRule, Note, ReadFile } from './found-rule.ts'
import type { OptionValues } from './option-values.ts'
import type { ReaderKit } from './reader-kit.ts'

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

/** What a reader makes of a configuration. */
export interface Reading {
  /** In the order in which the device tries them: the first one that matches decides. */
  readonly rules: readonly FoundRule[]
  readonly lists: readonly AddressList[]
  /** When proving, one note is enough to refuse. */
  readonly notes: readonly Note[]
  /** When auditing: for each key of the manifest's `narrows`, the values that the configuration has. */
  readonly scopes?: Readonly<Partial<Record<string, readonly string[]>>>
}

export interface ReaderContext {
  /** The vendor's options: of the target that is proved, or the defaults when auditing. */
  readonly options: OptionValues
  /** `prove`: exactly the files of a target. `audit`: a running configuration, written by anyone. */
  readonly purpose: 'prove' | 'audit'
  /** Names of objects that stand for local sides: a reader lists them as `local.objects` and does not look what they hold. */
  readonly localObjects?: readonly string[]
  /** In an audit: the addresses that the policy's rules have as remote sides. */
  readonly remotes?: PrefixSet | undefined
  /** The part of a configuration that an audit looks at: values of keys in the manifest's `narrows`. */
  readonly narrow: Readonly<Record<string, string | undefined>>
  /** What readers share, so that one outside this package needs no import. */
  readonly kit: ReaderKit
}

/** Reads a configuration. It never throws because of the text; problems become notes. */
export type Reader = (files: readonly ReadFile[], context: ReaderContext) => Reading

/**
 * Follows a delta: the first reading is of `files`, which an older full load left on the device, and one more comes after
 * each command of `deltas` that takes effect. A command that changes nothing may give the reading before it again.
 * Remote sides that a command did not touch had best be the very sets of the reading before: they are not compared again then.
 */
export type Follower = (
  files: readonly ReadFile[],
  deltas: readonly ReadFile[],
  context: ReaderContext,
) => Iterable<Reading>
