import { PrefixSet } from '../../address/prefix-set.ts'
import type { Cause, Piece } from '../../model/change.ts'
import type { AddressList } from '../../model/reading.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { type Allowed, difference, facts, intersection, isNothing } from '../../verify/allowed.ts'
import type { Expectation } from '../../verify/expectation.ts'
import { heldBy, wantedOf } from '../../verify/lists.ts'

/** The rulesets of a target whose files hold addresses and no rules. */
export interface ListSides {
  /** The names of the lists in the files: those of rules, or one for all rules. */
  readonly names: readonly string[]
  readonly before: Ruleset
  readonly between: Ruleset
  readonly after: Ruleset
  readonly by: Expectation['by']
}

/** The gains and losses of each list. Ports and directions are those of the device's own rules. */
export function piecesOfLists({ names, before, between, after, by }: ListSides): Piece[] {
  const rulesets = [before, between, after]
  return [...new Set(names)].flatMap((name) => {
    const isNamed = rulesets.some(({ sets }) => sets.some((set) => set.name === name))
    const held = rulesets.map(({ sets }) => wantedOf(isNamed ? sets.filter((set) => set.name === name) : sets, by))
    const [old, middle, young] = held as [Allowed, Allowed, Allowed]
    const [gained, lost] = [difference(young, old), difference(old, young)]
    return [
      ...pieceOf(name, true, 'document', intersection(gained, middle), rulesets),
      ...pieceOf(name, true, 'policy', difference(gained, middle), rulesets),
      ...pieceOf(name, false, 'document', difference(lost, middle), rulesets),
      ...pieceOf(name, false, 'policy', intersection(lost, middle), rulesets),
    ]
  })
}

/** The same from what the older files hold, whatever made them. */
export function piecesOfReadLists(before: readonly AddressList[], after: readonly AddressList[]): Piece[] {
  const nameOf = ({ part, name = part }: AddressList) => name
  const names = new Set([...after, ...before].map(nameOf))
  const heldIn = (lists: readonly AddressList[], name: string): Allowed => {
    const list = lists.find((one) => nameOf(one) === name)
    return list ? heldBy(list) : { addresses: PrefixSet.empty, tags: new Set() }
  }
  return [...names].flatMap((name) => {
    const [old, young] = [heldIn(before, name), heldIn(after, name)]
    return [
      ...pieceOf(name, true, 'unknown', difference(young, old), []),
      ...pieceOf(name, false, 'unknown', difference(old, young), []),
    ]
  })
}

function pieceOf(list: string, gains: boolean, cause: Cause, changed: Allowed, rulesets: readonly Ruleset[]): Piece[] {
  if (isNothing(changed)) return []
  const { addresses, tags } = facts(changed)
  const written = new Map(
    rulesets.flatMap(({ sets }) => sets.flatMap(({ tags }) => tags.map((tag) => [tag.toLowerCase(), tag]))),
  )
  const remote = { addresses, tags: tags.map((tag) => written.get(tag) ?? tag) }
  const none = { from: undefined, to: undefined, direction: undefined, traffic: undefined, local: undefined }
  return [{ ...none, opens: gains, cause, list, remote }]
}
