import type { OptionValues } from '../../src/model/option.ts'
import type { ReadFile } from '../../src/model/reading.ts'

// What an otherwise empty device prints after it loaded tagwall's files, for vendors whose files are scripts. Other files are read as they are.

interface Running {
  readonly files: (files: readonly ReadFile[], options: OptionValues) => readonly ReadFile[]
  /** What the README tells to narrow an audit to. */
  readonly narrow?: Readonly<Record<string, string>>
}

/** The tables of iptables with the rules of the hook script in them. The policies are those of a kernel without any rules. */
function saved(files: readonly ReadFile[], { chain, outboundHook, inboundHook }: OptionValues): readonly ReadFile[] {
  const policies = ['INPUT', 'FORWARD', 'OUTPUT'].map((name) => `:${name} ACCEPT [0:0]`)
  const icmp = [133, 134, 135, 136].flatMap((type) =>
    ['OUTPUT', 'INPUT'].map((name) => `-A ${name} -p ipv6-icmp -m icmp6 --icmpv6-type ${type} -j ACCEPT`),
  )
  const hooks = [...new Set([outboundHook, inboundHook])]
  const jumps = [
    ...hooks.map((hook) => `-A ${hook} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`),
    `-A ${inboundHook} -j ${chain}-IN`,
    `-A ${outboundHook} -j ${chain}-OUT`,
  ]
  const whole = ({ part, text, ...file }: ReadFile): ReadFile => {
    const rules = [...(part.endsWith('.v6') ? icmp : []), ...jumps]
    const lines = text.replace('*filter\n', `*filter\n${policies.join('\n')}\n`)
    return { ...file, part, text: lines.replace('COMMIT\n', `${rules.join('\n')}\nCOMMIT\n`) }
  }
  return files
    .filter(({ part }) => !part.endsWith('.sh'))
    .map((file) => (/\.v[46]$/.test(file.part) ? whole(file) : file))
}

/** The `/export` of a router: what the script adds, and the jumps of the README. */
const exported = (files: readonly ReadFile[], { outChain, inChain }: OptionValues): readonly ReadFile[] =>
  files.map((file) => {
    const added = file.text
      .split('\n')
      .filter((line) => !/^(?:set|remove) /.test(line))
      .map((line) => line.replace(/^:do \{ (add .*?) \} on-error=.*$/, '$1'))
    const ways = [
      `jump-target=${outChain} in-interface-list=LAN out-interface-list=WAN`,
      `jump-target=${inChain} in-interface-list=WAN out-interface-list=LAN`,
    ]
    const jumps = ways.map((way) => `add chain=forward action=jump ${way} connection-state=new`)
    const menus = ['/ip', '/ipv6'].map((menu) => [`${menu} firewall filter`, ...jumps].join('\n'))
    return { ...file, text: [...added, ...menus, ''].join('\n') }
  })

export const RUNNING: Readonly<Record<string, Running | undefined>> = {
  iptables: { files: saved },
  mikrotik: { files: exported, narrow: { localInterface: 'LAN', remoteInterface: 'WAN' } },
}
