import { describe, expect, test } from 'vitest'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { device } from '../../vendors/juniper-srx/reader.ts'
import { type Golden, harnessOf } from './harness.ts'
import { show } from './reading-text.ts'

const HARNESS = harnessOf('juniper-srx', device)

const audit = (text: string, given: Partial<ReaderContext> = {}) =>
  show(HARNESS.auditOf(text, given)).map((line) => line.replace(/^\d+:? /, ''))

const OBJECTS = `set version 23.4R2.13
set system host-name srx
set security address-book global address net 192.0.2.0/24
set security address-book global address host 198.51.100.7/32
set security address-book global address bits 203.0.113.77/24
set security address-book global address six 2001:db8::/48
set security address-book global address run range-address 198.51.100.8 to 198.51.100.11
set security address-book global address wild wildcard-address 10.0.5.0/255.0.255.0
set security address-book global address name dns-name www.example.com
set security address-book global address void description "nothing yet"
set security address-book global address-set inner address net
set security address-book global address-set outer address-set inner
set security address-book global address-set outer address six
set security address-book global address-set loop address-set back
set security address-book global address-set back address-set loop
set security address-book global address-set hollow description none
set security address-book global address-set gone address missing
set security address-book edge address net 203.0.113.0/25
set security address-book edge attach zone dmz
set security zones security-zone old address-book address net 203.0.113.128/25
set security dynamic-address address-name feed profile feed-name azure
set applications application web protocol tcp
set applications application web destination-port 8000-8080
set applications application web inactivity-timeout 60
set applications application both term a protocol tcp destination-port https
set applications application both term b protocol udp
set applications application both term b destination-port 53
set applications application from-53 protocol udp
set applications application from-53 source-port 53
set applications application esp protocol esp
set applications application echo protocol icmp
set applications application echo icmp-type 8
set applications application open protocol tcp
set applications application-set all application web
set applications application-set all application junos-https
set applications application-set round application-set round
`

/** A policy from trust to untrust, where the last word about a field counts; `-` leaves the field out. */
function policy(fields: string): string {
  const at = 'set security policies from-zone trust to-zone untrust policy p'
  const all = `match source-address any; match destination-address net; match application junos-https; then permit; ${fields}`
  const said = new Map<string, string[]>()
  for (const field of all.split('; ').filter((text) => text !== '')) {
    const key = /^then (?:(?:permit|deny|reject)$|-)/.test(field) ? 'then' : field.split(' ').slice(0, 2).join(' ')
    said.set(key, [...(field.includes(' +') ? (said.get(key) ?? []) : []), field.replace(' +', ' ')])
  }
  const lines = [...said.values()].flat().filter((field) => !field.endsWith(' -'))
  return OBJECTS + lines.map((field) => `${at} ${field}`).join('\n')
}

