// Runs every benchmark of this folder, one after the other, with the same flags.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const files = readdirSync(import.meta.dirname).filter(
  (file) => file.endsWith('.mjs') && !['all.mjs', 'greedy.mjs'].includes(file),
)
for (const file of files.sort()) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, file), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 2
}
