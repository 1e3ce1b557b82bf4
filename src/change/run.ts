import { isDeepStrictEqual } from 'node:util'
import { capacityOf } from '../compile/capacity.ts'
import { lint } from '../compile/lint.ts'
import { checkedSide } from '../compile/policy-side.ts'
import { Shared } from '../compile/share.ts'
import { jobsOf, wideOptions } from '../compile/target-job.ts'
import { storedDocument } from '../document/history.ts'
import { explain, type Finding } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import type { Change } from '../model/change.ts'
import { newestOf } from '../model/delta.ts'
import type { Target } from '../model/policy.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { TagDocument } from '../model/service-tag.ts'
import type { Job } from '../model/vendor.ts'
import { coversIn } from '../policy/lock/lock.ts'
import { targetFields } from '../policy/lock/lock-file.ts'
import { areSameOn } from '../verify/expectation.ts'
import { type MadeFiles, refuseUnfit, targetDrafts, widenedOn } from './build-targets.ts'
import type { BesideFiles } from './commands/command-drafts.ts'
import { type CommandKind, FILE_KINDS, SINCE_KINDS } from './commands/command-files.ts'
import { compareTargets, isOnDevice } from './compare-targets.ts'
import { editedEntries, lockAfter, lockDraft, lockWithCommands } from './next-lock.ts'
import { editedFiles, finderIn, type GoneFiles, goneFiles, isBeside, staleFiles } from './older/files-in-place.ts'
import { type OlderTargets, oldRulesOn, openOlder } from './older/older.ts'
import type { RunRequest } from './prepare.ts'
import { type ComparedTarget, goneTarget } from './traffic/change.ts'

/** Everything that one run makes, not yet written: `plan` shows it, `build` and `update` write it too. */
export type Run = Awaited<ReturnType<typeof makeRun>>

/** Makes the rules of now, proved, and what leads there from the older side. Throws `UserErrors` with the problems of all targets. */
export async function makeRun(request: RunRequest, io: Io) {
  const { open, purpose, kinds = [] } = request
  const { isMerge } = request.since
  const older = openOlder(request.since, request)
  const { after, isKept, kept, widened } = compileNow(request, older)
  const sides = { older, kept, newer: after.known.document }
  const { compared, full, changed, unproved } = await compareTargets(request, widened, sides, io)
  const made = compared.map((target) => target.made)
  // A place that is wrong for full files is wrong for those beside them, and told once.
  const drafts = [full, changed.flatMap(({ files }) => files)].flatMap((files) =>
    targetDrafts(files, request.territory, io),
  )
  request.owners.refuse(drafts)
  const { edited, stale, unfit } = filesThatDoNotFit(request, { made, drafts, compared, changed }, io)
  const gone = goneFiles(request, [...drafts.map(({ result }) => result.path), ...stale], io)
  const pruned = request.prunes ? gone.flatMap(({ removable }) => removable) : []
  const locking = { made, drafts, after, stale: [...stale, ...pruned], gone }
  const lock = lockAfter(request, locking, io)
  // Commands from another older side stand beside the files in place, and these stay.
  const isWhole = purpose !== 'commands'
  const written = isWhole ? drafts : drafts.filter(({ result }) => result.role !== 'full')
  const writtenLock = isWhole ? lock : lockWithCommands(request, { drafts: written, stale })
  const entries = editedEntries(request, locking, io)
  const editedOf = (target: string) => [...edited(target), ...(entries.has(target) ? [open.shown] : [])]
  // Where git joined commits, nobody edited the files that it made.
  const targets = compared.map((one) => {
    const told = isMerge ? { edited: [] } : { edited: editedOf(one.change.target), unfit: unfit(one) }
    return { ...one, change: { ...one.change, ...told } }
  })
  const capacity = capacityOf(made, request.history, after.ruleset.published)
  const commandFindings = (kind: CommandKind) => changed.flatMap(({ findings }) => findings[kind])
  const ofTargets = [...made.flatMap(({ target, job }) => wideOptions(job, target.options)), ...unproved]
  const change: Change = {
    since: request.since.text,
    before: labelOf(targets),
    after: after.ruleset,
    doubts: request.doubts,
    targets: [
      ...targets.map(({ change }) => change),
      ...gone
        .filter(({ isKept }) => !isKept)
        .map((one) => ({ ...goneTarget(one.target), edited: [...one.edited, ...editedOf(one.target.name)] })),
    ],
  }
  return {
    request,
    after,
    /** True if the rules of every target are those of the lock's document, which is used then. */
    isKept,
    change,
    targets,
    /** The full files, and those beside them; or commands alone. */
    written,
    capacity: capacity.uses,
    findings: isWhole
      ? [
          ...ofTargets,
          ...comparedWithFiles(request, targets),
          ...editedFindings(request, targets, gone),
          ...commandFindings('cleanup'),
          ...capacity.findings,
          ...commandFindings('delta'),
          ...commandFindings('rollback'),
        ]
      : kinds.flatMap(commandFindings),
    /** The warnings that stand since an earlier run. */
    standing: standingWarnings([...after.findings, ...ofTargets], request, targets),
    gone,
    /** The lock after this run. */
    lock,
    /** The files to write, with their lock. */
    drafts: [...written, ...lockDraft(writtenLock, isMerge ? { ...open, lock: undefined } : open)],
    /** Files of earlier runs that do not fit any more, and those that `--prune` removes; relative to the working directory. */
    stale,
    pruned,
  }
}

