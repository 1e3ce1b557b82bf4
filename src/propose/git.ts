import { spawnSync } from 'node:child_process'
import { posix, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import { type IsRecord, identityOf } from './identity.ts'

/** Runs programs in one folder. */
export interface Shell {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

// Nobody answers questions in a job.
const UNATTENDED = { GIT_TERMINAL_PROMPT: '0', GCM_INTERACTIVE: 'never', GH_PROMPT_DISABLED: '1' }

/** Time limit of a program in milliseconds; a slow push takes some seconds. */
const LONGEST = 300_000

/** Characters of the output that a failure shows. A hook may print the whole log of a test suite. */
const MOST_SHOWN = 2000

/** The values of options could become commands of cmd.exe, which runs such scripts. */
const NO_SCRIPTS = ' (on Windows tagwall starts programs, but no .cmd scripts, such as az.cmd: use WSL)'

/**
 * Runs a program and returns its output without the last line break. Throws `UserError` if the program is missing, fails, or
 * does not end in time.
 */
export function output(
  shell: Shell,
  program: string,
  argv: readonly string[],
  { env = {}, input, encoding = 'utf8' }: { env?: Shell['env']; input?: string; encoding?: BufferEncoding } = {},
): string {
  const { error, status, stdout, stderr } = spawnSync(program, argv, {
    cwd: shell.cwd,
    env: { ...shell.env, ...UNATTENDED, ...env },
    encoding,
    maxBuffer: 1 << 28,
    input: input ?? '',
    timeout: LONGEST,
  })
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT')
    throw new UserError(`"${program} ${argv.slice(0, 2).join(' ')}" gave no answer in ${LONGEST / 1000} seconds`)
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
    throw new UserError(
      `there is no program ${program}; install it, or put it on the PATH${process.platform === 'win32' ? NO_SCRIPTS : ''}`,
    )
  if (error) throw new UserError(`could not run ${program}: ${error.message}`)
  if (status !== 0)
    // The reason of a hook may be in either.
    throw new UserError(
      `"${program} ${argv.slice(0, 2).join(' ')}" failed: ${[stderr, stdout.slice(-MOST_SHOWN)].join('\n').trim() || `exit code ${status}`}`,
    )
  return stdout.replace(/\n$/, '')
}

/** The changes of the working tree, as a tree outside any branch. */
export interface Proposal {
  readonly tree: string
  /** The commit that the tree is based on. */
  readonly parent: string
  /** The changed paths with their new content, one per line; empty if nothing changed. */
  readonly change: string
  /** The same for the same change of another date, which has other names of snapshots, and other dates in its files. */
  readonly identity: string
  /** The paths that git ignores. */
  readonly ignored: readonly string[]
}

/** The path of an index for `proposalOf`, which no other process has. */
export const indexOf = (shell: Shell): string =>
  resolve(shell.cwd, output(shell, 'git', ['rev-parse', '--git-path', `tagwall-index-${process.pid}`]))

/**
 * The differences from HEAD in `paths`, which are relative to the folder. Ignored files, and files outside of the repository, are
 * left out; a missing path is a removal. `isRecord` is as in `identityOf`. Writes `index`; the index of the repository and its branches stay unchanged. Throws
 * `UserError` for a path behind a symbolic link.
 */
export function proposalOf(shell: Shell, paths: readonly string[], index: string, isRecord: IsRecord): Proposal {
  const env = { GIT_INDEX_FILE: index }
  const parent = output(shell, 'git', ['rev-parse', '--verify', 'HEAD^{commit}'])
  output(shell, 'git', ['read-tree', parent], { env })
  const folder = output(shell, 'git', ['rev-parse', '--show-prefix'])
  const inside = paths.filter((path) => !posix.join(folder, path).startsWith('../'))
  const ignored = ignoredOf(shell, inside)
  const left = new Set(ignored)
  const staged = inside.filter((path) => !left.has(path))
  // Plumbing commands take each path literally: no patterns, no symbolic links.
  const input = staged.map((path) => `${path}\0`).join('')
  output(shell, 'git', ['update-index', '--add', '--remove', '-z', '--stdin'], { env, input })
  const tree = output(shell, 'git', ['write-tree'], { env })
  return { tree, parent, ...changeBetween(shell, parent, tree, isRecord), ignored }
}

function ignoredOf(shell: Shell, paths: readonly string[]): string[] {
  const input = paths.map((path) => `${path}\0`).join('')
  const { status, stdout } = spawnSync('git', ['check-ignore', '-z', '--stdin'], {
    cwd: shell.cwd,
    env: { ...shell.env, ...UNATTENDED },
    encoding: 'utf8',
    input,
    timeout: LONGEST,
  })
  // Exit code 1: none of the paths is ignored.
  return status === 0 ? stdout.split('\0').filter(Boolean) : []
}

/** A branch at the remote. */
export interface RemoteBranch {
  readonly isDefault: boolean
  readonly commit: string
  readonly message: string
  /** As in `Proposal`, compared with the parent commit. */
  readonly change: string
  readonly identity: string
}

/** `branch` at `remote`, if it exists. */
export function remoteBranch(
  shell: Shell,
  remote: string,
  branch: string,
  isRecord: IsRecord,
): RemoteBranch | undefined {
  const ref = `refs/heads/${branch}`
  const lines = output(shell, 'git', ['ls-remote', '--symref', '--end-of-options', remote, 'HEAD', ref]).split('\n')
  const [commit] = lines.find((line) => line.endsWith(`\t${ref}`))?.split('\t') ?? []
  if (!commit) return undefined
  fetch(shell, remote, ref)
  const message = output(shell, 'git', ['log', '-1', '--format=%B', commit])
  return { isDefault: lines.includes(`ref: ${ref}\tHEAD`), commit, message, ...changeOf(shell, commit, isRecord) }
}

/** The identity of a commit's change, even if no branch at `remote` has it any more; undefined if `remote` does not give it. */
export function remoteIdentity(shell: Shell, remote: string, commit: string, isRecord: IsRecord): string | undefined {
  try {
    fetch(shell, remote, commit)
    return changeOf(shell, commit, isRecord).identity
  } catch {
    return undefined
  }
}

function fetch(shell: Shell, remote: string, what: string): void {
  // Two commits show what the last one changed. A depth would make a full checkout shallow, so only use it in a shallow one.
  const isShallow = output(shell, 'git', ['rev-parse', '--is-shallow-repository']) === 'true'
  output(shell, 'git', [
    ...['fetch', '--quiet', '--no-tags', ...(isShallow ? ['--depth=2'] : [])],
    ...['--end-of-options', remote, what],
  ])
}

function changeOf(shell: Shell, commit: string, isRecord: IsRecord): Difference {
  const [, parent] = output(shell, 'git', ['rev-list', '--parents', '-n', '1', commit]).split(' ')
  return parent ? changeBetween(shell, parent, commit, isRecord) : { change: '', identity: '' }
}

/**
 * Pushes a proposal as the only commit of `branch` at `remote`, and returns the commit. Fails if the branch is no longer at
 * `before`.
 */
export function push(
  shell: Shell,
  { tree, parent }: Proposal,
  message: string,
  where: { remote: string; branch: string; before: string | undefined; options: readonly string[] },
): string {
  const { remote, branch, before, options } = where
  const commit = output(shell, 'git', ['commit-tree', tree, '-p', parent, '-m', message], { env: identity(shell) })
  const ref = `refs/heads/${branch}`
  output(shell, 'git', [
    ...['push', '--quiet', `--force-with-lease=${ref}:${before ?? ''}`],
    ...options.map((option) => `--push-option=${option}`),
    ...['--end-of-options', remote, `${commit}:${ref}`],
  ])
  return commit
}

type Difference = Pick<Proposal, 'change' | 'identity'>

function changeBetween(shell: Shell, before: string, after: string, isRecord: IsRecord): Difference {
  // Paths as in every other checkout, whatever is configured: the commit holds a hash of this text.
  const argv = ['-c', 'core.quotePath=true', 'diff-tree', '-r', '--no-renames', '--raw', '--no-abbrev', before, after]
  const lines = output(shell, 'git', argv).split('\n').filter(Boolean)
  // Only mode, content and path of the new state, because the old state depends on the base.
  const change = lines.map((line) => line.replace(/^:\d+ (\d+) \S+ (\S+)/, '$1 $2')).join('\n')
  return { change, identity: identityOf(lines, (names) => blobsOf(shell, names), isRecord) || change }
}

/** The content of blobs, by name. */
function blobsOf(shell: Shell, names: readonly string[]): ReadonlyMap<string, string> {
  // One process for all of them: a change may have thousands of files. Bytes as characters, because git counts bytes.
  const text = output(shell, 'git', ['cat-file', '--batch'], { input: `${names.join('\n')}\n`, encoding: 'latin1' })
  const blobs = new Map<string, string>()
  let at = 0
  for (const name of names) {
    const end = text.indexOf('\n', at)
    const size = Number(/ blob (\d+)$/.exec(text.slice(at, end))?.[1] ?? 0)
    blobs.set(name, text.slice(end + 1, end + 1 + size))
    at = end + 1 + size + 1
  }
  return blobs
}

const TAGWALL = { NAME: 'tagwall', EMAIL: 'tagwall@users.noreply.github.com' }

/** The author of the commit: the one that git is configured with, or else tagwall. */
function identity(shell: Shell): Record<string, string> {
  const unknown = ['AUTHOR', 'COMMITTER'].filter((role) => !isKnown(shell, `GIT_${role}_IDENT`))
  return Object.fromEntries(
    unknown.flatMap((role) => Object.entries(TAGWALL).map(([key, value]) => [`GIT_${role}_${key}`, value])),
  )
}

function isKnown(shell: Shell, ident: string): boolean {
  try {
    output(shell, 'git', ['-c', 'user.useConfigOnly=true', 'var', ident])
    return true
  } catch {
    return false
  }
}
