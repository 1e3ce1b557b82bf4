import type { PrefixSet } from '../../address/prefix-set.ts'
import type { DocumentLabel } from '../../model/delta.ts'
import type { Policy, Rule, Target } from '../../model/policy.ts'
import { chosenTags, type RequestedTags, ruleSelectors, type TagDocument } from '../../model/service-tag.ts'
import { sha256 } from '../../text/hashes.ts'
import { byCodeUnit } from '../../text/numbers.ts'

/** The rules and the document that files are made of. Several targets may share one state. */
export interface State {
  readonly document: LockedDocument
  /** After `include`, in the order of the policy. Targets may have states of their own, so rules of some targets only fit in. */
  readonly rules: readonly Rule[]
}

/** A document, identified by the addresses of the tags in use: files are re-issued under the same date and number. */
export interface LockedDocument extends DocumentLabel {
  /** SHA-256 of the tags that the rules use, as `tagsHash` has it. */
  readonly tags: string
}

/** The files of one target, and their inputs. */
export interface LockedTarget {
  /** The target with its options, its local side and its widening. */
  readonly target: Target
  /** The key of its state. */
  readonly state: string
  /** The prefixes of each rule of a widened target: the next cover starts from them. */
  readonly cover: ReadonlyMap<string, PrefixSet>
  /** SHA-256 by path, relative to the working directory: full files, deltas, rollbacks, cleanups and runbooks. */
  readonly files: ReadonlyMap<string, string>
}

/** The inputs of the files in place, by target. Devices may hold something else: building is not loading. */
export interface Lock {
  /** The file of the policy, relative to the working directory, or the name of a built-in policy. */
  readonly policy: string
  /** By key. A state that a target names may be missing after a merge of two branches. */
  readonly states: ReadonlyMap<string, State>
  readonly targets: ReadonlyMap<string, LockedTarget>
}

/** A lock, if there is one, and the targets of a policy in it. */
export interface PolicyLock {
  readonly lock: Lock | undefined
  /** By the name that a target has in the policy: the one of that name, or a renamed one: gone from the policy, with the same files. Another vendor is another device. */
  readonly entries: ReadonlyMap<string, LockedTarget>
}

/** Finds the targets of a policy in a lock. */
export function lockOn({ targets }: Policy, lock: Lock | undefined): PolicyLock {
  const names = new Set(targets.map(({ name }) => name))
  const deviceOf = ({ vendor, out }: Target) => `${vendor} ${out}`
  const gone = [...(lock?.targets ?? [])].filter(([name]) => !names.has(name)).reverse()
  const renamed = new Map(gone.map(([, locked]) => [deviceOf(locked.target), locked]))
  const entries = targets.flatMap((target): [string, LockedTarget][] => {
    const locked = lock?.targets.get(target.name) ?? renamed.get(deviceOf(target))
    return locked?.target.vendor === target.vendor ? [[target.name, locked]] : []
  })
  return { lock, entries: new Map(entries) }
}

/** The covers of widened targets in a lock, by the name of the target. With `published`, without those in files made from a newer document. */
export function coversIn({ lock, entries }: PolicyLock, published?: string) {
  return (name: string): LockedTarget['cover'] | undefined => {
    const locked = entries.get(name)
    if (!locked || locked.cover.size === 0) return undefined
    const made = lock?.states.get(locked.state)?.document.published
    return published === undefined || (made !== undefined && made <= published) ? locked.cover : undefined
  }
}

/** SHA-256 over the names and prefixes of the tags that `selectors` choose, in hex. */
export function tagsHash(document: RequestedTags, selectors: readonly string[]): string {
  const tags = [...chosenTags(document, selectors)].sort(([a], [b]) => byCodeUnit(a, b))
  return sha256(JSON.stringify(tags.map(([name, { prefixes }]) => [name, prefixes.texts])))
}

/** The state of files that are made of these rules and this document. */
export function stateOf(rules: readonly Rule[], document: TagDocument): State {
  const { cloud, published, changeNumber } = document
  return { rules, document: { cloud, published, changeNumber, tags: tagsHash(document, ruleSelectors(rules)) } }
}

/** Equal for files with the same texts in the same order. */
export const hashes = (files: readonly { readonly text: string }[]): string =>
  files.map(({ text }) => sha256(text)).join(' ')
