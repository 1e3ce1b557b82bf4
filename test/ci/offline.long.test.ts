import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { PACKAGE_FILE } from '../../src/init/init-jobs.ts'
import { folderWith } from '../cli/harness.ts'
import { ROOT } from '../fixtures.ts'
import { checkout } from './checkout.ts'
import { onGitHub, runJobs } from './jobs.ts'

// The whole way of a repository whose registry is closed: the offline package, the job that init writes, and its steps as they are,
// with the real npm, where there is no network.

const CAN_UNSHARE = spawnSync('unshare', ['-n', 'true']).status === 0

/** The installed program; what would be downloaded comes from the file that $DOCUMENT names. */
const INSTALLED = `#!/bin/sh
if [ "$1" = update ]; then shift; set -- update --from "$DOCUMENT" "$@"; fi
exec "$NPM_CONFIG_PREFIX/bin/tagwall" "$@"
`

/** What "npm run pack:offline" makes of the build; package.long.test.ts compares two. */
function packed(): Buffer {
  const folder = folderWith()
  const argv = ['pack', '--ignore-scripts', '--pack-destination', folder]
  execFileSync('npm', argv, { cwd: ROOT, stdio: 'ignore', timeout: 100_000 })
  return readFileSync(join(folder, PACKAGE_FILE))
}

test.skipIf(!CAN_UNSHARE)(
  `the job of init installs its package and proposes the change without a network${CAN_UNSHARE ? '' : ' (needs "unshare -n", as root)'}`,
  { timeout: 300_000 },
  () => {
    const job = checkout()
    const path = (name: string) => join(job.home, name)
    mkdirSync(path('work/tools'))
    writeFileSync(path('work/tools/tagwall.tgz'), packed())
    expect(job.run('tagwall init --ci github --package tools/tagwall.tgz')).toMatchObject({ status: 0 })
    job.git('add', '--all', '--force')
    job.git('-c', 'user.name=Jo', '-c', 'user.email=jo@example.com', 'commit', '--quiet', '--message', 'Job')
    job.git('push', '--quiet', 'origin', 'main')

    rmSync(path('bin/npm'))
    writeFileSync(path('bin/tagwall'), INSTALLED)
    chmodSync(path('bin/tagwall'), 0o755)
    const isolated = { NPM_CONFIG_PREFIX: path('npm'), NPM_CONFIG_CACHE: path('cache') }
    const written = readFileSync(path('work/.github/workflows/tagwall.yml'), 'utf8')
    const { status, stderr, summary } = runJobs(job, onGitHub(parse(written)), isolated, (script, env) =>
      job.run('unshare -n bash --noprofile --norc -eo pipefail -c "$SCRIPT"', { ...env, SCRIPT: script }),
    )
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(job.remote('tagwall/update')).not.toBe('')
    expect(summary).toContain('\npushed to tagwall/update: ')
  },
)
