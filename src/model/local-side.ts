import type { AddressFamily } from './address/prefix.ts'
import type { PrefixSet } from './address/prefix-set.ts'
import type { AddressSet } from './ruleset.ts'

/** The local side as a policy has it: addresses, or an object that exists on the device. */
export type PolicyLocal =
  | { readonly prefixes: PrefixSet }
  /** `object6` is the object for IPv6 on devices whose objects have one family. */
  | { readonly object: string; readonly object6: string | undefined }

/** The local side of a compiled rule. Its set has a name of its own, because devices hold it as a group. */
export type LocalSide = { readonly set: AddressSet } | { readonly object: string; readonly object6: string | undefined }

/** The families that a local side has addresses of. An object may have both. */
export function hasFamily(local: LocalSide | PolicyLocal | undefined, family: AddressFamily): boolean {
  if (local === undefined || 'object' in local) return true
  const prefixes = 'set' in local ? local.set.prefixes : local.prefixes
  return !prefixes.family(family).isEmpty
}
