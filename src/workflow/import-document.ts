import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { diff } from '../compile/delta/diff.ts'
import { supersededBy } from '../compile/guards/baseline.ts'
import { future } from '../compile/guards/future.ts'
import { acceptedIn, guard, guardOf } from '../compile/guards/guards.ts'
import type { Io } from '../io.ts'
import { chosenTags, isSameFor, reduced, ruleSelectorsOf, selectorsOf } from '../model/asked.ts'
import type { Finding } from '../model/finding.ts'
import { GUARDS, type GuardName } from '../model/guard.ts'
import type { Policy } from '../model/policy.ts'
import type { FetchResult } from '../model/result.ts'
import { select } from '../model/selector.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { parseDocument, type ReadDocument, type Source } from '../source/document/document.ts'
import { reading } from '../source/read-file.ts'
import {
  DamagedSnapshot,
  formatSnapshot,
  isSameContent,
  parseSnapshot,
  type SnapshotFile,
  snapshotPath,
} from '../source/snapshot/snapshot.ts'
import type { Draft } from '../store/write.ts'
import { refuseErrors } from './findings-output.ts'
import { besideShipped } from './first-run.ts'
import { baselineOf, deltaFor, type History, newestFirst, type Stored, stateOf } from './history.ts'
import { type KnownDocument, storedDocument } from './known-document.ts'
import { shownPath } from './load.ts'
import { type DocumentOptions, obtainDocument } from './obtain-document.ts'
import { publishedDocument } from './open-file.ts'

/** A document that was read and checked, and the snapshot that it makes, not yet written. */
export interface Imported {
  /** What the rules are to be made of. */
  readonly known: KnownDocument
  /** No tag in use changed, so that rules are made of the snapshot that is stored already. */
  readonly isQuiet: boolean
  readonly drafts: readonly Draft[]
  /** Snapshots to remove once the drafts are written. */
  readonly superseded: readonly string[]
  readonly result: FetchResult
  /** What the document is compared with, tag by tag; undefined if there is none. */
  readonly before: TagDocument | undefined
  /** What the rules of the policy were made of before, from which deltas start: it may have missed a date that others stored. */
  readonly base: TagDocument | undefined
  /** Warnings: what was accepted, and what is worth knowing. */
  readonly findings: readonly Finding[]
  /** What guards say of content that is stored already: errors where rules change by it, as another policy may have stored it. */
  readonly doubts: readonly Finding[]
}

export interface ImportOptions {
  readonly isDryRun: boolean
  /** Put the document in place of a damaged snapshot of its date, instead of stopping. */
  readonly repairs?: boolean
  /** Store the document also when no tag in use changed. */
  readonly records?: boolean
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
  options: ImportOptions,
  io: Io,
): Promise<Imported> {
  const obtained = await obtainDocument(from, policy, history, io)
  if ('unchanged' in obtained) return unchangedSince(obtained.unchanged, history, policy, options, io)
  const source = from.from === undefined ? obtained : datedByContent(obtained, policy, history)
  const job: Job = { source, policy, history, options, io, isAsked: from.from !== undefined }
  const found = find(job)
  const { state } = found
  const isQuiet = !found.isDamaged && isSameFor(selectorsOf(policy), state?.document ?? NOTHING, found.read.document)
  return isQuiet && state ? keep(state, found, job) : store(found, job)
}

const NOTHING = { tags: new Map(), asked: [] }

interface Job {
  readonly source: Source
  readonly policy: Policy
  readonly history: History
  readonly options: ImportOptions
  readonly io: Io
  /** A person named the document. */
  readonly isAsked: boolean
}

/** A document, and what is stored already. */
interface Found {
  readonly read: ReadDocument
  readonly path: string
  /** What is stored under its date. */
  readonly replaced: TagDocument | undefined
  /** What is stored under its date is damaged, and this is to repair it. */
  readonly isDamaged: boolean
  /** What is stored, but for a damaged snapshot of its date. */
  readonly files: readonly SnapshotFile[]
  readonly state: Stored | undefined
  /** Snapshots whose place it takes, as nothing dated them but their retrieval. */
  readonly superseded: readonly TagDocument[]
}

