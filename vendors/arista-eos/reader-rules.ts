import type { Direction, FoundRule, Notes, PrefixSet } from 'tagwall/reader'
import { type End, kit } from '../_kit/kit.ts'
import type { FieldSet, Match, Policy, Service, Switch } from './reader-switch.ts'

const EXCEPT = 'except '
const ANY: Service = { protocol: 'any', ports: undefined, portSets: [], isPart: false }

/** The rules of a policy, if there is one, in the order in which a switch tries them. */
export const rulesOf = (policy: Policy | undefined, direction: Direction, state: Switch, notes: Notes): FoundRule[] =>
  policy?.inOrder.flatMap((match) => rulesOfMatch(match, direction, state, notes)) ?? []

function rulesOfMatch(match: Match, direction: Direction, state: Switch, notes: Notes): FoundRule[] {
  const { name, place, family, isDefault, services, actions } = match
  const [source, destination] = [sideOf(match, 'source', state, notes), sideOf(match, 'destination', state, notes)]
  const [local, remote] = direction === 'outbound' ? [source, destination] : [destination, source]
  if ([...actions].some((action) => /^redirect\b/.test(action)))
    notes.add(place, name, 'redirects packets, which is not followed')
  if (!isDefault && !source && !destination && services.length === 0)
    notes.add(place, name, 'is a match without addresses and protocols, which is not understood')
  return (services.length > 0 ? services : [ANY]).flatMap(({ protocol, ports, portSets, isPart }): FoundRule[] => {
    const inSets = named(portSets, 'l4-port', match, state, notes).flatMap(
      ({ lines }) => kit.portList([...lines].join(',')) ?? [],
    )
    const asked = kit.joinPorts([...(ports ?? []), ...inSets])
    if (asked.length === 0 && portSets.length > 0) return []
    const rule: FoundRule = {
      name,
      place,
      direction,
      action: actions.has('drop') ? 'deny' : 'allow',
      protocol,
      ports: asked.length > 0 ? asked : kit.everyPort,
      coverage: match.isPart || isPart ? 'part' : 'whole',
      remote: { addresses: remote ?? kit.everything(family), tags: [] },
    }
    return [local ? { ...rule, local: { addresses: local, objects: [] } } : rule]
  })
}

function sideOf(match: Match, name: End, state: Switch, notes: Notes): PrefixSet | undefined {
  const side = match[name]
  if (!side) return undefined
  const [first, ...more] = named(side.names, `${match.family} prefix`, match, state, notes).map(addressesOf)
  const isAlone = first !== undefined && more.length === 0 && side.prefixes.length === 0
  return isAlone ? first : kit.union([...(first ? [first] : []), ...more, kit.setOf(side.prefixes)])
}

/** The field-sets that a match names. One that does not exist, or is empty, becomes a note. */
function named(names: readonly string[], kind: string, match: Match, { sets }: Switch, notes: Notes): FieldSet[] {
  return names.flatMap((name) => {
    const set = sets.get(`${kind} ${name}`)
    if (set && set.lines.size > 0) return [set]
    notes.add(match.place, name, `is a field-set of ${match.name} that ${set ? 'is empty' : 'does not exist'}`)
    return []
  })
}

function addressesOf(set: FieldSet): PrefixSet {
  const unionOf = (texts: readonly string[]) => kit.setOf(texts.map((text) => kit.parsePrefixOrAddress(text)))
  const lines = [...set.lines]
  const excepted = lines.filter((line) => line.startsWith(EXCEPT)).map((line) => line.slice(EXCEPT.length))
  set.found ??= unionOf(lines.filter((line) => !line.startsWith(EXCEPT))).subtract(unionOf(excepted))
  return set.found
}
