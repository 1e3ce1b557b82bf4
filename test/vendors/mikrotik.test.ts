import { describe, expect, test } from 'vitest'
import { KIT } from '../../src/vendor/kit/kit.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { device } from '../../vendors/mikrotik/reader.ts'
import { expectEach, expectOutcomes, expectPage } from '../golden-page.ts'
import { expectNeeded, type Golden, harnessOf } from './harness.ts'
import { show } from './reading-text.ts'

const HARNESS = harnessOf('mikrotik', device)

const audit = (text: string, given: Partial<ReaderContext> = {}) => show(HARNESS.auditOf(text, given))

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
  test('is read', async () => {
    await expectEach('mikrotik-rule.txt', (rule) => {
      const action = /action=/.test(rule) ? '' : 'action=accept '
      return audit(`${LISTS}add ${action}chain=forward ${rule}\n${DROP}\n`)
    })
  })

  test('may be in an export that is terse', async () => {
    const terse = LISTS.replace(/\/ip firewall filter\n$/, '')
    expect(audit(`${terse}/ip firewall filter add action=accept chain=forward dst-address=192.0.2.0/24`)[0]).toBe(
      '15 forward: out allow any 192.0.2.0/24',
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
  const NARROW: readonly Record<string, string>[] = [
    { localInterface: 'LAN', remoteInterface: 'WAN' },
    { localInterface: 'bridge', remoteInterface: 'ether1' },
    { localInterface: 'guests', remoteInterface: 'WAN' },
    {},
    { chain: 'tagwall-out' },
  ]
  test('narrow an audit', async () => {
    await expectPage(
      'mikrotik-narrowed.txt',
      NARROW.map((narrow) => [JSON.stringify(narrow), audit(CHAINS, { narrow })]),
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
    const rule = audit(text, { narrow: { localInterface } }).find((line) => /^\d+ forward: out allow/.test(line))
    const shown = rule?.includes('part-by-interface') ? 'part-by-interface' : rule ? 'whole' : 'left out'
    expect(shown).toBe(want)
  })

  const BOTH = { narrow: { localInterface: 'LAN', remoteInterface: 'WAN' } }
  test('without the members of interface lists in the export', async () => {
    await expectEach('mikrotik-jumps.txt', (jump) =>
      audit(
        `/ip firewall filter
add action=jump chain=forward jump-target=out ${jump}
add action=accept chain=out dst-address=192.0.2.0/24
${DROP}
/ipv6 settings
set disable-ipv6=yes
/ipv6 firewall filter
`,
        BOTH,
      ),
    )
  })

  const NAT = `${LISTS}add action=drop chain=forward connection-nat-state=!dstnat connection-state=new in-interface-list=WAN
/ip firewall nat
add action=masquerade chain=srcnat out-interface-list=WAN
`
  const TEXTS: Readonly<Record<string, readonly [text: string, given?: Partial<ReaderContext>]>> = {
    'a rule that only asks for local addresses is about these, with the interfaces of both sides': [
      `${LISTS}add action=accept chain=forward in-interface-list=LAN out-interface-list=WAN src-address=192.0.2.0/24\n${DROP}\n`,
      BOTH,
    ],
    'the default configuration lists IPv4-mapped addresses as invalid, which says nothing of others': [
      `/ipv6 firewall address-list
add address=::ffff:0.0.0.0/96 comment="defconf: ipv4-mapped" list=bad_ipv6
/ipv6 firewall filter
add action=drop chain=forward dst-address-list=bad_ipv6
`,
    ],
    'the default configuration drops what comes in and was not sent on by NAT': [NAT, BOTH],
    'with a NAT rule that is off': [`${NAT}add action=dst-nat chain=dstnat disabled=yes to-addresses=10.0.0.1\n`, BOTH],
    'with a NAT rule': [`${NAT}add action=dst-nat chain=dstnat dst-port=25 protocol=tcp to-addresses=10.0.0.1\n`, BOTH],
    'with UPnP': [`${NAT}/ip upnp\nset enabled=yes\n`, BOTH],
    'input has connections to the router only': [
      `${LISTS}add action=drop chain=input dst-port=22 protocol=tcp\n`,
      { narrow: { chain: 'input' } },
    ],
    'output has those from it': [
      `${LISTS}add action=drop chain=input dst-port=22 protocol=tcp\n`,
      { narrow: { chain: 'output' } },
    ],
    'without a jump the chain decides nothing, and what forward does not drop passes': [
      `${LISTS}add action=accept chain=tagwall-out dst-address-list=web\n`,
    ],
    'raw rules': [`${LISTS}/ip firewall raw\nadd action=drop chain=prerouting\n`],
    'missing IPv6': [LISTS.replace(/\/ipv6 settings\n.*\n/, '')],
    'another command': [`${LISTS}remove [find chain=forward]\n`],
    'a foreign text': ['hello'],
  }
  test('mean what they say', async () => {
    await expectOutcomes('mikrotik-texts.txt', TEXTS, (given) => audit(...given))
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
    expect(audit(`${list}/\n${text}\n`)[0]).toMatch(/^\d+ forward: out allow any 192\.0\.2\.0\/24$/)
  })

  test('are reported where they are not followed', async () => {
    await expectEach('mikrotik-reported.txt', (text) => audit(`${LISTS}${text}\n`))
  })

  test('are reported with scripts that may change the firewall', async () => {
    await expectEach('mikrotik-scripts.txt', (text) =>
      audit(`${LISTS}${DROP}\n${text}\n`).filter((line) => !line.includes('forward: ')),
    )
  })

  test('a path that grows with each line ends', () => {
    const text = `${LISTS}/x\n${'a\n'.repeat(20000)}/ip firewall filter add action=accept chain=forward dst-address=192.0.2.0/24\n`
    expect(audit(text)[0]).toBe('20017 forward: out allow any 192.0.2.0/24')
  })

  // Everything that adds to address lists has the property address-list or address-lists.
  const USE = 'add action=accept chain=forward dst-address-list=web\n'
  test('a list that another command fills is not known', async () => {
    await expectEach('mikrotik-filled.txt', (text) => audit(`${LISTS}${USE}${DROP}\n${text}\n`))
  })

  test('a list of IPv6 is filled by rules of IPv6, and by menus of both families', async () => {
    const text = `/ipv6 firewall address-list\nadd address=2001:db8::/48 list=web\n/ipv6 firewall filter\n${USE}`
    await expectEach('mikrotik-filled-ipv6.txt', (menu) => audit(`${text}${menu}\nadd address-list=web\n`))
  })
})

describe('what tagwall writes', () => {
  const golden = HARNESS.goldens()

  test('a file without any one of its lines is refused, and so are lines of others', () => {
    const sides = golden.find(({ title }) => title === 'sides {}') as Golden
    // Storage has no IPv6 address, so that its local side for IPv6 decides nothing.
    const isFree = (line: string) => /^#|list=tagwall-Storage-local address=2001:/.test(line)
    const more = ['/system reset-configuration', 'add chain=forward action=accept', ':foreach a in=[find] do={}']
    expectNeeded({ golden: sides, isFree, more }, HARNESS.objectionsTo)
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