function find({ source, policy, history, options, io }: Job): Found {
  const selectors = selectorsOf(policy)
  const path = snapshotPath(history.directory, { cloud: policy.cloud, published: source.published })
  const stored = storedSnapshot(path, options.repairs === true, io)
  const replaced = stored === 'damaged' ? undefined : stored
  const own = history.isShipped ? [] : history.files
  const files = own.filter((file) => replaced !== undefined || file.path !== path)
  const readFor = (others: readonly TagDocument[]) =>
    parseDocument(source, policy.cloud, [
      ...new Set([...selectors, ...others.flatMap(({ asked, tags }) => [...(asked ?? []), ...tags.keys()])]),
    ])
  const read = readFor(replaced ? [replaced] : [])
  const superseded = replaced ? [] : supersededBy(read.document, newestFirst(history, files))
  return {
    read: superseded.length > 0 ? readFor(superseded) : read,
    path,
    replaced,
    isDamaged: stored === 'damaged',
    files,
    state: stateOf(policy, history, files),
    superseded,
  }
}

/** No tag in use changed: rules are made of what is stored, whatever the date of the document. */
function keep(state: Stored, found: Found, job: Job): Imported {
  const { policy, history, options, io } = job
  const { read } = found
  const published = publishedDocument(read, job.source)
  const before = baselineOf(state.document, policy, history)
  const isSameDate = state.document.published === read.document.published
  const recorded = recordedIn(found, job)
  const drafts = options.records ? draftsOf(read.document, { ...found, superseded: [] }, recorded) : []
  const findings = drafts.length > 0 ? future(read.document, today(io), options.accept ?? []) : []
  refuseErrors(findings, refusal(job))
  return {
    known: { ...published, document: state.document },
    isQuiet: true,
    drafts,
    superseded: [],
    before,
    base: earlierThan(state, policy, history)?.document ?? before,
    findings: [...findings, ...warningsOf(read, job)],
    doubts: isSameDate ? judge(read.document, before, recorded, job, published.everyTag) : [],
    result: {
      path: shownPath(drafts.length > 0 ? found.path : state.path, io),
      outcome: drafts.length > 0 ? outcomeOf(found) : 'unchanged',
      seen: read.document,
      superseded: [],
      delta: deltaFor(policy, state.document, read.document),
      isDryRun: options.isDryRun,
    },
  }
}

/** What the policy saw before `state`. */
const earlierThan = ({ document }: Stored, policy: Policy, history: History) =>
  stateOf(
    policy,
    history,
    history.files.filter(({ published }) => published < document.published),
  )

/** Something that is in use changed, or is not stored yet. */
function store(found: Found, job: Job): Imported {
  const { policy, history, options, io } = job
  const { read, replaced, files, superseded } = found
  const accept = options.accept ?? []
  const recorded = recordedIn(found, job)
  const { everyTag } = publishedDocument(read, job.source)
  const dates = [read.document, ...superseded].map(({ published }) => published)
  const compared = { ...read.document, published: dates.toSorted().at(-1) as string }
  // What came with the program is worth a look, and no measure for guards: it was loaded nowhere.
  const before = baselineOf(compared, policy, history, history.isShipped ? history.files : files)
  const measure = history.isShipped ? undefined : noNewer(before, read.document)
  const isStored = replaced !== undefined && isSameContent(replaced, read.document)
  // What is stored already, or takes the place of what is damaged, is no step back; rules made from it would be one.
  const isNoStep = options.repairs && (isStored || found.isDamaged)
  const newest = isNoStep || superseded.length > 0 ? undefined : newestOf(policy, history, files)
  const isOlder = newest !== undefined && read.document.published < newest.published
  const judged = judge(read.document, isOlder ? newest : measure, recorded, job, everyTag).filter(
    ({ code }) => code !== 'REISSUED' || superseded.length === 0,
  )
  const isDoubt = isStored && !isOlder
  const findings = [
    ...(isDoubt ? [] : judged),
    ...(isStored ? [] : future(read.document, today(io), accept)),
    ...(history.isShipped || files.length === 0 ? besideShipped(read.document, policy, everyTag) : []),
  ]
  refuseErrors(findings, refusal(job))
  const accepted = GUARDS.filter((name) => recorded.includes(name) || acceptedIn(findings, accept).includes(name))
  const document = { ...read.document, ...(accepted.length > 0 && { accepted }) }
  const drafts = draftsOf(document, found, accepted)
  const removed = superseded.map(({ published }) => snapshotPath(history.directory, { cloud: policy.cloud, published }))
  return {
    known: publishedDocument({ ...read, document }, job.source),
    isQuiet: false,
    drafts,
    superseded: removed,
    before,
    base: found.state?.document ?? before,
    findings: [...findings, ...warningsOf(read, job)],
    doubts: isDoubt ? judged : [],
    result: {
      path: shownPath(found.path, io),
      outcome: drafts.length > 0 ? outcomeOf(found) : 'unchanged',
      seen: document,
      superseded: removed.map((path) => shownPath(path, io)),
      delta: before && deltaFor(policy, before, document),
      isDryRun: options.isDryRun,
    },
  }
}