/**
 * The policy against the document of the run, or against that of the lock if every target has the rules of the lock, as `isKept` says: a week that
 * changes no rule of a target changes no file of it. `kept`: by name, the targets that have them. Throws `UserErrors` with the problems of all targets.
 */
function compileNow({ history, known, open, targets, vendorOf, mayKeep }: RunRequest, older: OlderTargets) {
  const coverOf = coversIn(open)
  const after = checkedSide(known, history, coverOf)
  const compared = new Shared<boolean>()
  const areSame = (was: Ruleset, is: Ruleset, job: Job) => {
    const key = compared.keyOf(job, [was, is])
    return compared.find(key) ?? compared.keep(key, areSameOn(job, was, is))
  }
  const jobs = jobsOf(targets, vendorOf)
  const widened = widenedOn(after, jobs)
  const same = !mayKeep
    ? []
    : widened.flatMap(({ target, job, ruleset, findings }) => {
        const { locked, rules } = older.inLock(target)
        if (!rules || !areWidenedAlike(locked.target, target)) return []
        const isSame = findings.length === 0 && areSame(rules.ruleset, ruleset, job)
        return isSame ? [{ target, rules }] : []
      })
  const kept = new Map(same.map(({ target, rules }) => [target.name, rules]))
  const newest = newestOf(same.map(({ rules }) => rules.document))
  if (!newest || same.length < targets.length || newest.published === known.document.published)
    return { after, isKept: false, kept, widened: refuseUnfit(widened) }
  const side = checkedSide(storedDocument(newest), history, coverOf)
  return { after: side, isKept: true, kept, widened: refuseUnfit(widenedOn(side, jobs)) }
}

/** True if two targets are widened in one way: files say what it costs, also where it adds no address. */
const areWidenedAlike = (a: Target, b: Target) => isDeepStrictEqual(targetFields(a).widen, targetFields(b).widen)

/** Everything that a run makes for its targets, and what it compared. */
interface MadeByRun extends MadeFiles {
  readonly compared: readonly ComparedTarget[]
  readonly changed: readonly BesideFiles[]
}

/** The files in place that were edited, those that do not fit any more, and the files of the lock that do not fit a target which stays the same. */
function filesThatDoNotFit(request: RunRequest, { compared, changed, ...made }: MadeByRun, io: Io) {
  const { purpose, since } = request
  const replaced = made.drafts.filter(({ result }) => result.role === 'full' && result.isChanged)
  // Commands of the lock do not lead to full files that are not those of the lock. Without a lock, nobody knows where commands lead.
  const isKnown = ({ why }: ComparedTarget['before']) => why !== 'edited' && (why !== 'unlocked' || purpose !== 'files')
  const others = compared.filter(({ before }) => !isKnown(before)).map(({ change }) => change)
  const left = new Set([...replaced, ...others, ...(since.isMerge ? changed : [])].map(({ target }) => target))
  const outdated = (target: string) => (purpose === 'commands' ? SINCE_KINDS : left.has(target) ? FILE_KINDS : [])
  const find = finderIn(io)
  const edited = editedFiles(request, made, find, io)
  const mayGo = purpose === 'review' || purpose === 'commands' ? () => [] : edited
  const stale = staleFiles(request, { ...made, outdated, edited: mayGo }, find, io)
  const unfit = ({ before, change: { kind }, made: { target } }: ComparedTarget) =>
    kind === 'same' && !isKnown(before) ? stale.filter((path) => isBeside(path, target, request.vendorOf)) : []
  return { edited, stale, unfit }
}

