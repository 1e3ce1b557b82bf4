/**
 * The public API of tagwall: names below only change with a major version; everything else is internal. docs/library.md groups them
 * by stage. Functions depend only on their arguments, except three that read a vendor's folder: `readVendor`, `loadReader`, and
 * `renderDelta`, which loads the reader. `parsePrefix` throws an `Error`; everything else that reads text throws a `UserError` with
 * one sentence, or `UserErrors` with several.
 */

export {
  type AddressFamily,
  formatPrefix,
  type Prefix,
  parsePrefix,
  type Range,
  rangeOf,
} from './address/prefix.ts'
export { PrefixSet } from './address/prefix-set.ts'
export { audit } from './audit/audit.ts'
export type { DeltaStart, RenderedDelta, Rulesets as Change } from './change/ways/render-delta.ts'
export { renderDelta } from './change/ways/render-delta.ts'
export { compile, type KnownTags } from './compile/compile.ts'
export { type Job, type Rendered, type RenderedTarget, renderAll } from './compile/render-target.ts'
export type { Renderer } from './compile/share.ts'
export { type Stage, type Widened, widenSeries } from './compile/widen/widen.ts'
export { diff } from './document/diff.ts'
export { parseDocument, type ReadDocument, type Source } from './document/document.ts'
export { formatSnapshot, parseSnapshot } from './document/snapshot/snapshot.ts'
export { UserError, UserErrors } from './errors.ts'
export type { Finding } from './finding/finding.ts'
export { explain } from './finding/finding.ts'
export type { LimitUse, Pace, Use } from './model/capacity.ts'
export { CLOUDS, type Cloud } from './model/cloud.ts'
export type { Delta, TagDelta } from './model/delta.ts'
export type { Device, LoadKind } from './model/device.ts'
export type { Item } from './model/item.ts'
export type { OptionValues } from './model/option.ts'
export type { Policy, PolicyTest, Rule, Target } from './model/policy.ts'
export type { FoundRule, Reading } from './model/reading.ts'
export type { Proof } from './model/result.ts'
export type { AddressSet, ConcreteRule, Ruleset } from './model/ruleset.ts'
export type { ServiceTag, TagDocument } from './model/service-tag.ts'
export type { PortRange } from './model/traffic.ts'
export type { Vendor } from './model/vendor.ts'
export type { Price, Widening } from './model/widening.ts'
export { SHIPPED } from './paths.ts'
export { parsePolicy } from './policy/policy.ts'
export { KIT } from './vendor/kit/kit.ts'
export type { DeviceModel, Follower, Reader, ReaderModule, Readers } from './vendor/kit/reader-api.ts'
export { loadReader } from './vendor/reader.ts'
export { readVendor, resolveOptions } from './vendor/vendor.ts'
export type { Expectation } from './verify/expectation.ts'
export { prove } from './verify/prove.ts'
