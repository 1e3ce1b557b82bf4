import { parse, resolve } from 'node:path'
import type { Rendered } from '../../compile/render-target.ts'
import type { Io } from '../../io.ts'
import type { DeltaArtefact } from '../../model/artefact.ts'
import type { Vendor } from '../../model/vendor.ts'
import type { Territory } from '../../store/territory.ts'
import type { BuiltTarget } from '../build-targets.ts'
import type { TargetDraft } from '../target-drafts.ts'
import { ROUNDS } from './render-delta.ts'

/** Forward, or back. */
export type Way = 'delta' | 'rollback'

/** The purpose of files with commands. */
export type CommandKind = Way | 'cleanup'

/** A file with commands beside the full files of a target, not yet written. */
export function commandDraft(
  { target, job }: BuiltTarget,
  kind: CommandKind,
  { text, ...file }: CommandFile & { readonly text: string },
  territory: Territory,
  io: Io,
  recognise = job.vendor.recognise,
): TargetDraft {
  const path = resolve(io.cwd, commandPath(target.out, file, kind))
  return { target, path, text, owner: `the ${kind} of target "${target.name}"`, place: { territory, recognise } }
}

type CommandFile = Pick<Rendered, 'suffix' | 'extension'>

/** The unproved steps for a person: `rules/edge.cleanup.manual.txt`. */
export const MANUAL_FILE: CommandFile = { suffix: '.manual', extension: '.txt' }

/** The suffixes that a delta's file may have: over another ruleset, several files are loaded in two rounds. */
const deltaSuffixes = ({ suffix, steps }: DeltaArtefact): string[] =>
  steps ? [suffix, ...ROUNDS.map((round) => `.${round}${suffix}`)] : [suffix]

/** The files that commands of one way may have beside the full files. */
export const commandFiles = (
  { deltas, cleanup }: Pick<Vendor, 'deltas' | 'cleanup'>,
  way: CommandKind,
): CommandFile[] =>
  way === 'cleanup'
    ? [...cleanup, MANUAL_FILE]
    : [
        ...deltas.flatMap((artefact) => deltaSuffixes(artefact).map((suffix) => ({ ...artefact, suffix }))),
        ...(way === 'rollback' ? [MANUAL_FILE] : []),
      ]

/** `rules/edge.conf` becomes `rules/edge.delta.conf`; a suffix comes before the extension, which may be the file's own. */
export function commandPath(out: string, { suffix, extension }: CommandFile, way: CommandKind): string {
  const { dir, name, ext } = parse(out)
  return `${dir === '' ? '' : `${dir}/`}${name}.${way}${suffix}${extension ?? ext}`
}
