import { createHash } from 'node:crypto'
import type { Rule } from '../../model/policy.ts'
import { type Asked, chosenTags, type TagDocument } from '../../model/service-tag.ts'
import { byCodeUnit } from '../../text/order.ts'
import type { State } from './lock-values.ts'

/** SHA-256 over the names and prefixes of the tags that `selectors` choose, in hex. */
export function tagsHash(document: Asked, selectors: readonly string[]): string {
  const tags = [...chosenTags(document, selectors)].sort(([a], [b]) => byCodeUnit(a, b))
  return sha256(JSON.stringify(tags.map(([name, { prefixes }]) => [name, prefixes.texts])))
}

/** The selectors that decide what `rules` allow: their tags, and their excepted tags. */
export const selectorsOfRules = (rules: readonly Rule[]): string[] =>
  rules.flatMap(({ tags, except }) => [...tags, ...except.tags])

/** The state of files that are made of these rules and this document. */
export function stateOf(rules: readonly Rule[], document: TagDocument): State {
  const { cloud, published, changeNumber } = document
  return { rules, document: { cloud, published, changeNumber, tags: tagsHash(document, selectorsOfRules(rules)) } }
}

export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')
