import { type AddressFamily, parsePrefix, parsePrefixOrAddress, rangeOf } from '../../address/prefix.ts'
import { everything, PrefixSet } from '../../address/prefix-set.ts'
import { setOfTexts } from '../../address/set-of-texts.ts'
import { joinPorts, otherPorts } from '../../model/traffic.ts'
import { nameUuid } from '../../text/hashes.ts'
import { entryRules, GroupReader, type GroupSyntax, type LineGroup } from './access-lists.ts'
import {
  addressOf,
  areLocal,
  blockOf,
  byNarrowest,
  maskedBlock,
  prefixOrReason,
  rangeBetween,
  rangeOfText,
  wildcardRanges,
} from './addresses.ts'
import { commonMatch, EVERY_CONNECTION, type Match, withoutMatch } from './chain-values.ts'
import { chainsFrom, followChains } from './chains.ts'
import { expressions } from './expressions.ts'
import { Kept } from './kept.ts'
import { fieldFaults, fieldOf, fieldsByPath, itemsOf, numberOf, readJson, textOf } from './located-json.ts'
import { readXml } from './located-xml.ts'
import { readYaml } from './located-yaml.ts'
import { MemberUnion, newEntry, type Value } from './member-union.ts'
import { foreignNote, inShort, Notes } from './notes.ts'
import { commonPorts, everyPort, joinServices, portList, portRange, protocols, services, takePorts } from './ports.ts'
import { outerFirst, Resolver } from './resolver.ts'
import { readStatements, splitter, type Word } from './statements.ts'
import { isSame, Words } from './words.ts'
import { directionsBetween, zonesOf } from './zones.ts'

/** The functions and constants that readers share. */
export const KIT = {
  // Addresses.
  parsePrefix,
  parsePrefixOrAddress,
  prefixOrReason,
  addressOf,
  blockOf,
  maskedBlock,
  wildcardRanges,
  rangeBetween,
  rangeOfText,
  rangeOf,
  setOf: PrefixSet.of,
  setOfRanges: PrefixSet.ofRanges,
  setOfTexts,
  byNarrowest,
  union: PrefixSet.union,
  empty: PrefixSet.empty,
  everything,
  areLocal,

  // Ports and services. Every returned list of ports is sorted and has no overlap.
  everyPort,
  portRange,
  portList,
  takePorts,
  joinPorts,
  otherPorts,
  commonPorts,
  joinServices,
  services,
  protocols,

  // Names that lead to names, zones, chains, and access lists.
  resolver: <Found>(unresolved: (key: string, why: 'circle' | 'depth') => Found) => new Resolver(unresolved),
  memberUnion: <Member extends Value>() => new MemberUnion<Member>(),
  kept: <Source, Value>() => new Kept<Source, Value>(),
  groupReader: <Found, Group extends LineGroup<Found>>(syntax: GroupSyntax<Found, Group>) => new GroupReader(syntax),
  outerFirst,
  directionsBetween,
  zonesOf,
  followChains,
  chainsFrom,
  entryRules,
  everyConnection: EVERY_CONNECTION,
  commonMatch,
  withoutMatch: (all: Match, taken: Match, family?: AddressFamily) => withoutMatch(all, taken, everything(family)),

  // Text.
  readStatements,
  splitter,
  words: <One extends Word>(words: readonly One[]) => new Words(words),
  readJson,
  readYaml,
  readXml,
  fieldOf,
  itemsOf,
  textOf,
  numberOf,
  fieldFaults,
  fieldsByPath,
  expressions,
  isSame,

  // Objects and notes.
  newEntry,
  notes: () => new Notes(),
  inShort,
  foreignNote,
  nameUuid,
}

/** Everything in the kit. Nothing in it throws because of a text, except `parsePrefix` and `parsePrefixOrAddress`. */
export type ReaderKit = Readonly<typeof KIT>

// One reader must not change what the proof of another relies on: neither the kit nor the classes of values that readers hold.
const CLASSES = [PrefixSet, Words, Notes, Resolver, Kept, MemberUnion, GroupReader]
freezeDeep([KIT, ...CLASSES, everything(), everything('ipv4'), everything('ipv6')])

/** Freezes `value` and everything that its properties lead to. An address set hands out lists, which are frozen too. */
function freezeDeep(value: unknown): void {
  if (PrefixSet.is(value)) for (const list of [value.prefixes, value.texts]) freezeDeep(list)
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const property of Object.values(Object.getOwnPropertyDescriptors(value)))
    for (const part of [property.value, property.get, property.set]) freezeDeep(part)
}
