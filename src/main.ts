import { safeIo } from './cli/safe-io.ts'
import { reportOf } from './errors.ts'
import { endProcess, processIo } from './io.ts'
import { run } from './run.ts'

// Loaded when there is a question: most runs have none.
const prompts = async () => (await import('./cli/prompts.ts')).prompts
const io = safeIo(processIo(prompts))

// What fails outside of any command's reach, such as a socket that nobody waits for any more.
process.on('uncaughtException', (error) => {
  io.err(reportOf(error, io.env))
  process.exit(2)
})

// No await here: the program is published as a CommonJS file, which has none at the top.
run(process.argv.slice(2), io).then(endProcess)
