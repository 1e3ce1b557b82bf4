/** The types for a vendor's `reader.ts`; only types, so a reader has no imports at run time. */

export type { AddressFamily, Prefix, Range } from './address/prefix.ts'
export type { AddressPart, PrefixSet } from './address/prefix-set.ts'
export type { Device } from './model/device.ts'
export type { FieldValue, Item, ItemKind } from './model/item.ts'
export type { OptionValues } from './model/option.ts'
export type {
  AddressList,
  FoundLocal,
  FoundRule,
  Note,
  Place,
  ReadFile,
  Reading,
  RemoteSide,
  RuleMember,
  Traffic,
} from './model/reading.ts'
export type { Action, Direction, PortRange, Protocol } from './model/traffic.ts'
export type { LoadKind } from './model/vendor-words.ts'
export type {
  EntryPlace,
  EntrySide,
  GroupSyntax,
  GroupValue,
  InGroup,
  Line,
  LineGroup,
  ListEntry,
} from './vendor/kit/access-lists.ts'
export type { Block } from './vendor/kit/addresses.ts'
export type {
  BaseChain,
  ChainMember,
  ChainPolicy,
  ChainRule,
  ChainWalk,
  Doubt,
  KeptWalk,
  Match,
  MatchedObject,
  Verdict,
} from './vendor/kit/chain-values.ts'
export type { Kept } from './vendor/kit/kept.ts'
export type { ReaderKit } from './vendor/kit/kit.ts'
export type { BrokenJson, LocatedJson, LocatedXml, XmlText } from './vendor/kit/located-json.ts'
export type { Entry, MemberUnion, Value } from './vendor/kit/member-union.ts'
export type { Notes } from './vendor/kit/notes.ts'
export type { EntryService, OperatorSyntax, PortSyntax } from './vendor/kit/ports.ts'
export type { DeviceModel, Reader, ReaderContext } from './vendor/kit/reader-api.ts'
export type { Forgotten, Resolver } from './vendor/kit/resolver.ts'
export type { Statement, Syntax, Word } from './vendor/kit/statements.ts'
export type { Words } from './vendor/kit/words.ts'
export type { ZonePair } from './vendor/kit/zones.ts'
