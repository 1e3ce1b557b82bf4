/**
 * What programs may use of tagwall: every name below is kept until a new major version, and nothing else is. The functions of
 * `parse`, `compile`, `render` and `prove` depend on their arguments alone; those that read files say so.
 */

export { diff } from './compile/delta/diff.ts'
// A policy against a document, and one document against another.
export { compile, type KnownTags } from './compile/rules/compile.ts'
export { type Stage, type Widened, widenSeries } from './compile/widen/widen.ts'
// Text from outside becomes checked values. Each throws `UserError` with one sentence, or `UserErrors` with several.
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
// Values, and the algebra of address sets.
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
// What was rendered, or what a device runs, against a ruleset.
export { audit } from './verify/audit/audit.ts'
export type { Expectation } from './verify/expectation.ts'
export { prove } from './verify/prove.ts'
export { type Change, type RenderedDelta, renderDelta } from './workflow/render-delta.ts'
// A ruleset as a vendor's files, or as the commands from one to another (proved already; it loads the vendor's reader).
export { type Job, type Rendered, renderAll } from './workflow/render-target.ts'
