import { sideOf } from '../../compile/policy-side.ts'
import { storedDocument } from '../../document/history.ts'
import type { Finding } from '../../finding/finding.ts'
import type { Io } from '../../io.ts'
import { memo } from '../../model/lazy.ts'
import type { FileResult } from '../../model/result.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import { repositoryOf } from '../../places.ts'
import type { BytesOf, TargetFile } from '../build-targets.ts'
import { isInGit } from '../older/disk-and-git.ts'
import type { RunRequest } from '../prepare.ts'
import { windowOf } from './change-window.ts'
import { type CommandKind, commandPath, MANUAL_FILE, MANUAL_LINE, manualText, runbookPaths } from './command-files.ts'
import { RUNBOOK_LINE, runbookText } from './runbook.ts'
import { type CommandedTarget, hasRunbook } from './target-commands.ts'

/** The files beside the full files of one target: commands there and back, lists for a person, and the runbook. */
export interface BesideFiles {
  readonly target: string
  readonly files: readonly TargetFile[]
  /** Why the target has no commands, and what they do not do; only warnings, because full files always work. */
  readonly findings: Readonly<Record<CommandKind, readonly Finding[]>>
}

/** Returns a function that makes the files beside the full files of a changed target. */
export function besideMaker(request: RunRequest, io: Io) {
  const { policy, options, history, purpose, kinds, since, open } = request
  const sides = memo((_: string, document: TagDocument) => sideOf(storedDocument(document), history))
  const around = {
    common: options,
    isInGit: since.isInPlace ? isInGit(open.shown, io) : () => repositoryOf(io.cwd) !== undefined,
    sideOn: (document: TagDocument) => sides(document.published, document),
  }
  const paths = runbookPaths(policy.targets)
  return (one: CommandedTarget, bytesOf: BytesOf): BesideFiles => {
    const { target } = one.made
    const commands = (kind: CommandKind) => commandFiles(kind, one, purpose, bytesOf)
    const runbook = (): TargetFile => {
      const [owner, path] = [ownerOf('runbook', target), paths.get(target.name) as string]
      const text = bytesOf(runbookText(windowOf(one, around)))
      return { target, role: 'runbook', owner, path, text, recognise: [RUNBOOK_LINE] }
    }
    const findings = { delta: one.delta.findings, rollback: one.rollback.findings, cleanup: cleanupFindings(one) }
    if (kinds) return { target: target.name, files: kinds.flatMap(commands), findings }
    return {
      target: target.name,
      files: [
        ...commands('delta'),
        ...commands('rollback'),
        ...commands('cleanup'),
        ...manualFiles('cleanup', one, bytesOf),
        ...manualFiles('rollback', one, bytesOf),
        // None if the device has nothing to load.
        ...(hasRunbook(one) ? [runbook()] : []),
      ],
      findings,
    }
  }
}

/** The findings about the leftovers of a target, with its list for a person. */
function cleanupFindings({ cleanup, made: { target } }: CommandedTarget): readonly Finding[] {
  if (!cleanup.manual) return cleanup.findings
  const manual = commandPath(target.out, MANUAL_FILE, 'cleanup')
  return cleanup.findings.map((finding) =>
    finding.code === 'LEFTOVERS_STAY' || finding.code === 'LOAD_REFUSED' ? { ...finding, manual } : finding,
  )
}

const ownerOf = (what: CommandKind | 'runbook', { name }: { readonly name: string }) =>
  `the ${what} of target "${name}"`

/** The commands of one kind. A rollback leads back from a delta, so there is none without. */
function commandFiles(
  kind: CommandKind,
  one: CommandedTarget,
  purpose: RunRequest['purpose'],
  bytesOf: BytesOf,
): TargetFile[] {
  const { target, job } = one.made
  const { files, proof } = one[kind]
  const name = purpose === 'commands' && kind !== 'cleanup' ? (`${kind}-since` as const) : kind
  return files.map((file) => ({
    target,
    role: kind,
    owner: ownerOf(kind, target),
    path: commandPath(target.out, file, name),
    text: bytesOf(file.text),
    recognise: job.vendor.recognise,
    proof,
    ...cleanedBy(kind, one),
  }))
}

/** The leftovers of the full files, if this kind of commands removes them: files of their own, or the delta, loaded instead or after them. */
function cleanedBy(kind: CommandKind, { cleanup }: CommandedTarget): Pick<FileResult, 'cleanup'> {
  const { left, isAllowing, isDenying, isElsewhere, proof, files } = cleanup
  const isRemover = kind === 'cleanup' || (kind === 'delta' && proof !== undefined && files.length === 0)
  return isRemover ? { cleanup: { left, isAllowing, isDenying, isElsewhere } } : {}
}

/** Items for a person to remove after the full files, or after the older ones on the way back. */
function manualFiles(kind: 'cleanup' | 'rollback', one: CommandedTarget, bytesOf: BytesOf): TargetFile[] {
  const { target, ruleset } = one.made
  const list = kind === 'cleanup' ? one.cleanup.manual : one.stays
  if (!list) return []
  return [
    {
      target,
      role: 'manual',
      owner: ownerOf(kind, target),
      path: commandPath(target.out, MANUAL_FILE, kind),
      text: bytesOf(manualText(list, ruleset)),
      recognise: [MANUAL_LINE],
      manual: { items: list.items.length, when: list.when },
    },
  ]
}
