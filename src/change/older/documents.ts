import { type History, newestFirst } from '../../document/history.ts'
import { isSnapshot, parseSnapshot } from '../../document/snapshot/snapshot.ts'
import { unlessRefused } from '../../errors.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import { type Lock, type LockedDocument, type State, selectorsOfRules, tagsHash } from '../../policy/lock/lock.ts'
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
    const found = [...newestFirst(history)].find(isIt) ?? parsed(others(locked))
    return found && isIt(found) ? labelled(found) : undefined
  }
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
