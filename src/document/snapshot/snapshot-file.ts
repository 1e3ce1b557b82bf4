import * as z from 'zod'
import { UserError, UserErrors } from '../../errors.ts'
import { CLOUD_NAMES, type Cloud } from '../../model/cloud.ts'
import { type Accepted, GUARDS } from '../../model/guard.ts'
import { SELECTOR, type ServiceTag, TAG_NAME, type TagDocument } from '../../model/service-tag.ts'
import { cidrSet, problemsIn } from '../../parse/schema.ts'
import { sha256 } from '../../text/hashes.ts'
import { conflictLine } from '../../text/lines.ts'
import { byCodeUnit } from '../../text/numbers.ts'

const FORMAT = 'tagwall-snapshot-1'

/** The schema of a snapshot. */
const snapshotSchema = z.strictObject({
  format: z.literal(FORMAT, { error: `is not "${FORMAT}"; another version of tagwall wrote it` }),
  cloud: z.enum(CLOUD_NAMES),
  published: z.iso.date(),
  changeNumber: z.int().nonnegative(),
  source: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  accepted: z.record(z.string(), z.array(z.enum(GUARDS)).min(1)).optional(),
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

/** True if a text looks like a snapshot, not a published document. */
export function isSnapshot(text: string): boolean {
  return text.includes('"tagwall-snapshot-')
}

/** A snapshot that was changed after it was stored. Only fetching its document again can replace it. */
export class DamagedSnapshot extends UserErrors {}

const REMEDY = 'restore it from version control, or repair it: run tagwall fetch with the document of its date'

/** Parses a snapshot, of `cloud` if that is given. Errors name it `path`. */
export function parseSnapshot(text: string, path: string, cloud?: Cloud): TagDocument {
  const damaged = (why: string) => new DamagedSnapshot(`${path} is damaged`, [`${why}; ${REMEDY}`])
  const conflict = conflictLine(text)
  if (conflict > 0) throw damaged(`line ${conflict} is a merge conflict marker`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw damaged((error as Error).message)
  }
  const { format: _, checksum, tags, asked = [], undated, ...label } = checked(json, path)
  const document = {
    ...label,
    isUndated: undated,
    asked,
    tags: new Map(tags.map((tag): [string, ServiceTag] => [tag.name, tag])),
  }
  if (checksum !== checksumOf(contentOf(document)))
    throw damaged('its checksum does not match its content, so it was edited or merged after it was stored')
  if (cloud !== undefined && document.cloud !== cloud)
    throw new UserError(`${path} is a snapshot of the cloud ${document.cloud}; expected ${cloud}`)
  return document
}

/** Checks a snapshot with the schema. */
function checked(json: unknown, path: string): z.output<typeof snapshotSchema> {
  const parsed = snapshotSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const problems = problemsIn(parsed.error)
  // A snapshot by a newer version is not damaged, and an older version must not replace it.
  if (parsed.error.issues.some((issue) => issue.path[0] === 'format'))
    throw new UserErrors(`${path} is not a valid snapshot`, problems)
  throw new DamagedSnapshot(`${path} is damaged; ${REMEDY}`, problems)
}

/** The canonical text of a snapshot: sorted, one prefix per line, so a changed prefix is a changed line. */
export function formatSnapshot(document: TagDocument): string {
  const { tags, ...label } = contentOf(document)
  return `${JSON.stringify({ ...label, checksum: checksumOf({ ...label, tags }), tags }, null, 2)}\n`
}

/** The content of a snapshot in file order, without the checksum, which is computed from it. */
function contentOf(document: TagDocument) {
  const { tags, cloud, published, changeNumber, source, sha256, etag, lastModified } = document
  const stored = [...tags.values()]
    .sort((a, b) => byCodeUnit(a.name, b.name))
    .map(({ name, changeNumber, region, systemService, networkFeatures, prefixes }) => ({
      name,
      changeNumber,
      region,
      systemService,
      networkFeatures,
      prefixes: prefixes.texts,
    }))
  const label = { format: FORMAT, cloud, published, changeNumber, source, sha256, etag, lastModified }
  const others = withoutTag(document.asked ?? [], tags)
  return {
    ...label,
    accepted: acceptedText(document.accepted),
    undated: document.isUndated ? true : undefined,
    asked: others.length > 0 ? others : undefined,
    tags: stored,
  }
}

/** By policy, sorted. */
function acceptedText(accepted: Accepted = {}): Accepted | undefined {
  const entries = Object.entries(accepted).sort(([a], [b]) => byCodeUnit(a, b))
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** The selectors that are not simply names of held tags, without duplicates, ignoring case. */
function withoutTag(selectors: readonly string[], tags: TagDocument['tags']): string[] {
  const held = new Set(Array.from(tags.keys(), (name) => name.toLowerCase()))
  const byKey = new Map(selectors.toSorted(byCodeUnit).map((selector) => [selector.toLowerCase(), selector]))
  return [...byKey].filter(([key]) => !held.has(key)).map(([, selector]) => selector)
}

/** SHA-256 over the content as compact JSON. */
const checksumOf = (content: ReturnType<typeof contentOf>) => sha256(JSON.stringify(content))

/** True if two documents have the same content for the tags in use, whatever their source. */
export function isSameContent(a: TagDocument, b: TagDocument): boolean {
  const saidBy = ({ etag: _, lastModified: __, ...document }: TagDocument) =>
    JSON.stringify(contentOf({ ...document, published: '', source: '', sha256: '', accepted: {}, isUndated: false }))
  return saidBy(a) === saidBy(b)
}
