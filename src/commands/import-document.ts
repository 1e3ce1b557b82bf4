import { existsSync, readFileSync } from 'node:fs'
import { diff } from '../compile/diff.ts'
import { acceptedIn, guard } from '../compile/guards.ts'
import type { Draft } from '../emit/write.ts'
import type { Io } from '../io.ts'
import type { Finding } from '../model/finding.ts'
import type { GuardName } from '../model/guard.ts'
import type { Policy } from '../model/policy.ts'
import type { FetchResult } from '../model/result.ts'
import { select } from '../model/selector.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { parseDocument } from '../source/document.ts'
import { reading } from '../source/reading.ts'
import {
  DamagedSnapshot,
  formatSnapshot,
  isSameContent,
  parseSnapshot,
  readSnapshot,
  snapshotPath,
} from '../source/snapshot.ts'
import {
  comparable,
  type History,
  type KnownDocument,
  publishedDocument,
  ruleSelectorsOf,
  selectorsOf,
  shownPath,
  snapshotBefore,
} from './inputs.ts'
import { type DocumentOptions, isUndated, newestWithContent, obtainDocument, type Stored } from './obtain-document.ts'
import { refuseErrors } from './report.ts'

/** A document that was read and checked, and the snapshot that it makes, not yet written. */
export interface Imported {
  readonly known: KnownDocument
  readonly drafts: readonly Draft[]
  readonly result: FetchResult
  /** What the rules were made of before: the snapshot that is replaced, else the one before; undefined if there is none. */
  readonly before: TagDocument | undefined
  /** Warnings: what was accepted, and what is worth knowing. */
  readonly findings: readonly Finding[]
}

export interface ImportOptions {
  readonly isDryRun: boolean
  /** Put the document in place of a damaged snapshot of its date, instead of stopping. */
  readonly repairs?: boolean
  /** Guards that may find what they guard against. */
  readonly accept?: readonly GuardName[] | undefined
}

/**
 * Reads the document that `from` names, or the current one, and says what storing it would do. The snapshot keeps the tags that the policy
 * uses, and those that a snapshot of the same date keeps already, so that two policies can share a directory.
 */
export async function importDocument(
  from: DocumentOptions,
  policy: Policy,
  history: History,
  { isDryRun, repairs = false, accept = [] }: ImportOptions,
  io: Io,
): Promise<Imported> {
  const source = await obtainDocument(from, policy, history, io)
  if ('unchanged' in source) return unchangedSince(source.unchanged, history, policy, isDryRun, io)
  const path = snapshotPath(history.directory, { cloud: policy.cloud, published: source.published })
  const stored = storedSnapshot(path, repairs, io)
  const replaced = stored === 'damaged' ? undefined : stored
  const read = parseDocument(source, policy.cloud, [...selectorsOf(policy), ...(replaced?.tags.keys() ?? [])])
  const same = isUndated(source, from) ? newestWithContent(read.document, history) : undefined
  if (same) return unchangedSince(same, history, policy, isDryRun, io)
  const isUnchanged = replaced !== undefined && isSameContent(replaced, read.document)
  // What is stored already, or takes the place of what is damaged, is no step back; rules made from it would be one.
  const isNoStep = repairs && (isUnchanged || stored === 'damaged')
  const newestFile = history.isShipped || isNoStep ? undefined : history.files.at(-1)
  const newest = newestFile && { path: newestFile.path, document: readSnapshot(newestFile.path, policy.cloud) }
  const findings = guard(
    read.document,
    newest?.document,
    (name) => ruleSelectorsOf(policy).some((selector) => select([name], selector).length > 0),
    { limits: policy.guards, accept, everyTag: publishedDocument(read, source).everyTag },
  )
  refuseErrors(findings, `${source.name} is refused, and nothing was written`)
  const accepted = acceptedIn(findings, accept)
  const odd: readonly Finding[] =
    read.oddities.length === 0 ? [] : [{ code: 'ODD_PREFIX', severity: 'warning', oddities: read.oddities }]
  const document = { ...read.document, ...(accepted.length > 0 ? { accepted } : {}) }
  const before = olderThan(document.published, history, policy, newest)
  const older = replaced ?? before
  return {
    known: publishedDocument({ ...read, document }, source),
    findings: [...findings, ...odd],
    before: isUnchanged ? before : older,
    drafts: isUnchanged ? [] : [{ path, text: formatSnapshot(document), owner: 'the snapshot' }],
    result: {
      path: shownPath(path, io),
      outcome: isUnchanged ? 'unchanged' : stored === 'damaged' ? 'repaired' : stored ? 'replaced' : 'stored',
      delta: older && diff(comparable(older, document, policy), document),
      isDryRun,
    },
  }
}

/** The snapshot before `published`, which may be `known` already. */
function olderThan(published: string, history: History, { cloud }: Policy, known?: Stored): TagDocument | undefined {
  const before = snapshotBefore(history, published)
  if (before && before.path === known?.path) return known.document
  return before && readSnapshot(before.path, cloud)
}

/** Nothing is new: the snapshot is the document. */
function unchangedSince(
  { path, document }: Stored,
  history: History,
  policy: Policy,
  isDryRun: boolean,
  io: Io,
): Imported {
  const shown = shownPath(path, io)
  return {
    known: { document, names: [...document.tags.keys()], where: shown },
    drafts: [],
    before: olderThan(document.published, history, policy),
    findings: [],
    result: { path: shown, outcome: 'unchanged', delta: diff(document, document), isDryRun },
  }
}

/** The snapshot at `path`, if there is one. A damaged one stops whoever cannot repair it. */
function storedSnapshot(path: string, repairs: boolean, io: Io): TagDocument | 'damaged' | undefined {
  if (!existsSync(path)) return undefined
  try {
    const shown = shownPath(path, io)
    return parseSnapshot(
      reading(shown, () => readFileSync(path, 'utf8')),
      shown,
    )
  } catch (error) {
    if (repairs && error instanceof DamagedSnapshot) return 'damaged'
    throw error
  }
}
