import { compile } from '../../compile/compile.ts'
import type { Rule } from '../../model/policy.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { type Asked, chosenTags, isAsked, select, type TagDocument } from '../../model/service-tag.ts'

/**
 * Older rules against a newer document, to tell the cause of a change: a tag that the newer document lacks is empty, and a rule without
 * addresses is left out. A tag that the newer document was never asked for is as in the older one.
 */
export function oldRulesOn(policy: string, rules: readonly Rule[], newer: TagDocument, older: Asked): Ruleset {
  const document = { ...newer, tags: new Map([...unrequestedTags(rules, newer, older), ...newer.tags]) }
  const names = [...document.tags.keys()]
  const known = (selectors: readonly string[]) => selectors.filter((selector) => select(names, selector).length > 0)
  const usable = rules
    .map((rule) => ({ ...rule, tags: known(rule.tags), except: { ...rule.except, tags: known(rule.except.tags) } }))
    .filter(({ tags, prefixes }) => tags.length + prefixes.length > 0)
  return compile({ name: policy, rules: usable }, { document, names, where: '' }).ruleset
}

/** The tags of the older document that the newer one was never asked for. */
function unrequestedTags(rules: readonly Rule[], newer: TagDocument, older: Asked) {
  const selectors = rules.flatMap(({ tags, except }) => [...tags, ...except.tags])
  return chosenTags(
    older,
    selectors.filter((selector) => !isAsked(newer, selector)),
  )
}
