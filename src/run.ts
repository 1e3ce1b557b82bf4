import type { ExitCode } from './cli/command.ts'
import { runCommandLine } from './cli/program.ts'
import { COMMANDS } from './commands/table.ts'
import type { Io } from './io.ts'

/** Runs one command line, without the program's name. Prints through `io` only, and never throws. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  if (argv[0] !== '__complete') return runCommandLine(argv, io, COMMANDS)
  const { complete } = await import('./commands/complete.ts')
  return complete(argv.slice(1), io)
}
