import {
  type AddressFamily,
  BITS,
  comparePrefixes,
  formatAddress,
  formatPrefix,
  type Prefix,
} from '../../address/prefix.ts'
import type { PrefixSet } from '../../address/prefix-set.ts'
import type { FittedSet } from '../../model/fitted.ts'
import { memo } from '../../model/lazy.ts'
import { objectNameOf, wordOf } from '../../model/naming.ts'
import type { OptionValues } from '../../model/option.ts'
import type { Vendor } from '../../model/vendor.ts'

const viewers = new WeakMap<Vendor, (prefix: unknown, options: OptionValues) => PrefixViewer>()

/** Makes the view of each prefix in the vendor's words, once for all targets whose objects begin with the same text, as at many sites. */
export function prefixViewer(vendor: Vendor, options: OptionValues): PrefixViewer {
  const { prefix } = vendor.names.object
  const known = viewers.get(vendor) ?? memo((_: unknown, options: OptionValues) => newViewer(vendor, options))
  viewers.set(vendor, known)
  return known(prefix && options[prefix], options)
}

function newViewer(vendor: Vendor, options: OptionValues) {
  const masksOf = memo((_: string, { family, length }: Prefix) => masksOfLength(family, length))
  const words = { ipv4: wordOf(vendor, 'ipv4'), ipv6: wordOf(vendor, 'ipv6') }
  const byText = memo(make)

  /** Equal prefixes of different sets share one view. `text` is the canonical text, if known. */
  return memo((prefix: Prefix, text?: string) => byText(text ?? formatPrefix(prefix), prefix))

  function make(cidr: string, prefix: Prefix) {
    const { family, length } = prefix
    const { mask, wildcard } = masksOf(`${family}/${length}`, prefix)
    return {
      cidr,
      name: objectNameOf(cidr, vendor, options),
      family: words[family],
      address: cidr.slice(0, cidr.indexOf('/')),
      length,
      mask,
      /** The mask with every bit turned: `0.0.0.255` for a /24, as access lists of some devices have it. */
      wildcard,
      /** One address: /32, or /128. */
      isHost: length === BITS[family],
      isIpv4: family === 'ipv4',
      isIpv6: family === 'ipv6',
    }
  }
}

export type PrefixViewer = ReturnType<typeof newViewer>
export type PrefixView = ReturnType<PrefixViewer>

/** The prefixes of one family. */
export const ofFamily = (prefixes: readonly PrefixView[], family: AddressFamily) =>
  prefixes.filter(({ isIpv4 }) => isIpv4 === (family === 'ipv4'))

/** The views of the minimal cover of a set. */
export const prefixViewsOf = ({ prefixes, texts }: PrefixSet, prefixView: PrefixViewer) =>
  prefixes.map((prefix, index) => prefixView(prefix, texts[index]))

/** Every prefix of any set, without duplicates; overlaps stay, because each set needs its own prefixes. */
export function prefixesOf(sets: readonly FittedSet[], prefixView: PrefixViewer): PrefixView[] {
  // Registers each prefix with the text that its set already has.
  for (const { set } of sets) prefixViewsOf(set.prefixes, prefixView)
  const sorted = sets.flatMap(({ set }) => set.prefixes.prefixes).sort(comparePrefixes)
  return [...new Set(sorted.map((prefix) => prefixView(prefix)))]
}

function masksOfLength(family: AddressFamily, length: number): { readonly mask: string; readonly wildcard: string } {
  const bits = BigInt(BITS[family])
  const wildcard = (1n << (bits - BigInt(length))) - 1n
  const mask = ((1n << bits) - 1n) ^ wildcard
  return { mask: formatAddress(family, mask), wildcard: formatAddress(family, wildcard) }
}
