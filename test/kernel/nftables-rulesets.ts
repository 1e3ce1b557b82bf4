/** A whole number below another. */
export type Random = (below: number) => number

const CHAINS = ['c0', 'c1', 'c2']

/** One or two tables with base chains at output, and rules of most kinds that nft has for new connections. */
export function randomRuleset(random: Random): string {
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)] as Item
  const some = (most: number, make: () => string) => Array.from({ length: 1 + random(most) }, make)
  const port = () => pick(['1', '2', '3', '4', '5', '6', '2-3', '4-6', '1-65535'])
  const ipv4 = () => pick(['20.0.0.0/30', '20.0.0.1', '20.0.0.4-20.0.0.6', '20.0.0.6/31', '20.0.0.0/8', '20.0.0.3'])
  const ipv6 = () => pick(['2001:db8::/127', '2001:db8::2', '2001:db8::1-2001:db8::2', '::/0'])
  /** Elements that do not overlap. */
  const distinct = (items: readonly string[]) => items.filter(() => random(2) === 0).join(', ') || (items[0] as string)
  const ports = () => distinct(['1', '2-3', '5'])
  const addresses = () => distinct(['20.0.0.0/31', '20.0.0.3', '20.0.0.5-20.0.0.6'])
  const pairs = () => distinct(['20.0.0.1 . 2', '20.0.0.2 . 3-4', '20.0.0.4/31 . 1', '20.0.0.0/24 . 6'])
  const operator = () => pick(['', '', '', '!= '])

  const match = (): string =>
    pick([
      () => `ip daddr ${operator()}${ipv4()}`,
      () => `ip daddr ${operator()}{ ${addresses()} }`,
      () => `ip daddr ${operator()}@four`,
      () => `ip6 daddr ${operator()}${ipv6()}`,
      () => `ip6 daddr @six`,
      () => `ip saddr ${operator()}10.9.0.0/24`,
      () => `${pick(['tcp', 'udp', 'th'])} dport ${operator()}${port()}`,
      () => `${pick(['tcp', 'udp'])} dport ${operator()}{ ${ports()} }`,
      () => `tcp dport ${pick(['<', '<=', '>', '>='])} 3`,
      () => `meta l4proto ${pick(['tcp', 'udp', '{ tcp, udp }', '!= tcp', 'icmp'])}`,
      () => `meta nfproto ${pick(['ipv4', 'ipv6'])}`,
      () => `ip protocol ${pick(['tcp', 'udp', '!= udp'])}`,
      () =>
        `ct state ${pick(['new', 'established,related', '{ new, established }', '!= invalid', '!= new', 'invalid'])}`,
      () => `ct direction ${pick(['original', 'reply'])}`,
      () => `oifname ${pick(['"d0"', '"lo"', '!= "lo"', '"d*"', '{ "d0", "lo" }', '"x"', '!= "d0"'])}`,
      () =>
        `tcp flags ${pick(['syn', '!= syn', '& (syn | ack) == syn', '& (fin | syn | rst | ack) != syn', '& (fin | rst) == 0x0', '== syn'])}`,
      () => `ip daddr . tcp dport ${operator()}{ ${pairs()} }`,
      () => `ip daddr . udp dport @pairs`,
      () => `meta l4proto . th dport { tcp . 1-3, udp . 5 }`,
      () => `oifname . tcp dport { "d0" . 2, "lo" . 3 }`,
      () =>
        pick(['limit rate 100000/second', 'meta mark 0', 'meta skuid 0', 'ip ttl 64', 'meta skuid 7', 'udp length 8']),
      () => `fib daddr type ${pick(['local', '!= local', 'unicast', '{ broadcast, multicast }'])}`,
      () => pick(['counter', 'meta mark set 0x1', 'ct mark set 0x2']),
      () => `ip frag-off & 0x1fff ${pick(['!= 0', '== 0'])}`,
    ])()

  const chainsAfter = (chain: string) => CHAINS.slice(CHAINS.indexOf(chain) + 1)
  const verdict = (chain: string): string => {
    const targets = chainsAfter(chain)
    const jumps = targets.length > 0 ? [`jump ${pick(targets)}`, `goto ${pick(targets)}`] : []
    return pick(['accept', 'accept', 'drop', 'drop', 'return', 'continue', 'reject', ...jumps, ...jumps])
  }
  const inMap = (chain: string): string => verdict(chain).replace('reject', 'drop')
  const map = (chain: string): string => {
    const entries = (keys: readonly string[], more = ['']) =>
      `{ ${[...keys.filter(() => random(3) > 0).concat(keys[0] as string)]
        .filter((key, index, all) => all.indexOf(key) === index)
        .map((key) => `${key} : ${inMap(chain)}`)
        .join(', ')}${pick(more)} }`
    const others = ['', `, * : ${inMap(chain)}`]
    return pick([
      () => `tcp dport vmap ${entries(['1', '2-3', '5'], others)}`,
      () => `ip daddr vmap ${entries(['20.0.0.0/31', '20.0.0.3', '20.0.0.5-20.0.0.6'], others)}`,
      () => `meta l4proto vmap ${entries(['tcp', 'udp'])}`,
      () => `ct state vmap ${entries(['new', 'established', 'invalid'])}`,
      () => `oifname vmap ${entries(['"d0"', '"lo"'])}`,
      () => `ip daddr . tcp dport vmap ${entries(['20.0.0.1 . 2', '20.0.0.2 . 3-4', '20.0.0.4/31 . 1'], others)}`,
      () => `udp dport vmap @verdicts`,
    ])()
  }
  const rule = (chain: string, isDual: boolean): string => {
    // A table of IPv4 takes nothing about IPv6.
    const all = (random(6) === 0 ? [] : some(2, match)).filter((one) => isDual || !/ip6|nfproto/.test(one))
    // nft 1.1.3 lists `tcp dport < 3 tcp dport > 3`, which nothing matches, as `tcp dport != 3-3`.
    const matches = all.filter((one, index) => index === 0 || !/dport [<>]/.test(one))
    const end = random(4) === 0 ? map(chain) : random(8) === 0 ? 'counter' : verdict(chain)
    return [...matches, end].join(' ')
  }
  const chain = (name: string, head: string, most: number, isDual: boolean) =>
    `\tchain ${name} {\n${head}${some(most, () => `\t\t${rule(name, isDual)}\n`).join('')}\t}\n`
  const table = (index: number): string => {
    const family = pick(['inet', 'inet', 'inet', 'ip'])
    const isDual = family === 'inet'
    const head = `\t\ttype filter hook ${pick(['output', 'output', 'postrouting'])} priority ${random(40) - 20}; policy ${pick(['accept', 'drop', 'drop'])};\n`
    // A chain may jump to those that stand before it here, as nft wants them.
    const regular = CHAINS.map((name) => chain(name, '', 2, isDual)).reverse()
    return `table ${family} t${index} {
	set four { type ipv4_addr; flags interval; elements = { ${addresses()} }; }
	set six { type ipv6_addr; flags interval; elements = { 2001:db8::/127 }; }
	set pairs { type ipv4_addr . inet_service; flags interval; elements = { ${pairs()} }; }
	map verdicts { type inet_service : verdict; elements = { 1 : accept, 2 : drop, 3 : continue }; }
${regular.join('')}${chain('base', head, 5, isDual)}}\n`
  }
  // Behind routing nft does not reject.
  return Array.from({ length: 1 + random(2) }, (_, index) => table(index))
    .map((text) => (text.includes('hook postrouting') ? text.replaceAll(/\breject$/gm, 'drop') : text))
    .join('')
}
