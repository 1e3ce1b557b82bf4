import { describe, expect, test } from 'vitest'
import type { Reading } from '../../src/model/reading.ts'
import { expectEach, expectOutcomes } from '../golden-page.ts'
import { audit, GOLDEN, objectionsTo, scopesOf } from './fortigate-harness.ts'

const [golden] = GOLDEN as [(typeof GOLDEN)[number]]
const [file] = golden.files as [(typeof golden.files)[number]]
const objectionsOver = (text: string) => JSON.stringify(objectionsTo(golden, [{ ...file, text }]))

test.each([
  ['address', 'set subnet nonsense'],
  ['address6', 'set ip6 nonsense'],
  ['addrgrp', 'set member nonsense'],
  ['addrgrp6', 'set member nonsense'],
  ['service custom', 'set tcp-portrange nonsense'],
  ['service group', 'set member nonsense'],
])('of a script, what no policy uses is to be understood, too: %s', (table, line) => {
  expect(objectionsOver(`config firewall ${table}\nedit "odd"\n${line}\nnext\nend\n${file.text}`)).toContain('nonsense')
})

test('of a script, an object beside all is a word too many', () => {
  expect(objectionsOver(file.text.replace('srcaddr "all"', 'srcaddr "all" "odd"'))).toContain('is in a list with all')
})

test('of a script, policies without a name are not of one name', () => {
  expect(objectionsOver(file.text.replaceAll(/set name .*/g, 'unset name'))).not.toContain('name of another')
})

/** A configuration with these objects beside those that most cases use. */
const OBJECTS = `config firewall address
    edit "all"
        set uuid 1f2e3d4c-0000-51ee-0000-000000000001
    next
    edit "none"
        set uuid 1f2e3d4c-0000-51ee-0000-000000000002
        set subnet 0.0.0.0 255.255.255.255
    next
    edit "lan"
        set associated-interface "internal"
        set color 3
        set subnet 10.1.0.0 255.255.0.0
    next
    edit "aad-1"
        set comment "says \\"edit 5\\",
next
end in two lines"
        set subnet 192.0.2.0 255.255.255.0
    next
    edit "aad-2"
        set subnet 198.51.100.0/25
    next
    edit "aad-3"
        set type iprange
        set start-ip 203.0.113.4
        set end-ip 203.0.113.11
    next
end
config firewall address6
    edit "all"
        set uuid 1f2e3d4c-0000-51ee-0000-000000000003
    next
    edit "aad-6"
        set ip6 2001:db8:1::/48
    next
    edit "aad-7"
        set type iprange
        set start-ip 2001:db8:2::
        set end-ip 2001:db8:2::ff
    next
end
config firewall addrgrp
    edit "aad-inner"
        set member "aad-2" "aad-3"
    next
    edit "aad"
        set uuid 1f2e3d4c-0000-51ee-0000-000000000004
        set member "aad-1"
        append member "aad-inner"
    next
end
config firewall addrgrp6
    edit "aad6"
        set member "aad-6" "aad-7"
    next
end
config firewall service custom
    edit "web"
        set tcp-portrange 443 80 8000-8080
        set udp-portrange 443
    next
    edit "HTTPS"
        set category "Web Access"
        set tcp-portrange 443
    next
end
`

/** The lines of an object, separated by `;`. */
const linesOf = (texts: readonly string[]) =>
  texts
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => `        ${/^(unset|append|unselect) /.test(line) ? line : `set ${line}`}\n`)
    .join('')

/** A policy: its lines after `edit 7`, over those that it needs. */
const policy = (lines: string, id = '7') => `    edit ${id}\n${linesOf(`${NEEDED}; ${lines}`.split(';'))}    next\n`
const NEEDED = 'name p; srcintf internal; dstintf wan1; action accept; schedule always; service HTTPS'
const policies = (...texts: string[]) => `config firewall policy\n${texts.join('')}end\n`

const ZONES = { srcintf: 'internal', dstintf: 'wan1' }

