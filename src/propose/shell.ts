import { spawnSync } from 'node:child_process'
import { UserError } from '../errors.ts'

/** Runs programs in one folder. */
export interface Shell {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

// Nobody answers questions in a job.
const UNATTENDED = { GIT_TERMINAL_PROMPT: '0', GCM_INTERACTIVE: 'never', GH_PROMPT_DISABLED: '1' }

/** Time limit of a program in milliseconds; a slow push takes some seconds. */
const LONGEST = 300_000

/** Characters of each output that a failure shows. A hook may print the whole log of a test suite to either. */
const MOST_SHOWN = 2000

/** The values of options could become commands of cmd.exe, which runs such scripts. */
const NO_SCRIPTS = ' (on Windows tagwall starts programs, but no .cmd scripts, such as az.cmd: use WSL)'

interface Input {
  readonly env?: Shell['env']
  readonly input?: string
  readonly encoding?: BufferEncoding
}

/**
 * Runs a program and returns its output without the last line break. Throws `UserError` if the program is missing, fails, or
 * does not end in time.
 */
export function output(shell: Shell, program: string, argv: readonly string[], input: Input = {}): string {
  return succeeded(shell, program, argv, input).stdout.replace(/\n$/, '')
}

/** Like `output`, with what the program said on stderr before it. */
export function bothOutputs(shell: Shell, program: string, argv: readonly string[]): string {
  const { stdout, stderr } = succeeded(shell, program, argv, {})
  return `${stderr}\n${stdout}`
}

function succeeded(shell: Shell, program: string, argv: readonly string[], input: Input) {
  const { status, stdout, stderr } = run(shell, program, argv, input)
  if (status !== 0)
    // The reason of a hook may be in either.
    throw new UserError(
      `"${program} ${argv.slice(0, 2).join(' ')}" failed: ${[stderr, stdout].map(lastOf).join('\n').trim() || `exit code ${status}`}`,
    )
  return { stdout, stderr }
}

/** The output like `output`, but undefined if the program fails. */
export function outputIf(
  shell: Shell,
  program: string,
  argv: readonly string[],
  input: Input = {},
): string | undefined {
  const { status, stdout } = run(shell, program, argv, input)
  return status === 0 ? stdout.replace(/\n$/, '') : undefined
}

/** The last characters of a long text, and how many are left out. */
function lastOf(text: string): string {
  if (text.length <= MOST_SHOWN) return text
  const end = text.slice(-MOST_SHOWN)
  return `(${text.length - MOST_SHOWN} characters are left out)\n${end}`
}

function run(
  shell: Shell,
  program: string,
  argv: readonly string[],
  { env = {}, input, encoding = 'utf8' }: Input,
): { status: number | null; stdout: string; stderr: string } {
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
  return { status, stdout, stderr }
}
