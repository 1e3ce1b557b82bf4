import { PrefixSet } from '../../model/address/prefix-set.ts'
import type { WindowChange } from '../../model/change-window.ts'
import type { AddressSet, LocalSide, Ruleset } from '../../model/ruleset.ts'
import { byCodeUnit } from '../../model/text/order.ts'

/** What each rule of a policy gains and loses between two rulesets: addresses, or tags where the device resolves them. */
export function windowChanges(before: Ruleset, after: Ruleset, by: 'tags' | 'addresses'): WindowChange[] {
  const names = new Set([...after.sets, ...before.sets].map(({ name }) => name))
  return [...names].flatMap((name): WindowChange[] => {
    const [old, young] = [before, after].map(({ sets }) => sets.find((set) => set.name === name))
    const [lost, gained] = [beyond(old, young, by), beyond(young, old, by)]
    if ([lost, gained].every(({ addresses, tags }) => addresses.isEmpty && tags.length === 0)) return []
    const rule = (young ? after : before).rules.find(({ set }) => set.name === name)
    const note = !old ? 'new' : !young ? 'removed' : ''
    return [{ name, note, isDeny: rule?.action === 'deny', local: localTexts(rule?.local), gained, lost }]
  })
}

function localTexts(local: LocalSide | undefined): readonly string[] {
  if (!local) return []
  return 'set' in local ? local.set.prefixes.texts : [local.object, ...(local.object6 ? [local.object6] : [])]
}

/** What `one` has and `other` has not. */
function beyond(one: AddressSet | undefined, other: AddressSet | undefined, by: 'tags' | 'addresses') {
  const addressesOf = (set: AddressSet | undefined) => (by === 'tags' ? set?.own : set?.prefixes) ?? PrefixSet.empty
  const tagsOf = (set: AddressSet | undefined) => (by === 'tags' ? (set?.tags ?? []) : [])
  const others = new Set(tagsOf(other))
  return {
    addresses: addressesOf(one).subtract(addressesOf(other)),
    tags: tagsOf(one)
      .filter((tag) => !others.has(tag))
      .toSorted(byCodeUnit),
  }
}
