import type { ExitCode } from './cli/command.ts'
import { runCommandLine } from './cli/program.ts'
import { COMMANDS } from './commands/table.ts'
import type { Io } from './io.ts'

/** Runs one command line, without the program's name. Prints through `io` only, and never throws. */
export const run = (argv: readonly string[], io: Io): Promise<ExitCode> => runCommandLine(argv, io, COMMANDS)
