import { FAMILY_NAMES } from '../../address/family.ts'
import { type Rendered, renderAll } from '../../compile/render-target.ts'
import { changedSettings, isSameDevice } from '../../compile/target-job.ts'
import { UserError, unlessRefused } from '../../errors.ts'
import type { Finding } from '../../finding/finding.ts'
import { groupsOf } from '../../model/group-by.ts'
import { type ChangedItem, type Item, type Leftovers, NO_LEFTOVERS } from '../../model/item.ts'
import type { ReadFile, RemoteSide } from '../../model/reading.ts'
import type { Proof, Remains } from '../../model/result.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import type { Job } from '../../model/vendor.ts'
import { loadReader } from '../../vendor/reader.ts'
import { expectationOf } from '../../verify/expectation.ts'
import { isClean, leftoversOf, proveReload, type Reload } from '../../verify/leftovers.ts'
import { Loads } from '../../verify/loaded-files.ts'
import type { WidenedTarget } from '../build-targets.ts'
import type { ManualList } from './command-files.ts'
import { renderRemovals } from './delta-files.ts'
import { copyOf } from './edit-steps.ts'
import type { RenderedDelta } from './render-delta.ts'

/** A full load over the older full files of one target, and what puts the device right after it. */
export interface Cleaned extends Remains {
  /** Files of their own that remove it; none if the delta does. */
  readonly files: readonly Rendered[]
  /** The proof of these files, or of the delta after the full files; undefined if nothing has to be removed, or nothing proved removes it. */
  readonly proof?: Proof
  /** A list for a person, where no proved commands do it. */
  readonly manual?: ManualList | undefined
  readonly findings: readonly Finding[]
}

const CLEAN: Cleaned = { left: NO_LEFTOVERS, isAllowing: false, isDenying: false, files: [], findings: [] }

/** The older side of a full load. */
export interface OlderFiles {
  readonly files: readonly ReadFile[]
  readonly paths: readonly string[]
  /** The rules of these files; undefined if unknown. */
  readonly ruleset: Ruleset | undefined
  readonly job: Job
  /** The delta from there, without files if there is none. */
  readonly delta: Pick<RenderedDelta, 'files' | 'reload' | 'gaps'>
}

export type NewerFiles = Pick<OlderFiles, 'files'> & Pick<WidenedTarget, 'ruleset' | 'job'>

/**
 * Works out what loading the newer full files over the older full files leaves on the device, and proves that the delta removes it, loaded after them; or
 * files of the vendor's "cleanup", where the target has no deltas. The older files may have been edited or damaged, so
 * leftovers that cannot be determined or removed are warnings.
 */
export async function cleanTarget(older: OlderFiles, made: NewerFiles, loads = new Loads()): Promise<Cleaned> {
  const { files, job } = made
  const readers = await loadReader(job.vendor)
  if (!readers || older.files.length === 0) return CLEAN
  // Without a delta, nothing shows that the device takes both forms.
  const from = older.delta.files.length > 0 ? older.job : job
  const before = loads.of(older.files, readers, job, from)
  const reload = { before, after: loads.of(files, readers, job) }
  try {
    return cleanedAfter(reload, older, made)
  } catch (error) {
    // The reader refuses an edited or damaged file.
    if (error instanceof UserError) return unclear([error.message], older, job)
    throw error
  }
}

function cleanedAfter(reload: Reload, older: OlderFiles, { ruleset, job }: NewerFiles): Cleaned {
  const { target } = job
  const { delta, job: from } = older
  const hasDelta = delta.files.length > 0
  const expectation = expectationOf(job, ruleset)
  const own = hasDelta || !older.ruleset ? [] : renderRemovals({ before: older.ruleset, after: ruleset }, job, from)
  const proved =
    delta.reload ?? proveReload(expectation, reload, hasDelta ? delta.files : own, hasDelta ? 'delta' : 'cleanup')
  const { notes, findings: differences, cleanup } = proved
  const unknown = notes.map(({ place, ...note }) => strangeText({ ...place, ...note }))
  if (unknown.length > 0) return unclear(unknown, older, job)
  // Alone, both files are understood.
  const strange = differences.filter((finding) => finding.code === 'NOT_UNDERSTOOD')
  if (strange.length > 0) {
    const why = strange.map(strangeText)
    const refused: Finding = { code: 'LOAD_REFUSED', severity: 'warning', target, paths: older.paths, why }
    const manual = hasDelta ? undefined : manualList('before the full files', olderRules(reload))
    return { ...CLEAN, manual, findings: [refused] }
  }
  if (isClean(proved)) return CLEAN

  const left: Leftovers = { ...proved.left, stays: lastRulesFirst(proved.left.stays) }
  const effect = { ...effectOf(differences), isElsewhere: !isSameDevice(from, job) }
  if (cleanup?.proof) return { ...CLEAN, ...effect, left, files: own, proof: cleanup.proof }
  const stays: Finding = {
    code: 'LEFTOVERS_STAY',
    severity: 'warning',
    target,
    items: left.stays.map(itemText),
    lacks: left.lacks.map(itemText),
    reworded: left.reworded.map(rewordedText),
    isReordered: left.moved.length > 0,
    ...effect,
    hasDelta,
    findings: cleanup?.findings ?? [],
  }
  return { ...CLEAN, ...effect, left, manual: manualList('after the full files', left.stays), findings: [stays] }
}

