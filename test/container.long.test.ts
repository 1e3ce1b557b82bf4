import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { PROGRAM } from './fixtures.ts'

// As in the container of docs/container: another user than root, no capabilities, and a file system that is read only.

const CAN_UNSHARE = spawnSync('unshare', ['-m', 'true']).status === 0

test.skipIf(!CAN_UNSHARE)(
  `a user without rights prints rules on a read-only file system${CAN_UNSHARE ? '' : ' (needs "unshare -m", as root)'}`,
  () => {
    // Not in the folder of all tests, which only its owner may look into.
    const cwd = mkdtempSync('/tmp/tagwall-')
    onTestFinished(() => rmSync(cwd, { recursive: true }))
    chmodSync(cwd, 0o755)
    const program = `exec setpriv --reuid 65532 --regid 65532 --clear-groups --bounding-set -all --no-new-privs "$@"`
    const readOnly =
      'mount --make-rprivate / && findmnt -rno TARGET | grep -E "^/(tmp|dev/shm)?$" | while read -r m; do mount -o remount,ro,bind "$m"; done'
    const run = (before: string, ...argv: string[]) => {
      const { status, stdout, stderr } = spawnSync(
        'unshare',
        ['-m', 'sh', '-ec', `${before}${program}`, 'sh', process.execPath, PROGRAM, ...argv],
        { cwd, encoding: 'utf8', timeout: 100_000, env: { PATH: process.env.PATH } },
      )
      return { status, stdout, stderr }
    }
    const emitted = run(`${readOnly}; `, 'emit', 'iptables', '--family', 'ipv4')
    expect(emitted).toMatchObject({ status: 0, stdout: expect.stringContaining('\nCOMMIT\n') })
    expect(emitted).toEqual(run('', 'emit', 'iptables', '--family', 'ipv4'))
    for (const argv of [['plan'], ['build', '--dry-run'], ['init', '--yes', '--dry-run']])
      expect(run(`${readOnly}; `, ...argv), argv.join(' ')).toMatchObject({ status: 0 })
    // What would write says so.
    expect(run(`${readOnly}; `, 'build')).toMatchObject({ status: 2, stdout: '' })
    expect(run(`${readOnly}; `, 'vendor', 'new', 'acme').stderr).toContain('acme cannot be written: EROFS: ')
  },
)
