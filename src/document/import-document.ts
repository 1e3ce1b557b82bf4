import { type Finding, findingAbout } from '../finding/finding.ts'
import { refuseErrors } from '../findings-output.ts'
import { type Io, today } from '../io.ts'
import type { FetchResult } from '../model/result.ts'
import { isSameFor, ruleSelectors, selectorsOf, type TagDocument, usesTag } from '../model/service-tag.ts'
import { shownPath } from '../policy/load.ts'
import type { Draft } from '../store/write.ts'
import { diff } from './diff.ts'
import {
  datedByContent,
  draftsOf,
  findStored,
  type ImportOptions,
  outcomeOf,
  type PlacedDocument,
  recordedIn,
} from './find-stored.ts'
import { besideShipped } from './first-run.ts'
import { acceptedIn, future, guard, guardOf, isAhead } from './guards/guards.ts'
import { refuseDoubts } from './guards/refuse.ts'
import {
  acceptedFor,
  baselineOf,
  deltaFor,
  type History,
  type KnownDocument,
  longBaseline,
  newestFirst,
  newestFor,
  newestUsed,
  type Stored,
  storedDocument,
  withAccepted,
} from './history.ts'
import { obtainDocument } from './obtain-document.ts'
import { isSameContent } from './snapshot/snapshot-file.ts'
import { snapshotPath } from './snapshot/stored-snapshots.ts'
import { aheadFindings, snapshotsAhead } from './stale-check.ts'

/** A checked document, and its snapshot, not yet written. */
export interface Imported {
  /** The document for the rules. */
  readonly known: KnownDocument
  readonly drafts: readonly Draft[]
  /** Snapshots to remove once the drafts are written: those that the document replaces, and those that are dated in the future. */
  readonly superseded: readonly string[]
  readonly ahead: readonly string[]
  readonly result: FetchResult
  /** Warnings, including accepted findings. */
  readonly findings: readonly Finding[]
}

/** Reads a document and plans its snapshot, which also keeps the tags of one of the same date, so two policies can share a directory. */
export async function importDocument(options: ImportOptions, history: History, io: Io): Promise<Imported> {
  const ahead = snapshotsAhead(history, io)
  // As the newest ones, they would make each document of Microsoft a rollback.
  const files = history.files.filter((file) => !ahead.includes(file))
  const locked = options.locked && isAhead(options.locked.published, today(io)) ? undefined : options.locked
  const imported = await importBeside({ ...options, locked }, { ...history, files }, io)
  const { known, drafts, superseded, findings, path, outcome, seen, delta } = imported
  const left = ahead.filter(({ published }) => published !== known.document.published)
  return {
    known,
    drafts,
    superseded,
    ahead: left.map(({ path }) => path),
    findings: [...findings, ...aheadFindings(left, io)],
    result: {
      path: shownPath(path, io),
      outcome,
      seen,
      superseded: superseded.map((path) => shownPath(path, io)),
      delta,
      isDryRun: options.dryRun === true,
    },
  }
}

type ImportedBeside = Omit<Imported, 'ahead' | 'result'> & Omit<FetchResult, 'superseded' | 'isDryRun'>

/** The import beside the snapshots that may be Microsoft's. */
async function importBeside(options: ImportOptions, history: History, io: Io): Promise<ImportedBeside> {
  const obtained = await obtainDocument(options, history, io)
  if ('unchanged' in obtained) return unchangedSince(obtained.unchanged, history, options, io)
  const source = options.from === undefined ? obtained : datedByContent(obtained, history)
  const found = findStored(source, history, options, io)
  const { newest } = found
  const isQuiet =
    newest && !found.isDamaged && isSameFor(selectorsOf(history.policy), newest.document, found.read.document)
  return isQuiet ? keepStored(newest, found) : storeNew(found)
}

/** No tag in use changed: the rules are made from the stored snapshot. */
function keepStored(newest: Stored, found: PlacedDocument): ImportedBeside {
  const { history, options, io, read } = found
  const isSameDate = newest.document.published === read.document.published
  const { accept = [], record: records } = options
  const before = options.locked ?? (isSameDate ? baselineOf(newest.document, history) : undefined)
  const judged = before && (options.builds || accept.length > 0) ? judge(found, newest.document, before) : []
  const recorded = recordedIn(found)
  const accepted = withAccepted(recorded, acceptedIn(judged, accept), history)
  const drafts = records || (isSameDate && accepted !== recorded) ? draftsOf({ ...read.document, accepted }, found) : []
  const findings = [
    ...(records && drafts.length > 0 ? future(read.document.published, today(io), accept) : []),
    ...(options.builds ? judged : []),
  ]
  refuseErrors(findings, refusal(found))
  return {
    known: { ...read, document: newest.document },
    drafts,
    superseded: [],
    findings: [...findings, ...warningsOf(found)],
    path: drafts.length > 0 ? found.path : newest.path,
    outcome: drafts.length > 0 ? outcomeOf(found) : 'unchanged',
    seen: read.document,
    delta: deltaFor(history.policy, newest.document, read.document),
  }
}

