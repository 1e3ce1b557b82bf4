import type { Namespace } from './namespace.ts'

/** What is loaded together: `ipset restore` input, and that of `iptables-restore` for each family. */
export interface Loadable {
  readonly sets: string
  readonly ipv4: string
  readonly ipv6: string
}

export function load(namespace: Namespace, { sets, ipv4, ipv6 }: Loadable): void {
  if (sets) namespace.run(['ipset', 'restore'], sets)
  namespace.run(['iptables-restore', '-w', '5', '--noflush'], ipv4)
  namespace.run(['ip6tables-restore', '-w', '5', '--noflush'], ipv6)
}

/** What the kernel holds, without what differs from run to run: dates, and where a hash begins. */
export function stateOf(namespace: Namespace) {
  const clean = (text: string) => text.split('\n').filter((line) => !line.startsWith('#'))
  const sets = namespace.run(['ipset', 'save']).replaceAll(/ initval 0x[0-9a-f]+/g, '')
  return {
    sets: sets.split('\n').sort(),
    ipv4: clean(namespace.run(['iptables-save'])),
    ipv6: clean(namespace.run(['ip6tables-save'])),
  }
}
