import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { compile } from '../../src/compile/compile.ts'
import { readSnapshot } from '../../src/document/snapshot/stored-snapshots.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { SHIPPED } from '../../src/paths.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { type Attempt, type Namespace, type Peer, PYTHON } from './namespace.ts'

// Connections from and to local addresses inside and outside of the local side of rules, pings, and rules that deny.

/** The second local address of each family, which the rules are about. */
const OWN = { ipv4: '10.20.0.1', ipv6: '2001:db8:20::1' } as const
const OTHER = { ipv4: '100.64.0.1', ipv6: 'fd00:64::1' } as const

export const OWN_ON_HOST = `
ip address replace 10.20.0.1/24 dev wan
ip address replace 2001:db8:20::1/64 dev wan nodad
`
export const OWN_ON_INTERNET = `
ip route replace 10.20.0.0/24 via 100.64.0.1
ip route replace 2001:db8:20::/64 via fd00:64::1
`
export const OWN_SETS = `create lan hash:net family inet
add lan 10.20.0.0/24
create lan6 hash:net family inet6
add lan6 2001:db8:20::/64
`

/** A policy whose rules for ping have `ping` as their local side. */
export function localRuleset(ping: string): Ruleset {
  const own = '[10.20.0.0/24, "2001:db8:20::/64"]'
  const text = `rules:
  - { name: Block, prefixes: [198.51.100.128/25, "2001:db8:100::8000/113"], direction: outbound, protocol: any, action: deny, priority: 100, local: ${own} }
  - { name: Web, prefixes: [198.51.100.0/24, "2001:db8:100::/112"], direction: both, ports: [443], priority: 200, local: ${own} }
  - { name: Ping, prefixes: [198.51.100.0/24, "2001:db8:100::/112"], direction: outbound, protocol: icmp, priority: 210, local: ${ping} }
`
  const policy = parsePolicy(text, 'local', 'local.yaml')
  const document = readSnapshot(join(SHIPPED.snapshots, 'public/2025-11-10.json'), 'public')
  return compile(policy, { document, names: [], where: '' }).ruleset
}

const REMOTE = { ipv4: ['198.51.100.1', '198.51.100.200'], ipv6: ['2001:db8:100::1', '2001:db8:100::9000'] } as const

const ECHO = `
import os, socket, sys
source, target = sys.argv[1:]
six = ":" in target
kind = socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
probe = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_RAW, kind)
probe.settimeout(1)
probe.bind((source, 0))
# An echo request with nothing in it, of its own identifier, so that it begins a connection.
identifier = os.getpid() % 0xF000
# The kernel works out the checksum of ICMPv6.
check = 0 if six else 0xFFFF - (0x0801 + identifier)
request = bytes([128 if six else 8, 0, *check.to_bytes(2, "big"), *identifier.to_bytes(2, "big"), 0, 1])
try:
    probe.sendto(request, (target, 0))
    while True:
        answer, peer = probe.recvfrom(256)
        if peer[0] == target and answer[0 if six else 20] in (0, 129):
            print("answered")
            break
except (TimeoutError, PermissionError) as error:
    print("refused")
`

function ping(host: Namespace, source: string, target: string): string {
  const [file, args] = host.command(PYTHON, '-c', ECHO, source, target)
  return spawnSync(file, args, { encoding: 'utf8' }).stdout.trim()
}

/** What becomes of connections and pings of both families, each in one line. */
export async function outcomes(host: Namespace, inside: Peer, outside: Peer): Promise<string[]> {
  const lines: string[] = []
  for (const family of ['ipv4', 'ipv6'] as const) {
    const [own, other, [near, blocked]] = [OWN[family], OTHER[family], REMOTE[family]]
    const outbound: Attempt[] = [
      { source: own, destination: near, port: 443 },
      { source: other, destination: near, port: 443 },
      { source: own, destination: blocked, port: 443 },
      { source: own, destination: near, port: 8443 },
    ]
    const inbound: Attempt[] = [
      { source: near, destination: own, port: 443 },
      { source: near, destination: other, port: 443 },
    ]
    const found = [...(await inside.connect(outbound, 1.5)), ...(await outside.connect(inbound, 1.5))]
    const tried = [...outbound, ...inbound].map(({ source, destination, port }) => `${source} ${destination} ${port}`)
    lines.push(...tried.map((one, index) => `${one} ${found[index]}`))
    for (const [source, target] of [
      [own, near],
      [other, near],
      [own, blocked],
    ] as const) {
      lines.push(`${source} ${target} ping ${ping(host, source, target)}`)
    }
  }
  return lines
}

/** What they should do. `unlisted` is what becomes of a port that no rule names. */
export function expectedOutcomes({ unlisted }: { unlisted: 'connected' | 'timeout' }): string[] {
  return [
    '10.20.0.1 198.51.100.1 443 connected',
    '100.64.0.1 198.51.100.1 443 timeout',
    '10.20.0.1 198.51.100.200 443 timeout',
    `10.20.0.1 198.51.100.1 8443 ${unlisted}`,
    '198.51.100.1 10.20.0.1 443 connected',
    '198.51.100.1 100.64.0.1 443 timeout',
    '10.20.0.1 198.51.100.1 ping answered',
    '100.64.0.1 198.51.100.1 ping refused',
    '10.20.0.1 198.51.100.200 ping refused',
    '2001:db8:20::1 2001:db8:100::1 443 connected',
    'fd00:64::1 2001:db8:100::1 443 timeout',
    '2001:db8:20::1 2001:db8:100::9000 443 timeout',
    `2001:db8:20::1 2001:db8:100::1 8443 ${unlisted}`,
    '2001:db8:100::1 2001:db8:20::1 443 connected',
    '2001:db8:100::1 fd00:64::1 443 timeout',
    '2001:db8:20::1 2001:db8:100::1 ping answered',
    'fd00:64::1 2001:db8:100::1 ping refused',
    '2001:db8:20::1 2001:db8:100::9000 ping refused',
  ]
}
