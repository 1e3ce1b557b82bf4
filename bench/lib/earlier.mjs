// An earlier commit of tagwall, built in a temporary folder, as a peer of today's.
import { spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The program of a commit; undefined where there is no git checkout that has it, or it does not build with today's packages. */
export function programOf(commit, folder) {
  const place = join(folder, commit)
  const added = spawnSync('git', ['worktree', 'add', '--detach', place, commit], { cwd: ROOT })
  if (added.status !== 0) return undefined
  process.on('exit', () => spawnSync('git', ['worktree', 'remove', '--force', place], { cwd: ROOT }))
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'))
  const built = spawnSync('npm', ['run', 'build'], { cwd: place })
  return built.status === 0 ? join(place, 'dist/main.cjs') : undefined
}
