// What the benchmarks read: real documents where they are, seeded synthetic ones of the same size where they are not.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../../../shared/service-tags', import.meta.url))

/** mulberry32: whole numbers of 32 bits, the same on every run. */
export function seeded(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }
}

/** The two newest documents of Public, older first, as paths; made in `folder` where there are no real ones. */
export function newestTwo(folder) {
  const real = existsSync(FOLDER)
    ? readdirSync(FOLDER).filter((name) => /^ServiceTags_Public_\d{8}\.json$/.test(name))
    : []
  if (real.length >= 2) {
    const paths = real
      .sort()
      .slice(-2)
      .map((name) => join(FOLDER, name))
    return { older: paths[0], newer: paths[1], what: basename(paths[1]) }
  }
  return seededTwo(folder, ['2025-11-03', '2025-11-10'])
}

/** Two documents of these dates, with the tags in use as they were, which the guards compare with, among seeded ones. */
function seededTwo(folder, dates) {
  const [older, newer] = dates.map((date, index) => {
    const path = join(folder, `ServiceTags_Public_${date.replaceAll('-', '')}.json`)
    const { tags, changeNumber } = JSON.parse(
      readFileSync(new URL(`../../snapshots/public/${date}.json`, import.meta.url), 'utf8'),
    )
    const used = new Map(tags.map(({ name, prefixes }) => [name, prefixes]))
    writeFileSync(path, syntheticDocument({ seed: 1, changed: index * 32, used, changeNumber }))
    return path
  })
  return { older, newer, what: `${dates.join(' to ')}, other tags seeded` }
}

/** Two documents of Public between which addresses of the default tags change, older first, as paths. */
export function busyWeek(folder) {
  const paths = ['20251006', '20251110'].map((date) => join(FOLDER, `ServiceTags_Public_${date}.json`))
  if (paths.every(existsSync)) return { older: paths[0], newer: paths[1], what: '2025-10-06 to 2025-11-10' }
  return seededTwo(folder, ['2025-10-06', '2025-11-10'])
}

const USED = ['AzureActiveDirectory', 'AzureResourceManager', 'AzureFrontDoor.FirstParty', 'MicrosoftContainerRegistry']

/** A document in the published layout. The first `changed` of the seeded tags have one address more; `used` are the prefixes of the others. */
export function syntheticDocument({
  seed,
  tags = 3039,
  prefixes = 31,
  changed = 0,
  used = new Map(),
  changeNumber = 376,
}) {
  const random = seeded(seed)
  const values = Array.from({ length: tags }, (_, index) => {
    const name = USED[index] ?? `Service${index}`
    const addressPrefixes = used.get(name) ?? distinctPrefixes(prefixes, random)
    if (index < changed && !used.has(name)) addressPrefixes.push('20.99.99.99/32')
    return {
      name,
      id: name,
      properties: {
        changeNumber: 1 + (random() % 50),
        region: '',
        regionId: 0,
        platform: 'Azure',
        systemService: name,
        addressPrefixes,
        networkFeatures: ['API', 'NSG', 'UDR', 'FW'],
      },
    }
  })
  return JSON.stringify({ changeNumber, cloud: 'Public', values }, null, 2).replaceAll('\n', '\r\n')
}

/** Prefixes of both families that do not touch each other, so that none can be left out. */
export function distinctPrefixes(count, random) {
  return Array.from({ length: count }, (_, index) => {
    const isIpv6 = index % 3 === 2
    if (isIpv6)
      return `2603:${(0x1000 + ((index >> 15) & 0xfff)).toString(16)}:${((index & 0x7fff) + 1).toString(16)}:${(1 + (random() % 0xfff)).toString(16)}::/64`
    return `20.${(index >> 13) & 255}.${(index >> 5) & 255}.${((index & 31) << 3) | ((random() % 4) << 1)}/32`
  })
}
