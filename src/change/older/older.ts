import { compile } from '../../compile/compile.ts'
import type { PolicySide } from '../../compile/policy-side.ts'
import { plannedFiles, type WholeFile } from '../../compile/render-target.ts'
import { rulesOfTarget } from '../../compile/rules-of-target.ts'
import { rulesKey } from '../../compile/share.ts'
import { jobWith, pathOf } from '../../compile/target-job.ts'
import { type Cover, coveredWith, widen, withinOf } from '../../compile/widen/widen.ts'
import { unlessRefused } from '../../errors.ts'
import { hasErrors, type NoLockedRules } from '../../finding/finding.ts'
import { refuseErrors } from '../../findings-output.ts'
import type { BeforeKind } from '../../model/change.ts'
import { memo } from '../../model/lazy.ts'
import type { Policy, Rule, Target } from '../../model/policy.ts'
import type { Reading } from '../../model/reading.ts'
import type { AddressSet, Ruleset } from '../../model/ruleset.ts'
import {
  chosenTags,
  isAsked,
  type RequestedTags,
  ruleSelectors,
  select,
  type TagDocument,
} from '../../model/service-tag.ts'
import type { Job } from '../../model/vendor.ts'
import type { LockedTarget, State } from '../../policy/lock/lock.ts'
import { targetFields } from '../../policy/lock/lock-file.ts'
import { sha256 } from '../../text/hashes.ts'
import { loadReader } from '../../vendor/reader.ts'
import { partNumber } from '../../vendor/render/parts.ts'
import { expectationOf } from '../../verify/expectation.ts'
import type { Loads } from '../../verify/loaded-files.ts'
import { prove } from '../../verify/prove.ts'
import type { FilePlace, FileThere, WidenedTarget } from '../build-targets.ts'
import type { RunRequest } from '../prepare.ts'
import type { ReadText } from './disk-and-git.ts'
import type { OlderSource } from './source.ts'

/** One target before a run. */
export interface Older<File extends FilePlace = FileThere> {
  readonly kind: BeforeKind
  /** The target, its vendor and its options of then; the current ones if nothing else is known. */
  readonly target: Target
  readonly job: Job
  /** Undefined if only the files are known. */
  readonly rules?: OlderRules
  /** The reading of the files in place, if the rules behind them are unknown and the files can be read. */
  readonly reading?: Reading | undefined
  /** The full files in place; also those that were edited. */
  readonly files: readonly File[]
  /** The reason why the rules in the lock do not count. */
  readonly why?: NoLockedRules
  /** The files that the lock does not explain. */
  readonly doubtful: readonly string[]
}

/** The older rules of a target, with their local side, widened. */
export interface OlderRules {
  readonly ruleset: Ruleset
  /** The same rules against the newer document, to tell the cause of a change. */
  readonly between: Ruleset
  readonly document: TagDocument
  /** The key of their state in the lock. */
  readonly state?: string
  /** The same rules on another document; undefined if they are widened. */
  readonly on?: ((document: TagDocument) => Ruleset) | undefined
}

/** A target as the lock alone describes it. */
type InLock =
  | { readonly locked: LockedTarget; readonly job: Job; readonly rules: OlderRules }
  | { readonly locked?: LockedTarget; readonly rules?: undefined; readonly why: NoLockedRules }

/** The older side of all targets of a run. */
export type OlderTargets = ReturnType<typeof openOlder>

/** The newer side, which older states are compared with. */
export type NewerSide = Pick<RunRequest, 'policy' | 'vendorOf' | 'known'>

