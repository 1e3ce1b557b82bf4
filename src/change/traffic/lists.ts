import { PrefixSet } from '../../address/prefix-set.ts'
import type { Piece } from '../../model/change.ts'
import { groupBy } from '../../model/group-by.ts'
import type { AddressList } from '../../model/reading.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { type Allowed, difference, facts, heldBy, nameOfList, union, wantedIn } from '../../verify/allowed.ts'
import type { Expectation } from '../../verify/expectation.ts'
import { type Resolution, resolvedBy, withTags } from './resolved-tags.ts'
import { byCause } from './traffic.ts'

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
  const written = new Map(
    rulesets.flatMap(({ sets }) => sets.flatMap(({ tags }) => tags.map((tag) => [tag.toLowerCase(), tag]))),
  )
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
    return list ? heldBy(list) : { addresses: PrefixSet.empty, tags: new Set() }
  }
  const written = new Map([...before, ...after].flatMap(({ tags = [] }) => tags.map((tag) => [tag.toLowerCase(), tag])))
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
  const told = { true: NOTHING, false: NOTHING }
  const changes = resolutions.flatMap((resolve) => {
    const [before, after] = [resolvedBy(resolve.before, sides.before), resolvedBy(resolve.after, sides.after)]
    const between = sides.between && resolvedBy(resolve.before, sides.between)
    return ([true, false] as const).flatMap((opens) => {
      const all = opens ? difference(after, before) : difference(before, after)
      const changed = difference(all, told[`${opens}`])
      told[`${opens}`] = union([told[`${opens}`], changed])
      return byCause(changed, opens, between).map(([cause, changed]) => ({ opens, cause, changed }))
    })
  })
  const alike = groupBy(changes, ({ opens, cause }) => `${opens} ${cause}`)
  return [...alike.values()].flatMap((all): Piece[] => {
    const [{ opens, cause }] = all as [(typeof all)[number]]
    const { addresses, tags } = facts(union(all.map(({ changed }) => changed)))
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

const NOTHING: Allowed = { addresses: PrefixSet.empty, tags: new Set() }
