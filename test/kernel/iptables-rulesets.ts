import { PORTS } from './audited-packets.ts'
import type { Random } from './nftables-rulesets.ts'

const CHAINS = ['C0', 'C1', 'C2']

/** The sets that rules name, for `ipset restore`. */
export const SETS = `create four hash:net
add four 20.0.0.0/31
add four 20.0.0.5
create six hash:net family inet6
add six 2001:db8::/127
create both list:set
add both four
`

/** The filter table of one family: rules of most kinds that iptables has for new connections. */
export function randomTable(random: Random, family: 'ipv4' | 'ipv6'): string {
  const isFour = family === 'ipv4'
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)] as Item
  const some = (most: number, make: () => string) => Array.from({ length: 1 + random(most) }, make)
  const not = () => pick(['', '', '', '! '])
  const remote = () =>
    isFour
      ? pick(['20.0.0.0/30', '20.0.0.1', '20.0.0.6/31', '20.0.0.0/8', '20.0.0.3', '0.0.0.0/0'])
      : pick(['2001:db8::/127', '2001:db8::2', '2001:db8::/32', '::/0'])
  const local = () => (isFour ? pick(['10.9.0.0/24', '10.9.0.1', '10.9.0.2']) : pick(['fd09::/64', 'fd09::2']))
  const range = () => (isFour ? pick(['20.0.0.1-20.0.0.3', '20.0.0.6-20.0.0.7']) : pick(['2001:db8::1-2001:db8::2']))
  const ports = () => pick(['1', '2', '6', '2:3', '4:6', '5:', ':2', '0:65535'])
  const many = () => PORTS.filter(() => random(2) === 0).join(',') || '2:4,6'

  const match = (): string => {
    const protocol = pick(['tcp', 'udp'])
    return pick([
      () => `-d ${remote()}`,
      () => `${not()}-d ${remote().replace(/.*\/0$/, isFour ? '20.0.0.2/31' : '2001:db8::1')}`,
      () => `${not()}-s ${local()}`,
      () => `-p ${protocol}`,
      () => `! -p ${protocol}`,
      () => `-p ${protocol} -m ${protocol} ${not()}--dport ${ports()}`,
      () => `-p ${protocol} -m ${protocol} ${not()}--dport ${ports()}`,
      () => `-p ${protocol} -m multiport ${not()}--dports ${many()}`,
      () => `-p tcp -m tcp ${pick(['--syn', '! --syn', '--tcp-flags FIN,SYN,RST,ACK SYN', '--tcp-flags ALL NONE'])}`,
      () => `${not()}-o ${pick(['d0', 'lo', 'd+', 'x', 'x+'])}`,
      () => `-m conntrack ${not()}--ctstate ${pick(['NEW', 'ESTABLISHED,RELATED', 'NEW,ESTABLISHED', 'INVALID'])}`,
      () => `-m state --state ${pick(['NEW', 'ESTABLISHED', 'RELATED,NEW'])}`,
      () => `-m set ${not()}--match-set ${isFour ? pick(['four', 'both']) : 'six'} dst`,
      () => `-m iprange ${not()}--dst-range ${range()}`,
      () => `-m addrtype ${not()}--dst-type ${pick(['LOCAL', 'UNICAST', 'MULTICAST'])}`,
      () => `-m comment --comment ${pick(['"a rule"', 'named'])}`,
      () =>
        pick([
          '-m limit --limit 9000/sec --limit-burst 9000',
          '-m mark --mark 0x0',
          '-m owner --uid-owner 0',
          '-m owner --uid-owner 7',
        ]),
    ])()
  }
  const target = (chain: string): string => {
    const later = CHAINS.slice(CHAINS.indexOf(chain) + 1)
    const jumps = later.length > 0 ? [`-j ${pick(later)}`, `-g ${pick(later)}`] : []
    return pick([
      '-j ACCEPT',
      '-j ACCEPT',
      '-j DROP',
      '-j DROP',
      '-j RETURN',
      '-j REJECT',
      '',
      '-j LOG',
      ...jumps,
      ...jumps,
    ])
  }
  const rule = (chain: string) => {
    const matches = random(6) === 0 ? [] : some(2, match)
    // A rule has one protocol, and one address a side.
    const isClear = ['-p ', '-d ', '-s ', '-o ', '--match-set', '--ctstate'].every(
      (option) => matches.filter((one) => one.includes(option)).length < 2,
    )
    return isClear ? [`-A ${[chain, ...matches, target(chain)].filter(Boolean).join(' ')}`] : []
  }
  const rulesOf = (chain: string, most: number) => Array.from({ length: 1 + random(most) }, () => rule(chain)).flat()
  return [
    '*filter',
    ...[':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', `:OUTPUT ${pick(['ACCEPT', 'DROP', 'DROP'])} [0:0]`],
    ...CHAINS.map((name) => `:${name} - [0:0]`),
    ...rulesOf('OUTPUT', 6),
    ...CHAINS.flatMap((name) => rulesOf(name, 3)),
    'COMMIT\n',
  ].join('\n')
}