/** Opens what the targets were before: in the working directory, in a commit, in a lock file, or with the current policy on an older document. */
export function openOlder(source: OlderSource, newer: NewerSide) {
  const { lock, read, onDocument } = source
  /** The rules of a target in the lock, whatever its files hold. */
  const inLock = rulesInLock(source, newer)
  /**
   * The older side of one target: its locked rules, if its files are those of the lock and the reader finds these rules in them. Otherwise
   * the files are read, whatever made them. Throws `UserErrors` if the current rules cannot be widened on an older document.
   */
  const of = async (now: WidenedTarget, loads: Loads): Promise<Older> => {
    if (onDocument) return currentRulesOn(onDocument, now)
    const said = inLock(now.target)
    // Another vendor is another device, which holds nothing yet.
    if (!said.locked && lock?.targets.has(now.target.name))
      return { kind: 'none', target: now.target, job: now.job, files: [], doubtful: [] }
    if (!said.rules) {
      const target = said.why === 'document' ? (said.locked ?? now).target : now.target
      return readFiles({ ...now, target }, said.why, read, loads)
    }
    const { locked, job, rules } = said
    const { target } = locked
    const then = { target, job, ruleset: rules.ruleset }
    const files = filesThere(target, plannedFiles(then.ruleset, job), read)
    const edited = files.filter(({ path, text }) => locked.files.get(path) !== sha256(text)).map(({ path }) => path)
    if (edited.length > 0) return { ...(await readFiles(then, 'edited', read, loads)), doubtful: edited }
    if (files.length > 0 && !(await filesHold(then, files, loads))) return readFiles(then, 'proof', read, loads)
    return { kind: 'lock', target, job, rules, files, doubtful: [] }
  }
  return { inLock, of }
}

/** The current rules on an older document, whatever files there were. */
function currentRulesOn(older: PolicySide, { target, job, ruleset: between }: WidenedTarget): Older {
  const { ruleset, findings } = older.widen(target, job)
  refuseErrors(findings, `${target.name} cannot have the older rules as asked, so nothing is written`)
  const rules = { ruleset, between, document: older.known.document }
  return { kind: 'document', target, job, rules, files: [], doubtful: [] }
}

/** The files at the paths of `files`, each whole or in parts. */
function filesThere(target: Target, files: readonly WholeFile[], read: ReadText): FileThere[] {
  const wholes = new Map(files.map((file) => [file.suffix, file]))
  return [...wholes.values()].flatMap((file) => {
    const at = (number: string | undefined): FileThere[] => {
      const path = pathOf(target, { suffix: file.suffix, number })
      const text = read(path)
      return text === undefined ? [] : [{ part: file.part, family: file.family, text, path }]
    }
    const parts: FileThere[] = []
    for (let number = 1; at(partNumber(number)).length > 0; number++) parts.push(...at(partNumber(number)))
    return parts.length > 0 ? parts : at(undefined)
  })
}

/** Reads what the files of a target in place allow. */
async function readFiles(
  { target, job, ruleset }: WidenedTarget,
  why: NoLockedRules,
  read: ReadText,
  loads: Loads,
): Promise<Older> {
  const files = filesThere(target, plannedFiles(ruleset, job), read)
  const older = { target, job, files, why, doubtful: files.map(({ path }) => path) }
  if (files.length === 0) return { ...older, kind: 'none' }
  const readers = await loadReader(job.vendor)
  const reading = unlessRefused(() => readers && loads.of(files, readers, job).reading())
  return reading?.notes.length === 0 ? { ...older, kind: 'files', reading } : { ...older, kind: 'unknown' }
}

/** True if files mean these rules; without a reader, their hash decides. */
async function filesHold({ ruleset, job }: WidenedTarget, files: readonly FileThere[], loads: Loads): Promise<boolean> {
  const readers = await loadReader(job.vendor)
  if (!readers) return true
  const loaded = loads.of(files, readers, job)
  // Newer files, if they are others, have been proved and need no device beside it.
  loads.keepOnly(loaded)
  const { findings } = prove(expectationOf(job, ruleset), loaded.reading())
  return !hasErrors(findings)
}

