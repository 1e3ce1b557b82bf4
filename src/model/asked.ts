import type { Policy } from './policy.ts'
import { select } from './selector.ts'
import type { ServiceTag, TagDocument } from './service-tag.ts'

/** The parts of a document that these functions need. */
export interface Asked {
  readonly tags: TagDocument['tags']
  readonly asked?: TagDocument['asked']
}

/**
 * True if a document knows which tags `selector` chooses: it holds the tag, or it was made with a selector that would have kept
 * the tag. A snapshot of another policy may not know a tag, which differs from not having it.
 */
export function isAsked(
  { tags, asked }: { readonly tags: ReadonlyMap<string, unknown>; readonly asked?: Asked['asked'] },
  selector: string,
): boolean {
  if (asked === undefined || tags.has(selector)) return true
  if (asked.some((pattern) => select([selector], pattern).length > 0)) return true
  return !selector.endsWith('.*') && select(tags.keys(), selector).length > 0
}

/** The tags of a document that `selectors` choose, by name. */
export function chosenTags({ tags }: Asked, selectors: readonly string[]): ReadonlyMap<string, ServiceTag> {
  const names = new Set(selectors.flatMap((selector) => select(tags.keys(), selector)))
  return new Map([...tags].filter(([name]) => names.has(name)))
}

/** The document with only the tags that `selectors` choose. */
export function reduced<Document extends Asked>(document: Document, selectors: readonly string[]): Document {
  return { ...document, tags: chosenTags(document, selectors) }
}

/** True if both documents know every tag of `selectors`, with the same addresses. */
export function isSameFor(selectors: readonly string[], a: Asked, b: Asked): boolean {
  if (!selectors.every((selector) => isAsked(a, selector) && isAsked(b, selector))) return false
  const [ours, theirs] = [chosenTags(a, selectors), chosenTags(b, selectors)]
  return (
    ours.size === theirs.size &&
    [...ours].every(([name, { prefixes }]) => theirs.get(name)?.prefixes.equals(prefixes) === true)
  )
}

/** The selectors that decide what the rules of a policy allow: their tags, and their excepted tags. */
export const ruleSelectorsOf = (policy: Policy): string[] =>
  policy.rules.flatMap(({ tags, except }) => [...tags, ...except.tags])

/** A test by name: true if the rules of a policy use the tag. */
export function usesTag(policy: Policy): (name: string) => boolean {
  const selectors = ruleSelectorsOf(policy)
  return (name) => selectors.some((selector) => select([name], selector).length > 0)
}

/** Every selector that a policy needs: those of its rules, and the `within` tags of its targets. */
export const selectorsOf = (policy: Policy): string[] => [
  ...ruleSelectorsOf(policy),
  ...policy.targets.flatMap(({ widen }) => widen?.within ?? []),
]
