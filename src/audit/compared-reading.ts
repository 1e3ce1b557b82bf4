import { basename } from 'node:path'
import { everything, PrefixSet } from '../address/prefix-set.ts'
import type { AddressList, FoundRule, Note, Reading } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { hasPorts, shareTraffic } from '../model/traffic.ts'
import { listText } from '../text/numbers.ts'
import { familyOf, objectFamilies } from './object-families.ts'
import type { AuditExpectation, SetFile, Unresolved } from './values.ts'

/** The part of a reading that is compared with a policy, with the addresses of its tags in the families that count. */
export function comparedReading(found: Reading, expectation: AuditExpectation) {
  const { ruleset, tagPrefixes, family, areObjectsApart = false, setFiles = [] } = expectation
  const reading = namedByFile(found, setFiles)
  const families = objectFamilies(ruleset, areObjectsApart)
  const addressesOf = ({ addresses, tags = [] }: Pick<AddressList, 'addresses' | 'tags'>) => {
    const all =
      tags.length === 0 ? addresses : PrefixSet.union([addresses, ...tags.flatMap((tag) => tagPrefixes(tag) ?? [])])
    return family ? all.family(family) : all
  }
  return {
    rules: reading.rules.filter(isComparedWith(ruleset)).flatMap((rule): FoundRule[] => {
      const [all, only] = [addressesOf(rule.remote), familyOf(rule.local, families)]
      const addresses = only ? all.family(only) : all
      return addresses.isEmpty ? [] : [{ ...rule, remote: { addresses, tags: [] } }]
    }),
    lists: reading.lists.map((list) => ({ ...list, addresses: addressesOf(list) })),
    notes: reading.notes.filter((note) => concerns(note, ruleset, tagPrefixes)),
    unresolved: unresolvedOf(reading, tagPrefixes),
  }
}

const MOST_NAMES = 10

/** A reading in which each list is named after the set whose file it is. A file with another name says nothing of the rules: a note, no addresses. */
function namedByFile(reading: Reading, files: readonly SetFile[]): Reading {
  if (files.length === 0) return reading
  const bySuffix = [...files].sort((a, b) => b.suffix.length - a.suffix.length)
  const setOf = ({ part }: AddressList) => {
    const file = basename(part)
    return (files.find(({ name }) => file === name) ?? bySuffix.find(({ suffix }) => file.endsWith(suffix)))?.set
  }
  const lists = reading.lists.map((list) => ({ list, set: setOf(list) }))
  const suffixes = listText([...new Set(files.map(({ suffix }) => suffix))], MOST_NAMES)
  const reason = `is not named as a list of the target, so it is not compared; expected a name that ends in ${suffixes}`
  const unnamed = lists.filter(({ set }) => set === undefined)
  return {
    ...reading,
    lists: lists.map(({ list: { part, ...list }, set }) =>
      set === undefined ? { part, name: part, addresses: PrefixSet.empty } : { part, ...list, name: set },
    ),
    notes: [
      ...reading.notes,
      ...unnamed.map(({ list: { part } }) => ({ place: { part, line: 1 }, text: basename(part), reason })),
    ],
  }
}

/** Rules that allow protocols without ports count only if the policy has such rules: nearly every device lets ping through. */
function isComparedWith({ rules }: Ruleset): (rule: FoundRule) => boolean {
  const isWide = rules.some(({ protocol }) => !hasPorts(protocol))
  return ({ action, protocol }) => isWide || action === 'deny' || protocol === 'any' || hasPorts(protocol)
}

/** True if a note may concern the policy's traffic. A tag that the document lacks may have any address. */
function concerns({ about }: Note, { rules }: Ruleset, tagPrefixes: AuditExpectation['tagPrefixes']): boolean {
  if (about === undefined) return true
  return about.some((traffic) => {
    const { addresses, tags } = traffic.remote
    const sets = [addresses, ...tags.map((tag) => tagPrefixes(tag) ?? everything())]
    return rules.some((rule) => shareTraffic(rule, traffic) && sets.some((set) => set.overlaps(rule.set.prefixes)))
  })
}

/** The tags that the document lacks. One entry per rule, however many ports, protocols and directions it was read as. */
function unresolvedOf({ rules, lists }: Reading, tagPrefixes: AuditExpectation['tagPrefixes']): Unresolved[] {
  const all = [
    ...rules.map(({ name: rule, place, direction, action, remote: { tags } }) => {
      return { rule, place, direction, action, tags }
    }),
    ...lists.map(({ part, name: rule = part, tags = [] }): Unresolved => {
      return { rule, place: { part, line: 1 }, direction: 'outbound', action: 'allow', tags }
    }),
  ]
  const unresolved = all
    .map((one) => ({ ...one, tags: one.tags.filter((tag) => tagPrefixes(tag) === undefined) }))
    .filter(({ tags }) => tags.length > 0)
  const keyOf = ({ rule, place, direction, tags }: Unresolved) => JSON.stringify([rule, place, direction, tags])
  return [...new Map(unresolved.map((one) => [keyOf(one), one])).values()]
}
