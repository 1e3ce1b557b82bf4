import { CLOUD_NAMES, type Cloud } from '../model/cloud.ts'
import { GUARDS, type GuardName } from '../model/guard.ts'
import { PrefixSet } from '../model/prefix-set.ts'
import { TAG_NAME } from '../model/selector.ts'
import { once, zod } from '../packages.ts'
import { setOfTag } from './set-of-tag.ts'
import { isCount, isText, isTexts, onlyHas } from './sound.ts'
import { cidr } from './zod.ts'

export const FORMAT = 'tagwall-snapshot-1'

/** What a snapshot's text says, checked. */
export interface StoredSnapshot {
  readonly format: string
  readonly cloud: Cloud
  readonly published: string
  readonly changeNumber: number
  readonly source: string
  readonly sha256: string
  readonly etag?: string | undefined
  readonly lastModified?: string | undefined
  readonly accepted?: GuardName[] | undefined
  readonly checksum: string
  readonly tags: readonly StoredTag[]
}

export interface StoredTag {
  readonly name: string
  readonly changeNumber: number | null
  readonly region: string
  readonly systemService: string
  readonly networkFeatures: string[]
  readonly prefixes: PrefixSet
}

/** What a snapshot must be. Explains what is wrong with one; `soundSnapshot` is the quick way to see that nothing is. */
export const snapshotSchema = once(() => {
  const { z } = zod()
  return z.strictObject({
    format: z.literal(FORMAT, { error: `is not "${FORMAT}": written by another version of tagwall` }),
    cloud: z.enum(CLOUD_NAMES as [Cloud, ...Cloud[]]),
    published: z.iso.date(),
    changeNumber: z.int().nonnegative(),
    source: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    etag: z.string().optional(),
    lastModified: z.string().optional(),
    accepted: z.array(z.enum(GUARDS)).min(1).optional(),
    checksum: z.string({ error: 'is missing: edited by hand, or written by another version of tagwall' }),
    tags: z
      .array(
        z.strictObject({
          name: z.string().regex(TAG_NAME),
          changeNumber: z.int().nonnegative().nullable(),
          region: z.string(),
          systemService: z.string(),
          networkFeatures: z.array(z.string()),
          prefixes: z
            .array(cidr())
            .min(1)
            .transform((prefixes) => PrefixSet.of(prefixes)),
        }),
      )
      // A merge of two branches can leave a tag twice, and then one of the two would silently count.
      .refine((tags) => new Set(tags.map(({ name }) => name)).size === tags.length, { error: 'holds a tag twice' }),
  })
})

const KEYS = new Set(
  'format cloud published changeNumber source sha256 etag lastModified accepted checksum tags'.split(' '),
)
const TAG_KEYS = new Set('name changeNumber region systemService networkFeatures prefixes'.split(' '))
const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])$/

/**
 * The snapshot that `json` is, if it is sound; undefined when it is not, or not surely, and the schema must say. It takes
 * nothing that the schema would not take, and saves most runs from loading the schema library.
 */
export function soundSnapshot(json: unknown): StoredSnapshot | undefined {
  if (typeof json !== 'object' || json === null || !onlyHas(json, KEYS)) return undefined
  const { format, cloud, published, changeNumber, source, sha256, etag, lastModified, accepted, checksum, tags } =
    json as Record<string, unknown>
  const isSound =
    format === FORMAT &&
    (CLOUD_NAMES as readonly unknown[]).includes(cloud) &&
    isText(published, DATE) &&
    isCount(changeNumber) &&
    isText(source) &&
    isText(sha256, /^[0-9a-f]{64}$/) &&
    (etag === undefined || isText(etag)) &&
    (lastModified === undefined || isText(lastModified)) &&
    accepted === undefined &&
    isText(checksum) &&
    Array.isArray(tags)
  if (!isSound) return undefined
  const sound = tags.map(soundTag)
  if (sound.includes(undefined) || new Set(sound.map((tag) => tag?.name)).size < tags.length) return undefined
  return { ...(json as StoredSnapshot), tags: sound as StoredTag[] }
}

function soundTag(json: unknown): StoredTag | undefined {
  if (typeof json !== 'object' || json === null || !onlyHas(json, TAG_KEYS)) return undefined
  const { name, changeNumber, region, systemService, networkFeatures, prefixes } = json as Record<string, unknown>
  const isSound =
    isText(name, TAG_NAME) &&
    (changeNumber === null || isCount(changeNumber)) &&
    isText(region) &&
    isText(systemService) &&
    isTexts(networkFeatures) &&
    isTexts(prefixes) &&
    prefixes.length > 0
  const parsed = isSound ? setOfTag(name, prefixes) : undefined
  return parsed && { ...(json as StoredTag), prefixes: parsed }
}
