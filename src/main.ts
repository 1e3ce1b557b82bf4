#!/usr/bin/env node
import { run } from './cli.ts'
import { processIo } from './io.ts'

// A reader that has seen enough (`| head`) closes the pipe: that is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

// No await here: the program is published as one CommonJS file, which has none at the top.
run(process.argv.slice(2), processIo()).then((code) => {
  process.exitCode = code
})
