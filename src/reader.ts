/** The types for a vendor's `reader.ts`; only types, so a reader has no imports at run time. */

export type { Block } from './kit/addresses.ts'
export type { Entry, Value } from './kit/entry.ts'
export type { ReaderKit } from './kit/kit.ts'
export type { Notes } from './kit/notes.ts'
export type { OperatorSyntax, PortSyntax, ServicePorts } from './kit/ports.ts'
export type { DeviceModel, Follower, Reader, ReaderContext } from './kit/reader-api.ts'
export type { Resolver } from './kit/resolver.ts'
export type { Statement, Syntax, Word } from './kit/statements.ts'
export type { Words } from './kit/words.ts'
export type { ZonePair } from './kit/zones.ts'
export type {
  EntryPlace,
  EntryService,
  EntrySide,
  GroupSyntax,
  GroupValue,
  InGroup,
  Line,
  LineGroup,
  ListEntry,
  SidePair,
} from './model/access-list.ts'
export type { AddressFamily, Prefix, Range } from './model/address/prefix.ts'
export type { PrefixSet } from './model/address/prefix-set.ts'
export type { ChainMember, ChainRule, ChainWalk, Doubt, Match, MatchedObject, Verdict } from './model/chain.ts'
export type { Device, Item, ItemKind, LoadKind } from './model/device.ts'
export type {
  FoundLocal,
  FoundRule,
  Note,
  Place,
  ReadFile,
  RemoteSide,
  RuleMember,
  Traffic,
} from './model/found-rule.ts'
export type { BrokenJson, LocatedJson, LocatedXml, XmlText } from './model/located.ts'
export type { OptionValues } from './model/option-values.ts'
export type { AddressList, Reading } from './model/reading.ts'
export type { CoveringRule, TagCover, TagSide, TagSideOptions, TagSides } from './model/tag-side.ts'
export type { Action, Direction, PortRange, Protocol } from './model/traffic.ts'
