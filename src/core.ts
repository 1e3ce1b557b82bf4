/** The part of the public API that reads no files and needs no vendor: addresses, documents and policies, in a bundle or a worker too. */

export {
  type AddressFamily,
  formatPrefix,
  type Prefix,
  parsePrefix,
  parsePrefixOrAddress,
  type Range,
  rangeOf,
} from './address/prefix.ts'
export { PrefixSet } from './address/prefix-set.ts'
export { compile, type KnownTags } from './compile/compile.ts'
export { type EveryTag, readEveryTag } from './document/all-tags.ts'
export { diff } from './document/diff.ts'
export { parseDocument, type ReadDocument, type Source } from './document/document.ts'
export { type Answer, type Hit, lookUp as lookup } from './document/lookup.ts'
export { formatSnapshot, parseSnapshot } from './document/snapshot/snapshot-file.ts'
export { type Problem, UserError, UserErrors } from './errors.ts'
export type { Finding } from './finding/finding.ts'
export { explain, Refusal } from './finding/finding.ts'
export { CLOUDS, type Cloud } from './model/cloud.ts'
export type { Delta, TagDelta } from './model/delta.ts'
export type { Policy, PolicyTest, Rule, Target } from './model/policy.ts'
export type { AddressSet, ConcreteRule, Ruleset } from './model/ruleset.ts'
export type { ServiceTag, TagDocument } from './model/service-tag.ts'
export type { PortRange } from './model/traffic.ts'
export { parsePolicy } from './policy/policy.ts'
