import { UserError } from '../errors.ts'
import { type Ended, runProgram, type Start } from '../programs.ts'

/** Runs programs in one folder. */
export interface Shell {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Characters of each output that a failure shows. A hook may print the whole log of a test suite to either. */
const MOST_SHOWN = 2000

/** A problem that stops before the push. */
export const notPushed = (problem: string): UserError => new UserError(`${problem}; nothing was pushed`)

/** More variables, and the rest of how to start a program. */
interface Input extends Pick<Start, 'input' | 'encoding' | 'runsHooks'> {
  readonly env?: Shell['env']
}

/** The output of git without the last line break. Throws `UserError` if git fails. */
export const git = (shell: Shell, argv: readonly string[], input: Input = {}): string =>
  output(shell, 'git', argv, input)

/** The same, but undefined if git fails. */
export function gitIf(shell: Shell, argv: readonly string[], input: Input = {}): string | undefined {
  const { status, stdout } = run(shell, 'git', argv, input)
  return status === 0 ? withoutEnd(stdout) : undefined
}

/** Runs a program and returns its output without the last line break. Throws `UserError` if it is missing, fails, or does not end in time. */
export const output = (shell: Shell, program: string, argv: readonly string[], input: Input = {}): string =>
  withoutEnd(outputs(shell, program, argv, input).stdout)

const withoutEnd = (text: string) => text.replace(/\n$/, '')

/** Both outputs of a program, as they are. */
export function outputs(shell: Shell, program: string, argv: readonly string[], input: Input) {
  const { status, stdout, stderr } = run(shell, program, argv, input)
  if (status === 0) return { stdout, stderr }
  // The reason of a hook may be in either.
  const reason = [stderr, stdout].map(lastOf).join('\n').trim() || `exit code ${status}`
  const problem = `"${program} ${argv.slice(0, 2).join(' ')}" failed: ${reason}`
  // The hooks of a push have the last word.
  throw program === 'git' && argv[0] !== 'push' ? notPushed(problem) : new UserError(problem)
}

/** The last characters of a long text, and how many are left out. */
function lastOf(text: string): string {
  if (text.length <= MOST_SHOWN) return text
  const end = text.slice(-MOST_SHOWN)
  return `(${text.length - MOST_SHOWN} characters are left out)\n${end}`
}

const run = (shell: Shell, program: string, argv: readonly string[], { env, ...input }: Input): Ended =>
  runProgram(program, argv, { ...shell, ...input, ...(env && { own: env }) })
