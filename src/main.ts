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
  // Nobody needs to tell of this end once more.
  process.removeAllListeners('exit')
  process.exit(2)
})

// A process that ends too early, such as by a timer of a user's reader, must not look like a success.
let isDone = false
process.on('exit', (code) => {
  if (isDone || code !== 0 || process.exitCode === 2) return
  process.exitCode = 2
  world.err('tagwall: the program ended before the command did; does the reader of a vendor of your own end it?\n')
})

// No top-level await: the program is published as CommonJS.
run(process.argv.slice(2), world).then((code) => {
  isDone = true
  endProcess(code)
})
