// Runs command lines of shells in one process, where the process itself is not what is tested: a start of the program takes longer
// than most commands. `served.ts` starts it with a folder, whose pipe `calls` names a folder for each call.
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { processIo } from '../../dist/io.js'
import { run } from '../../dist/run.js'

process.stdin
  .on('end', () => {
    writeFileSync('/tmp/team/b5/served.cpu', readFileSync('/proc/self/stat'))
    process.exit()
  })
  .resume()

const texts = (file) => readFileSync(file, 'utf8').split('\0').slice(0, -1)

async function serve(call) {
  const [cwd, ...argv] = texts(join(call, 'argv'))
  const env = Object.fromEntries(texts(join(call, 'env')).map((text) => text.split(/=(.*)/s, 2)))
  const printed = { out: [], err: [] }
  const code = await run(argv, {
    ...processIo(),
    cwd,
    env,
    out: (text) => printed.out.push(Buffer.from(text)),
    err: (text) => printed.err.push(Buffer.from(text)),
    isTerminal: false,
    outColor: false,
    errColor: false,
    stdin: async () => readFileSync(join(call, 'in')),
    prompts: undefined,
  })
  for (const [stream, parts] of Object.entries(printed)) writeFileSync(join(call, stream), Buffer.concat(parts))
  writeFileSync(join(call, 'code'), `${code}\n`)
}

// Opened for both, the pipe has no end when a caller closes it. A stream of the file would keep the process from its end.
const input = new Socket({ fd: openSync(join(process.argv[2], 'calls'), 'r+'), writable: false })
for await (const call of createInterface({ input })) await serve(call)
