import { PrefixSet } from '../../address/prefix-set.ts'
import type { Piece } from '../../model/change.ts'
import type { AddressList } from '../../model/reading.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { type Allowed, difference, facts, isNothing } from '../../verify/allowed.ts'
import type { Expectation } from '../../verify/expectation.ts'
import { heldBy, wantedOf } from '../../verify/lists.ts'
import { byCause } from './traffic.ts'

/** The rulesets of a target whose files hold addresses and no rules. */
export interface ListSides {
  readonly before: Ruleset
  readonly between: Ruleset
  readonly after: Ruleset
}

/** The gains and losses of each list: of a rule, or of all rules. Ports and directions are those of the device's own rules. */
export function piecesOfLists(lists: readonly AddressList[], sides: ListSides, by: Expectation['by']): Piece[] {
  const rulesets = [sides.before, sides.between, sides.after]
  const hasSet = ({ sets }: Ruleset, name: string) => sets.some((set) => set.name === name)
  const names = lists.map(nameOf)
  // Where each rule has a list of its own, one that went has none now.
  const removed = names.every((name) => hasSet(sides.after, name)) ? sides.before.sets.map(({ name }) => name) : []
  const written = new Map(
    rulesets.flatMap(({ sets }) => sets.flatMap(({ tags }) => tags.map((tag) => [tag.toLowerCase(), tag]))),
  )
  return [...new Set([...names, ...removed])].flatMap((name) => {
    const isNamed = rulesets.some((ruleset) => hasSet(ruleset, name))
    const held = rulesets.map(({ sets }) => wantedOf(isNamed ? sets.filter((set) => set.name === name) : sets, by))
    const [before, between, after] = held as [Allowed, Allowed, Allowed]
    return piecesOfList(name, { before, between, after }, written)
  })
}

/** The same from what the older files hold, whatever made them. */
export function piecesOfReadLists(before: readonly AddressList[], after: readonly AddressList[]): Piece[] {
  const names = new Set([...after, ...before].map(nameOf))
  const heldIn = (lists: readonly AddressList[], name: string): Allowed => {
    const list = lists.find((one) => nameOf(one) === name)
    return list ? heldBy(list) : { addresses: PrefixSet.empty, tags: new Set() }
  }
  return [...names].flatMap((name) => {
    const sides = { before: heldIn(before, name), between: undefined, after: heldIn(after, name) }
    return piecesOfList(name, sides, new Map())
  })
}

const nameOf = ({ part, name = part }: AddressList) => name

function piecesOfList(
  list: string,
  { before, between, after }: { before: Allowed; between: Allowed | undefined; after: Allowed },
  written: ReadonlyMap<string, string>,
): Piece[] {
  const none = { from: undefined, to: undefined, direction: undefined, traffic: undefined, local: undefined }
  return ([true, false] as const).flatMap((opens) =>
    byCause(opens ? difference(after, before) : difference(before, after), opens, between).flatMap(
      ([cause, changed]): Piece[] => {
        if (isNothing(changed)) return []
        const { addresses, tags } = facts(changed)
        return [
          { ...none, opens, cause, list, remote: { addresses, tags: tags.map((tag) => written.get(tag) ?? tag) } },
        ]
      },
    ),
  )
}
