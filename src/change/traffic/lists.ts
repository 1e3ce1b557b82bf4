import type { Piece } from '../../model/change.ts'
import type { AddressList, FoundRule } from '../../model/reading.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { EVERY_PORT } from '../../model/traffic.ts'
import { type Allowed, heldBy, NOTHING, nameOfList, wantedIn } from '../../verify/allowed.ts'
import type { Expectation } from '../../verify/expectation.ts'
import { piecesBetween, type Resolution, type Sides, spellings } from './traffic.ts'

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
  const { before, between, after, by, resolutions } = sides
  const rulesets = [before, between, after]
  const written = spellings(rulesets.flatMap(({ sets }) => sets.flatMap(({ tags }) => tags)))
  return names.flatMap((name) => {
    const isNamed = rulesets.some(({ sets }) => sets.some((set) => set.name === name))
    const rulesOf = (ruleset: Ruleset, how: Expectation['by']) =>
      asRules(wantedIn(name, ruleset, isNamed, how), written)
    const rules = {
      before: rulesOf(before, by.before),
      between: rulesOf(between, by.before),
      after: rulesOf(after, by.after),
    }
    return piecesOfList(name, { ...rules, resolutions })
  })
}

/** The same from what the older files hold, whatever made them. */
export function piecesOfReadLists(
  names: readonly string[],
  before: readonly AddressList[],
  after: readonly AddressList[],
  resolutions: readonly Resolution[],
): Piece[] {
  const written = spellings([...before, ...after].flatMap(({ tags = [] }) => tags))
  const rulesIn = (lists: readonly AddressList[], name: string) => {
    const list = lists.find((one) => nameOfList(one) === name)
    return asRules(list ? heldBy(list) : NOTHING, written)
  }
  return names.flatMap((name) => {
    const rules = { before: rulesIn(before, name), between: undefined, after: rulesIn(after, name) }
    return piecesOfList(name, { ...rules, resolutions })
  })
}

/** A list as a rule that allows one flow to its addresses, so that lists are compared as rules are. */
const asRules = ({ addresses, tags }: Allowed, written: ReadonlyMap<string, string>): FoundRule[] => [
  {
    name: 'list',
    place: { part: '', line: 0 },
    action: 'allow',
    direction: 'outbound',
    protocol: 'tcp',
    ports: [EVERY_PORT],
    remote: { addresses, tags: [...tags].map((tag) => written.get(tag) ?? tag) },
    coverage: 'whole',
  },
]

const piecesOfList = (list: string, sides: Sides): Piece[] =>
  piecesBetween(sides).map((piece) => ({ ...piece, ...OF_LIST, list }))

/** A list says neither ports nor directions, and nothing of the rules that name it. */
const OF_LIST = { isNew: false, from: undefined, to: undefined, direction: undefined, traffic: undefined }
