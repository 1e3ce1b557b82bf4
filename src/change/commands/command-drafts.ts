import { sideOf } from '../../compile/policy-side.ts'
import { storedDocument } from '../../document/history.ts'
import type { Finding } from '../../finding/finding.ts'
import type { Io } from '../../io.ts'
import { memo } from '../../model/lazy.ts'
import type { FileResult } from '../../model/result.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import { repositoryOf } from '../../places.ts'
import {
  type BesideFile,
  type BytesOf,
  type TargetDraft,
  type TargetDrafts,
  type TargetFile,
  targetDrafts,
} from '../build-targets.ts'
import { isInGit } from '../older/disk-and-git.ts'
import type { RunRequest } from '../prepare.ts'
import {
  COMMAND_KINDS,
  type CommandKind,
  commandPath,
  MANUAL_FILE,
  MANUAL_LINE,
  type ManualFile,
  manualText,
  runbookPaths,
} from './command-files.ts'
import { RUNBOOK_LINE, runbookText } from './runbook.ts'
import { type CommandedTarget, hasRunbook } from './target-commands.ts'

/** The files with commands of one kind, not yet written. */
interface Commands extends TargetDrafts {
  /** Why some targets have none, and what they do not do; only warnings, because full files always work. */
  readonly findings: readonly Finding[]
}

/** The commands that lead a device from the older rules to the newer ones and back, and the runbooks that say how, not yet written. */
export interface CommandDrafts extends Readonly<Record<CommandKind, Commands>> {
  readonly runbooks: readonly BesideFile[]
  /** Lists of items to remove by hand, because no proved commands remove them. */
  readonly manuals: readonly ManualFile[]
  readonly drafts: readonly TargetDraft[]
}

/** The files of the commands for all targets that change. */
export function commandDrafts(run: RunRequest, changed: readonly BesideFiles[], io: Io): CommandDrafts {
  const drafted = <Facts extends object>(files: readonly TargetFile<Facts>[]) => targetDrafts(files, run.territory, io)
  const [delta, rollback, cleanup] = COMMAND_KINDS.map(
    (kind): Commands => ({
      ...drafted(changed.flatMap((one) => one[kind].files)),
      findings: changed.flatMap((one) => one[kind].findings),
    }),
  ) as [Commands, Commands, Commands]
  const manuals = drafted(changed.flatMap((one) => one.manuals))
  const runbooks = drafted(changed.flatMap((one) => one.runbook))
  return {
    delta,
    rollback,
    cleanup,
    runbooks: runbooks.files,
    manuals: manuals.files,
    drafts: [delta, rollback, cleanup, manuals, runbooks].flatMap(({ drafts }) => drafts),
  }
}

/** The findings about commands of a target; those of its cleanup name its list for a person. */
function findingsOf(kind: CommandKind, one: CommandedTarget): readonly Finding[] {
  const { findings } = one[kind]
  if (kind !== 'cleanup' || !one.cleanup.manual) return findings
  const manual = commandPath(one.made.target.out, MANUAL_FILE, kind)
  return findings.map((finding) =>
    finding.code === 'LEFTOVERS_STAY' || finding.code === 'LOAD_REFUSED' ? { ...finding, manual } : finding,
  )
}

const ownerOf = (what: CommandKind | 'runbook', { name }: { readonly name: string }) =>
  `the ${what} of target "${name}"`

/** The files beside the full files of one target. */
export type BesideFiles = ReturnType<ReturnType<typeof besideMaker>>

/** Returns a function that makes the files beside the full files of a changed target. */
export function besideMaker({ policy, options, history, purpose, since, open }: RunRequest, io: Io) {
  const sides = memo((_: string, document: TagDocument) => sideOf(storedDocument(document), history))
  const around = {
    common: options,
    isInGit: since.isInPlace ? isInGit(open.shown, io) : () => repositoryOf(io.cwd) !== undefined,
    sideOn: (document: TagDocument) => sides(document.published, document),
  }
  const paths = runbookPaths(policy.targets)
  return (one: CommandedTarget, bytesOf: BytesOf) => {
    const { target } = one.made
    const commands = (kind: CommandKind) => {
      return { files: commandFiles(kind, one, purpose, bytesOf), findings: findingsOf(kind, one) }
    }
    const runbook = (): TargetFile => {
      const [owner, path] = [ownerOf('runbook', target), paths.get(target.name) as string]
      const text = bytesOf(runbookText(one, around))
      return { target, owner, path, text, recognise: [RUNBOOK_LINE], facts: {} }
    }
    return {
      target: target.name,
      delta: commands('delta'),
      rollback: commands('rollback'),
      cleanup: commands('cleanup'),
      manuals: [...manualFiles('cleanup', one, bytesOf), ...manualFiles('rollback', one, bytesOf)],
      // None if the device has nothing to load.
      runbook: hasRunbook(one) ? [runbook()] : [],
    }
  }
}

/** The commands of one kind. A rollback leads back from a delta, so there is none without. */
function commandFiles(kind: CommandKind, one: CommandedTarget, purpose: RunRequest['purpose'], bytesOf: BytesOf) {
  const { target, job } = one.made
  const { files, proof } = one[kind]
  const facts = commandFacts(kind, one)
  const name = purpose === 'commands' && kind !== 'cleanup' ? (`${kind}-since` as const) : kind
  return files.map((file) => ({
    target,
    owner: ownerOf(kind, target),
    path: commandPath(target.out, file, name),
    text: bytesOf(file.text),
    recognise: job.vendor.recognise,
    proof,
    facts,
  }))
}

function commandFacts(kind: CommandKind, one: CommandedTarget): Pick<FileResult, 'delta' | 'cleanup'> {
  const { left, isAllowing, isDenying, isElsewhere, proof, files } = one.cleanup
  const cleanup = { left, isAllowing, isDenying, isElsewhere }
  if (kind === 'cleanup') return { cleanup }
  // A delta also puts right what the full files leave, if they are loaded instead.
  const cleans = kind === 'delta' && proof !== undefined && files.length === 0
  return { delta: { way: kind }, ...(cleans && { cleanup }) }
}

/** Items for a person to remove after the full files, or after the older ones on the way back. */
function manualFiles(kind: 'cleanup' | 'rollback', one: CommandedTarget, bytesOf: BytesOf) {
  const { target, ruleset } = one.made
  const list = kind === 'cleanup' ? one.cleanup.manual : one.stays
  if (!list) return []
  return [
    {
      target,
      owner: ownerOf(kind, target),
      path: commandPath(target.out, MANUAL_FILE, kind),
      text: bytesOf(manualText(list, ruleset)),
      recognise: [MANUAL_LINE],
      facts: { items: list.items.length, when: list.when },
    },
  ]
}
