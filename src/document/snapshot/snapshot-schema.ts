import * as z from 'zod'
import { CLOUD_NAMES, type Cloud } from '../../model/cloud.ts'
import { type Accepted, FOR_ALL, GUARDS } from '../../model/guard.ts'
import { SELECTOR, TAG_NAME } from '../../model/service-tag.ts'
import { cidrSet } from '../../parse/schema.ts'

export const FORMAT = 'tagwall-snapshot-1'

const guards = z.array(z.enum(GUARDS)).min(1)
/** Snapshots of older versions do not record for which policy a document was accepted. */
const acceptedForAll = guards.transform((list): Accepted => ({ [FOR_ALL]: list }))

/** The schema of a snapshot. */
export const snapshotSchema = z.strictObject({
  format: z.literal(FORMAT, { error: `is not "${FORMAT}"; another version of tagwall wrote it` }),
  cloud: z.enum(CLOUD_NAMES as [Cloud, ...Cloud[]]),
  published: z.iso.date(),
  changeNumber: z.int().nonnegative(),
  source: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  accepted: z.union([acceptedForAll, z.record(z.string(), guards)]).optional(),
  undated: z.literal(true).optional(),
  asked: z.array(z.string().regex(SELECTOR)).min(1).optional(),
  checksum: z.string({ error: 'is missing; somebody edited the file, or another version of tagwall wrote it' }),
  tags: z
    .array(
      z.strictObject({
        name: z.string().regex(TAG_NAME),
        changeNumber: z.int().nonnegative().nullable(),
        region: z.string(),
        systemService: z.string(),
        networkFeatures: z.array(z.string()),
        prefixes: cidrSet,
      }),
    )
    // A merge of branches can duplicate a tag; then one of the two would silently win.
    .refine((tags) => new Set(tags.map(({ name }) => name)).size === tags.length, {
      error: 'contains a duplicate tag',
    }),
})

/** A parsed and checked snapshot. */
export type StoredSnapshot = z.output<typeof snapshotSchema>