function rulesInLock(
  { lock, entries, documentOf }: OlderSource,
  { policy, vendorOf, known: { document: newer } }: NewerSide,
): (target: Target) => InLock {
  const documents = memo(documentOf)
  const compiled = memo(({ rules }: State, document: TagDocument) => ({
    older: oldRulesOn(policy.name, rules, document, document),
    between: oldRulesOn(policy.name, rules, documentAfter(document, newer), document),
  }))
  const placed = memo((_: string, { target, cover, state: key }: LockedTarget, state: State, document: TagDocument) => {
    const job = jobWith(target, vendorOf(target.vendor, target.at))
    const { older, between } = compiled(state, document)
    const ruleset = placedAt(older, target)
    const on = (other: TagDocument) => placedAt(oldRulesOn(policy.name, state.rules, other, document), target)
    const rules: OlderRules = {
      ruleset: target.widen ? coveredWith({ document, ruleset }, { ...job, widening: target.widen }, cover) : ruleset,
      between: rewidened(placedAt(between, target), target, job, cover, documentAfter(document, newer)),
      document,
      state: key,
      on: target.widen ? undefined : on,
    }
    return { job, rules }
  })
  return (target) => {
    const locked = entries.get(target.name)
    if (!locked) return { why: 'unlocked' }
    const state = lock?.states.get(locked.state)
    if (!state) return { locked, why: 'state' }
    const document = documents(state)
    if (!document) return { locked, why: 'document' }
    const known = unlessRefused(() => {
      const { older, between } = compiled(state, document)
      const { vendor, options, family, model, limits } = targetFields(locked.target)
      // Targets at many sites differ in their paths only.
      const device = JSON.stringify([locked.state, vendor, options, family, model, limits])
      const keys = [older, between].map((ruleset) => rulesKey(locked.target, ruleset, locked.cover))
      return placed([device, ...keys].join(' '), locked, state, document)
    })
    if (!known) return { locked, why: 'target' }
    return { locked, job: { ...known.job, target: target.name }, rules: known.rules }
  }
}

/** The rules of a target that was built from an older document, against a newer one. */
export function nextRules(
  { name, rules }: Policy,
  { target, job, ruleset }: WidenedTarget,
  older: TagDocument,
  newer: TagDocument,
): Ruleset {
  const next = documentAfter(older, newer)
  const cover = new Map(target.widen ? ruleset.sets.map((set) => [set.name, set.prefixes]) : [])
  return rewidened(placedAt(oldRulesOn(name, rules, next, older), target), target, job, cover, next)
}

/** The document that an older policy would have now: who takes another cloud changes the policy, which would have stayed with its documents. */
const documentAfter = (older: TagDocument, newer: TagDocument) => (older.cloud === newer.cloud ? newer : older)

/** Drops rules whose local side leaves no addresses. */
const placedAt = (ruleset: Ruleset, target: Target): Ruleset => {
  const placed = rulesOfTarget(ruleset, target).ruleset
  const isUsed = ({ prefixes }: AddressSet) => !prefixes.isEmpty
  return { ...placed, sets: placed.sets.filter(isUsed), rules: placed.rules.filter(({ set }) => isUsed(set)) }
}

/** Widened again for a newer document; exact where its budget or its tag is impossible there. */
function rewidened(ruleset: Ruleset, target: Target, job: Job, cover: Cover, document: TagDocument): Ruleset {
  const widening = target.widen
  if (!widening || (widening.within !== undefined && !withinOf(document, widening.within))) return ruleset
  const widened = widen({ document, ruleset }, { ...job, widening }, cover)
  return widened.findings.length > 0 ? ruleset : widened.ruleset
}

/**
 * Older rules against a newer document, to tell the cause of a change: a tag that the newer document lacks is empty, and a rule without
 * addresses is left out. A tag that the newer document was never asked for is as in the older one.
 */
export function oldRulesOn(policy: string, rules: readonly Rule[], newer: TagDocument, older: RequestedTags): Ruleset {
  const selectors = ruleSelectors(rules)
  const unasked = selectors.filter((selector) => !isAsked(newer, selector))
  const document = { ...newer, tags: new Map([...chosenTags(older, unasked), ...newer.tags]) }
  const names = [...document.tags.keys()]
  const known = (selectors: readonly string[]) => selectors.filter((selector) => select(names, selector).length > 0)
  const usable = rules
    .map((rule) => ({ ...rule, tags: known(rule.tags), except: { ...rule.except, tags: known(rule.except.tags) } }))
    .filter(({ tags, prefixes }) => tags.length + prefixes.length > 0)
  return compile({ name: policy, rules: usable }, { document, names, where: '' }).ruleset
}
