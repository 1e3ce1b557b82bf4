import type { Piece } from '../../model/change.ts'
import { groupsOf } from '../../model/group-by.ts'
import type { AddressList } from '../../model/reading.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { type Allowed, difference, facts, heldBy, NOTHING, nameOfList, union, wantedIn } from '../../verify/allowed.ts'
import type { Expectation } from '../../verify/expectation.ts'
import { type Resolution, resolvedBy, withTags } from './resolved-tags.ts'
import { bySign, spellings } from './traffic.ts'

/** The rulesets of a target whose files hold addresses and no rules, and how its devices had and have them: by addresses or by tags. */
export interface ListSides {
  readonly before: Ruleset
  readonly between: Ruleset
  readonly after: Ruleset
  readonly by: { readonly before: Expectation['by']; readonly after: Expectation['by'] }
  readonly resolutions: readonly Resolution[]
}

/**
 * The gains and losses of each list of these names: of a rule, or of all rules. Ports and directions are those of the device's own rules.
 */
export function piecesOfLists(names: readonly string[], sides: ListSides): Piece[] {
  const { by, resolutions } = sides
  const rulesets = [sides.before, sides.between, sides.after]
  const hasSet = ({ sets }: Ruleset, name: string) => sets.some((set) => set.name === name)
  const written = spellings(rulesets.flatMap(({ sets }) => sets.flatMap(({ tags }) => tags)))
  return names.flatMap((name) => {
    const isNamed = rulesets.some((ruleset) => hasSet(ruleset, name))
    const held = rulesets.map((side, index) => wantedIn(name, side, isNamed, index < 2 ? by.before : by.after))
    const [before, between, after] = held as [Allowed, Allowed, Allowed]
    return piecesOfList(name, { before, between, after }, written, resolutions)
  })
}

/** The same from what the older files hold, whatever made them. */
export function piecesOfReadLists(
  names: readonly string[],
  before: readonly AddressList[],
  after: readonly AddressList[],
  resolutions: readonly Resolution[],
): Piece[] {
  const heldIn = (lists: readonly AddressList[], name: string): Allowed => {
    const list = lists.find((one) => nameOfList(one) === name)
    return list ? heldBy(list) : NOTHING
  }
  const written = spellings([...before, ...after].flatMap(({ tags = [] }) => tags))
  return names.flatMap((name) => {
    const sides = { before: heldIn(before, name), between: undefined, after: heldIn(after, name) }
    return piecesOfList(name, sides, written, resolutions)
  })
}

function piecesOfList(
  list: string,
  sides: { readonly before: Allowed; readonly between: Allowed | undefined; readonly after: Allowed },
  written: ReadonlyMap<string, string>,
  resolutions: readonly Resolution[],
): Piece[] {
  const changes = bySign(
    resolutions.map((resolve) => {
      const [was, is] = [resolvedBy(resolve.before, sides.before), resolvedBy(resolve.after, sides.after)]
      const held = sides.between && resolvedBy(resolve.before, sides.between)
      return { opened: difference(is, was), closed: difference(was, is), held }
    }),
    (_, opens, cause, changed) => [{ opens, cause, changed }],
  )
  return groupsOf(changes, ({ opens, cause }) => `${opens} ${cause}`).flatMap((alike): Piece[] => {
    const [{ opens, cause }] = alike
    const { addresses, tags } = facts(union(alike.map(({ changed }) => changed)))
    if (addresses.isEmpty && tags.length === 0) return []
    const spelled = (names: Iterable<string>) => [...names].map((tag) => written.get(tag) ?? tag)
    const piece: Piece = {
      opens,
      isNew: false,
      cause,
      from: undefined,
      to: undefined,
      direction: undefined,
      traffic: undefined,
      list,
      local: undefined,
      remote: { addresses, tags: spelled(tags), beside: addresses, partOf: [] },
    }
    return [withTags(piece, spelled((opens ? sides.after : sides.before).tags), resolutions)]
  })
}
