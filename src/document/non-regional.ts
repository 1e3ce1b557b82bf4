import type { PrefixSet } from '../address/prefix-set.ts'
import { setOfValidTexts } from './prefix-texts.ts'

/** The parts of a tag that are needed here. */
interface Tag {
  readonly name: string
  readonly properties: { readonly region?: string | null; readonly addressPrefixes: readonly string[] }
}

/**
 * For each regional tag in `wanted`, by base tag: the addresses of the base tag that belong to no region. A rule with regional
 * tags lacks them. Invalid entries of other tags are ignored here.
 */
export function nonRegionalOf(values: readonly unknown[], wanted: ReadonlySet<string>): Map<string, PrefixSet> {
  const dotted = [...wanted].filter((name) => name.includes('.'))
  if (dotted.length === 0) return new Map()
  const bases = new Set(dotted.map(baseOf))
  const regional = new Map<string, string[]>()
  const whole = new Map<string, readonly string[]>()
  for (const entry of values) {
    if (!isTag(entry)) continue
    const { name, properties } = entry
    const base = baseOf(name)
    if (!bases.has(base)) continue
    // A dot does not always mean a region: AzureFrontDoor.FirstParty.
    if (name === base) whole.set(base, properties.addressPrefixes)
    else if (properties.region) regional.set(base, [...(regional.get(base) ?? []), ...properties.addressPrefixes])
  }
  return new Map(
    [...whole].flatMap(([base, texts]): [string, PrefixSet][] => {
      const regions = regional.get(base)
      return regions ? [[base, setOf(texts).subtract(setOf(regions))]] : []
    }),
  )
}

const setOf = (texts: readonly string[]) => setOfValidTexts(texts, () => {})

const baseOf = (name: string) => name.replace(/\..*$/s, '')

function isTag(entry: unknown): entry is Tag {
  const { name, properties } = (entry ?? {}) as Partial<Tag>
  if (typeof name !== 'string' || typeof properties !== 'object' || properties === null) return false
  const { region, addressPrefixes } = properties
  const hasRegion = region === undefined || region === null || typeof region === 'string'
  return hasRegion && Array.isArray(addressPrefixes) && addressPrefixes.every((text) => typeof text === 'string')
}
