import { describe, expect, test } from 'vitest'
import { KIT } from '../../src/vendor/kit/kit.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { device } from '../../vendors/mikrotik/reader.ts'
import { type Golden, harnessOf } from './harness.ts'
import { show } from './reading-text.ts'

const HARNESS = harnessOf('mikrotik', device)

const audit = (text: string, given: Partial<ReaderContext> = {}) =>
  show(HARNESS.auditOf(text, given)).map((line) => line.replace(/^\d+:? /, ''))

const LISTS = `# 2025-11-10 10:00:00 by RouterOS 7.16
# software id = ABCD-EFGH
/interface list member
add interface=ether1 list=WAN
add interface=bridge list=LAN
/ipv6 settings
set disable-ipv6=yes
/ip firewall address-list
add address=192.0.2.0/25 list=web
add address=192.0.2.128-192.0.2.131 list=web
add address=198.51.100.7 comment="one \\"host\\"" list=web
add address=203.0.113.0/24 disabled=yes list=web
add address=www.example.com list=names
add address=192.0.2.9 list=timed timeout=1h
/ip firewall filter
`
const DROP = 'add action=drop chain=forward'

describe('one rule of forward', () => {
  test.for<[rule: string, want: string[]]>([
    ['dst-address=192.0.2.0/24', ['forward: out allow any 192.0.2.0/24']],
    [
      'dst-address=192.0.2.0/24 protocol=tcp dst-port=443,8000-8080',
      ['forward: out allow tcp 443,8000-8080 192.0.2.0/24'],
    ],
    ['src-address=192.0.2.0/24 protocol=udp', ['forward: in allow udp 192.0.2.0/24']],
    ['dst-address-list=web comment="a b"', ['a b: out allow any 192.0.2.0/25,192.0.2.128/30,198.51.100.7/32']],
    [
      'dst-address=192.0.2.0/24 src-address=10.0.0.0/8',
      ['forward: out allow any local 10.0.0.0/8 192.0.2.0/24', 'forward: in allow any local 192.0.2.0/24 10.0.0.0/8'],
    ],
    ['dst-address=192.0.2.0/24 disabled=yes', []],
    ['dst-address=192.0.2.0/24 connection-state=established,related', []],
    ['dst-address=192.0.2.0/24 connection-state=new', ['forward: out allow any 192.0.2.0/24']],
    ['dst-address=192.0.2.0/24 connection-state=!invalid', ['forward: out allow any 192.0.2.0/24']],
    ['dst-address=192.0.2.0/24 connection-nat-state=!dstnat', ['forward: out allow any part 192.0.2.0/24']],
    ['dst-address=192.0.2.0/24 in-interface-list=LAN', ['forward: out allow any part-by-interface 192.0.2.0/24']],
    ['dst-address=192.0.2.0/24 protocol=!tcp', ['forward: out allow any part 192.0.2.0/24']],
    ['dst-address=192.0.2.0/24 protocol=icmp', ['forward: out allow icmp 192.0.2.0/24']],
    ['dst-address=192.0.2.0/24 protocol=gre', ['forward: out allow other part 192.0.2.0/24']],
    ['dst-address=192.0.2.0/24 protocol=tcp src-port=1', ['forward: out allow tcp part 192.0.2.0/24']],
    ['dst-address=192.0.2.0/24 time=8h-17h,mon', ['forward: out allow any part 192.0.2.0/24']],
    ['dst-address=192.0.2.0/24 protocol=tcp dst-port=!443', ['forward: out allow tcp 0-442,444-65535 192.0.2.0/24']],
    ['dst-address-list=missing', []],
    ['dst-address-list=names', [': names the list names, which has a domain name in it']],
    [
      'dst-address-list=timed',
      ['forward: out allow any 192.0.2.9/32', ': names the list timed, which has entries that time out'],
    ],
    ['dst-address=192.0.2.0/24 action=log', []],
    ['dst-address=192.0.2.0/24 action=tarpit', ['forward: out deny any 192.0.2.0/24']],
    ['dst-address=192.0.2.0/24 action=fly', [': has an unknown action']],
    ['dst-address=192.0.2.0/24 [find]', [': is not understood']],
    ['dst-address=192.0.2.0/24 comment="no end', [': is not understood']],
  ])('%s', ([rule, want]) => {
    const action = /action=/.test(rule) ? '' : 'action=accept '
    const text = `${LISTS}add ${action}chain=forward ${rule}\n${DROP}\n`
    const last = ['forward: out deny any any4', 'forward: in deny any any4']
    const policy = [
      'accept at the end of forward: out allow any any4',
      'accept at the end of forward: in allow any any4',
    ]
    const shown = audit(text).filter((line) => !last.includes(line) && !policy.includes(line))
    expect(shown.toSorted()).toEqual(want.map((line) => line.replace(/^: /, '')).toSorted())
  })

  test('goes on over lines, and an export may be terse', () => {
    const text = `${LISTS}add action=accept chain=forward dst-address=\\\n    192.0.2.0/24 protocol=\\\n    tcp\n`
    expect(audit(text)[0]).toBe('forward: out allow tcp 192.0.2.0/24')
    const terse = LISTS.replace(/\/ip firewall filter\n$/, '')
    expect(audit(`${terse}/ip firewall filter add action=accept chain=forward dst-address=192.0.2.0/24`)[0]).toBe(
      'forward: out allow any 192.0.2.0/24',
    )
  })
})