/** What the guards say of a document, but for what was accepted already when the same content was stored. */
function judge(
  document: TagDocument,
  before: TagDocument | undefined,
  recorded: readonly GuardName[],
  { policy, options }: Job,
  everyTag: KnownDocument['everyTag'],
): Finding[] {
  const accept = options.accept ?? []
  const isUsed = (name: string) => ruleSelectorsOf(policy).some((selector) => select([name], selector).length > 0)
  const findings = guard(document, before, isUsed, {
    limits: policy.guards,
    accept: [...accept, ...recorded],
    everyTag,
  })
  return findings.filter((finding) => {
    const name = guardOf(finding)
    return finding.severity === 'error' || name === undefined || accept.includes(name)
  })
}

/** Under a date that is not later, as a snapshot that is superseded has: then that date says nothing. */
const noNewer = (before: TagDocument | undefined, { published }: TagDocument) =>
  before && before.published > published ? { ...before, published } : before

/** What was accepted when the same content was stored under the same date. */
function recordedIn({ replaced, read }: Found, { policy }: Job): readonly GuardName[] {
  const known = replaced && chosenTags(replaced, selectorsOf(policy))
  const isSame =
    known && [...known].every(([name, { prefixes }]) => read.document.tags.get(name)?.prefixes.equals(prefixes))
  return isSame ? (replaced?.accepted ?? []) : []
}

/** The snapshot of a document, unless it is stored already; and the same in place of what it supersedes, until that is removed. */
function draftsOf(
  document: TagDocument,
  { replaced, path, superseded }: Found,
  accepted: readonly GuardName[],
): Draft[] {
  const isStored = replaced && isSameContent(replaced, document) && String(replaced.accepted ?? []) === String(accepted)
  if (isStored) return []
  const draft = (path: string, content: TagDocument) => ({ path, text: formatSnapshot(content), owner: 'the snapshot' })
  const kept = { ...document, accepted }
  return [
    draft(path, kept),
    ...superseded.map(({ published }) =>
      draft(join(dirname(path), `${published}.json`), { ...kept, published, isUndated: true }),
    ),
  ]
}

function outcomeOf({ isDamaged, replaced, read }: Found): FetchResult['outcome'] {
  if (isDamaged) return 'repaired'
  if (replaced === undefined) return 'stored'
  const names = [...replaced.tags.keys()]
  return isSameFor(names, replaced, reduced(read.document, names)) ? 'extended' : 'replaced'
}

/** The newest snapshot that has a tag of the policy's rules. */
function newestOf(policy: Policy, history: History, files: readonly SnapshotFile[]): TagDocument | undefined {
  for (const document of newestFirst(history, files)) {
    if (chosenTags(document, ruleSelectorsOf(policy)).size > 0) return document
  }
  return undefined
}

/** A document that nothing dates is of the date of the newest snapshot that says the same of the tags in use, if there is one. */
function datedByContent(source: Source, policy: Policy, history: History): Source {
  if (!source.isUndated || history.isShipped) return source
  const selectors = selectorsOf(policy)
  const { document } = parseDocument(source, policy.cloud, selectors)
  for (const { published, ...stored } of newestFirst(history)) {
    if (isSameFor(selectors, stored, document)) return { ...source, published, isUndated: false }
  }
  return source
}

function warningsOf({ problems }: ReadDocument, { source, isAsked }: Job): Finding[] {
  const { isUndated, name, published } = source
  return [
    ...(isUndated && isAsked ? [{ code: 'UNDATED', severity: 'warning', source: name, published } as const] : []),
    ...(problems.length > 0 ? [{ code: 'ODD_PREFIX', severity: 'warning', problems } as const] : []),
  ]
}

const refusal = ({ source }: Job) => `${source.name} is refused; nothing was written`

const today = (io: Io) => io.now().toISOString().slice(0, 10)

/** The server says that its document is the newest snapshot. */
function unchangedSince(
  newest: Stored,
  history: History,
  policy: Policy,
  { isDryRun }: ImportOptions,
  io: Io,
): Imported {
  const state = stateOf(policy, history) ?? newest
  const { path, document } = state
  const shown = shownPath(path, io)
  const before = baselineOf(document, policy, history)
  return {
    known: { ...storedDocument(document), where: shown },
    isQuiet: true,
    drafts: [],
    superseded: [],
    before,
    base: earlierThan(state, policy, history)?.document ?? before,
    findings: [],
    doubts: [],
    result: {
      path: shown,
      outcome: 'unchanged',
      seen: newest.document,
      superseded: [],
      delta: diff(document, document),
      isDryRun,
    },
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
