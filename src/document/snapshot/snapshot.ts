import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UserError, UserErrors } from '../../errors.ts'
import type { Cloud } from '../../model/cloud.ts'
import { type Accepted, FOR_ALL, type GuardName } from '../../model/guard.ts'
import { memo } from '../../model/lazy.ts'
import type { ServiceTag, TagDocument } from '../../model/service-tag.ts'
import { reading } from '../../parse/read-file.ts'
import { problemsIn } from '../../parse/schema.ts'
import { refuseLinkOut } from '../../places.ts'
import { isDate } from '../../text/dates.ts'
import { byCodeUnit } from '../../text/order.ts'
import { FORMAT, type StoredSnapshot, snapshotSchema } from './snapshot-schema.ts'

/** A stored snapshot that has not been read yet. */
export interface SnapshotFile {
  /** YYYY-MM-DD, from the file's name. */
  readonly published: string
  readonly path: string
}

/** The path of the snapshot of a document. */
export function snapshotPath(
  directory: string,
  { cloud, published }: { readonly cloud: Cloud; readonly published: string },
): string {
  return join(directory, cloud, `${published}.json`)
}

/** The snapshots of one cloud, oldest first; empty without a directory. Throws `UserError` if it cannot be read. */
export function listSnapshots(directory: string, cloud: Cloud): SnapshotFile[] {
  const folder = join(directory, cloud)
  return reading(folder, () => namesIn(directory, folder))
    .flatMap((file) => {
      const published = /^(\d{4}-\d{2}-\d{2})\.json$/.exec(file)?.[1]
      // No command writes impossible dates, and a file with one must not stop every command.
      return published && isDate(published) ? [{ published, path: join(folder, file) }] : []
    })
    .sort((a, b) => byCodeUnit(a.published, b.published))
}

function namesIn(directory: string, folder: string): string[] {
  refuseLinkOut(folder, directory)
  for (const path of [directory, folder]) {
    if (!lstatSync(path, { throwIfNoEntry: false })) return []
    // Else the shipped snapshots would silently take the place of those behind the link.
    if (!statSync(path, { throwIfNoEntry: false })) throw new UserError(`${path} is a link that leads nowhere`)
  }
  return statSync(directory).isDirectory() ? readdirSync(folder) : []
}

/** Reads and checks one snapshot. Throws `UserError` if it is invalid, or not of `cloud`. */
export function readSnapshot(path: string, cloud: Cloud): TagDocument {
  const document = parseSnapshot(snapshotText(path), path)
  if (document.cloud !== cloud)
    throw new UserError(`${path} is a snapshot of the cloud ${document.cloud}; expected ${cloud}`)
  return document
}

/** The text of a stored snapshot. Throws `UserError` if it cannot be read, or a link leads out of the snapshot directory and its repository. */
export function snapshotText(path: string, shown = path): string {
  refuseLinkOut(path, dirname(dirname(path)), shown)
  return reading(shown, () => readFileSync(path, 'utf8'))
}

/** Reads a snapshot that ships, once for the whole process: these files do not change. */
export const readShipped = memo(readSnapshot)

/** True if a text looks like a snapshot, not a published document. */
export function isSnapshot(text: string): boolean {
  return text.includes('"tagwall-snapshot-')
}

/** A snapshot that was changed after it was stored. Only fetching its document again can replace it. */
export class DamagedSnapshot extends UserErrors {}

const REMEDY = 'restore it from version control, or repair it: run tagwall fetch with the document of its date'

/** Parses a snapshot. Errors name it `path`. */
export function parseSnapshot(text: string, path: string): TagDocument {
  const conflict = CONFLICT.some((mark) => text.includes(mark)) ? conflictLine(text) : 0
  if (conflict > 0)
    throw new DamagedSnapshot(`${path} is damaged`, [`line ${conflict} is a merge conflict marker; ${REMEDY}`])
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new DamagedSnapshot(`${path} is damaged`, [`${(error as Error).message}; ${REMEDY}`])
  }
  const { format: _, checksum, tags, asked = [], undated, ...label } = checked(json, path)
  const document = {
    ...label,
    isUndated: undated,
    asked,
    tags: new Map(tags.map((tag): [string, ServiceTag] => [tag.name, tag])),
  }
  if (checksum !== checksumOf(contentOf(document))) {
    throw new DamagedSnapshot(`${path} is damaged`, [
      `its checksum does not match its content, so it was edited or merged after it was stored; ${REMEDY}`,
    ])
  }
  return document
}

const CONFLICT = ['<<<<<<<', '=======', '>>>>>>>']

/** The line number of the first merge conflict marker; 0 without one. */
function conflictLine(text: string): number {
  return text.split('\n').findIndex((line) => CONFLICT.some((mark) => line.startsWith(mark))) + 1
}

/** Checks a snapshot with the schema. */
function checked(json: unknown, path: string): StoredSnapshot {
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
function contentOf({
  tags,
  cloud,
  published,
  changeNumber,
  source,
  sha256,
  etag,
  lastModified,
  accepted,
  asked,
  isUndated,
}: TagDocument) {
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
  const others = withoutTag(asked ?? [], tags)
  return {
    ...label,
    accepted: acceptedText(accepted),
    undated: isUndated ? true : undefined,
    asked: others.length > 0 ? others : undefined,
    tags: stored,
  }
}

/** By policy, sorted; a list if it holds for all of them, as older versions wrote it, so that their checksums hold. */
function acceptedText(accepted: Accepted = {}): Accepted | readonly GuardName[] | undefined {
  const entries = Object.entries(accepted).sort(([a], [b]) => byCodeUnit(a, b))
  if (entries.length === 0) return undefined
  return entries.length === 1 && accepted[FOR_ALL] ? accepted[FOR_ALL] : Object.fromEntries(entries)
}

/** The selectors that are not simply names of held tags, without duplicates, ignoring case. */
function withoutTag(selectors: readonly string[], tags: TagDocument['tags']): string[] {
  const held = new Set(Array.from(tags.keys(), (name) => name.toLowerCase()))
  const byKey = new Map(selectors.toSorted(byCodeUnit).map((selector) => [selector.toLowerCase(), selector]))
  return [...byKey].filter(([key]) => !held.has(key)).map(([, selector]) => selector)
}

const hashOf = (content: object) => createHash('sha256').update(JSON.stringify(content)).digest('hex')

/** SHA-256 over the content as compact JSON. */
const checksumOf = (content: ReturnType<typeof contentOf>) => hashOf(content)

/** True if two documents have the same content for the tags in use, whatever their source. */
export function isSameContent(a: TagDocument, b: TagDocument): boolean {
  const saidBy = ({ etag: _, lastModified: __, ...document }: TagDocument) =>
    JSON.stringify(contentOf({ ...document, published: '', source: '', sha256: '', accepted: {}, isUndated: false }))
  return saidBy(a) === saidBy(b)
}
