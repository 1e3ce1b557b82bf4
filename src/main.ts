import { run } from './cli.ts'
import { endProcess, processIo } from './io.ts'

// No await here: the program is published as a CommonJS file, which has none at the top.
run(process.argv.slice(2), processIo()).then(endProcess)