describe('one policy', () => {
  test.for<[fields: string, want: string[]]>([
    ['', ['p: out allow tcp 443 192.0.2.0/24']],
    ['then deny', ['p: out deny tcp 443 192.0.2.0/24']],
    ['then reject', ['p: out deny tcp 443 192.0.2.0/24']],
    ['match application any', ['p: out allow any 192.0.2.0/24']],
    ['match application junos-smtps', ['p: out allow tcp 465,587 192.0.2.0/24']],
    ['match application junos-sip', ['p: out allow tcp 5060 192.0.2.0/24', 'p: out allow udp 5060 192.0.2.0/24']],
    [
      'match application junos-ymsg',
      ['p: out allow tcp 5000-5010,5050 192.0.2.0/24', 'p: out allow udp 5000-5010,5050 192.0.2.0/24'],
    ],
    ['match application junos-udp-any', ['p: out allow udp 192.0.2.0/24']],
    ['match application junos-ping', ['p: out allow icmp part 192.0.2.0/24']],
    ['match application junos-constructor', [': is not known here']],
    ['match application all', ['p: out allow tcp 443,8000-8080 192.0.2.0/24']],
    ['match application both', ['p: out allow tcp 443 192.0.2.0/24', 'p: out allow udp 53 192.0.2.0/24']],
    ['match application open', ['p: out allow tcp 192.0.2.0/24']],
    ['match application esp', ['p: out allow other part 192.0.2.0/24']],
    ['match application from-53', ['p: out allow udp part 192.0.2.0/24']],
    ['match application echo', ['p: out allow icmp part 192.0.2.0/24']],
    ['match application junos-icmp6-all; match destination-address outer', ['p: out allow icmp 2001:db8::/48']],
    [
      'match application [ junos-icmp-all junos-icmp6-all ]; match destination-address outer',
      ['p: out allow icmp 192.0.2.0/24,2001:db8::/48'],
    ],
    ['match application junos-sun-rpc', [': is not known here']],
    ['match application constructor', [': names an application that does not exist']],
    ['match application round', [': is an application set that contains itself']],
    ['match destination-address outer', ['p: out allow tcp 443 192.0.2.0/24,2001:db8::/48']],
    ['match destination-address [ host run ]', ['p: out allow tcp 443 198.51.100.7/32,198.51.100.8/30']],
    ['match destination-address bits', ['p: out allow tcp 443 203.0.113.0/24']],
    ['match destination-address any-ipv4', ['p: out allow tcp 443 any4']],
    ['match destination-address net; match destination-address-excluded', ['p: out allow tcp 443 NOT']],
    ['match source-address any-ipv6; match destination-address outer', ['p: out allow tcp 443 2001:db8::/48']],
    ['match source-address host', ['p: out allow tcp 443 local 198.51.100.7/32 192.0.2.0/24']],
    ['match destination-address name', [': is a domain name, whose addresses are unknown']],
    ['match destination-address feed', [': is a dynamic address, whose addresses are unknown']],
    ['match destination-address void', [': is an address without a prefix']],
    ['match destination-address hollow', [': is an address set without members']],
    ['match destination-address loop', [': is an address set that contains itself']],
    ['match destination-address gone', [': names an address that does not exist']],
    ['match destination-address nowhere', [': names an address that does not exist']],
    ['match destination-address -', [': has no destination-address']],
    ['then -', [': has no action, or more than one']],
    ['scheduler-name nights', ['p: out allow tcp 443 part 192.0.2.0/24']],
    ['match source-identity any', ['p: out allow tcp 443 192.0.2.0/24']],
    ['match source-identity "corp\\\\staff"', ['p: out allow tcp 443 part 192.0.2.0/24']],
    ['match dynamic-application junos:WEB', ['p: out allow tcp 443 part 192.0.2.0/24']],
    ['match packet-colour green', ['p: out allow tcp 443 part 192.0.2.0/24', ': is an unsupported condition']],
    ['then permit +tunnel ipsec-vpn v', ['p: out allow tcp 443 part 192.0.2.0/24']],
    ['then permit +firewall-authentication web-authentication', ['p: out allow tcp 443 part 192.0.2.0/24']],
    ['then permit +application-services idp', ['p: out allow tcp 443 192.0.2.0/24']],
    ['apply-groups more', ['p: out allow tcp 443 part 192.0.2.0/24', ': is an unsupported condition']],
  ])('%s', ([fields, want]) => {
    const shown = audit(policy(fields)).map((line) => line.replace(/ (?:0\.0\.0\.0\/1,)\S+$/, ' NOT'))
    expect(shown.map((line) => line.replace(/^(?:srx)?:? ?(?=[a-z]+ )/, (text) => text))).toEqual(
      want.map((line) => line.replace(/^: /, '')),
    )
  })

  test('is not there while it, or anything above it, is inactive', () => {
    const at = 'security policies from-zone trust to-zone untrust policy p'
    expect(audit(`${policy('')}\ndeactivate ${at}`)).toEqual([])
    expect(audit(`${policy('')}\ndeactivate security policies`)).toEqual([])
    expect(audit(`${policy('')}\ndeactivate ${at}\nactivate ${at}`)).toEqual(['p: out allow tcp 443 192.0.2.0/24'])
    expect(audit(`${policy('')}\ndeactivate security address-book global address net`)).toEqual([
      'names an address that does not exist',
    ])
  })
})

