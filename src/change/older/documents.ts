import { isAhead } from '../../document/guards/guards.ts'
import { type History, newestFirst } from '../../document/history.ts'
import { isSnapshot, parseSnapshot } from '../../document/snapshot/snapshot.ts'
import { listSnapshots, readSnapshot, snapshotPath } from '../../document/snapshot/stored-snapshots.ts'
import { UserError, unlessRefused } from '../../errors.ts'
import type { Policy, Target } from '../../model/policy.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import {
  type Lock,
  type LockedDocument,
  lockedFor,
  type State,
  selectorsOfRules,
  tagsHash,
} from '../../policy/lock/lock.ts'
import { byCodeUnit } from '../../text/order.ts'

/** Finds the document of a state; undefined if no snapshot has its addresses any more. */
export type DocumentOf = (state: State) => TagDocument | undefined

/**
 * Looks for the documents of states among the snapshots of a folder: the one of its date, else any with the same addresses, as a
 * document that was stored under another date since. `others` are snapshots elsewhere, such as in a commit, as texts.
 */
export function documentsIn(
  history: History,
  others: (document: LockedDocument) => string | undefined = () => undefined,
): DocumentOf {
  return ({ document: locked, rules }) => {
    const selectors = selectorsOfRules(rules)
    const isIt = (document: TagDocument) =>
      document.cloud === locked.cloud && tagsHash(document, selectors) === locked.tags
    const labelled = (document: TagDocument): TagDocument => {
      return { ...document, published: locked.published, changeNumber: locked.changeNumber }
    }
    const dated = history.files.find(({ published }) => published === locked.published)
    const first = dated && history.read(dated)
    if (first && isIt(first)) return labelled(first)
    const found = [...newestFirst(history)].find(isIt) ?? ofOtherCloud(locked, history) ?? parsed(others(locked))
    return found && isIt(found) ? labelled(found) : undefined
  }
}

/** The snapshot of another cloud than that of the policy now: somebody changed it. */
function ofOtherCloud({ cloud, published }: LockedDocument, { files, directory }: History): TagDocument | undefined {
  const place = snapshotPath(directory, { cloud, published })
  const isThere = listSnapshots(directory, cloud).some(({ path }) => path === place)
  return isThere && !files.some(({ path }) => path === place) ? readSnapshot(place, cloud) : undefined
}

function parsed(text: string | undefined): TagDocument | undefined {
  if (text === undefined || !isSnapshot(text)) return undefined
  return unlessRefused(() => parseSnapshot(text, 'the snapshot'))
}

/** The newest document that targets of a lock are made from; undefined if there is no lock, or no snapshot has its addresses. */
export function lockedDocument(lock: Lock | undefined, documentOf: DocumentOf): TagDocument | undefined {
  const states = new Set([...(lock?.targets.values() ?? [])].map(({ state }) => lock?.states.get(state)))
  const documents = [...states].flatMap((state) => (state && documentOf(state)) ?? [])
  return documents.sort((a, b) => byCodeUnit(a.published, b.published)).at(-1)
}

/** The files in place, and the snapshots that newer ones are made from. */
interface InPlace {
  readonly policy: Policy
  readonly targets: readonly Target[]
  readonly lock: Lock | undefined
  readonly history: History
  /** The date of today. */
  readonly now: string
}

/**
 * Throws `UserError` if files of `targets` are made from a newer document than this one: its snapshot was lost, or does not have all tags of
 * the policy. `option` is for a person who wants that.
 */
export function refuseOlder(
  document: TagDocument,
  { policy, targets, lock, history, now }: InPlace,
  option: string,
): void {
  const states = targets.flatMap((target) => {
    const locked = lock && lockedFor(target, lock, policy)
    return (locked && lock.states.get(locked.state)) ?? []
  })
  const newest = states
    .filter(({ document: { cloud, published, changeNumber, tags }, rules }) => {
      const isLaterDate = cloud === document.cloud && published > document.published && !isAhead(published, now)
      // A document dated by its download has the change number of its week, and another date of the same addresses takes nothing back.
      const isNewer = isLaterDate && changeNumber > document.changeNumber
      return isNewer && tagsHash(document, selectorsOfRules(rules)) !== tags
    })
    .map((state) => state.document)
    .sort((a, b) => byCodeUnit(a.published, b.published))
    .at(-1)
  if (!newest) return
  const isLost = !history.files.some(({ published }) => published === newest.published)
  const restore = `restore the snapshot ${newest.cloud}/${newest.published}.json from version control, or `
  throw new UserError(
    `the document of ${document.published} is older than that of ${newest.published}, which the files in place are made from: ${isLost ? restore : ''}get a newer document with "tagwall fetch" (without a network: --from FILE); to go back, add ${option}; nothing was written`,
  )
}
