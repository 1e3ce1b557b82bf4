import { spawnSync } from 'node:child_process'

/** Why nft cannot be asked here; undefined where it can. */
export function nftReasonToSkip(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux'
  if (process.getuid?.() !== 0) return 'not root'
  if (spawnSync('sh', ['-c', 'command -v nft']).status !== 0) return 'not installed: nft'
  const script = 'nft add table inet a'
  const probe = spawnSync('unshare', ['-n', 'sh', '-c', script], { encoding: 'utf8' })
  return probe.status === 0
    ? undefined
    : `no nftables in a network namespace: ${probe.stderr.trim().split('\n').at(-1)}`
}