describe('where a policy is', () => {
  const between = (from: string, to: string, destination = 'net') =>
    ['source-address any', `destination-address ${destination}`, 'application any']
      .map((field) => `set security policies from-zone ${from} to-zone ${to} policy p match ${field}\n`)
      .join('')
      .concat(`set security policies from-zone ${from} to-zone ${to} policy p then permit\n`)
  const global = (...zones: string[]) =>
    ['source-address any', 'destination-address net', 'application any', ...zones]
      .map((field) => `set security policies global policy g match ${field}\n`)
      .join('')
      .concat('set security policies global policy g then permit\n')

  test.for<[text: string, narrow: Record<string, string>, want: string[]]>([
    [between('trust', 'untrust'), {}, ['p: out allow any 192.0.2.0/24']],
    [between('untrust', 'trust'), {}, ['p: in allow any local 192.0.2.0/24 any']],
    [`${between('guest', 'untrust')}set security zones security-zone trust\n`, {}, []],
    // Without the zones of the options, policies between all zones count.
    [between('guest', 'untrust'), {}, ['p: out allow any part-by-interface 192.0.2.0/24']],
    [between('guest', 'wan'), {}, ['p: out allow any part-by-interface 192.0.2.0/24']],
    [between('guest', 'untrust'), { fromZone: 'guest' }, ['p: out allow any 192.0.2.0/24']],
    // The book of the zone counts before the global one, and that of an older release too.
    [between('trust', 'dmz'), { toZone: 'dmz' }, ['p: out allow any 203.0.113.0/25']],
    [between('trust', 'old'), { toZone: 'old' }, ['p: out allow any 203.0.113.128/25']],
    [between('trust', 'dmz', 'host'), { toZone: 'dmz' }, ['p: out allow any 198.51.100.7/32']],
    // Policies between zones are tried before global ones.
    [global() + between('trust', 'untrust'), {}, ['p: out allow any 192.0.2.0/24', 'g: out allow any 192.0.2.0/24']],
    [global('from-zone trust', 'to-zone untrust'), {}, ['g: out allow any 192.0.2.0/24']],
    [
      `${global('from-zone guest')}set security zones security-zone trust\nset security zones security-zone untrust\n`,
      {},
      [],
    ],
    [global('from-zone guest'), {}, ['g: out allow any part-by-interface 192.0.2.0/24']],
    [
      'set security policies default-policy permit-all',
      {},
      ['default-policy: out allow any any', 'default-policy: in allow any any'],
    ],
    ['set security policies default-policy deny-all', {}, []],
  ])('%s %j', ([text, narrow, want]) => {
    expect(audit(OBJECTS + text, { narrow })).toEqual(want)
  })

  test('what is logged until an application is known, which newer factory settings have, says nothing of policies', () => {
    expect(audit(`${OBJECTS}set security policies pre-id-default-policy then log session-close`)).toEqual([])
  })

  const GROUP = 'is a group with policies or addresses, which is not followed: print it with | display inheritance'
  const INHERITS = 'inherits from groups, which is not followed: print it with | display inheritance'
  const POLICIES = 'security policies global policy x then permit'
  const ownOf = (where: string) =>
    `has policies of its own, which are not read: audit the output of "show configuration ${where}"`
  test.for<[text: string, want: string[]]>([
    // A group counts where a statement applies it, at any level.
    [`set groups g ${POLICIES}`, []],
    [`set groups g ${POLICIES}\nset apply-groups other`, []],
    [`set groups g ${POLICIES}\nset apply-groups g`, [GROUP]],
    [`set groups g ${POLICIES}\nset apply-groups [ other g ]`, [GROUP]],
    [`set groups g ${POLICIES}\nset interfaces ge-0/0/0 apply-groups g`, [GROUP]],
    [`set groups node0 ${POLICIES}\nset apply-groups "\${node}"`, [GROUP]],
    [`set groups g logical-systems <*> ${POLICIES}\nset apply-groups g`, [GROUP]],
    ['set groups g security zones security-zone z address-book address a 192.0.2.1/32\nset apply-groups g', [GROUP]],
    ['set groups g system host-name x\nset apply-groups g', []],
    ['set security policies apply-groups g', [INHERITS]],
    ['set security apply-groups g', [INHERITS]],
    // Packets that pass without policies, and changes that no configuration shows.
    ['set security forwarding-options family inet6 mode packet-based', ['lets packets pass without policies']],
    ['set security forwarding-options family iso mode packet-based', ['lets packets pass without policies']],
    ['set firewall family inet filter f term t then packet-mode', ['lets packets pass without policies']],
    ['set firewall family inet filter f term t then accept', []],
    ['set groups g firewall family inet filter f term t then packet-mode', []],
    [
      'set event-options policy p then change-configuration commands "set security policies default-policy permit-all"',
      ['may change the configuration, which is not followed'],
    ],
    ['set system scripts commit allow-transients', ['may change the configuration, which is not followed']],
    // Logical systems and tenants.
    [`set logical-systems ls1 ${POLICIES}`, [ownOf('logical-systems ls1')]],
    [`set tenants t1 ${POLICIES}`, [ownOf('tenants t1')]],
    ['set logical-systems ls1 apply-groups g', [ownOf('logical-systems ls1')]],
    [`set logical-systems ls1 ${POLICIES}\ndeactivate logical-systems ls1`, []],
    ['set logical-systems ls1 interfaces ge-0/0/1 unit 0 family inet address 192.0.2.1/24', []],
    // Commands that may change the candidate, and those that do not.
    ['rename security policies from-zone a to-zone b policy p to policy q', ['is not understood']],
    ['fancy security policies', ['is not understood']],
    ['commit and-quit', ['is not understood (harmless)']],
  ])('of what is not evaluated, %s is reported if traffic may pass by it', ([text, want]) => {
    expect(audit(OBJECTS + text)).toEqual(want)
  })

  test('a configuration without policies may be that of a router', () => {
    expect(audit('set version 23.4R2.13\nset system host-name mx\n')).toEqual([
      'has no security policies: an SRX drops all traffic then, a router or switch passes it',
    ])
  })

  test('a text of something else is refused', () => {
    expect(audit('hello')).toEqual(['is not the configuration of Junos'])
  })
})