describe('chains and interfaces', () => {
  const CHAINS = `${LISTS}add action=accept chain=forward connection-state=established,related
add action=jump chain=forward in-interface-list=LAN jump-target=tagwall-out out-interface-list=WAN
add action=accept chain=tagwall-out dst-address-list=web
add action=return chain=tagwall-out
add action=drop chain=forward
`
  test.for<[narrow: Record<string, string>, want: string[]]>([
    [
      { localInterface: 'LAN', remoteInterface: 'WAN' },
      ['tagwall-out: out allow any 192.0.2.0/25,192.0.2.128/30,198.51.100.7/32'],
    ],
    [
      { localInterface: 'bridge', remoteInterface: 'ether1' },
      ['tagwall-out: out allow any 192.0.2.0/25,192.0.2.128/30,198.51.100.7/32'],
    ],
    [{ localInterface: 'guests', remoteInterface: 'WAN' }, []],
    [{}, ['tagwall-out: out allow any part-by-interface 192.0.2.0/25,192.0.2.128/30,198.51.100.7/32']],
    [{ chain: 'tagwall-out' }, ['tagwall-out: out allow any 192.0.2.0/25,192.0.2.128/30,198.51.100.7/32']],
  ])('%j', ([narrow, want]) => {
    expect(audit(CHAINS, { narrow }).filter((line) => /allow/.test(line) && !/^accept at the end/.test(line))).toEqual(
      want,
    )
  })

  const PAIRS = `${LISTS}/interface list
add name=LAN
add name=EMPTY
add include=LAN name=INSIDE
add exclude=WAN include=all name=NOT-WAN
/interface list member
add interface=vlan7 list=LAN
/ip firewall filter
`
  test.for<[on: string, asked: string, want: 'whole' | 'part-by-interface' | 'left out']>([
    // A list has more than one interface.
    ['in-interface=bridge', 'LAN', 'part-by-interface'],
    ['in-interface=!bridge', 'LAN', 'part-by-interface'],
    ['in-interface=ether1', 'LAN', 'left out'],
    ['in-interface=!ether1', 'LAN', 'whole'],
    ['in-interface=ether1', 'WAN', 'whole'],
    ['in-interface-list=LAN', 'vlan7', 'whole'],
    ['in-interface-list=!LAN', 'vlan7', 'left out'],
    ['in-interface-list=INSIDE', 'LAN', 'whole'],
    ['in-interface-list=LAN', 'INSIDE', 'whole'],
    ['in-interface-list=WAN', 'INSIDE', 'left out'],
    ['in-interface-list=!WAN', 'INSIDE', 'whole'],
    ['in-interface-list=all', 'vlan7', 'whole'],
    ['in-interface-list=dynamic', 'vlan7', 'part-by-interface'],
    ['in-interface=all-vlan', 'vlan7', 'part-by-interface'],
    ['in-interface=!all-ppp', 'vlan7', 'part-by-interface'],
    // A list that somebody else fills.
    ['in-interface-list=EMPTY', 'vlan7', 'part-by-interface'],
    ['in-interface-list=LAN', 'EMPTY', 'part-by-interface'],
    ['in-interface=bridge', 'EMPTY', 'part-by-interface'],
    ['in-interface-list=EMPTY', 'EMPTY', 'whole'],
    ['in-interface-list=NOT-WAN', 'vlan7', 'part-by-interface'],
    ['in-interface-list=none', 'vlan7', 'left out'],
  ])('%s, asked for %s: %s', ([on, localInterface, want]) => {
    const text = `${PAIRS}add action=accept chain=forward dst-address=192.0.2.0/24 ${on}\n`
    const rule = audit(text, { narrow: { localInterface } }).find((line) => line.startsWith('forward: out allow'))
    const shown = rule?.includes('part-by-interface') ? 'part-by-interface' : rule ? 'whole' : 'left out'
    expect(shown).toBe(want)
  })

  test.for<[jump: string, want: string[]]>([
    ['in-interface-list=LAN out-interface-list=WAN', ['out: out allow any 192.0.2.0/24']],
    ['in-interface-list=WAN out-interface-list=LAN', ['out: in allow any local 192.0.2.0/24 any4']],
    [
      'in-interface-list=OFFICE out-interface-list=WAN',
      [
        'out: out allow any part-by-interface 192.0.2.0/24',
        'names the interface list OFFICE, whose members are not in the file',
      ],
    ],
  ])('an export without the members of its interface lists, and a jump with %s', ([jump, want]) => {
    const text = `/ip firewall filter
add action=jump chain=forward jump-target=out ${jump}
add action=accept chain=out dst-address=192.0.2.0/24
${DROP}
/ipv6 settings
set disable-ipv6=yes
/ipv6 firewall filter
`
    const shown = audit(text, { narrow: { localInterface: 'LAN', remoteInterface: 'WAN' } })
    expect(shown.filter((line) => !/^(?:forward|accept at the end)/.test(line))).toEqual(want)
  })

  test('with the interfaces of both sides, a rule that only asks for local addresses is about these', () => {
    const text = `${LISTS}add action=accept chain=forward in-interface-list=LAN out-interface-list=WAN src-address=192.0.2.0/24\n${DROP}\n`
    expect(audit(text, { narrow: { localInterface: 'LAN', remoteInterface: 'WAN' } })[0]).toBe(
      'forward: out allow any local 192.0.2.0/24 any4',
    )
  })

  test('the default configuration lists IPv4-mapped addresses as invalid, which says nothing of others', () => {
    const text = `/ipv6 firewall address-list
add address=::ffff:0.0.0.0/96 comment="defconf: ipv4-mapped" list=bad_ipv6
/ipv6 firewall filter
add action=drop chain=forward dst-address-list=bad_ipv6
`
    expect(audit(text).filter((line) => / any4$/.test(line) === false)).toEqual([
      'forward: out deny any ::ffff:0:0/96',
      'accept at the end of forward: out allow any any6',
      'accept at the end of forward: in allow any any6',
    ])
  })

  test('the default configuration drops what comes in and was not sent on by NAT', () => {
    const text = `${LISTS}add action=drop chain=forward connection-nat-state=!dstnat connection-state=new in-interface-list=WAN
/ip firewall nat
add action=masquerade chain=srcnat out-interface-list=WAN
`
    const inbound = (more: string) =>
      audit(text + more, { narrow: { localInterface: 'LAN', remoteInterface: 'WAN' } }).find((line) =>
        /: in deny/.test(line),
      )
    expect(inbound('')).toBe('forward: in deny any any4')
    expect(inbound('add action=dst-nat chain=dstnat disabled=yes to-addresses=10.0.0.1\n')).toBe(
      'forward: in deny any any4',
    )
    expect(inbound('add action=dst-nat chain=dstnat dst-port=25 protocol=tcp to-addresses=10.0.0.1\n')).toBe(
      'forward: in deny any part any4',
    )
    expect(inbound('/ip upnp\nset enabled=yes\n')).toBe('forward: in deny any part any4')
  })

  test('input has connections to the router only, output those from it, and what no rule decides passes', () => {
    const text = `${LISTS}add action=drop chain=input dst-port=22 protocol=tcp\n`
    expect(audit(text, { narrow: { chain: 'input' } })).toEqual([
      'input: in deny tcp 22 any4',
      'accept at the end of input: in allow any any4',
    ])
    expect(audit(text, { narrow: { chain: 'output' } })).toEqual(['accept at the end of output: out allow any any4'])
  })

  test.for([
    '/ip/firewall/filter/add chain=forward action=accept dst-address=192.0.2.0/24',
    '/ip/firewall/filter add chain=forward action=accept dst-address=192.0.2.0/24',
    '/ip firewall\nfilter add chain=forward action=accept dst-address=192.0.2.0/24',
    '/ip\nfirewall\nfilter\nadd chain=forward action=accept dst-address=192.0.2.0/24',
    '/ip firewall nat\n.. filter add chain=forward action=accept dst-address=192.0.2.0/24',
    'ip firewall filter add chain=forward action=accept dst-address=192.0.2.0/24',
    // A command with a path leaves the menu where it is.
    '/ip firewall filter\n/ip address add address=10.0.0.1/24\nadd chain=forward action=accept dst-address=192.0.2.0/24',
    '[admin@r1] /ip firewall filter> add chain=forward action=accept dst-address=192.0.2.0/24',
    '[admin@r1] > /ip firewall filter add chain=forward action=accept dst-address=192.0.2.0/24',
  ])('a path may be written as %j', (text) => {
    const list = LISTS.replace(/\/ip firewall filter\n$/, '').replace(/\/ip firewall address-list[\s\S]*/, '')
    expect(audit(`${list}/\n${text}\n`)[0]).toBe('forward: out allow any 192.0.2.0/24')
  })

  test.for([
    [
      '/ip firewall filter\nadd action=accept chain=forward place-before=0',
      'is put before another rule, which is not followed',
    ],
    [
      '/ip firewall raw\nadd action=notrack chain=prerouting',
      'takes connections out of tracking, which is not followed',
    ],
    ['/import file-name=more.rsc', 'loads a file, which is not followed'],
    [
      '/ip firewall connection tracking\nset enabled=no',
      'turns tracking off, so rules for connection states do not count',
    ],
    ['/tr069-client\nset acs-url=https://acs.example.com enabled=yes', 'lets a server change the configuration'],
    ['/ip firewall filter reset-counters-all', 'changes the configuration, which is not followed'],
    ['/ip firewall filter\nfoo', 'changes the configuration, which is not followed'],
    ['/\n:if ([:len $x] > 0) do={', 'is a script, which is not followed'],
    [
      '/\n:foreach a in=$all do={ /ip firewall address-list add list=web address=$a }',
      'is a script, which is not followed',
    ],
  ])('%j is reported', ([text, want]) => {
    expect(audit(`${LISTS}${text}\n`)).toContain(want)
  })

  const SCRIPT = 'is a script that may change the firewall, which is not followed'
  test.for<[text: string, want: string[]]>([
    ['/system scheduler\nadd interval=1d name=open on-event="/ip firewall filter enable [find comment=x]"', [SCRIPT]],
    ['/system scheduler add name=open on-event="/ip fi fi enable 3"', [SCRIPT]],
    ['/system scheduler\nadd disabled=yes name=open on-event="/ip firewall filter enable 3"', []],
    ['/system scheduler\nadd name=open on-event=gone', [SCRIPT]],
    ['/system script\nadd name=open source="/ip firewall filter enable 3"', [SCRIPT]],
    ['/system script\nadd name=open source=":log info 1"\n/system scheduler\nadd name=a on-event=open', []],
    ['/system script\nadd name=x source="/tool fetch url=\\"https://x/y.rsc\\"; /import y.rsc"', [SCRIPT]],
    ['/system script\nadd name=x source=":execute [/file get x contents]"', [SCRIPT]],
    ['/system script\nadd name=x source=":log info \\"\\$[/ip firewall filter enable 3]\\""', [SCRIPT]],
    ['/system script\nadd name=x source=":if (\\$a = 1) do={ /ip firewall filter enable 3 }"', [SCRIPT]],
    ['/system script\nadd name=x source="# weekly\\r\\n/system backup save name=a; :log info \\"a; b\\""', []],
    ['/system script\nadd name=x source=":local a [/ip address get 0 address]; :if (\\$a = 1) do={ :put \\$a }"', []],
    ['/tool netwatch\nadd host=192.0.2.1 up-script="/ip firewall filter disable 0"', [SCRIPT]],
    ['/tool netwatch\nadd host=192.0.2.1 up-script=":log info up"', []],
    ['/ppp profile\nset *0 on-up="/ip firewall address-list add list=web address=192.0.2.1"', [SCRIPT]],
    ['/ip dhcp-server\nadd interface=bridge lease-script="/import x.rsc"', [SCRIPT]],
  ])('of scripts, %j is reported if it may change the firewall', ([text, want]) => {
    const found = audit(`${LISTS}${DROP}\n${text}\n`)
    expect(found.filter((line) => !line.includes('forward: '))).toEqual(want)
  })

  test('a path that grows with each line ends', () => {
    const text = `${LISTS}/x\n${'a\n'.repeat(20000)}/ip firewall filter add action=accept chain=forward dst-address=192.0.2.0/24\n`
    expect(audit(text)[0]).toBe('forward: out allow any 192.0.2.0/24')
  })

  test('without a jump the chain decides nothing, and what forward does not drop passes', () => {
    const text = `${LISTS}add action=accept chain=tagwall-out dst-address-list=web\n`
    expect(audit(text)).toEqual([
      'accept at the end of forward: out allow any any4',
      'accept at the end of forward: in allow any any4',
    ])
  })

  test('raw rules, missing IPv6 and foreign texts are reported', () => {
    expect(audit(`${LISTS}/ip firewall raw\nadd action=drop chain=prerouting\n`).at(-1)).toBe(
      'is a raw rule, which is not followed (harmless)',
    )
    expect(audit(LISTS.replace(/\/ipv6 settings\n.*\n/, '')).at(-1)).toBe(
      'is missing, so rules for IPv6 are unknown: print the whole configuration',
    )
    expect(audit(`${LISTS}remove [find chain=forward]\n`)).toContain('changes the configuration, which is not followed')
    expect(audit('hello')).toEqual(['is not an export of RouterOS'])
  })

  // Everything that adds to address lists has the property address-list or address-lists.
  const USE = 'add action=accept chain=forward dst-address-list=web\n'
  const filledBy = (menus: string) => [`names the list web, which is also filled by ${menus}`]
  test.for<[text: string, want: string[]]>([
    [
      '/ip firewall filter\nadd action=add-dst-to-address-list address-list=web chain=forward',
      filledBy('/ip/firewall/filter'),
    ],
    [
      '/ip firewall mangle\nadd action=add-src-to-address-list address-list=web chain=prerouting',
      filledBy('/ip/firewall/mangle'),
    ],
    [
      '/ip firewall raw\nadd action=add-src-to-address-list address-list=web chain=prerouting',
      filledBy('/ip/firewall/raw'),
    ],
    [
      '/ip firewall nat\nadd action=add-src-to-address-list address-list=web chain=dstnat',
      filledBy('/ip/firewall/nat'),
    ],
    ['/ip dns static\nadd address-list=web name=example.com type=FWD', filledBy('/ip/dns/static')],
    ['/ppp profile\nset *0 address-list=web', filledBy('/ppp/profile')],
    ['/ppp profile\nadd address-list=web name=vpn', filledBy('/ppp/profile')],
    ['/ip hotspot user profile\nset [ find default=yes ] address-list=web', filledBy('/ip/hotspot/user/profile')],
    ['/ip dhcp-server lease\nadd address=10.0.0.7 address-lists=other,web', filledBy('/ip/dhcp-server/lease')],
    ['/ip dhcp-server\nadd address-lists="web" interface=bridge', filledBy('/ip/dhcp-server')],
    ['/ipv6 dhcp-server binding\nadd address-lists=web', filledBy('/ipv6/dhcp-server/binding')],
    ['/ipv6 dhcp-client\nadd interface=ether1 prefix-address-lists=web request=prefix', filledBy('/ipv6/dhcp-client')],
    [
      '/ip dns static\nadd address-list=web name=a\n/ppp profile\nadd address-list=web name=b',
      filledBy('/ip/dns/static and /ppp/profile'),
    ],
    // Other lists, the list of the other family, and commands that are off.
    ['/ip dns static\nadd address-list=webs name=example.com', []],
    ['/ip dns static\nadd address-list=web disabled=yes name=example.com', []],
    [
      '/ip dns static\nadd address-list=web comment="not disabled=yes now" name=example.com',
      filledBy('/ip/dns/static'),
    ],
    ['/ipv6 firewall mangle\nadd action=add-src-to-address-list address-list=web chain=prerouting', []],
    ['/ip dns\nset address-list-extra-time=1h', []],
  ])('a list that another command fills is not known: %s', ([text, want]) => {
    const found = audit(`${LISTS}${USE}${DROP}\n${text}\n`)
    expect(found.filter((line) => line.startsWith('names'))).toEqual(want)
  })

  test('a list of IPv6 is filled by rules of IPv6, and by menus of both families', () => {
    const text = `/ipv6 firewall address-list\nadd address=2001:db8::/48 list=web\n/ipv6 firewall filter\n${USE}`
    const fill = (menu: string) => `${text}${menu}\nadd address-list=web\n`
    const noted = (menu: string) => audit(fill(menu)).filter((line) => line.startsWith('names'))
    expect(noted('/ipv6 firewall raw')).toEqual(filledBy('/ipv6/firewall/raw'))
    expect(noted('/ip firewall raw')).toEqual([])
    expect(noted('/ip dns static')).toEqual(filledBy('/ip/dns/static'))
  })
})

