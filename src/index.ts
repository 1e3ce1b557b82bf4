/**
 * The public API of tagwall: names below only change with a major version; everything else is internal. docs/library.md groups them
 * by stage. Functions depend only on their arguments, except three that read a vendor's folder: `readVendor`, `loadReader`, and
 * `renderDelta`, which loads the reader. `parsePrefix` throws an `Error`; everything else that reads text throws a `UserError` with
 * one sentence, or `UserErrors` with several.
 */

export { type Change, type DeltaStart, type RenderedDelta, renderDelta } from './change/render-delta.ts'
export { diff } from './compile/delta/diff.ts'
export { compile, type KnownTags } from './compile/rules/compile.ts'
export { type Stage, type Widened, widenSeries } from './compile/widen/widen.ts'
export { UserError, UserErrors } from './errors.ts'
export { KIT } from './kit/kit.ts'
export type { DeviceModel, Follower, Reader, ReaderModule, Readers } from './kit/reader-api.ts'
export {
  type AddressFamily,
  formatPrefix,
  type Prefix,
  parsePrefix,
  type Range,
  rangeOf,
} from './model/address/prefix.ts'
export { PrefixSet } from './model/address/prefix-set.ts'
export type { LimitUse, Pace, Use } from './model/capacity.ts'
export { CLOUDS, type Cloud } from './model/cloud.ts'
export type { Delta, TagDelta } from './model/delta.ts'
export type { Device, Item, LoadKind } from './model/device.ts'
export type { Finding } from './model/finding.ts'
export type { OptionValues } from './model/option-values.ts'
export type { Policy, PolicyTest, Rule, Target } from './model/policy.ts'
export type { FoundRule, Reading } from './model/reading.ts'
export type { Proof } from './model/result.ts'
export type { AddressSet, ConcreteRule, Ruleset } from './model/ruleset.ts'
export type { ServiceTag, TagDocument } from './model/service-tag.ts'
export type { PortRange } from './model/traffic.ts'
export type { Vendor } from './model/vendor.ts'
export type { Price, Widening } from './model/widening.ts'
export { SHIPPED } from './paths.ts'
export { explain } from './present/text/finding.ts'
export { parseDocument, type ReadDocument, type Source } from './source/document/document.ts'
export { parsePolicy } from './source/policy/policy.ts'
export { formatSnapshot, parseSnapshot } from './source/snapshot/snapshot.ts'
export { loadReader } from './source/vendor/reader.ts'
export { readVendor, resolveOptions } from './source/vendor/vendor.ts'
export { audit } from './verify/audit/audit.ts'
export type { Expectation } from './verify/expectation.ts'
export { prove } from './verify/prove.ts'
export { type Job, type Rendered, type RenderedTarget, renderAll } from './workflow/render-target.ts'
export type { Renderer } from './workflow/shared-renderer.ts'