/** A tag in use changed, or is not stored yet. */
function storeNew(found: PlacedDocument): ImportedBeside {
  const { history, options, read, files, superseded } = found
  const dates = [read.document, ...superseded].map(({ published }) => published)
  const compared = { ...read.document, published: dates.toSorted().at(-1) as string }
  // The shipped snapshots are not loaded anywhere: `besideShipped` compares with them.
  const before = options.locked ?? baselineOf(compared, history, history.isShipped ? history.files : files)
  const findings = guardedFindings(found, before)
  const accepted = withAccepted(recordedIn(found), acceptedIn(findings, options.accept ?? []), history)
  const document = { ...read.document, accepted }
  const drafts = draftsOf(document, found, superseded)
  const { cloud } = document
  return {
    known: { ...read, document },
    drafts,
    superseded: superseded.map(({ published }) => snapshotPath(history.directory, { cloud, published })),
    findings: [...findings, ...warningsOf(found)],
    path: found.path,
    outcome: drafts.length > 0 ? outcomeOf(found) : 'unchanged',
    seen: document,
    delta: before && deltaFor(history.policy, before, document),
  }
}

/** The findings of guards about a document to store, compared with `before`, and about its date. Throws `UserErrors` if they refuse it. */
function guardedFindings(found: PlacedDocument, before: TagDocument | undefined): Finding[] {
  const { history, options, io, read, replaced, files, superseded } = found
  const { accept = [], locked } = options
  const isSuperseded = superseded.some(({ published }) => published === locked?.published)
  const measure = locked && !isSuperseded ? locked : history.isShipped ? undefined : noNewer(before, read.document)
  const isStored = replaced !== undefined && isSameContent(replaced, read.document)
  // Storing the same content again, or repairing a snapshot, is not a rollback; building rules from it would be one.
  const isNoStep = options.repairs && (isStored || found.isDamaged)
  const newest =
    isNoStep || superseded.length > 0 ? undefined : (locked ?? newestUsed(newestFirst(files), history.policy))
  const isOlder = newest !== undefined && read.document.published < newest.published
  // Besides, an older document is compared like any other with the snapshots before it; the document of the lock is both.
  const rollback =
    isOlder && newest !== measure
      ? judge(found, read.document, newest).filter(({ code }) => code === 'OLDER_DOCUMENT')
      : []
  const judged = [...rollback, ...judge(found, read.document, measure)].filter(
    ({ code }) => code !== 'REISSUED' || superseded.length === 0,
  )
  // Its guards were asked when it was stored, unless another policy did so.
  const isJudged = isStored && !isOlder && !options.builds
  const beside = files.length === 0 ? besideShipped(found) : undefined
  const findings = [
    ...(isJudged ? [] : judged),
    ...(isStored ? [] : future(read.document.published, today(io), accept)),
    ...(beside?.findings ?? []),
  ]
  refuseErrors(findings, refusal(found, beside?.refusedBy))
  return findings
}

/** Runs the guards, without findings that were accepted when the same tags were stored. */
function judge(found: PlacedDocument, document: TagDocument, before: TagDocument | undefined): Finding[] {
  const { history, options, read, replaced, files } = found
  const { policy } = history
  const findings = guard(document, before, usesTag(policy), {
    limits: policy.guards,
    accept: options.accept ?? [],
    everyTag: read.everyTag,
    longBefore: (guard) => {
      const isAccepted = (one: TagDocument) => acceptedFor(one, history).includes(guard)
      return longBaseline(document, [...newestFirst(files)], selectorsOf(policy), isAccepted)
    },
  })
  return findings.filter((finding) => {
    const name = guardOf(finding)
    const isAccepted = replaced && name && acceptedFor(replaced, history).includes(name)
    if (!isAccepted || finding.severity !== 'error') return true
    // The policy may have had other tags when it accepted the document.
    return !isSameFor(tagsOf(finding) ?? ruleSelectors(policy.rules), replaced, document)
  })
}

/** The tags that a guard's finding concerns; undefined for the whole document. */
function tagsOf(finding: Finding): readonly string[] | undefined {
  if (finding.code === 'TAG_SWALLOWED') return [finding.tag, finding.inner]
  if ('tag' in finding) return [finding.tag]
  return 'tags' in finding ? finding.tags : undefined
}

/** Limits the date of `before`, because the later date of a superseded snapshot says nothing. */
const noNewer = (before: TagDocument | undefined, { published }: TagDocument) =>
  before && before.published > published ? { ...before, published } : before

function warningsOf({ read: { problems }, source, options: { from } }: PlacedDocument): Finding[] {
  const { isUndated, name, published } = source
  return [
    ...(isUndated && from !== undefined
      ? [{ code: 'UNDATED', severity: 'warning', source: name, published } as const]
      : []),
    ...findingAbout(problems, { code: 'ODD_PREFIX', severity: 'warning', problems }),
  ]
}

/** `shipped` is the date of the shipped snapshot that the first document of a folder was compared with. */
const refusal = ({ source }: PlacedDocument, shipped?: string) =>
  `${source.name} is refused${shipped ? ` (compared with the shipped snapshot of ${shipped})` : ''}; nothing was written`

/** The server reports that the newest snapshot is current. */
function unchangedSince(
  newest: Stored,
  history: History,
  { builds, locked, accept }: ImportOptions,
  io: Io,
): ImportedBeside {
  const { path, document } = newestFor(history) ?? newest
  // Another policy may have accepted it.
  if (builds) refuseDoubts(document, locked, history, accept)
  return {
    known: { ...storedDocument(document), where: shownPath(path, io) },
    drafts: [],
    superseded: [],
    findings: [],
    path,
    outcome: 'unchanged',
    seen: newest.document,
    delta: diff(document, document),
  }
}
