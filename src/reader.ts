/** The types for a vendor's `reader.ts`; only types, so a reader has no imports at run time. */

export type {
  EntryPlace,
  EntryService,
  EntrySide,
  GroupSyntax,
  Held,
  InGroup,
  Line,
  LineGroup,
  ListEntry,
  SidePair,
} from './model/access-list.ts'
export type { AddressFamily, Prefix, Range } from './model/address/prefix.ts'
export type { PrefixSet } from './model/address/prefix-set.ts'
export type { ChainMember, ChainRule, ChainWalk, Doubt, Match, MatchedObject, Verdict } from './model/chain.ts'
export type { Device, DeviceModel, Item, ItemKind, LoadKind } from './model/device.ts'
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
export type {
  Block,
  Entry,
  Notes,
  OperatorSyntax,
  PortSyntax,
  ReaderKit,
  Resolver,
  ServicePorts,
  Statement,
  Syntax,
  Value,
  Word,
  Words,
  ZonePair,
} from './model/reader-kit.ts'
export type { AddressList, Follower, Reader, ReaderContext, Reading } from './model/reading.ts'
export type { CoveringRule, TagCover, TagSide, TagSideOptions, TagSides } from './model/tag-side.ts'
export type { Action, Direction, PortRange, Protocol } from './model/traffic.ts'
