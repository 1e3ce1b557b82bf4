import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { throwDenial, UserError, unlessFailed } from './errors.ts'
import { isWithin, type Repository, realPath, repositoryOf } from './places.ts'

// The only place that starts programs: git, and those that open pull requests.

/** How to start a program. */
export interface Start {
  readonly cwd: string
  /** The environment of the command. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** More variables, for this program. */
  readonly own?: Readonly<Record<string, string | undefined>>
  /** Standard input; empty by default. */
  readonly input?: string | undefined
  readonly encoding?: BufferEncoding | undefined
  /** True to let git run the hooks of the repository. */
  readonly runsHooks?: boolean | undefined
}

/** How a program ended. */
export interface Ended {
  /** Null if a signal ended it. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Time limit of a program in milliseconds; a slow push takes some seconds. */
const LONGEST = 300_000

/** The values of options could become commands of cmd.exe, which runs such scripts. */
const NO_SCRIPTS = ' (on Windows tagwall starts programs, but no .cmd scripts, such as az.cmd: use WSL)'

/** Variables that lead git to another repository, or to parts of one; a hook has some of them. */
const LEADING = [
  ...['GIT_DIR', 'GIT_WORK_TREE', 'GIT_COMMON_DIR', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY', 'GIT_NAMESPACE'],
  ...['GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_PREFIX', 'GIT_SHALLOW_FILE', 'GIT_GRAFT_FILE', 'GIT_REPLACE_REF_BASE'],
]

// Nobody answers questions in a job. A commit is what it holds, whatever a replace ref says, and reading one downloads nothing.
const ALWAYS = {
  GIT_TERMINAL_PROMPT: '0',
  GCM_INTERACTIVE: 'never',
  GH_PROMPT_DISABLED: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
}

// tagwall writes no modes, so a file that somebody made executable keeps the mode that git has.
const SETTINGS = ['-c', 'safe.bareRepository=explicit', '-c', 'core.fsmonitor=false', '-c', 'core.fileMode=false']
const NO_HOOKS = ['-c', 'core.hooksPath=/dev/null']

/**
 * Runs a program of the PATH, never one of the working directory or its repository. git, also where another program starts it, gets the repository
 * by name, as with `--git-dir` and `--work-tree`: it looks for none itself, so no folder of a checkout can pass for one. Throws `UserError` if
 * the program is missing or does not end in time, and for git also without a repository that git accepts.
 */
export function runProgram(program: string, argv: readonly string[], start: Start): Ended {
  if (process.permission && !process.permission.has('child'))
    throwDenial({ code: 'ERR_ACCESS_DENIED', permission: 'ChildProcess', resource: program })
  const repository = repositoryOf(start.cwd)
  const env = { ...start.env, ...Object.fromEntries(LEADING.map((name) => [name, undefined])), ...ALWAYS }
  const path = programPath(program, start, repository)
  if (program !== 'git') return run(path, argv, { ...start, env: { ...env, ...namedIn(repository) } })
  if (!repository)
    throw new UserError(
      'the working directory is in no git repository; run the command in a checkout, and for a linked worktree also keep the repository that it belongs to',
    )
  if (repository.isOwn !== true) {
    // Given by name, git would trust any owner. Here it finds this repository first, and heeds its owner and safe.directory.
    const { status, stderr } = run(path, [...SETTINGS, 'rev-parse', '--git-dir'], { cwd: repository.folder, env })
    if (status !== 0) throw new UserError(`git refuses the repository ${repository.folder}: ${stderr.split('\n')[0]}`)
  }
  const settings = start.runsHooks ? SETTINGS : [...SETTINGS, ...NO_HOOKS]
  return run(path, [...settings, ...argv], { ...start, env: { ...env, ...namedIn(repository) } })
}

const namedIn = (repository: Repository | undefined) =>
  repository && { GIT_DIR: repository.gitDir, GIT_WORK_TREE: repository.folder }

function run(path: string, argv: readonly string[], { cwd, env, own, input = '', encoding = 'utf8' }: Start): Ended {
  const { error, status, stdout, stderr } = spawnSync(path, argv, {
    cwd,
    env: { ...env, ...own },
    encoding,
    input,
    maxBuffer: 1 << 28,
    timeout: LONGEST,
  })
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT')
    throw new UserError(`"${path} ${argv.slice(0, 2).join(' ')}" gave no answer in ${LONGEST / 1000} seconds`)
  if (error) throw new UserError(`could not run ${path}: ${error.message}`)
  return { status, stdout, stderr }
}

/** The full path of a program. Windows would look into the working directory first, and a relative folder of the PATH is there too. */
function programPath(program: string, { env }: Start, repository: Repository | undefined): string {
  const list = Object.entries(env).find(([name]) => name.toUpperCase() === 'PATH')?.[1] ?? ''
  const file = process.platform === 'win32' ? `${program}.exe` : program
  const found = list
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, file))
    .filter((path) => isProgram(path))
    .find((path) => repository === undefined || !isWithin(realPath(path), repository.folder))
  if (found !== undefined) return found
  throw new UserError(
    `there is no program ${program}; install it, or put it on the PATH, in a folder outside of this repository${process.platform === 'win32' ? NO_SCRIPTS : ''}`,
  )
}

const isProgram = (path: string): boolean =>
  unlessFailed(() => {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  }) === true
