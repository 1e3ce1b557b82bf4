import { existsSync, readFileSync } from 'node:fs'
import { diff } from '../compile/diff.ts'
import { acceptedIn, guard } from '../compile/guards.ts'
import type { Draft } from '../emit/write.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Finding } from '../model/finding.ts'
import type { Policy } from '../model/policy.ts'
import type { FetchResult } from '../model/result.ts'
import { select } from '../model/selector.ts'
import { parseDocument } from '../source/document.ts'
import { readSource } from '../source/read-source.ts'
import { formatSnapshot, isSameContent, parseSnapshot, readSnapshot, snapshotPath } from '../source/snapshot.ts'
import type { FetchOptions } from './fetch.ts'
import {
  type History,
  type KnownDocument,
  publishedDocument,
  selectorsOf,
  shownPath,
  snapshotBefore,
} from './inputs.ts'
import { refuseErrors } from './report.ts'

/** A document that was read and checked, and the snapshot that it makes, not yet written. */
export interface Imported {
  readonly known: KnownDocument
  readonly drafts: readonly Draft[]
  readonly result: FetchResult
  /** Warnings: what was accepted, and what is worth knowing. */
  readonly findings: readonly Finding[]
}

/**
 * Reads the document that `from` names and says what storing it would do. The snapshot keeps the tags that the policy
 * uses, and those that a snapshot of the same date keeps already, so that two policies can share a directory.
 */
export async function importDocument(
  from: string | undefined,
  policy: Policy,
  history: History,
  { dryRun, accept = [] }: FetchOptions,
  io: Io,
): Promise<Imported> {
  if (from === undefined) {
    throw new UserError(
      'say where the document is with --from FILE, URL or - (its page is https://www.microsoft.com/download/details.aspx?id=56519)',
    )
  }
  const source = await readSource(from, io)
  const path = snapshotPath(history.directory, { cloud: policy.cloud, published: source.published })
  const replaced = existsSync(path) ? parseSnapshot(readFileSync(path, 'utf8'), shownPath(path, io)) : undefined
  const read = parseDocument(source, policy.cloud, [...selectorsOf(policy), ...(replaced?.tags.keys() ?? [])])
  const newest = history.isShipped ? undefined : history.files.at(-1)
  const findings = guard(
    read.document,
    newest && readSnapshot(newest.path, policy.cloud),
    (name) => selectorsOf(policy).some((selector) => select([name], selector).length > 0),
    { limits: policy.guards, accept },
  )
  refuseErrors(findings, `${source.name} is refused, and nothing was written`)
  const accepted = acceptedIn(findings, accept)
  const document = { ...read.document, ...(accepted.length > 0 ? { accepted } : {}) }
  const isUnchanged = replaced !== undefined && isSameContent(replaced, document)
  const before = snapshotBefore(history, document.published)
  const older = replaced ?? (before && readSnapshot(before.path, policy.cloud))
  return {
    known: publishedDocument({ ...read, document }, source.name),
    findings,
    drafts: isUnchanged ? [] : [{ path, text: formatSnapshot(document), owner: 'the snapshot' }],
    result: {
      path: shownPath(path, io),
      outcome: isUnchanged ? 'unchanged' : replaced ? 'replaced' : 'stored',
      delta: older && diff(older, document),
      isDryRun: dryRun === true,
    },
  }
}
