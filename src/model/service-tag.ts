import type { PrefixSet } from '../address/prefix-set.ts'
import { byCodeUnit } from '../text/numbers.ts'
import type { Cloud } from './cloud.ts'
import type { DocumentLabel } from './delta.ts'
import type { Accepted } from './guard.ts'
import type { Policy, Rule } from './policy.ts'

/** A named group of addresses, as Microsoft publishes it. */
export interface ServiceTag {
  readonly name: string
  /** Null if the document has none. */
  readonly changeNumber: number | null
  /** Lower case, in Microsoft's own short form; empty for a global tag. */
  readonly region: string
  readonly systemService: string
  /** Sorted; empty if the document has none. */
  readonly networkFeatures: readonly string[]
  readonly prefixes: PrefixSet
}

/** One published state of one cloud, reduced to the tags in use and checked. */
export interface TagDocument extends DocumentLabel {
  /** The file name or URL that it came from. */
  readonly source: string
  /** SHA-256 of the source bytes, in hex. */
  readonly sha256: string
  /** The server's identifiers of this content, for conditional requests. */
  readonly etag?: string
  readonly lastModified?: string
  /** The accepted guards that would have refused it; absent if there are none. */
  readonly accepted?: Accepted | undefined
  /** The selectors of the reduction, besides the names of its tags; undefined if the document is not reduced. */
  readonly asked?: readonly string[] | undefined
  /** The document has no date, so `published` is the day of retrieval. */
  readonly isUndated?: boolean | undefined
  /** By canonical name, in code-unit order. */
  readonly tags: ReadonlyMap<string, ServiceTag>
}

/** The parts of a document that these functions need. */
export type RequestedTags = Pick<TagDocument, 'tags' | 'asked'>

/** True if a document knows which tags `selector` chooses: it has the tag, or would have kept it. Not to know a tag differs from not having it. */
export function isAsked(
  { tags, asked }: { readonly tags: ReadonlyMap<string, unknown>; readonly asked?: RequestedTags['asked'] },
  selector: string,
): boolean {
  if (asked === undefined || tags.has(selector)) return true
  if (asked.some((pattern) => select([selector], pattern).length > 0)) return true
  return !selector.endsWith('.*') && select(tags.keys(), selector).length > 0
}

/** The tags of a document that `selectors` choose, by name. */
export function chosenTags({ tags }: RequestedTags, selectors: readonly string[]): ReadonlyMap<string, ServiceTag> {
  const names = new Set(selectors.flatMap((selector) => select(tags.keys(), selector)))
  return new Map([...tags].filter(([name]) => names.has(name)))
}

/** The document with only the tags that `selectors` choose. */
export function reduced<Document extends RequestedTags>(document: Document, selectors: readonly string[]): Document {
  return { ...document, tags: chosenTags(document, selectors) }
}

/** True if both documents know every tag of `selectors`, with the same addresses. */
export function isSameFor(selectors: readonly string[], a: RequestedTags, b: RequestedTags): boolean {
  if (!selectors.every((selector) => isAsked(a, selector) && isAsked(b, selector))) return false
  const [ours, theirs] = [chosenTags(a, selectors), chosenTags(b, selectors)]
  return (
    ours.size === theirs.size &&
    [...ours].every(([name, { prefixes }]) => theirs.get(name)?.prefixes.equals(prefixes) === true)
  )
}

/** The selectors that decide what rules allow: their tags, and their excepted tags. */
export const ruleSelectors = (rules: readonly Rule[]): string[] =>
  rules.flatMap(({ tags, except }) => [...tags, ...except.tags])

/** A test by name: true if the rules of a policy use the tag. */
export function usesTag(policy: Policy): (name: string) => boolean {
  const selectors = ruleSelectors(policy.rules)
  return (name) => selectors.some((selector) => select([name], selector).length > 0)
}

/** Every selector that a policy needs: those of its rules, and the `within` tags of its targets. */
export const selectorsOf = (policy: Policy): string[] => [
  ...ruleSelectors(policy.rules),
  ...policy.targets.flatMap(({ widen }) => widen?.within ?? []),
]

/** The form of a tag's name: the characters that Microsoft uses, and no others (source: every document since 2019). */
export const TAG_NAME = /^[A-Za-z0-9][A-Za-z0-9.]{0,79}$/

/** The base tag of a regional one, by name: `Storage` of `Storage.WestEurope`, and of itself. */
export const baseTagOf = (name: string): string => name.split('.')[0] as string

/** The form of a selector: a tag's name, or `Sql.*`. */
export const SELECTOR = /^[A-Za-z0-9][A-Za-z0-9.]*(?:\.\*)?$/

/**
 * The names that `selector` chooses, in code-unit order. `Sql` is that tag, whatever its case; `Sql.*` is every tag below
 * it. A dot does not always mean a region: `AzureFrontDoor.*` includes `AzureFrontDoor.FirstParty`.
 */
export function select(names: Iterable<string>, selector: string): string[] {
  const wanted = selector.toLowerCase()
  // Keep the dot: `Sql.*` must not match `SqlManagement`, nor `Sql` itself.
  const isChosen = wanted.endsWith('.*')
    ? (name: string) => name.toLowerCase().startsWith(wanted.slice(0, -1))
    : (name: string) => name.toLowerCase() === wanted
  return Array.from(names).filter(isChosen).sort(byCodeUnit)
}

/**
 * The tag whose addresses in the cloud Public are needed in place of the cloud's own; undefined for any other tag. The tag of US Government and
 * of China is unsupported since 2025-10-28: https://learn.microsoft.com/azure/azure-arc/servers/network-requirements (edit of 2025-09-29).
 */
export function neededFromPublic(name: string, cloud: Cloud): string | undefined {
  const base = baseTagOf(name)
  return cloud !== 'public' && base === 'AzureArcInfrastructure' ? base : undefined
}
