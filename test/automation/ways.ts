import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Device, type Place, type Run, reasonToSkip } from './device.ts'

type Mode = 'check' | 'delta' | 'full'

/** What examples.long.test.ts tries; where there is little time, one of these for each way. */
export type Promised = 'weeks' | 'edited' | 'finding' | 'accepted' | 'refused' | 'lost' | 'unconfirmed' | 'numbered'

/** One of the examples: the target that it is for, the stand-in, and how a person starts it. */
export interface Way {
  readonly example: string
  readonly target: string
  /** The stand-in with its arguments. */
  readonly device: readonly [file: string, ...args: string[]]
  readonly skipped: string | undefined
  readonly brief: Promised
  /** What somebody has configured before. */
  readonly prepare: readonly string[]
  /** Arguments of the audit of what the stand-in prints. */
  readonly audit: readonly string[]
  /** A line of a delta which the device can refuse, or before which the connection can break. */
  readonly command: RegExp
  /** A line that changes the device. */
  readonly changes: RegExp
  /** What somebody else enters, so that the audit after a load finds something. */
  readonly foreign: readonly string[]
  run(place: Place, device: Device, mode: Mode, env?: Readonly<Record<string, string>>): Promise<Run>
}

function playbook(example: string) {
  return (place: Place, device: Device, mode: Mode) => {
    const port = ['-e', `ansible_port=${device.port}`, '-e', 'ansible_buffer_read_timeout=0.001']
    const modes = { check: ['--check', '-v'], delta: [], full: ['-e', 'load=full'] }
    return device.run(place.folder, ['ansible-playbook', '-i', '127.0.0.1,', ...port, ...modes[mode], example])
  }
}

const MODES = { check: ['--check'], delta: [], full: ['--full'] }

function script(interpreter: string, example: string) {
  return (place: Place, device: Device, mode: Mode, env: Readonly<Record<string, string>> = {}) => {
    sshTo(place, device)
    return device.run(place.folder, [interpreter, example, ...MODES[mode]], { HOST: 'edge', ...env })
  }
}

/** The real ssh with a configuration of its own, in which `edge` is the stand-in. */
function sshTo({ folder }: Place, { port }: Device): void {
  const key = join(folder, 'key')
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  const config = ['Host edge', 'HostName 127.0.0.1', `Port ${port}`, 'User automation', `IdentityFile ${key}`]
  const hosts = [
    'StrictHostKeyChecking accept-new',
    `UserKnownHostsFile ${join(folder, 'known_hosts')}`,
    'LogLevel ERROR',
  ]
  writeFileSync(join(folder, 'ssh_config'), [...config, ...hosts, ''].join('\n'))
  writeFileSync(join(folder, 'bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F "${folder}/ssh_config" "$@"\n`, {
    mode: 0o755,
  })
}

export const WAYS: readonly Way[] = [
  {
    example: 'nftables.sh',
    target: '{ name: edge, vendor: nftables, out: rules/edge.nft, options: { others: drop } }',
    prepare: [
      'nft add table inet filter',
      'nft add chain inet filter in "{ type filter hook input priority filter; policy drop; }"',
      'nft add rule inet filter in iif lo accept',
      'nft add chain inet filter out "{ type filter hook output priority filter; policy drop; }"',
      'nft add rule inet filter out oif lo accept',
      'nft add rule inet filter out tcp dport 443 accept',
    ],
    device: ['linux_host.py', 'nft list ruleset'],
    skipped: reasonToSkip(['ssh', 'nft', 'ip']),
    brief: 'unconfirmed',
    audit: [],
    command: /elements|add|delete/,
    changes: /^nft -f -$/,
    foreign: ['nft add rule inet filter out tcp dport 8443 accept'],
    run: script('sh', 'nftables.sh'),
  },
  {
    example: 'iptables.sh',
    target: '{ name: edge, vendor: iptables, out: rules/edge }',
    prepare: ['iptables', 'ip6tables'].flatMap((tables) => [
      `${tables} -A INPUT -i lo -j ACCEPT`,
      `${tables} -A OUTPUT -o lo -j ACCEPT`,
      `${tables} -P INPUT DROP`,
      `${tables} -P OUTPUT DROP`,
    ]),
    device: ['linux_host.py', 'iptables-save && ip6tables-save'],
    skipped: reasonToSkip(['ssh', 'iptables-restore', 'ip']),
    brief: 'weeks',
    audit: [],
    command: /-A/,
    changes: /^ip6?tables-restore --noflush$/,
    foreign: ['iptables -I OUTPUT -p tcp -j ACCEPT'],
    run: script('sh', 'iptables.sh'),
  },
  {
    example: 'cisco-ios.yml',
    target: '{ name: edge, vendor: cisco-ios, out: rules/edge.ios }',
    prepare: [],
    device: ['cisco_ios.py'],
    skipped: reasonToSkip(['ansible-playbook', 'ip']),
    brief: 'numbered',
    audit: ['--narrow', 'fromZone=GigabitEthernet0/1', '--narrow', 'toZone=GigabitEthernet0/0'],
    command: /^ no \S/,
    changes: /^configure (?:terminal|revert)/,
    foreign: ['ip access-list extended tagwall-outbound', 'permit ip any any'],
    run: playbook('cisco-ios.yml'),
  },
  {
    example: 'cisco-asa.py',
    target: '{ name: edge, vendor: cisco-asa, out: rules/edge.asa }',
    prepare: [],
    device: ['cisco_asa.py'],
    skipped: reasonToSkip(['ip'], ['netmiko']),
    brief: 'refused',
    audit: [],
    command: /^ no \S/,
    changes: /^configure session/,
    foreign: ['access-list tagwall-outbound extended permit ip any any'],
    run: script('/usr/bin/python3', 'cisco-asa.py'),
  },
  {
    example: 'juniper-srx.yml',
    target: '{ name: edge, vendor: juniper-srx, out: rules/edge.set }',
    prepare: [],
    device: ['juniper_srx.py'],
    skipped: reasonToSkip(['ansible-playbook', 'ip'], ['ncclient']),
    brief: 'finding',
    audit: [],
    command: /^delete \S/,
    changes: /^load-configuration|^commit/,
    foreign: ['set security policies from-zone trust to-zone untrust policy Registry match destination-address any'],
    run: playbook('juniper-srx.yml'),
  },
  {
    example: 'fortigate.py',
    target: '{ name: edge, vendor: fortigate, out: rules/edge.conf }',
    prepare: [],
    device: ['fortigate.py'],
    skipped: reasonToSkip(['ip'], ['netmiko']),
    brief: 'lost',
    audit: [],
    command: /^ +append member/,
    changes: /^config firewall/,
    foreign: ['config firewall policy', 'edit 44150', 'set dstaddr "all"', 'end'],
    run: script('/usr/bin/python3', 'fortigate.py'),
  },
]
