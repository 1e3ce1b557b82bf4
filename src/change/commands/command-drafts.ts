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
import {
  COMMAND_KINDS,
  type CommandKind,
  commandPath,
  MANUAL_LINE,
  type ManualList,
  manualPath,
  manualText,
} from './command-files.ts'
import { RUNBOOK_LINE, runbookText } from './runbook.ts'
import { type CommandedTarget, hasRunbook } from './target-commands.ts'

/** The files beside the full files of one target: commands there and back, lists for a person, and the runbook. */
export type BesideFiles = ReturnType<ReturnType<typeof besideMaker>>

/** Returns a function that makes the files beside the full files of a changed target. */
export function besideMaker(request: RunRequest, io: Io) {
  const { runbooks, options, history, purpose, kinds, since, open } = request
  const sides = memo((_: string, document: TagDocument) => sideOf(storedDocument(document), history))
  const around = {
    common: options,
    isInGit: since.isInPlace ? isInGit(open.shown, io) : () => repositoryOf(io.cwd) !== undefined,
    sideOn: (document: TagDocument) => sides(document.published, document),
  }
  return (one: CommandedTarget, bytesOf: BytesOf) => {
    const { target, ruleset, job } = one.made
    const fileOf = (what: CommandKind | 'runbook', file: FileBeside): TargetFile => {
      return { ...file, target, owner: `the ${what} of target "${target.name}"`, text: bytesOf(file.text) }
    }
    const commands = (kind: CommandKind) =>
      one[kind].files.map((file) => {
        const name = purpose === 'commands' && kind !== 'cleanup' ? (`${kind}-since` as const) : kind
        const path = commandPath(target.out, file, name)
        const { recognise } = job.vendor
        return fileOf(kind, {
          role: kind,
          path,
          text: file.text,
          recognise,
          proof: one[kind].proof,
          ...cleanedBy(kind, one),
        })
      })
    // Items for a person to remove after the full files, or after the older ones on the way back.
    const manual = (kind: 'cleanup' | 'rollback', list: ManualList | undefined) => {
      if (!list) return []
      const { items, when } = list
      const path = manualPath(target.out, kind)
      const file = { role: 'manual', path, text: manualText(list, ruleset), recognise: [MANUAL_LINE] } as const
      return [fileOf(kind, { ...file, manual: { items: items.length, when } })]
    }
    const runbook = () => {
      const [path, text] = [runbooks.get(target.name) as string, runbookText(windowOf(one, around))]
      return fileOf('runbook', { role: 'runbook', path, text, recognise: [RUNBOOK_LINE] })
    }
    return {
      target: target.name,
      files: kinds?.flatMap(commands) ?? [
        ...COMMAND_KINDS.flatMap(commands),
        ...manual('cleanup', one.cleanup.manual),
        ...manual('rollback', one.stays),
        // None if the device has nothing to load.
        ...(hasRunbook(one) ? [runbook()] : []),
      ],
      /** Why it has no commands, and what they do not do; only warnings, because full files always work. */
      findings: { delta: one.delta.findings, rollback: one.rollback.findings, cleanup: cleanupFindings(one) },
    }
  }
}

/** A file without what all files beside those of a target share. */
interface FileBeside extends Omit<TargetFile, 'target' | 'owner' | 'text'> {
  readonly text: string
}

/** The findings about the leftovers of a target, with its list for a person. */
function cleanupFindings({ cleanup, made: { target } }: CommandedTarget): readonly Finding[] {
  if (!cleanup.manual) return cleanup.findings
  const manual = manualPath(target.out, 'cleanup')
  return cleanup.findings.map((finding) =>
    finding.code === 'LEFTOVERS_STAY' || finding.code === 'LOAD_REFUSED' ? { ...finding, manual } : finding,
  )
}

/** The leftovers of the full files, if this kind of commands removes them: files of their own, or the delta, loaded instead or after them. */
function cleanedBy(kind: CommandKind, { cleanup }: CommandedTarget): Pick<FileResult, 'cleanup'> {
  const { left, isAllowing, isDenying, isElsewhere, proof, files } = cleanup
  const isRemover = kind === 'cleanup' || (kind === 'delta' && proof !== undefined && files.length === 0)
  return isRemover ? { cleanup: { left, isAllowing, isDenying, isElsewhere } } : {}
}