describe('what tagwall writes', () => {
  const golden = HARNESS.goldens()
  const objections = (one: Golden, text: string) => HARNESS.objectionsTo(one, [{ part: 'x', family: undefined, text }])
  const textOf = ({ files }: Golden) => files[0]?.text ?? ''

  test('a file without any one of its lines is refused, and so are lines of others', () => {
    const one = golden.find(({ title }) => title === 'sides {}') as Golden
    const lines = textOf(one).split('\n').slice(0, -1)
    expect(lines.length).toBeGreaterThan(40)
    // Storage has no IPv6 address, so that its local side for IPv6 decides nothing.
    for (const [index, line] of lines.entries())
      if (!/^#|list=tagwall-Storage-local address=2001:/.test(line))
        expect(objections(one, `${lines.toSpliced(index, 1).join('\n')}\n`), line).not.toEqual([])
    for (const more of ['/system reset-configuration', 'add chain=forward action=accept', ':foreach a in=[find] do={}'])
      expect(objections(one, `${textOf(one)}${more}\n`), more).not.toEqual([])
  })

  test('loaded over a file of another policy, nothing of it stays', () => {
    const [older, newer] = ['several {}', 'one-rule {}'].map((name) => golden.find(({ title }) => title === name)) as [
      Golden,
      Golden,
    ]
    const load = (...all: Golden[]) => {
      const router = device({ options: newer.options, purpose: 'prove', narrow: {}, kit: KIT })
      for (const { files } of all) for (const _ of router.load(files, 'full'));
      return router.items()
    }
    expect(load(older, newer)).toEqual(load(newer))
  })
})
