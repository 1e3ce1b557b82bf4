#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'
import { run } from './cli.ts'
import { processIo } from './io.ts'

// Most runs end sooner than optimised code would pay off, and Node waits for its compiler before it exits. So it begins
// after 15 times the work that V8 would let pass: a quarter off the monthly job, nothing lost on long ones.
setFlagsFromString('--interrupt-budget=1000000')

// A reader that has seen enough (`| head`) closes the pipe: that is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

// No await here: the program is published as one CommonJS file, which has none at the top.
run(process.argv.slice(2), processIo()).then((code) => {
  process.exitCode = code
})
