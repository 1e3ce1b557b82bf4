import type { Source } from '../../src/document/document.ts'

/** A document as Microsoft publishes it, with these tags. */
export function published(
  date: string,
  tags: readonly (readonly [name: string, region: string, prefixes: readonly string[]])[],
): Source {
  const values = tags.map(([name, region, addressPrefixes]) => ({
    name,
    id: name,
    properties: { changeNumber: 1, region, platform: 'Azure', systemService: '', addressPrefixes, networkFeatures: [] },
  }))
  return {
    name: `ServiceTags_Public_${date.replaceAll('-', '')}.json`,
    published: date,
    bytes: Buffer.from(JSON.stringify({ changeNumber: 7, cloud: 'Public', values })),
  }
}