describe('the configuration in braces', () => {
  const BRACES = `## Last commit: 2025-11-10 10:00:00 UTC by me
version 23.4R2.13;
system { host-name "srx; {"; /* a { comment */ }
security {
    address-book {
        global {
            address net 192.0.2.0/24;
            inactive: address six 2001:db8::/48;
            address-set both { address net; address six; }
        }
    }
    policies {
        from-zone trust to-zone untrust {
            /* web; policy */
            policy p {
                match { source-address any; destination-address NAME; application [ web "junos-https" ]; }
                then { permit; log { session-close; } count; }
            }
            inactive: policy q {
                match { source-address any; destination-address any; application any; }
                then { permit; }
            }
        }
    }
}
applications { application web { term t protocol tcp source-port 0-65535 destination-port 80; } }
`
  test('is read like the commands', () => {
    expect(audit(BRACES.replace('NAME', 'net'))).toEqual(['p: out allow tcp 80,443 192.0.2.0/24'])
    expect(audit(BRACES.replace('NAME', '[ net both ]'))).toEqual([
      'p: out allow tcp 80,443 192.0.2.0/24',
      'names an address that does not exist',
    ])
  })

  test('is read without its first level, and from a session', () => {
    const inner = BRACES.replace('NAME', 'net').split('\n').slice(4, -3).join('\n')
    const text = `me@srx> show configuration security\n${inner}\n\n{primary:node0}\nme@srx> `
    expect(audit(text)).toEqual(
      ['names an application that does not exist', 'p: out allow tcp 443 192.0.2.0/24'].toReversed(),
    )
  })

  test('is not trusted when it ends early, or in a quote', () => {
    const text = BRACES.replace('NAME', 'net')
    expect(audit(text.slice(0, text.indexOf('inactive: policy q')))).toContain(
      'ends in the middle of the configuration',
    )
    expect(audit(`${text}}\n`)).toContain('closes something that was not opened')
    expect(audit(text.replace('"srx; {"', '"srx'))).toContain('has a quote or bracket that does not end')
  })
})

describe('what tagwall writes', () => {
  const golden = HARNESS.goldens()
  const objections = (one: Golden, text: string) => HARNESS.objectionsTo(one, [{ part: 'x', family: undefined, text }])
  const textOf = ({ files }: Golden) => files[0]?.text ?? ''

  test('a file without one of the lines that clear or order, or with a line of others, is refused', () => {
    const one = golden.find(({ title }) => title === 'sides {}') as Golden
    const lines = textOf(one).split('\n').slice(0, -1)
    const needed = lines.flatMap((line, index) =>
      /^(?:delete|insert|set .* (?:match|then \w+$))/.test(line) ? index : [],
    )
    expect(needed.length).toBeGreaterThan(40)
    for (const index of needed)
      expect(objections(one, `${lines.toSpliced(index, 1).join('\n')}\n`), lines[index]).not.toEqual([])
    for (const more of [
      'deactivate security policies',
      'delete security policies global policy A then unread',
      'delete security address-book global address a unread',
      'delete security address-book global address-set A unread',
      'set security nat source',
      'set security polices x',
      'set security policies default-policy permit-all',
      'set security policies apply-groups g',
      'set security apply-groups g',
      'set security forwarding-options family inet6 mode packet-based',
      'set groups g security policies global policy x then permit',
      'set logical-systems l security policies global policy x then permit',
      'run show',
    ])
      expect(objections(one, `${textOf(one)}${more}\n`), more).not.toEqual([])
  })

  test('an audit of several zones takes policies that are alike between all pairs as one', () => {
    const one = golden.find(({ title }) =>
      title.startsWith('one-rule {"protectedZone":"trust,dmz","internetZone":'),
    ) as Golden
    const rule = 'OnlyV4: out allow tcp 443 198.51.100.0/30,198.51.100.8/32,203.0.113.64/27'
    expect(audit(textOf(one), { options: one.options })).toEqual([rule])
    const part = rule.replace('443', '443 part-by-interface')
    const more = `${textOf(one)}set security policies from-zone dmz to-zone wan policy more match source-address any destination-address any application any
set security policies from-zone dmz to-zone wan policy more then permit
`
    expect(audit(more, { options: one.options })).toEqual([
      ...[part, part, part, part],
      'more: out allow any part-by-interface any',
    ])
  })

  test('policies that differ between the zones are refused', () => {
    const one = golden.find(({ title }) =>
      title.startsWith('one-rule {"protectedZone":"trust,dmz","internetZone":'),
    ) as Golden
    const dropped = textOf(one).replace(/^set .*from-zone dmz to-zone wan .* then permit\n/m, '')
    expect(dropped).not.toBe(textOf(one))
    expect(objections(one, dropped)).not.toEqual([])
  })
})
