import { PrefixSet } from '../address/prefix-set.ts'
import { type Finding, hasErrors } from '../finding/finding.ts'
import { labelOf } from '../model/delta.ts'
import { type Policy, type Rule, termsOf } from '../model/policy.ts'
import type { AddressSet, ConcreteRule, LocalSide } from '../model/ruleset.ts'
import { neededFromPublic, select, type TagDocument } from '../model/service-tag.ts'
import type { Direction } from '../model/traffic.ts'
import { didYouMean } from '../text/nearest.ts'
import { byCodeUnit } from '../text/numbers.ts'
import { type CheckedRuleset, localSideOf, withinLocalFamilies } from './rules-of-target.ts'

/** A document that may hold only some of the tags that were published. */
export interface KnownTags {
  readonly document: TagDocument
  /** Every name that the document had, for "did you mean". */
  readonly names: readonly string[]
  /** The place that was searched for a tag, for messages. */
  readonly where: string
}

/** Compiles `policy` against a document: its rules by priority, with the addresses of their tags. No rule has an empty address set. */
export function compile(policy: Pick<Policy, 'name' | 'rules'>, known: KnownTags): CheckedRuleset {
  const compiled = policy.rules.map((rule) => compileRule(rule, known))
  const findings = compiled.flatMap((result) => result.findings)
  const rules = compiled.flatMap((result) => result.rules).sort(byPriority)
  if (rules.length === 0 && !hasErrors(findings)) {
    findings.push({ code: 'NO_RULE_LEFT', severity: 'error', policy: policy.name })
  }
  const sets = [...new Set(rules.map(({ set }) => set))]
  return { ruleset: { policy: policy.name, ...labelOf(known.document), sets, rules }, findings }
}

function compileRule(rule: Rule, known: KnownTags): { rules: ConcreteRule[]; findings: Finding[] } {
  const { document } = known
  const choose = (selectors: readonly string[]) =>
    selectors.map((selector) => ({ selector, names: select(document.tags.keys(), selector) }))
  const [chosen, leftOut] = [choose(rule.tags), choose(rule.except.tags)]
  const [names, without] = [namesOf(chosen), namesOf(leftOut)]
  const { cloud } = document
  const isOptional = rule.optionalIn.includes(cloud)
  const isOfTags = rule.prefixes.length === 0
  if (isOptional && isOfTags && names.length === 0) {
    const facts = { rule: rule.name, selectors: rule.tags, cloud }
    return { rules: [], findings: [{ code: 'OPTIONAL_RULE_SKIPPED', severity: 'warning', ...facts }] }
  }
  const ofPublic = names.flatMap((name) => neededFromPublic(name, cloud) ?? [])
  const isSkipped = isOptional && isOfTags && ofPublic.length === names.length
  const needed = ofPublic.slice(0, 1).map((tag): Finding => {
    return { code: 'TAG_OF_PUBLIC', severity: 'warning', rule: rule.name, tag, cloud, isSkipped }
  })
  if (isSkipped) return { rules: [], findings: needed }
  const tags = names.filter((tag) => !without.includes(tag))
  const [own, ofTags] = [PrefixSet.of(rule.prefixes), PrefixSet.union(prefixesOf(tags, document))]
  const excepted = PrefixSet.union([PrefixSet.of(rule.except.prefixes), ...prefixesOf(without, document)])
  const except = excepted.isEmpty
    ? undefined
    : { tags: without, prefixes: excepted, cutsTags: excepted.overlaps(ofTags) }
  const all = own.union(ofTags)
  const prefixes = except ? all.subtract(except.prefixes) : all
  // An excepted tag may be missing wherever the rule is optional, because nothing of it is published there.
  const missing = [...chosen, ...(isOptional ? [] : leftOut)].filter(({ names }) => names.length === 0)
  const whose = { rule: rule.name, at: rule.at }
  const findings = missing.map(({ selector }): Finding => {
    const closest = didYouMean(selector, known.names)
    return { code: 'NO_TAG_MATCHES', severity: 'error', ...whose, selector, closest, where: known.where }
  })
  const isExcepted = without.length > 0 || !all.isEmpty
  if (findings.length === 0 && prefixes.isEmpty)
    findings.push({ code: 'EMPTY_SELECTION', severity: 'error', ...whose, tags, isExcepted })
  if (findings.length > 0) return { rules: [], findings }
  const empty = tags.filter((tag) => document.tags.get(tag)?.prefixes.isEmpty)
  if (empty.length > 0) findings.push({ code: 'EMPTY_TAG', severity: 'warning', rule: rule.name, tags: empty })
  const kept = except ? own.subtract(except.prefixes) : own
  if (rule.action === 'allow') findings.push(...needed)
  const set = { name: rule.name, id: idOf(rule), tags, prefixes, own: kept.isEmpty ? undefined : kept, except }
  const local = rule.local && localSideOf(rule.local, `${rule.name}-local`, `local-${rule.priority}`)
  const usable = withinLocalFamilies(set, local)
  if (usable.prefixes.isEmpty) findings.push({ code: 'LOCAL_OF_OTHER_FAMILY', severity: 'error', ...whose })
  return { rules: usable.prefixes.isEmpty ? [] : halvesOf(rule, usable, local), findings }
}

const namesOf = (chosen: readonly { readonly names: readonly string[] }[]) =>
  [...new Set(chosen.flatMap(({ names }) => names))].sort(byCodeUnit)

const prefixesOf = (tags: readonly string[], document: TagDocument) =>
  tags.flatMap((tag) => document.tags.get(tag)?.prefixes ?? [])

function halvesOf(rule: Rule, set: AddressSet, local: LocalSide | undefined): ConcreteRule[] {
  const { name, direction, notes } = rule
  const words = { ...termsOf(rule), description: notes.description }
  const half = (direction: Direction, suffix: string): ConcreteRule => {
    return { ...words, name: `${name}${suffix}`, suffix, direction, set, local }
  }
  return direction === 'both' ? [half('outbound', ''), half('inbound', '-in')] : [half(direction, '')]
}

const SHORT = { outbound: 'out', inbound: 'in', both: 'both' } as const

const idOf = ({ direction, priority }: Rule) => `${SHORT[direction]}-${priority}`

/** By priority; outbound before inbound if they are equal. */
const byPriority = (a: ConcreteRule, b: ConcreteRule) =>
  a.priority - b.priority || -byCodeUnit(a.direction, b.direction)