/** Undefined if there are no items. */
export const manualList = (when: ManualList['when'], items: readonly Item[]): ManualList | undefined =>
  items.length > 0 ? { when, items: items.map(itemText) } : undefined

/** All rules of the older files, in the order in which they can go. */
function olderRules({ before }: Reload): Item[] {
  const items = before.take().items()
  return lastRulesFirst(items.filter(({ kind }) => kind === 'rule'))
}

function unclear(why: readonly string[], { paths, job: from }: OlderFiles, job: Job): Cleaned {
  const facts = { target: job.target, paths, why, options: changedSettings(from, job) }
  return { ...CLEAN, findings: [{ code: 'LEFTOVERS_UNKNOWN', severity: 'warning', ...facts }] }
}

/** True if a device keeps items of an older full load, found by a load of `files` over the same rules under other names. */
export async function keepsOlder(ruleset: Ruleset, files: readonly Rendered[], job: Job): Promise<boolean> {
  const before = renderAll(copyOf(ruleset), job).files
  return ((await leavesAfter({ before, after: files }, job, job, new Loads())) ?? []).length > 0
}

/** The leftovers on the device after `after` is loaded over `before`; undefined if unknown. `from`: the job of `after`, whose options may load it elsewhere. */
export async function leavesAfter(
  { before, after }: Readonly<Record<'before' | 'after', readonly ReadFile[]>>,
  job: Job,
  from: Job,
  loads: Loads,
): Promise<Item[] | undefined> {
  const readers = await loadReader(job.vendor)
  if (!readers) return []
  const reload = { before: loads.of(before, readers, job), after: loads.of(after, readers, job) }
  // The reader refuses an edited file, and notes lines that are for other options.
  return unlessRefused(() => {
    const isUnderstood = isSameDevice(from, job) || reload.after.reading().notes.length === 0
    return isUnderstood ? lastRulesFirst(leftoversOf(reload, 'none').stays) : undefined
  })
}

const strangeText = ({ part, line, text, reason }: { part: string; line: number; text: string; reason: string }) =>
  `${part} line ${line} ${reason}: ${text}`

/** The effect of leftovers on traffic, from the differences between the device and the policy. */
function effectOf(differences: readonly Finding[]): Pick<Cleaned, 'isAllowing' | 'isDenying'> {
  const failed = differences.filter((finding) => finding.code === 'PROOF_FAILED')
  const isThere = ({ addresses, tags }: RemoteSide) => !addresses.isEmpty || tags.length > 0
  return {
    isAllowing: failed.some(({ extra }) => isThere(extra)),
    isDenying: failed.some(({ missing }) => isThere(missing)),
  }
}

/** In the order in which rules and members can go: a packet meets the rule that decided about it until that rule goes, or loses the address of the packet. */
function lastRulesFirst(items: readonly Item[]): Item[] {
  const rule = items.filter(({ kind }) => kind === 'rule').reverse()
  const members = items.filter(({ kind }) => kind === 'member')
  const groups = groupsOf(members, ({ of }) => JSON.stringify(of)).reverse()
  const queues: Readonly<Record<string, Item[]>> = { rule, member: groups.flat() }
  return items.map((item) => queues[item.kind]?.shift() ?? item)
}

/** `rule "Web" (description, log)` */
const rewordedText = ({ item, fields }: ChangedItem) =>
  `${itemText(item)} (${fields.map(({ name }) => name).join(', ')})`

/** `rule "Web"`, or `rule "Web" (44150)` where commands call it something else. */
const itemText = ({ kind, family, name, id, of }: Item) =>
  [
    `${kind} "${name}"`,
    ...(id === undefined || id === name ? [] : [`(${id})`]),
    ...(family ? [`(${FAMILY_NAMES[family]})`] : []),
    ...(of ? [`of ${of.kind} "${of.name}"`] : []),
  ].join(' ')
