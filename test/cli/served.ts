import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lazy } from '../../src/model/lazy.ts'
import { PROGRAM } from '../fixtures.ts'

/** The folder of the process that serves this worker, which `served.mjs` describes. */
const served = lazy(() => {
  const folder = mkdtempSync(join(tmpdir(), 'tagwall-served-'))
  execFileSync('mkfifo', [join(folder, 'calls')])
  const child = spawn(process.execPath, [join(import.meta.dirname, 'served.mjs'), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // The worker ends without it.
  child.unref()
  const input: unknown = child.stdin
  if (input instanceof Socket) input.unref()
  process.once('exit', () => {
    child.kill()
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
})

/**
 * A shell script that is `tagwall`, after lines of its own which may change "$@". One process of the build runs all command lines, but
 * those with readers of the user's own, and those with $ALONE in the environment, which are processes of their own.
 */
export const servedProgram = (own = '') => `#!/bin/sh
${own}case "$ALONE $* " in [!' ']* | *" --vendors "*) exec "${process.execPath}" "${PROGRAM}" "$@" ;; esac
call=$(mktemp -d "${served()}/XXXXXX")
mkfifo "$call/code"
printf '%s\\0' "$(pwd -P)" "$@" > "$call/argv"
env -0 > "$call/env"
cat > "$call/in"
echo "$call" > "${served()}/calls"
read -r code < "$call/code"
cat "$call/err" >&2
cat "$call/out"
exit "$code"
`
