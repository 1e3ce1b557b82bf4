/** A published document as text: `Name=CIDR CIDR`, or `Name@region=CIDR`, one tag a line. */
export function documentOf(changeNumber: number, tags: string): string {
  const values = tags
    .trim()
    .split('\n')
    .map((line) => {
      const [name, region = '', cidrs = ''] = (/^\s*([^=@]+)(?:@(.*))?=([0-9a-f.:/ ]*)$/.exec(line) ?? []).slice(1)
      const properties = { changeNumber, region, systemService: '', networkFeatures: [], platform: 'Azure' }
      return { name, id: name, properties: { ...properties, addressPrefixes: cidrs.split(' ').filter(Boolean) } }
    })
  return JSON.stringify({ changeNumber, cloud: 'Public', values })
}

/** The first `count` of the /30 at every other place from 20.0.0.0 on, from number `from`: none of them can be merged. */
export const many = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, index) => {
    const address = (20 << 24) + (from + index) * 8
    return `${[24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')}/30`
  }).join(' ')
