import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UserError } from '../../errors.ts'
import type { Cloud } from '../../model/cloud.ts'
import { lazy, memo } from '../../model/lazy.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import { reading } from '../../parse/read-file.ts'
import { SHIPPED } from '../../paths.ts'
import { refuseLinkOut } from '../../places.ts'
import type { Draft } from '../../store/write.ts'
import { isDate } from '../../text/dates.ts'
import { byCodeUnit } from '../../text/numbers.ts'
import { formatSnapshot, parseSnapshot } from './snapshot-file.ts'

/** A stored snapshot, which is read when it is needed. */
export interface SnapshotFile {
  /** YYYY-MM-DD, from the file's name. */
  readonly published: string
  readonly path: string
  /** Reads it once. Throws `UserError` if it is damaged, or of another cloud. */
  read(): TagDocument
}

/** The path of the snapshot of a document. */
export const snapshotPath = (directory: string, { cloud, published }: Pick<TagDocument, 'cloud' | 'published'>) =>
  join(directory, cloud, `${published}.json`)

/** The snapshots of one cloud, oldest first; empty without a directory. Throws `UserError` if it cannot be read. */
export function listSnapshots(directory: string, cloud: Cloud): SnapshotFile[] {
  const folder = join(directory, cloud)
  return reading(folder, () => namesIn(directory, folder))
    .flatMap((file) => {
      const published = /^(\d{4}-\d{2}-\d{2})\.json$/.exec(file)?.[1]
      // No command writes impossible dates, and a file with one must not stop every command.
      if (!published || !isDate(published)) return []
      const path = join(folder, file)
      return [{ published, path, read: lazy(() => readSnapshot(path, cloud)) }]
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
export const readSnapshot = (path: string, cloud: Cloud): TagDocument => parseSnapshot(snapshotText(path), path, cloud)

/** The text of a stored snapshot. Throws `UserError` if it cannot be read, or a link leads out of the snapshot directory and its repository. */
export function snapshotText(path: string, shown = path): string {
  refuseLinkOut(path, dirname(dirname(path)), shown)
  return reading(shown, () => readFileSync(path, 'utf8'))
}

/** The snapshot of a document, to write at `path`. */
export const snapshotDraft = (path: string, document: TagDocument): Draft => {
  return { path, text: formatSnapshot(document), owner: 'the snapshot' }
}

/** The snapshots that ship, for the whole process: these files do not change. */
export const shippedSnapshots = memo((cloud: Cloud) => listSnapshots(SHIPPED.snapshots, cloud))