/** A warning for each changed target whose older rules are known from its files only. */
function comparedWithFiles({ open }: RunRequest, targets: readonly ComparedTarget[]): Finding[] {
  return targets.flatMap(({ before: { kind, why, doubtful: paths }, change }): Finding[] => {
    if (!why || !isOnDevice(change)) return []
    const { target } = change
    const isRead = kind === 'files'
    return [{ code: 'COMPARED_WITH_FILES', severity: 'warning', target, paths, why, lock: open.shown, isRead }]
  })
}

/** A warning about edited files. If the lock alone tells that a full file was edited, it is compared, and has a warning of its own. */
function editedFindings(
  { purpose, since }: RunRequest,
  targets: readonly ComparedTarget[],
  gone: readonly GoneFiles[],
): Finding[] {
  const isReview = purpose === 'review'
  const ofTargets = targets.flatMap(({ before, change }) =>
    change.edited.filter((path) => isReview || !before.doubtful.includes(path)),
  )
  const paths = [...ofTargets, ...gone.flatMap(({ edited }) => edited)]
  if (paths.length === 0) return []
  return [
    { code: 'EDITED_FILES', severity: 'warning', paths: [...new Set(paths)], since: isReview ? since.text : undefined },
  ]
}

/** The newest document of the older side of the targets that change; undefined if it does not give all of them their older rules. */
function labelOf(targets: readonly ComparedTarget[]): TagDocument | undefined {
  if (targets.some(({ before: { kind } }) => kind === 'files' || kind === 'unknown')) return undefined
  const changed = targets.filter(({ before, change }) => before.rules && change.kind !== 'same')
  const all = changed.length > 0 ? changed : targets
  const older = all.flatMap(({ before: { rules, job } }) => (rules ? [{ rules, job }] : []))
  const newest = newestOf(older.map(({ rules }) => rules.document))
  const isSame = older.every(({ rules, job }) => {
    if (!newest || rules.document.published === newest.published) return true
    const there = rules.on?.(newest)
    return there && areSameOn(job, there, rules.ruleset)
  })
  return isSame ? newest : undefined
}

/** The warnings of `findings` that the lock has too, word by word. What a rule of regions leaves out changes every week, so its warning counts as the same. */
function standingWarnings(
  findings: readonly Finding[],
  { policy, since }: RunRequest,
  targets: readonly ComparedTarget[],
): Finding[] {
  const warnings = findings.filter(({ severity }) => severity === 'warning')
  if (warnings.length === 0 || !since.lock) return []
  const ofRules = [...since.lock.states.values()].flatMap((state) => {
    const document = since.documentOf(state)
    if (!document) return []
    return lint({ ...policy, rules: state.rules }, oldRulesOn(policy.name, state.rules, document, document))
  })
  const ofTargets = targets.flatMap(({ before: { kind, job, target } }) =>
    kind === 'lock' ? wideOptions(job, target.options) : [],
  )
  const said = new Set([...ofRules, ...ofTargets].map(explain))
  const rules = [...since.lock.states.values()].flatMap((state) => state.rules)
  const hasRegionsOf = (base: string, rule: string) =>
    rules.some(({ name, tags }) => name === rule && tags.some((tag) => tag.startsWith(`${base}.`)))
  return warnings.filter(
    (warning) =>
      said.has(explain(warning)) ||
      // A snapshot lacks the base tag, so the older rules alone do not give the warning.
      (warning.code === 'GLOBAL_LEFT_OUT' && hasRegionsOf(warning.base, warning.rule)),
  )
}
