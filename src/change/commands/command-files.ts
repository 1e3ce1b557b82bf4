import { join, parse, resolve } from 'node:path'
import type { Rendered } from '../../compile/render-target.ts'
import { UserErrors } from '../../errors.ts'
import type { DeltaArtefact } from '../../model/artefact.ts'
import { groupBy } from '../../model/group-by.ts'
import type { Target } from '../../model/policy.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import type { Vendor } from '../../model/vendor.ts'
import { caseless } from '../../store/write.ts'
import { sanitize } from '../../text/sanitize.ts'
import { commentable } from '../../vendor/render/header.ts'
import { ROUNDS } from './delta-files.ts'

/** Forward, or back. */
export type DeltaKind = 'delta' | 'rollback'

/** The purposes of commands. */
export const COMMAND_KINDS = ['delta', 'rollback', 'cleanup'] as const
export type CommandKind = (typeof COMMAND_KINDS)[number]

/** The names of commands that `build --since` makes from another older side: `rules/edge.delta-since.conf`. They stand beside those of the last change. */
export const SINCE_KINDS = ['delta-since', 'rollback-since'] as const

/** The names that files with commands have. */
export const FILE_KINDS = [...COMMAND_KINDS, ...SINCE_KINDS] as const
export type FileKind = (typeof FILE_KINDS)[number]

type CommandFile = Pick<Rendered, 'suffix' | 'extension'>

/** `rules/edge.conf` becomes `rules/edge.delta.conf`; a suffix comes before the extension, which may be the file's own. */
export function commandPath(out: string, { suffix, extension }: CommandFile, kind: FileKind): string {
  return `${stemOf(out)}.${kind}${suffix}${extension ?? parse(out).ext}`
}

/** Where the unproved steps for a person go: `rules/edge.conf.cleanup.manual.txt`. They have one extension for all vendors, so the whole name of the full file tells targets apart. */
export const manualPath = (out: string, kind: FileKind): string => `${out}.${kind}.manual.txt`

/** The start that the files of a target share: `rules/edge` of `rules/edge.conf`. */
export function stemOf(out: string): string {
  const { dir, name } = parse(out)
  return dir === '' ? name : `${dir}/${name}`
}

/** Every path that commands of a target may have beside its full files, with `{set}` for the name in a file for one set. */
export function commandPaths(
  { out }: Target,
  { deltas, cleanup }: Pick<Vendor, 'deltas' | 'cleanup'>,
  kinds: readonly FileKind[] = FILE_KINDS,
): string[] {
  const commands = deltas.flatMap((artefact) => deltaSuffixes(artefact).map((suffix) => ({ ...artefact, suffix })))
  return kinds.flatMap((kind) => {
    const files = kind === 'cleanup' ? cleanup : commands
    const lists = kind === 'cleanup' || kind === 'rollback' ? [manualPath(out, kind)] : []
    return [...files.map((file) => commandPath(out, file, kind)), ...lists]
  })
}

/** The suffixes that a delta's file may have: over another ruleset, several files are loaded in two rounds. */
const deltaSuffixes = ({ suffix, each }: DeltaArtefact): string[] =>
  each === undefined ? [suffix, ...ROUNDS.map((round) => `.${round}${suffix}`)] : [suffix]

/** The path of the runbook of each target, by the target's name. */
export type Runbooks = ReadonlyMap<string, string>

/** Where runbooks go: `rules/edge.change.md`, or `rules/edge.conf.change.md` where two targets would share that path. */
export function runbookPaths(targets: readonly Target[]): Runbooks {
  const groups = groupBy(targets, ({ out }) => `${stemOf(out)}.change.md`)
  return new Map(
    [...groups].flatMap(([path, own]) =>
      own.map(({ name, out }) => [name, own.length > 1 ? `${out}.change.md` : path] as const),
    ),
  )
}

const BESIDE = /^(.+)\.(?:delta|rollback|cleanup|change)(?![^.-])/

/** The paths of the runbooks. Throws `UserErrors` if the `out` of a target is a name for what goes beside another: a run seldom writes both, so one would replace the other later. */
export function namesBeside(targets: readonly Target[], cwd: string): Runbooks {
  const placed = targets.map(({ name, out }) => ({ target: name, out, ...parse(caseless(resolve(cwd, out))) }))
  // Some names begin with the whole name of the full file.
  const starts = placed.flatMap((one) => [...new Set([one.name, one.base])].map((start) => ({ ...one, start })))
  const owners = groupBy(starts, ({ dir, start }) => join(dir, start))
  const problems = placed.flatMap(({ target, out, dir, base }) => {
    const stem = BESIDE.exec(base)?.[1]
    const owner = stem && owners.get(join(dir, stem))?.find((other) => other.target !== target)
    return owner
      ? [
          `target "${target}": ${out} is a name for the commands or the runbook of target "${owner.target}"; choose another "out"`,
        ]
      : []
  })
  if (problems.length > 0) throw new UserErrors('nothing was written', problems)
  return runbookPaths(targets)
}

const MARK = 'NOT PROVED by tagwall:'

/** The first line of a list of what a person has to remove by hand, as a regular expression. */
export const MANUAL_LINE = `^${MARK} `

/** Items for a person to remove by hand. */
export interface ManualList {
  readonly when: 'after the full files' | 'before the full files' | 'after the older full files'
  /** In the order in which they can be removed. */
  readonly items: readonly string[]
}

/** The list as text, one item on a line. */
export function manualText({ when, items }: ManualList, { published, changeNumber, policy }: Ruleset): string {
  const lines = [
    `${MARK} remove this by hand ${when} are loaded, from the first line to the last.`,
    'Audit the device before and after: nothing here was tried in a model of the device.',
    `Rules of ${published} (change number ${changeNumber}), policy ${commentable(policy)}.`,
    '',
    ...items.map(sanitize),
  ]
  return `${lines.join('\n')}\n`
}
