import type { PolicySide } from '../../compile/policy-side.ts'
import type { Rendered } from '../../compile/render-target.ts'
import { pathOf } from '../../compile/target-job.ts'
import { hasErrors } from '../../finding/finding.ts'
import type { LoadGroup, RunbookStep } from '../../model/artefact.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import type { Job } from '../../model/vendor.ts'
import type { CommonOptions } from '../../policy/load.ts'
import { auditCommands, loadGroups, stepsOf } from '../../vendor/render/runbook.ts'
import { areSameOn } from '../compile-now.ts'
import type { FileThere } from '../older/older.ts'
import type { ComparedTarget } from '../traffic/change.ts'
import { type CommandKind, commandPath } from './command-files.ts'
import type { CommandedTarget } from './target-commands.ts'

/** The contents of one target's runbook. */
export interface ChangeWindow extends CommandedTarget<FileThere> {
  readonly steps: Readonly<Record<'prepare' | 'print' | 'confirm' | 'abort', readonly RunbookStep[]>>
  /** `older`: the older full files, where no rollback leads back from every state of the delta. */
  readonly loads: Readonly<Record<'delta' | 'full' | 'cleanup' | 'rollback' | 'older', readonly LoadGroup[]>>
  /** The older full files that version control has in another version, in the same case. */
  readonly replaced: readonly FileThere[]
  /** True if the files are in a git repository. */
  readonly hasGit: boolean
  /** Lists that the target writes no more, and that a device may still fetch. */
  readonly droppedLists: readonly string[]
  /** The audits after the change, and after its rollback. */
  readonly audits: readonly string[]
  readonly auditsBack: readonly string[]
}

/**
 * The runbook of one target. `common` are the options that an audit needs to see the same policy; `sideOn` is today's policy on an older
 * document, as an audit has it.
 */
export function windowOf(
  changed: CommandedTarget<FileThere>,
  common: CommonOptions,
  hasGit: boolean,
  sideOn: (document: TagDocument) => PolicySide,
): ChangeWindow {
  const { before, made, delta, rollback, cleanup } = changed
  const { target, ruleset, job } = made
  const { vendor, options } = job
  const full = made.files.map((file) => ({ ...file, path: pathOf(target, file) }))
  const commands = (kind: CommandKind, files: readonly Rendered[] = []) =>
    files.filter(({ text }) => text !== '').map((file) => ({ ...file, path: commandPath(target.out, file, kind) }))
  const [forward, back] = [commands('delta', delta.files), commands('rollback', rollback?.files)]
  const isBackByFull = back.length === 0 || !rollback?.isFromHalfway
  const replaced = before.files.filter(({ path, text }) => full.find((file) => file.path === path)?.text !== text)
  const older = before.files.map((file) => (replaced.includes(file) ? { ...file, path: olderName(file) } : file))
  const isCleanedByDelta = forward.length > 0 && cleanup.proof !== undefined
  const steps = (section: keyof ChangeWindow['steps']) => stepsOf(section, vendor, options)
  const audits = ({ vendor, options }: Job, { published }: { readonly published: string }) =>
    auditCommands(target.name, vendor, options, auditFlags(common, published))
  return {
    ...changed,
    steps: { prepare: steps('prepare'), print: steps('print'), confirm: steps('confirm'), abort: steps('abort') },
    loads: {
      delta: loadGroups(forward, 'delta', vendor, options),
      full: loadGroups(full, 'full', vendor, options),
      cleanup: isCleanedByDelta
        ? loadGroups(forward, 'delta', vendor, options)
        : loadGroups(commands('cleanup', cleanup.files), 'cleanup', vendor, options),
      rollback: loadGroups(back, 'delta', vendor, options),
      older: isBackByFull ? loadGroups(older, 'full', before.job.vendor, before.job.options) : [],
    },
    replaced: isBackByFull ? replaced : [],
    hasGit,
    droppedLists:
      made.lists.length > 0
        ? before.files.flatMap(({ path }) => (full.some((file) => file.path === path) ? [] : [path]))
        : [],
    audits: audits(job, ruleset),
    auditsBack: before.rules && isFound(changed, sideOn) ? audits(before.job, before.rules.document) : [],
  }
}

/** The name that an older file gets, so that it can be loaded beside the newer one. */
export const olderName = ({ path }: { readonly path: string }): string => `${path}.before`

/** False if a widened target has older prefixes that an audit does not find: it knows the snapshots, but not the lock of then. */
function isFound(
  { before: { rules, job }, made: { target } }: ComparedTarget,
  sideOn: (document: TagDocument) => PolicySide,
) {
  if (!rules || !target.widen) return true
  const side = sideOn(rules.document)
  if (hasErrors(side.findings)) return false
  const { ruleset, findings } = side.widen(target, job, side.ruleset)
  return findings.length === 0 && areSameOn(job, ruleset, rules.ruleset)
}

function auditFlags({ policy, snapshots, vendors, cloud }: CommonOptions, snapshot: string): string[] {
  const given = { '--policy': policy, '--snapshots': snapshots, '--vendors': vendors, '--cloud': cloud }
  const flags = Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]))
  return ['--snapshot', snapshot, ...flags]
}
