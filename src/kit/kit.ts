import { parsePrefix, parsePrefixOrAddress, rangeOf } from '../model/address/prefix.ts'
import { everything, PrefixSet } from '../model/address/prefix-set.ts'
import { setOfTexts } from '../model/address/set-of-texts.ts'
import type { ReadFile } from '../model/found-rule.ts'
import { joinPorts, otherPorts } from '../model/ports.ts'
import type { ReaderKit, Statement, Syntax, Word } from '../model/reader-kit.ts'
import { nameUuid } from '../model/text/uuid.ts'
import {
  addressOf,
  areLocal,
  blockOf,
  maskedBlock,
  prefixOrReason,
  rangeBetween,
  rangeOfText,
  wildcardRanges,
} from './addresses.ts'
import { followChains } from './chains.ts'
import { entryRules } from './entry-rules.ts'
import { expressions } from './expressions.ts'
import { GroupReader } from './group-reader.ts'
import { fieldOf, itemsOf, numberOf, textOf } from './json-values.ts'
import { readJson } from './located-json.ts'
import { readXml } from './located-xml.ts'
import { readYaml } from './located-yaml.ts'
import { commonMatch, withoutMatch } from './match.ts'
import { protocols, services } from './names.ts'
import { inShort, Notes } from './notes.ts'
import { outerFirst } from './outer-first.ts'
import { commonPorts, everyPort, joinServices, portRange, takePorts } from './ports.ts'
import { Resolver } from './resolver.ts'
import { readStatements, splitter } from './statements.ts'
import { denyTagsToo, tagSides } from './tag-sides.ts'
import { templateFaults } from './template-faults.ts'
import { Words } from './words.ts'
import { coverage, directionsBetween, zonesOf } from './zones.ts'

/** What readers share. Each is in a file of its own idea, and is tested in test/kit. */
export const KIT: ReaderKit = Object.freeze<ReaderKit>({
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
  setOf: (prefixes) => PrefixSet.of(prefixes),
  setOfRanges: (ranges) => PrefixSet.ofRanges(ranges),
  setOfTexts,
  union: (sets) => PrefixSet.union(sets),
  empty: PrefixSet.empty,
  everything,
  areLocal,
  everyPort,
  portRange,
  takePorts,
  joinPorts,
  otherPorts,
  commonPorts,
  joinServices,
  services,
  protocols,
  outerFirst,
  groupReader: (syntax) => new GroupReader(syntax),
  resolver: (unresolved) => new Resolver(unresolved),
  coverage,
  directionsBetween,
  zonesOf,
  followChains,
  entryRules,
  commonMatch,
  withoutMatch: (all, taken, family) => withoutMatch(all, taken, everything(family)),
  tagSides,
  denyTagsToo,
  // Without lists in the syntax no word is one.
  readStatements: readStatements as (
    file: Pick<ReadFile, 'part' | 'text'>,
    syntax: Syntax,
  ) => Statement<Word & string>[],
  splitter,
  words: (words) => new Words(words),
  readJson,
  readYaml,
  fieldOf,
  itemsOf,
  textOf,
  numberOf,
  expressions,
  templateFaults,
  readXml,
  newEntry: (name, place) => ({ name, place, fields: new Map(), notes: [] }),
  notes: () => new Notes(),
  inShort,
  nameUuid,
})
