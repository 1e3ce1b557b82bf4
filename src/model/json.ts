import type { AddressFamily } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import type { PolicyLocal } from './policy.ts'
import type { Proof } from './result.ts'

/** The version of all JSON of `--json`. It rises when a field is renamed, removed, or gets another meaning. */
const FORMAT_VERSION = 1

/** The JSON of a command, with its version, two spaces and a final newline. Address counts are strings, because they exceed 2^53. */
export function formatJson(value: object): string {
  return `${JSON.stringify({ formatVersion: FORMAT_VERSION, ...value }, null, 2)}\n`
}

/** The prefixes and the size of a set in one family. */
export interface FamilyJson {
  readonly prefixes: readonly string[]
  /** How many more prefixes there are, if not all are shown. */
  readonly more?: number
  readonly addresses: string
}

/** A set, by family. */
export type SetJson = Readonly<Record<AddressFamily, FamilyJson>>

/** Prefixes and size of a set, by family; of each family at most `most` prefixes. */
export function setJson(set: PrefixSet, most = Number.POSITIVE_INFINITY): SetJson {
  const of = (family: AddressFamily): FamilyJson => {
    const own = set.family(family)
    const more = own.texts.length - most
    return {
      prefixes: own.texts.slice(0, most),
      ...(more > 0 && { more }),
      addresses: String(own.count),
    }
  }
  return { ipv4: of('ipv4'), ipv6: of('ipv6') }
}

/** A local side: addresses, and the names of objects of the device that hold some. */
export interface LocalJson {
  readonly prefixes: readonly string[]
  readonly objects: readonly string[]
}

/** The counts of a proof. */
export const proofJson = ({ rules, prefixes, tags, commands }: Proof) => ({
  ruleCount: rules,
  prefixCount: prefixes,
  tagCount: tags,
  ...(commands !== undefined && { commandCount: commands }),
})

/** The local side of a rule, a target or a site. Of two objects, the second is for IPv6. */
export function policyLocalJson(local: PolicyLocal): LocalJson {
  if ('prefixes' in local) return { prefixes: local.prefixes.texts, objects: [] }
  return { prefixes: [], objects: [local.object, ...(local.object6 === undefined ? [] : [local.object6])] }
}
