import { createHash } from 'node:crypto'
import type { PolicySide } from '../../compile/policy-side.ts'
import { hasErrors } from '../../finding/finding.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import type { Job } from '../../model/vendor.ts'
import type { CommonOptions } from '../../policy/load.ts'
import { sha256 } from '../../text/hashes.ts'
import { shellWord } from '../../text/sanitize.ts'
import { auditCommands, loadGroups, stepsOf } from '../../vendor/render/runbook.ts'
import { areSameOn } from '../../verify/expectation.ts'
import type { FileThere } from '../build-targets.ts'
import type { ComparedTarget } from '../traffic/change.ts'
import { type CommandKind, commandPath } from './command-files.ts'
import type { CommandedTarget } from './target-commands.ts'

/** The surroundings of a runbook. */
interface Surroundings {
  /** The options that a command of the runbook needs to mean the same policy. */
  readonly common: CommonOptions
  /** True if git has an older full file. */
  readonly isInGit: (file: FileThere) => boolean
  /** Today's policy on an older document, as an audit has it. */
  readonly sideOn: (document: TagDocument) => PolicySide
}

/** The change of one target for its runbook: what is loaded, checked and recovered. */
export type ChangeWindow = ReturnType<typeof windowOf>

/** The files to load, the steps, the audits and the recovery of one target, as its vendor says them. */
export function windowOf(changed: CommandedTarget, { common, isInGit, sideOn }: Surroundings) {
  const { before, made, rollback, cleanup } = changed
  const { target, ruleset, job, lists, files: full } = made
  const commands = (kind: CommandKind) => {
    const files = changed[kind].files.filter(({ text }) => text !== '')
    return files.map((file) => ({ ...file, path: commandPath(target.out, file, kind) }))
  }
  const [forward, back] = [commands('delta'), commands('rollback')]
  // Where no rollback leads back from every state of the delta, the older full files do, in another version beside the newer ones.
  const isBackByFull = back.length === 0 || !rollback.isFromHalfway
  const textAt = new Map(full.map(({ path, text }) => [path, text]))
  const replaced = before.files.filter(({ path, text }) => textAt.get(path) !== text)
  const hasGit = replaced.every(isInGit)
  const older = before.files.map((file) => (replaced.includes(file) ? { ...file, path: olderName(file) } : file))
  const isCleanedByDelta = forward.length > 0 && cleanup.proof !== undefined
  const delta = loadGroups(forward, 'delta', job)
  const flags = flagsOf(common)
  const audits = (own: Job, { published }: { readonly published: string }) =>
    auditCommands(target.name, own, ['--snapshot', published, ...flags])
  return {
    ...changed,
    steps: stepsOf(job),
    loads: {
      delta,
      full: loadGroups(full, 'full', job),
      cleanup: isCleanedByDelta ? delta : loadGroups(commands('cleanup'), 'cleanup', job),
      rollback: loadGroups(back, 'delta', job),
      older: isBackByFull ? loadGroups(older, 'full', before.job) : [],
    },
    hasGit,
    flags: flags.map((word) => ` ${shellWord(word)}`).join(''),
    /** The commands that get the replaced files from git, if there is one, and compare them. */
    recovery: isBackByFull ? replaced.flatMap((file) => recoveryOf(file, hasGit)) : [],
    /** Lists that the target writes no more, and that a device may still fetch. */
    droppedLists: lists.length > 0 ? before.files.map(({ path }) => path).filter((path) => !textAt.has(path)) : [],
    audits: audits(job, ruleset),
    /** The audits after the rollback. */
    auditsBack: before.rules && isFound(changed, sideOn) ? audits(before.job, before.rules.document) : [],
  }
}

/** The name that an older file gets, so that it can be loaded beside the newer one. */
const olderName = ({ path }: { readonly path: string }): string => `${path}.before`

function recoveryOf(file: FileThere, hasGit: boolean): string[] {
  const before = shellWord(olderName(file))
  const compare = `printf '%s  %s\\n' ${sha256(file.text)} ${before} | sha256sum -c`
  return hasGit ? [`git cat-file blob ${blobOf(file.text)} > ${before}`, compare] : [compare]
}

/** The name of a text in git, in whichever commit and under whichever path it is. */
const blobOf = (text: string) =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex')

/** False if a widened target has older prefixes that an audit does not find: it knows the snapshots, but not the lock of then. */
function isFound(
  { before: { rules, job }, made: { target } }: ComparedTarget,
  sideOn: (document: TagDocument) => PolicySide,
) {
  if (!rules || !target.widen) return true
  const side = sideOn(rules.document)
  if (hasErrors(side.findings)) return false
  const { ruleset, findings } = side.widen({ ...target, family: job.family }, job)
  return findings.length === 0 && areSameOn(job, ruleset, rules.ruleset)
}

/** The options that a command of the runbook needs to mean the same policy. */
function flagsOf({ policy, snapshots, vendors, cloud }: CommonOptions): string[] {
  const given = { '--policy': policy, '--snapshots': snapshots, '--vendors': vendors, '--cloud': cloud }
  return Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]))
}
