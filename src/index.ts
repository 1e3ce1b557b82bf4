/**
 * The public API of tagwall: names below only change with a major version; everything else is internal. The functions to parse,
 * compile, render and prove depend only on their arguments; those that read files say so.
 */

export { diff } from './compile/delta/diff.ts'
// Compile a policy against a document, and compare documents.
export { compile, type KnownTags } from './compile/rules/compile.ts'
export { type Stage, type Widened, widenSeries } from './compile/widen/widen.ts'
// Turn text into checked values. Each throws `UserError` with one sentence, or `UserErrors` with several.
export { UserError, UserErrors } from './errors.ts'
export { KIT } from './kit/kit.ts'
export {
  type AddressFamily,
  formatPrefix,
  type Prefix,
  parsePrefix,
  type Range,
  rangeOf,
} from './model/address/prefix.ts'
export { PrefixSet } from './model/address/prefix-set.ts'
// Values and the algebra of address sets.
export type { LimitUse, Pace, Use } from './model/capacity.ts'
export { CLOUDS, type Cloud } from './model/cloud.ts'
export type { Delta, TagDelta } from './model/delta.ts'
export type { Device, DeviceModel, Item, LoadKind, ReaderModule, Readers } from './model/device.ts'
export type { Finding } from './model/finding.ts'
export type { OptionValues } from './model/option-values.ts'
export type { Policy, PolicyTest, Rule, Target } from './model/policy.ts'
export type { Follower, FoundRule, Reader, Reading } from './model/reading.ts'
export type { Proof } from './model/result.ts'
export type { AddressSet, ConcreteRule, Ruleset } from './model/ruleset.ts'
export type { ServiceTag, TagDocument } from './model/service-tag.ts'
export type { PortRange } from './model/traffic.ts'
export type { Vendor } from './model/vendor.ts'
export type { Price, Widening } from './model/widening.ts'
export { SHIPPED } from './paths.ts'
/** The sentence for a finding. */
export { explain } from './present/text/finding.ts'
export { parseDocument, type ReadDocument, type Source } from './source/document/document.ts'
export { parsePolicy } from './source/policy/policy.ts'
export { formatSnapshot, parseSnapshot } from './source/snapshot/snapshot.ts'
export { loadReader } from './source/vendor/reader.ts'
// These two read a vendor's folder.
export { readVendor, resolveOptions } from './source/vendor/vendor.ts'
// Compare rendered files, or a running configuration, with a ruleset.
export { audit } from './verify/audit/audit.ts'
export type { Expectation } from './verify/expectation.ts'
export { prove } from './verify/prove.ts'
export { type Change, type RenderedDelta, renderDelta } from './workflow/render-delta.ts'
// Render a ruleset as files, or as a proved delta; `renderDelta` loads the vendor's reader.
export { type Job, type Rendered, type RenderedTarget, renderAll } from './workflow/render-target.ts'
export type { Renderer } from './workflow/shared-renderer.ts'