describe('what a device runs', () => {
  test('reads a policy', async () => {
    await expectEach('fortigate-policies.txt', (lines) =>
      audit(OBJECTS + policies(policy(lines)), { options: ZONES, localObjects: ['nodes', 'nodes6'] }),
    )
  })

  const over = (address: string) => policy(`srcaddr all; dstaddr ${address}`)
  const over6 = (address: string) => policy(`srcaddr6 all; dstaddr6 ${address}`)
  const served = (service: string) => policy(`srcaddr all; dstaddr all; service ${service}`)
  const VIP =
    'config firewall vip\nedit "v"\nset extip 192.0.2.1\nset mappedip "10.0.0.1"\nnext\nend\nconfig firewall address\nedit aad-1\nset subnet 192.0.2.0/24\nnext\nend\n'
  const toVip = policy('srcintf wan1; dstintf internal; srcaddr all; dstaddr v')
  const denial = (more = 'logtraffic all') =>
    policy(`srcintf wan1; dstintf internal; srcaddr aad-1; dstaddr all; action deny; ${more}`, '6')
  /** A table of objects, each its name and its lines. */
  const object = (table: string, ...objects: string[]) => {
    const texts = objects.map((object) => {
      const [name, ...lines] = object.split(';')
      return `edit ${name}\n${linesOf(lines)}next\n`
    })
    return `config firewall ${table}\n${texts.join('')}end\n`
  }

  const READ = {
    'a policy of its own name only by its id': policies(policy('unset name; srcaddr all; dstaddr all')),
    'a mask that is none': object('address', 'a; subnet 192.0.2.0 255.0.255.0') + policies(over('a')),
    'an address with more behind its mask':
      object('address', 'a; subnet 192.0.2.0 255.255.255.0 198.51.100.0') + policies(over('a')),
    'names that are empty, which are none': object('address', 'a; subnet 192.0.2.0/24') + policies(over('"" a ""')),
    'a wildcard that is a prefix':
      object('address', 'a; type wildcard; wildcard 192.0.2.0 255.255.255.0') + policies(over('a')),
    'host bits, which do not count': object('address', 'a; subnet 192.0.2.77 255.255.255.0') + policies(over('a')),
    'an address without any': object('address', 'a') + policies(over('a')),
    'a range without an end': object('address', 'a; type iprange; start-ip 192.0.2.1') + policies(over('a')),
    'names that are looked up':
      object('address', 'a; type fqdn; fqdn "login.example.com"', 'b; type geography; country "NL"') +
      policies(over('a b')),
    'names that nothing uses': object('address', 'a; type fqdn; nosuch 5') + policies(over('all')),
    'an unknown field of an address in use':
      object('address', 'a; subnet 192.0.2.0/24; nosuch 5') + policies(over('a')),
    'an IPv6 template': `config firewall address6\nedit a\nset type template\nset template x\nconfig subnet-segment\nedit s\nset value 1\nnext\nend\nnext\nend\n${policies(over6('a'))}`,
    'excluded members':
      object('address', 'a; subnet 192.0.2.0/24', 'b; subnet 192.0.2.0/25') +
      object('addrgrp', 'g; member a; exclude enable; exclude-member b') +
      policies(over('g')),
    'excluded members that are not known':
      object('address', 'a; subnet 192.0.2.0/24', 'b; type fqdn; fqdn "a.example.com"') +
      object('addrgrp', 'g; member a; exclude enable; exclude-member b') +
      policies(over('g')),
    'excluded members that are off':
      object('address', 'a; subnet 192.0.2.0/24') +
      object('addrgrp', 'g; member a; exclude disable; exclude-member a') +
      policies(over('g')),
    'a cycle of groups': object('addrgrp', 'g; member h', 'h; member g') + policies(over('g')),
    'an empty group': object('addrgrp', 'g; comment x') + policies(over('g')),
    'an IPv4 group in an IPv6 field': object('addrgrp', 'g; member all') + policies(over6('g')),
    'an address and a group of one name':
      object('address', 'g; subnet 192.0.2.0/24') + object('addrgrp', 'g; member all') + policies(over('g')),
    'an object that a later edit changes':
      object('address', 'a; subnet 192.0.2.0/24', 'a; subnet 198.51.100.0/24') + policies(over('a')),
    'an object that is deleted':
      object('address', 'a; subnet 192.0.2.0/24') + policies(over('a'), 'end\nconfig firewall address\ndelete a\n'),
    'a threat feed':
      'config system external-resource\nedit "feed"\nset type address\nset resource "https://example.com/x"\nnext\nend\n' +
      policies(over('feed')),
    'a virtual IP on the local side':
      'config firewall vip\nedit "v"\nset extip 192.0.2.1\nset mappedip "10.0.0.1"\nconfig realservers\nedit 1\nnext\nend\nnext\nend\n' +
      policies(
        policy('srcintf wan1; dstintf internal; srcaddr all; dstaddr v'),
        policy('srcintf any; dstintf any; srcaddr all; dstaddr v', '8'),
      ),
    'a denial, which virtual IPs behind it skip': VIP + policies(denial(), toVip),
    'a denial for virtual IPs too': VIP + policies(denial('match-vip enable'), toVip),
    'a denial of a version in which it is for virtual IPs too': `#config-version=FGVM64-KVM-7.2.4-FW-build1396-230131:opmode=0:vdom=0:user=admin\n${VIP}${policies(denial(), toVip)}`,
    'a denial of that version that says it is not': `#config-version=FG100F-7.4.1-FW-build2463:opmode=0\n${VIP}${policies(denial('match-vip disable'), toVip)}`,
    'a denial of the last version before it': `#config-version=FG100F-7.2.3-FW-build1262:opmode=0\n${VIP}${policies(denial(), toVip)}`,
    'a denial with virtual IPs before it, or behind it but switched off':
      VIP + policies(toVip, denial(), policy('status disable; srcaddr all; dstaddr v', '8')),
    'a denial outbound beside virtual IPs':
      VIP + policies(policy('srcaddr all; dstaddr aad-1; action deny', '6'), toVip),
    'a virtual IP on the remote side': `config firewall vip\nedit "v"\nnext\nend\n${policies(over('v'))}`,
    // Services.
    'services by group':
      object('service custom', 'a; udp-portrange 500 4500:1-65535') +
      object('service group', 'g; member a HTTPS') +
      policies(served('g')),
    'source ports': object('service custom', 'a; tcp-portrange 443:1024-65535 80') + policies(served('a')),
    'ports that are none': object('service custom', 'a; tcp-portrange 443-80 70000') + policies(served('a')),
    'protocols by number':
      object(
        'service custom',
        'a; protocol IP',
        'b; protocol IP; protocol-number 6',
        'c; protocol IP; protocol-number 47',
      ) + policies(served('a'), served('b').replace('edit 7', 'edit 8'), served('c').replace('edit 7', 'edit 9')),
    'every service, where somebody has changed it':
      object('service custom', 'ALL; protocol IP; protocol-number 6') + policies(served('ALL')),
    'ICMP by type and by number':
      object(
        'service custom',
        'a; protocol ICMP; unset icmptype',
        'b; protocol ICMP6; icmptype 128',
        'c; protocol IP; protocol-number 58',
      ) +
      policies(
        served('a'),
        policy('srcaddr6 all; dstaddr6 aad-6; service b', '8'),
        policy('srcaddr6 all; dstaddr6 all; service b c', '9'),
      ) +
      object('address6', 'aad-6; ip6 2001:db8:1::/48'),
    'other protocols':
      object('service custom', 'a; protocol ICMP; icmptype 8', 'b; sctp-portrange 5', 'c; protocol CONNECT') +
      policies(served('a b c')),
    'a service without ports': object('service custom', 'a') + policies(served('a')),
    'a service for some addresses':
      object('service custom', "a; tcp-portrange 443; iprange 192.0.2.1-192.0.2.2; fqdn ''") + policies(served('a')),
    'a cycle of services': object('service group', 'g; member g') + policies(served('g')),
    // Order.
    'deny before allow': policies(
      policy('action deny; srcaddr all; dstaddr all; service ALL'),
      policy('srcaddr all; dstaddr all', '8'),
    ),
    'one id twice': policies(
      policy('srcaddr all; dstaddr all'),
      policy('action deny; srcaddr all; dstaddr all', '8'),
      '    edit 7\nset service HTTP\nnext\n',
    ),
    'new policies': policies(
      policy('srcaddr all; dstaddr all', '0'),
      policy('srcaddr all; dstaddr all; service HTTP', '0'),
    ),
    'a move of policies that the text has': policies(
      policy('srcaddr all; dstaddr all'),
      policy('action deny; srcaddr all; dstaddr all', '8'),
      'move 8 before 7\n',
    ),
    'a move to a policy that the text does not have': policies(policy('srcaddr all; dstaddr all'), 'move 7 before 3\n'),
    // Around it.
    'sections of other things': `#config-version=FGVM64-7.4.1-FW-build2463\nconfig system global\n    set hostname "FGT"\nend\nconfig vpn certificate local\nedit "x"\nset private-key "-----BEGIN\nend\n-----END"\nnext\nend\n${policies(over('all'))}config firewall local-in-policy\nedit 1\nset nosuch 1\nnext\nend\n`,
    'a log of a session': `FGT # show firewall policy\n${policies(over('all'))}FGT (root) $ show\n--More--          config firewall address\r\n    edit "x"\r\n    next\r\nend\r\nFGT # exit\n`,
    'rules that are elsewhere': `config firewall policy6\nedit 1\nset action accept\nnext\nedit 2\nnext\nend\n${policies(over('all'))}`,
    'rules of an explicit proxy': `config firewall proxy-policy\nedit 1\nset proxy explicit-web\nset action accept\nnext\nend\n${policies(over('all'))}`,
    'settings by which policies do not decide': `config system settings\nset asymroute enable\nset asymroute6 disable\nset ngfw-mode policy-based\nend\n${policies(over('all'))}`,
    'a script that may change the configuration': `config system auto-script\nedit open\nset script "config firewall policy\nedit 9\nset status enable\nend"\nnext\nend\n${policies(over('all'))}`,
    'a script that only shows and saves': `config system automation-action\nedit save\nset action-type cli-script\nset script "execute backup config usb a\ndiagnose debug report"\nnext\nend\n${policies(over('all'))}`,
    'tables for rules elsewhere that hold none': `config firewall policy6\nend\n${policies(over('all'))}`,
    'a command that is none': policies('  frobnicate\n', over('all')),
    'what stands around a configuration': `FortiGate-60F login: admin\nWelcome!\nFGT # show\n${policies(over('all'))}FGT # exit\n# the end\nset x y\n`,
    'a table of which only the names are read': `config system interface\nfrobnicate\nedit port1\nset ip 10.0.0.1 255.0.0.0\nconfig ipv6\nset x y\nend\nnext\nend\n${policies(over('all'))}`,
    'any beside other interfaces': policies(policy('srcintf any port1; dstintf any; srcaddr all; dstaddr all')),
    'a file that ends too early': policies(over('all')).slice(0, -10),
    'a quote that is never closed': `${policies(over('all'))}config firewall address\nedit "x\nset subnet\n`,
    'ends that close nothing': `${policies(over('all'))}next\nend\n`,
    'a missing end': `${policies(over('all')).slice(0, -4)}config firewall address\nedit a\nset subnet 192.0.2.0/24\nedit b\nnext\nend\n`,
    'no policies': object('address', 'a'),
    nothing: '',
    'another vendor': '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n',
    'binary content': '\u0000\u0001"\u0000\ufffd\\',
    'a feed': '# of ours\n192.0.2.0/24\n198.51.100.1\n203.0.113.4-203.0.113.11\n2001:db8::/32\n\nlogin.example.com\n',
  }

  test('reads a configuration', async () => {
    await expectOutcomes('fortigate.txt', READ, (text) => audit(text, { options: ZONES }))
  })

  const vdoms = `config vdom
edit root
next
edit B
next
end
config global
config system external-resource
    edit "feed"
        set type address
    next
end
end
config vdom
edit root
${policies(over('all feed'))}end
config vdom
edit B
${object('address', 'x; subnet 192.0.2.0/24')}${policies(policy('srcaddr all; dstaddr x'))}end
`
  const interfaces = (...names: string[]) => {
    const all = names.includes('any') ? names : [...names, 'any']
    return { fromZone: all, toZone: all }
  }
  test.for<[name: string, text: string, want: Reading['scopes']]>([
    ['VDOMs', vdoms, { vdom: ['root', 'B'], ...interfaces('internal', 'wan1') }],
    ['policies about interfaces', policies(policy('srcintf lan; dstintf wan')), interfaces('lan', 'wan')],
    ['policies of which some are about any', policies(policy('srcintf lan; dstintf any')), {}],
    [
      'interfaces and zones that are set up',
      `config system interface\nedit port1\nnext\nend\nconfig system zone\nedit lan\nset interface port2\nnext\nend\n${policies(policy('srcintf any; dstintf port3'))}`,
      interfaces('port1', 'lan', 'any', 'port3'),
    ],
  ])('knows the scopes of %s', ([, text, want]) => {
    expect(scopesOf(text)).toEqual(want)
  })

  test.for<[name: string, config: string]>([
    ['a zone', 'config system zone\nedit out\nset intrazone allow\nset interface port8 port9\nnext\nend\n'],
    [
      'SD-WAN',
      'config system sdwan\nset status enable\nconfig members\nedit 1\nset interface port9\nset zone out\nset cost 5\nnext\nend\nend\n',
    ],
  ])('takes an interface of %s for that zone', ([, config]) => {
    const narrow = { fromZone: 'internal', toZone: 'port9' }
    const text = `${config}${policies(policy('dstintf out; srcaddr all; dstaddr all'))}`
    const [rule, ...more] = audit(text, { narrow })
    expect(rule).toMatch(/^\d+ p: out allow tcp 443 any4$/)
    expect(more).toEqual([])
    expect(audit(text, { options: { srcintf: 'internal', dstintf: 'port9' } })).toEqual([rule])
  })

  test('a script sets up no zones', () => {
    const text = `config system zone\nedit out\nset interface port9\nnext\nend\n${file.text}`
    expect(objectionsOver(text)).toContain('config system zone')
  })

  const NARROWED: Readonly<Record<string, Parameters<typeof audit>[1]>> = {
    'the first VDOM with policies': {},
    'the VDOM that is named': { narrow: { vdom: 'B' } },
    'the VDOM of the options': { options: { vdom: 'B' } },
    'no VDOM that does not exist': { narrow: { vdom: 'C' } },
    'between interfaces that are named': { narrow: { vdom: 'B', fromZone: 'internal', toZone: 'wan1' } },
    'between others': { narrow: { vdom: 'B', fromZone: 'internal', toZone: 'wan2' } },
  }

  test('narrows an audit', async () => {
    await expectOutcomes('fortigate-narrowed.txt', NARROWED, (how) => audit(vdoms, how))
  })
})

test('reads groups in groups without end', () => {
  const groups = Array.from({ length: 20_000 }, (_, index) => `edit g${index}\nset member g${index + 1}\nnext\n`)
  const text = `config firewall addrgrp\n${groups.join('')}end\n${policies(policy('srcaddr all; dstaddr g0'))}`
  expect(audit(text)).toEqual(['299 g99: is nested too deep'])
})
