import { safeIo } from './cli/safe-io.ts'
import { reportOf } from './errors.ts'
import { endProcess, processIo } from './io.ts'
import { run } from './run.ts'

// Loaded only for a question; most runs have none.
const prompts = async () => (await import('./cli/prompts.ts')).prompts
const world = processIo(prompts)

// Errors outside of a command, such as a socket that nothing awaits any more.
process.on('uncaughtException', (error) => {
  const io = safeIo(world)
  io.err(reportOf(error, io.env))
  process.exit(2)
})

// No top-level await: the program is published as CommonJS.
run(process.argv.slice(2), world).then(endProcess)
