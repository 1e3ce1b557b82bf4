/** The types that a vendor's `reader.ts` is written against; types only, so that a reader has no import at run time. */

export type { AddressFamily, Prefix, Range } from './model/address/prefix.ts'
export type { PrefixSet } from './model/address/prefix-set.ts'
export type { Action, Direction, PortRange, Protocol } from './model/policy.ts'
export type {
  AddressList,
  BrokenJson,
  FarSide,
  Follower,
  FoundRule,
  LocatedJson,
  Note,
  Place,
  Reader,
  ReaderContext,
  ReaderKit,
  ReadFile,
  Reading,
  RuleMember,
  Traffic,
} from './model/reading.ts'
export type { Narrowing, OptionValues } from './model/vendor.ts'
