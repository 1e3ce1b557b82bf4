import type { Command } from 'commander'
import type { Io } from '../io.ts'

/** 0: done. 1: there are differences or findings. 2: it could not or would not run. */
export type ExitCode = 0 | 1 | 2

/** A command line that works as it stands, and what it is for. */
export type Example = readonly [line: string, what: string]

/** One command of tagwall, whole: what its help says, what it takes, and what it does. */
export interface CommandSpec<Arguments extends readonly unknown[], Options> {
  /** One line for `tagwall --help`. */
  readonly summary: string
  /** For its help; each is run by a test, so use vendor `list`, and only files that the test knows. */
  readonly examples: readonly Example[]
  /**
   * `rules`: it takes `--policy`, `--snapshots` and the other common options, and an interrupted run is settled first. `writes`: the
   * same, but the command settles an interrupted run itself, under the lock that it keeps. `nothing`: neither.
   */
  readonly uses: 'rules' | 'writes' | 'nothing'
  /** Adds its arguments and its own options. */
  readonly flags: (command: Command) => Command
  /** Does it. `outline` has every command of the program, for a shell's completion. Throws `UserError`, which exits with 2. */
  readonly run: (
    given: Arguments,
    options: Options,
    io: Io,
    outline: () => Promise<readonly Command[]>,
  ) => Promise<ExitCode>
}

/** Any command, as the table of commands has it: what its arguments are is between its flags and itself. */
// biome-ignore lint/suspicious/noExplicitAny: the parser gives what `flags` declares
export type AnyCommand = CommandSpec<any, any>

/** Commands by name, each loaded when it is asked for. */
export type CommandTable = Readonly<Record<string, () => Promise<{ readonly command: AnyCommand }>>>
